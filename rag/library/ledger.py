"""The truth: one SQLite file holds documents, their chunks, the vectors, and a growing change number.

A document is replaced in one transaction. Everything else in a library's folder only follows this file and can be
rebuilt from it. Vectors are kept by the text they stand for, so the same text is embedded once wherever it lies.
Tables and rows are in schema.py. Does not search: see vectors.py and words.py.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from rag.errors import EmbedderMismatch, LibraryBusy, LibraryError
from rag.interfaces import EmbedderCard, Vector, Vectors
from rag.library import schema
from rag.types import Chunk, Document, Element, Record

SCHEMA_VERSION = 1
_MANY = 500  # ids in one IN (...): SQLite's oldest limit on variables is 999
_PATIENCE = 30.0  # seconds that a writer waits for another one's transaction


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class Ledger:
    """A library's documents, chunks and vectors. Safe across threads and processes: SQLite serialises writers."""

    def __init__(self, engine: sa.Engine, path: Path) -> None:
        self._engine = engine
        self.path = path

    @classmethod
    def open(cls, path: Path, embedder: EmbedderCard) -> Ledger:
        """Open, or make where there is none. Raises EmbedderMismatch, LibraryError (damaged, newer schema)."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = not path.exists()
        engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": _PATIENCE})
        sa.event.listen(engine, "connect", _configure)
        sa.event.listen(engine, "handle_error", lambda context: _translate(context, path))
        ledger = cls(engine, path)
        try:
            with engine.connect() as db:
                if fresh:
                    path.chmod(0o600)
                made = sa.inspect(db).has_table("meta") and db.execute(sa.select(schema.meta)).first() is not None
            with engine.begin() as db:
                if not made:  # of several processes that make the same ledger, one goes first
                    db.exec_driver_sql("BEGIN IMMEDIATE")
                    schema.tables.create_all(db)
                ledger._settle(db, embedder)
        except sqlite3.DatabaseError as error:  # from _configure
            engine.dispose()
            raise _unreadable(path, error) from error
        except LibraryError:
            engine.dispose()
            raise
        return ledger

    def _settle(self, db: sa.Connection, embedder: EmbedderCard) -> None:
        mine = {
            "schema": str(SCHEMA_VERSION),
            "embedder": embedder.name,
            "dimension": str(embedder.dimension),
            "document_prefix": embedder.document_prefix,
        }
        held = {row.key: row.value for row in db.execute(sa.select(schema.meta))}
        if not held:
            db.execute(insert(schema.meta).on_conflict_do_nothing(), [{"key": k, "value": v} for k, v in mine.items()])
            return
        if held["schema"] != mine["schema"]:
            raise LibraryError(
                f"The library was made by another version of Oaken (format {held['schema']}, this one reads "
                f"{SCHEMA_VERSION}).",
                "Update Oaken: pip install --upgrade oaken",
            )
        if any(held.get(key) != value for key, value in mine.items()):
            raise EmbedderMismatch(
                f"The library was embedded with {held['embedder']}, this program uses {embedder.name}.",
                "Use that embedder again, or ingest into another library: oaken ingest FOLDER --library NAME",
            )

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    # -- writing

    def replace(self, record: Record, document: Document, chunks: Sequence[Chunk], vectors: Vectors) -> int:
        """File a document with its chunks in place of what was held of it; returns the new change number.

        ``vectors`` has shape (len(chunks), dimension).
        """
        if len(chunks) != len(vectors):
            raise ValueError(f"{len(chunks)} chunks, but {len(vectors)} vectors")
        elements = [
            {"document_id": record.id, "start": e.start, "end": e.end, "kind": e.kind, "page": e.page}
            | {"section": json.dumps(e.section, ensure_ascii=False)}
            for e in document.elements
        ]
        row = schema.document_row(record) | {"chunks": len(chunks), "text": document.text}
        hashes = [_hash(chunk.embedding_text) for chunk in chunks]
        with self._engine.begin() as db:
            old, _ = self._forget(db, record.id)
            db.execute(sa.insert(schema.documents).values(row))
            if elements:
                db.execute(sa.insert(schema.elements), elements)
            if chunks:
                blobs = [
                    {"text_hash": h, "vector": np.asarray(v, dtype="<f4").tobytes()}
                    for h, v in zip(hashes, vectors, strict=True)
                ]
                db.execute(insert(schema.vectors).on_conflict_do_nothing(), blobs)
                db.execute(
                    sa.insert(schema.chunks), [schema.chunk_row(c, h) for c, h in zip(chunks, hashes, strict=True)]
                )
            self._sweep(db, old - set(hashes))
            return self._change(db, record.id)

    def note(self, record: Record) -> int | None:
        """File an outcome that brought no text; chunks held of the file before go. Returns the change number,
        or None where no chunk was held."""
        with self._engine.begin() as db:
            old, _ = self._forget(db, record.id)
            db.execute(sa.insert(schema.documents).values(schema.document_row(record) | {"chunks": 0}))
            self._sweep(db, old)
            return self._change(db, record.id) if old else None

    def touch(self, record: Record) -> None:
        """Renew a record's stamp, source and root; its text and chunks stay."""
        row = schema.document_row(record)
        keys = ("source", "root", "path", "size", "mtime_ns", "content_hash")
        with self._engine.begin() as db:
            db.execute(
                sa.update(schema.documents)
                .where(schema.documents.c.id == record.id)
                .values({key: row[key] for key in keys})
            )

    def remove(self, document_id: str) -> bool:
        """Forget a document, its chunks, and the vectors that nothing else uses. False where it was not held."""
        with self._engine.begin() as db:
            old, held = self._forget(db, document_id)
            if not held:
                return False
            self._sweep(db, old)
            self._change(db, document_id)
            return True

    def _forget(self, db: sa.Connection, document_id: str) -> tuple[set[str], bool]:
        # Nothing is read before the first write of a transaction: SQLite refuses to turn a reader into a writer
        # once another process has written in between (SQLITE_BUSY at once, whatever the timeout).
        mine = schema.chunks.c.document_id == document_id
        hashes = set(db.execute(sa.delete(schema.chunks).where(mine).returning(schema.chunks.c.text_hash)).scalars())
        db.execute(sa.delete(schema.elements).where(schema.elements.c.document_id == document_id))
        held = db.execute(sa.delete(schema.documents).where(schema.documents.c.id == document_id)).rowcount > 0
        return hashes, held

    def _sweep(self, db: sa.Connection, hashes: Iterable[str]) -> None:
        for some in _batches(sorted(hashes)):
            used = sa.select(schema.chunks.c.text_hash).where(schema.chunks.c.text_hash.in_(some))
            db.execute(
                sa.delete(schema.vectors).where(
                    schema.vectors.c.text_hash.in_(some), schema.vectors.c.text_hash.not_in(used)
                )
            )

    def _change(self, db: sa.Connection, document_id: str) -> int:
        key = db.execute(sa.insert(schema.changes).values(document_id=document_id)).inserted_primary_key
        assert key is not None
        return int(key[0])

    # -- reading

    def change_number(self) -> int:
        """The number of the last change; 0 for a new library."""
        with self._engine.connect() as db:
            return db.execute(sa.select(sa.func.max(schema.changes.c.number))).scalar() or 0

    def changed_since(self, number: int) -> tuple[int, list[str]]:
        """The last change number, and the ids of the documents changed after ``number``, each once."""
        with self._engine.connect() as db:
            rows = db.execute(
                sa.select(schema.changes).where(schema.changes.c.number > number).order_by("number")
            ).all()
        return (rows[-1].number if rows else number), list(dict.fromkeys(row.document_id for row in rows))

    def records(self) -> list[Record]:
        """All records, by source."""
        with self._engine.connect() as db:
            rows = db.execute(sa.select(*schema.record_columns).order_by(schema.documents.c.source)).mappings().all()
        return [schema.record(row) for row in rows]

    def record(self, document_id: str) -> Record | None:
        """The record of that id, or None."""
        with self._engine.connect() as db:
            query = sa.select(*schema.record_columns).where(schema.documents.c.id == document_id)
            row = db.execute(query).mappings().first()
        return schema.record(row) if row is not None else None

    def document(self, document_id: str) -> Document | None:
        """The parsed document as it was ingested, or None where it is not held or gave no text."""
        with self._engine.connect() as db:
            row = db.execute(sa.select(schema.documents).where(schema.documents.c.id == document_id)).mappings().first()
            if row is None or row["text"] is None:
                return None
            mine = (
                sa.select(schema.elements)
                .where(schema.elements.c.document_id == document_id)
                .order_by(schema.elements.c.start)
            )
            elements = tuple(schema.element(each) for each in db.execute(mine).mappings())
        return Document(row["text"], elements, row["media_type"], row["language"], row["pages"])

    def element_at(self, document_id: str, offset: int) -> Element | None:
        """The element that holds the character at ``offset``, or the last one before it."""
        mine = sa.select(schema.elements).where(
            schema.elements.c.document_id == document_id, schema.elements.c.start <= offset
        )
        with self._engine.connect() as db:
            row = db.execute(mine.order_by(schema.elements.c.start.desc()).limit(1)).mappings().first()
        return schema.element(row) if row is not None else None

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunks of these ids that are held."""
        found: dict[str, Chunk] = {}
        with self._engine.connect() as db:
            for some in _batches(ids):
                for row in db.execute(sa.select(schema.chunks).where(schema.chunks.c.id.in_(some))).mappings():
                    found[row["id"]] = schema.chunk(row)
        return found

    def chunks_of(self, document_id: str) -> list[Chunk]:
        """The chunks of a document, in order."""
        query = (
            sa.select(schema.chunks).where(schema.chunks.c.document_id == document_id).order_by(schema.chunks.c.ordinal)
        )
        with self._engine.connect() as db:
            return [schema.chunk(row) for row in db.execute(query).mappings()]

    def vectors_of(self, document_id: str) -> tuple[list[str], Vectors]:
        """Chunk ids of a document and their vectors, shape (n, dimension), in order."""
        return self._pairs(schema.chunks.c.document_id == document_id)

    def all_vectors(self) -> tuple[list[str], Vectors]:
        """Chunk ids and vectors of the whole library, shape (n, dimension)."""
        return self._pairs(sa.true())

    def _pairs(self, condition: sa.ColumnElement[bool]) -> tuple[list[str], Vectors]:
        query = (
            sa.select(schema.chunks.c.id, schema.vectors.c.vector)
            .join(schema.vectors, schema.chunks.c.text_hash == schema.vectors.c.text_hash)
            .where(condition)
            .order_by(schema.chunks.c.document_id, schema.chunks.c.ordinal)
        )
        with self._engine.connect() as db:
            rows = db.execute(query).all()
        if not rows:
            return [], np.empty((0, 0), dtype=np.float32)
        joined = np.frombuffer(b"".join(row.vector for row in rows), dtype="<f4")
        return [row.id for row in rows], joined.reshape(len(rows), -1).astype(np.float32)

    def known_vectors(self, texts: Sequence[str]) -> dict[str, Vector]:
        """Vectors already held for any of these texts (as the embedder reads them)."""
        by_hash = {_hash(text): text for text in texts}
        known: dict[str, Vector] = {}
        with self._engine.connect() as db:
            for some in _batches(list(by_hash)):
                for row in db.execute(sa.select(schema.vectors).where(schema.vectors.c.text_hash.in_(some))):
                    known[by_hash[row.text_hash]] = np.frombuffer(row.vector, dtype="<f4").astype(np.float32)
        return known

    def size(self) -> int:
        """The number of chunks."""
        with self._engine.connect() as db:
            return int(db.execute(sa.select(sa.func.count()).select_from(schema.chunks)).scalar_one())

    def chunk_ids(self) -> set[str]:
        """The ids of all chunks."""
        with self._engine.connect() as db:
            return set(db.execute(sa.select(schema.chunks.c.id)).scalars())

    def languages(self) -> dict[str, int]:
        """How many chunks there are in each language."""
        query = sa.select(schema.chunks.c.language, sa.func.count()).group_by(schema.chunks.c.language)
        with self._engine.connect() as db:
            return {row[0]: row[1] for row in db.execute(query)}

    def integrity(self) -> str:
        """SQLite's own check: "ok", or what is wrong."""
        with self._engine.connect() as db:
            return str(db.execute(sa.text("PRAGMA quick_check")).scalar())


def _configure(connection: Any, _: object) -> None:
    last = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as error:  # the one statement for which SQLite itself does not wait
            if "locked" not in str(error) or time.monotonic() > last:
                raise
            time.sleep(0.02)
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _translate(context: sa.ExceptionContext, path: Path) -> None:
    """SQLite's own errors as ours; a broken constraint is a mistake of the program and stays what it is."""
    error = context.original_exception
    if isinstance(error, sqlite3.OperationalError):
        if "locked" in str(error):
            raise LibraryBusy(f"Another process is writing to {path}.", "Wait for it to end, then try again.")
        raise LibraryError(f"The ledger {path} cannot be used: {error}.", "See what is wrong: oaken doctor")
    if type(error) is sqlite3.DatabaseError:
        raise _unreadable(path, error)


def _unreadable(path: Path, error: BaseException) -> LibraryError:
    return LibraryError(
        f"The ledger {path} cannot be read: {error}.", "Move the library's folder aside and ingest again."
    )


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(ids), _MANY):
        yield ids[at : at + _MANY]
