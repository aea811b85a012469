"""Extend a sentence to the quote that is shown: as much of the document's structure as makes it whole.

A sentence that leads in to a list or a listing is quoted with it, an item with its whole list, a line of code with its
listing and lead-in. A sentence that says hardly more than the question does (a heading, a pasted error, the question of
an FAQ) is quoted with what follows it. Nothing here ranks; nothing is looked up but the document's own elements.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.library.reader import LibraryReader
from rag.text.analyzer import is_stop, stem, words
from rag.text.scripts import word_count
from rag.text.sentences import leads, sentences
from rag.types import Element, QuotePart

BLOCK_SEARCH_CHARS = 4_000  # characters before and after a sentence within which its block is looked for
WHOLE_LIST_WORDS = 130  # words up to which a list or a listing is shown whole
_LEAD_IN_WORDS = 40  # words up to which a paragraph right before a list or a listing leads to it
_MAX_EXTENSIONS = 4  # most sentences or blocks appended until the quote says more than the question
_QUESTION_MARKS = ("?", "？", "؟")
_CLOSES = " \n\"'»”’)]*_"
_HEADER_ROWS = 4  # most rows of a header
_LABEL_ENDS_TRIED = 4  # places in a cell where its label may end
_STRUCTURED = ("list", "code")


@dataclass(frozen=True, slots=True)
class StructureBlock:
    """A stretch of a document to be quoted; ``document.text[start:end] == text``."""

    start: int
    end: int
    text: str
    parts: tuple[QuotePart, ...]
    items: tuple[int, int] | None = None  # shown, and there are, where a list or a table was too long


@dataclass(frozen=True, slots=True)
class Section:
    """The elements under one heading around a place, and their text."""

    text: str
    offset: int  # of the text in the document
    elements: tuple[Element, ...]
    language: str

    @classmethod
    def around(cls, library: LibraryReader, document_id: str, start: int, language: str) -> Section | None:
        """Return the section around the character at ``start``; None where the document is no longer held."""
        near = library.elements_near(document_id, start, BLOCK_SEARCH_CHARS)
        at = next((i for i in reversed(range(len(near))) if near[i].start <= start), None)
        if at is None:
            return None
        first = last = at
        while first and _belong_together(near[first - 1], near[at]):
            first -= 1
        while last + 1 < len(near) and _belong_together(near[last + 1], near[at]):
            last += 1
        elements = tuple(near[first : last + 1])
        [text] = library.texts_between([(document_id, elements[0].start, elements[-1].end)])
        return cls(text, elements[0].start, elements, language) if text else None

    def text_between(self, start: int, end: int) -> str:
        """Return the document's characters from ``start`` to ``end``."""
        return self.text[start - self.offset : end - self.offset]

    def index(self, place: int) -> int:
        """Return the index of the element that holds the character at ``place``."""
        return max((i for i, each in enumerate(self.elements) if each.start <= place), default=0)

    def is_header(self, at: int) -> bool:
        """Tell whether an element is a row of labels above the rows that carry them, with no content of its own."""
        cells = self._cells(at)
        if not cells:
            return False
        rows = itertools.takewhile(
            bool, map(self._cells, range(at + 1, min(at + 1 + _HEADER_ROWS, len(self.elements))))
        )
        labels = {piece for row in rows for cell in row for piece in _label_pieces(cell)}
        return sum(cell.rstrip(" :") in labels for cell in cells) >= min(2, len(cells))

    def _cells(self, at: int) -> list[str]:
        element = self.elements[at]
        return self.text_between(element.start, element.end).split(" | ") if element.kind == "row" else []

    def sentences(self, at: int) -> list[tuple[int, int]]:
        """Return the sentences of an element as offsets in the document; a row or a listing is one sentence."""
        element = self.elements[at]
        if element.kind in ("row", "code"):
            return [(element.start, element.end)]
        spans = sentences(self.text_between(element.start, element.end), self.language)
        return [(element.start + start, element.start + end) for start, end in spans]


def _belong_together(element: Element, other: Element) -> bool:
    """Tell whether two elements are under one heading, and may be quoted together."""
    apart = ("furniture",) if other.kind != "furniture" else ()
    return element.section == other.section and element.kind not in ("title", *apart)


def _label_pieces(cell: str) -> set[str]:
    """Return the labels that a cell may bear, and the names they consist of."""
    ends = [found.start() for found in re.finditer(": ", cell)][:_LABEL_ENDS_TRIED]
    return {piece for end in ends for piece in (cell[:end], *cell[:end].split(" / "))}


def block_of(
    section: Section, start: int, end: int, question_stems: frozenset[str], *, paragraph: int = 0, max_words: int = 0
) -> StructureBlock:
    """Return the block to quote for the sentence from ``start`` to ``end``.

    ``question_stems`` are the stems of the question. A paragraph of up to ``paragraph`` words is quoted whole;
    ``max_words`` is how many words the block may reach by taking in the elements around it.
    """
    first, last = section.index(start), section.index(max(start, end - 1))
    kind = section.elements[first].kind
    begin, until = start, end
    if kind in _STRUCTURED:
        begin, until = _list_span(section, first, last)
    elif kind == "text" and _is_lead_in(section, last, end):
        until = _list_end(section, last + 1)
    elif kind == "text" and first == last:
        begin, until = _whole_element(section, first, begin, until, paragraph)
    begin, until = _until_informative(section, begin, until, question_stems)
    if max_words:
        begin, until = _extended(section, begin, until, max_words)
    return _cropped(section, begin, until, max(max_words, WHOLE_LIST_WORDS), start)


def _whole_element(section: Section, at: int, start: int, end: int, most: int) -> tuple[int, int]:
    """Return the span of an element of up to ``most`` words; else the span given."""
    element = section.elements[at]
    fits = word_count(section.text_between(element.start, element.end)) <= most
    return (element.start, element.end) if fits else (start, end)


def _extended(section: Section, start: int, end: int, most: int) -> tuple[int, int]:
    """Extend a span by the whole elements after and before it, as far as they fit into ``most`` words."""
    first, last = section.index(start), section.index(max(start, end - 1))
    begin, until = min(start, section.elements[first].start), max(end, section.elements[last].end)
    size = word_count(section.text_between(begin, until))
    if size > most:
        return start, end
    while True:
        for at in (last + 1, first - 1):
            if 0 <= at < len(section.elements):
                more = word_count(section.text_between(section.elements[at].start, section.elements[at].end))
                if size + more <= most:
                    size, first, last = size + more, min(first, at), max(last, at)
                    break
        else:
            return min(begin, section.elements[first].start), max(until, section.elements[last].end)


def _is_lead_in(section: Section, at: int, end: int) -> bool:
    """Tell whether the sentence that ends at ``end`` leads in to the list or listing after its element."""
    if at + 1 >= len(section.elements) or section.elements[at + 1].kind not in _STRUCTURED:
        return False
    element = section.elements[at]
    if section.text_between(end, element.end).strip():
        return False
    return leads(section.text_between(element.start, end)) or (
        word_count(section.text_between(element.start, element.end)) <= _LEAD_IN_WORDS
    )


def _list_span(section: Section, first: int, last: int) -> tuple[int, int]:
    """Return the span of a list or listing with the sentence that leads in to it."""
    kinds = section.elements
    while first and kinds[first - 1].kind in _STRUCTURED:
        first -= 1
    start = kinds[first].start
    if first and kinds[first - 1].kind == "text":
        sentence = section.sentences(first - 1)[-1]
        if _is_lead_in(section, first - 1, sentence[1]):
            start = sentence[0]
    return start, _list_end(section, last)


def _list_end(section: Section, at: int) -> int:
    while at + 1 < len(section.elements) and section.elements[at + 1].kind in _STRUCTURED:
        at += 1
    return section.elements[at].end


def _until_informative(section: Section, start: int, end: int, question_stems: frozenset[str]) -> tuple[int, int]:
    """Extend a span by the following sentences or blocks until it says more than the question."""
    for _ in range(_MAX_EXTENSIONS):
        if adds_information(section.text_between(start, end), question_stems, section.language):
            break
        following = next(_after(section, end), None)
        if following is None:
            break
        end = following
    return start, end


def _after(section: Section, end: int) -> Iterator[int]:
    """Yield the ends of the sentences and blocks after ``end``, one after the other."""
    for at in range(section.index(max(section.offset, end - 1)), len(section.elements)):
        if section.elements[at].kind in _STRUCTURED and section.elements[at].start >= end:
            yield _list_end(section, at)
            return
        for _, last in section.sentences(at):
            if last > end:
                yield _list_end(section, at + 1) if _is_lead_in(section, at, last) else last


def adds_information(text: str, question_stems: frozenset[str], language: str) -> bool:
    """Tell whether a text says more than the question: a number, or a content word.

    A text that ends with a question (in an FAQ) does not: the answer follows it.
    """
    if text.rstrip(_CLOSES).endswith(_QUESTION_MARKS):
        return False
    return any(
        stem(word, language) not in question_stems and not is_stop(word, language) for word in words(text, language)
    )


def _cropped(section: Section, start: int, end: int, most: int, place: int) -> StructureBlock:
    """Return the block with its parts, cropped to ``most`` words where it is too long.

    A cropped block starts with its lead-in, or with the part that holds ``place`` where that would be cut off.
    """
    parts = [
        QuotePart(each.kind, max(start, each.start), min(end, each.end))
        for each in section.elements
        if each.start < end and each.end > start
    ]
    total = sum(part.kind in _STRUCTURED for part in parts)
    kept = _first(section, parts, most)
    if len(kept) > 1 and kept[-1].kind == "text" and kept[-1].start > place and _is_cut_off(section, kept[-1].end):
        kept.pop()
    if kept[-1].end <= place:
        kept = _first(section, [part for part in parts if part.end > place], most)
    shown = sum(part.kind in _STRUCTURED for part in kept)
    items = (shown, total) if shown < total else None
    return StructureBlock(
        kept[0].start, kept[-1].end, section.text_between(kept[0].start, kept[-1].end), tuple(kept), items
    )


def _is_cut_off(section: Section, end: int) -> bool:
    """Tell whether the text up to ``end`` leads in to a list or a listing after it."""
    at = section.index(end - 1)
    following = section.elements[at + 1 : at + 2]
    return leads(section.text_between(section.offset, end)) and any(each.kind in _STRUCTURED for each in following)


def _first(section: Section, parts: Sequence[QuotePart], most: int) -> list[QuotePart]:
    """Return the first parts up to ``most`` words, with at least one item of a list and its lead-in."""
    kept: list[QuotePart] = []
    size = 0
    for part in parts:
        size += word_count(section.text_between(part.start, part.end))
        if kept and size > most and any(each.kind in _STRUCTURED for each in kept):
            break
        kept.append(part)
    return kept
