"""Tables that fit the terminal, or become a line ``label: value`` for each cell; and running text that can be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

MAX_LINE_CHARS = 100  # of running text in a wide terminal: the eye loses longer lines
_COLUMN_CHARS = 14  # least width of a column, on average, of a table whose cells are wrapped


class FittedTable:
    """A table of texts; drawn as records of ``label: value`` lines where columns would be too narrow to be read.

    The columns ``spare`` are left out, the first of them first, where all do not fit, but never from a record.
    """

    def __init__(self, *labels: str, no_wrap: Sequence[str] = (), spare: Sequence[str] = ()) -> None:
        self._labels = labels
        self._no_wrap = no_wrap
        self._spare = spare
        self._rows: list[list[Text]] = []

    def add_row(self, *cells: Text | str) -> None:
        """Add a row of at most as many cells as there are labels."""
        self._rows.append([cell if isinstance(cell, Text) else Text(cell, overflow="fold") for cell in cells])

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table, or its records."""
        for many in range(len(self._spare) + 1):
            table = self._table(self._spare[:many])
            natural = console.measure(table, options=options.update(max_width=10_000)).maximum
            if natural <= options.max_width:
                yield table
                return
        if len(table.columns) * _COLUMN_CHARS <= options.max_width:
            yield table
            return
        for at, row in enumerate(self._rows):
            if at:
                yield Text()
            yield from self._record(row)

    @property
    def _width(self) -> int:
        return max([len(self._labels), *map(len, self._rows)])

    def _table(self, without: Sequence[str]) -> Table:
        has_labels = any(self._labels)
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0), show_header=has_labels)
        shown = [at for at in range(self._width) if at >= len(self._labels) or self._labels[at] not in without]
        for at in shown:
            label = self._labels[at] if at < len(self._labels) else ""
            table.add_column(Text(label), overflow="fold", no_wrap=label in self._no_wrap and bool(label))
        for row in self._rows:
            table.add_row(*[row[at] if at < len(row) else "" for at in shown])
        return table

    def _record(self, row: Sequence[Text]) -> Iterator[RenderableType]:
        for at, cell in enumerate(row):
            if cell.plain:
                label = self._labels[at] if at < len(self._labels) else ""
                yield hanging(Text(f"{label}: ", style="dim") if label else Text(), cell)


class RunningText:
    """A text whose lines stay short in a wide terminal; where no person sees them they are as long as may be."""

    def __init__(self, text: Text) -> None:
        self.text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the text."""
        width = min(options.max_width, MAX_LINE_CHARS) if console.is_terminal else options.max_width
        yield from console.render(self.text, options.update_width(width))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Return the widths that the text needs."""
        return Measurement.get(console, options, self.text)


def hanging(head: Text, body: RenderableType) -> Table:
    """Return a head, and beside it a body whose further lines begin below its first."""
    grid = Table.grid(padding=0)
    grid.add_row(head, body)
    return grid
