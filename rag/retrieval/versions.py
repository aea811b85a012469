"""Two versions of a statement in two documents: which of them is newer, and that they do not say the same.

A lease of 2021 and one of 2024 answer alike well; which counts only their dates tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import PurePath

from rag.library.reader import LibraryReader
from rag.messages import Message
from rag.retrieval.coverage import CoveredSentence
from rag.text.analyzer import words
from rag.text.changes import Piece, align, differing
from rag.text.document_dates import DatedDocument, VersionOrder, version_order
from rag.text.languages import rules_for
from rag.text.sentences import sentences
from rag.types import Citation

_SENTENCES_LOOKED_AT = 8  # best sentences among which a newer version of the first is looked for
_VERSION_MARGIN_POINTS = 1.5  # points that a newer version may have less than an older one and still comes first
_MAX_STATEMENTS = 6  # sentences of a quote that are compared with those of another
_MAX_WORDS_TOLD = 6  # words of a difference that are told in a note
_WORD = re.compile(r"\S+")
_UNDERSCORES = re.compile(r"[_\W\d]+")


def by_version(
    ranked: Sequence[CoveredSentence], library: LibraryReader, *, older: bool = False
) -> tuple[list[CoveredSentence], bool]:
    """Return the sentences with the newest version of the first one before it, and whether there are versions of it.

    A version has to be nearly as good an answer. With ``older`` the oldest comes first.
    """
    first = best = next(iter(ranked), None)
    has_versions = False
    for each in ranked[1:_SENTENCES_LOOKED_AT]:
        if first is None or best is None or each.score < first.score - _VERSION_MARGIN_POINTS:
            break
        if not _are_versions(first, each, library):
            continue
        order = _order((best.passage.document_id, each.passage.document_id), library)
        if order is not None:
            has_versions = True
            best = each if order.second_is_newer != older else best
    if first is None or best is None or best is first:
        return list(ranked), has_versions
    return [replace(best, score=first.score), *(other for other in ranked if other is not best)], has_versions


def _are_versions(one: CoveredSentence, other: CoveredSentence, library: LibraryReader) -> bool:
    """Tell whether two sentences state the same thing in two documents: alike but for figures, or in the same place.

    The same place is the same heading of documents with the same name, dates and numbers aside: a clause that was
    rewritten has few words in common with the one before.
    """
    ids = (one.passage.document_id, other.passage.document_id)
    if ids[0] == ids[1]:
        return False
    sections = (one.passage.section, other.passage.section)
    if disagree(_piece(one.text, sections[0]), _piece(other.text, sections[1]), other.passage.language):
        return True
    headings = {_letters(section[-1]) if section else "" for section in sections}
    if len(headings) > 1 or "" in headings:
        return False
    records, openings = library.records_of(ids), library.openings(ids)
    titles = {_letters(openings[ident].title) if ident in openings else "" for ident in ids}
    names = {_letters(PurePath(records[ident].path).stem) if ident in records else "" for ident in ids}
    return any(len(found) == 1 and "" not in found for found in (titles, names))


def _letters(text: str) -> str:
    """Return the words of a text without numbers, in lower case."""
    return " ".join(word for word in words(_UNDERSCORES.sub(" ", text)) if not any(map(str.isdigit, word)))


def disagreement(quotes: Sequence[Citation], library: LibraryReader, language: str) -> str:
    """Return the note on what quotes of two documents say differently, the newer one first; "" where none do so."""
    for one, other in combinations(quotes, 2):
        if one.document_id == other.document_id:
            continue
        said = next(
            (
                (a.text, b.text)
                for a in _statements(one, language)
                for b in _statements(other, language)
                if disagree(a, b, language)
            ),
            None,
        )
        order = _order((one.document_id, other.document_id), library) if said is not None else None
        if said is None or order is None:
            continue
        told = [
            (PurePath(quote.source).name, day, words_said)
            for quote, day, words_said in zip((one, other), order.dates, _differing_words(*said), strict=True)
        ]
        newer, older = told[::-1] if order.second_is_newer else told
        names = {"newer": newer[0], "day": newer[1], "older": older[0], "before": older[1]}
        if newer[2] and older[2]:
            return Message(
                "{newer} ({day}) says “{now}”; the older {older} ({before}) said “{then}”.",
                **names,
                now=newer[2],
                then=older[2],
            )
        return Message("{newer} ({day}) says otherwise than the older {older} ({before}).", **names)
    return ""


def _differing_words(one: str, other: str) -> tuple[str, str]:
    """Return the words by which two statements differ where they do so in one place and in few words; else ""."""
    found = [
        [
            " ".join(m.group() for m in _WORD.finditer(text) if m.start() < b and a < m.end()).strip(",;:.")
            for a, b in row
        ]
        for text, row in zip((one, other), differing(one, other), strict=True)
    ]
    if any(len(row) != 1 or len(row[0].split()) > _MAX_WORDS_TOLD for row in found):
        return "", ""
    return found[0][0], found[1][0]


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


def _order(ids: tuple[str, str], library: LibraryReader) -> VersionOrder | None:
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
