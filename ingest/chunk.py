"""Splits a document into chunks. Pure: no files, no model; a given function counts tokens.

A chunk is a block of the document's structure, as far as the limit allows: a paragraph, or short ones together; a list
or a listing with the sentence that introduces it; adjacent rows of a table (each has its header's labels, see
shared/tables.py); in source code whole definitions, several where they fit. A block over the limit is cut between
sentences. Nothing is left out: every character that is not white space or a heading stands in exactly one chunk. Chunks
need no overlap: the path and the headings go with each, and the surroundings of a passage are read from the document
itself when an answer is generated.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import PurePath

from rag.text.scripts import word_count
from rag.text.sentences import leads, sentences
from rag.text.spellings import storable
from rag.types import Chunk, Document, Element, chunk_id

Count = Callable[[str], int]

SMALL_BLOCK_WORDS = 60  # words up to which adjacent paragraphs, or rows, are one block
WHOLE_BLOCK_WORDS = 160  # words up to which a list or a listing is one block with its introduction
HEADING_SHARE = 4  # the headings above a chunk may take one part in this many of its limit
WELL_FILLED = 3  # a chunk filled to one part in this many may be closed at a paragraph's end
_FIRST_PROBE = 1024  # characters of a long text that are counted before its whole
_ONE_BY_ONE = 8  # units that are left out of a chunk one by one, where more than those do not fit
_MOST_MARKS = 30  # combining marks of one letter (as Unicode's Stream-Safe Text Format has it); more are a hoax
_SEPARATORS = re.compile(r"[/\\_\-.\s]+")
_FROM = re.compile(r"From: .*@")
_CORRESPONDENT = re.compile(r"^(?:From|To): \"?([^<@\n\"]+?)\"?\s*<", re.MULTILINE)
_CELL_ENDS = re.compile(r" \| ")
_CLAUSE_ENDS = re.compile(r"[,;:…)\]»”—–،؛]\s+|\s+(?=[(\[«“—–])|[、，；：）」』】》]\s*|\n")
_WORD_ENDS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class _Unit:
    """An indivisible unit: a sentence, a table row, a line of code, or a piece of one that is over the limit."""

    start: int
    end: int
    page: int | None
    paragraph: int
    tokens: int


def chunk(document: Document, document_id: str, count: Count, limit: int, path: str = "") -> list[Chunk]:
    """Return the chunks of a document in order; ``count(chunk.embedding_text) <= limit`` for each that can be cut.

    A heading with nothing under it becomes a chunk of its own. Headings above a chunk that would take more than a
    quarter of the limit are shortened, the outermost first; so is the ``path``.
    """
    return list(iterate_chunks(document, document_id, count, limit, path))


def iterate_chunks(document: Document, document_id: str, count: Count, limit: int, path: str = "") -> Iterator[Chunk]:
    """Yield the chunks of a document, each as soon as it is cut; see :func:`chunk`."""
    ordinal = 0
    context = _with_correspondents(_context(path, count, limit), document, count, limit)
    groups = _groups(document.elements)
    is_code = all(element.kind == "code" for element in document.elements)
    if is_code:
        groups = _whole_definitions(document, groups, count, limit)
    for section, group in groups:
        heading = _fitting(section[:-1] if group[0].kind == "title" else section, count, limit)
        above = (context, *heading) if context else heading
        fits = _fits(document.text, above, count, limit)
        for block in [group] if is_code else _blocks(document.text, group):
            units = _units(document, block, above, count, limit)
            for start, end, page in _packed(units, above, count, limit, fits):
                text = document.text[start:end]
                identity = chunk_id(document_id, start, text)
                place = (ordinal, text, start, end, page)
                yield Chunk(identity, document_id, *place, heading, document.language, context)
                ordinal += 1


def _context(path: str, count: Count, limit: int) -> str:
    """Return the words of a path, without its suffix; only the last ones where all would exceed their share."""
    named = storable(str(PurePath(path).with_suffix(""))) if path else ""  # a name need not be text in UTF-8
    spoken = _SEPARATORS.sub(" ", named).split()
    while spoken and count(" ".join(spoken)) > max(1, limit // HEADING_SHARE):
        spoken = spoken[1 + len(spoken) // 8 :]
    return " ".join(spoken)


def _with_correspondents(context: str, document: Document, count: Count, limit: int) -> str:
    """Return the context of a letter's chunks with the names of who wrote it and to whom.

    They stand above all that it says: "who held the money back" is answered far below "From: …".
    """
    headed = [text for each in document.elements if _FROM.match(text := document.text[each.start : each.end])]
    names = " ".join(dict.fromkeys(match[1].strip() for match in _CORRESPONDENT.finditer(headed[0]))) if headed else ""
    found = " ".join(filter(None, (context, names)))
    return found if len(headed) == 1 and count(found) <= limit // HEADING_SHARE else context


def _blocks(text: str, group: list[Element]) -> Iterator[list[Element]]:
    """Yield the elements under one heading, block by block."""
    block: list[Element] = []
    size = 0
    for element in group:
        more = word_count(text[element.start : element.end])
        if block and not _belongs(text, block, element, size + more):
            yield block
            block, size = [], 0
        block.append(element)
        size += more
    if block:
        yield block


def _belongs(text: str, block: list[Element], element: Element, size: int) -> bool:
    """Tell whether the element continues the block, which is of ``size`` words with it."""
    last = block[-1]
    if text[last.end : element.start] == " ":  # a paragraph continues across a page break
        return True
    if element.kind in ("list", "code"):
        led = last.kind in ("list", "code") or leads(text[last.start : last.end]) or size < SMALL_BLOCK_WORDS
        return last.kind != "row" and led and size <= WHOLE_BLOCK_WORDS
    return element.kind == last.kind and size <= SMALL_BLOCK_WORDS


def _groups(elements: tuple[Element, ...]) -> Iterator[tuple[tuple[str, ...], list[Element]]]:
    """Yield the elements under each heading, without it; a heading with nothing under it stands alone."""
    group: list[Element] = []
    for at, element in enumerate(elements):
        if element.kind == "title":
            if group:
                yield group[0].section, group
                group = []
            below = elements[at + 1].section if at + 1 < len(elements) else ()
            covered = below[: len(element.section)] == element.section
            if not covered:
                yield element.section, [element]
        else:
            if group and group[0].section != element.section:
                yield group[0].section, group
                group = []
            group.append(element)
    if group:
        yield group[0].section, group


def _whole_definitions(
    document: Document, groups: Iterator[tuple[tuple[str, ...], list[Element]]], count: Count, limit: int
) -> Iterator[tuple[tuple[str, ...], list[Element]]]:
    """Merge adjacent definitions of one class or module to one group, as long as all of it fits in a chunk."""
    run: list[Element] = []
    section: tuple[str, ...] = ()
    base: tuple[str, ...] = ()  # what encloses the first of the run: none of its names may get lost
    for own, group in groups:
        common = _common(section, own) if run else own
        start, end = (run or group)[0].start, group[-1].end
        together = [*run, *group]
        if (
            run
            and own[: len(base)] == base
            and _fits(document.text, _fitting(common, count, limit), count, limit)(start, end)
        ):
            run, section = together, common
            continue
        if run:
            yield section, run
        run, section, base = group, own, own[:-1]
    if run:
        yield section, run


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _fitting(section: tuple[str, ...], count: Count, limit: int) -> tuple[str, ...]:
    """Return the innermost headings that fit their share."""
    share = max(1, limit // HEADING_SHARE)
    section = section[-share - 1 :]  # each has one token at least: the stroke between two
    while section and not _within(" / ".join(section), count, share):
        if len(section) > 1:
            section = section[1:]
            continue
        words = section[0].rstrip("…").split()
        shorter = " ".join(words[: len(words) // 2]) or "".join(words)[: len("".join(words)) // 2]
        section = (f"{shorter}…",) if shorter else ()
    return section


def _embedding_text(heading: tuple[str, ...], text: str) -> str:
    return Chunk("", "", 0, text, 0, 0, None, heading, "").embedding_text


def _fits(text: str, heading: tuple[str, ...], count: Count, limit: int) -> Callable[[int, int], bool]:
    """Return a function that tells whether a span fits; of a span far too long it counts the beginning only."""

    def fits(start: int, end: int) -> bool:
        return all(
            count(_embedding_text(heading, text[start : start + length])) <= limit for length in _probes(end - start)
        )

    return fits


def _within(text: str, count: Count, limit: int) -> bool:
    """Tell whether a text has no more tokens than that; of one with far more the beginning is counted only."""
    return all(count(text[:length]) <= limit for length in _probes(len(text)))


def _probes(length: int) -> Iterator[int]:
    """Yield growing lengths, the last one the whole: where a beginning does not fit, the whole need not be counted.

    A beginning is half of the whole at most, as a few letters more may make fewer tokens.
    """
    probe = _FIRST_PROBE
    while 2 * probe <= length:
        yield probe
        probe *= 4
    yield length


def _units(
    document: Document, group: list[Element], heading: tuple[str, ...], count: Count, limit: int
) -> Iterator[_Unit]:
    fits = _fits(document.text, heading, count, limit)
    paragraph, before, special = 0, group[0].start, count("")
    for elements in _paragraphs(document.text, group):
        paragraph += 1
        starts = [element.start for element in elements]
        for start, end in _spans(document, elements):
            paragraph += elements[0].kind == "code" and "\n\n" in document.text[before:start]
            before = end
            page = elements[bisect_right(starts, start) - 1].page
            for first, last in _pieces(document.text, start, end, fits):
                tokens = max(1, count(document.text[first:last]) - special)  # of none, all that follow would be taken
                yield _Unit(first, last, page, paragraph, tokens)


def _paragraphs(text: str, group: list[Element]) -> Iterator[list[Element]]:
    """Yield each element as a paragraph, joined where one continues across a page break."""
    paragraph: list[Element] = []
    for element in group:
        if paragraph and text[paragraph[-1].end : element.start] != " ":
            yield paragraph
            paragraph = []
        paragraph.append(element)
    if paragraph:
        yield paragraph


def _spans(document: Document, elements: list[Element]) -> Iterator[tuple[int, int]]:
    start, end = elements[0].start, elements[-1].end
    text = document.text[start:end]
    if elements[0].kind in ("row", "title"):
        yield start, end
    elif elements[0].kind == "code":
        for line in re.finditer(r"^[^\S\n]*\S[^\n]*", text, re.MULTILINE):
            yield start + line.start(), start + line.end()
    else:
        for first, last in sentences(text, document.language):
            yield start + first, start + last


def _pieces(text: str, start: int, end: int, fits: Callable[[int, int], bool]) -> Iterator[tuple[int, int]]:
    """Yield a span as it is, or cut at clauses, then words, then letters, so that each piece fits or is one letter."""
    while end - start > 1 and not fits(start, end):
        cut = _cut(text, start, end, fits)
        last = cut
        while last > start and text[last - 1].isspace():
            last -= 1
        yield start, last
        start = cut
        while start < end and text[start].isspace():
            start += 1
        if start >= end:
            return
    yield start, end


def _cut(text: str, start: int, end: int, fits: Callable[[int, int], bool]) -> int:
    """Return where to cut ``text[start:end]``, which is too long: at least one character after ``start``."""
    low, high = start + 1, end  # text[start:low] fits, or is one character
    step = 64
    while low + step < high and fits(start, low + step):  # short probes: the whole may be millions of characters
        low, step = low + step, step * 2
    high = min(high, low + step)
    while high - low > 1:
        middle = (low + high) // 2
        if fits(start, middle):
            low = middle
        else:
            high = middle
    half = start + (low - start) // 2
    for pattern, least in ((_CELL_ENDS, half), (_CLAUSE_ENDS, half), (_WORD_ENDS, start + 1)):
        ends = [match.end() for match in pattern.finditer(text, start, min(low + 1, end)) if match.end() <= low]
        if ends and ends[-1] > least and text[start : ends[-1]].strip():
            return ends[-1]
    letter = low
    while letter > max(start + 1, low - _MOST_MARKS) and unicodedata.category(text[letter])[0] == "M":
        letter -= 1  # a combining mark goes with its letter
    return low if unicodedata.category(text[letter])[0] == "M" else letter


def _packed(
    units: Iterator[_Unit], heading: tuple[str, ...], count: Count, limit: int, fits: Callable[[int, int], bool]
) -> Iterator[tuple[int, int, int | None]]:
    """Yield adjacent units in as few pieces as the limit allows, cut at paragraphs where they are full enough."""
    every = list(units)
    room = limit - count(_embedding_text(heading, ""))
    at = 0
    while at < len(every):
        last = at  # the last unit taken
        tokens = every[at].tokens
        ends = at  # the last unit taken that ends its paragraph
        while last + 1 < len(every) and every[last + 1].page == every[at].page:
            following = every[last + 1]
            if tokens + following.tokens > room:
                break
            if every[last].paragraph != following.paragraph:
                ends = last
            last, tokens = last + 1, tokens + following.tokens
        cut_within = last + 1 < len(every) and every[last].paragraph == every[last + 1].paragraph
        same_page = last + 1 < len(every) and every[last + 1].page == every[at].page
        if cut_within and same_page and every[ends].paragraph != every[last].paragraph:
            filled = sum(unit.tokens for unit in every[at : ends + 1])
            if filled * WELL_FILLED >= room:
                last = ends
        taken = last - at
        while last > at and not fits(every[at].start, every[last].end):  # joined text may tokenise differently
            last = last - 1 if at + taken - last < _ONE_BY_ONE else (at + last) // 2
        yield every[at].start, every[last].end, every[at].page
        at = last + 1
