"""Lines on pages -> headings, paragraphs, list items and table rows. Pure; knows nothing of pdfium."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from ingest.readers.build import Block

HEADING_SIZE = 1.15  # times the usual size: found 9 of 9 and 306 of 306 headings on two files
LONGEST_HEADING = 200  # characters
LONGEST_BOLD = 100
LONGEST_PAGE_NUMBER = 60  # characters, with the words around it
SET_APART = 1.6  # times its size lie between a page number and the text
EDGE_LINES = 3  # at the top and at the bottom of a page may be a running header or footer

_BULLET = re.compile(r"[•‣◦▪■●○\uf0b7\uf0a7]\s*")
_ITEM = re.compile(r"(?:[•‣◦▪■●○\uf0b7\uf0a7]|(?:[-*–—]|\(?(?:\d{1,3}[.)]|[A-Za-zА-Яа-я]\)))\s)\s*\S")
_ENDS = re.compile(r"[.!?…:;][\"”»')\]]*$")
_LABEL = re.compile(r"[•‣◦▪■●○\uf0b7\uf0a7*–—-]|\(?(?:\d{1,3}(?:\.\d{1,3})*|\w)[.)]?")  # an item's mark, set apart
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Line:
    """A line as set on a page. Lengths in points, along and across the direction of writing."""

    cells: tuple[str, ...]  # more than one where wide gaps divide it
    left: float
    right: float
    base: float  # grows upwards
    size: float
    bold: bool
    page: int
    running: bool = False  # stands at the edge of most pages; kept on the first of them

    @property
    def text(self) -> str:
        """Its words, whatever lies between them."""
        return " ".join(cell.strip() for cell in self.cells)


def blocks(lines: Sequence[Line]) -> Iterator[Block]:
    """The blocks of a document in the order of its lines, without what runs at every page's edge."""
    lines = [line for line in lines if line.text.strip()]
    usual = _usual_size(lines)
    lines = _without_running(lines, usual)
    levels = _levels(lines, usual)
    group: list[Line] = []
    previous: tuple[str, Line] | None = None
    rows = _rows(lines, levels)
    for at, line in enumerate(lines):
        kind = "title" if levels[at] else "row" if at in rows else "text"
        if group and not _joins(group, line, previous[0] if previous else "", kind, levels[at], levels[at - 1]):
            yield from _flush(group, previous[0] if previous else "", levels[at - 1])
            group = []
        group.append(line)
        previous = (kind, line)
    if group and previous:
        yield from _flush(group, previous[0], levels[len(lines) - 1])


def _usual_size(lines: Sequence[Line]) -> float:
    """The size in which most letters are set."""
    letters: Counter[float] = Counter()
    for line in lines:
        letters[round(line.size, 1)] += len(line.text)
    half, seen = sum(letters.values()) / 2, 0
    for size in sorted(letters):
        seen += letters[size]
        if seen >= half:
            return size
    return 0.0


def _levels(lines: Sequence[Line], usual: float) -> list[int]:
    """Level of each line as a heading, from 1 for the largest letters; 0 where it is none."""
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


def _is_large(line: Line, usual: float) -> bool:
    return line.size > HEADING_SIZE * usual and _may_head(line, LONGEST_HEADING)


def _may_head(line: Line, longest: int) -> bool:
    letters = sum(map(str.isalpha, line.text))
    return (
        not line.running
        and letters >= 2
        and len(line.text) <= longest
        and 2 * letters > len(line.text.replace(" ", "")) * 0.8
    )


def _is_bold_heading(lines: Sequence[Line], at: int, usual: float) -> bool:
    line = lines[at]
    if not line.bold or line.size < 0.95 * usual or len(line.cells) > 1 or not _may_head(line, LONGEST_BOLD):
        return False
    if _ENDS.search(line.text) or line.text[0].islower():
        return False
    below = lines[at + 1] if at + 1 < len(lines) else None
    above = lines[at - 1] if at else None
    # A bold line within a bold or running paragraph is no heading: it stands apart, and plain text follows.
    if below is None or below.bold or below.page != line.page or below.base > line.base:
        return False
    return above is None or above.page != line.page or above.base - line.base > 1.25 * line.size


def _without_running(lines: list[Line], usual: float) -> list[Line]:
    """Headers, footers and page numbers that stand at the same place on most pages: words are kept once."""
    pages: defaultdict[int, list[Line]] = defaultdict(list)
    for line in lines:
        pages[line.page].append(line)
    if len(pages) < 2:
        return lines
    places: defaultdict[tuple[str, int], list[Line]] = defaultdict(list)
    for own in pages.values():
        for line in _edge(own):
            places[_place(line)].append(line)
    dropped: set[int] = set()
    once: set[int] = set()
    said: set[str] = set()
    for same in places.values():
        if len({line.page for line in same}) < max(2, 0.4 * len(pages)):
            continue
        texts = {line.text for line in same}
        if len(texts) > 1 and not _counts_pages(same, pages, usual):
            continue
        dropped.update(map(id, same))
        if len(texts) == 1 and not texts <= said and any(map(str.isalpha, same[0].text)):
            said |= texts  # words, not a counter
            dropped.remove(id(same[0]))
            once.add(id(same[0]))
    for own in pages.values():
        if dropped.issuperset(map(id, own)):  # a page that would be left empty says just that
            dropped.difference_update(map(id, own))
    return [replace(line, running=id(line) in once) for line in lines if id(line) not in dropped]


def _counts_pages(same: Sequence[Line], pages: dict[int, list[Line]], usual: float) -> bool:
    """Whether lines that differ in their numbers are page numbers, and not "Chapter 1", "Chapter 2" or the like."""
    offsets = [{int(number) - line.page for number in _DIGITS.findall(line.text)[:4]} for line in same]
    if not set.intersection(*offsets):
        return False
    for line in same:
        if len(line.text) > LONGEST_PAGE_NUMBER or _ENDS.search(line.text):
            return False
        others = [other.base for other in pages[line.page] if abs(other.base - line.base) > 0.5 * line.size]
        below = all(other > line.base + SET_APART * line.size for other in others)
        above = all(other < line.base - SET_APART * line.size for other in others)
        if not below and not (above and not _is_large(line, usual)):
            return False
    return True


def _edge(lines: list[Line]) -> list[Line]:
    ordered = sorted(lines, key=lambda line: -line.base)
    return ordered[:EDGE_LINES] + ordered[EDGE_LINES:][-EDGE_LINES:]


def _place(line: Line) -> tuple[str, int]:
    return _DIGITS.sub("#", line.text.strip().lower()), round(line.base / 8)


def _rows(lines: Sequence[Line], levels: Sequence[int]) -> set[int]:
    """Places of lines that are rows: at least two in a row have cells."""
    found: set[int] = set()
    for at in range(1, len(lines)):
        one, two = lines[at - 1], lines[at]
        if _is_row(one) and _is_row(two) and not levels[at - 1] and not levels[at]:
            found |= {at - 1, at} if one.page == two.page else set()
    return found


def _is_row(line: Line) -> bool:
    return len(line.cells) > 2 or (len(line.cells) == 2 and not _LABEL.fullmatch(line.cells[0].strip()))


def _joins(group: list[Line], line: Line, kind_before: str, kind: str, level: int, level_before: int) -> bool:
    """Whether a line goes on with the block that ``group`` began."""
    before = group[-1]
    if kind != kind_before or kind == "row" or line.page != before.page or line.running or before.running:
        return False
    drop = before.base - line.base
    if kind == "title":
        return level == level_before and _same_heading(before, line) and not _ITEM.match(line.text)
    if abs(line.size - before.size) > 0.12 * before.size or _opens_item(group, line):
        return False
    if abs(drop) < 0.3 * line.size:  # the same line, set in parts
        return line.left >= before.right - line.size
    if drop < 0:  # a new column: only what is unfinished goes on there
        return not _ENDS.search(before.text) and line.text[0].islower()
    usual = median(a.base - b.base for a, b in itertools.pairwise(group)) if len(group) > 1 else None
    if drop > (1.25 * usual if usual else 1.75 * line.size):
        return False
    right = max(member.right for member in group)
    short = before.right < right - 0.2 * (right - min(member.left for member in group))
    if short and _ENDS.search(before.text):
        return False
    first = group[0]
    begins = line.left > before.left + 0.8 * line.size and not _ITEM.match(first.text)
    return not (begins and _ENDS.search(before.text))


def _same_heading(before: Line, line: Line) -> bool:
    """Two lines of one heading lie close, and begin at one edge or are set about one middle."""
    edges, middles = before.left - line.left, (before.left + before.right - line.left - line.right) / 2
    close = 0 < before.base - line.base < 1.5 * line.size
    return close and min(abs(edges), abs(middles)) < line.size


def _opens_item(group: list[Line], line: Line) -> bool:
    """A dash or a number may also stand at a line's beginning by chance, within a sentence."""
    if not _ITEM.match(line.text):
        return False
    likely = _BULLET.match(line.text) or _ITEM.match(group[0].text) or _ENDS.search(group[-1].text)
    return bool(likely) or group[-1].right < max(member.right for member in group) - 2 * line.size


def _flush(group: list[Line], kind: str, level: int) -> Iterator[Block]:
    page = group[0].page
    if kind == "row":
        yield from (Block("row", " | ".join(cell.strip() for cell in line.cells), page=page) for line in group)
        return
    text = group[0].text.strip()
    for line in group[1:]:
        text = _continue(text, line.text.strip())
    if kind == "title" and not _is_sentence(text):
        yield Block("title", text, level, page)
    elif _ITEM.match(text):
        yield Block("list", _BULLET.sub("- ", text, count=1), page=page)
    else:
        yield Block("text", text, page=page)


def _is_sentence(text: str) -> bool:
    """Large letters may also set a whole passage, such as a motto."""
    return len(text) > LONGEST_HEADING or (_ENDS.search(text) is not None and len(text.split()) > 12)


def _continue(text: str, more: str) -> str:
    """``more`` behind ``text``; a word that a hyphen divides at the line's end is put together."""
    if len(text) > 1 and text[-1] in "-‐" and text[-2].isalpha() and more[:1].islower():
        return text[:-1] + more
    return f"{text} {more}"


def joined(found: Sequence[Block]) -> Iterator[Block]:
    """Marks a paragraph that goes on over a page's end, so that its sentence stays one."""
    before: Block | None = None
    for block in found:
        if (
            before is not None
            and before.kind == block.kind == "text"
            and before.page != block.page
            and not _ENDS.search(before.text.rstrip())
            and block.text.lstrip()[:1].islower()
        ):
            block = replace(block, goes_on=True)
        yield block
        before = block
