"""A ledger of an older format becomes one of today's, in one transaction; the original lies beside it until then."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from rag.errors import LibraryError
from rag.library.db import schema

SCHEMA_VERSION = 3


def version(db: sa.Connection) -> int:
    """The format of the ledger. Raises LibraryError where it does not say."""
    held = db.execute(sa.select(schema.meta.c.value).where(schema.meta.c.key == "schema")).scalar()
    if held is None or not str(held).isdecimal():
        raise LibraryError(f"The ledger does not say its format ({held!r}).", "Restore a backup: oaken restore FILE")
    return int(held)


def migrate(db: sa.Connection, path: Path) -> None:
    """Bring the ledger to SCHEMA_VERSION. Raises LibraryError for a newer one, and changes nothing then.

    ``db`` must be within no transaction; processes that come at once go one after the other.
    """
    held = version(db)
    if held > SCHEMA_VERSION or held < 1:
        raise LibraryError(
            f"The library was made by another version of Oaken (format {held}, this one reads {SCHEMA_VERSION}).",
            "Update Oaken: pip install --upgrade oaken",
        )
    db.rollback()
    kept = path.with_name(f"{path.name}.before-{SCHEMA_VERSION}")
    if held < SCHEMA_VERSION:
        db.exec_driver_sql("BEGIN IMMEDIATE")
        held = version(db)
        if held < SCHEMA_VERSION:
            _copy(path, kept)
            for number in range(held, SCHEMA_VERSION):
                _MIGRATIONS[number](db)
            db.execute(sa.update(schema.meta).where(schema.meta.c.key == "schema").values(value=str(SCHEMA_VERSION)))
            state = db.exec_driver_sql("PRAGMA quick_check").scalar()
            if state != "ok":
                raise LibraryError(f"The ledger {path} is damaged: {state}.", "oaken doctor --repair")
        db.commit()
    kept.unlink(missing_ok=True)  # also where a process died after its commit


def _copy(path: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def _from_1(db: sa.Connection) -> None:
    """Links and printed lines of a document, a token for each change, room for another embedder's work."""
    db.exec_driver_sql("ALTER TABLE documents ADD COLUMN links BLOB")
    db.exec_driver_sql("ALTER TABLE documents ADD COLUMN lines BLOB")
    db.exec_driver_sql("ALTER TABLE documents ADD COLUMN reader TEXT DEFAULT '' NOT NULL")
    db.exec_driver_sql("ALTER TABLE changes ADD COLUMN token TEXT DEFAULT '' NOT NULL")
    db.exec_driver_sql("CREATE INDEX ix_changes_document_id ON changes (document_id)")
    schema.tables.create_all(db, tables=[schema.next_documents, schema.next_vectors])


def _from_2(db: sa.Connection) -> None:
    """The words of its path that a chunk was embedded under."""
    db.exec_driver_sql("ALTER TABLE chunks ADD COLUMN context TEXT DEFAULT '' NOT NULL")


_MIGRATIONS: dict[int, Callable[[sa.Connection], None]] = {1: _from_1, 2: _from_2}
