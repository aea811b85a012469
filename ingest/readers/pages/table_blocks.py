"""Find tables among lines that are divided by wide gaps, and return their rows with column names. Pure.

A table is recognised by the positions of its cells: columns are the bands of its fullest rows, a row shares a base
line, a column name stands over its band. A header is accepted where the page shows one: above columns of numbers, or
bold above rows that are not. Lines without such a header are left as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import regex

from ingest.readers.pages.column_names import WRAPPED, header_blocks, labels_of
from ingest.readers.pages.grid import (
    SAME_BASE,
    Band,
    GridRow,
    column_at,
    columns_of,
    columns_under,
    fits,
    row_block,
    visual_rows,
)
from ingest.readers.pages.text_line import TextLine
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.tables import LONGEST_LABEL, MAX_HEADER_ROWS, is_label, is_year

MAX_ROW_GAP = 3.0  # a row is at most this many times its letter size below the row before
MAX_CELL_LINES = 12  # most lines of one cell
HEADER_SEARCH_LINES = 60  # most lines from which columns are computed together
MIN_NUMERIC_SHARE = 0.6  # least share of numbers among the cells of a numeric column
_CELL_DIGITS = regex.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class _TableHeader:
    """A table's header: the columns' bands and labels, its page, and the line after the last row with these labels."""

    bands: tuple[Band, ...]
    labels: tuple[str, ...]
    page: int
    end: int


def table_blocks(
    lines: Sequence[TextLine], levels: Sequence[int], rows: Sequence[bool]
) -> dict[int, tuple[int, list[ReaderBlock]]]:
    """Return the place of each table's first line -> the place after its last, and its rows.

    ``rows`` says which lines have cells. A table that continues on the next page, or below a line between its rows,
    keeps its header.
    """
    found: dict[int, tuple[int, list[ReaderBlock]]] = {}
    head: _TableHeader | None = None
    done = 0
    for first, last in _runs(lines, levels, rows):
        bands = columns_of(lines[first:last])
        if first < done or not bands:
            continue
        start, end = _extend_run(lines, levels, first, last, bands, done)
        own = visual_rows(lines[start:end], bands)
        count = _header_rows(own, len(bands))
        if count:
            labels = labels_of(own[:count], bands)
        elif head is not None and _continues_table(head, lines, first, bands):
            start, own = first, visual_rows(lines[first:end], bands)
            labels = list(head.labels)
        else:
            continue
        blocks = [*header_blocks(own[:count], bands), *_body_blocks(own[count:], labels, bands)]
        found[start] = end, blocks
        head, done = _TableHeader(tuple(bands), tuple(labels), lines[start].page, end), end
    return found


# -- which lines


def _runs(lines: Sequence[TextLine], levels: Sequence[int], rows: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield runs of lines on one page that begin and end with cells and hold only what fits the columns."""
    at = 0
    while at < len(lines):
        if not rows[at] or levels[at] or not lines[at].spans:
            at += 1
            continue
        last = at
        bands = columns_of(lines[at : at + 1])
        for following in range(at + 1, len(lines)):
            line = lines[following]
            if line.page != lines[at].page or levels[following] or following - last > MAX_CELL_LINES:
                break
            if not line.spans or abs(lines[following - 1].base - line.base) > MAX_CELL_LINES * line.size:
                break
            wider = (
                columns_of(lines[max(at, following - HEADER_SEARCH_LINES) : following + 1])
                if rows[following]
                else bands
                if fits(line, bands)
                else []
            )
            if not wider:
                break
            if rows[following]:
                last, bands = following, wider
        if last > at:
            yield at, last + 1
        at = last + 1


def _may_be_header(line: TextLine, bands: Sequence[Band]) -> bool:
    """Tell whether a line may belong to a header: short names over columns, or over several but not the first."""
    over = [columns_under(*span, bands) for span in line.spans]
    return all(map(is_label, line.cells)) and (
        fits(line, bands) or all(len(each) < 2 or (each[0] > 0 and len(each) < len(bands)) for each in over)
    )


def _extend_run(
    lines: Sequence[TextLine], levels: Sequence[int], first: int, last: int, bands: Sequence[Band], done: int
) -> tuple[int, int]:
    """Extend a run by the header lines above it and the lines that continue its last row."""
    start, end = first, last
    top = max(line.base for line in lines[first:last])
    while start > done and _is_near(lines[start - 1], lines[start], levels[start - 1], top):
        if not _may_be_header(lines[start - 1], bands):
            break
        start -= 1
        top = max(top, lines[start].base)
    while start < first and _is_lone(lines[start:last], bands):
        start += 1
    low = min(line.base for line in lines[first:last])
    while end < len(lines) and lines[end].page == lines[first].page and not levels[end] and lines[end].spans:
        line = lines[end]
        if low - line.base > WRAPPED * line.size or line.base > top or not fits(line, bands):
            break
        if column_at(*line.spans[0], bands) == 0 and low > line.base:
            break
        low, end = min(low, line.base), end + 1
    return start, end


def _is_near(line: TextLine, below: TextLine, level: int, top: float) -> bool:
    near = line.page == below.page and not level and bool(line.spans) and not line.paragraph
    return near and -MAX_HEADER_ROWS * MAX_ROW_GAP * line.size < line.base - top < MAX_ROW_GAP * line.size


def _is_lone(lines: Sequence[TextLine], bands: Sequence[Band]) -> bool:
    """Tell whether the first line is a caption: at the left, with nothing beside or above it."""
    line = lines[0]
    beside = any(other.base > line.base - SAME_BASE * line.size for other in lines[1:])
    return len(line.cells) == 1 and not beside and column_at(*line.spans[0], bands) == 0


def _continues_table(head: _TableHeader, lines: Sequence[TextLine], first: int, bands: Sequence[Band]) -> bool:
    """Tell whether the table of ``head`` continues at ``first``: the same columns after at most a line between rows."""
    between = [line for line in lines[head.end : first] if not line.running]
    if len(bands) != len(head.bands) or lines[first].page - head.page > 1:
        return False
    if len(between) > 1 or any(not is_label(line.text) for line in between):
        return False
    return all(columns_under(*band, head.bands) == [at] for at, band in enumerate(bands))


# -- rows


def _is_number(text: str) -> bool:
    letters, digits = sum(map(str.isalpha, text)), sum(map(str.isdigit, text))
    return digits > 0 and digits >= letters


def _numeric(rows: Sequence[GridRow], width: int) -> list[int]:
    """Return the columns, except the first, whose cells below the first row are mostly numbers."""
    found = []
    for at in range(1, width):
        cells = [row.text_in(at) for row in rows[1:] if row.columns[at]]
        if len(cells) > 1 and sum(map(_is_number, cells)) >= MIN_NUMERIC_SHARE * len(cells):
            found.append(at)
    return found


def _header_rows(rows: Sequence[GridRow], width: int) -> int:
    """Return how many rows from the top name the columns; 0 where none do."""
    numeric = _numeric(rows, width)
    bold = next((at for at, row in enumerate(rows) if not row.bold), 0)
    first = next((at for at, row in enumerate(rows) if any(_is_figure(row, column) for column in numeric)), 0)
    most = min(first, bold) if first and bold else first or bold
    if not most or most >= len(rows) or (width == 2 and not bold and not _is_list_of_figures(rows, most)):
        return 0
    count = 1
    while count < most and (bold or _is_header_row(rows, count, numeric)):
        count += 1
    names = [row.text_in(at) for row in rows[:count] for at in row.filled()]
    named = {at for row in rows[:count] for at in row.filled()}
    lower = rows[count - 1].filled()
    enough = count <= MAX_HEADER_ROWS and all(map(is_label, names)) and len(named) >= max(2, width - 1)
    return count if enough and (len(lower) > 1 or count > 1) else 0


def _is_figure(row: GridRow, at: int) -> bool:
    return bool(row.columns[at]) and _is_number(row.text_in(at)) and not is_year(row.text_in(at))


def _is_header_row(rows: Sequence[GridRow], at: int, numeric: Sequence[int]) -> bool:
    """Tell whether a row still belongs to the header: a second line, names below one over several columns, units."""
    row, above = rows[at], rows[at - 1]
    named = {column for upper in rows[:at] for column in upper.filled()}
    return (
        above.base - row.base <= WRAPPED * row.size
        or len(named) < len(row.columns) - 1
        or len(above.cells) < len(row.cells)
        or set(row.filled()) <= set(numeric)
    )


def _is_list_of_figures(rows: Sequence[GridRow], header: int) -> bool:
    """Tell whether two columns are names and figures of one kind; else they may be a form."""
    figures = {_CELL_DIGITS.sub("#", row.text_in(1)) for row in rows[header:]}
    return len(rows) - header > 2 and len(figures) == 1 and not any(row.text_in(0).endswith(":") for row in rows)


def _body_blocks(rows: Sequence[GridRow], labels: Sequence[str], bands: Sequence[Band]) -> Iterator[ReaderBlock]:
    for row in _whole_rows(rows):
        filled = row.filled()
        crosses = any(len(columns_under(cell.left, cell.right, bands)) > 1 for held in row.columns for cell in held)
        named = len(filled) > 1 and not crosses and not _repeats_header(row, labels)
        block = row_block([(labels[at] if named else "", row.columns[at]) for at in filled])
        remark = len(filled) == 1 and len(block.text) > LONGEST_LABEL
        yield replace(block, kind="text") if remark else block


def _repeats_header(row: GridRow, labels: Sequence[str]) -> bool:
    """Tell whether a row repeats the header."""
    names = {piece for label in labels for piece in (label, *label.split(" / "))}
    return all(row.text_in(at).rstrip(" :") in names for at in row.filled())


def _whole_rows(rows: Sequence[GridRow]) -> Iterator[GridRow]:
    """Yield rows with all the lines of their cells: those that lie close, within one name at the left."""
    group: list[GridRow] = []
    for row in rows:
        close = bool(group) and group[-1].base - row.base <= WRAPPED * row.size
        if group and not (close and _continues_row(group, row)):
            yield _joined(group)
            group = []
        group.append(row)
    if group:
        yield _joined(group)


def _continues_row(group: Sequence[GridRow], row: GridRow) -> bool:
    """Tell whether a line continues a row's cells. Figures under figures, or a second name at the left, begin a row."""
    named = any(each.columns[0] for each in group)
    if row.columns[0] and named and not row.text_in(0)[0].islower():
        return False
    taken = {at for each in group for at in each.filled()}
    return not any(_is_number(row.text_in(at)) and at in taken for at in row.filled())


def _joined(group: Sequence[GridRow]) -> GridRow:
    columns = [[cell for row in group for cell in row.columns[at]] for at in range(len(group[0].columns))]
    return GridRow(group[0].base, group[0].size, [cell for row in group for cell in row.cells], columns)
