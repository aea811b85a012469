"""Rows that show themselves: as text, as a table in a notebook, as a pandas DataFrame."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from ui.shared.formatting import clean, one_line

if TYPE_CHECKING:
    import pandas

Row = TypeVar("Row")
_SHOWN_ROWS = 20
_SHOWN_CHARS = 100  # characters of a cell


class Table(Sequence[Row], Generic[Row]):
    """A sequence of plain objects with named columns."""

    def __init__(self, rows: Sequence[Row], columns: Mapping[str, Callable[[Row], Any]], title: str) -> None:
        self._rows = tuple(rows)
        self._columns = dict(columns)
        self.title = title

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return each row as a dict, by column."""
        return [{name: cell(row) for name, cell in self._columns.items()} for row in self._rows]

    def frame(self) -> pandas.DataFrame:
        """Return the rows as a pandas DataFrame; without rows, one with the columns alone."""
        import pandas

        return pandas.DataFrame(self.to_dicts(), columns=list(self._columns))

    def __repr__(self) -> str:
        lines = [self.title]
        for row in self.to_dicts()[:_SHOWN_ROWS]:
            lines.append("  " + "  ".join(text for text in map(_cell, row.values()) if text))
        return "\n".join(lines + ([f"  … and {self._hidden} more"] if self._hidden else []))

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in self._columns)
        rows = self.to_dicts()[:_SHOWN_ROWS]
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(_cell(value))}</td>' for value in row.values())}</tr>" for row in rows
        )
        more = f"<p><small>… and {self._hidden} more</small></p>" if self._hidden else ""
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
        return f"<p><b>{escape(self.title)}</b></p>{table}{more}"

    @property
    def _hidden(self) -> int:
        return max(0, len(self._rows) - _SHOWN_ROWS)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, (tuple, list)):
        return ", ".join(map(_cell, value))
    text = one_line(clean(str(value)))
    return text if len(text) <= _SHOWN_CHARS else f"{text[: _SHOWN_CHARS - 1]}…"
