"""Checks of what rows hold: a damaged file, or a stranger's, may hold anything in any column.

SQLite keeps a text in a column of numbers, and a packed column unpacks to whatever it was made of. So the values of a
row become types in schema.py only after they were checked here, and what is wrong is one error: DamagedRowError.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
import sqlalchemy as sa

from rag.errors import DamagedRowError
from rag.interfaces import Vector
from rag.messages import Message, whole_characters

MAX_PACKED_ROWS = 2**21  # links, or printed lines, of one document
MAX_PACKED_COLUMN_BYTES = 128 * 2**20  # same limit as a reader's answer: MAX_ANSWER_BYTES in ingest/process.py
_MAX_EXACT_INTEGER = 2**53  # beyond it a float is inexact, and SQLite's own integers are not far
_MAX_NUMBERS = 2**24  # in packed rows: a list of ten bytes a number is ten times as large in memory
_MAX_VALUE_CHARS = 40  # characters of a wrong value


def damaged_row_error(table: str, what: str) -> DamagedRowError:
    """Return the error for a row of that table; ``what`` is wrong with it."""
    return DamagedRowError(
        Message("The ledger holds a damaged row ({table}: {what}).", table=table, what=what),
        Message("Save what can be saved: oaken doctor --repair"),
    )


def typed(table: sa.Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row. Raises DamagedRowError where a value is not of its column's type."""
    held = dict(row)
    allowed = _allowed_types(table)
    for name, value in held.items():
        if type(value) not in allowed[name]:
            raise damaged_row_error(
                table.name, Message("{column} is {value}", column=name, value=repr(value)[:_MAX_VALUE_CHARS])
            )
    return held


def require(condition: bool, table: str, column: str, value: Any) -> None:
    """Raise DamagedRowError, which names the column and its value, unless the condition holds."""
    if not condition:
        raise damaged_row_error(
            table, Message("{column} is {value}", column=column, value=repr(value)[:_MAX_VALUE_CHARS])
        )


def require_numbers(table: str, row: Mapping[str, Any], *columns: str) -> None:
    """Raise DamagedRowError where one of these columns holds a negative number, or one too large to count with."""
    for name in columns:
        value = row[name]
        require(value is None or 0 <= value <= _MAX_EXACT_INTEGER, table, name, value)


def require_times(table: str, row: Mapping[str, Any], *columns: str) -> None:
    """Raise DamagedRowError where one of these columns is no time in ISO 8601 that every time zone has."""
    for name in columns:
        try:
            fine = 1 < datetime.fromisoformat(row[name]).year < 9999
        except (ValueError, TypeError):
            fine = False
        require(fine, table, name, row[name])


def require_span(table: str, start: Any, end: Any, length: int | None = None) -> None:
    """Raise DamagedRowError unless these are places of a text that is ``length`` characters long, in order."""
    fine = type(start) is int and type(end) is int and 0 <= start <= end and (length is None or end <= length)
    if not fine:
        raise damaged_row_error(
            table, Message("{column} is {value}", column="start, end", value=repr((start, end))[:_MAX_VALUE_CHARS])
        )


@lru_cache(maxsize=4096)  # adjacent rows share their headings
def section(stored: Any, table: str) -> tuple[str, ...]:
    """Return the headings stored as JSON. Raises DamagedRowError."""
    try:
        held = json.loads(stored)
    except (ValueError, TypeError, RecursionError):
        held = None
    require(isinstance(held, list) and all(type(part) is str for part in held), table, "section", stored)
    return tuple(map(whole_characters, held))


def vector(stored: Any, dimension: int | None = None) -> Vector:
    """Return a stored vector. Raises DamagedRowError where it is none, or not of that dimension."""
    fine = type(stored) is bytes and len(stored) % 4 == 0 and dimension in (None, len(stored) // 4)
    require(fine, "vectors", "vector", stored)
    return np.frombuffer(stored, dtype="<f4")


def packed(rows: Sequence[Any]) -> bytes | None:
    """Pack rows of JSON in few bytes; None for no rows."""
    kept = rows[:MAX_PACKED_ROWS]
    return zlib.compress(json.dumps(kept, separators=(",", ":")).encode()) if kept else None


def unpacked(stored: bytes | None, table: str, column: str, most: int = MAX_PACKED_COLUMN_BYTES) -> list[Any]:
    """Return the rows packed by :func:`packed`.

    Raises DamagedRowError where it was not, and where it would unpack to more than ``most`` bytes.
    """
    if not stored:
        return []
    inflate = zlib.decompressobj()
    try:
        raw = inflate.decompress(stored, most)
        fits = inflate.eof and raw.count(b"[") <= 2 * MAX_PACKED_ROWS + 1 and raw.count(b",") <= _MAX_NUMBERS
        rows = json.loads(raw, parse_constant=_refuse_constant) if fits else None
    except (zlib.error, ValueError, TypeError, RecursionError):
        rows = None
    require(isinstance(rows, list), table, column, stored)
    assert isinstance(rows, list)
    return rows


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


@lru_cache(maxsize=32)
def _allowed_types(table: sa.Table) -> Mapping[str, frozenset[type]]:
    return {column.name: _types_of(column) for column in table.c}


def _types_of(column: sa.Column[Any]) -> frozenset[type]:
    kind = column.type
    if isinstance(kind, sa.Boolean):
        found: set[type] = {int, bool}
    elif isinstance(kind, sa.Float):
        found = {float, int}
    elif isinstance(kind, sa.Integer):
        found = {int}
    else:
        found = {bytes} if "BLOB" in str(kind) else {str}
    return frozenset(found | ({type(None)} if column.nullable else set()))
