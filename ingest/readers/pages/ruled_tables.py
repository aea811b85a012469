"""Turn lines that stand in a grid drawn on the page into rows with column names. Pure.

The grid says which words are one cell, so a cell of several lines is whole, and one over several rows stands in each.
The first rows are a header where they read like one, as in the tables of other formats; a grid without a header is left
to the other lines, as a frame around prose is.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingest.readers.pages.grid import SAME_BASE, GridCell, cells_of, row_block
from ingest.readers.pages.ruled_grid import TOUCH, Area, RuledGrid
from ingest.readers.pages.text_line import CELL_GAP, HALF_LETTER, TextLine
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.tables import LONGEST_LABEL, header_of, is_label

Grids = Mapping[int, Sequence[RuledGrid]]  # by page
MAX_CROSSING_SHARE = 0.1  # of the words of a table: more cross its lines where these are no borders
TablePlaces = dict[int, tuple[int, list[ReaderBlock]]]  # first line -> the line after the last, and the rows
_Cells = dict[int, list[GridCell]]  # by column


@dataclass(frozen=True, slots=True)
class _PlacedPart:
    """A line, or a part of one, and the grid that it stands in, with the area of each of its cells."""

    line: TextLine
    grid: RuledGrid | None = None
    areas: tuple[Area, ...] = ()


@dataclass(slots=True)
class _RuledTable:
    """The lines of a page that stand in one grid, and their cells by row and column."""

    grid: RuledGrid
    first: int  # place of its first line in the document
    last: int = 0
    lines: list[TextLine] = field(default_factory=list)
    rows: Mapping[int, _Cells] = field(default_factory=lambda: defaultdict(dict))
    parted: set[int] = field(default_factory=set)  # rows of several columns
    crossing: int = 0

    def put(self, line: TextLine, areas: Sequence[Area]) -> None:
        """Add a line whose cells stand in these areas."""
        self.lines.append(line)
        for cell, area in zip(cells_of(line), areas, strict=True):
            borders = self.grid.across[area.left], self.grid.across[area.right + 1]
            self.crossing += cell.left < borders[0] - 2 * TOUCH or cell.right > borders[1] + 2 * TOUCH
            for row in range(area.top, area.bottom + 1):
                self.rows[row].setdefault(area.left, []).append(cell)
            if area.left > 0 or area.right < len(self.grid.across) - 2:
                self.parted |= {*range(area.top, area.bottom + 1)}

    def without_edges(self) -> _RuledTable:
        """Return it without what stands above and below its rows from its left to its right: titles and remarks."""
        rows = {row: held for row, held in self.rows.items() if min(self.parted) <= row <= max(self.parted)}
        own = {id(cell.line) for held in rows.values() for cells in held.values() for cell in cells}
        return replace(self, rows=rows, lines=[line for line in self.lines if id(line) in own])

    @property
    def holds_its_words(self) -> bool:
        """Whether its words keep within its lines, and no column of its grid holds several."""
        if self.crossing > MAX_CROSSING_SHARE * sum(len(line.cells) for line in self.lines):
            return False
        columns: defaultdict[int, list[GridCell]] = defaultdict(list)
        for row in self.rows.values():
            for column, held in row.items():
                columns[column] += held
        return not any(map(_is_parted, columns.values()))

    def cells(self) -> list[list[list[GridCell]]]:
        """Return the cells by row, and by column of those in use."""
        used = sorted({column for row in self.rows.values() for column in row})
        rows = [[row.get(column, []) for column in used] for _, row in sorted(self.rows.items())]
        if len(rows) == 2:  # only the header is set off by a line
            rows = [rows[0], *_by_base(rows[1])]
        return [row for at, row in enumerate(rows) if not at or row != rows[at - 1]]


def _is_parted(column: Sequence[GridCell]) -> bool:
    """Tell whether wide gaps at one place divide several lines of a column."""
    gaps = []
    by_line: defaultdict[float, dict[tuple[float, float], None]] = defaultdict(dict)
    for cell in column:
        by_line[round(cell.line.base)][cell.left, cell.right] = None
    for held in by_line.values():
        spans = sorted(held)
        gaps += [(one[1], two[0]) for one, two in itertools.pairwise(spans) if one[1] < two[0]]
    return any(max(one[0], two[0]) < min(one[1], two[1]) for one, two in itertools.combinations(gaps[:50], 2))


def _by_base(row: Sequence[Sequence[GridCell]]) -> list[list[list[GridCell]]]:
    """Return the rows within one, where each of its base lines fills every column."""
    made: list[list[list[GridCell]]] = []
    highest: list[float] = []
    for column, held in enumerate(row):
        for cell in held:
            base, size = cell.line.base, cell.line.size
            at = next((at for at, high in enumerate(highest) if abs(high - base) <= SAME_BASE * size), len(made))
            if at == len(made):
                made.append([[] for _ in row])
                highest.append(base)
            made[at][column].append(cell)
    return made if len(made) > 1 and all(map(all, made)) else [[list(held) for held in row]]


def in_tables(lines: Sequence[TextLine], grids: Grids) -> tuple[list[TextLine], TablePlaces]:
    """Return the lines, those of each table together, and where its rows stand among them.

    A line of which only a part stands in a table is divided. A table that goes on at the top of the next page keeps its
    header.
    """
    if not any(grids.values()):
        return list(lines), {}
    parted = [list(_parts(line, grids.get(line.page, ()))) for line in lines]
    tables: dict[int, _RuledTable] = {}  # by the grid's identity
    for at, parts in enumerate(parted):
        for part in parts:
            if part.grid is not None:
                table = tables.setdefault(id(part.grid), _RuledTable(part.grid, at))
                table.put(part.line, part.areas)
                table.last = at
    tables = {key: table.without_edges() for key, table in tables.items() if table.parted}
    held = _with_rows(lines, list(tables.values()))
    taken = {id(line): key for key in held for line in tables[key].lines}
    ordered: list[TextLine] = []
    places: TablePlaces = {}
    for line, parts in zip(lines, parted, strict=True):
        own = [taken.get(id(part.line), 0) for part in parts]
        if not any(own):
            ordered.append(_without_borders(line))
            continue
        for key, part in zip(own, parts, strict=True):
            if not key:
                ordered.append(_without_borders(part.line))
            elif part.line is tables[key].lines[0]:
                places[len(ordered)] = len(ordered) + len(tables[key].lines), held[key]
                ordered += tables[key].lines
    return ordered, places


def _with_rows(lines: Sequence[TextLine], tables: Sequence[_RuledTable]) -> dict[int, list[ReaderBlock]]:
    """Return the rows of the tables by their grid's identity, without frames around other text."""
    held: dict[int, list[ReaderBlock]] = {}
    before: tuple[_RuledTable, list[str]] | None = None
    for table in tables:
        cells = table.cells()
        texts = [[" ".join(cell.text for cell in column) for column in row] for row in cells]
        header, labels = (0, before[1]) if before and _goes_on(before[0], table, lines) else _header(cells, texts)
        before = None
        if table.holds_its_words and (any(labels) or _is_list(texts)):
            held[id(table.grid)] = list(_rows(cells, header, labels))
            before = (table, labels) if any(labels) else None
    return held


def _header(cells: Sequence[Sequence[Sequence[GridCell]]], texts: list[list[str]]) -> tuple[int, list[str]]:
    """Return the first row below the header, and its labels: a bold row above others is one, too."""
    full = [at for at, row in enumerate(texts) if sum(map(bool, row)) > 1]
    header, labels = header_of(texts)
    if any(labels) and header <= full[0] + 2:  # what is named further down is a row
        return header, labels
    bold = [at for at in full if all(cell.line.bold for column in cells[at] for cell in column)]
    if len(full) < 2 or bold != full[:1] or not all(is_label(cell) for cell in texts[full[0]] if cell):
        return 0, []
    header, labels = header_of(texts[full[0] :], 1)
    return full[0] + header, labels


def _is_list(texts: Sequence[Sequence[str]]) -> bool:
    """Tell whether rows without a header name at the left what they are about; prose in frames does not."""
    full = [row for row in texts if sum(map(bool, row)) > 1]
    return len(full) > 1 and 2 * len(full) > len(texts) and all(not row[0] or is_label(row[0]) for row in texts)


def _goes_on(before: _RuledTable, table: _RuledTable, lines: Sequence[TextLine]) -> bool:
    """Tell whether a table is the rest of one that ended on the page before."""
    same = len(before.grid.across) == len(table.grid.across) and all(
        abs(one - two) <= 2 * TOUCH for one, two in zip(before.grid.across, table.grid.across, strict=True)
    )
    if not same or table.lines[0].page != before.lines[0].page + 1:
        return False
    return all(line.running for line in lines[before.last + 1 : table.first])


def _rows(cells: Sequence[Sequence[Sequence[GridCell]]], header: int, labels: Sequence[str]) -> Iterator[ReaderBlock]:
    names = {piece for label in labels for piece in (label, *label.split(" / "))}
    for at, row in enumerate(cells):
        filled = [column for column, held in enumerate(row) if held]
        texts = [" ".join(cell.text for cell in row[column]) for column in filled]
        bare = at < header or not labels or len(filled) == 1 or all(text.rstrip(" :") in names for text in texts)
        block = row_block([("" if bare else labels[column], row[column]) for column in filled])
        lone = len(filled) == 1 and len(block.text) > LONGEST_LABEL
        yield replace(block, kind="text") if lone else block


def _without_borders(line: TextLine) -> TextLine:
    """Return a line of no table with the cells that wide gaps divide, whatever is drawn between them."""
    if len(line.cells) < 2 or not line.spans:
        return line
    cells, spans = [line.cells[0]], [line.spans[0]]
    for cell, span in zip(line.cells[1:], line.spans[1:], strict=True):
        if span[0] - spans[-1][1] > CELL_GAP * line.size:
            cells.append(cell)
            spans.append(span)
        else:
            cells[-1] += f" {cell}"
            spans[-1] = spans[-1][0], span[1]
    return line if len(cells) == len(line.cells) else replace(line, cells=tuple(cells), spans=tuple(spans))


def _parts(line: TextLine, grids: Sequence[RuledGrid]) -> Iterator[_PlacedPart]:
    """Yield a line by what it stands in: each grid with the areas of its cells, or none."""
    placed = [_placed(line, span, grids) for span in line.spans] if grids else []
    if not any(placed):
        yield _PlacedPart(line)
        return
    start = 0
    for _, group in itertools.groupby(placed, key=lambda each: id(each[0]) if each else 0):
        own = list(group)
        part = line if len(own) == len(placed) else _part(line, start, start + len(own))
        start += len(own)
        yield _PlacedPart(part, own[0][0] if own[0] else None, tuple(each[1] for each in own if each))


def _placed(line: TextLine, span: tuple[float, float], grids: Sequence[RuledGrid]) -> tuple[RuledGrid, Area] | None:
    """Return the innermost grid that a cell stands in, and where."""
    height = line.base + HALF_LETTER * line.size
    found = [(grid, area) for grid in grids if (area := grid.area_at(sum(span) / 2, height))]
    return min(found, key=lambda each: each[0].across[-1] - each[0].across[0], default=None)


def _part(line: TextLine, first: int, end: int) -> TextLine:
    """Return some cells of a line as a line of their own."""
    start = len(" ".join((*line.cells[:first], "")))
    cells, spans = line.cells[first:end], line.spans[first:end]
    length = len(" ".join(cells))
    links = tuple(
        replace(link, start=max(link.start - start, 0), end=min(link.end - start, length))
        for link in line.links
        if link.start < start + length and link.end > start
    )
    return replace(
        line, cells=cells, spans=spans, left=spans[0][0], right=spans[-1][1], links=links, box=_box(line, spans)
    )


def _box(line: TextLine, spans: Sequence[tuple[float, float]]) -> tuple[float, float, float, float] | None:
    """Return the box of some cells of an upright line; the whole line's where it is turned."""
    if line.box is None or line.turns:
        return line.box
    left, bottom, right, top = line.box
    by = left - line.left
    return max(left, spans[0][0] + by), bottom, min(right, spans[-1][1] + by), top
