"""Tables of AsciiDoc to cells by row and column, and the number of header rows."""

from __future__ import annotations

import csv
import re

from ingest.readers.shared.tables import TableRows

_SPEC = re.compile(r"(?<=\s)(?:(?=[\d.])(\d{1,3})?(?:\.(\d{1,3}))?([+*]))?(?:[<^>]|\.[<^>]){0,2}[adehlmsv]?$")
_COLS_ATTRIBUTE = re.compile(r"\bcols\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|(\d{1,3}\*?))")
_HEADER_OPTION = re.compile(r"(?<![\w%])\w*+%[\w%]*header|\b(?:options|opts)\s*=\s*[\"']?[\w, %]*header")
_NO_HEADER = re.compile(r"noheader")
_FORMAT = re.compile(r"\bformat\s*=\s*\"?(\w+)")
_SEPARATOR = re.compile(r"\bseparator\s*=\s*\"?([^\"\s,\]]|\\t)")
MAX_ASCIIDOC_SPAN = 50  # columns or rows that one cell may span, or be repeated for


def table_cells(lines: list[str], kind: str, about: str) -> tuple[list[list[str]], int | None]:
    """Return the rows between delimiters that begin with ``kind``, below attributes ``about``, and the header rows.

    None instead of a number where nothing says whether there is a header.
    """
    lead = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    lines = lines[lead:]
    header: int | None = None
    if _NO_HEADER.search(about):
        header = 0
    elif _HEADER_OPTION.search(about) or (
        lead == 0 and len(lines) > 2 and not lines[1].strip()
    ):  # the first line alone
        header = 1
    named = _FORMAT.search(about)
    form = {",": "csv", ":": "dsv"}.get(kind) or (named[1] if named else "psv")
    found = _SEPARATOR.search(about)
    separator = found[1].replace("\\t", "\t") if found else {"csv": ",", "dsv": ":", "tsv": "\t"}.get(form, kind)
    if form == "dsv":
        return [line.split(separator) for line in lines if line.strip()], header
    if form in ("csv", "tsv"):
        try:
            return [row for row in csv.reader(lines, delimiter=separator) if row], header
        except csv.Error:  # an unclosed cell
            return [line.split(separator) for line in lines if line.strip()], header
    cells = _cells("\n".join(lines), separator)
    return _grid(cells, _width(about) or _first(lines, separator), header or 0), header


def _width(about: str) -> int:
    """Return the number of columns that the attributes give, 0 for none."""
    match = _COLS_ATTRIBUTE.search(about)
    if match is None:
        return 0
    width = 0
    for part in re.split("[,;]", next(filter(None, match.groups()), "")):
        repeated = re.match(r"\s*(\d{1,3})\*", part)
        width += int(repeated[1]) if repeated else 1
    return width


def _first(lines: list[str], separator: str) -> int:
    """Return the number of columns that the first line's cells take."""
    return sum(columns for _, columns, _ in _cells(lines[0], separator)) if lines else 0


def _cells(text: str, separator: str) -> list[tuple[str, int, int]]:
    """Return each cell's text and its span in columns and rows: `2.3+|text`. Reads from separator to separator."""
    pieces = re.split(rf"(?<!\\){re.escape(separator)}", f"\n{text}")
    specs = [_SPEC.search(piece, max(0, len(piece) - 16)) for piece in pieces[:-1]]  # each of the cell that follows
    cells = []
    for at, spec in enumerate(specs, 1):
        end = specs[at] if at < len(specs) else None
        shown = (pieces[at][: end.start()] if end else pieces[at]).strip().replace(f"\\{separator}", separator)
        columns, rows, sign = spec.groups() if spec else (None, None, None)
        wide, high = (min(max(int(number or 1), 1), MAX_ASCIIDOC_SPAN) for number in (columns, rows))
        cells += [(shown, 1, 1)] * wide if sign == "*" else [(shown, wide, high)]
    return cells


def _grid(cells: list[tuple[str, int, int]], width: int, header: int) -> list[list[str]]:
    """Return rows of so many columns."""
    grid = TableRows(header)
    for text, wide, high in cells:
        while grid.fill_spanned():
            pass
        if grid.width and grid.width >= width:
            grid.end()
            while grid.fill_spanned():
                pass
        grid.put(text, wide, high)
    while grid.width < width and grid.fill_spanned():
        pass
    return [row for row in grid.rows if row]
