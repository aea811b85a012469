"""Which chunks wait for their vectors: a document is found by its words at once, by its meaning once it has them all.

Nothing is noted: a chunk waits while there is no vector of its text.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import PurePath
from typing import Any

import sqlalchemy as sa

from rag.interfaces import PendingTexts, PendingVectors
from rag.library.db import schema
from rag.library.db.queries import LedgerQueries, batches

ASKED_FOLDERS = "asked_folders"  # key of meta: JSON, folder -> questions it had to do with while it waited
_NO_VECTOR = ~sa.exists().where(schema.vectors.c.text_hash == schema.chunks.c.text_hash)


class PendingQueries(LedgerQueries):
    """Queries for the chunks without vectors. Thread-safe."""

    def pending(self) -> PendingVectors:
        """Return which documents wait for vectors."""
        waiting = sa.select(schema.chunks.c.document_id, schema.chunks.c.text_hash).where(_NO_VECTOR)
        counted = sa.select(sa.func.count()).select_from(schema.chunks)
        with self._engine.connect() as db:
            rows = db.execute(waiting).all()
            documents = frozenset(row.document_id for row in rows)
            chunks = sum(
                db.execute(counted.where(schema.chunks.c.document_id.in_(some))).scalar_one()
                for some in batches(sorted(documents))
            )
        return PendingVectors(documents, chunks, len({row.text_hash for row in rows}))

    def next_texts(self, most: int, skip: Collection[str] = ()) -> PendingTexts:
        """Return up to ``most`` texts without vectors, but none of those hashes.

        The folders that were asked about come first, then what was stored first.
        """
        columns = schema.documents.c
        waiting = sa.select(schema.chunks.c.document_id).where(_NO_VECTOR)
        query = sa.select(columns.id).where(columns.id.in_(waiting))
        found: dict[str, str] = {}
        source = ""
        with self._engine.connect() as db:
            asked = asked_folders(db)
            ids = list(db.execute(query.order_by(columns.ingested_at, columns.size, columns.id)).scalars())
            records = self.records_of(ids)
            rows = [records[each] for each in ids if each in records]
            for row in sorted(rows, key=lambda row: -asked[folder_of(row.root, row.path)]):
                own = schema.chunks.c.document_id == row.id
                pieces = db.execute(sa.select(schema.chunks).where(own, _NO_VECTOR).order_by("ordinal")).mappings()
                new = {piece["text_hash"]: piece for piece in pieces if piece["text_hash"] not in skip}
                source = source or (row.source if new else "")
                for key, piece in new.items():
                    if len(found) == most:
                        return PendingTexts(found, source)
                    found[key] = schema.chunk(piece).embedding_text
        return PendingTexts(found, source)

    def documents_with(self, text_hashes: Collection[str]) -> list[str]:
        """Return the ids of the documents that have chunks of these texts."""
        found: set[str] = set()
        with self._engine.connect() as db:
            for some in batches(sorted(text_hashes)):
                found.update(row.document_id for row in db.execute(_with_texts(some)))
        return sorted(found)

    def _whole_of(self, db: sa.Connection, text_hashes: Sequence[str]) -> list[str]:
        """Return the ids of the documents that have chunks of these texts and wait for no vector."""
        whole: set[str] = set()
        for some in batches(text_hashes):
            touched = _with_texts(some)
            waiting = sa.select(schema.chunks.c.document_id).where(schema.chunks.c.document_id.in_(touched), _NO_VECTOR)
            rows = db.execute(touched.where(schema.chunks.c.document_id.not_in(waiting)))
            whole.update(row.document_id for row in rows)
        return sorted(whole)


def _with_texts(text_hashes: Sequence[str]) -> sa.Select[Any]:
    return sa.select(schema.chunks.c.document_id).where(schema.chunks.c.text_hash.in_(text_hashes)).distinct()


def asked_folders(db: sa.Connection) -> Counter[str]:
    """Return how many questions each folder had to do with; none where that cannot be read."""
    held = db.execute(sa.select(schema.meta.c.value).where(schema.meta.c.key == ASKED_FOLDERS)).scalar()
    try:
        return Counter({str(folder): int(count) for folder, count in json.loads(held or "{}").items()})
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Counter()


def folder_of(root: str, path: str) -> str:
    """Return the folder of a document, by its root and its path there."""
    return str(PurePath(root, path).parent)
