"""Reduce a table's header rows to one name per column. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.readers.pages.grid import Band, GridCell, GridRow, column_at, columns_under, row_block
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.tables import LONGEST_LABEL

WRAPPED = 1.5  # a cell's next line is at most this many times its letter size below
_AIMED = 0.75  # the centre of a name is at most this many times its letter size from that of its columns


def _columns_by_cell(rows: Sequence[GridRow], bands: Sequence[Band]) -> list[list[tuple[GridCell, list[int]]]]:
    """Return for each row of a header its cells with the columns that each stands over."""
    wide = list(bands)
    found: list[list[tuple[GridCell, list[int]]]] = []
    below: GridRow | None = None
    for row in reversed(rows):
        held = []
        for at, cell in enumerate(row.cells):
            over = columns_under(cell.left, cell.right, wide) or [column_at(cell.left, cell.right, wide)]
            if len(over) == 1 and below is not None and len(row.cells) < len(bands) - 1:
                apart = len(row.cells) > 1 and row.base - below.base > WRAPPED * row.size
                over = _columns_below(cell, over[0], wide, row.cells[at + 1 : at + 2], apart)
            held.append((cell, over))
        for cell, over in held:
            if len(over) == 1:
                wide[over[0]] = min(cell.left, wide[over[0]][0]), max(cell.right, wide[over[0]][1])
        found.append(held)
        below = row
    return found[::-1]


def _columns_below(
    cell: GridCell, over: int, wide: Sequence[Band], beside: Sequence[GridCell], apart: bool
) -> list[int]:
    """Return the columns that one of several names stands over: at their centre, or at their left edge.

    The left edge counts only for a name ``apart``: well above what is below.
    """
    near = _AIMED * cell.line.size
    last = next((at for at in range(over + 1, len(wide)) if beside and wide[at][1] > beside[0].left), len(wide)) - 1
    if apart and over and abs(cell.left - wide[over][0]) <= near:
        return list(range(over, last + 1))
    ranges = [range(i, j + 1) for i in range(over + 1) for j in range(over, last + 1) if i or j == i]
    off = {each: abs((wide[each[0]][0] + wide[each[-1]][1]) / 2 - cell.middle) for each in ranges}
    best = min(ranges, key=off.__getitem__, default=range(over, over + 1))
    return list(best) if off.get(best, near) <= near else [over]


def labels_of(rows: Sequence[GridRow], bands: Sequence[Band]) -> list[str]:
    """Return one label for each column: the lines of its name, after the name that spans several columns."""
    labels = [""] * len(bands)
    reaching = [""] * len(bands)
    for row in _columns_by_cell(rows, bands):
        for cell, over in row:
            text = cell.text.rstrip(" :")
            for at in over:
                if len(over) > 1:
                    reaching[at] += f"{text} / "
                else:
                    labels[at] += f" {text}" if labels[at] else text
    named = [(above + name if name else above[:-3]) for above, name in zip(reaching, labels, strict=True)]
    return named if all(len(name) <= 2 * LONGEST_LABEL for name in named) else [""] * len(bands)


def header_blocks(rows: Sequence[GridRow], bands: Sequence[Band]) -> Iterator[ReaderBlock]:
    """Yield the header's names: those over several columns in a row of their own, the lines of the others joined."""
    held: list[list[GridCell]] = [[] for _ in bands]
    for row in _columns_by_cell(rows, bands):
        if any(len(over) > 1 for _, over in row):
            yield from _bare([[cell] for cell, _ in row])
            continue
        for cell, over in row:
            held[over[0]].append(cell)
    yield from _bare(held)


def _bare(columns: Sequence[Sequence[GridCell]]) -> Iterator[ReaderBlock]:
    if any(columns):
        yield row_block([("", held) for held in columns if held])
