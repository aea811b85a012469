"""Suggest questions that a person could ask next, taken from the library itself.

A section near what was cited, a name that other documents mention too, the document nearest to it; and to begin with,
what the library holds. No model is asked. A heading that is a question is suggested as it is; each other one is a
question about the library (rag/conversation), checked to be understood as meant and to have an answer. Documents are
called by their titles where these tell them apart. The same library and conversation give the same ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, islice
from pathlib import PurePosixPath

import regex

from rag.conversation.about_library.library_questions import parse_library_question
from rag.conversation.about_library.listing import DocumentList, match_documents
from rag.conversation.about_library.naming import spelled
from rag.conversation.about_library.summarize import is_informative, without_markers
from rag.conversation.about_library.word_classes import fold_word
from rag.conversation.sentence_case import is_shouted, sentence_case
from rag.conversation.small_talk import small_talk
from rag.library.reader import LibraryReader
from rag.retrieval.answer_type import ANSWER_TYPES
from rag.retrieval.filters import EVERYWHERE, SearchFilter
from rag.text.analyzer import is_stop, stem, words
from rag.text.detect import language_of_question
from rag.text.languages import known_languages
from rag.text.scripts import word_count
from rag.text.sentences import sentences
from rag.types import Answer, Citation, FileRecord, Outcome

_SUGGESTIONS_PER_DOCUMENT = 3
_LONGEST, _LONGEST_HEADING = 100, 60  # characters of a suggestion, and of a heading in it
_DOCUMENTS_SAMPLED = 12  # documents looked into for the first questions
_NEIGHBOUR_CHUNKS = 12  # chunks looked at for another document, or for a name
_PLACES_TRIED = 3  # places, sections and names tried
_CAPITALIZED = r"\p{Lu}[\w’'-]+"
# A name within a sentence: a word that opens one is written large whatever it is.
_PROPER_NAME = regex.compile(rf"(?<=[\w,;»”)] ){_CAPITALIZED}(?: {_CAPITALIZED}){{0,2}}")
_SPOKEN_WORD = regex.compile(r"[\p{L}\p{M}’'-]+")
_CUT_OFF = regex.compile(r"[,;–—-]\s*$|\p{Ll}[.;]\s+\d+$")  # where a line of running text ends, or a footnote's number
_MOST_WORDS_SMALL = 3  # words of a title that begins with a small letter
_SHORTEST_NAME = 4  # letters of the longest word of a name
_CASE_CHARS = 20_000  # characters of a document in which the spelling of a word in capitals is looked up
_MOST_TITLES = 2000  # documents; to find out whom a title names, all titles are compared
_ASKING_ENDS = ("?", "\uff1f", "\u061f", "\u037e")
_OFFERS_A_TIME = next(kind.offers for kind in ANSWER_TYPES if kind.name == "when")


@dataclass(frozen=True, slots=True)
class _SectionText:
    """A section of a document."""

    heading: str
    start: int
    end: int
    longest: tuple[int, int]  # its longest paragraph
    size: int  # characters


def initial_questions(
    library: LibraryReader,
    language: str,
    *,
    asked: Sequence[str] = (),
    most: int = _SUGGESTIONS_PER_DOCUMENT,
    scope: SearchFilter = EVERYWHERE,
) -> list[str]:
    """Return up to ``most`` questions to begin with, in that language.

    They are about documents in that language, or about any where there is none, each of another folder as far as there
    are several. ``asked`` are never among them, and
    all are about documents in ``scope``. Raises UsageError where there are none.
    """
    library_text = _LibraryText(library, language, asked, scope)
    own = [record for record in library_text.records if record.language == library_text.language]
    sampled = _by_folder(own or library_text.records)[:_DOCUMENTS_SAMPLED]
    each = _one_per_document(library_text, sampled, rounds=_SUGGESTIONS_PER_DOCUMENT)
    return list(islice(chain(_comparison(library_text, scope, asked), each), most))


def compare_question(language: str) -> str:
    """Return the question that compares two documents, in that language, or in English where it is not known."""
    known = known_languages()
    return known.get(language, known["en"]).conversation.suggested.compare


def _comparison(library_text: _LibraryText, scope: SearchFilter, asked: Sequence[str]) -> list[str]:
    """Return the question that compares the two documents of a scope, unless it was asked; [] for more or fewer."""
    compare = compare_question(library_text.language)
    is_of_two = scope.by_document and len(library_text.records) == 2
    return [compare] if is_of_two and spelled(compare) not in map(spelled, asked) else []


def follow_ups(
    library: LibraryReader,
    answer: Answer,
    *,
    language: str = "",
    asked: Sequence[str] = (),
    most: int = _SUGGESTIONS_PER_DOCUMENT,
    scope: SearchFilter = EVERYWHERE,
) -> list[str]:
    """Return up to ``most`` questions after an answer, in the language of its question.

    ``language`` is used where that cannot be told. ``asked`` are the questions before it; neither they nor the question
    itself are among them.
    """
    library_text = _LibraryText(
        library, language_of_question(answer.question, known_languages()) or language, [*asked, answer.question], scope
    )
    cited = list(islice(_cited(answer), _PLACES_TRIED))
    near = _related_documents(library_text, cited)
    first = (_neighbouring_sections(library_text, cited), islice(near, 1), _shared_names(library_text, cited))
    rest = (
        _about_documents(library_text, cited),
        near,
        _one_per_document(library_text, answer.documents[:_PLACES_TRIED]),
    )
    return list(islice(chain(*first, *rest), most))


class _LibraryText:
    """The library as suggestions need it, and what was asked for before."""

    def __init__(self, library: LibraryReader, language: str, asked: Sequence[str], scope: SearchFilter) -> None:
        self.library = library
        self.language = language if language in known_languages() else "en"
        records = library.records()
        admitted = scope.documents(records)
        self.records = [
            record
            for record in records
            if record.chunks and record.outcome is not Outcome.DUPLICATE and (admitted is None or record.id in admitted)
        ]
        self._known = {record.id: record for record in self.records}
        self._names = Counter(PurePosixPath(record.path).name.lower() for record in self.records)
        self._paths = Counter(record.path.lower() for record in self.records)
        self._listing = DocumentList(library)
        self._parts: dict[str, list[_SectionText]] = {}
        self._asked_before = {spelled(each) for each in asked}
        self._understood: set[tuple[str, str]] = set()
        for each in asked[-_PLACES_TRIED:]:
            if (about := parse_library_question(each)) is not None:
                meant = match_documents(about, self._listing, str).records if about.file else ()
                ident = meant[0].id if len(meant) == 1 else ""
                self._understood.add((ident, spelled(about.what if about.kind != "summary" else "")))

    def record(self, document_id: str) -> FileRecord | None:
        """Return the record with that id, if the document can be asked about."""
        return self._known.get(document_id)

    def phrase(self, kind: str, record: FileRecord | None = None, x: str = "") -> Iterator[str]:
        """Yield the question of that kind, unless it was asked before or would be misunderstood."""
        meant = (record.id if record is not None else "", spelled(x))
        if meant in self._understood:
            return
        for phrased in self._ways_to_ask(kind, record, x):
            if spelled(phrased) in self._asked_before:
                return
            if _is_displayable(phrased):
                self._understood.add(meant)
                yield phrased
                return

    def _ways_to_ask(self, kind: str, record: FileRecord | None, x: str) -> Iterator[str]:
        """Yield the ways to ask it that are understood, the most natural first."""
        suggested = known_languages()[self.language].conversation.suggested
        if record is not None and record.language == self.language and _is_a_question(x):
            yield x
        if kind == "says" and x.endswith(_ASKING_ENDS):
            kind = "section"  # "what does it say about “…?”?" has two question marks
        template: str = getattr(suggested, kind)
        names = {"": ""}
        if record is not None:
            before, _, after = suggested.section.partition("{x}")
            title, name = self._title_of(record), self._name_of(record)
            names = {title: f"{before[-1:]}{title}{after[:1]}", name: name}
            names.pop("", None)
        for file, shown in names.items():
            phrased = template.format(file=shown, x=x)
            about = parse_library_question(phrased)
            if about is None or (about.kind, about.file, about.what) != (kind, file, x or file):
                continue
            if record is None or file == shown or match_documents(about, self._listing, str).records == (record,):
                yield phrased

    def parts(self, record: FileRecord) -> list[_SectionText]:
        """Return the sections of a document that can be named, in order; not one that is all of it."""
        if record.id not in self._parts:
            found = _parts(self.library.prose_spans(record.id))
            cased = [replace(part, heading=self._cased(part.heading, record)) for part in found]
            self._parts[record.id] = [
                part for part in cased if is_title_like(part.heading, record.language) and not _is_generic(part.heading)
            ]
        return self._parts[record.id]

    def _cased(self, heading: str, record: FileRecord) -> str:
        """Return a heading, one in capitals as the document's text writes its words."""
        if not is_shouted(heading):
            return heading
        [text] = self.library.texts_between([(record.id, 0, _CASE_CHARS)])
        return sentence_case(heading, text, record.language)

    def has_section_summary(self, record: FileRecord, part: _SectionText) -> bool:
        """Whether a summary of the section has something to say."""
        [text] = self.library.texts_between([(record.id, *part.longest)])
        return is_informative(text, record.language)

    def has_summary(self, record: FileRecord) -> bool:
        """Whether one of the document has something to say."""
        rows = sorted(self.library.prose_spans(record.id), key=lambda row: row[1] - row[2])[:_PLACES_TRIED]
        texts = self.library.texts_between([(record.id, start, end) for _, start, end in rows])
        return any(is_informative(text, record.language) for text in texts)

    def _title_of(self, record: FileRecord) -> str:
        """Return the document's title; "" where it has none that could name it, and in a library of very many."""
        if len(self.records) > _MOST_TITLES:
            return ""
        opening = self._listing.openings.get(record.id)
        title = self._cased(without_markers(opening.title), record) if opening is not None else ""
        named = len(title) <= _LONGEST_HEADING and not _is_a_question(title) and is_title_like(title, record.language)
        return title if named and not _is_generic(title) else ""

    def _name_of(self, record: FileRecord) -> str:
        """Return the name that identifies the document: its file's name, or its path; "" where neither does."""
        name = PurePosixPath(record.path).name
        if self._names[name.lower()] == 1:
            return name
        return record.path if self._paths[record.path.lower()] == 1 else ""


def _parts(rows: Sequence[tuple[tuple[str, ...], int, int]]) -> list[_SectionText]:
    over_all = (
        set.intersection(*({spelled(without_markers(name)) for name in row[0]} for row in rows)) if rows else set()
    )
    found: dict[str, _SectionText] = {}
    for section, start, end in rows:
        heading = without_markers(section[-1]) if section else ""
        if not spelled(heading) or spelled(heading) in over_all or len(heading) > _LONGEST_HEADING:
            continue
        part = found.get(heading, _SectionText(heading, start, end, (start, end), 0))
        longest = max(part.longest, (start, end), key=lambda span: span[1] - span[0])
        found[heading] = replace(part, end=end, longest=longest, size=part.size + end - start)
    return list(found.values())


def is_title_like(heading: str, language: str) -> bool:
    """Tell whether a heading names something: not a piece of running text, a figure's label, or mostly digits.

    A printed page may have a line that only looks like a heading: "to limit temperature rise to 1.5°C. 67".
    """
    letters, digits = sum(map(str.isalpha, heading)), sum(map(str.isdigit, heading))
    spoken = _SPOKEN_WORD.findall(heading)
    if not spoken or digits > letters or _CUT_OFF.search(heading) or len(sentences(heading, language)) > 1:
        return False
    if is_stop(spoken[-1].casefold(), language) and spoken[-1].islower() and len(spoken) > 1:
        return heading.rstrip().endswith(_ASKING_ENDS)  # "Results of the"; but "What is it about?"
    return not (heading[:1].islower() and (is_stop(spoken[0].casefold(), language) or len(spoken) > _MOST_WORDS_SMALL))


def _is_generic(title: str) -> bool:
    """Whether a title names nothing by itself: a language's name, a word for documents, or capitals alone."""
    spoken = spelled(title)
    return is_shouted(title) or (len(spoken.split()) == 1 and fold_word(spoken) in _generic_words())


@cache
def _generic_words() -> frozenset[str]:
    """Return the names of languages and the words for documents, in all known languages."""
    listed: list[str] = []
    for language in known_languages().values():
        words_for = language.library_questions
        listed += [*language.conversation.language_names.values(), *words_for.language_names.values()]
        listed += [words_for.documents, words_for.document, words_for.summary, words_for.section]
    return frozenset(fold_word(phrase.strip()) for each in listed for phrase in each.split(","))


def _is_a_question(heading: str) -> bool:
    """Whether a heading asks the documents something, as those of frequent questions do."""
    asks = heading.rstrip().endswith(_ASKING_ENDS) and word_count(heading) > 1
    return asks and parse_library_question(heading) is None and small_talk(heading) is None


def _is_displayable(phrased: str) -> bool:
    """Whether it can be read as it is: short, on one line, without signs that hide or turn anything."""
    plain = not any(unicodedata.category(c)[0] == "C" for c in phrased)
    return plain and phrased == " ".join(phrased.split()) and len(phrased) <= _LONGEST


def _by_folder(records: Sequence[FileRecord]) -> list[FileRecord]:
    """In turn from each folder, the fullest first."""
    folders: dict[str, list[FileRecord]] = {}
    for record in sorted(records, key=lambda r: (-r.chunks, r.source)):
        folders.setdefault(str(PurePosixPath(record.path).parent), []).append(record)
    turns = [(turn, record) for rows in folders.values() for turn, record in enumerate(rows)]
    return [record for _, record in sorted(turns, key=lambda row: row[0])]


def _one_per_document(library_text: _LibraryText, records: Sequence[FileRecord], rounds: int = 1) -> Iterator[str]:
    """Yield a question to each of the documents, of another kind each time; in a further round, to further sections."""
    kinds = ("says", "summary", "section")
    turn = 0
    for nth, record in ((nth, record) for nth in range(rounds) for record in records):
        parts = sorted(library_text.parts(record), key=lambda part: (not _is_a_question(part.heading), -part.size))
        part = parts[nth] if nth < len(parts) else None
        kind = kinds[turn % len(kinds)]
        if part is not None and _is_a_question(part.heading) and kind == "summary":
            kind = "says"
        if kind == "summary" or part is None or not library_text.has_section_summary(record, part):
            phrased = list(library_text.phrase("summary", record)) if library_text.has_summary(record) else []
        else:
            phrased = list(library_text.phrase(kind, record, part.heading))
        turn += len(phrased)
        yield from phrased


def _cited(answer: Answer) -> Iterator[Citation]:
    """Yield the places from which to go on, the best first; one for each document."""
    claimed = (citation for claim in answer.claims for citation in claim.citations)
    near = (Citation(p.document_id, p.source, p.page, p.section, p.start, p.end, "") for p in answer.passages)
    seen: set[str] = set()
    for each in chain(answer.quotes, claimed, near):
        if each.document_id not in seen:
            seen.add(each.document_id)
            yield each


def _neighbouring_sections(library_text: _LibraryText, cited: Sequence[Citation]) -> Iterator[str]:
    """Yield the section after the one that was cited first, or else the one before it."""
    record = library_text.record(cited[0].document_id) if cited else None
    if record is None:
        return
    place = cited[0]
    here = spelled(without_markers(place.section[-1])) if place.section else ""
    others = [part for part in library_text.parts(record) if spelled(part.heading) != here]
    after = [part for part in others if part.start > place.start]
    before = [part for part in others if part.start <= place.start]
    for part in [*after[:_PLACES_TRIED], *before[: -_PLACES_TRIED - 1 : -1]]:
        if library_text.has_section_summary(record, part) and (
            phrased := list(library_text.phrase("says", record, part.heading))
        ):
            yield from phrased
            return


def _related_documents(library_text: _LibraryText, cited: Sequence[Citation]) -> Iterator[str]:
    """Yield what other documents say that is near in meaning to the first place."""
    here = library_text.library.chunk_at(cited[0].document_id, cited[0].start) if cited else None
    known = library_text.library.known_vectors([here.embedding_text]) if here is not None else {}
    if here is None or not known:
        return
    near = [ident for ident, _ in library_text.library.search_vector(known[here.embedding_text], _NEIGHBOUR_CHUNKS)]
    chunks = library_text.library.chunks(near)
    seen = {here.document_id}
    for chunk in (chunks[ident] for ident in near if ident in chunks):
        record = library_text.record(chunk.document_id)
        if record is None or record.id in seen:
            continue
        seen.add(record.id)
        heading = spelled(without_markers(chunk.section[-1])) if chunk.section else ""
        part = next((part for part in library_text.parts(record) if spelled(part.heading) == heading), None)
        if part is not None and library_text.has_section_summary(record, part):
            yield from library_text.phrase("section", record, part.heading)
        elif library_text.has_summary(record):
            yield from library_text.phrase("summary", record)


def _shared_names(library_text: _LibraryText, cited: Sequence[Citation]) -> Iterator[str]:
    """Yield a name that occurs in what was cited and in another document too."""
    names = dict.fromkeys(name for place in cited for name in _PROPER_NAME.findall(" ".join(place.quote.split())))
    languages = {library_text.language, "", *library_text.library.languages()}
    for name in islice(filter(_is_a_name, names), _PLACES_TRIED):
        forms = {stem(word, language) for word in words(name) for language in languages}
        found = library_text.library.search_words(dict.fromkeys(forms, 1.0), _NEIGHBOUR_CHUNKS)
        chunks = library_text.library.chunks([ident for ident, _ in found]).values()
        small = re.compile(rf"(?<!\w){re.escape(name.lower())}(?!\w)")  # a name is never written small
        if any(small.search(chunk.text) for chunk in chunks):
            continue
        if len({chunk.document_id for chunk in chunks if name in chunk.text}) > 1:
            yield from library_text.phrase("mention", x=name)
            return


def _is_a_name(name: str) -> bool:
    """Whether it is more than a word of every day, an abbreviation, a unit, a month or a day of the week."""
    spoken = words(name)
    if max(map(len, spoken), default=0) < _SHORTEST_NAME:
        return False
    usual = len(spoken) == 1 and any(is_stop(spoken[0], language) for language in known_languages())
    usual = usual or _is_generic(name)
    return bool(spoken) and not usual and not (_OFFERS_A_TIME and _OFFERS_A_TIME.search(name))


def _about_documents(library_text: _LibraryText, cited: Iterable[Citation]) -> Iterator[str]:
    """Yield questions about the documents themselves."""
    for place in cited:
        record = library_text.record(place.document_id)
        if record is not None and library_text.has_summary(record):
            yield from library_text.phrase("summary", record)
