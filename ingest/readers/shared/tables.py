"""Turn tables into rows that can be cited on their own: ``Label: cell | Label: cell``, with the labels of the header.

Why the labels are repeated: a quote is cut from the text as it stands, and "12 | 40 | 3" says nothing without the line
at the top, which may stand a page away. The header itself stays as a row, and a row without labels is the bare cells. A
header is what the format marks as one; without a mark, a first row that reads like one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import clean
from rag.text.patterns import in_any_language
from rag.text.units import UNITS

LONGEST_LABEL = 80  # characters; a longer cell is no column's name
MAX_LABELS_CHARS = 600  # characters of all labels in one row of text; a wider row goes on in further ones
NAMES_PER_ODD_ONE = 20  # of a wide header: so many names outweigh one cell that reads as none
MAX_HEADER_ROWS = 4  # rows in which a header may stand, a title above them not counted
MAX_PREAMBLE_ROWS = 40  # rows above a table that say what it is of
_ABBREVIATED = re.compile(r"(?=.{2,16}\Z)(?:[^\W\d_]{1,8}[. /-]{1,2})?[^\W\d_]{1,4}\.")  # "Qty.", "Art.-Nr."
_YEAR_HEADER = re.compile(
    r"(?:FY ?|Q[1-4] ?)?(?:1[89]|20)\d\d(?:[/–-]\d{2,4})?"
    rf"(?: ?{in_any_language(lambda language: language.text.year_mark)})?"
)
_UNIT = re.compile(
    rf"[(\[][^()\[\]]{{1,12}}[)\]]|[%€$£₽¥‰]|(?i:{'|'.join(filter(None, UNITS.values()))})"
    r"|(?=.*(?:[/²³°µ%]|.\B[A-Z]))[a-zA-Z°µ%/·²³⁻¹]{2,8}"
)
_DATE_OR_TIME = re.compile(r"\d([-./])\d\d?\1\d|\d:\d\d")
_SAME_KIND = 0.75  # of a column's cells: at most so many are of one kind in a form
_SAMPLED_ROWS = 50  # rows examined below a possible header
MIN_CODED_COLUMNS, MIN_FIGURE_ROWS = 3, 2
MIN_NAMED_SHARE, MIN_FIGURES_SHARE = 0.6, 0.5  # of the columns, of those with a name
MIN_STEPS, EVEN_STEPS = 5, 0.01  # numbers that name columns, and by how much of a step their steps differ
_CODE = re.compile(r"(?=.{1,40}\Z)[^\W\d]\w*(?:[.:/-]\w+){0,4}")  # x1, V12, S100A16, q3.b
_LACKING = re.compile(r"(?i:n/?a|nan|null|none|true|false)|[-–—?.]+")
_FIGURE_CELL = re.compile(r"[(+−-]?\s?[€$£₽]?\s?\d[\d\s.,'’]*(?:[eE][+-]?\d+)?\s?[%€$£₽)]?")
_PLAIN_NUMBER = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{1,9})?")

Cells = Sequence[str]
Linked = tuple[tuple[str, str], ...]


class TableRows:
    """Rows of cells, filled from left to right.

    A cell over several rows is repeated in each, so that each row is whole; one over several columns is not, except in
    the header, above each of them.
    """

    def __init__(self, header: int) -> None:
        self.rows: list[list[str]] = [[]]
        self._header = header
        self._spanning: dict[int, tuple[str, int]] = {}  # column -> text that spans down, and for how many rows yet

    @property
    def width(self) -> int:
        """Cells in the current row."""
        return len(self.rows[-1])

    def fill_spanned(self) -> bool:
        """Put a cell that spans down from above into the next place; return False where none does."""
        spanning = self._spanning.pop(self.width, None)
        if spanning is None:
            return False
        text, left = spanning
        if left > 1:
            self._spanning[self.width] = text, left - 1
        self.rows[-1].append(text)
        return True

    def put(self, text: str, colspan: int = 1, rowspan: int = 1) -> None:
        """Put a cell over so many columns and rows."""
        for column in range(colspan):
            shown = text if column == 0 or len(self.rows) <= self._header else ""
            if rowspan > 1:
                self._spanning[self.width] = shown, rowspan - 1
            self.rows[-1].append(shown)

    def end(self) -> None:
        """Begin the next row."""
        self.rows.append([])


def table_blocks(
    lines: Iterable[Cells],
    header: int | None = None,
    *,
    page: int | None = None,
    links: Sequence[Linked] = (),
    certain: bool = False,
) -> Iterator[ReaderBlock]:
    """Yield one block for each row; one with many labels is several, which begin alike: with its first cell.

    ``header`` is the number of rows that the format marks as header, None where it marks none: then the first rows are
    examined (``certain``: in this format the first is nearly always one). ``links`` are those of each row.
    """
    rows = [[clean(cell, lines=False) for cell in line] for line in lines]
    width = max(map(len, rows), default=0)
    used = [any(at < len(row) and row[at] for row in rows) for at in range(width)]
    rows = [[cell for at, cell in enumerate(row) if used[at]] for row in rows]  # some columns only separate others
    header, labels = header_of(rows, header, certain=certain)
    for at, row in enumerate(rows):
        linked = links[at] if at < len(links) else ()
        for text in _labelled(row, labels) if at >= header else [_bare(row)]:
            lone = sum(map(bool, row)) == 1 and len(text) > LONGEST_LABEL  # a remark between rows, or below them
            yield ReaderBlock("text" if lone else "row", text, page=page, links=linked)


def header_of(rows: list[list[str]], header: int | None = None, *, certain: bool = False) -> tuple[int, list[str]]:
    """Return the first row below the header, and a label for each column; 0 and none where there is no header.

    Arguments as :func:`table_blocks` has them; a name of the header that spans columns is put above each in ``rows``.
    """
    first = 0
    if header is None:
        first, header = _find_header(rows, certain)
    if header:
        header = _with_second_row(rows, header)
    return header, _labels(rows[first:header])


def _labels(header: Sequence[Cells]) -> list[str]:
    """Return one label for each column: its cells in the rows of the header, each once."""
    labels = []
    named = [row for row in header if len(set(row)) > 1 or _UNIT.fullmatch("".join(row[:1]))] or header  # no title
    for at in range(max(map(len, header), default=0)):
        cells = dict.fromkeys(row[at].rstrip(" :") for row in named if at < len(row) and row[at])
        *names, last = cells or [""]
        unit = bool(names) and _UNIT.fullmatch(last) is not None
        labels.append(f"{' / '.join(names)} {last if last[0] in '([' else f'({last})'}" if unit else " / ".join(cells))
    if any(len(label) > 2 * LONGEST_LABEL for label in labels):
        return []
    return labels


def _labelled(row: Cells, labels: Sequence[str]) -> list[str]:
    """Return a row with its labels, in as many parts as the labels need; each begins with the row's first cell."""
    if not any(labels) or sum(map(bool, row)) == 1:  # a lone cell is a line between rows
        return [_bare(row)]
    parts: list[list[str]] = [[]]
    length = 0
    for at, cell in enumerate(row):
        label = labels[at] if at < len(labels) else ""
        if cell:
            if length + len(label) > MAX_LABELS_CHARS and len(parts[-1]) > 1:
                parts.append(parts[0][:1])
                length = 0
            length += len(label)
            parts[-1].append(f"{label}: {cell}" if label and label != cell else cell)
    return [" | ".join(cells) for cells in parts]


def _bare(row: Cells) -> str:
    filled = [at for at, cell in enumerate(row) if cell]
    return " | ".join(row[filled[0] : filled[-1] + 1]) if filled else ""


def _find_header(rows: list[list[str]], certain: bool) -> tuple[int, int]:
    """Return the first row of the header, and the first below it; (0, 0) where there is none.

    A title may stand above it. Where names come twice, the row above distinguishes them, and each of its cells spans
    the columns beside it: ``2022 | | 2023 |`` above ``Sales | Profit | Sales | Profit``.
    """
    top = next((at for at, row in enumerate(rows) if sum(map(bool, row)) > 1), 0)
    columns = max(map(len, rows), default=0)
    most = MAX_HEADER_ROWS if columns > 2 else 1  # a form's fields are names
    sizes = [sum(map(bool, row)) for row in rows[: MAX_PREAMBLE_ROWS + _SAMPLED_ROWS]]
    width = max((size for size, count in Counter(sizes).items() if count > 1), default=0)
    if width > 3:  # above it stands whose account it is, for what days: fewer cells than the table has
        wide = (at for at, size in enumerate(sizes[:MAX_PREAMBLE_ROWS]) if 2 * size > width)
        most += max(0, next(wide, top) - top)
    for at in range(top, min(top + most, len(rows))):
        if width > 3 and 2 * sum(map(bool, rows[at])) <= width:
            continue
        below = rows[at + 1 : at + _SAMPLED_ROWS]
        if _is_header(rows[at], below, certain):
            return at, at + 1
        if at > top and sum(map(bool, rows[at - 1])) > 1:
            over = _reaching(rows[at - 1], len(rows[at]))
            both = [f"{above} / {name}" if name else "" for above, name in zip(over, rows[at], strict=True)]
            if all(is_label(name) for name in rows[at] if name) and _is_header(both, below, certain, LONGEST_LABEL):
                rows[at - 1] = over
                return at - 1, at + 1
    for at in range(top, min(top + most, len(rows))):
        below = rows[at + 1 : at + _SAMPLED_ROWS]
        if _names_figures(rows[at], below) or _is_scale(rows[at], below):
            return at, at + 1
        if sum(map(bool, rows[at])) >= MIN_NAMED_SHARE * columns:  # the first whole row names the columns, or none does
            break
    return 0, 0


def _reaching(row: Cells, width: int) -> list[str]:
    reaching, last = [], ""
    for at in range(width):
        last = (row[at] if at < len(row) else "") or last
        reaching.append(last)
    return reaching


def _with_second_row(rows: list[list[str]], header: int) -> int:
    """Return the first row below the header; a second row of units, or of names below a name that spans, belongs to it.

    ``Item | Size | | Price`` above ``Item | Width | Height | Price``; ``Length | Mass`` above ``cm | kg``. The cells of
    the first row are then put above each column they span.
    """
    if header + 1 >= len(rows):
        return header
    over, names, below = rows[header - 1], rows[header], rows[header + 1 : header + _SAMPLED_ROWS]
    filled = [at for at, cell in enumerate(names) if cell]
    if not filled or len(names) > len(over):
        return header
    counted = [at for at in filled if _counts(below, at)]
    units = bool(counted) and len(filled) > len(over) // 3 and all(_UNIT.fullmatch(names[at]) for at in counted)
    if units and all(names[at] in (*over, "-", "–", "—") or _UNIT.fullmatch(names[at]) for at in filled):
        return header + 1
    if any(any(map(str.isdecimal, cell)) for cell in names):
        return header
    spanned = [at for at in filled if not over[at] and at and (over[at - 1] or at - 1 in filled)]
    fits = all(not over[at] or names[at] == over[at] or at + 1 in spanned for at in filled)
    if spanned and fits and any(_counts(below, at) for at in spanned) and all(is_label(names[at]) for at in filled):
        reached = _reaching(over, len(over))
        rows[header - 1] = [reached[at] if names[at] or cell else cell for at, cell in enumerate(over)]
        return header + 1
    return header


def _counts(rows: Sequence[Cells], at: int) -> bool:
    """Tell whether a column holds figures."""
    cells = [row[at] for row in rows if at < len(row) and row[at]]
    return bool(cells) and sum(any(map(str.isdigit, cell)) for cell in cells) * 2 > len(cells)


def _is_header(head: Cells, below: Sequence[Cells], certain: bool, more: int = 0) -> bool:
    named = [cell for cell in head if cell]
    if not below or len(named) < 2:
        return False
    odd = sum(not is_label(cell, more) for cell in named)  # a code such as S100A16 among hundreds of names
    if (
        len(named) < len(head) - 1  # the corner may be empty
        or len(set(named)) < len(named)
        or odd > len(named) // NAMES_PER_ODD_ONE
        or all(_YEAR_HEADER.fullmatch(cell) for cell in head)
    ):
        return False
    if len(head) == 2 and _is_form([head, *below]):
        return False
    if certain or len(head) > 2:
        return True
    numbers = [row[1] for row in below if len(row) > 1 and row[1]]  # else "Name: Anna | Town: Oviedo" row by row
    return len(numbers) > 1 and all(any(map(str.isdigit, cell)) for cell in numbers)


def _names_figures(head: Cells, below: Sequence[Cells]) -> bool:
    """Tell whether a row of codes, dates or names that come twice or are lacking names columns: figures stand below.

    ``x1 | x2 | x2 | | x4`` is a header above rows of numbers, and a row like others above rows of codes.
    """
    named = [cell for cell in head if cell]
    if len(head) < MIN_CODED_COLUMNS or len(named) < MIN_NAMED_SHARE * len(head) or len(below) < MIN_FIGURE_ROWS:
        return False
    if not all(is_label(cell) or _CODE.fullmatch(cell) or _DATE_OR_TIME.search(cell) for cell in named):
        return False
    if any(_LACKING.fullmatch(cell) for cell in named):
        return False
    over = sum(_is_figures(below, at) for at, cell in enumerate(head) if cell)
    return over >= MIN_FIGURES_SHARE * len(named)


def _is_scale(head: Cells, below: Sequence[Cells]) -> bool:
    """Tell whether a row names columns by numbers of even steps, unlike the rows below: ``t | 0 | 5 | 10 | 15``."""
    return len(head) > MIN_STEPS and is_label(head[0]) and _is_even(head[1:]) and not any(map(_is_even, _tails(below)))


def _tails(rows: Sequence[Cells]) -> Iterator[Cells]:
    return (row[1:] for row in rows)


def _is_even(cells: Cells) -> bool:
    if len(cells) < MIN_STEPS or not all(map(_PLAIN_NUMBER.fullmatch, cells)):
        return False
    numbers = [float(cell.replace(",", ".")) for cell in cells]
    steps = [after - before for before, after in pairwise(numbers)]
    return min(steps) > 0 and max(steps) - min(steps) <= EVEN_STEPS * max(steps)


def _is_figures(rows: Sequence[Cells], at: int) -> bool:
    """Tell whether most cells of a column are numbers, and no dates."""
    cells = [row[at] for row in rows if at < len(row) and row[at]]
    figures = sum(_FIGURE_CELL.fullmatch(cell) is not None and not _DATE_OR_TIME.search(cell) for cell in cells)
    return 2 * figures > len(cells)


def _is_form(rows: Sequence[Cells]) -> bool:
    """Tell whether two columns are names of fields and what each holds: words here, a number or a date there."""
    filled = [row for row in rows if len(row) == 2 and row[0] and row[1]]
    names = [name.casefold() for name, _ in filled]
    if len(set(names)) < len(names) or any(
        any(map(str.isdigit, name)) or not is_label(name.rstrip(" .:")) for name in names
    ):
        return False
    kinds = Counter(map(_kind, (value for _, value in filled[1:])))
    return len(filled) > 2 and max(kinds.values()) <= _SAME_KIND * kinds.total()


def _kind(value: str) -> tuple[bool, bool, bool]:
    return any(map(str.isalpha, value)), any(map(str.isdigit, value)), _DATE_OR_TIME.search(value) is not None


def reads_as_header(row: Cells) -> bool:
    """Tell whether a row holds nothing but names of columns, three at least."""
    named = [cell for cell in (clean(cell, lines=False) for cell in row) if cell]
    return len(named) > 2 and all(is_label(cell) and not any(map(str.isdigit, cell)) for cell in named)


def is_label(cell: str, more: int = 0) -> bool:
    """Tell whether a cell reads as the name of a column."""
    if len(cell) > LONGEST_LABEL + more or cell.endswith(("!", ";")):
        return False
    if cell.endswith(".") and not _ABBREVIATED.fullmatch(cell):
        return False
    letters, digits = sum(map(str.isalpha, cell)), sum(map(str.isdigit, cell))
    return bool(_YEAR_HEADER.fullmatch(cell)) or letters > digits


def is_year(cell: str) -> bool:
    """Tell whether a cell is a year or a quarter of one, which may name a column."""
    return _YEAR_HEADER.fullmatch(cell) is not None
