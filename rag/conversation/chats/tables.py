"""Opens the database of a library's conversations; its tables are in ``rag/library/db/chat_schema.py``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from rag.errors import LibraryError
from rag.library.db import engines
from rag.library.db.chat_schema import ADDED_COLUMNS, CHATS_FORMAT, meta, tables
from rag.library.db.engines import SqlEngine
from rag.messages import Message


class ChatDatabase:
    """The file, or the part of a server's database, open. Safe across threads and processes: one writes at a time."""

    def __init__(self, database: SqlEngine, path: Path) -> None:
        self.database = database
        self._path = path

    @classmethod
    def open(cls, path: Path) -> ChatDatabase:
        """Open, or make where there is none. Raises LibraryError: damaged, or of a newer Oaken."""
        opened = cls(engines.of_chats(path), path)
        try:
            opened._make()
        except BaseException:
            opened.close()
            raise
        return opened

    def _make(self) -> None:
        with self.reading() as db:
            made = self.database.exists(db)
            held = self._check_format(db) if made else CHATS_FORMAT
        if held < CHATS_FORMAT:
            self._migrate()
        if made:
            return
        with self.writing() as db:
            self.database.create(db, tables)
            first = self.database.insert(meta).on_conflict_do_nothing()
            db.execute(first, {"key": "format", "value": str(CHATS_FORMAT)})
        self.database.make_private()

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
            raise self.database.unreadable_error(f"it does not say its format ({stored!r})")
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
        self.database.close()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield a connection that sees one state throughout."""
        with self.database.connecting(), self.database.sql.connect() as db:
            self.database.begin_read(db)
            yield db

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Yield a transaction, the only one that writes; committed unless something is raised, else rolled back."""
        with self.database.connecting(), self.database.sql.connect() as db:
            self.database.begin_write(db)
            yield db
            db.commit()
