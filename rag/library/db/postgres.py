"""A PostgreSQL database as the ledger and the conversations use it, and what its errors mean.

A library has two schemas, one for its ledger and one for its conversations; a comment on the first keeps its name. One
writer at a time holds a lock until its commit, as in a SQLite file: numbers of changes would otherwise be drawn in
another order than they become visible, and an index that follows them would miss one for ever.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from rag.errors import LibraryBusyError, LibraryError
from rag.library.db import schema
from rag.library.db.link import LedgerLink
from rag.library.db.migrations import require_known_version
from rag.library.db.postgres_errors import failure
from rag.library.db.postgres_server import CHATS_SUFFIX, connect_arguments, require_driver
from rag.library.db.shared_folders import SharedFolders
from rag.library.db.shared_schema import shared_tables
from rag.messages import Message
from rag.settings import WRITE_WAIT_SECONDS

_WRITER = 1  # second half of the key of the lock that writers take; the first is the schema's
_ROWS_COPIED = 1_000


class PostgresEngine:
    """A library's part of a PostgreSQL database; see :class:`rag.library.db.engines.SqlEngine`."""

    def __init__(self, link: LedgerLink, *, chats: bool = False) -> None:
        require_driver()
        self._link = link
        self._schema = link.schema + CHATS_SUFFIX * chats
        self._is_ledger = not chats
        arguments = connect_arguments(link.database, self._schema)
        self.sql = sa.create_engine(link.database, connect_args=arguments, pool_pre_ping=True, hide_parameters=True)
        sa.event.listen(self.sql, "handle_error", self._translate)
        self.folders = SharedFolders(link.machine, link.host, self.sql.connect, self._writing)

    def insert(self, table: sa.Table) -> Any:
        """Return an INSERT that has ``on_conflict_…``."""
        return insert(table)

    def stands_in(self, column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
        """Return the condition that a column contains a text."""
        return sa.func.strpos(column, text) > 0

    @contextmanager
    def connecting(self) -> Iterator[None]:
        """Do nothing: SQLAlchemy asks :meth:`_translate` on connecting too."""
        yield

    def begin_read(self, db: sa.Connection) -> None:
        """Begin a transaction that sees one state throughout."""
        db.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    def begin_write(self, db: sa.Connection) -> None:
        """Take the writers' lock; it is let go after the commit, once everybody sees what was written."""
        db.exec_driver_sql(f"SET LOCAL lock_timeout = '{WRITE_WAIT_SECONDS:.0f}s'")
        db.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(self._schema), _WRITER)))

    def exists(self, db: sa.Connection) -> bool:
        """Tell whether the table of settings is there."""
        return sa.inspect(db).has_table("meta", schema=self._schema)

    def embedder(self) -> str:
        """Return the name of the ledger's embedder, "" where there is no ledger."""
        with self.sql.connect() as db:
            if not self.exists(db):
                return ""
            found = db.execute(sa.select(schema.meta.c.value).where(schema.meta.c.key == "embedder")).scalar()
        return str(found or "")

    def create(self, db: sa.Connection, tables: sa.MetaData) -> None:
        """Make the schema and its tables. Raises LibraryError where the database cannot hold every text."""
        encoding = db.exec_driver_sql("SHOW server_encoding").scalar()
        if encoding != "UTF8":
            raise LibraryError(
                Message(
                    "The database {database} has the encoding {encoding}, which cannot hold every text.",
                    database=self._link.shown,
                    encoding=encoding,
                ),
                "createdb --encoding=UTF8 --template=template0 DATABASE",
            )
        db.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{self._schema}"')
        tables.create_all(db)
        if self._is_ledger:
            shared_tables.create_all(db)

    def migrate(self, db: sa.Connection) -> None:
        """Raise LibraryError for a format other than today's: no ledger on a server is older."""
        require_known_version(db)
        db.rollback()

    def make_private(self) -> None:
        """Do nothing: who may read the database is its owner's to say."""

    def erase_deleted(self, db: sa.Connection) -> None:
        """Do nothing: :meth:`rewrite` removes what was deleted, or the server's own autovacuum does."""

    def empty_log(self) -> None:
        """Do nothing: the server's log is its operator's."""

    def rewrite(self, wait: float) -> None:
        """Rewrite every table, of a ledger's conversations too. The server's log and backups are its operator's."""
        schemas = [self._schema, *([f"{self._schema}{CHATS_SUFFIX}"] if self._is_ledger else [])]
        with self.sql.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.exec_driver_sql(f"SET lock_timeout = '{max(1, round(wait * 1000))}ms'")
            try:
                for part, name in ((each, name) for each in schemas for name in _tables(db, each)):
                    db.exec_driver_sql(f'VACUUM (FULL, ANALYZE) "{part}"."{name}"')
            except LibraryBusyError:
                raise LibraryBusyError(
                    Message(
                        "Another process is reading {path}: what was removed is still in it.", path=self._link.shown
                    ),
                    Message("Close it, then: oaken purge"),
                ) from None
            finally:
                db.exec_driver_sql("SET lock_timeout = DEFAULT")

    def integrity(self, db: sa.Connection) -> str:
        """Read every row; PostgreSQL finds fault with a page it cannot read."""
        for table in schema.tables.sorted_tables:
            db.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        return "ok"

    def unreadable_error(self, why: str) -> LibraryError:
        """Return the error for a schema that holds something else."""
        return LibraryError(
            Message(
                "The library's schema {schema} in the database {database} cannot be read: {why}.",
                schema=self._schema,
                database=self._link.shown,
                why=why,
            ),
            Message("Restore a backup: oaken restore FILE"),
        )

    @contextmanager
    def rows_file(self) -> Iterator[Path]:
        """Yield a SQLite file with the chunks' ids, documents and vectors as they are now."""
        with tempfile.TemporaryDirectory(prefix="oaken-") as scratch:
            path = Path(scratch) / "rows.sqlite"
            with closing(sqlite3.connect(path)) as copy, copy:
                copy.execute("CREATE TABLE chunks (id TEXT PRIMARY KEY, document_id TEXT, text_hash TEXT)")
                copy.execute("CREATE TABLE vectors (text_hash TEXT PRIMARY KEY, vector BLOB)")
                chunks = schema.chunks.c
                with self.sql.connect() as db:
                    self.begin_read(db)
                    for insert, query in (
                        (
                            "INSERT INTO chunks VALUES (?, ?, ?)",
                            sa.select(chunks.id, chunks.document_id, chunks.text_hash),
                        ),
                        ("INSERT INTO vectors VALUES (?, ?)", sa.select(schema.vectors)),
                    ):
                        rows = db.execution_options(yield_per=_ROWS_COPIED).execute(query)
                        copy.executemany(insert, map(tuple, rows))
            yield path

    def close(self) -> None:
        """Close the connections."""
        self.sql.dispose()

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self.sql.begin() as db:
            self.begin_write(db)
            yield db

    def _translate(self, context: sa.ExceptionContext) -> None:
        """Raise our error for the driver's; a violated constraint is a bug of the program and stays what it is."""
        if context.is_pre_ping:  # a connection that was lost while nobody used it is made again
            return
        found = failure(context.original_exception, self._link.shown)
        if found is not None:
            raise found from None


def _tables(db: sa.Connection, part: str) -> list[str]:
    return sa.inspect(db).get_table_names(schema=part)
