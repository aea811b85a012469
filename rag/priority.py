"""A sign on the door while an answer is being written, so that other work of Oaken on this machine steps back.

The sign is a lock in the models folder, shared by all that write and free when none does: it goes with its process,
however that ends. Who works in the background asks before each portion and waits a little; nobody waits for ever.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

LOCK = "answering.lock"
_waited_for: ContextVar[bool] = ContextVar("waited_for", default=False)
_LOCK_POLL_SECONDS = 0.02  # seconds between looks


@contextlib.contextmanager
def answer_in_progress(folder: Path | None) -> Iterator[None]:
    """Hang out the sign in a models folder (None: there is none) as long as the block runs."""
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
    """For what a person waits for: within the block this thread steps back for nobody."""
    token = _waited_for.set(True)
    try:
        yield
    finally:
        _waited_for.reset(token)


def yield_to_answers(folder: Path, most: float) -> float:
    """Wait while somebody writes an answer, ``most`` seconds at most. Returns the seconds waited."""
    if _waited_for.get() or not (folder / LOCK).exists():
        return 0.0
    lock = _lock(folder)
    if lock is None:
        return 0.0
    begun = time.monotonic()
    try:
        while not lock.acquire_write_lock(blocking=False) and time.monotonic() - begun < most:
            time.sleep(_LOCK_POLL_SECONDS)
    finally:
        lock.release_write_lock()  # which closes the file as well where the lock was not had
    return time.monotonic() - begun


def _lock(folder: Path) -> Any:
    import fasteners

    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / LOCK).touch()
    except OSError:  # a home that cannot be written: no sign, everything else as ever
        return None
    return fasteners.InterProcessReaderWriterLock(folder / LOCK)
