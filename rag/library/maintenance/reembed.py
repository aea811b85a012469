"""Replaces a library's vectors with another embedder's.

They are gathered next to the old ones, batch by batch, so that an interrupted run resumes where it was; the library
answers with the old ones until all are there, and then switches in one transaction. Nothing is parsed: documents are
chunked again from the ledger's text, as an ingest chunks them now. So a library that an earlier version chunked gets
today's blocks, whichever embedder it has.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from rag.errors import LibraryError
from rag.interfaces import Embedder
from rag.library.db import checks, schema
from rag.library.db.ledger import Ledger, card_rows
from rag.library.db.queries import text_hash
from rag.library.locks import WriteLock
from rag.messages import Message
from rag.settings import LEDGER_FILE
from rag.types import Chunk, Document

_REEMBED_BATCH = 32  # texts embedded at once
_MAX_RECUT_BYTES = 2**30  # of one document's chunks as JSON
_KEYS_PER_QUERY = 500  # keys in one IN (...)

# Of a document, its id and its path; None where it cannot be split: it keeps the chunks that it has.
Chunker = Callable[[Document, str, str], list[Chunk] | None]


@dataclass(frozen=True, slots=True)
class ReembedReport:
    """The result: documents and texts embedded in this run, documents whose chunks were cut again."""

    before: str  # name of the previous embedder
    now: str
    documents: int = 0
    texts: int = 0
    recut: int = 0
    stopped: bool = False  # before the end: what was done is kept, and the next run resumes there


@dataclass(frozen=True, slots=True)
class ReembedProgress:
    """Progress: documents done and in all, the share of their chunks, and the estimated seconds left.

    The estimate is by the time per chunk since the run began; None before the first batch.
    """

    done: int
    total: int
    share: float = 0.0
    seconds_left: float | None = None
    source: str = ""  # of the current document


def reembed(
    folder: Path,
    embedder: Embedder,
    chunker: Chunker,
    *,
    wait: float = 0.0,
    progress: Callable[[ReembedProgress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> ReembedReport:
    """Change the library in ``folder`` to this embedder.

    ``chunker`` splits a document into chunks that fit it; ``progress`` is called after each batch; ``stop`` is asked
    before each, and ends the run early. The indexes follow when the library is opened next. Raises LibraryBusyError
    where another process holds the write lock.
    """
    with WriteLock(folder).hold(wait):
        ledger = Ledger.open(folder / LEDGER_FILE, None)
        try:
            run = _ReembedRun(ledger, embedder, chunker, progress or (lambda _: None), stop or (lambda: False))
            before = ledger.embedder.name
            if card_rows(ledger.embedder) == card_rows(embedder.card) and not run.has_new_chunking():
                return ReembedReport(before, embedder.card.name)
            run.begin()
            while not (stopped := run.stopped) and not run.switch():
                run.gather()
            return ReembedReport(before, embedder.card.name, run.documents, run.texts, run.recut, stopped)
        finally:
            ledger.close()


def unfinished_notice(ledger: Ledger) -> str:
    """Return a sentence on an unfinished re-embedding, or ""."""
    name, done = unfinished_state(ledger)
    if not name:
        return ""
    return Message(
        "re-embedding with {model} has begun ({documents} documents); continue: oaken reembed --embedder {model}",
        model=name,
        documents=done,
    )


def unfinished_state(ledger: Ledger) -> tuple[str, int]:
    """Return the embedder of an unfinished re-embedding and its documents done; ("", 0) for none."""
    with ledger.engine.connect() as db:
        name = db.execute(sa.select(schema.meta.c.value).where(schema.meta.c.key == "next_embedder")).scalar()
        if name is None:
            return "", 0
        return name, db.execute(sa.select(sa.func.count()).select_from(schema.next_documents)).scalar_one()


@dataclass
class _Chunks:
    """Counts of chunks: of all documents, of those done, and those embedded in this run."""

    total: int = 0
    done: int = 0
    new: int = 0


class _ReembedRun:
    def __init__(
        self,
        ledger: Ledger,
        embedder: Embedder,
        chunker: Chunker,
        on_progress: Callable[[ReembedProgress], None],
        stop: Callable[[], bool],
    ) -> None:
        self._ledger, self._embedder, self._chunker, self._on_progress, self._stop = (
            ledger,
            embedder,
            chunker,
            on_progress,
            stop,
        )
        self._insert = ledger.database.insert
        self._started = time.monotonic()
        self._progress = ReembedProgress(0, 0)
        self._chunks = _Chunks()
        self.documents = self.texts = self.recut = 0

    @property
    def stopped(self) -> bool:
        """Whether it is to end before all documents are done."""
        return self._stop()

    def has_new_chunking(self) -> bool:
        """Tell whether a document is held in other chunks than it would be cut into now.

        Those whose chunks have their path as context are not.
        """
        bare = sa.select(schema.chunks.c.document_id).where(schema.chunks.c.context == "").distinct()
        with self._ledger.engine.connect() as db:
            ids = db.execute(bare).scalars().all()
        return any(self._rechunk(ident) != self._ledger.chunks_of(ident) for ident in ids)

    def _rechunk(self, document_id: str) -> list[Chunk]:
        document, record = self._ledger.document(document_id), self._ledger.record(document_id)
        if document is None or record is None:
            return []
        chunks = self._chunker(document, document_id, record.path)
        return self._ledger.chunks_of(document_id) if chunks is None else chunks

    def begin(self) -> None:
        """Keep what an earlier run with the same embedder gathered; drop another one's."""
        next_card = {f"next_{key}": value for key, value in card_rows(self._embedder.card).items()}
        with self._ledger.transaction() as db:
            begun = sa.select(schema.meta).where(schema.meta.c.key.startswith("next_", autoescape=True))
            if {row.key: row.value for row in db.execute(begun)} != next_card:
                _drop(db)
                db.execute(sa.insert(schema.meta), [{"key": key, "value": value} for key, value in next_card.items()])

    def gather(self) -> None:
        """Gather the vectors of all documents that were not embedded as they are now, until it is stopped."""
        counted = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(schema.documents.c.chunks), 0))
        with self._ledger.engine.connect() as db:
            total, chunks = db.execute(counted.where(schema.documents.c.chunks > 0)).one()
            waiting = db.execute(_waiting()).all()
        self._chunks.total, self._chunks.done = chunks, chunks - sum(row.chunks for row in waiting)
        for done, row in enumerate(waiting, total - len(waiting)):
            self._progress = ReembedProgress(done, total, source=row.source)
            before = self._chunks.done
            if not self._embed(row.id):
                return
            self._chunks.done = before + row.chunks
            self._progress = replace(self._progress, done=done + 1)
            self._report_progress()

    def _report_progress(self, new: int = 0) -> None:
        self._chunks.done += new
        self._chunks.new += new
        done, total = min(self._chunks.done, self._chunks.total), max(self._chunks.total, 1)
        left = (total - done) * (time.monotonic() - self._started) / self._chunks.new if self._chunks.new else None
        self._on_progress(replace(self._progress, share=done / total, seconds_left=left))

    def _embed(self, document_id: str) -> bool:
        """Gather the vectors of one document, batch by batch; return False where it was stopped before the last."""
        number = self._last_change(document_id)
        chunks, chunker = self._ledger.chunks_of(document_id), self._rechunk(document_id)
        if not chunker:  # it was removed meanwhile
            return True
        packed: bytes | None = None
        if chunker != chunks:
            chunks = chunker
            rows = [schema.chunk_row(chunk, text_hash(chunk.embedding_text)) for chunk in chunks]
            packed = checks.packed(rows)
            self.recut += 1
        texts = {text_hash(chunk.embedding_text): chunk.embedding_text for chunk in chunks}
        new = sorted(texts.keys() - self._gathered(list(texts)), key=lambda key: len(texts[key]))
        for at in range(0, len(new), _REEMBED_BATCH):
            if self._stop():
                return False
            keys = new[at : at + _REEMBED_BATCH]
            made = self._embedder.embed_documents([texts[key] for key in keys])
            vectors = [
                {"text_hash": key, "vector": np.asarray(vector, dtype="<f4").tobytes()}
                for key, vector in zip(keys, made, strict=True)
            ]
            with self._ledger.transaction() as db:
                db.execute(self._insert(schema.next_vectors).on_conflict_do_nothing(), vectors)
            self.texts += len(keys)
            self._report_progress(len(keys))
        row = {"document_id": document_id, "number": number, "chunks": packed}
        done = self._insert(schema.next_documents).on_conflict_do_update(index_elements=["document_id"], set_=row)
        with self._ledger.transaction() as db:
            db.execute(done, row)
        self.documents += 1
        return True

    def switch(self) -> bool:
        """Switch to the new vectors, all at once; return False, with nothing changed, where a document still waits."""
        with self._ledger.transaction() as db:
            if db.execute(_waiting().limit(1)).first() is not None:
                return False
            chunker = sa.select(schema.next_documents).where(schema.next_documents.c.chunks.is_not(None))
            present = {row.id for row in db.execute(sa.select(schema.documents.c.id))}
            for row in db.execute(chunker).all():
                if row.document_id in present:
                    rows = checks.unpacked(row.chunks, "next_documents", "chunks", _MAX_RECUT_BYTES)
                    _recut(db, row.document_id, rows)
            db.execute(sa.delete(schema.vectors))
            used = schema.next_vectors.c.text_hash.in_(sa.select(schema.chunks.c.text_hash))
            columns = ["text_hash", "vector"]
            db.execute(sa.insert(schema.vectors).from_select(columns, sa.select(schema.next_vectors).where(used)))
            bare = schema.chunks.c.text_hash.not_in(sa.select(schema.vectors.c.text_hash))
            if db.execute(sa.select(schema.chunks.c.id).where(bare).limit(1)).first() is not None:
                raise LibraryError(Message("A chunk has no new vector: nothing was changed."), "oaken doctor")
            _drop(db)
            for key, value in card_rows(self._embedder.card).items():
                db.execute(sa.update(schema.meta).where(schema.meta.c.key == key).values(value=value))
            # Every document has changed, and no index of the old vectors may resume where it was.
            db.execute(sa.delete(schema.changes))
            if present:
                rows = [{"document_id": each, "token": secrets.token_hex(8)} for each in sorted(present)]
                db.execute(sa.insert(schema.changes), rows)
        return True

    def _gathered(self, keys: Sequence[str]) -> set[str]:
        found: set[str] = set()
        with self._ledger.engine.connect() as db:
            for at in range(0, len(keys), _KEYS_PER_QUERY):
                some = schema.next_vectors.c.text_hash.in_(keys[at : at + _KEYS_PER_QUERY])
                found.update(db.execute(sa.select(schema.next_vectors.c.text_hash).where(some)).scalars())
        return found

    def _last_change(self, document_id: str) -> int:
        with self._ledger.engine.connect() as db:
            return int(db.execute(_last(sa.literal(document_id))).scalar_one())


def _last(document_id: sa.ColumnElement[str]) -> sa.Select[Any]:
    number = sa.func.coalesce(sa.func.max(schema.changes.c.number), 0)
    return sa.select(number).where(schema.changes.c.document_id == document_id)


def _waiting() -> sa.Select[tuple[str, str, int]]:
    """Select documents with chunks that were not embedded since their last change."""
    done = sa.select(schema.next_documents.c.document_id).where(
        schema.next_documents.c.document_id == schema.documents.c.id,
        schema.next_documents.c.number == _last(schema.documents.c.id).correlate(schema.documents).scalar_subquery(),
    )
    columns = schema.documents.c.id, schema.documents.c.source, schema.documents.c.chunks
    return sa.select(*columns).where(schema.documents.c.chunks > 0, ~done.exists())


def _recut(db: sa.Connection, document_id: str, rows: list[dict[str, object]]) -> None:
    db.execute(sa.delete(schema.chunks).where(schema.chunks.c.document_id == document_id))
    db.execute(sa.insert(schema.chunks), rows)
    db.execute(sa.update(schema.documents).where(schema.documents.c.id == document_id).values(chunks=len(rows)))


def _drop(db: sa.Connection) -> None:
    for table in (schema.next_documents, schema.next_vectors):
        db.execute(sa.delete(table))
    db.execute(sa.delete(schema.meta).where(schema.meta.c.key.startswith("next_", autoescape=True)))
