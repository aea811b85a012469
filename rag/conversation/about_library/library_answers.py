"""Answers to questions about the library, from the ledger and the word index: no search by meaning, no model.

Documents are shown by their path under the folder they were found in, never by where that lies on this machine.
"""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath

from rag.conversation.about_library.library_questions import LibraryQuestion
from rag.conversation.about_library.listing import DocumentList, DocumentQuestion, is_file_name
from rag.conversation.about_library.mentions import mentions, sentences_with
from rag.conversation.about_library.naming import fitting, in_folder, spelled
from rag.conversation.about_library.overview import topics
from rag.conversation.about_library.replies import reply_text
from rag.conversation.about_library.since import start_of_period
from rag.conversation.about_library.summarize import first_sentences, gist
from rag.library.reader import LibraryReader
from rag.text.languages import known_languages
from rag.types import Answer, AnswerStatus, Citation, FileRecord, Outcome

_DOCUMENTS_LISTED = 15  # documents named in a reply
_LISTED_PER_FOLDER = 3  # documents named of each folder or theme
_LISTED_BY_RANK = 10  # documents named as newest, largest and so on
_TITLES, _SHORT = 2, 50  # titles that name a theme whose documents share no two words, and their most characters
_OVERVIEW_DOCUMENTS = 12  # documents up to which an overview names each
_DOCUMENTS_QUOTED = 10  # documents of which a sentence is quoted
_QUOTES_PER_DOCUMENT = 5  # sentences quoted of a document that is asked about by name
_HEADINGS_SHOWN = 8
_MIN_SHARE_COUNTED = 0.5  # least share of a document's name or title that is the word for what is counted
_SIMILAR_NAMES_SHOWN = 3
_OUTCOMES_WITH_TEXT = frozenset({Outcome.INDEXED, Outcome.UNCHANGED, Outcome.MOVED, Outcome.DUPLICATE})


def answer_about_library(
    parsed: LibraryQuestion, question: str, listing: DocumentList, now: datetime, found: DocumentQuestion | None = None
) -> Answer | None:
    """Return the answer, with the documents it mentions; None where the library cannot say.

    That is so for an invalid date, a folder or a document that does not exist, or a document that says nothing about
    what is asked.
    """
    if found is not None:
        return _of_a_document(parsed, question, listing, found)
    records = listing.matching(parsed)
    if records is None:
        return _no_folder(parsed, question, listing) if parsed.named_explicitly else None
    if parsed.kind == "new":
        return _new(parsed, question, listing, records, now)
    if parsed.kind == "counted":
        return _counted(parsed, question, listing)
    if parsed.kind == "mention":
        return _mention(parsed, question, listing, records)
    return _LIBRARY_ANSWERS[parsed.kind](parsed, question, listing, records)


def _answer(
    question: str, lines: Sequence[str], records: Sequence[FileRecord], quotes: Sequence[Citation] = ()
) -> Answer:
    return Answer(question, AnswerStatus.TOLD, 1.0, tuple(quotes), reply="\n".join(lines), documents=tuple(records))


# -- of one document


def _of_a_document(
    parsed: LibraryQuestion, question: str, listing: DocumentList, found: DocumentQuestion
) -> Answer | None:
    language = parsed.language
    if len(found.records) > 1:
        if parsed.kind == "says":
            return None
        return _answer(
            question, [reply_text(language, "which"), *_summary_lines(listing, found.records)], found.records
        )
    if not found.records:
        return _missing(parsed, question, listing) if is_file_name(parsed.file) else None
    record = found.records[0]
    name = listing.names[record.id]
    if parsed.kind == "says":
        quotes = sentences_with(parsed.what, language, listing.library, [record], _QUOTES_PER_DOCUMENT).get(record.id)
        if not quotes:
            return None
        quotes.sort(key=lambda quote: quote.start)
        return _answer(question, [reply_text(language, "says", file=name, x=parsed.what)], [record], quotes)
    return _about(language, question, listing, record)


def _about(language: str, question: str, listing: DocumentList, record: FileRecord) -> Answer:
    opening = listing.openings.get(record.id)
    title = gist(opening)
    name = listing.names[record.id]
    lines = [reply_text(language, "about", file=name, title=title) if title else f"{name}:"]
    headings = list(dict.fromkeys(_headings(listing.library, record)))
    headings = [each for each in headings if opening is None or each != opening.title]
    if len(headings) > 1:
        more = (
            [reply_text(language, "more", len(headings) - _HEADINGS_SHOWN)] if len(headings) > _HEADINGS_SHOWN else []
        )
        lines.append(reply_text(language, "sections", x=" · ".join([*headings[:_HEADINGS_SHOWN], *more])))
    return _answer(question, lines, [record], first_sentences(record, listing.library))


def _headings(library: LibraryReader, record: FileRecord) -> list[str]:
    """Return the headings of the first level that has several."""
    sections = [section for section, _, _ in library.prose_spans(record.id)]
    for depth in range(3):
        found = [" ".join(section[depth].split()) for section in sections if len(section) > depth]
        if len(set(found)) > 1:
            return found
    return []


def _missing(parsed: LibraryQuestion, question: str, listing: DocumentList) -> Answer | None:
    """Return the answer that there is no such file, with similar names; None where no file here has such a name."""
    endings = {PurePosixPath(each.path).suffix.lower() for each in listing.all}
    if PurePosixPath(parsed.file).suffix.lower() not in endings:
        return None
    names = {PurePosixPath(each.path).name.lower(): each for each in listing.records}
    near = [names[name] for name in difflib.get_close_matches(parsed.file.lower(), names, _SIMILAR_NAMES_SHOWN)]
    lines = [reply_text(parsed.language, "missing", x=parsed.file)]
    if near:
        lines += [reply_text(parsed.language, "near"), *_summary_lines(listing, near)]
    return _answer(question, lines, near)


def _summary_lines(listing: DocumentList, records: Sequence[FileRecord]) -> list[str]:
    """Return a line for each document: its path, and its title or first sentence."""
    lines = []
    for record in records:
        summary = gist(listing.openings.get(record.id))
        lines.append(f"- {listing.names[record.id]}: {summary}" if summary else f"- {listing.names[record.id]}")
    return lines


# -- of the library


def _mention(
    parsed: LibraryQuestion, question: str, listing: DocumentList, records: Sequence[FileRecord]
) -> Answer | None:
    if not records and (parsed.type or parsed.written_in):
        return _answer(question, [reply_text(parsed.language, "empty")], [])
    quotes = mentions(parsed.what, parsed.language, listing.library, records)
    if not quotes:
        if parsed.by_topic:  # "about heating": a document may be about it in other words
            return None
        return _answer(question, [reply_text(parsed.language, "none", x=parsed.what)], [])
    found = _by_path([record for record in records if record.id in quotes])
    cited = [quotes[record.id] for record in found[:_DOCUMENTS_QUOTED]]
    head = reply_text(parsed.language, "some", len(found), x=parsed.what)
    return _answer(question, [head, *_listed(parsed.language, listing, found)], found, cited)


def _new(
    parsed: LibraryQuestion, question: str, listing: DocumentList, records: Sequence[FileRecord], now: datetime
) -> Answer | None:
    latest = sorted(records, key=lambda record: record.ingested_at, reverse=True)
    if not parsed.since:
        return _ranked(
            parsed.language,
            question,
            listing,
            "latest",
            latest[:_LISTED_BY_RANK],
            lambda record: record.ingested_at[:10],
        )
    since = start_of_period(parsed.since, parsed.language, now)
    if since is None:
        return None
    fresh = [record for record in latest if record.ingested_at[:19] >= since.isoformat()[:19]]
    head = reply_text(parsed.language, "new" if fresh else "nothing", len(fresh), d=since.date().isoformat())
    return _answer(question, [head, *_listed(parsed.language, listing, fresh)], fresh)


def _count(parsed: LibraryQuestion, question: str, listing: DocumentList, records: Sequence[FileRecord]) -> Answer:
    if parsed.type or parsed.folder or parsed.written_in:
        lines = [reply_text(parsed.language, "typed", len(records)), *_listed(parsed.language, listing, records)]
        return _answer(question, lines, records)
    passages = sum(record.chunks for record in records)
    copies = [each for each in listing.all if each.outcome is Outcome.DUPLICATE]
    lines = [reply_text(parsed.language, "count", len(records), p=passages)]
    lines += [reply_text(parsed.language, "copies", len(copies))] if copies else []
    return _answer(question, [*lines, *_silent(parsed.language, listing)], [])


def _counted(parsed: LibraryQuestion, question: str, listing: DocumentList) -> Answer | None:
    """Return the documents that are called what is counted; None for fewer than two: then no documents are meant."""
    inside = {record.id for record in in_folder(parsed.what, listing.records)}
    called = {record.id for record in fitting(parsed.what, listing.records, listing.openings, _MIN_SHARE_COUNTED)}
    found = [record for record in listing.records if record.id in inside | called]
    if len(found) < 2:
        return None
    head = reply_text(parsed.language, "counted", len(found), x=parsed.what)
    return _answer(question, [head, *_listed(parsed.language, listing, found)], found)


def _silent(language: str, listing: DocumentList) -> list[str]:
    """Return the line that tells of files without text; none where every file has some."""
    return [reply_text(language, "silent", len(listing.unread))] if listing.unread else []


def _unread(parsed: LibraryQuestion, question: str, listing: DocumentList, records: Sequence[FileRecord]) -> Answer:
    if not records:
        return _answer(question, [reply_text(parsed.language, "all_read" if listing.all else "nothing_here")], [])
    lines = [
        f"- {listing.names[record.id]}: {record.reason or record.outcome.value}"
        for record in _by_path(records)[:_DOCUMENTS_LISTED]
    ]
    if len(records) > _DOCUMENTS_LISTED:
        lines.append(f"- {reply_text(parsed.language, 'more', len(records) - _DOCUMENTS_LISTED)}")
    return _answer(question, [reply_text(parsed.language, "unread", len(records)), *lines], records)


def _list(parsed: LibraryQuestion, question: str, listing: DocumentList, records: Sequence[FileRecord]) -> Answer:
    if parsed.order:
        return _in_order(parsed, question, listing, records)
    if not records:
        key = "empty" if listing.records else "nothing_here"
        return _answer(question, [reply_text(parsed.language, key)], [])
    limited = parsed.type or parsed.folder or parsed.written_in
    head = reply_text(parsed.language, "typed_list" if limited else "list", len(records))
    return _answer(question, [head, *_listed(parsed.language, listing, records)], records)


def _in_order(parsed: LibraryQuestion, question: str, listing: DocumentList, records: Sequence[FileRecord]) -> Answer:
    by_date = parsed.order in ("newest", "oldest")
    ordered = sorted(records, key=lambda each: (each.stamp.mtime_ns if by_date else each.stamp.size, each.path))
    if parsed.order in ("newest", "largest"):
        ordered.reverse()
    detail = _day_of_the_file if by_date else _size_of_the_file
    return _ranked(
        parsed.language, question, listing, parsed.order, ordered[: 1 if parsed.single else _LISTED_BY_RANK], detail
    )


def _day_of_the_file(record: FileRecord) -> str:
    try:
        return datetime.fromtimestamp(record.stamp.mtime_ns / 1e9, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):  # a file system may tell any number
        return ""


def _size_of_the_file(record: FileRecord) -> str:
    size = float(record.stamp.size)
    for unit in ("B", "KB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def _no_folder(parsed: LibraryQuestion, question: str, listing: DocumentList) -> Answer:
    by_folder = _counts_by_kind(replace(parsed, kind="folders"), question, listing, listing.records)
    return replace(
        by_folder, reply="\n".join([reply_text(parsed.language, "no_folder", x=parsed.folder), by_folder.reply])
    )


def _ranked(
    language: str,
    question: str,
    listing: DocumentList,
    key: str,
    records: Sequence[FileRecord],
    detail: Callable[[FileRecord], str],
) -> Answer:
    if not records:
        return _answer(question, [reply_text(language, "empty" if listing.records else "nothing_here")], [])
    lines = []
    for record in records:
        fact = detail(record)
        lines.append(f"- {listing.names[record.id]} ({fact})" if fact else f"- {listing.names[record.id]}")
    return _answer(question, [reply_text(language, key, len(records)), *lines], records)


def _duplicates(parsed: LibraryQuestion, question: str, listing: DocumentList, _: Sequence[FileRecord]) -> Answer:
    groups: dict[str, list[FileRecord]] = defaultdict(list)
    for record in listing.all:
        if record.outcome in _OUTCOMES_WITH_TEXT and record.stamp.content_hash:
            groups[record.stamp.content_hash].append(record)
    same = [sorted(group, key=lambda record: record.path) for group in groups.values() if len(group) > 1]
    same.sort(key=lambda group: group[0].path)
    if not same:
        return _answer(question, [reply_text(parsed.language, "no_duplicates")], [])
    lines = ["- " + " = ".join(listing.names[record.id] for record in group) for group in same[:_DOCUMENTS_LISTED]]
    if len(same) > _DOCUMENTS_LISTED:
        lines.append(f"- {reply_text(parsed.language, 'more', len(same) - _DOCUMENTS_LISTED)}")
    many = sum(len(group) - 1 for group in same)
    return _answer(
        question, [reply_text(parsed.language, "duplicates", many), *lines], [r for group in same for r in group]
    )


def _counts_by_kind(
    parsed: LibraryQuestion, question: str, listing: DocumentList, records: Sequence[FileRecord]
) -> Answer:
    names = known_languages()[parsed.language].conversation.language_names
    of: Callable[[FileRecord], str]
    if parsed.kind == "kinds":
        of = lambda record: PurePosixPath(record.path).suffix.lower() or record.media_type  # noqa: E731
    elif parsed.kind == "languages":
        of = lambda record: names.get(record.language, record.language)  # noqa: E731
    else:
        of = lambda record: _folder(record)  # noqa: E731
    counted = Counter(map(of, records))
    rows = sorted(counted.items(), key=lambda row: (-row[1], row[0]))
    lines = [f"- {name}: {many}" for name, many in rows[:_DOCUMENTS_LISTED]]
    if len(rows) > _DOCUMENTS_LISTED:
        lines.append(f"- {reply_text(parsed.language, 'more', len(rows) - _DOCUMENTS_LISTED)}")
    return _answer(question, [reply_text(parsed.language, parsed.kind), *lines], records)


def _overview(parsed: LibraryQuestion, question: str, listing: DocumentList, records: Sequence[FileRecord]) -> Answer:
    if not listing.records and listing.unread:
        return _unread(parsed, question, listing, listing.unread)
    if not records:
        return _answer(question, [reply_text(parsed.language, "empty" if listing.records else "nothing_here")], [])
    head = reply_text(parsed.language, "overview", len(records))
    if len(records) <= _OVERVIEW_DOCUMENTS:
        ordered = _by_path(records)
        return _answer(question, [head, *_summary_lines(listing, ordered), *_silent(parsed.language, listing)], ordered)
    lines: list[str] = []
    listed: list[FileRecord] = []
    for theme in topics(listing.library, records, listing.openings):
        some = _first_few(parsed.language, [listing.names[record.id] for record in theme.records])
        titles = [_title(record, listing) for record in theme.records[:_TITLES]]
        words = ", ".join(theme.words if len(theme.words) > 1 else [*theme.words, *titles])
        lines.append(f"- {words} ({len(theme.records)}): {', '.join(some)}")
        listed += theme.records
    return _answer(question, [head, *lines, *_silent(parsed.language, listing)], listed)


def _title(record: FileRecord, listing: DocumentList) -> str:
    summary = gist(listing.openings.get(record.id), _SHORT)
    return summary if summary and " | " not in summary else spelled(PurePosixPath(record.path).stem)


_LIBRARY_ANSWERS: dict[str, Callable[[LibraryQuestion, str, DocumentList, Sequence[FileRecord]], Answer]] = {
    "count": _count,
    "list": _list,
    "duplicates": _duplicates,
    "unread": _unread,
    "kinds": _counts_by_kind,
    "languages": _counts_by_kind,
    "folders": _counts_by_kind,
    "overview": _overview,
    "about": _overview,  # "this document", where none was spoken of
    "summary": _overview,
}


def _folder(record: FileRecord) -> str:
    parent = PurePosixPath(record.path).parent
    return PurePosixPath(record.root).name if str(parent) == "." else str(parent)


def _by_path(records: Sequence[FileRecord]) -> list[FileRecord]:
    """Folder by folder."""
    return sorted(records, key=lambda record: (str(PurePosixPath(record.path).parent), record.path))


def _listed(language: str, listing: DocumentList, records: Sequence[FileRecord]) -> list[str]:
    """Return a line for each document; of many the folders with a few of each, or the first, and how many more."""
    if len(records) <= _DOCUMENTS_LISTED:
        return [f"- {listing.names[record.id]}" for record in _by_path(records)]
    folders: dict[str, list[FileRecord]] = defaultdict(list)
    for record in _by_path(records):
        folders[_folder(record)].append(record)
    if len(folders) == 1:
        rows = [f"- {listing.names[record.id]}" for record in _by_path(records)[:_DOCUMENTS_LISTED]]
        return [*rows, f"- {reply_text(language, 'more', len(records) - _DOCUMENTS_LISTED)}"]
    lines = []
    fullest = sorted(folders.items(), key=lambda row: (-len(row[1]), row[0]))
    for folder, inside in fullest[:_DOCUMENTS_LISTED]:
        some = _first_few(language, [PurePosixPath(record.path).name for record in inside])
        lines.append(f"- {folder} ({len(inside)}): {', '.join(some)}")
    rest = sum(len(inside) for _, inside in fullest[_DOCUMENTS_LISTED:])
    return [*lines, f"- {reply_text(language, 'more', rest)}"] if rest else lines


def _first_few(language: str, names: Sequence[str]) -> list[str]:
    """Return the first names, and how many more there are; all of them where only one would be left out."""
    left = len(names) - _LISTED_PER_FOLDER
    return list(names) if left <= 1 else [*names[:_LISTED_PER_FOLDER], reply_text(language, "more", left)]
