"""Answer "What changed between the old and the new lease?": the sentences that differ, side by side, each cited.

Nothing is written: sentences and rows of both documents are aligned by their words (rag/text/changes.py), and those
that were changed, added or removed are quoted. Figures and denials that changed come first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice, repeat

from rag.conversation.about_library.listing import DocumentList
from rag.conversation.about_library.replies import reply_text
from rag.conversation.about_library.summarize import first_sentences
from rag.conversation.comparison.document_pieces import AlignedDocuments, DocumentPiece, aligned_documents
from rag.conversation.comparison.version_pair import Search, VersionChoice, VersionPair, find_versions
from rag.conversation.comparison.version_question import VersionQuestion, parse_version_question
from rag.retrieval.filters import SearchFilter, apply_filter
from rag.text.analyzer import stem, words
from rag.text.changes import differing
from rag.text.dates import dates as days
from rag.types import Answer, AnswerStatus, Change, Citation, Comparison, FileRecord, QuotePart

_MAX_CHANGES_SHOWN = 12
_Pair = tuple[DocumentPiece | None, DocumentPiece | None]


def answer_comparison(
    question: str,
    listing: DocumentList,
    chosen: Sequence[FileRecord],
    search: Search,
    last_cited: Callable[[], Sequence[str]] = lambda: (),
) -> Answer | None:
    """Return what differs between the documents that a question compares; None where it compares no two documents.

    ``chosen`` are the documents that a person has chosen to ask, () for all; ``search`` finds documents by meaning.
    ``last_cited`` gives the ids of those that the answer before was quoted from, which "compare them" means.
    """
    bare, narrowed = apply_filter(question)
    parsed = parse_version_question(bare)
    if parsed is None:
        return None
    if narrowed.files:
        chosen = [each for each in listing.records if any(_is_of(each, name) for name in narrowed.files)]
    if len(chosen) != 2 and not any(side.nouns or side.files or side.years for side in parsed.sides):
        held = {record.id: record for record in listing.records}
        chosen = [held[ident] for ident in last_cited() if ident in held][:2]
    found = find_versions(parsed, listing, chosen, search)
    if isinstance(found, VersionChoice):
        lines = [reply_text(parsed.language, "which_two"), *(f"- {listing.names[each.id]}" for each in found.records)]
        return _own_words(question, lines, found.records)
    if found is None:
        return None
    return _Comparison(question, parsed, listing, found).answer()


@dataclass(frozen=True, slots=True)
class _Comparison:
    question: str
    parsed: VersionQuestion
    listing: DocumentList
    pair: VersionPair

    def answer(self) -> Answer | None:
        """Return the pairs that differ; of documents that are no versions of each other, how either begins."""
        aligned = aligned_documents(*self._records, self.listing.library)
        if aligned is None:
            return None
        if not self.pair.are_versions:
            beginnings = [first_sentences(record, self.listing.library)[:1] for record in self._records]
            first, second = (next(iter(row), None) for row in beginnings)
            return self._told("unlike", [(first, second)])
        pairs = _ranked(aligned, self._dates)
        topic = self._topic(aligned)
        about = [pair for pair in pairs if _holds(pair, topic, self.parsed.language)] if topic else pairs
        if about:
            return self._told("differ", map(_cited, about, repeat(self._records)), len(about))
        same = [pair for pair in aligned.equal if topic and _holds(pair, topic, self.parsed.language)]
        return self._told("alike", map(_cited, same, repeat(self._records)))

    @property
    def _records(self) -> tuple[FileRecord, FileRecord]:
        return self.pair.first, self.pair.second

    @property
    def _dates(self) -> tuple[str, str]:
        return self.pair.order.dates if self.pair.order else ("", "")

    def _topic(self, aligned: AlignedDocuments) -> frozenset[str]:
        """Return the stems of what is compared, as far as one of the documents speaks of it."""
        wanted = {stem(word, self.parsed.language) for word in self.parsed.topic}
        pieces = (piece for pair in (*aligned.changed, *aligned.equal) for piece in pair)
        spoken = {
            each
            for piece in (*pieces, *aligned.only_first, *aligned.only_second)
            for each in _stems(piece, self.parsed.language)
        }
        return frozenset(wanted & spoken)

    def _told(self, key: str, pairs: Iterable[tuple[Citation | None, Citation | None]], many: int = 0) -> Answer:
        """Return Oaken's sentence on the two documents with these quotes side by side."""
        sides = tuple(
            f"{self.listing.names[record.id]} ({date})" if date else self.listing.names[record.id]
            for record, date in zip(self._records, self._dates, strict=True)
        )
        lines = [reply_text(self.parsed.language, key, many or None, x=sides[0], y=sides[1])]
        if many > _MAX_CHANGES_SHOWN:
            lines.append(reply_text(self.parsed.language, "more", many - _MAX_CHANGES_SHOWN))
        quotes: list[Citation] = []
        changes: list[Change] = []
        for pair in islice(pairs, _MAX_CHANGES_SHOWN):
            places = [None if citation is None else len(quotes) + at for at, citation in enumerate(pair)]
            if pair[0] is None:
                places[1] = len(quotes)
            quotes += filter(None, pair)
            changes.append(Change(*places))
        told = _own_words(self.question, lines, self._records)
        return replace(told, quotes=tuple(quotes), comparison=Comparison(sides, tuple(changes)) if changes else None)


def _is_of(record: FileRecord, name: str) -> bool:
    """Tell whether "file:NAME" admits a document."""
    return SearchFilter(files=(name,)).has_any([record])


def _own_words(question: str, lines: Sequence[str], records: Sequence[FileRecord]) -> Answer:
    return Answer(question, AnswerStatus.TOLD, 1.0, reply="\n".join(lines), documents=tuple(records))


def _ranked(aligned: AlignedDocuments, dates: tuple[str, str]) -> list[_Pair]:
    """Return what differs: figures and single words first, then what was rewritten, then what stands in one alone.

    Within these in the order of the text; the line that dates a version comes last.
    """
    pairs: list[_Pair] = [*aligned.changed, *((each, None) for each in aligned.only_first)]
    pairs += [(None, each) for each in aligned.only_second]
    return sorted(pairs, key=lambda pair: _rank(pair, dates))


def _rank(pair: _Pair, dates: tuple[str, str]) -> tuple[int, int]:
    first, second = pair
    piece = first or second
    place = piece.start if piece else 0
    if any(
        date and piece and date in {key for day in days(piece.text) for key in day.keys}
        for piece, date in zip(pair, dates, strict=True)
    ):
        return 3, place
    if first is None or second is None:
        return 2, place
    left, right = differing(first.text, second.text)
    changed = [first.text[a:b] for a, b in left] + [second.text[a:b] for a, b in right]
    return int(not any(letter.isdigit() for text in changed for letter in text)), place


def _stems(piece: DocumentPiece, language: str) -> set[str]:
    """Return the stems of a piece and of the heading above it."""
    return {stem(word, language) for word in words(f"{piece.text} {' '.join(piece.element.section[-1:])}")}


def _holds(pair: _Pair, topic: frozenset[str], language: str) -> bool:
    return any(piece is not None and topic & _stems(piece, language) for piece in pair)


def _cited(pair: _Pair, records: tuple[FileRecord, FileRecord]) -> tuple[Citation | None, Citation | None]:
    """Return both sides of a pair as citations in which the words that differ are marked."""
    first, second = pair
    left, right = differing(first.text, second.text) if first and second else ([], [])
    return (
        None if first is None else _citation(first, records[0], left),
        None if second is None else _citation(second, records[1], right),
    )


def _citation(piece: DocumentPiece, record: FileRecord, spans: Sequence[tuple[int, int]]) -> Citation:
    return Citation(
        record.id,
        record.source,
        piece.element.page,
        piece.element.section,
        piece.start,
        piece.end,
        piece.text,
        1.0,
        (QuotePart(piece.element.kind, piece.start, piece.end),),
        tuple((piece.start + start, piece.start + end) for start, end in spans),
    )
