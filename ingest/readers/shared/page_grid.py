"""What stands on base lines and in columns, and what of it makes a row. Pure."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.page_types import TextLine
from rag.types import Link
from rag.types import PageLine as Printed

SAME_BASE = 0.3  # times the size of the letters
_WIDER = 5.0  # times the size: so much may a name reach beyond the numbers under it
MOST_COLUMNS = 60
_BETWEEN = " | "

Band = tuple[float, float]


@dataclass(frozen=True, slots=True)
class GridCell:
    """A stretch of a line, and where it begins in the line's text."""

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
        """The columns that hold something."""
        return [at for at, held in enumerate(self.columns) if held]

    def said(self, at: int) -> str:
        """The text in a column, its lines together."""
        return " ".join(cell.text for cell in self.columns[at])

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(cell.line.bold for cell in self.cells)


def visual_rows(lines: Sequence[TextLine], bands: Sequence[Band]) -> list[GridRow]:
    """The lines by their base, highest first."""
    rows: list[GridRow] = []
    for line in sorted(lines, key=lambda line: -line.base):
        if not rows or rows[-1].base - line.base > SAME_BASE * line.size:
            rows.append(GridRow(line.base, line.size, columns=[[] for _ in bands]))
        rows[-1].cells += _cells(line)
    for row in rows:
        row.cells.sort(key=lambda cell: cell.left)
        for cell in row.cells:
            row.columns[column_at(cell.left, cell.right, bands)].append(cell)
    return rows


def columns_of(lines: Sequence[TextLine]) -> list[Band]:
    """Left and right of each column, by the fullest lines; none where these do not stand above each other."""
    rows = [line for line in lines if len(line.cells) > 1 and line.spans]
    counts = Counter(len(line.cells) for line in rows)
    for width in sorted(counts, reverse=True):
        full = [line.spans for line in rows if len(line.cells) == width]
        bands = [
            (min(left for left, _ in column), max(right for _, right in column)) for column in zip(*full, strict=True)
        ]
        apart = all(one[1] < two[0] for one, two in itertools.pairwise(bands))
        if width > MOST_COLUMNS:
            return []
        if counts[width] > 1 or all(fits(line, bands) or len(line.cells) < width - 1 for line in rows):
            return bands if apart else []
    return []


def columns_under(left: float, right: float, bands: Sequence[Band]) -> list[int]:
    """The columns that a stretch shares ground with."""
    return [at for at, band in enumerate(bands) if left < band[1] and band[0] < right]


def fits(line: TextLine, bands: Sequence[Band]) -> bool:
    """Whether each cell of a line keeps to a column and the free space beside it."""
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
    """The column that most of a cell stands in, or the nearest."""
    shared = [min(right, band[1]) - max(left, band[0]) for band in bands]
    return max(range(len(bands)), key=shared.__getitem__)


def row_block(cells: Sequence[tuple[str, Sequence[GridCell]]]) -> ReaderBlock:
    """A row of cells with their labels, "" for none; its links and its place on the page go with it."""
    text = ""
    links: list[Link] = []
    own: list[TextLine] = []
    for label, parts in cells:
        text += _BETWEEN if text else ""
        text += f"{label}: " if label else ""
        for number, part in enumerate(parts):
            text += " " if number else ""
            links += _moved(part, len(text))
            text += part.text
            own.append(part.line)
    return ReaderBlock("row", text, page=own[0].page, leads=tuple(links), lines=_printed(own, len(text)))


def line_block(line: TextLine) -> ReaderBlock:
    """A line as a row of its cells, without labels."""
    return row_block([("", [cell]) for cell in _cells(line)])


def _cells(line: TextLine) -> Iterator[GridCell]:
    at = 0
    spans = line.spans or ((line.left, line.right),) * len(line.cells)
    for text, (left, right) in zip(line.cells, spans, strict=True):
        yield GridCell(text, left, right, line, at)
        at += len(text) + 1


def _moved(cell: GridCell, to: int) -> Iterator[Link]:
    """The links of a cell, counted from where its text now begins."""
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
