"""Two versions of a statement in two documents: which of them is newer, and that they do not say the same.

A lease of 2021 and one of 2024 answer alike well; which counts only their dates tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import PurePath

from rag.library.library import Library
from rag.messages import Message
from rag.retrieval.coverage import CoveredSentence
from rag.text.analyzer import words
from rag.text.changes import Piece, align, differing
from rag.text.document_dates import DatedDocument, VersionOrder, version_order
from rag.text.languages import rules_for
from rag.text.sentences import sentences
from rag.types import Citation

_SENTENCES_LOOKED_AT = 8  # best sentences among which a newer version of the first is looked for
_NEWER_MARGIN_POINTS = 1.0  # points that a newer version may have less than an older one and still comes first
_MAX_STATEMENTS = 6  # sentences of a quote that are compared with those of another


def newer_first(ranked: Sequence[CoveredSentence], library: Library) -> list[CoveredSentence]:
    """Return the sentences with a newer version of the first one before it, where it is nearly as good an answer."""
    best = next(iter(ranked), None)
    for each in ranked[1:_SENTENCES_LOOKED_AT]:
        if best is None or each.score < best.score - _NEWER_MARGIN_POINTS:
            break
        ids = (best.passage.document_id, each.passage.document_id)
        if ids[0] != ids[1] and disagree(
            _piece(best.text, best.passage.section), _piece(each.text, each.passage.section), each.passage.language
        ):
            order = _order(ids, library)
            if order is not None and order.second_is_newer:
                rest = [other for other in ranked if other is not each]
                return [replace(each, score=best.score), *rest]
    return list(ranked)


def disagreement(quotes: Sequence[Citation], library: Library, language: str) -> str:
    """Return the note that quotes of two documents do not say the same, and which is newer; "" where none do so."""
    for one, other in combinations(quotes, 2):
        if one.document_id == other.document_id:
            continue
        if any(disagree(a, b, language) for a in _statements(one, language) for b in _statements(other, language)):
            order = _order((one.document_id, other.document_id), library)
            if order is None:
                continue
            newer, older = (other, one) if order.second_is_newer else (one, other)
            day, before = order.dates[::-1] if order.second_is_newer else order.dates
            return Message(
                "Other sources disagree: {newer} is newer ({day}) than {older} ({before}).",
                newer=PurePath(newer.source).name,
                day=day,
                older=PurePath(older.source).name,
                before=before,
            )
    return ""


def disagree(first: Piece, second: Piece, language: str) -> bool:
    """Tell whether two sentences are versions of each other in which a figure differs or a denial."""
    if not align([first], [second]).changed:
        return False
    one, other = first.text, second.text
    left, right = differing(one, other)
    if all(
        any(letter.isdigit() for a, b in spans for letter in text[a:b]) for text, spans in ((one, left), (other, right))
    ):
        return True
    known = rules_for(language)
    negators = set(known.grounding.negation.negators.split()) if known else set()
    return len(negators & set(words(one))) != len(negators & set(words(other)))


def _piece(text: str, section: Sequence[str]) -> Piece:
    return Piece(text, section[-1] if section else "")


def _statements(quote: Citation, language: str) -> list[Piece]:
    """Return the sentences of a quote that answer, or its first ones; each row of a table."""
    spans = [(start - quote.start, end - quote.start) for start, end in quote.marks]
    spans = (spans or sentences(quote.quote, language))[:_MAX_STATEMENTS]
    return [_piece(quote.quote[a:b], quote.section) for a, b in spans]


def _order(ids: tuple[str, str], library: Library) -> VersionOrder | None:
    records, openings = library.records_of(ids), library.openings(ids)
    dated = [
        DatedDocument(
            records[ident].path,
            openings[ident].title if ident in openings else "",
            openings[ident].text if ident in openings else "",
            records[ident].stamp.mtime_ns,
        )
        for ident in ids
        if ident in records
    ]
    return version_order(*dated) if len(dated) == 2 else None
