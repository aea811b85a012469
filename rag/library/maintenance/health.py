"""A library's health: the ledger within itself, each follower against the ledger, the files they were read from, and
what lies in the folder. Changes nothing.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.errors import LibraryError
from rag.library.db.queries import text_hash
from rag.library.files import size_of
from rag.library.library import Library
from rag.library.locks import locked
from rag.library.maintenance.reembed import unfinished_notice
from rag.settings import CHATS_FILE, LEDGER_FILE
from rag.types import Chunk, FileRecord

LEFT_OVER = "left over"
_FILES_NAMED = 3  # files named in a line
_CHECKED_CHUNKS = 50_000  # chunks looked for in the word index; of more, a sample spread over all
_LIBRARY_PARTS = {  # what a library's folder holds
    LEDGER_FILE: "ledger", f"{LEDGER_FILE}-wal": "ledger", f"{LEDGER_FILE}-shm": "ledger",
    CHATS_FILE: "conversations", f"{CHATS_FILE}-wal": "conversations", f"{CHATS_FILE}-shm": "conversations",
    "words": "word index", "words.json": "word index", "vectors": "Chroma", "vectors.json": "Chroma",
    "server.json": "Chroma", "uploads": "uploads",
    "write.lock": "", "words.lock": "", "vectors.lock": "", "turn.lock": "", "turn.json": "",
    "notices.json": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One line of a library's health."""

    name: str
    ok: bool
    detail: str
    remark: bool = False  # nothing is damaged, yet a person may want to do something about it


def check(library: Library) -> list[HealthCheck]:
    """All checks of a library that could be opened."""
    return [
        _ledger(library),
        _words(library),
        _chroma(library),
        _files(library.records()),
        _space(library),
    ]


def _ledger(library: Library) -> HealthCheck:
    records = library.records()
    try:
        state = library.ledger.integrity()
        faults = list(_faults(library, records)) if state == "ok" else []
    except LibraryError as error:
        return HealthCheck("ledger", False, error.message)
    detail = f"{len(records)} documents, {library.ledger.size()} chunks; {state}"
    begun = unfinished_notice(library.ledger)
    if begun:
        detail = f"{detail}; {begun}"
    if faults:
        detail = f"{detail}, but {len(faults)} documents are damaged: {'; '.join(faults[:_FILES_NAMED])}"
    return HealthCheck("ledger", state == "ok" and not faults, detail)


def _faults(library: Library, records: list[FileRecord]) -> Iterator[str]:
    """Documents that are not what was filed: each chunk is its text's, its hash its own, its vector there and of
    length one."""
    for record in records:
        fault = document_fault(library, record)
        if fault:
            yield f"{record.source} ({fault})"


def document_fault(library: Library, record: FileRecord) -> str:
    """What is wrong with a document in the ledger, or ""."""
    chunks, document = library.ledger.chunks_of(record.id), library.ledger.document(record.id)
    if len(chunks) != record.chunks:
        return f"{len(chunks)} chunks of {record.chunks}"
    if not chunks:
        return ""
    if document is None or any(document.text[chunk.start : chunk.end] != chunk.text for chunk in chunks):
        return "its chunks are not its text's"
    hashes = library.ledger.hashes_of(record.id)
    if hashes != {chunk.id: text_hash(chunk.embedding_text) for chunk in chunks}:
        return "a chunk is not what was filed"
    ids, vectors = library.ledger.vectors_of(record.id)
    if len(ids) != len(chunks) or vectors.shape[1] != library.embedder.dimension:
        return "a vector is missing"
    if not np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3):  # NaN is not close to anything
        return "a vector is not of length one"
    return ""


def _words(library: Library) -> HealthCheck:
    truth, name = library.ledger.chunk_ids(), "word index"
    with contextlib.suppress(LibraryError):
        compared = _compare(name, truth, library.words.ids())
        if not compared.ok:
            return compared
        step = max(1, len(truth) // _CHECKED_CHUNKS)
        looked, lost = 0, 0
        for at, some in enumerate(_chunks(library)):
            if at % step == 0:
                looked += len(some)
                lost += len(library.words.lost(some))
        if lost:
            return HealthCheck(name, False, f"{lost} of {looked} chunks are not found by their own words")
        share = "each" if looked == len(truth) else f"{looked} of them"
        return HealthCheck(
            name, True, f"{compared.detail}, {share} found by its own words" if truth else compared.detail
        )
    return HealthCheck(name, False, "it cannot be read; it is rebuilt before the next search")


def _chroma(library: Library) -> HealthCheck:
    name, truth = library.chroma.name, library.ledger.size()
    if not truth and library.chroma.state.read().generation == 0:
        return HealthCheck(name, True, "nothing to hold yet")
    try:
        with locked(library.folder / "vectors.lock", 10.0):
            found = library.chroma.compare(library.ledger)
    except LibraryError as error:
        return HealthCheck(name, False, f"{error.message} The exact scan answers meanwhile")
    if found.missing or found.extra:
        return HealthCheck(name, False, f"{found.missing} chunks missing, {found.extra} too many")
    if found.lost:
        return HealthCheck(name, False, f"{len(found.lost)} of {found.looked} chunks are not found by their own vector")
    return HealthCheck(name, True, f"{found.held} chunks, the same as the ledger, each found by its own vector")


def _files(records: list[FileRecord]) -> HealthCheck:
    """The files themselves: told, and no damage of the library's."""
    found: dict[str, list[str]] = {"missing": [], "changed since they were read": [], "unreadable": []}
    away = {root for root in {record.root for record in records} if not Path(root).is_dir()}
    for record in records:
        if record.root in away:
            continue
        path = Path(record.root, record.path)
        try:
            stat = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            found["missing"].append(record.source)
            continue
        except OSError:
            found["unreadable"].append(record.source)
            continue
        if (stat.st_size, stat.st_mtime_ns) != (record.stamp.size, record.stamp.mtime_ns):
            found["changed since they were read"].append(record.source)
        elif not os.access(path, os.R_OK):
            found["unreadable"].append(record.source)
    parts = [f"{len(names)} {what}: {_some(names)}" for what, names in found.items() if names]
    lost = Counter(record.root for record in records if record.root in away)
    parts += [f"the folder {root} is not there ({count} documents)" for root, count in sorted(lost.items())]
    if not parts:
        return HealthCheck("files", True, f"all {len(records)} are as they were read" if records else "none yet")
    return HealthCheck("files", True, f"{'; '.join(parts)}. What is held of them can still be cited", remark=True)


def space(library: Library) -> dict[str, int]:
    """Bytes that each part of a library takes on disk, by name; "" is what locks take, "left over" what is no part."""
    sizes: Counter[str] = Counter()
    for path in library.folder.iterdir():
        sizes[_LIBRARY_PARTS.get(path.name, LEFT_OVER)] += size_of(path)
    return dict(sizes)


def _space(library: Library) -> HealthCheck:
    sizes = space(library)
    extra = [size_of(path) for path in library.leftovers()]
    parts = [f"{name} {_bytes(size)}" for name, size in sorted(sizes.items()) if name and name != LEFT_OVER]
    detail = f"{_bytes(sum(sizes.values()))}: {', '.join(parts)}"
    if extra:
        detail += f"; {len(extra)} left over from interrupted work ({_bytes(sum(extra))}): oaken doctor --repair"
    kept = sorted(path.name for path in library.folder.glob("*.damaged-*"))
    if kept:
        detail += f"; kept from a repair: {', '.join(kept)}"
    return HealthCheck("space", True, detail, remark=bool(extra))


def _chunks(library: Library) -> Iterator[list[Chunk]]:
    for record in library.records():
        yield library.ledger.chunks_of(record.id)


def _compare(name: str, truth: set[str], held: set[str]) -> HealthCheck:
    missing, extra = len(truth - held), len(held - truth)
    if missing or extra:
        return HealthCheck(name, False, f"{missing} chunks missing, {extra} too many")
    return HealthCheck(name, True, f"{len(held)} chunks, the same as the ledger")


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:_FILES_NAMED])
    return f"{shown} …" if len(names) > _FILES_NAMED else shown


def _bytes(size: int) -> str:
    for unit in ("bytes", "kB", "MB"):
        if size < 1_000:
            return f"{size:.0f} {unit}"
        size = round(size / 1_000)
    return f"{size} GB"
