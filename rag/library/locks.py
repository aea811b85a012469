"""One at a time, among threads and among processes; the system lets go when a process dies, however it dies."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import fasteners

from rag.errors import LibraryBusyError, LibraryError

_threads: dict[str, threading.Lock] = {}  # a lock on a file does not keep the threads of one process apart


@contextlib.contextmanager
def locked(path: Path, wait: float) -> Iterator[None]:
    """Hold the lock of that file for a short time. Raises LibraryBusyError after ``wait`` seconds."""
    last = time.monotonic() + wait
    try:
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise LibraryError(
            f"The folder {path.parent} cannot be written: {error.strerror or error}.", f"ls -ld {path.parent}"
        ) from error
    mine = _threads.setdefault(os.path.realpath(path), threading.Lock())
    file = fasteners.InterProcessLock(str(path))
    with contextlib.ExitStack() as held:
        if mine.acquire(timeout=wait):
            held.callback(mine.release)
            left = max(0.0, last - time.monotonic())
            if file.acquire(blocking=left > 0, timeout=left or None, delay=0.005, max_delay=0.1):
                held.callback(file.release)
                yield
                return
            file.lockfile.close()  # fasteners leaves it open
    raise LibraryBusyError(
        f"Another process is writing to the library in {path.parent}.", "Wait for it to end, then ask again."
    )


class WriteLock:
    """The long lock of one library: who fills it now. Held for a whole ingest; reading and removing need no turn."""

    def __init__(self, folder: Path) -> None:
        self._lock = folder / "turn.lock"
        self._who = folder / "turn.json"

    @contextlib.contextmanager
    def held(self, wait: float) -> Iterator[None]:
        """Take the turn, and leave word who has it. Raises LibraryBusyError, which says who, after ``wait`` seconds."""
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(locked(self._lock, wait))
            except LibraryBusyError:
                raise LibraryBusyError(
                    f"{self.holder() or 'Another process'} is filling the library in {self._lock.parent}.",
                    "Wait for it to end, then run this again.",
                ) from None
            self._sign()
            try:
                yield
            finally:
                with contextlib.suppress(OSError):
                    self._who.unlink()

    def holder(self) -> str:
        """Who has the turn: command, process and since when; "" where nobody has, or does not say."""
        try:
            said = json.loads(self._who.read_text())
            pid, command, since = int(said["pid"]), str(said["command"]), str(said["since"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""
        if not _alive(pid):  # it died and its word stayed; the lock itself did not
            return ""
        return f"{command} (process {pid}, since {since})"

    def _sign(self) -> None:
        word = {
            "pid": os.getpid(),
            "command": _command(),
            "since": datetime.now().astimezone().isoformat(sep=" ", timespec="seconds"),
        }
        with contextlib.suppress(OSError):  # a full disk is met soon enough by what the turn is for
            handle = os.open(self._who, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w") as file:
                json.dump(word, file)


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
