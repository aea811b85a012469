"""Cells of a spreadsheet as text, and the borders between tables on one sheet."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator, Sequence

from ingest.readers.office.number_format import LARGEST, NumberSigns, elapsed, formatted
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.tables import Linked, reads_as_header, table_blocks
from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message
from rag.types import Outcome

MAX_WORKBOOK_CELLS = 2_000_000


class CellCounter:
    """Counts cells, and refuses a workbook with more than one document may hold."""

    def __init__(self) -> None:
        self.cells = 0

    def add(self, cells: int) -> None:
        """Count cells. Raises UnreadableError past the limit."""
        self.cells += cells
        if self.cells > MAX_WORKBOOK_CELLS:
            raise UnreadableError(
                Outcome.TOO_LARGE,
                Message(
                    "it holds more than {max_workbook_cells:,} cells; split it", max_workbook_cells=MAX_WORKBOOK_CELLS
                ),
            )


def shown(value: object, number_format: str = "", signs: NumberSigns = NumberSigns()) -> str:  # noqa: B008
    """Return a cell's value as it is displayed, in its number format; dates in ISO 8601, no endless decimals."""
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
    if isinstance(value, datetime.timedelta):
        return elapsed(value, number_format)
    if isinstance(value, int | float):
        return _number(value, number_format, signs)
    return str(value)


def _number(value: float, number_format: str, signs: NumberSigns) -> str:
    if not math.isfinite(value):
        return str(value)
    if (shown := formatted(value, number_format, signs)) is not None:
        return shown
    if isinstance(value, int) or value.is_integer():
        return str(int(value)) if abs(value) < LARGEST else f"{value:g}"
    return f"{value:.10g}".replace(".", signs.decimal)


def sheet_blocks(
    name: str, number: int, lines: Iterable[tuple[Sequence[str], Linked]], counted: CellCounter
) -> Iterator[ReaderBlock]:
    """Yield the sheet's name as heading, then its tables: an empty line ends one, except right below its header."""
    yield ReaderBlock("title", name, 1, number)
    table: list[Sequence[str]] = []
    links: list[Linked] = []
    for cells, linked in lines:
        counted.add(max(1, len(cells)))
        if any(cell.strip() for cell in cells):
            table.append(cells)
            links.append(linked)
        elif table and not reads_as_header(table[-1]):  # a line may be left empty below a header
            yield from table_blocks(table, page=number, links=links)
            table, links = [], []
    yield from table_blocks(table, page=number, links=links)
