"""How the cells of a spreadsheet read as text, and where one of its tables ends and the next begins."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence

from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.tables import Linked, reads_as_header, table_blocks
from ingest.readers.shared.unreadable import UnreadableError
from rag.types import Outcome

MAX_WORKBOOK_CELLS = 2_000_000
_DECIMALS = re.compile(r"0\.(0+)")


class CellCounter:
    """Counts cells, and refuses a workbook with more of them than one document may hold."""

    def __init__(self) -> None:
        self.cells = 0

    def add(self, cells: int) -> None:
        """Raises Unreadable past the limit."""
        self.cells += cells
        if self.cells > MAX_WORKBOOK_CELLS:
            raise UnreadableError(Outcome.TOO_LARGE, f"it holds more than {MAX_WORKBOOK_CELLS:,} cells; split it")


def shown(value: object, number_format: str = "") -> str:
    """A cell's value as a reader sees it: dates in ISO 8601, no endless decimals, shares in per cent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime):
        if value.time() == datetime.time():
            return value.date().isoformat()
        return value.isoformat(" ", "seconds" if value.second else "minutes")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(value, number_format.split(";")[0])
    return str(value)


def _number(value: float, number_format: str) -> str:
    decimals = _DECIMALS.search(number_format)
    if "%" in number_format:
        return f"{value * 100:.{len(decimals.group(1)) if decimals else 0}f}%"
    if isinstance(value, int) or value.is_integer():
        return str(int(value)) if abs(value) < 1e15 else f"{value:g}"
    if decimals and len(decimals.group(1)) <= 6:
        return f"{value:.{len(decimals.group(1))}f}"
    return f"{value:.10g}"


def sheet_blocks(
    name: str, number: int, lines: Iterable[tuple[Sequence[str], Linked]], counted: CellCounter
) -> Iterator[ReaderBlock]:
    """The sheet's name as heading, then its tables: an empty line ends one, save right below its header."""
    yield ReaderBlock("title", name, 1, number)
    table: list[Sequence[str]] = []
    links: list[Linked] = []
    for cells, linked in lines:
        counted.add(max(1, len(cells)))
        if any(cell.strip() for cell in cells):
            table.append(cells)
            links.append(linked)
        elif table and not reads_as_header(table[-1]):  # a line may be left free below a header
            yield from table_blocks(table, page=number, links=links)
            table, links = [], []
    yield from table_blocks(table, page=number, links=links)
