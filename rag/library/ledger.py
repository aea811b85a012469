"""The truth: one SQLite file holds documents, their chunks, the vectors, and a growing change number.

A document is replaced in one transaction. Everything else in a library's folder only follows this file and can be
rebuilt from it. Vectors are kept by the text they stand for, so the same text is embedded once wherever it lies.
Tables and rows are in schema.py. Does not search: see vectors.py and words.py.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from rag.errors import EmbedderMismatch
from rag.interfaces import EmbedderCard, Vector, Vectors
from rag.library import schema, sqlite
from rag.library.migrate import SCHEMA_VERSION, migrate
from rag.library.state import Change
from rag.settings import DEFAULT_LIBRARY
from rag.types import Chunk, Document, Element, Record, chunk_id

_T = TypeVar("_T")
_MANY = 500  # ids in one IN (...): SQLite's oldest limit on variables is 999


def text_hash(text: str) -> str:
    """The key of a text's vector: what the embedder read."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class Ledger:
    """A library's documents, chunks and vectors. Safe across threads and processes: SQLite serialises writers."""

    def __init__(self, engine: sa.Engine, path: Path, embedder: EmbedderCard) -> None:
        self._engine = engine
        self.path = path
        self._embedder = embedder

    @classmethod
    def open(cls, path: Path, embedder: EmbedderCard | None) -> Ledger:
        """Open, or make where there is none; one of an older format is brought to today's. Without an ``embedder``
        it is opened as it is, whoever embedded it.

        Raises EmbedderMismatch, LibraryError (damaged, newer format).
        """
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = not path.exists()
        engine = sqlite.engine(path)
        ledger = cls(engine, path, embedder or EmbedderCard("", 0, 0))
        try:
            with engine.connect() as db:
                if fresh:
                    path.chmod(0o600)
                made = sa.inspect(db).has_table("meta") and db.execute(sa.select(schema.meta)).first() is not None
                if made:
                    migrate(db, path)
            with engine.begin() as db:
                if not made:  # of several processes that make the same ledger, one goes first
                    db.exec_driver_sql("BEGIN IMMEDIATE")
                    schema.tables.create_all(db)
                if embedder is not None:
                    ledger._settle(db)
                elif not made:
                    raise sqlite.unreadable(path, ValueError("it holds nothing"))
                else:
                    ledger._embedder = _card_of({row.key: row.value for row in db.execute(sa.select(schema.meta))})
        except sqlite3.DatabaseError as error:  # on connecting
            engine.dispose()
            raise sqlite.unreadable(path, error) from error
        except BaseException:
            engine.dispose()
            raise
        return ledger

    def _settle(self, db: sa.Connection) -> None:
        if db.execute(sa.select(schema.meta)).first() is not None:
            self._agree(db)
            return
        rows = card_rows(self._embedder) | {"schema": str(SCHEMA_VERSION)}
        db.execute(insert(schema.meta).on_conflict_do_nothing(), [{"key": k, "value": v} for k, v in rows.items()])

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    @property
    def engine(self) -> sa.Engine:
        """Its connections, for the modules of this room that work on it."""
        return self._engine

    @property
    def embedder(self) -> EmbedderCard:
        """Whose vectors it holds."""
        return self._embedder

    def still_mine(self) -> None:
        """Raises EmbedderMismatch where the library was embedded anew since this was opened."""
        with self._engine.connect() as db:
            try:
                self._agree(db)
            except EmbedderMismatch as error:
                raise EmbedderMismatch(error.message, "Open it anew: what opens it now uses its embedder.") from None

    def _agree(self, db: sa.Connection) -> None:
        held = {row.key: row.value for row in db.execute(sa.select(schema.meta))}
        if any(held.get(key) != value for key, value in card_rows(self._embedder).items()):
            raise EmbedderMismatch(
                f"The library was embedded with {held.get('embedder')}, this program uses {self._embedder.name}.",
                f"Embed it anew: oaken reembed --embedder {self._embedder.name}{_option(self.path)}",
            )

    # -- purging

    def purge(self, wait: float = 30.0) -> None:
        """Rewrite the file without what was removed, and empty its write-ahead log.

        Raises LibraryBusy where another process reads or writes for longer than ``wait`` seconds.
        """
        with self._engine.begin() as db:
            db.exec_driver_sql("PRAGMA secure_delete=ON")
            held = sa.select(schema.documents.c.id)
            db.execute(sa.delete(schema.changes).where(schema.changes.c.document_id.not_in(held)))
            used = sa.select(schema.chunks.c.text_hash)
            db.execute(sa.delete(schema.vectors).where(schema.vectors.c.text_hash.not_in(used)))
            for table in (schema.next_documents, schema.next_vectors):
                db.execute(sa.delete(table))
            db.execute(sa.delete(schema.meta).where(schema.meta.c.key.startswith("next_", autoescape=True)))
        self._engine.dispose()
        sqlite.rewrite(self.path, wait)

    # -- writing

    def replace(self, record: Record, document: Document, chunks: Sequence[Chunk], vectors: Vectors) -> int:
        """File a document with its chunks in place of what was held of it; returns the new change number.

        ``vectors`` has shape (len(chunks), dimension). Raises EmbedderMismatch where another embedder has taken over.
        """
        if len(chunks) != len(vectors):
            raise ValueError(f"{len(chunks)} chunks, but {len(vectors)} vectors")
        elements = [
            {"document_id": record.id, "start": e.start, "end": e.end, "kind": e.kind, "page": e.page}
            | {"section": json.dumps(e.section, ensure_ascii=False)}
            for e in document.elements
        ]
        row = schema.document_row(record) | {"chunks": len(chunks)} | schema.document_columns(document)
        hashes = [text_hash(chunk.embedding_text) for chunk in chunks]
        with self._engine.begin() as db:
            old, _ = self._forget(db, record.id)
            self._agree(db)
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

    def copy(self, record: Record, held: str, *, instead: bool = False) -> bool:
        """File under ``record`` the text, chunks and vectors that the document ``held`` has; with ``instead`` that one
        goes (the file was moved). False, and nothing changed, where no such document is held."""
        row: dict[str, Any] = schema.document_row(record)
        columns = schema.documents.c
        taken = [sa.literal(row[c.name], c.type).label(c.name) if c.name in row else c for c in columns]
        elements = schema.elements.c
        with self._engine.connect() as db, db.begin() as transaction:
            old, _ = self._forget(db, record.id)
            of_held = sa.select(*taken).where(columns.id == held, columns.text.is_not(None))
            if db.execute(sa.insert(schema.documents).from_select([c.name for c in columns], of_held)).rowcount != 1:
                transaction.rollback()
                return False
            same = [sa.literal(record.id).label("document_id") if c.name == "document_id" else c for c in elements]
            of_held = sa.select(*same).where(elements.document_id == held)
            db.execute(sa.insert(schema.elements).from_select([c.name for c in elements], of_held))
            chunks = db.execute(sa.select(schema.chunks).where(schema.chunks.c.document_id == held)).mappings()
            rows = [{**c, "document_id": record.id, "id": chunk_id(record.id, c["start"], c["text"])} for c in chunks]
            if rows:
                db.execute(sa.insert(schema.chunks), rows)
            if instead:
                gone, _ = self._forget(db, held)
                old |= gone
                self._change(db, held)
            self._sweep(db, old - {each["text_hash"] for each in rows})
            self._change(db, record.id)
            return True

    def note(self, record: Record) -> int | None:
        """File an outcome that brought no text; chunks held of the file before go. Returns the change number,
        or None where no chunk was held."""
        with self._engine.begin() as db:
            old, _ = self._forget(db, record.id)
            db.execute(sa.insert(schema.documents).values(schema.document_row(record) | {"chunks": 0}))
            self._sweep(db, old)
            return self._change(db, record.id) if old else None

    def touch(self, record: Record) -> None:
        """Renew what is told of a file (stamp, source, root, outcome, reason); its text and chunks stay."""
        row = schema.document_row(record)
        keys = ("source", "root", "path", "size", "mtime_ns", "content_hash", "outcome", "reason", "reader")
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
        change = {"document_id": document_id, "token": secrets.token_hex(8)}
        key = db.execute(sa.insert(schema.changes).values(change)).inserted_primary_key
        assert key is not None
        return int(key[0])

    # -- reading

    def change_number(self) -> int:
        """The number of the last change; 0 for a new library."""
        with self._engine.connect() as db:
            return db.execute(sa.select(sa.func.max(schema.changes.c.number))).scalar() or 0

    def last_change(self) -> Change:
        """The last change, and its number 0 for a new library."""
        query = sa.select(schema.changes.c.number, schema.changes.c.token)
        with self._engine.connect() as db:
            row = db.execute(query.order_by(schema.changes.c.number.desc()).limit(1)).first()
        return Change(*row) if row is not None else Change()

    def has(self, change: Change) -> bool:
        """Whether that change is one of this ledger's, and not of another copy's."""
        return change == Change() or self.token(change.number) == change.token

    def token(self, number: int) -> str | None:
        """What was drawn for the change of that number; None where this ledger has no such change."""
        query = sa.select(schema.changes.c.token).where(schema.changes.c.number == number)
        with self._engine.connect() as db:
            return db.execute(query).scalar()

    def changed_since(self, change: Change, limit: int | None = None) -> tuple[Change, list[str]]:
        """The last change, and the ids of the documents changed after ``change``, each once. With a ``limit``, no
        more than so many changes, and the last of those."""
        newer = sa.select(schema.changes).where(schema.changes.c.number > change.number)
        with self._engine.connect() as db:
            rows = db.execute(newer.order_by("number").limit(limit)).all()
        last = Change(rows[-1].number, rows[-1].token) if rows else change
        return last, list(dict.fromkeys(row.document_id for row in rows))

    def chunks_changed_since(self, change: Change) -> int:
        """How many chunks those documents have now."""
        newer = sa.select(schema.changes.c.document_id).where(schema.changes.c.number > change.number)
        query = sa.select(sa.func.count()).where(schema.chunks.c.document_id.in_(newer))
        with self._engine.connect() as db:
            return int(db.execute(query).scalar_one())

    def records(self) -> list[Record]:
        """All records, by source."""
        with self._engine.connect() as db:
            rows = db.execute(sa.select(*schema.record_columns).order_by(schema.documents.c.source)).mappings().all()
        return [schema.record(row) for row in rows]

    def is_empty(self) -> bool:
        """Whether no record is held."""
        with self._engine.connect() as db:
            return db.execute(sa.select(schema.documents.c.id).limit(1)).first() is None

    def with_text(self) -> int:
        """The number of documents that gave text."""
        query = sa.select(sa.func.count()).where(schema.documents.c.chunks > 0)
        with self._engine.connect() as db:
            return int(db.execute(query).scalar_one())

    def record(self, document_id: str) -> Record | None:
        """The record of that id, or None."""
        with self._engine.connect() as db:
            query = sa.select(*schema.record_columns).where(schema.documents.c.id == document_id)
            row = db.execute(query).mappings().first()
        return schema.record(row) if row is not None else None

    def records_of(self, document_ids: Collection[str]) -> dict[str, Record]:
        """The records of these documents, by id."""
        found: dict[str, Record] = {}
        with self._engine.connect() as db:
            for some in _batches(sorted(document_ids)):
                query = sa.select(*schema.record_columns).where(schema.documents.c.id.in_(some))
                found.update((row["id"], schema.record(row)) for row in db.execute(query).mappings())
        return found

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
            return schema.document(row, [schema.element(each) for each in db.execute(mine).mappings()])

    def element_at(self, document_id: str, offset: int) -> Element | None:
        """The element that holds the character at ``offset``, or the last one before it."""
        mine = sa.select(schema.elements).where(
            schema.elements.c.document_id == document_id, schema.elements.c.start <= offset
        )
        with self._engine.connect() as db:
            row = db.execute(mine.order_by(schema.elements.c.start.desc()).limit(1)).mappings().first()
        return schema.element(row) if row is not None else None

    def running(self, document_id: str) -> list[tuple[tuple[str, ...], int, int]]:
        """(section, start, end) of each element that is running text: no title, table row or code; in order."""
        table = schema.elements.c
        query = sa.select(table.section, table.start, table.end).where(
            table.document_id == document_id, table.kind.not_in(schema.NOT_RUNNING)
        )
        with self._engine.connect() as db:
            rows = db.execute(query.order_by(table.start)).all()
        sections = {held: tuple(json.loads(held)) for held in {row[0] for row in rows}}
        return [(sections[held], start, end) for held, start, end in rows]

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

    def chunk_at(self, document_id: str, offset: int) -> Chunk | None:
        """The chunk that holds the character at ``offset``, or the last one before it."""
        mine = sa.select(schema.chunks).where(
            schema.chunks.c.document_id == document_id, schema.chunks.c.start <= offset
        )
        with self._engine.connect() as db:
            row = db.execute(mine.order_by(schema.chunks.c.start.desc()).limit(1)).mappings().first()
        return schema.chunk(row) if row is not None else None

    def neighbours(self, chunks: Sequence[Chunk], reach: int) -> dict[str, list[Chunk]]:
        """For each of these chunks (by id) it and those up to ``reach`` places around it in its document, in order."""
        found: dict[tuple[str, int], Chunk] = {}
        table = schema.chunks.c
        with self._engine.connect() as db:
            for some in _batches(chunks):
                near = (
                    sa.and_(
                        table.document_id == c.document_id, table.ordinal.between(c.ordinal - reach, c.ordinal + reach)
                    )
                    for c in some
                )
                for row in db.execute(sa.select(schema.chunks).where(sa.or_(sa.false(), *near))).mappings():
                    found[row["document_id"], row["ordinal"]] = schema.chunk(row)
        around = range(-reach, reach + 1)
        return {
            c.id: [found[key] for step in around if (key := (c.document_id, c.ordinal + step)) in found] for c in chunks
        }

    def texts_between(self, places: Sequence[tuple[str, int, int]]) -> list[str]:
        """For each (document, start, end) those characters of its text; "" where it is not held."""
        if not places:
            return []
        parts = [
            sa.select(
                sa.literal(i).label("place"),
                sa.func.substr(schema.documents.c.text, start + 1, end - start).label("piece"),
            ).where(schema.documents.c.id == document_id)
            for i, (document_id, start, end) in enumerate(places)
        ]
        texts = [""] * len(places)
        with self._engine.connect() as db:
            for some in _batches(parts):
                for row in db.execute(sa.union_all(*some)):
                    texts[row.place] = row.piece or ""
        return texts

    def chunk_ids_of(self, document_ids: Collection[str]) -> set[str]:
        """The ids of all chunks of these documents."""
        found: set[str] = set()
        with self._engine.connect() as db:
            for some in _batches(sorted(document_ids)):
                found.update(
                    db.execute(sa.select(schema.chunks.c.id).where(schema.chunks.c.document_id.in_(some))).scalars()
                )
        return found

    def vectors_of(self, document_id: str) -> tuple[list[str], Vectors]:
        """Chunk ids of a document and their vectors, shape (n, dimension), in order."""
        ids, _, vectors = self._rows(schema.chunks.c.document_id == document_id)
        return ids, vectors

    def all_vectors(self) -> tuple[list[str], list[str], Vectors]:
        """Chunk ids, their documents' ids, and vectors of the whole library, shape (n, dimension)."""
        return self._rows(sa.true())

    def _rows(self, condition: sa.ColumnElement[bool]) -> tuple[list[str], list[str], Vectors]:
        query = (
            sa.select(schema.chunks.c.id, schema.chunks.c.document_id, schema.vectors.c.vector)
            .join(schema.vectors, schema.chunks.c.text_hash == schema.vectors.c.text_hash)
            .where(condition)
            .order_by(schema.chunks.c.document_id, schema.chunks.c.ordinal)
        )
        with self._engine.connect() as db:
            rows = db.execute(query).all()
        if not rows:
            return [], [], np.empty((0, 0), dtype=np.float32)
        if len({len(row.vector) for row in rows}) > 1:
            raise sqlite.unreadable(self.path, ValueError("vectors of different lengths"))
        joined = np.frombuffer(b"".join(row.vector for row in rows), dtype="<f4")
        vectors = joined.reshape(len(rows), -1).astype(np.float32, copy=False)
        return [row.id for row in rows], [row.document_id for row in rows], vectors

    def known_vectors(self, texts: Sequence[str]) -> dict[str, Vector]:
        """Vectors already held for any of these texts (as the embedder reads them)."""
        by_hash = {text_hash(text): text for text in texts}
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

    def hashes_of(self, document_id: str) -> dict[str, str]:
        """Chunk id -> the key of its vector, of a document."""
        query = sa.select(schema.chunks.c.id, schema.chunks.c.text_hash)
        with self._engine.connect() as db:
            rows = db.execute(query.where(schema.chunks.c.document_id == document_id))
            return {row.id: row.text_hash for row in rows}

    def integrity(self) -> str:
        """SQLite's own check: "ok", or what is wrong."""
        with self._engine.connect() as db:
            return str(db.execute(sa.text("PRAGMA integrity_check(3)")).scalar())


def remembered(path: Path) -> str:
    """The name of the embedder that the ledger at ``path`` remembers; "" where there is no ledger yet.

    Raises LibraryError where it cannot be read.
    """
    if not path.exists():
        return ""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=sqlite.PATIENCE)) as db:
            row = db.execute("SELECT value FROM meta WHERE key = 'embedder'").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):  # it is being made just now
            return ""
        raise sqlite.unreadable(path, error) from error
    except sqlite3.DatabaseError as error:
        raise sqlite.unreadable(path, error) from error
    return str(row[0]) if row else ""


def card_rows(embedder: EmbedderCard) -> dict[str, str]:
    """What a ledger keeps of its embedder."""
    return {
        "embedder": embedder.name,
        "dimension": str(embedder.dimension),
        "document_prefix": embedder.document_prefix,
    }


def _card_of(rows: Mapping[str, str]) -> EmbedderCard:
    """What the ledger itself knows of its embedder."""
    return EmbedderCard(rows["embedder"], int(rows["dimension"]), 0, document_prefix=rows.get("document_prefix", ""))


def _option(path: Path) -> str:
    name = path.parent.name
    return "" if name == DEFAULT_LIBRARY else f" --library {name}"


def _batches(ids: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for at in range(0, len(ids), _MANY):
        yield ids[at : at + _MANY]
