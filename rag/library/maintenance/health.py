"""A library's health: the ledger itself, each index against the ledger, the source files, and the folder's contents.

Repairs nothing; a check of Chroma's index notes its files' fingerprints, as every opening does.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.errors import DamagedRowError, LibraryError
from rag.library.db.queries import text_hash
from rag.library.files import size_of
from rag.library.library import Library
from rag.library.locks import locked
from rag.library.maintenance.reembed import unfinished_notice
from rag.messages import Message, joined, marked, some_names
from rag.settings import CHATS_FILE, LEDGER_FILE, LEDGER_LINK
from rag.types import Chunk, FileRecord, is_elsewhere

LEFT_OVER = "left over"
_MISSING = marked("{number} missing: {files}")
_CHANGED = marked("{number} changed since they were read: {files}")
_UNREADABLE = marked("{number} unreadable: {files}")
_FILES_NAMED = 3  # files named in a line
_CHECKED_CHUNKS = 50_000  # chunks looked for in the word index; of more, a sample spread over all
_LIBRARY_PARTS = {  # what a library's folder holds
    LEDGER_FILE: marked("ledger"), f"{LEDGER_FILE}-wal": "ledger", f"{LEDGER_FILE}-shm": "ledger",
    CHATS_FILE: marked("conversations"), f"{CHATS_FILE}-wal": "conversations", f"{CHATS_FILE}-shm": "conversations",
    "words": marked("word index"), "words.json": "word index", "vectors": "Chroma", "vectors.json": "Chroma",
    "server.json": "Chroma", "uploads": marked("uploads"),
    "write.lock": "", "words.lock": "", "vectors.lock": "", "turn.lock": "", "turn.json": "",
    "notices.json": "", "folders.json": "", "folders.lock": "", LEDGER_LINK: "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One line of a library's health."""

    name: str
    ok: bool
    detail: str
    remark: bool = False  # nothing is damaged, yet a person may want to do something about it
    note: str = ""  # of the detail, what no figure shows


def check(library: Library) -> list[HealthCheck]:
    """Run all checks of a library that could be opened."""
    try:
        records = library.records()
    except DamagedRowError as error:  # nothing else can be said while its documents cannot be told apart
        return [HealthCheck("ledger", False, error.message), _space(library)]
    return [_ledger(library, records), _words(library), _chroma(library), _files(records), _space(library)]


def _ledger(library: Library, records: list[FileRecord]) -> HealthCheck:
    try:
        state = library.ledger.integrity()
        faults = list(_faults(library, records)) if state == "ok" else []
    except LibraryError as error:
        return HealthCheck("ledger", False, error.message)
    detail: str = Message(
        "{count} documents, {size} chunks; {state}", count=len(records), size=library.ledger.size(), state=state
    )
    waiting = library.pending().texts
    note = Message("{number} chunks wait for their vectors: oaken ingest", number=waiting) if waiting else ""
    detail = joined("; ", (detail, note, unfinished_notice(library.ledger)))
    if faults:
        detail = Message(
            "{state}, but {number} documents are damaged: {what}",
            state=detail,
            number=len(faults),
            what=joined("; ", faults[:_FILES_NAMED]),
        )
    return HealthCheck("ledger", state == "ok" and not faults, detail, remark=bool(waiting), note=note)


def _faults(library: Library, records: list[FileRecord]) -> Iterator[str]:
    """Yield documents that differ from what was stored: wrong chunks or hashes, missing or unnormalised vectors."""
    for record in records:
        fault = document_fault(library, record)
        if fault:
            yield Message("{source} ({fault})", source=record.source, fault=fault)


def document_fault(library: Library, record: FileRecord) -> str:
    """Return what is wrong with a document in the ledger, or ""."""
    try:
        return _fault(library, record)
    except DamagedRowError as error:
        return error.message


def _fault(library: Library, record: FileRecord) -> str:
    chunks, document = library.ledger.chunks_of(record.id), library.ledger.document(record.id)
    if len(chunks) < record.chunks:
        return Message("only {chunks} of its {number} chunks are there", chunks=len(chunks), number=record.chunks)
    if len(chunks) > record.chunks:
        return Message("it has {chunks} chunks instead of {number}", chunks=len(chunks), number=record.chunks)
    if not chunks:
        return ""
    if document is None or any(document.text[chunk.start : chunk.end] != chunk.text for chunk in chunks):
        return Message("its chunks do not match its text")
    hashes = library.ledger.hashes_of(record.id)
    if hashes != {chunk.id: text_hash(chunk.embedding_text) for chunk in chunks}:
        return Message("a chunk differs from what was stored")
    ids, vectors = library.ledger.vectors_of(record.id)
    if not ids:  # its chunks wait for their vectors
        return ""
    if vectors.shape[1] != library.embedder.dimension:
        return Message("a vector is of another embedder")
    if not np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3):  # NaN is not close to anything
        return Message("a vector does not have length one")
    return ""


def _words(library: Library) -> HealthCheck:
    truth, name = library.ledger.chunk_ids(), "word index"
    try:
        return _compare_words(library, name, truth)
    except DamagedRowError as error:
        return HealthCheck(name, False, error.message)
    except LibraryError:
        return HealthCheck(name, False, Message("it cannot be read; it is rebuilt before the next search"))


def _compare_words(library: Library, name: str, truth: set[str]) -> HealthCheck:
    compared = _compare(name, truth, library.words.ids())
    if not compared.ok:
        return compared
    step = max(1, len(truth) // _CHECKED_CHUNKS)
    looked, lost = 0, 0
    for at, some in enumerate(_chunks(library)):
        if at % step == 0:
            looked += len(some)
            lost += len(library.words.unfindable(some))
    if lost:
        return HealthCheck(
            name,
            False,
            Message("{lost} of {looked} chunks are not found by their own words", lost=lost, looked=looked),
        )
    share = Message("each") if looked == len(truth) else Message("{number} of them", number=looked)
    return HealthCheck(
        name,
        True,
        Message("{what}, {which} found by its own words", what=compared.detail, which=share)
        if truth
        else compared.detail,
    )


def _chroma(library: Library) -> HealthCheck:
    name, truth = library.chroma.name, library.ledger.size()
    if not truth and library.chroma.state.read().generation == 0:
        return HealthCheck(name, True, Message("nothing to hold yet"))
    try:
        with locked(library.folder / "vectors.lock", 10.0):
            found = library.chroma.compare(library.ledger)
    except LibraryError as error:
        return HealthCheck(name, False, Message("{message} The exact scan answers meanwhile", message=error.message))
    if found.missing or found.extra:
        return HealthCheck(
            name, False, Message("{missing} chunks missing, {extra} too many", missing=found.missing, extra=found.extra)
        )
    if found.lost:
        return HealthCheck(
            name,
            False,
            Message(
                "{lost} of {looked} chunks are not found by their own vector", lost=len(found.lost), looked=found.looked
            ),
        )
    return HealthCheck(
        name, True, Message("{chunks} chunks, the same as the ledger, each found by its own vector", chunks=found.held)
    )


def _files(records: list[FileRecord]) -> HealthCheck:
    """Check the source files themselves: reported, though no damage of the library's."""
    found: dict[str, list[str]] = {_MISSING: [], _CHANGED: [], _UNREADABLE: []}
    away = {root for root in {record.root for record in records} if not is_elsewhere(root) and not Path(root).is_dir()}
    for record in records:
        if record.root in away or is_elsewhere(record.root):
            continue
        path = Path(record.root, record.path)
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            found[_MISSING].append(record.source)
            continue
        except OSError:
            found[_UNREADABLE].append(record.source)
            continue
        if not record.stamp.may_be_of(status):
            found[_CHANGED].append(record.source)
        elif not os.access(path, os.R_OK):
            found[_UNREADABLE].append(record.source)
    parts: list[str] = [
        Message(what, number=len(names), files=some_names(names, _FILES_NAMED))
        for what, names in found.items()
        if names
    ]
    lost = Counter(record.root for record in records if record.root in away)
    parts += [
        Message("the folder {folder} is not there ({documents} documents)", folder=root, documents=count)
        for root, count in sorted(lost.items())
    ]
    others = sum(is_elsewhere(record.root) for record in records)
    if others:
        parts.append(Message("{documents} documents are from folders of other machines", documents=others))
    if not parts:
        return HealthCheck(
            "files",
            True,
            Message("all {number} are unchanged since they were read", number=len(records))
            if records
            else Message("none yet"),
        )
    return HealthCheck(
        "files",
        True,
        Message("{parts}. The stored text can still be cited", parts=joined("; ", parts)),
        remark=True,
    )


def space(library: Library) -> dict[str, int]:
    """Return the bytes on disk of each part of a library, by name; "" is the locks', "left over" what is no part."""
    sizes: Counter[str] = Counter()
    for path in library.folder.iterdir():
        sizes[_LIBRARY_PARTS.get(path.name, LEFT_OVER)] += size_of(path)
    return dict(sizes)


def _space(library: Library) -> HealthCheck:
    sizes = space(library)
    extra = [size_of(path) for path in library.leftovers()]
    parts = [
        Message("{part} {size}", part=Message(name), size=_bytes(size))
        for name, size in sorted(sizes.items())
        if name and name != LEFT_OVER
    ]
    total = Message("{total}: {parts}", total=_bytes(sum(sizes.values())), parts=joined(", ", parts))
    notes: list[str] = []
    if extra:
        notes.append(
            Message(
                "{count} left over from interrupted work ({bytes}): oaken doctor --repair",
                count=len(extra),
                bytes=_bytes(sum(extra)),
            )
        )
    kept = sorted(path.name for path in library.folder.glob("*.damaged-*"))
    if kept:
        notes.append(Message("kept by a repair: {kept}", kept=", ".join(kept)))
    note = joined("; ", notes)
    return HealthCheck("space", True, joined("; ", (total, note)), remark=bool(extra), note=note)


def _chunks(library: Library) -> Iterator[list[Chunk]]:
    for record in library.records():
        yield library.ledger.chunks_of(record.id)


def _compare(name: str, truth: set[str], ledger_ids: set[str]) -> HealthCheck:
    missing, extra = len(truth - ledger_ids), len(ledger_ids - truth)
    if missing or extra:
        return HealthCheck(
            name, False, Message("{missing} chunks missing, {extra} too many", missing=missing, extra=extra)
        )
    return HealthCheck(name, True, Message("{chunks} chunks, the same as the ledger", chunks=len(ledger_ids)))


def _bytes(size: int) -> str:
    for unit in ("bytes", "kB", "MB"):
        if size < 1_000:
            return f"{size:.0f} {unit}"
        size = round(size / 1_000)
    return f"{size} GB"
