"""Arrange the lines of a page in rows by base line, and in columns. Pure."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ingest.readers.pages.hyphens import before_more
from ingest.readers.pages.text_line import TextLine
from ingest.readers.shared.block import ReaderBlock
from rag.types import Link
from rag.types import PageLine as Printed

SAME_BASE = 0.3  # times the letter size
_WIDER = 5.0  # times the letter size: how far a name may reach beyond the numbers under it
MAX_GRID_COLUMNS = 60
_BETWEEN = " | "

Band = tuple[float, float]


@dataclass(frozen=True, slots=True)
class GridCell:
    """A segment of a line, and where it begins in the line's text."""

    text: str
    left: float
    right: float
    line: TextLine
    at: int

    @property
    def middle(self) -> float:
        """Half way from its left to its right."""
        return (self.left + self.right) / 2


@dataclass(slots=True)
class GridRow:
    """The cells on one base line, or after grouping those of one row of the table, by column."""

    base: float
    size: float
    cells: list[GridCell] = field(default_factory=list)
    columns: list[list[GridCell]] = field(default_factory=list)

    def filled(self) -> list[int]:
        """Return the columns that hold something."""
        return [at for at, held in enumerate(self.columns) if held]

    def text_in(self, at: int) -> str:
        """Return the text in a column, its lines joined."""
        return " ".join(cell.text for cell in self.columns[at])

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(cell.line.bold for cell in self.cells)


def visual_rows(lines: Sequence[TextLine], bands: Sequence[Band]) -> list[GridRow]:
    """Return the lines by their base line, highest first."""
    rows: list[GridRow] = []
    for line in sorted(lines, key=lambda line: -line.base):
        if not rows or rows[-1].base - line.base > SAME_BASE * line.size:
            rows.append(GridRow(line.base, line.size, columns=[[] for _ in bands]))
        rows[-1].cells += cells_of(line)
    for row in rows:
        row.cells.sort(key=lambda cell: cell.left)
        for cell in row.cells:
            row.columns[column_at(cell.left, cell.right, bands)].append(cell)
    return rows


def columns_of(lines: Sequence[TextLine]) -> list[Band]:
    """Return left and right of each column, by the fullest lines; none where these are not aligned."""
    rows = [line for line in lines if len(line.cells) > 1 and line.spans]
    counts = Counter(len(line.cells) for line in rows)
    for width in sorted(counts, reverse=True):
        full = [line.spans for line in rows if len(line.cells) == width]
        bands = [
            (min(left for left, _ in column), max(right for _, right in column)) for column in zip(*full, strict=True)
        ]
        apart = all(one[1] < two[0] for one, two in itertools.pairwise(bands))
        if width > MAX_GRID_COLUMNS:
            return []
        if counts[width] > 1 or all(fits(line, bands) or len(line.cells) < width - 1 for line in rows):
            return bands if apart else []
    return []


def columns_under(left: float, right: float, bands: Sequence[Band]) -> list[int]:
    """Return the columns that a segment overlaps."""
    return [at for at, band in enumerate(bands) if left < band[1] and band[0] < right]


def fits(line: TextLine, bands: Sequence[Band]) -> bool:
    """Tell whether each cell of a line keeps to a column and the free space beside it."""
    if not bands:
        return False
    reach = _WIDER * line.size
    ends = [bands[0][0] - reach, *(right for _, right in bands)]
    begins = [*(left for left, _ in bands), bands[-1][1] + reach]
    columns = [column_at(*span, bands) for span in line.spans]
    return all(
        ends[at] < left and right < begins[at + 1] for at, (left, right) in zip(columns, line.spans, strict=True)
    )


def column_at(left: float, right: float, bands: Sequence[Band]) -> int:
    """Return the column that most of a cell stands in, or the nearest."""
    shared = [min(right, band[1]) - max(left, band[0]) for band in bands]
    return max(range(len(bands)), key=shared.__getitem__)


def row_block(cells: Sequence[tuple[str, Sequence[GridCell]]]) -> ReaderBlock:
    """Return a row of cells with their labels, "" for none, with its links and its position on the page."""
    text = ""
    links: list[Link] = []
    own: list[TextLine] = []
    for label, parts in cells:
        text += _BETWEEN if text else ""
        text += f"{label}: " if label else ""
        for number, part in enumerate(parts):
            if number:
                text = before_more(text, parts[number - 1].line, part.text)
                links = [replace(link, end=min(link.end, len(text))) for link in links]
            links += _moved(part, len(text))
            text += part.text
            own.append(part.line)
    return ReaderBlock("row", text, page=own[0].page, placed_links=tuple(links), lines=_printed(own, len(text)))


def line_block(line: TextLine) -> ReaderBlock:
    """Return a line as a row of its cells, without labels."""
    return row_block([("", [cell]) for cell in cells_of(line)])


def cells_of(line: TextLine) -> Iterator[GridCell]:
    """Yield the segments of a line."""
    at = 0
    spans = line.spans or ((line.left, line.right),) * len(line.cells)
    for text, (left, right) in zip(line.cells, spans, strict=True):
        yield GridCell(text, left, right, line, at)
        at += len(text) + 1


def _moved(cell: GridCell, to: int) -> Iterator[Link]:
    """Yield the links of a cell, counted from where its text now begins."""
    for link in cell.line.links:
        start, end = max(link.start, cell.at), min(link.end, cell.at + len(cell.text))
        if start < end:
            yield replace(link, start=start - cell.at + to, end=end - cell.at + to)


def _printed(own: Sequence[TextLine], length: int) -> tuple[Printed, ...]:
    boxes = [line.box for line in own if line.box]
    if not boxes:
        return ()
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return (Printed(0, length, own[0].page, (min(lefts), min(bottoms), max(rights), max(tops))),)
