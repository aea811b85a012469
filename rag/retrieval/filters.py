"""Filter which documents and passages a question is put to: options, and file:NAME, -word and "exact phrase" in it.

Does not search.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path, PurePosixPath

from rag.errors import UsageError
from rag.messages import Message
from rag.storage import expanded
from rag.text.analyzer import terms
from rag.text.patterns import in_any_language
from rag.text.scripts import plain
from rag.text.spellings import comparable
from rag.types import FileRecord

_FILE_FILTER = re.compile(
    rf"(?<!\S){in_any_language(lambda known: known.questions.file)}:(?:\"([^\"]+)\"|(\S+))", re.IGNORECASE
)
_WITHOUT = re.compile(r"(?<=\s)-([^\W\d_][\w-]*)(?!\S)")  # not "-5", and not at the beginning
_PHRASE = re.compile(r'"([^"\n\w]*+\w[^"\n]*+)"|“([^“”\n\w]*+\w[^“”\n]*+)”')
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """Which documents are asked, and which of their passages. Empty fields leave everything in."""

    folder: str = ""  # a path, as given to ingest or as a document's source shows it
    types: tuple[str, ...] = ()  # endings without the dot ("pdf"); a part of the media type where no file has that
    since: str = ""  # ISO 8601: 2024, 2024-05 or 2024-05-01; files that changed on that day or later
    languages: tuple[str, ...] = ()  # ISO 639-1
    tags: tuple[str, ...] = ()  # what a person labelled documents with; any of them
    files: tuple[str, ...] = ()  # a part of the source's path, or a pattern with * and ?; each of them holds
    within: tuple[str, ...] = ()  # documents, by their source, folders, and patterns of paths with *; any of them
    excluded_words: tuple[str, ...] = ()  # words that must not stand there
    phrases: tuple[str, ...] = ()  # words that must stand there side by side; those as written come first
    libraries: tuple[str, ...] = ()  # names of others that are asked too; whoever opens libraries reads it

    @property
    def by_document(self) -> bool:
        """Whether it leaves documents out."""
        return bool(self.folder or self.types or self.since or self.languages or self.tags or self.files or self.within)

    def documents(self, records: Sequence[FileRecord]) -> set[str] | None:
        """Return the ids of the selected documents; None is all.

        Raises UsageError where no document is left, naming the filter that leaves none.
        """
        if not self.by_document:
            return None
        every = left = [record for record in records if record.chunks]
        for none, holds in self._tests(records):
            kept = [record for record in left if holds(record)]
            if left and not kept:
                if len(left) < len(every):
                    out = len(every) - len(left)
                    none = Message("{none} Documents that other filters had left out: {count}.", none=none, count=out)
                raise UsageError(none, Message("See what there is: oaken list"))
            left = kept
        return {record.id for record in left}

    def has_any(self, records: Sequence[FileRecord]) -> bool:
        """Tell whether it selects any document with text."""
        try:
            return bool(self.documents(records) if self.by_document else any(record.chunks for record in records))
        except UsageError:
            return False

    def admits(self, text: str, language: str) -> bool:
        """Tell whether a passage may be shown: it holds every phrase and none of the excluded words.

        A phrase also matches in other forms of its words.
        """
        if not self.phrases and not self.excluded_words:
            return True
        plain = _plain(text)
        if any(re.search(rf"(?<!\w){re.escape(_plain(word))}(?!\w)", plain) for word in self.excluded_words):
            return False
        row = terms(text, language)
        return all(_plain(phrase) in plain or _contains_phrase(terms(phrase, language), row) for phrase in self.phrases)

    def phrase_share(self, text: str) -> float:
        """Return the share of the phrases that the text holds letter for letter; 0 where there are no phrases."""
        plain = _plain(text)
        return sum(_plain(phrase) in plain for phrase in self.phrases) / (len(self.phrases) or 1)

    def _tests(self, records: Sequence[FileRecord]) -> Iterable[tuple[str, Callable[[FileRecord], bool]]]:
        if self.within:
            yield _none_of_these(self.within), partial(_within, self.within, {record.source for record in records})
        if self.folder:
            yield (
                Message("No document is in {folder}.", folder=self.folder),
                lambda record: _inside(record, self.folder),
            )
        if self.types:
            yield (
                Message("No document is of type {types}.", types=" or ".join(self.types)),
                partial(_of_type, self.types, {_ending(record.path) for record in records}),
            )
        if self.since:
            day = _start_of_day(self.since)
            yield (
                Message("No document was changed since {day}.", day=self.since),
                lambda record: record.stamp.mtime_ns >= day,
            )
        if self.languages:
            yield (
                Message("No document is written in {languages}.", languages=" or ".join(self.languages)),
                lambda record: record.language in self.languages,
            )
        if self.tags:
            wanted = set(map(comparable, self.tags))
            yield (
                Message("No document has the tag {tags}.", tags=" or ".join(self.tags)),
                lambda record: not wanted.isdisjoint(map(comparable, record.tags)),
            )
        for name in self.files:
            yield Message("No document's path contains {name!r}.", name=name), partial(_named, name)


def _none_of_these(within: Sequence[str]) -> Message:
    if len(within) == 1:
        return Message("{place} is not in the library, or has no text.", place=within[0])
    return Message("None of the chosen documents is in the library, or none has text.")


EVERYWHERE = SearchFilter()


def checked_filter(
    folder: str = "",
    types: Sequence[str] = (),
    since: str = "",
    languages: Sequence[str] = (),
    tags: Sequence[str] = (),
) -> SearchFilter:
    """Return the filter that a person's or a program's options make. Raises UsageError for what is no date."""
    return SearchFilter(folder, tuple(types), check_date(since) if since else "", tuple(languages), tuple(tags))


def apply_filter(question: str, scope: SearchFilter = EVERYWHERE) -> tuple[str, SearchFilter]:
    """Return the question without its filters, and the scope with them added.

    A question that consists of filters alone stays as it is.
    """
    files = tuple(a or b for a, b in _FILE_FILTER.findall(question))
    bare = _FILE_FILTER.sub(" ", question)
    without = tuple(_WITHOUT.findall(bare))
    bare = _WITHOUT.sub(" ", bare)
    phrases = tuple(" ".join((a or b).split()) for a, b in _PHRASE.findall(bare))
    found = replace(
        scope,
        files=(*scope.files, *files),
        excluded_words=(*scope.excluded_words, *without),
        phrases=tuple(dict.fromkeys([*scope.phrases, *phrases])),
    )
    bare = " ".join(bare.split()) if files or without else question
    return (bare if re.search(r"\w", bare) else question), found


def filter_spans(question: str) -> list[tuple[int, int]]:
    """Return the spans of a question's filters and quoted phrases, which are searched for as written."""
    return [match.span() for form in (_FILE_FILTER, _WITHOUT, _PHRASE) for match in form.finditer(question)]


def check_date(text: str) -> str:
    """Return the date as given; raise UsageError where it is no date."""
    if not _DATE.fullmatch(text):
        raise UsageError(
            Message("{text!r} is not a date.", text=text), Message("Write it as 2024-05-01, 2024-05 or 2024.")
        )
    _start_of_day(text)
    return text


def _start_of_day(day: str) -> int:
    """Return the beginning of that day in local time, in nanoseconds since 1970."""
    year, month, dom = (*map(int, day.split("-")), 1, 1)[:3]
    try:
        return int(datetime.combine(date(year, month, dom), datetime.min.time()).timestamp() * 1e9)
    except ValueError as error:
        raise UsageError(
            Message("{day!r} is not a date: {error}.", day=day, error=error),
            Message("Write it as 2024-05-01, 2024-05 or 2024."),
        ) from error


def _inside(record: FileRecord, folder: str) -> bool:
    asked, path = expanded(plain(folder)), plain(record.path)
    file_path = Path(plain(record.root)) / path
    if file_path.is_relative_to(plain(str(asked.absolute()))) or Path(plain(record.source)).is_relative_to(asked):
        return True
    parts = PurePosixPath(path).parts[:-1]
    wanted = PurePosixPath(asked.as_posix()).parts
    return any(parts[i : i + len(wanted)] == wanted for i in range(len(parts) - len(wanted) + 1))


def _within(places: Sequence[str], sources: Collection[str], record: FileRecord) -> bool:
    """Tell whether it is one of these documents, or in one of these folders. ``sources`` are those of all documents."""
    for place in places:
        if record.source == place:
            return True
        if place not in sources and (_inside(record, place) or ("*" in place and _named(place, record))):
            return True
    return False


def _of_type(types: Sequence[str], endings: Collection[str], record: FileRecord) -> bool:
    """Tell whether it is of one of the types. ``endings`` are those of all documents: "c" is one, and in most types."""
    ending = _ending(record.path)
    wanted = [kind.lower().lstrip(".") for kind in types]
    return any(ending == kind or (kind not in endings and kind in record.media_type) for kind in wanted)


def _ending(path: str) -> str:
    return PurePosixPath(path).suffix.lower().lstrip(".")


def _named(name: str, record: FileRecord) -> bool:
    path, wanted = comparable(record.source), comparable(name)
    if any(c in wanted for c in "*?["):
        return fnmatchcase(path, wanted) or fnmatchcase(PurePosixPath(path).name, wanted)
    return wanted in path


def _plain(text: str) -> str:
    return comparable(" ".join(text.split()))


def _contains_phrase(form: Sequence[str], row: Sequence[str]) -> bool:
    return bool(form) and any(row[i : i + len(form)] == form for i in range(len(row) - len(form) + 1))
