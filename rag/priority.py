"""Cross-process priority lock: background work yields while an answer is generated.

The lock lies in the models folder. All processes that generate share it, and it is free when none does: it is released
with its process, however that ends. Background work asks before each portion and waits a little; nobody waits for ever.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from rag.storage import private_folder

LOCK_FILE = "answering.lock"
_waited_for: ContextVar[bool] = ContextVar("waited_for", default=False)
_LOCK_POLL_SECONDS = 0.02  # seconds between checks


@contextlib.contextmanager
def answer_in_progress(folder: Path | None) -> Iterator[None]:
    """Hold the lock in a models folder (None: there is none) as long as the block runs."""
    lock = None if folder is None else _lock(folder)
    try:
        if lock is not None:
            lock.acquire_read_lock(timeout=0.1)
        yield
    finally:
        if lock is not None:
            lock.release_read_lock()


@contextlib.contextmanager
def take_priority() -> Iterator[None]:
    """Let this thread yield to nobody within the block, for work that a person waits for."""
    token = _waited_for.set(True)
    try:
        yield
    finally:
        _waited_for.reset(token)


def yield_to_answers(folder: Path, most: float) -> float:
    """Wait while an answer is generated, ``most`` seconds at most; return the seconds waited."""
    if _waited_for.get() or not (folder / LOCK_FILE).exists():
        return 0.0
    lock = _lock(folder)
    if lock is None:
        return 0.0
    begun = time.monotonic()
    try:
        while not lock.acquire_write_lock(blocking=False) and time.monotonic() - begun < most:
            time.sleep(_LOCK_POLL_SECONDS)
    finally:
        lock.release_write_lock()  # which also closes the file where the lock was not acquired
    return time.monotonic() - begun


def _lock(folder: Path) -> Any:
    import fasteners

    try:
        private_folder(folder)
        (folder / LOCK_FILE).touch()
    except OSError:  # a home that cannot be written: no lock, everything else as ever
        return None
    return fasteners.InterProcessReaderWriterLock(folder / LOCK_FILE)
