"""Turn the lines of pages into headings, paragraphs, list items and table rows. Pure; knows nothing of pdfium."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median

from ingest.readers.pages.grid import line_block
from ingest.readers.pages.hyphens import before_more, with_compounds
from ingest.readers.pages.ruled_tables import Grids, in_tables
from ingest.readers.pages.running_lines import without_running
from ingest.readers.pages.table_blocks import table_blocks
from ingest.readers.pages.text_line import PARAGRAPH_END, OutlineEntry, TextLine
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.furniture import FURNITURE
from rag.text.scripts import word_count
from rag.types import Link
from rag.types import PageLine as Printed

HEADING_SIZE = 1.15  # times the usual size: found 9 of 9 and 306 of 306 headings on two files
LONGEST_HEADING = 200  # characters
LONGEST_BOLD = 100
MOST_HEADING_LINES = 4
LONGEST_NUMBER = 8  # digits of a heading's number
LEAST_DIGITS = 5  # of a telephone number or a postal code

_BULLET = re.compile(r"[•‣◦▪■●○\uf0b7\uf0a7]\s*")
_PAGE_ITEM = re.compile(r"(?:[•‣◦▪■●○\uf0b7\uf0a7]|(?:[-*–—]|\(?(?:\d{1,3}[.)]|[A-Za-z\u0410-\u044f]\)))\s)\s*\S")
_ITEM_LABEL = re.compile(r"[•‣◦▪■●○\uf0b7\uf0a7*–—-]|\(?(?:\d{1,3}(?:\.\d{1,3})*|\w)[.)]?")  # an item's mark, set apart
_LEADING_NUMBER = re.compile(r"^\d+")  # of a heading, which its bookmark may lack


def blocks(
    lines: Sequence[TextLine], bookmarks: Sequence[OutlineEntry] = (), grids: Grids | None = None
) -> Iterator[ReaderBlock]:
    """Yield the blocks of a document in the order of its lines, without running headers and footers.

    ``grids`` are those drawn on its pages.
    """
    lines = [line for line in lines if line.text.strip()]
    usual = _usual_size(lines)
    lines = without_running(lines, lambda line: _is_large(line, usual))
    lines, ruled = in_tables(with_compounds(lines), grids or {})
    levels = _with_outline(lines, _levels(lines, usual), outline_levels(lines, bookmarks))
    rows = _rows(lines, levels)
    barred = list(levels)
    for start, (end, _) in ruled.items():
        barred[start:end] = [1] * (end - start)
    tables = ruled | table_blocks(lines, barred, [_is_row(line) for line in lines])
    at = 0
    for start, (end, made) in [*sorted(tables.items()), (len(lines), (len(lines), []))]:
        yield from _between_tables(lines, levels, rows, at, start)
        yield from made
        at = end


def _between_tables(
    lines: Sequence[TextLine], levels: Sequence[int], rows: set[int], start: int, end: int
) -> Iterator[ReaderBlock]:
    group: list[TextLine] = []
    before = ""
    for at in range(start, end):
        kind = "title" if levels[at] else "row" if at in rows else "text"
        if group and not _joins(group, lines[at], before, kind, levels[at], levels[at - 1]):
            yield from _flush(group, before, levels[at - 1])
            group = []
        group.append(lines[at])
        before = kind
    if group:
        yield from _flush(group, before, levels[end - 1])


def outline_levels(lines: Sequence[TextLine], bookmarks: Sequence[OutlineEntry]) -> dict[int, int]:
    """Return the place of each line that an outline entry names on its page -> the entry's level.

    A heading of several lines is found as a whole. Where a page has the words twice, the larger letters win.
    """
    pages: defaultdict[int, list[int]] = defaultdict(list)
    if bookmarks:
        for at, line in enumerate(lines):
            pages[line.page].append(at)
    found: dict[int, int] = {}
    for bookmark in bookmarks:
        title = _letters(bookmark.title)
        best: tuple[int, ...] = ()
        for first in pages[bookmark.page] if title else ():
            letters_so_far = ""
            places: tuple[int, ...] = ()
            for at in range(first, min(first + MOST_HEADING_LINES, len(lines))):
                if lines[at].page != bookmark.page or len(letters_so_far) > len(title) + LONGEST_NUMBER:
                    break
                letters_so_far, places = letters_so_far + _letters(lines[at].text), (*places, at)
                same = (
                    letters_so_far == title
                    or _LEADING_NUMBER.sub("", letters_so_far) == _LEADING_NUMBER.sub("", title) != ""
                )
                if same and (not best or lines[first].size > lines[best[0]].size):
                    best = places
        found.update(dict.fromkeys(best, bookmark.level))
    return found


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _with_outline(lines: Sequence[TextLine], levels: list[int], named: Mapping[int, int]) -> list[int]:
    """Return heading levels where an outline names some: those are right, other sizes are ranked around them."""
    if not named:
        return levels
    largest = max(lines[at].size for at in named)
    above = int(any(level and at not in named and lines[at].size > largest for at, level in enumerate(levels)))
    deepest = above + max(named.values())
    merged = []
    for at, level in enumerate(levels):
        if at in named:
            merged.append(above + named[at])
        elif level and lines[at].size > largest:
            merged.append(1)
        else:
            merged.append(level and deepest + level)
    return merged


def _usual_size(lines: Sequence[TextLine]) -> float:
    """Return the size in which most letters are set."""
    letters: Counter[float] = Counter()
    for line in lines:
        letters[round(line.size, 1)] += len(line.text)
    half, seen = sum(letters.values()) / 2, 0
    for size in sorted(letters):
        seen += letters[size]
        if seen >= half:
            return size
    return 0.0


def _levels(lines: Sequence[TextLine], usual: float) -> list[int]:
    """Return the level of each line as a heading, from 1 for the largest letters; 0 where it is none."""
    large = [_is_large(line, usual) for line in lines]
    sizes = sorted({round(line.size) for line, yes in zip(lines, large, strict=True) if yes}, reverse=True)
    rank = {size: level for level, size in enumerate(sizes, 1)}
    levels = [rank[round(line.size)] if yes else 0 for line, yes in zip(lines, large, strict=True)]
    if sum(len(line.text) for line in lines if line.bold) > sum(len(line.text) for line in lines) / 3:
        return levels  # where most is bold, bold means nothing
    for at, _line in enumerate(lines):
        if not levels[at] and _is_bold_heading(lines, at, usual):
            levels[at] = len(sizes) + 1
    return levels


def _is_large(line: TextLine, usual: float) -> bool:
    return line.size > HEADING_SIZE * usual and _may_head(line, LONGEST_HEADING)


def _may_head(line: TextLine, longest: int) -> bool:
    letters = sum(map(str.isalpha, line.text))
    return (
        not line.running
        and letters >= 2
        and len(line.text) <= longest
        and 2 * letters > len(line.text.replace(" ", "")) * 0.8
    )


def _is_bold_heading(lines: Sequence[TextLine], at: int, usual: float) -> bool:
    line = lines[at]
    if not line.bold or line.size < 0.95 * usual or len(line.cells) > 1 or not _may_head(line, LONGEST_BOLD):
        return False
    if PARAGRAPH_END.search(line.text) or line.text[0].islower():
        return False
    below = lines[at + 1] if at + 1 < len(lines) else None
    above = lines[at - 1] if at else None
    # A bold line within a bold or running paragraph is no heading: a heading stands apart, and plain text follows.
    if below is None or below.bold or below.page != line.page or below.base > line.base:
        return False
    return above is None or above.page != line.page or above.base - line.base > 1.25 * line.size


def _rows(lines: Sequence[TextLine], levels: Sequence[int]) -> set[int]:
    """Return the places of lines that are rows: at least two in a row have cells."""
    found: set[int] = set()
    for at in range(1, len(lines)):
        one, two = lines[at - 1], lines[at]
        if _is_row(one) and _is_row(two) and not levels[at - 1] and not levels[at]:
            found |= {at - 1, at} if one.page == two.page else set()
    return found


def _is_row(line: TextLine) -> bool:
    return len(line.cells) > 2 or (len(line.cells) == 2 and not _ITEM_LABEL.fullmatch(line.cells[0].strip()))


def _joins(group: list[TextLine], line: TextLine, kind_before: str, kind: str, level: int, level_before: int) -> bool:
    """Tell whether a line continues the block that ``group`` began."""
    before = group[-1]
    if kind != kind_before or kind == "row" or line.page != before.page or line.running or before.running:
        return False
    if line.paragraph or before.paragraph:
        return line.paragraph == before.paragraph and not _opens_item(group, line)
    drop = before.base - line.base
    if kind == "title":
        return level == level_before and _same_heading(before, line) and not _PAGE_ITEM.match(line.text)
    if abs(line.size - before.size) > 0.12 * before.size or _opens_item(group, line):
        return False
    if abs(drop) < 0.3 * line.size:  # the same line, set in parts
        return line.left >= before.right - line.size
    if line.bold != before.bold and _stands_apart(group, line):
        return False
    if drop < 0:  # a new column: only an unfinished block continues there
        return not PARAGRAPH_END.search(before.text) and line.text[0].islower()
    usual = median(a.base - b.base for a, b in itertools.pairwise(group)) if len(group) > 1 else None
    if drop > (1.25 * usual if usual else 1.75 * line.size):
        return False
    right = max(member.right for member in group)
    short = before.right < right - 0.2 * (right - min(member.left for member in group))
    if short and PARAGRAPH_END.search(before.text):
        return False
    first = group[0]
    begins = line.left > before.left + 0.8 * line.size and not _PAGE_ITEM.match(first.text)
    return not (begins and PARAGRAPH_END.search(before.text))


def _same_heading(before: TextLine, line: TextLine) -> bool:
    """Tell whether two lines are one heading: they lie close, and share a left edge or a centre."""
    edges, middles = before.left - line.left, (before.left + before.right - line.left - line.right) / 2
    close = 0 < before.base - line.base < 1.5 * line.size
    return close and min(abs(edges), abs(middles)) < line.size


def _opens_item(group: list[TextLine], line: TextLine) -> bool:
    """Tell whether a line opens a list item: a dash or a number may also begin a line by chance, within a sentence."""
    if not _PAGE_ITEM.match(line.text):
        return False
    likely = _BULLET.match(line.text) or _PAGE_ITEM.match(group[0].text) or PARAGRAPH_END.search(group[-1].text)
    return bool(likely) or _ends_early([*group, line], group[-1], line.size)


def _ends_early(near: Sequence[TextLine], before: TextLine, size: float) -> bool:
    """Tell whether a line ends where more would have fitted, as a heading does above its list."""
    return before.right < max(line.right for line in near) - 2 * size


def _stands_apart(group: list[TextLine], line: TextLine) -> bool:
    """Tell whether a bold line and plain ones are a heading and what it heads: the first of them ends early."""
    before = group[-1]
    if line.bold:
        return len(line.text) <= LONGEST_BOLD and bool(PARAGRAPH_END.search(before.text))
    return all(each.bold for each in group) and _ends_early([*group, line], before, line.size)


def _flush(group: list[TextLine], kind: str, level: int) -> Iterator[ReaderBlock]:
    page = group[0].page
    if kind == "row":
        yield from map(line_block, group)
        return
    block = _run_on(group)
    if group[0].running and not _is_contact(block.text):
        yield replace(block, kind=FURNITURE, page=page)
    elif kind == "title" and not _is_sentence(block.text):
        yield replace(block, kind="title", level=level, page=page)
    elif _PAGE_ITEM.match(block.text):
        yield replace(_with_dash(block), kind="list", page=page)
    else:
        yield replace(block, page=page)


def _is_contact(text: str) -> bool:
    """Tell whether a running line gives contact details, which may stand nowhere else."""
    return "@" in text or sum(map(str.isdigit, text)) >= LEAST_DIGITS


def _printed(line: TextLine, start: int, end: int) -> tuple[Printed, ...]:
    return (Printed(start, end, line.page, line.box),) if line.box else ()


def _run_on(group: Sequence[TextLine]) -> ReaderBlock:
    """Join lines to one text, with the place of each; a word divided by a hyphen is rejoined."""
    text = ""
    links: list[Link] = []
    printed: list[Printed] = []
    for before, line in zip((None, *group), group, strict=False):
        if before is not None:
            length, text = len(text), before_more(text, before, line.text)
            if len(text) < length:
                printed[-1:] = [replace(last, end=len(text)) for last in printed[-1:]]
                links = [replace(link, end=min(link.end, len(text))) for link in links]
        for link in line.links:
            start, end = link.start + len(text), link.end + len(text)
            if links and links[-1].target == link.target and start - links[-1].end <= 1:  # the link spans lines
                start = links.pop().start
            links.append(Link(start, end, link.target))
        printed += _printed(line, len(text), len(text) + len(line.text))
        text += line.text
    return ReaderBlock("text", text, placed_links=tuple(links), lines=tuple(printed))


def _with_dash(block: ReaderBlock) -> ReaderBlock:
    """Replace an item's bullet with the one that all formats share."""
    bullet = _BULLET.match(block.text)
    if bullet is None:
        return block
    by = 2 - bullet.end()

    def moved(at: int) -> int:
        return at + by if at >= bullet.end() else min(at, 2)

    return replace(
        block,
        text="- " + block.text[bullet.end() :],
        placed_links=tuple(replace(link, start=moved(link.start), end=moved(link.end)) for link in block.placed_links),
        lines=tuple(replace(line, start=moved(line.start), end=moved(line.end)) for line in block.lines),
    )


def _is_sentence(text: str) -> bool:
    """Tell whether a text is a sentence: large letters may also set a whole passage, such as a motto."""
    return len(text) > LONGEST_HEADING or (PARAGRAPH_END.search(text) is not None and word_count(text) > 12)


def mark_continued_paragraphs(found: Sequence[ReaderBlock]) -> Iterator[ReaderBlock]:
    """Mark a paragraph that continues across a page break, so that its sentence stays one."""
    before: ReaderBlock | None = None
    for block in found:
        if (
            before is not None
            and before.kind == block.kind == "text"
            and before.page != block.page
            and not PARAGRAPH_END.search(before.text.rstrip())
            and block.text.lstrip()[:1].islower()
        ):
            block = replace(block, continues=True)
        yield block
        before = block
