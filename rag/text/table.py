"""Rebuild a table from the rows of a document. Pure.

The ingest keeps a row as ``Label: cell | Label: cell`` (ingest/readers/shared/tables.py). Here the labels return to the
top; a cell's text keeps its offsets in the document's text, so that a quote is marked where it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

BETWEEN = " | "
LONGEST_LABEL = 80  # characters of one in a row that stands alone; as in ingest/readers/shared/tables.py
_HEADER_SEARCH_ROWS = 4  # rows in which a header may stand
_CELL_ENDS_TRIED = 4  # places in a cell where its label may end


@dataclass(frozen=True, slots=True)
class TableCell:
    """Characters of a row's text, counted from the row's beginning, and the label that stood before them."""

    start: int
    end: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table as column names and rows of cells.

    ``columns`` is () where there are no names, and holds "" for a column without one. A cell is None where it is empty.
    A row of one cell spans all columns.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[TableCell | None, ...], ...]
    header: tuple[int, ...] = ()  # rows that say nothing but the names of columns


def table(rows: Sequence[str]) -> TextTable:
    """Return the table of consecutive rows."""
    parts = [_parts(row) for row in rows]
    heads = {
        row[part.start : part.end].rstrip(" :")
        for row, cells in zip(rows[:_HEADER_SEARCH_ROWS], parts, strict=False)
        for part in cells
    }
    often = Counter(
        row[part.start : part.end].partition(": ")[0]
        for row, cells in zip(rows, parts, strict=True)
        for part in cells
        if ": " in row[part.start : part.end]
    )
    repeated = {label for label, count in often.items() if count > 1 or _lone(rows, parts)}
    labelled = [
        [_labelled(row, part, heads, repeated) for part in cells] for row, cells in zip(rows, parts, strict=True)
    ]
    columns = _columns(rows, labelled)
    if not columns:
        return TextTable((), tuple(map(tuple, parts)))
    names = {piece for column in columns for piece in (column, *column.split(" / "))}
    header = tuple(
        at
        for at, (row, cells) in enumerate(zip(rows[:_HEADER_SEARCH_ROWS], labelled, strict=False))
        if len(cells) > 1
        and all(not cell.label and row[cell.start : cell.end].rstrip(" :") in {*names, ""} for cell in cells)
    )
    return TextTable(
        columns, tuple(_placed(row, cells, columns) for row, cells in zip(rows, labelled, strict=True)), header
    )


def _lone(rows: Sequence[str], parts: Sequence[Sequence[TableCell]]) -> bool:
    """Tell whether this is a single row whose cells, except perhaps the first, all begin like a label.

    Then no other row can confirm that they are labels.
    """
    [first, *rest] = rows
    cells = [first[part.start : part.end] for part in parts[0]]
    return not rest and len(cells) > 1 and all(0 < cell.find(": ") <= LONGEST_LABEL for cell in cells[1:])


def _parts(row: str) -> list[TableCell]:
    found, at = [], 0
    for part in row.split(BETWEEN):
        found.append(TableCell(at, at + len(part)))
        at += len(part) + len(BETWEEN)
    return found


def _labelled(row: str, part: TableCell, heads: set[str], repeated: set[str]) -> TableCell:
    """Return the cell without its label, if it begins with one."""
    words = row[part.start : part.end]
    at = -1
    for _ in range(_CELL_ENDS_TRIED):
        at = words.find(": ", at + 1)
        if at < 0:
            break
        label = words[:at]
        if label in heads or label in repeated or all(piece in heads for piece in label.split(" / ")):
            return TableCell(part.start + at + 2, part.end, label)
    return part


def _columns(rows: Sequence[str], labelled: Sequence[Sequence[TableCell]]) -> tuple[str, ...]:
    """Return the labels in order: as in the first row where that is the header, else as they first occur."""
    labels = {cell.label for cells in labelled for cell in cells if cell.label}
    if not labels:
        return ()
    columns: list[str] = []
    headed = not any(cell.label for cell in labelled[0])
    for row, cells in zip(rows, labelled, strict=True):
        before = -1
        for cell in cells:
            name = cell.label or row[cell.start : cell.end].rstrip(" :")
            if len(cells) < 2 or (name not in labels and not (headed and row is rows[0] and name)):
                continue
            if name not in columns:
                columns.insert(before + 1, name)
            before = columns.index(name)
    lead = all(len(cells) < 2 or not cells[0].label for cells in labelled)
    return ("", *columns) if columns and lead and not headed else tuple(columns)


def _placed(row: str, cells: Sequence[TableCell], columns: tuple[str, ...]) -> tuple[TableCell | None, ...]:
    """Return the cells of a row, each in its column."""
    if len(cells) == 1 and not cells[0].label:
        return tuple(cells)
    placed: list[TableCell | None] = [None] * len(columns)
    before = -1
    for cell in cells:
        name = cell.label or row[cell.start : cell.end].rstrip(" :")
        at = columns.index(name) if name in columns else before + 1
        while at < len(placed) and placed[at] is not None:
            at += 1
        if at == len(placed):
            placed.append(None)
        placed[at] = cell
        before = at
    return tuple(placed)
