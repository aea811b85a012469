"""Reads the rows of a stranger's SQLite file, and runs nothing of what its schema holds.

A schema is a program: triggers, views, CHECKs, generated columns and indexes of expressions run when a table is read,
written or checked. So the file is opened read-only, its tables must have plain columns of known names and nothing else,
no index of it is used, and no statement runs but ``SELECT columns FROM table``. Whatever it holds comes back as rows,
or as an error of SQLite's: the values are checked by whoever takes them (adopt.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self
from urllib.parse import quote

from rag.library.maintenance.archive import RefusedError, require
from rag.messages import Message

_SCHEMA_TABLE = "sqlite_master"
_OWN_TABLES = ("sqlite_sequence", "sqlite_stat")  # prefixes of SQLite's own, which are not read
_ALLOWED_PRAGMAS = frozenset({"table_xinfo"})  # the only ones, once the authorizer is set
_SETTINGS = ("trusted_schema=OFF", "cell_size_check=ON", "query_only=ON", "mmap_size=0", "temp_store=MEMORY")
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 256 * 2**20,  # bytes of a value; twice what a reader may answer
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 64,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 20,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 1,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 2_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 4,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_INSTRUCTIONS_PER_TICK = 100_000  # instructions of SQLite's machine per tick of the budget
_FREE_TICKS = 100  # allowed whatever the file's size
_BYTES_PER_TICK = 20_000  # a row takes some 40 instructions, and is 100 bytes long at least


class ForeignDatabase:
    """A stranger's file, opened as a context manager. ``what`` names it in what is said."""

    def __init__(self, path: Path, what: str, known: Collection[str]) -> None:
        self._what = what
        self._known = known
        self._columns: Mapping[str, Collection[str]] = {_SCHEMA_TABLE: ("type", "name", "rootpage")}
        self._ticks = _FREE_TICKS + path.stat().st_size // _BYTES_PER_TICK
        self._db = sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True, isolation_level=None)
        for limit, value in _LIMITS.items():
            self._db.setlimit(limit, value)
        for setting in _SETTINGS:
            self._db.execute(f"PRAGMA {setting}")
        self._db.set_authorizer(self._authorize)
        self._db.set_progress_handler(self._count, _INSTRUCTIONS_PER_TICK)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def require_plain(
        self, columns: Mapping[str, Collection[str]], added: Mapping[str, Collection[str]] = MappingProxyType({})
    ) -> None:
        """Refuse a file whose tables are not these with these plain columns, beside other tables that are known.

        It may lack all columns that were ``added`` to a table later.
        """
        objects = self._db.execute(f"SELECT type, name, rootpage FROM {_SCHEMA_TABLE}").fetchall()
        tables = {str(name) for kind, name, _ in objects if kind == "table"}
        strange = [
            str(name)
            for kind, name, page in objects
            if kind not in ("table", "index")
            or type(page) is not int  # a virtual table has no page
            or page <= 0
            or (kind == "table" and name not in self._known and not str(name).startswith(_OWN_TABLES))
        ]
        require(
            not strange,
            Message("its {what} file contains unexpected objects: {strange}", what=self._what, strange=strange[:3]),
        )
        lacking = sorted(columns.keys() - tables)
        require(not lacking, Message("its {what} file is missing {lacking}", what=self._what, lacking=lacking))
        found: dict[str, Collection[str]] = {}
        for table, names in columns.items():
            held = self._db.execute(f'PRAGMA table_xinfo("{table}")').fetchall()
            plain = {name for _, name, _, _, _, _, hidden in held if not hidden}
            found[table] = [name for name in names if name in plain or name not in added.get(table, ())]
            require(
                plain == set(found[table]) and len(held) == len(plain),
                Message("the table {table} of its {what} file has other columns", table=table, what=self._what),
            )
        self._columns = found

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of a table in the order of the file. Raises sqlite3.Error where it is damaged."""
        names = list(self._columns[table])
        chosen = ", ".join(f'"{name}"' for name in names)
        last = None
        for number, *values in self._db.execute(f'SELECT rowid, {chosen} FROM "{table}" NOT INDEXED ORDER BY rowid'):
            # Pages that lead back to each other would give the same rows for ever.
            if last is not None and number <= last:
                raise RefusedError(Message("its {what} file is damaged", what=self._what))
            last = number
            yield dict(zip(names, values, strict=True))

    def _authorize(self, action: int, one: str | None, two: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_SELECT or (action == sqlite3.SQLITE_PRAGMA and one in _ALLOWED_PRAGMAS):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and two in ("", "ROWID", *self._columns.get(one or "", ())):
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    def _count(self) -> bool:
        self._ticks -= 1
        return self._ticks < 0  # interrupts the statement
