"""Salvages a damaged ledger into a new one; the original is kept aside, whole.

Documents are saved whole or not at all: every chunk, its place in the text and its hash must agree. Of the others the
record stays, marked as failed, so that the next ingest reads their files again. A damaged vector is
made again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import DamagedRowError, LibraryError, OakenError
from rag.interfaces import EmbedderCard, Vector
from rag.library.db import checks, schema, sqlite
from rag.library.db.ledger import RESTORED_ROOTS, Ledger
from rag.library.db.queries import text_hash
from rag.library.locks import RESTORED_PART, WriteLock
from rag.messages import Message
from rag.settings import LEDGER_FILE
from rag.types import Element, Outcome

_ROWS_PER_READ = 256  # rows read together; fewer where the file is damaged
_MAX_ROWS_SKIPPED = 1 << 20  # rows skipped at most to get past a damaged page


@dataclass(frozen=True, slots=True)
class SalvageReport:
    """The result: documents saved, documents to be read again, and where the original lies."""

    saved: int
    lost: int
    original: Path


def is_damaged(path: Path) -> bool:
    """Tell whether SQLite finds fault with the file, or a row holds what it cannot hold."""
    if not path.exists():
        return False
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=30.0)) as db:
            if db.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                return True
        return _has_damaged_row(path)
    except sqlite3.OperationalError:
        return False  # busy, or no read permission: nothing is known
    except sqlite3.DatabaseError:
        return True


def _has_damaged_row(path: Path) -> bool:
    """Tell whether one of the rows that become types does not. False where the ledger cannot be opened as it is."""
    try:
        ledger = Ledger.open(path, None)
    except DamagedRowError:
        return True
    except LibraryError:
        return False
    try:
        for record in ledger.records():
            ledger.chunks_of(record.id)
            ledger.document(record.id)
            ledger.vectors_of(record.id)
    except DamagedRowError:
        return True
    except LibraryError:
        return False
    finally:
        ledger.close()
    return False


def salvage(folder: Path, embedder: EmbedderCard) -> SalvageReport:
    """Replace a damaged ledger with a new one. Raises LibraryError, and leaves everything as it was then."""
    path = folder / LEDGER_FILE
    with WriteLock(folder).hold(5.0):
        scratch = Path(tempfile.mkdtemp(dir=folder, prefix=RESTORED_PART))
        try:
            copy = scratch / "damaged"
            for suffix in ("", "-wal"):
                if (source := path.with_name(path.name + suffix)).exists():
                    shutil.copyfile(source, copy.with_name(copy.name + suffix))
            saved, lost = _refill(copy, scratch / LEDGER_FILE, embedder)
            aside = _set_aside(path)
            (scratch / LEDGER_FILE).replace(path)
            return SalvageReport(saved, lost, aside)
        except OSError as error:
            raise LibraryError(
                Message("The ledger {path} cannot be saved: {error}.", path=path, error=error.strerror or error),
                Message("Free some space, then run it again."),
            ) from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _refill(damaged: Path, fresh: Path, embedder: EmbedderCard) -> tuple[int, int]:
    with contextlib.closing(sqlite3.connect(damaged)) as db:
        db.text_factory = lambda raw: raw.decode(errors="surrogateescape")
        meta = {row["key"]: row["value"] for row in _rows(db, "meta")}
        with contextlib.suppress(KeyError, ValueError):
            embedder = replace(
                embedder,
                name=meta["embedder"],
                dimension=int(meta["dimension"]),
                document_prefix=meta.get("document_prefix") or "",
            )
        ledger = Ledger.open(fresh, embedder)
        try:
            counted = _move(db, ledger)
            ledger.set_restored_roots(_restored_roots(meta, ledger))
            return counted
        finally:
            ledger.close()


def _restored_roots(meta: dict[str, Any], ledger: Ledger) -> frozenset[str]:
    """Return the folders that came with a backup; all folders where that can no longer be read."""
    stored = meta.get(RESTORED_ROOTS)
    try:
        return frozenset(checks.section(stored, "meta")) if stored is not None else frozenset()
    except DamagedRowError:
        return frozenset(record.root for record in ledger.records())


def _move(db: sqlite3.Connection, ledger: Ledger) -> tuple[int, int]:
    vectors = {row["text_hash"]: row["vector"] for row in _rows(db, "vectors")}
    chunks: dict[str, list[Any]] = defaultdict(list)
    for row in _rows(db, "chunks"):
        chunks[str(row["document_id"])].append(row)
    elements: dict[str, list[Any]] = defaultdict(list)
    for row in _rows(db, "elements"):
        elements[str(row["document_id"])].append(row)
    saved = lost = 0
    for row in _rows(db, "documents"):
        whole = _document(row, chunks.get(str(row["id"]), []), elements.get(str(row["id"]), []), vectors, ledger)
        saved, lost = saved + whole, lost + (not whole)
    for row in _rows(db, "tags"):
        with contextlib.suppress(OakenError, KeyError):
            document_id, tag = schema.tag(row)
            if ledger.record(document_id) is not None:
                ledger.tag([document_id], [tag])
    return saved, lost


def _document(
    row: dict[str, Any], chunks: list[Any], elements: list[Any], vectors: dict[str, bytes], ledger: Ledger
) -> bool:
    """Store a document in the new ledger, whole or as one to be read again; return whether it was whole."""
    try:
        places = {key: _path(row[key]) for key in ("source", "root", "path")}
        record = schema.record({**{c.name: row[c.name] for c in schema.record_columns if c.name in row}, **places})
    except (OakenError, ValueError, KeyError, TypeError):
        return False
    try:
        pieces = sorted((schema.chunk(each) for each in chunks), key=lambda c: c.ordinal)
        keys = [text_hash(piece.embedding_text) for piece in pieces]
        made = {
            key: vector for key in keys if (vector := _vector(vectors.get(key), ledger.embedder.dimension)) is not None
        }
        text = row["text"]
        fits = (
            len(pieces) == record.chunks
            and {each["id"]: each["text_hash"] for each in chunks}
            == dict(zip([p.id for p in pieces], keys, strict=True))
            and all(text[piece.start : piece.end] == piece.text for piece in pieces)
        )
        if fits and text is None:
            ledger.store_without_text(record)
            return True
        parts = sorted((schema.element(each) for each in elements), key=lambda e: e.start)
        if fits and all(_covered(parts, place) for piece in pieces for place in (piece.start, piece.end - 1)):
            document = schema.document({"links": None, "lines": None} | row, parts)
            ledger.replace(record, document, pieces)
            ledger.add_vectors(made)
            return True
    except (OakenError, ValueError, KeyError, TypeError, IndexError):
        pass
    reason = Message("the ledger was damaged; it is read again by the next ingest")
    with contextlib.suppress(OakenError, ValueError, TypeError):
        ledger.store_without_text(replace(record, outcome=Outcome.FAILED, reason=reason, chunks=0))
    return False


def _vector(held: Any, dimension: int) -> Vector | None:
    """Return a stored vector, or None where it is none: its text is embedded again."""
    try:
        vector = checks.vector(held, dimension)
    except DamagedRowError:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        return vector if bool(np.isclose(vector @ vector, 1.0, atol=2e-3)) else None


def _covered(parts: list[Element], place: int) -> bool:
    at = bisect_right(parts, place, key=lambda part: part.start) - 1
    return at >= 0 and place < parts[at].end


def _path(value: Any) -> str:
    return value.decode(errors="surrogateescape") if isinstance(value, bytes) else str(value)


def _rows(db: sqlite3.Connection, table: str) -> Iterator[dict[str, Any]]:
    """Yield every row that can still be read, in the order of the file; damaged pages are skipped."""
    last, many, skip = -1, _ROWS_PER_READ, 1
    while True:
        try:
            cursor = db.execute(
                f"SELECT rowid AS _place, * FROM {table} NOT INDEXED WHERE rowid > ? ORDER BY rowid LIMIT ?",
                (last, many),
            )
            names = [column[0] for column in cursor.description]
            found = cursor.fetchall()
        except sqlite3.DatabaseError:
            if many > 1:
                many //= 4
                continue
            last, skip = last + skip, skip * 2
            if skip > _MAX_ROWS_SKIPPED:
                return
            continue
        if not found:
            return
        for values in found:
            row = dict(zip(names, values, strict=True))
            last = row.pop("_place")
            yield row
        many, skip = min(_ROWS_PER_READ, many * 4), 1


def _set_aside(path: Path) -> Path:
    """Give the damaged files another name; until a new ledger replaces it, the old one keeps its own too."""
    aside = sqlite.free_aside(path)
    for suffix in ("", "-wal"):
        source = path.with_name(path.name + suffix)
        if source.exists():
            os.link(source, aside.with_name(aside.name + suffix))
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return aside
