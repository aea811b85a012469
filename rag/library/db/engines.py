"""The databases a ledger may be in: what differs between them, and which of them a library's folder names.

Everything else is SQLAlchemy Core and the same for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from rag.library.db import link, sqlite
from rag.library.db.folders import Folders
from rag.settings import CHATS_FILE, LEDGER_FILE, LEDGER_LINK


class SqlEngine(Protocol):
    """A database as the ledger and the conversations use it."""

    @property
    def sql(self) -> sa.Engine:
        """Its connections. Whatever fails on them is an OakenError that says what to do."""
        ...

    @property
    def folders(self) -> Folders:
        """How it names the folders of documents."""
        ...

    def insert(self, table: sa.Table) -> Any:
        """Return an INSERT that has ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
        ...

    def stands_in(self, column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
        """Return the condition that a column contains a text, letter by letter."""
        ...

    def connecting(self) -> AbstractContextManager[None]:
        """Translate what the driver raises where SQLAlchemy does not: on connecting."""
        ...

    def begin_read(self, db: sa.Connection) -> None:
        """Begin a transaction that sees one state throughout."""
        ...

    def begin_write(self, db: sa.Connection) -> None:
        """Become the only writer until the transaction ends: changes are numbered in the order of their commits.

        Raises LibraryBusyError after half a minute.
        """
        ...

    def exists(self, db: sa.Connection) -> bool:
        """Tell whether its tables were made."""
        ...

    def embedder(self) -> str:
        """Return the name of the ledger's embedder, "" where there is no ledger; nothing is created by that."""
        ...

    def create(self, db: sa.Connection, tables: sa.MetaData) -> None:
        """Make the tables; the caller is the only writer."""
        ...

    def migrate(self, db: sa.Connection) -> None:
        """Bring a ledger of an older format to today's. Raises LibraryError for a newer one."""
        ...

    def make_private(self) -> None:
        """Keep other users of the machine from its files."""
        ...

    def erase_deleted(self, db: sa.Connection) -> None:
        """Overwrite what the transaction deletes, where the database can."""
        ...

    def empty_log(self) -> None:
        """Empty a log that still holds what was deleted, where there is one that is ours; not while others read it."""
        ...

    def rewrite(self, wait: float) -> None:
        """Rewrite what is stored without what was deleted. Raises LibraryBusyError after ``wait`` seconds."""
        ...

    def integrity(self, db: sa.Connection) -> str:
        """Run the database's own check; return "ok", or the fault."""
        ...

    def unreadable_error(self, why: str) -> Exception:
        """Return the error for a database that holds something else."""
        ...

    def rows_file(self) -> AbstractContextManager[Path]:
        """Yield a SQLite file with the tables of chunks and vectors as they are now."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


def of_ledger(path: Path) -> SqlEngine:
    """Return the database of the ledger at ``path``: that file, or what a link beside it names. Raises LibraryError."""
    found = None if path.name != LEDGER_FILE or path.exists() else link.read(path.parent)
    if found is None:
        return sqlite.SqliteEngine(path)
    from rag.library.db.postgres import PostgresEngine

    return PostgresEngine(found)


def embedder_of(path: Path) -> str:
    """Return the name of the embedder stored in the ledger at ``path``; "" where there is no ledger yet.

    A file is neither created nor written by that. Raises LibraryError where it cannot be read.
    """
    database = of_ledger(path)
    try:
        return database.embedder()
    finally:
        database.close()


@contextmanager
def stored_chats(path: Path) -> Iterator[sa.Connection | None]:
    """Yield a connection to the conversations at ``path``; None where there are none. Raises LibraryError."""
    if not path.exists() and not path.with_name(LEDGER_LINK).exists():
        yield None
        return
    with closing(of_chats(path)) as database, database.connecting(), database.sql.connect() as db:
        yield db if database.exists(db) else None


def of_chats(path: Path) -> SqlEngine:
    """Return the database of the conversations at ``path``. Raises LibraryError."""
    found = None
    if path.name == CHATS_FILE and not path.with_name(LEDGER_FILE).exists():
        found = link.read(path.parent)
    if found is None:
        return sqlite.SqliteEngine(path, sqlite.CHATS_NAME, sqlite.move_aside(path))
    from rag.library.db.postgres import PostgresEngine

    return PostgresEngine(found, chats=True)
