"""The truth: one SQLite file holds documents, their chunks, the vectors, and a growing change number.

A document is replaced in one transaction. Everything else in a library's folder only follows this file and can be
rebuilt from it. Vectors are kept by the text they stand for, so the same text is embedded once wherever it lies.
Does not search: see vectors.py and words.py.
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
from rag.types import Chunk, Document, Element, FileStamp, Outcome, Record

SCHEMA_VERSION = 1
_MANY = 500  # ids in one IN (...): SQLite's oldest limit on variables is 999
_PATIENCE = 30.0  # seconds that a writer waits for another one's transaction


class _PathText(sa.types.TypeDecorator[str]):
    """A path as Python reads it from the file system: one that is no UTF-8 is kept as its bytes."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _: Any) -> Any:
        raw = (value or "").encode(errors="surrogateescape")
        return value if value is None or raw.decode(errors="replace") == value else raw

    def process_result_value(self, value: Any, _: Any) -> str | None:
        return value.decode(errors="surrogateescape") if isinstance(value, bytes) else value


_tables = sa.MetaData()
_meta = sa.Table("meta", _tables, sa.Column("key", sa.Text, primary_key=True), sa.Column("value", sa.Text))
_documents = sa.Table(
    "documents",
    _tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("source", _PathText, nullable=False),
    sa.Column("root", _PathText, nullable=False),
    sa.Column("path", _PathText, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("mtime_ns", sa.BigInteger, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False, index=True),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("pages", sa.Integer),
    sa.Column("chunks", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("ingested_at", sa.Text, nullable=False),
    sa.Column("text", sa.Text),
)
_elements = sa.Table(
    "elements",
    _tables,
    sa.Column("document_id", sa.Text, sa.ForeignKey("documents.id"), primary_key=True),
    sa.Column("start", sa.Integer, primary_key=True),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("page", sa.Integer),
    sa.Column("section", sa.Text, nullable=False),  # JSON
)
_chunks = sa.Table(
    "chunks",
    _tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("document_id", sa.Text, sa.ForeignKey("documents.id"), nullable=False, index=True),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("page", sa.Integer),
    sa.Column("section", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("text_hash", sa.Text, nullable=False, index=True),
)
_vectors = sa.Table(
    "vectors",
    _tables,
    sa.Column("text_hash", sa.Text, primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),  # float32, little endian
)
_changes = sa.Table(
    "changes",
    _tables,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("document_id", sa.Text, nullable=False),
    sqlite_autoincrement=True,  # numbers are never used twice, even after the last row is gone
)


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
                made = sa.inspect(db).has_table("meta") and db.execute(sa.select(_meta)).first() is not None
            with engine.begin() as db:
                if not made:  # of several processes that make the same ledger, one goes first
                    db.exec_driver_sql("BEGIN IMMEDIATE")
                    _tables.create_all(db)
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
        }
        mine["document_prefix"] = embedder.document_prefix
        held = {row.key: row.value for row in db.execute(sa.select(_meta))}
        if not held:
            db.execute(insert(_meta).on_conflict_do_nothing(), [{"key": k, "value": v} for k, v in mine.items()])
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
        row = _document_row(record) | {"chunks": len(chunks), "text": document.text}
        hashes = [_hash(chunk.embedding_text) for chunk in chunks]
        with self._engine.begin() as db:
            old, _ = self._forget(db, record.id)
            db.execute(sa.insert(_documents).values(row))
            if elements:
                db.execute(sa.insert(_elements), elements)
            if chunks:
                blobs = [
                    {"text_hash": h, "vector": np.asarray(v, dtype="<f4").tobytes()}
                    for h, v in zip(hashes, vectors, strict=True)
                ]
                db.execute(insert(_vectors).on_conflict_do_nothing(), blobs)
                db.execute(sa.insert(_chunks), [_chunk_row(c, h) for c, h in zip(chunks, hashes, strict=True)])
            self._sweep(db, old - set(hashes))
            return self._change(db, record.id)

    def note(self, record: Record) -> int | None:
        """File an outcome that brought no text; chunks held of the file before go. Returns the change number,
        or None where no chunk was held."""
        with self._engine.begin() as db:
            old, _ = self._forget(db, record.id)
            db.execute(sa.insert(_documents).values(_document_row(record) | {"chunks": 0}))
            self._sweep(db, old)
            return self._change(db, record.id) if old else None

    def touch(self, record: Record) -> None:
        """Renew a record's stamp, source and root; its text and chunks stay."""
        row = _document_row(record)
        keys = ("source", "root", "path", "size", "mtime_ns", "content_hash")
        with self._engine.begin() as db:
            db.execute(
                sa.update(_documents).where(_documents.c.id == record.id).values({key: row[key] for key in keys})
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
        mine = _chunks.c.document_id == document_id
        hashes = set(db.execute(sa.delete(_chunks).where(mine).returning(_chunks.c.text_hash)).scalars())
        db.execute(sa.delete(_elements).where(_elements.c.document_id == document_id))
        held = db.execute(sa.delete(_documents).where(_documents.c.id == document_id)).rowcount > 0
        return hashes, held

    def _sweep(self, db: sa.Connection, hashes: Iterable[str]) -> None:
        for some in _batches(sorted(hashes)):
            used = sa.select(_chunks.c.text_hash).where(_chunks.c.text_hash.in_(some))
            db.execute(sa.delete(_vectors).where(_vectors.c.text_hash.in_(some), _vectors.c.text_hash.not_in(used)))

    def _change(self, db: sa.Connection, document_id: str) -> int:
        key = db.execute(sa.insert(_changes).values(document_id=document_id)).inserted_primary_key
        assert key is not None
        return int(key[0])

    # -- reading

    def change_number(self) -> int:
        """The number of the last change; 0 for a new library."""
        with self._engine.connect() as db:
            return db.execute(sa.select(sa.func.max(_changes.c.number))).scalar() or 0

    def changed_since(self, number: int) -> tuple[int, list[str]]:
        """The last change number, and the ids of the documents changed after ``number``, each once."""
        with self._engine.connect() as db:
            rows = db.execute(sa.select(_changes).where(_changes.c.number > number).order_by("number")).all()
        return (rows[-1].number if rows else number), list(dict.fromkeys(row.document_id for row in rows))

    def records(self) -> list[Record]:
        """All records, by source."""
        with self._engine.connect() as db:
            rows = db.execute(sa.select(*_record_columns).order_by(_documents.c.source)).mappings().all()
        return [_record(row) for row in rows]

    def record(self, document_id: str) -> Record | None:
        """The record of that id, or None."""
        with self._engine.connect() as db:
            query = sa.select(*_record_columns).where(_documents.c.id == document_id)
            row = db.execute(query).mappings().first()
        return _record(row) if row is not None else None

    def document(self, document_id: str) -> Document | None:
        """The parsed document as it was ingested, or None where it is not held or gave no text."""
        with self._engine.connect() as db:
            row = db.execute(sa.select(_documents).where(_documents.c.id == document_id)).mappings().first()
            if row is None or row["text"] is None:
                return None
            mine = sa.select(_elements).where(_elements.c.document_id == document_id).order_by(_elements.c.start)
            elements = tuple(_element(each) for each in db.execute(mine).mappings())
        return Document(row["text"], elements, row["media_type"], row["language"], row["pages"])

    def element_at(self, document_id: str, offset: int) -> Element | None:
        """The element that holds the character at ``offset``, or the last one before it."""
        mine = sa.select(_elements).where(_elements.c.document_id == document_id, _elements.c.start <= offset)
        with self._engine.connect() as db:
            row = db.execute(mine.order_by(_elements.c.start.desc()).limit(1)).mappings().first()
        return _element(row) if row is not None else None

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunks of these ids that are held."""
        found: dict[str, Chunk] = {}
        with self._engine.connect() as db:
            for some in _batches(ids):
                for row in db.execute(sa.select(_chunks).where(_chunks.c.id.in_(some))).mappings():
                    found[row["id"]] = _chunk(row)
        return found

    def chunks_of(self, document_id: str) -> list[Chunk]:
        """The chunks of a document, in order."""
        query = sa.select(_chunks).where(_chunks.c.document_id == document_id).order_by(_chunks.c.ordinal)
        with self._engine.connect() as db:
            return [_chunk(row) for row in db.execute(query).mappings()]

    def vectors_of(self, document_id: str) -> tuple[list[str], Vectors]:
        """Chunk ids of a document and their vectors, shape (n, dimension), in order."""
        return self._pairs(_chunks.c.document_id == document_id)

    def all_vectors(self) -> tuple[list[str], Vectors]:
        """Chunk ids and vectors of the whole library, shape (n, dimension)."""
        return self._pairs(sa.true())

    def _pairs(self, condition: sa.ColumnElement[bool]) -> tuple[list[str], Vectors]:
        query = (
            sa.select(_chunks.c.id, _vectors.c.vector)
            .join(_vectors, _chunks.c.text_hash == _vectors.c.text_hash)
            .where(condition)
            .order_by(_chunks.c.document_id, _chunks.c.ordinal)
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
                for row in db.execute(sa.select(_vectors).where(_vectors.c.text_hash.in_(some))):
                    known[by_hash[row.text_hash]] = np.frombuffer(row.vector, dtype="<f4").astype(np.float32)
        return known

    def size(self) -> int:
        """The number of chunks."""
        with self._engine.connect() as db:
            return int(db.execute(sa.select(sa.func.count()).select_from(_chunks)).scalar_one())

    def chunk_ids(self) -> set[str]:
        """The ids of all chunks."""
        with self._engine.connect() as db:
            return set(db.execute(sa.select(_chunks.c.id)).scalars())

    def languages(self) -> dict[str, int]:
        """How many chunks there are in each language."""
        query = sa.select(_chunks.c.language, sa.func.count()).group_by(_chunks.c.language)
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


_record_columns = [column for column in _documents.c if column.name != "text"]


def _document_row(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "source": record.source,
        "root": record.root,
        "path": record.path,
        "size": record.stamp.size,
        "mtime_ns": record.stamp.mtime_ns,
        "content_hash": record.stamp.content_hash,
        "outcome": record.outcome.value,
        "reason": record.reason,
        "media_type": record.media_type,
        "language": record.language,
        "pages": record.pages,
        "chunks": record.chunks,
        "seconds": record.seconds,
        "ingested_at": record.ingested_at,
    }


def _record(row: Any) -> Record:
    fields = {key: row[key] for key in row if key not in {"size", "mtime_ns", "content_hash", "outcome"}}
    stamp = FileStamp(row["size"], row["mtime_ns"], row["content_hash"])
    return Record(stamp=stamp, outcome=Outcome(row["outcome"]), **fields)


def _element(row: Any) -> Element:
    return Element(row["kind"], row["start"], row["end"], row["page"], tuple(json.loads(row["section"])))


def _chunk_row(chunk: Chunk, text_hash: str) -> dict[str, Any]:
    return {
        "id": chunk.id,
        "document_id": chunk.document_id,
        "ordinal": chunk.ordinal,
        "text": chunk.text,
        "start": chunk.start,
        "end": chunk.end,
        "page": chunk.page,
        "section": json.dumps(chunk.section, ensure_ascii=False),
        "language": chunk.language,
        "text_hash": text_hash,
    }


def _chunk(row: Any) -> Chunk:
    fields = {key: row[key] for key in row if key not in {"section", "text_hash"}}
    return Chunk(section=tuple(json.loads(row["section"])), **fields)
