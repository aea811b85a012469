"""Read queries over a ledger: records, documents, chunks, vectors and changes. Writes nothing; see ledger.py."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import sqlalchemy as sa

from rag.interfaces import Vector, Vectors
from rag.library.db import checks, schema
from rag.library.db.column_types import StoredText
from rag.library.db.engines import SqlEngine
from rag.library.state import LedgerVersion
from rag.messages import Message
from rag.types import Chunk, Document, Element, FileRecord, Outcome

_T = TypeVar("_T")
# Built once: putting a statement together takes longer than these take to run, and a question runs dozens.
_PIECE = sa.select(
    sa.func.substr(
        schema.documents.c.text,
        sa.bindparam("start", type_=sa.Integer),
        sa.bindparam("length", type_=sa.Integer),
        type_=StoredText,
    )
).where(schema.documents.c.id == sa.bindparam("document"))
_CHUNK_RANGE = sa.select(schema.chunks).where(
    schema.chunks.c.document_id == sa.bindparam("document"),
    schema.chunks.c.ordinal.between(sa.bindparam("first"), sa.bindparam("last")),
)
_MAX_VARIABLES = 500  # ids in one IN (...): SQLite's oldest limit on variables is 999


def text_hash(text: str) -> str:
    """Return the key of a text's vector: a hash of what the embedder read."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def batches(ids: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Yield the ids in batches that fit one IN (...)."""
    for at in range(0, len(ids), _MAX_VARIABLES):
        yield ids[at : at + _MAX_VARIABLES]


def _merged(ordinals: Sequence[int], reach: int) -> list[tuple[int, int]]:
    """Return the ranges from ``reach`` before to ``reach`` after each ordinal, those that touch as one; sorted."""
    ranges: list[tuple[int, int]] = []
    for ordinal in sorted(ordinals):
        first, last = ordinal - reach, ordinal + reach
        if ranges and first <= ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], last)
        else:
            ranges.append((first, last))
    return ranges


def _elements_near() -> sa.Select[Any]:
    """Return the statement of ``elements_near``, its parameters ``document``, ``offset`` and ``reach``."""
    table = schema.elements.c
    document, offset = sa.bindparam("document", type_=sa.Text), sa.bindparam("offset", type_=sa.Integer)
    reach = sa.bindparam("reach", type_=sa.Integer)
    holding = sa.select(sa.func.max(table.start)).where(table.document_id == document, table.start <= offset)
    near = sa.or_(table.start.between(offset - reach, offset + reach), table.start == holding.scalar_subquery())
    return sa.select(schema.elements).where(table.document_id == document, near).order_by(table.start)


_ELEMENTS_NEAR = _elements_near()


class LedgerQueries:
    """Read queries over a ledger's tables. Thread-safe."""

    def __init__(self, database: SqlEngine, path: Path) -> None:
        self.database = database
        self.path = path
        self._engine = database.sql

    def change_number(self) -> int:
        """Return the number of the last change; 0 for a new library."""
        with self._engine.connect() as db:
            return db.execute(sa.select(sa.func.max(schema.changes.c.number))).scalar() or 0

    def last_change(self) -> LedgerVersion:
        """Return the last change; its number is 0 for a new library."""
        query = sa.select(schema.changes.c.number, schema.changes.c.token)
        with self._engine.connect() as db:
            row = db.execute(query.order_by(schema.changes.c.number.desc()).limit(1)).first()
        return LedgerVersion(*row) if row is not None else LedgerVersion()

    def has_change(self, change: LedgerVersion) -> bool:
        """Tell whether that change is this ledger's own, and not another copy's."""
        return change == LedgerVersion() or self.token(change.number) == change.token

    def token(self, number: int) -> str | None:
        """Return the random token stored with that change number, or None."""
        query = sa.select(schema.changes.c.token).where(schema.changes.c.number == number)
        with self._engine.connect() as db:
            return db.execute(query).scalar()

    def changed_since(
        self, change: LedgerVersion, limit: int | None = None, *, text: bool = False
    ) -> tuple[LedgerVersion, list[str]]:
        """Return the last change, and the ids of the documents changed after ``change``, each once.

        A ``limit`` caps the number of changes; the last of those is then returned. With ``text`` only documents are
        named of which more than the vectors changed.
        """
        newer = sa.select(schema.changes).where(schema.changes.c.number > change.number)
        with self._engine.connect() as db:
            rows = db.execute(newer.order_by("number").limit(limit)).all()
        last = LedgerVersion(rows[-1].number, rows[-1].token) if rows else change
        return last, list(dict.fromkeys(row.document_id for row in rows if not (text and row.vectors_only)))

    def chunks_changed_since(self, change: LedgerVersion, *, text: bool = False) -> int:
        """Return how many chunks the documents changed since have now; ``text`` as in :meth:`changed_since`."""
        newer = sa.select(schema.changes.c.document_id).where(schema.changes.c.number > change.number)
        if text:
            newer = newer.where(schema.changes.c.vectors_only == 0)
        query = sa.select(sa.func.count()).where(schema.chunks.c.document_id.in_(newer))
        with self._engine.connect() as db:
            return int(db.execute(query).scalar_one())

    def records(self) -> list[FileRecord]:
        """Return all records, by source."""
        with self._engine.connect() as db:
            rows = db.execute(sa.select(*schema.record_columns).order_by(schema.documents.c.source)).mappings().all()
            tags = self._tags(db)
        return [self._record(row, tags) for row in rows]

    def roots(self) -> list[str]:
        """Return the folders under which documents were found, sorted."""
        with self._engine.connect() as db:
            stored = db.execute(sa.select(schema.documents.c.root).distinct()).scalars().all()
        return sorted(map(self.database.folders.shown, stored))

    def is_empty(self) -> bool:
        """Tell whether it holds no record."""
        with self._engine.connect() as db:
            return db.execute(sa.select(schema.documents.c.id).limit(1)).first() is None

    def with_text(self) -> int:
        """Return the number of documents that have text, copies not counted."""
        documents = schema.documents.c
        query = sa.select(sa.func.count()).where(documents.chunks > 0, documents.outcome != Outcome.DUPLICATE)
        with self._engine.connect() as db:
            return int(db.execute(query).scalar_one())

    def record(self, document_id: str) -> FileRecord | None:
        """Return the record of that id, or None."""
        with self._engine.connect() as db:
            query = sa.select(*schema.record_columns).where(schema.documents.c.id == document_id)
            row = db.execute(query).mappings().first()
            tags = self._tags(db, [document_id])
        return self._record(row, tags) if row is not None else None

    def records_of(self, document_ids: Collection[str]) -> dict[str, FileRecord]:
        """Return the records of these documents, by id."""
        found: dict[str, FileRecord] = {}
        with self._engine.connect() as db:
            for some in batches(sorted(document_ids)):
                query = sa.select(*schema.record_columns).where(schema.documents.c.id.in_(some))
                tags = self._tags(db, some)
                rows = db.execute(query).mappings()
                found.update((row["id"], self._record(row, tags)) for row in rows)
        return found

    def tag_counts(self) -> dict[str, int]:
        """Return each tag with the number of documents that have it, by tag."""
        query = sa.select(schema.tags.c.tag, sa.func.count()).group_by(schema.tags.c.tag).order_by(schema.tags.c.tag)
        with self._engine.connect() as db:
            return {row[0]: row[1] for row in db.execute(query)}

    def _record(self, row: Any, tags: Mapping[str, Sequence[str]]) -> FileRecord:
        record = schema.record(row, tags.get(row["id"], ()))
        return replace(record, root=self.database.folders.shown(record.root))

    def _row(self, record: FileRecord) -> dict[str, Any]:
        return schema.document_row(replace(record, root=self.database.folders.stored(record.root)))

    def _tags(self, db: sa.Connection, among: Sequence[str] | None = None) -> dict[str, list[str]]:
        query = sa.select(schema.tags).order_by(schema.tags.c.tag)
        found: dict[str, list[str]] = {}
        for row in db.execute(query if among is None else query.where(schema.tags.c.document_id.in_(among))).mappings():
            document_id, tag = schema.tag(row)
            found.setdefault(document_id, []).append(tag)
        return found

    def document(self, document_id: str) -> Document | None:
        """Return the parsed document as it was ingested, or None where it is not held or has no text."""
        with self._engine.connect() as db:
            row = db.execute(sa.select(schema.documents).where(schema.documents.c.id == document_id)).mappings().first()
            if row is None or row["text"] is None:
                return None
            own_elements = (
                sa.select(schema.elements)
                .where(schema.elements.c.document_id == document_id)
                .order_by(schema.elements.c.start)
            )
            return schema.document(row, [schema.element(each) for each in db.execute(own_elements).mappings()])

    def element_at(self, document_id: str, offset: int) -> Element | None:
        """Return the element that holds the character at ``offset``, or the last one before it."""
        own_elements = sa.select(schema.elements).where(
            schema.elements.c.document_id == document_id, schema.elements.c.start <= offset
        )
        with self._engine.connect() as db:
            row = db.execute(own_elements.order_by(schema.elements.c.start.desc()).limit(1)).mappings().first()
        return schema.element(row) if row is not None else None

    def elements_near(self, document_id: str, offset: int, reach: int) -> list[Element]:
        """Return the elements that begin within ``reach`` characters of ``offset``, and the one holding it; sorted."""
        with self._engine.connect() as db:
            rows = db.execute(_ELEMENTS_NEAR, {"document": document_id, "offset": offset, "reach": reach}).mappings()
            return [schema.element(each) for each in rows]

    def prose_spans(self, document_id: str) -> list[tuple[tuple[str, ...], int, int]]:
        """Return (section, start, end) of each element of running text: no title, table row or code; in order."""
        table = schema.elements.c
        query = sa.select(table.section, table.start, table.end).where(
            table.document_id == document_id, table.kind.not_in(schema.NON_PROSE_KINDS)
        )
        with self._engine.connect() as db:
            rows = db.execute(query.order_by(table.start)).all()
        for _, start, end in rows:
            checks.require_span("elements", start, end)
        return [(checks.section(held, "elements"), start, end) for held, start, end in rows]

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """Return those of these chunks that are held, by id."""
        found: dict[str, Chunk] = {}
        with self._engine.connect() as db:
            for some in batches(ids):
                for row in db.execute(sa.select(schema.chunks).where(schema.chunks.c.id.in_(some))).mappings():
                    found[row["id"]] = schema.chunk(row)
        return found

    def chunks_of(self, document_id: str) -> list[Chunk]:
        """Return the chunks of a document, in order."""
        query = (
            sa.select(schema.chunks).where(schema.chunks.c.document_id == document_id).order_by(schema.chunks.c.ordinal)
        )
        with self._engine.connect() as db:
            return [schema.chunk(row) for row in db.execute(query).mappings()]

    def chunk_at(self, document_id: str, offset: int) -> Chunk | None:
        """Return the chunk that holds the character at ``offset``, or the last one before it."""
        own_chunks = sa.select(schema.chunks).where(
            schema.chunks.c.document_id == document_id, schema.chunks.c.start <= offset
        )
        with self._engine.connect() as db:
            row = db.execute(own_chunks.order_by(schema.chunks.c.start.desc()).limit(1)).mappings().first()
        return schema.chunk(row) if row is not None else None

    def neighbours(self, chunks: Sequence[Chunk], reach: int) -> dict[str, list[Chunk]]:
        """Return each of these chunks (by id) with those up to ``reach`` places around it in its document, in order."""
        wanted: dict[str, list[int]] = {}
        for c in chunks:
            wanted.setdefault(c.document_id, []).append(c.ordinal)
        found: dict[tuple[str, int], Chunk] = {}
        with self._engine.connect() as db:
            for document_id, ordinals in wanted.items():
                for first, last in _merged(ordinals, reach):
                    for row in db.execute(
                        _CHUNK_RANGE, {"document": document_id, "first": first, "last": last}
                    ).mappings():
                        found[document_id, row["ordinal"]] = schema.chunk(row)
        around = range(-reach, reach + 1)
        return {
            c.id: [found[key] for step in around if (key := (c.document_id, c.ordinal + step)) in found] for c in chunks
        }

    def texts_between(self, places: Sequence[tuple[str, int, int]]) -> list[str]:
        """Return the characters of each (document, start, end); "" where the document is not held."""
        texts = []
        with self._engine.connect() as db:
            for document_id, start, end in places:
                piece = db.execute(
                    _PIECE, {"document": document_id, "start": start + 1, "length": end - start}
                ).scalar()
                checks.require(type(piece) in (str, type(None)), "documents", "text", piece)
                texts.append(piece or "")
        return texts

    def chunk_ids_of(self, document_ids: Collection[str]) -> set[str]:
        """Return the ids of all chunks of these documents."""
        found: set[str] = set()
        with self._engine.connect() as db:
            for some in batches(sorted(document_ids)):
                found.update(
                    db.execute(sa.select(schema.chunks.c.id).where(schema.chunks.c.document_id.in_(some))).scalars()
                )
        return found

    def vectors_of(self, document_id: str) -> tuple[list[str], Vectors]:
        """Return the chunk ids of a document and their vectors, shape (n, dimension), in order.

        None while a vector of it is missing: what is searched by vectors is searched by all of them.
        """
        ids, _, vectors = self._rows(schema.chunks.c.document_id == document_id)
        return ids, vectors

    def all_vectors(self) -> tuple[list[str], list[str], Vectors]:
        """Return chunk ids, their documents' ids, and vectors, shape (n, dimension), of all documents.

        Documents of which a vector is missing are left out.
        """
        return self._rows(sa.true())

    def sample_vectors(self, most: int) -> dict[str, Vectors]:
        """Return vectors of up to ``most`` texts of each language, shape (n, dimension).

        The sample is ordered by text hash, so that the same content gives the same sample.
        """
        texts = (
            sa.select(
                schema.chunks.c.language,
                schema.chunks.c.text_hash,
                sa.func.row_number()
                .over(partition_by=schema.chunks.c.language, order_by=schema.chunks.c.text_hash)
                .label("place"),
            )
            .where(schema.chunks.c.text_hash.in_(sa.select(schema.vectors.c.text_hash)))
            .group_by(schema.chunks.c.language, schema.chunks.c.text_hash)
            .subquery()
        )
        query = (
            sa.select(texts.c.language, schema.vectors.c.vector)
            .join(schema.vectors, texts.c.text_hash == schema.vectors.c.text_hash)
            .where(texts.c.place <= most)
        )
        found: dict[str, list[Vector]] = {}
        with self._engine.connect() as db:
            for row in db.execute(query):
                found.setdefault(row.language, []).append(checks.vector(row.vector))
        self._require_one_length(each for rows in found.values() for each in rows)
        return {language: np.stack(rows).astype(np.float32) for language, rows in found.items()}

    def _rows(self, condition: sa.ColumnElement[bool]) -> tuple[list[str], list[str], Vectors]:
        query = (
            sa.select(schema.chunks.c.id, schema.chunks.c.document_id, schema.vectors.c.vector)
            .outerjoin(schema.vectors, schema.chunks.c.text_hash == schema.vectors.c.text_hash)
            .where(condition)
            .order_by(schema.chunks.c.document_id, schema.chunks.c.ordinal)
        )
        with self._engine.connect() as db:
            rows = db.execute(query).all()
        waiting = {row.document_id for row in rows if row.vector is None}
        rows = [row for row in rows if row.document_id not in waiting]
        if not rows:
            return [], [], np.empty((0, 0), dtype=np.float32)
        held = [checks.vector(row.vector) for row in rows]
        self._require_one_length(held)
        vectors = np.concatenate(held).reshape(len(rows), -1).astype(np.float32, copy=False)
        return [row.id for row in rows], [row.document_id for row in rows], vectors

    def _require_one_length(self, vectors: Iterable[Vector]) -> None:
        if len({len(each) for each in vectors}) > 1:
            raise checks.damaged_row_error("vectors", Message("vectors of different lengths"))

    def known_vectors(self, texts: Sequence[str]) -> dict[str, Vector]:
        """Return the vectors already held for any of these texts (as the embedder reads them)."""
        by_hash = {text_hash(text): text for text in texts}
        known: dict[str, Vector] = {}
        with self._engine.connect() as db:
            for some in batches(list(by_hash)):
                for row in db.execute(sa.select(schema.vectors).where(schema.vectors.c.text_hash.in_(some))):
                    known[by_hash[row.text_hash]] = checks.vector(row.vector).astype(np.float32)
        return known

    def size(self) -> int:
        """Return the number of chunks."""
        with self._engine.connect() as db:
            return int(db.execute(sa.select(sa.func.count()).select_from(schema.chunks)).scalar_one())

    def chunk_ids(self) -> set[str]:
        """Return the ids of all chunks."""
        with self._engine.connect() as db:
            return set(db.execute(sa.select(schema.chunks.c.id)).scalars())

    def languages(self) -> dict[str, int]:
        """Return the number of chunks in each language."""
        query = sa.select(schema.chunks.c.language, sa.func.count()).group_by(schema.chunks.c.language)
        with self._engine.connect() as db:
            return {row[0]: row[1] for row in db.execute(query)}

    def hashes_of(self, document_id: str) -> dict[str, str]:
        """Return chunk id -> key of its vector, for a document."""
        query = sa.select(schema.chunks.c.id, schema.chunks.c.text_hash)
        with self._engine.connect() as db:
            rows = db.execute(query.where(schema.chunks.c.document_id == document_id))
            return {row.id: row.text_hash for row in rows}

    def integrity(self) -> str:
        """Run the database's own check; return "ok", or the fault."""
        with self._engine.connect() as db:
            return self.database.integrity(db)
