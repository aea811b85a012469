"""Opens the file of a library's conversations; its tables are in ``rag/library/db/chat_schema.py``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from rag.errors import LibraryError
from rag.library.db import sqlite
from rag.library.db.chat_schema import ADDED_COLUMNS, CHATS_FORMAT, meta, tables
from rag.messages import Message

_DATABASE_NAME = Message("conversations")


class ChatDatabase:
    """The file, open. Safe across threads and processes: SQLite lets one write at a time."""

    def __init__(self, engine: sa.Engine, path: Path, repair_advice: str) -> None:
        self._engine = engine
        self._path = path
        self._repair_advice = repair_advice

    @classmethod
    def open(cls, path: Path) -> ChatDatabase:
        """Open, or make where there is none. Raises LibraryError: damaged, or of a newer Oaken."""
        repair_advice = sqlite.move_aside(path)
        opened = cls(sqlite.engine(path, _DATABASE_NAME, repair_advice), path, repair_advice)
        try:
            opened._make()
        except BaseException:
            opened.close()
            raise
        return opened

    def _make(self) -> None:
        with self.reading() as db:
            made = sa.inspect(db).has_table("meta")
            held = self._check_format(db) if made else CHATS_FORMAT
        if held < CHATS_FORMAT:
            self._migrate()
        if made:
            return
        with self.writing() as db:
            if sa.inspect(db).get_table_names() and not sa.inspect(db).has_table("meta"):
                raise sqlite.unreadable_error(
                    self._path, ValueError("it holds something else"), _DATABASE_NAME, self._repair_advice
                )
            tables.create_all(db)
            db.execute(insert(meta).on_conflict_do_nothing(), {"key": "format", "value": str(CHATS_FORMAT)})
        sqlite.make_owner_only(self._path)

    def _migrate(self) -> None:
        """Add the columns of this format to a file of the one before, unless another program just did."""
        with self.writing() as db:
            for name, columns in ADDED_COLUMNS.items():
                known = {column["name"] for column in sa.inspect(db).get_columns(name)}
                for column in columns.keys() - known:
                    made = sa.schema.CreateColumn(tables.tables[name].c[column]).compile(dialect=db.dialect)
                    db.exec_driver_sql(f"ALTER TABLE {name} ADD COLUMN {made}")
            db.execute(sa.update(meta).where(meta.c.key == "format").values(value=str(CHATS_FORMAT)))

    def _check_format(self, db: sa.Connection) -> int:
        """Return the format of the file. Raises LibraryError for one of a newer Oaken, or none."""
        stored = db.execute(sa.select(meta.c.value).where(meta.c.key == "format")).scalar()
        if stored is None or not stored.isdecimal():
            raise sqlite.unreadable_error(
                self._path, ValueError(f"it does not say its format ({stored!r})"), _DATABASE_NAME, self._repair_advice
            )
        if not 1 <= int(stored) <= CHATS_FORMAT:
            raise LibraryError(
                Message(
                    "The conversations {path} were kept by another version of Oaken (format {held}, this one "
                    "reads {own}).",
                    path=self._path,
                    held=stored,
                    own=CHATS_FORMAT,
                ),
                Message("Update Oaken: pip install --upgrade oaken"),
            )
        return int(stored)

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield a connection that sees one state of the file throughout."""
        with self._connected("BEGIN") as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Yield a transaction, the only one that writes; committed unless something is raised, else rolled back."""
        with self._connected("BEGIN IMMEDIATE") as db:
            yield db
            db.commit()

    @contextmanager
    def _connected(self, begin: str) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect() as db:
                db.exec_driver_sql(begin)
                yield db
        except sqlite3.DatabaseError as error:  # on connecting, where SQLAlchemy does not translate
            raise sqlite.failure(error, self._path, _DATABASE_NAME, self._repair_advice) from error
