"""Locks among threads and among processes; the system releases them when a process dies, however it dies."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import fasteners

from rag.errors import LibraryBusyError, LibraryError
from rag.library.db import link
from rag.library.db.session_lock import SessionLock
from rag.messages import Message
from rag.settings import LEDGER_FILE

RESTORED_PART = ".restore-"  # prefix of the folder in which a ledger is put together before it takes its place
_threads: dict[str, threading.Lock] = {}  # a lock on a file does not keep the threads of one process apart


@contextlib.contextmanager
def locked(path: Path, wait: float) -> Iterator[None]:
    """Hold the lock of that file for a short time. Raises LibraryBusyError after ``wait`` seconds."""
    last = time.monotonic() + wait
    try:
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise LibraryError(
            Message("The folder {folder} cannot be written: {why}.", folder=path.parent, why=error),
            f"ls -ld {path.parent}",
        ) from error
    thread_lock = _threads.setdefault(os.path.realpath(path), threading.Lock())
    file = fasteners.InterProcessLock(str(path))
    with contextlib.ExitStack() as held:
        if thread_lock.acquire(timeout=wait):
            held.callback(thread_lock.release)
            left = max(0.0, last - time.monotonic())
            if file.acquire(blocking=left > 0, timeout=left or None, delay=0.005, max_delay=0.1):
                held.callback(file.release)
                yield
                return
            file.lockfile.close()  # fasteners leaves it open
    raise LibraryBusyError(
        Message("Another process is writing to the library in {folder}.", folder=path.parent),
        Message("Wait for it to end, then ask again."),
    )


class WriteLock:
    """The write lock of one library, held for a whole ingest; reading and removing need none.

    Where the ledger is on a server, it is held there too, against other machines.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = folder / "turn.lock"
        self._holder_file = folder / "turn.json"

    @contextlib.contextmanager
    def hold(self, wait: float) -> Iterator[None]:
        """Hold the lock, and record who holds it. Raises LibraryBusyError, which says who, after ``wait`` seconds."""
        with contextlib.ExitStack() as stack:
            since = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
            try:
                stack.enter_context(locked(self._lock, wait))
                if (shared := self._shared()) is not None:
                    stack.enter_context(shared.hold(wait, _command(), since))
            except LibraryBusyError:
                raise LibraryBusyError(
                    Message(
                        "{who} is filling the library in {folder}.",
                        who=self.holder() or Message("Another process"),
                        folder=self._lock.parent,
                    ),
                    Message("Wait for it to end, then run this again."),
                ) from None
            _remove_parts(self._lock.parent)
            self._record_holder(since)
            try:
                yield
            finally:
                with contextlib.suppress(OSError):
                    self._holder_file.unlink()

    def holder(self) -> str:
        """Return who holds the lock: command, process and since when; "" for nobody, or where that is unknown."""
        with contextlib.suppress(LibraryError):
            if (shared := self._shared()) is not None:
                there = shared.holder()
                return there.text if there is not None else ""
        try:
            holder = json.loads(self._holder_file.read_text())
            pid, command, since = int(holder["pid"]), str(holder["command"]), str(holder["since"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""
        if not _alive(pid):  # it died and its record stayed; the lock itself did not
            return ""
        return Message("{command} (process {pid}, since {since})", command=command, pid=pid, since=since)

    def _shared(self) -> SessionLock | None:
        if (self._folder / LEDGER_FILE).exists() or (found := link.read(self._folder)) is None:
            return None
        return SessionLock(found)

    def _record_holder(self, since: str) -> None:
        word = {"pid": os.getpid(), "command": _command(), "since": since}
        with contextlib.suppress(OSError):  # a full disk will soon be met by the work that holds the lock
            handle = os.open(self._holder_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w") as file:
                json.dump(word, file)


def _remove_parts(folder: Path) -> None:
    """Remove what an interrupted restore or repair left: both hold this lock while they need it."""
    for part in folder.glob(f"{RESTORED_PART}*"):
        shutil.rmtree(part, ignore_errors=True)


def _command() -> str:
    words = [Path(sys.argv[0]).name or "python", *sys.argv[1:]]
    line = shlex.join(words)
    return line if len(line) <= 200 else f"{line[:199]}…"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is another user's
        return True
    return True
