"""Migrates a ledger of an older format to today's, in one transaction; until then a copy of the original is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from rag.errors import LibraryError
from rag.library.db import schema
from rag.messages import Message

SCHEMA_VERSION = 5
# What formats after the first have added: (table, column) -> format; a column of "" stands for the whole table.
ADDED_IN = {
    ("documents", "links"): 2,
    ("documents", "lines"): 2,
    ("documents", "reader"): 2,
    ("changes", "token"): 2,
    ("next_documents", ""): 2,
    ("next_vectors", ""): 2,
    ("chunks", "context"): 3,
    ("tags", ""): 4,
    ("changes", "vectors_only"): 5,
}


def version(db: sa.Connection) -> int:
    """Return the format of the ledger. Raises LibraryError where it does not say."""
    stored = db.execute(sa.select(schema.meta.c.value).where(schema.meta.c.key == "schema")).scalar()
    if stored is None or not str(stored).isdecimal():
        raise LibraryError(
            Message("The ledger does not say its format ({held!r}).", held=stored),
            Message("Restore a backup: oaken restore FILE"),
        )
    return int(stored)


def columns_of(held: int, *tables: sa.Table) -> dict[str, list[str]]:
    """Return the columns that these tables have in a ledger of that format, by table, unless the table came later."""
    return {
        table.name: [column.name for column in table.c if ADDED_IN.get((table.name, column.name), 1) <= held]
        for table in tables
        if ADDED_IN.get((table.name, ""), 1) <= held
    }


def require_known_version(db: sa.Connection) -> int:
    """Return the format of the ledger. Raises LibraryError for one that this program does not know."""
    stored = version(db)
    if stored > SCHEMA_VERSION or stored < 1:
        raise LibraryError(
            Message(
                "The library was made by another version of Oaken (format {held}, this one reads {own}).",
                held=stored,
                own=SCHEMA_VERSION,
            ),
            Message("Update Oaken: pip install --upgrade oaken"),
        )
    return stored


def migrate(db: sa.Connection, path: Path) -> None:
    """Migrate the ledger to SCHEMA_VERSION. Raises LibraryError for a newer one, and changes nothing then.

    ``db`` must be within no transaction; concurrent processes go one after the other.
    """
    stored = require_known_version(db)
    db.rollback()
    kept = path.with_name(f"{path.name}.before-{SCHEMA_VERSION}")
    if stored < SCHEMA_VERSION:
        db.exec_driver_sql("BEGIN IMMEDIATE")
        stored = version(db)
        if stored < SCHEMA_VERSION:
            _copy(path, kept)
            for number in range(stored, SCHEMA_VERSION):
                _MIGRATIONS[number](db)
            db.execute(sa.update(schema.meta).where(schema.meta.c.key == "schema").values(value=str(SCHEMA_VERSION)))
            state = db.exec_driver_sql("PRAGMA quick_check").scalar()
            if state != "ok":
                raise LibraryError(
                    Message("The ledger {path} is damaged: {state}.", path=path, state=state), "oaken doctor --repair"
                )
        db.commit()
    kept.unlink(missing_ok=True)  # also where a process died after its commit


def _copy(path: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def _from_1(db: sa.Connection) -> None:
    """Add links and printed lines of a document, a token for each change, and tables for another embedder's vectors."""
    db.exec_driver_sql("ALTER TABLE documents ADD COLUMN links BLOB")
    db.exec_driver_sql("ALTER TABLE documents ADD COLUMN lines BLOB")
    db.exec_driver_sql("ALTER TABLE documents ADD COLUMN reader TEXT DEFAULT '' NOT NULL")
    db.exec_driver_sql("ALTER TABLE changes ADD COLUMN token TEXT DEFAULT '' NOT NULL")
    db.exec_driver_sql("CREATE INDEX ix_changes_document_id ON changes (document_id)")
    schema.tables.create_all(db, tables=[schema.next_documents, schema.next_vectors])


def _from_2(db: sa.Connection) -> None:
    """Add the words of its path that a chunk was embedded under."""
    db.exec_driver_sql("ALTER TABLE chunks ADD COLUMN context TEXT DEFAULT '' NOT NULL")


def _from_3(db: sa.Connection) -> None:
    """Add a person's tags."""
    schema.tables.create_all(db, tables=[schema.tags])


def _from_4(db: sa.Connection) -> None:
    """Tell a change of a document's vectors from one of its text."""
    db.exec_driver_sql("ALTER TABLE changes ADD COLUMN vectors_only INTEGER DEFAULT '0' NOT NULL")


_MIGRATIONS: dict[int, Callable[[sa.Connection], None]] = {1: _from_1, 2: _from_2, 3: _from_3, 4: _from_4}
