"""The ledger, a library's source of truth: one database of documents, chunks, vectors and numbered changes.

A document is replaced in one transaction. Everything else in a library's folder only follows this file and can be
rebuilt from it. Vectors are keyed by their text, so equal texts are embedded once wherever they lie. The database is
a SQLite file, or on a server (engines.py). Tables and rows are in schema.py, read queries in queries.py. Does not
search: see index/vectors.py and index/bm25.py.
"""

from __future__ import annotations

import json
import re
import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from rag.errors import EmbedderMismatchError
from rag.interfaces import EmbedderCard, Vector, Vectors
from rag.library.db import checks, engines, schema
from rag.library.db.engines import SqlEngine
from rag.library.db.migrations import SCHEMA_VERSION
from rag.library.db.pending import ASKED_FOLDERS, PendingQueries, asked_folders, folder_of
from rag.library.db.queries import batches, text_hash
from rag.messages import Message
from rag.settings import DEFAULT_LIBRARY
from rag.storage import private_folder
from rag.types import Chunk, Document, FileRecord, chunk_id

_DIMENSION = re.compile(r"[1-9][0-9]{0,4}")  # the largest embedders known have some ten thousand
RESTORED_ROOTS = "restored_roots"
_ASKED_FOLDERS_KEPT = 200
PREFERENCE = "preference_"  # prefix of the keys of a person's choices


class Ledger(PendingQueries):
    """A library's documents, chunks and vectors. Safe across threads and processes: one writes at a time."""

    def __init__(self, database: SqlEngine, path: Path, embedder: EmbedderCard) -> None:
        super().__init__(database, path)
        self._embedder = embedder

    @classmethod
    def open(cls, path: Path, embedder: EmbedderCard | None) -> Ledger:
        """Open the ledger, create a missing one, and migrate an older format to today's.

        ``path`` is its file; where a link lies beside that, the ledger is on the server that the link names. Without an
        ``embedder`` it is opened with whatever embedder it has. Raises EmbedderMismatchError, LibraryError (damaged,
        newer format).
        """
        private_folder(path.parent)
        database = engines.of_ledger(path)
        ledger = cls(database, path, embedder or EmbedderCard("", 0, 0))
        try:
            with database.connecting():
                ledger._open(embedder)
        except BaseException:
            database.close()
            raise
        return ledger

    def _open(self, embedder: EmbedderCard | None) -> None:
        fresh = not self.path.exists()
        with self._engine.connect() as db:
            if fresh:
                self.database.make_private()
            made = self.database.exists(db) and db.execute(sa.select(schema.meta)).first() is not None
            if made:
                self.database.migrate(db)
        with self._engine.begin() as db:
            if not made:  # of several processes that create the same ledger, one goes first
                self.database.begin_write(db)
                self.database.create(db, schema.tables)
            if embedder is not None:
                self._initialize(db)
            elif not made:
                raise self.database.unreadable_error("it holds nothing")
            else:
                self._embedder = card_of({row.key: row.value for row in db.execute(sa.select(schema.meta))})

    def _initialize(self, db: sa.Connection) -> None:
        if db.execute(sa.select(schema.meta)).first() is not None:
            self._check_embedder(db)
            return
        rows = card_rows(self._embedder) | {"schema": str(SCHEMA_VERSION)}
        insert = self.database.insert(schema.meta).on_conflict_do_nothing()
        db.execute(insert, [{"key": k, "value": v} for k, v in rows.items()])

    def close(self) -> None:
        """Close the connections."""
        self.database.close()

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Yield a transaction, the only one that writes; committed unless something is raised, else rolled back."""
        with self._engine.begin() as db:
            self.database.begin_write(db)
            yield db

    @property
    def engine(self) -> sa.Engine:
        """Its connections, for the modules of this folder that work on it."""
        return self._engine

    @property
    def embedder(self) -> EmbedderCard:
        """The embedder of its vectors."""
        return self._embedder

    def require_same_embedder(self) -> None:
        """Raise EmbedderMismatchError where the library was re-embedded since this was opened."""
        with self._engine.connect() as db:
            try:
                self._check_embedder(db)
            except EmbedderMismatchError as error:
                raise EmbedderMismatchError(
                    error.message, Message("Open the library again; it will then use its new embedder.")
                ) from None

    def _check_embedder(self, db: sa.Connection) -> None:
        stored = {row.key: row.value for row in db.execute(sa.select(schema.meta))}
        if any(stored.get(key) != value for key, value in card_rows(self._embedder).items()):
            raise EmbedderMismatchError(
                Message(
                    "The library was embedded with {held}, this program uses {own}.",
                    held=stored.get("embedder"),
                    own=self._embedder.name,
                ),
                Message(
                    "Embed it again: oaken reembed --embedder {name}{option}",
                    name=self._embedder.name,
                    option=_option(self.path),
                ),
            )

    def restored_roots(self) -> frozenset[str]:
        """Return the folders that came with a backup and were not added here since: nothing is read from them.

        Raises DamagedRowError.
        """
        with self._engine.connect() as db:
            stored = db.execute(sa.select(schema.meta.c.value).where(schema.meta.c.key == RESTORED_ROOTS)).scalar()
        shown = self.database.folders.shown
        return frozenset(map(shown, checks.section(stored, "meta"))) if stored is not None else frozenset()

    def set_restored_roots(self, roots: Collection[str]) -> None:
        """Store those folders in place of the ones before."""
        stored = sorted(map(self.database.folders.stored, roots))
        row = {"key": RESTORED_ROOTS, "value": json.dumps(stored)}
        with self.transaction() as db:
            db.execute(sa.delete(schema.meta).where(schema.meta.c.key == RESTORED_ROOTS))
            if roots:
                db.execute(sa.insert(schema.meta).values(row))

    def add_roots(self, roots: Collection[str]) -> None:
        """Note that somebody here added these folders: files in them, and in folders below, may be opened."""
        held = self.restored_roots()
        added = {each for each in held for root in roots if f"{each}/".startswith(f"{root.rstrip('/')}/")}
        if added:
            self.set_restored_roots(held - added)

    def preference(self, key: str) -> str:
        """Return a person's choice for this library under that key, or ""."""
        with self._engine.connect() as db:
            value = sa.select(schema.meta.c.value).where(schema.meta.c.key == f"{PREFERENCE}{key}")
            return db.execute(value).scalar() or ""

    def prefer(self, key: str, value: str) -> None:
        """Store a choice with the library."""
        row = {"key": f"{PREFERENCE}{key}", "value": value}
        choice = self.database.insert(schema.meta).values(row)
        with self.transaction() as db:
            db.execute(choice.on_conflict_do_update(index_elements=["key"], set_=row))

    def note_asked(self, document_ids: Collection[str]) -> None:
        """Note that a question had to do with these documents: texts in their folders are embedded first."""
        folders = Counter({folder_of(each.root, each.path) for each in self.records_of(document_ids).values()})
        with self._engine.connect() as db:
            counts = asked_folders(db) + folders
        row = {"key": ASKED_FOLDERS, "value": json.dumps(dict(counts.most_common(_ASKED_FOLDERS_KEPT)))}
        asked = self.database.insert(schema.meta).values(row)
        with self.transaction() as db:
            db.execute(asked.on_conflict_do_update(index_elements=["key"], set_=row))

    # -- purging

    def purge(self, wait: float = 30.0) -> None:
        """Rewrite what is stored without what was removed; of a file, empty its write-ahead log too.

        Raises LibraryBusyError where another process reads or writes for longer than ``wait`` seconds.
        """
        with self._engine.begin() as db:
            self.database.erase_deleted(db)
            self.database.begin_write(db)
            stored_ids = sa.select(schema.documents.c.id)
            db.execute(sa.delete(schema.changes).where(schema.changes.c.document_id.not_in(stored_ids)))
            used = sa.select(schema.chunks.c.text_hash)
            db.execute(sa.delete(schema.vectors).where(schema.vectors.c.text_hash.not_in(used)))
            for table in (schema.next_documents, schema.next_vectors):
                db.execute(sa.delete(table))
            db.execute(sa.delete(schema.meta).where(schema.meta.c.key.startswith("next_", autoescape=True)))
            db.execute(sa.delete(schema.meta).where(schema.meta.c.key == ASKED_FOLDERS))
        self.database.rewrite(wait)

    # -- writing

    def replace(
        self, record: FileRecord, document: Document, chunks: Sequence[Chunk], vectors: Vectors | None = None
    ) -> int:
        """Store a document with its chunks in place of its earlier version; return the new change number.

        ``vectors`` has shape (len(chunks), dimension); without, those of texts that are held already serve, and the
        others are added later (:meth:`add_vectors`). Raises EmbedderMismatchError where the library has been
        re-embedded.
        """
        if vectors is not None and len(chunks) != len(vectors):
            raise ValueError(f"{len(chunks)} chunks, but {len(vectors)} vectors")
        elements = [
            {"document_id": record.id, "start": e.start, "end": e.end, "kind": e.kind, "page": e.page}
            | {"section": json.dumps(e.section, ensure_ascii=False)}
            for e in document.elements
        ]
        row = self._row(record) | {"chunks": len(chunks)} | schema.document_columns(document)
        hashes = [text_hash(chunk.embedding_text) for chunk in chunks]
        with self.transaction() as db:
            old, _ = self._forget(db, record.id)
            self._check_embedder(db)
            db.execute(sa.insert(schema.documents).values(row))
            if elements:
                db.execute(sa.insert(schema.elements), elements)
            if chunks:
                if vectors is not None:
                    self._insert_vectors(db, zip(hashes, vectors, strict=True))
                db.execute(
                    sa.insert(schema.chunks), [schema.chunk_row(c, h) for c, h in zip(chunks, hashes, strict=True)]
                )
            self._delete_unused_vectors(db, old - set(hashes))
            return self._record_change(db, record.id)

    def add_vectors(self, vectors: Mapping[str, Vector]) -> list[str]:
        """Store vectors, by text hash, that chunks wait for; return the ids of the documents that have all now.

        Those of texts that are gone meanwhile are not kept. Raises EmbedderMismatchError where the library has been
        re-embedded.
        """
        with self.transaction() as db:
            self._insert_vectors(db, vectors.items())
            self._delete_unused_vectors(db, vectors)
            self._check_embedder(db)
            whole = self._whole_of(db, list(vectors))
            for document_id in whole:
                self._record_change(db, document_id, vectors_only=True)
            return whole

    def copy(self, record: FileRecord, original_id: str, *, remove_original: bool = False) -> bool:
        """Store under ``record`` the text, chunks and vectors of the document ``original_id``.

        With ``remove_original`` that document is removed (its file was moved). False, and nothing changed, where it is
        not held.
        """
        row: dict[str, Any] = self._row(record)
        columns = schema.documents.c
        taken = [sa.literal(row[c.name], c.type).label(c.name) if c.name in row else c for c in columns]
        elements = schema.elements.c
        with self._engine.connect() as db, db.begin() as transaction:
            self.database.begin_write(db)
            old, _ = self._forget(db, record.id)
            of_held = sa.select(*taken).where(columns.id == original_id, columns.text.is_not(None))
            copied = sa.insert(schema.documents).from_select([c.name for c in columns], of_held)
            if not db.execute(copied.returning(columns.id)).all():
                transaction.rollback()
                return False
            same = [sa.literal(record.id).label("document_id") if c.name == "document_id" else c for c in elements]
            of_held = sa.select(*same).where(elements.document_id == original_id)
            db.execute(sa.insert(schema.elements).from_select([c.name for c in elements], of_held))
            chunks = db.execute(sa.select(schema.chunks).where(schema.chunks.c.document_id == original_id)).mappings()
            rows = [{**c, "document_id": record.id, "id": chunk_id(record.id, c["start"], c["text"])} for c in chunks]
            if rows:
                db.execute(sa.insert(schema.chunks), rows)
            if remove_original:
                moved = sa.update(schema.tags).where(schema.tags.c.document_id == original_id)
                db.execute(sa.delete(schema.tags).where(schema.tags.c.document_id == record.id))
                db.execute(moved.values(document_id=record.id))
                gone, _ = self._forget(db, original_id)
                old |= gone
                self._record_change(db, original_id)
            self._delete_unused_vectors(db, old - {each["text_hash"] for each in rows})
            self._record_change(db, record.id)
            return True

    def store_without_text(self, record: FileRecord) -> int | None:
        """Store the record of a file that gave no text, and delete its earlier chunks.

        Returns the change number, or None where it had no chunks.
        """
        row = self._row(record) | {"chunks": 0}
        with self.transaction() as db:
            old, _ = self._forget(db, record.id)
            db.execute(sa.insert(schema.documents).values(row))
            self._delete_unused_vectors(db, old)
            return self._record_change(db, record.id) if old else None

    def update_metadata(self, record: FileRecord) -> None:
        """Update a file's metadata (stamp, source, root, outcome, reason); its text and chunks stay."""
        row = self._row(record)
        keys = ("source", "root", "path", "size", "mtime_ns", "content_hash", "outcome", "reason", "reader")
        with self.transaction() as db:
            db.execute(
                sa.update(schema.documents)
                .where(schema.documents.c.id == record.id)
                .values({key: row[key] for key in keys})
            )

    def remove(self, document_id: str) -> bool:
        """Remove a document, its chunks, and the vectors that nothing else uses. False where it was not held.

        They are overwritten in the file; the log keeps them until :meth:`empty_log`.
        """
        with self.transaction() as db:
            self.database.erase_deleted(db)
            old, existed = self._forget(db, document_id)
            if not existed:
                return False
            db.execute(sa.delete(schema.tags).where(schema.tags.c.document_id == document_id))
            self._delete_unused_vectors(db, old)
            self._record_change(db, document_id)
            return True

    def empty_log(self) -> None:
        """Leave nothing in the log of what was removed, unless others read it just now."""
        self.database.empty_log()

    def tag(self, document_ids: Collection[str], add: Collection[str] = (), remove: Collection[str] = ()) -> None:
        """Give documents tags and take others from them, each as it is to be stored: on one line."""
        table, documents = schema.tags.c, schema.documents.c
        with self.transaction() as db:
            for some in batches(sorted(document_ids)):
                if remove:
                    db.execute(sa.delete(schema.tags).where(table.document_id.in_(some), table.tag.in_(list(remove))))
                for tag in sorted(add):  # only of documents that are held: one may have been removed just now
                    held = sa.select(documents.id, sa.literal(tag)).where(documents.id.in_(some))
                    rows = self.database.insert(schema.tags).from_select(["document_id", "tag"], held)
                    db.execute(rows.on_conflict_do_nothing())

    def _forget(self, db: sa.Connection, document_id: str) -> tuple[set[str], bool]:
        of_document = schema.chunks.c.document_id == document_id
        hashes = set(
            db.execute(sa.delete(schema.chunks).where(of_document).returning(schema.chunks.c.text_hash)).scalars()
        )
        db.execute(sa.delete(schema.elements).where(schema.elements.c.document_id == document_id))
        existed = db.execute(sa.delete(schema.documents).where(schema.documents.c.id == document_id)).rowcount > 0
        return hashes, existed

    def _delete_unused_vectors(self, db: sa.Connection, hashes: Iterable[str]) -> None:
        for some in batches(sorted(hashes)):
            used = sa.select(schema.chunks.c.text_hash).where(schema.chunks.c.text_hash.in_(some))
            db.execute(
                sa.delete(schema.vectors).where(
                    schema.vectors.c.text_hash.in_(some), schema.vectors.c.text_hash.not_in(used)
                )
            )

    def _insert_vectors(self, db: sa.Connection, vectors: Iterable[tuple[str, Vector]]) -> None:
        rows = [{"text_hash": key, "vector": np.asarray(each, dtype="<f4").tobytes()} for key, each in vectors]
        if rows:
            db.execute(self.database.insert(schema.vectors).on_conflict_do_nothing(), rows)

    def _record_change(self, db: sa.Connection, document_id: str, *, vectors_only: bool = False) -> int:
        change = {"document_id": document_id, "token": secrets.token_hex(8), "vectors_only": int(vectors_only)}
        key = db.execute(sa.insert(schema.changes).values(change)).inserted_primary_key
        assert key is not None
        return int(key[0])


def remembered(path: Path) -> str:
    """Return the name of the embedder stored in the ledger at ``path``; "" where there is no ledger yet.

    Raises LibraryError where it cannot be read.
    """
    return engines.embedder_of(path)


def card_rows(embedder: EmbedderCard) -> dict[str, str]:
    """Return the rows by which a ledger stores its embedder."""
    return {
        "embedder": embedder.name,
        "dimension": str(embedder.dimension),
        "document_prefix": embedder.document_prefix,
    }


def card_of(rows: Mapping[str, Any]) -> EmbedderCard:
    """Return the embedder card from a ledger's rows. Raises DamagedRowError."""
    name, dimension, prefix = (rows.get(key) for key in ("embedder", "dimension", "document_prefix"))
    checks.require(type(name) is str and bool(name), "meta", "embedder", name)
    fine = type(dimension) is str and _DIMENSION.fullmatch(dimension) is not None
    checks.require(fine, "meta", "dimension", dimension)
    assert name is not None and dimension is not None
    return EmbedderCard(name, int(dimension), 0, document_prefix=prefix or "")


def _option(path: Path) -> str:
    name = path.parent.name
    return "" if name == DEFAULT_LIBRARY else f" --library {name}"
