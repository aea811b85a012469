"""Temporary folders and sockets that a killed process leaves behind, and that the next one removes."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import stat
import tempfile
import time
from pathlib import Path

_SETTLED_SECONDS = 60.0  # a younger folder may not have its lock yet


class ScratchFolder:
    """A temporary folder, locked for as long as this process lives; remove it when done."""

    def __init__(self, prefix: str) -> None:
        sweep(prefix)
        self.path = Path(tempfile.mkdtemp(prefix=prefix))
        self._lock = _locked(self.path)

    def remove(self) -> None:
        """Remove it with all that it holds."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            with contextlib.suppress(OSError):
                os.close(self._lock)
            self._lock = None


def sweep(prefix: str) -> None:
    """Remove the folders of that prefix whose process is gone: the system has released their locks.

    A process id would not tell: in a container the ids of other processes mean nothing.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with contextlib.suppress(OSError):
            status = folder.lstat()
            ours = not hasattr(os, "getuid") or status.st_uid == os.getuid()
            if not folder.is_symlink() and ours and _is_settled(status):
                lock = _locked(folder)
                if lock is not None:
                    shutil.rmtree(folder, ignore_errors=True)
                    os.close(lock)


def sweep_sockets(places: str) -> None:
    """Remove this user's sockets that match an absolute pattern and on which no process listens."""
    pattern = Path(places)
    for place in pattern.parent.glob(pattern.name):
        with contextlib.suppress(OSError):
            status = place.lstat()
            ours = not hasattr(os, "getuid") or status.st_uid == os.getuid()
            if ours and stat.S_ISSOCK(status.st_mode) and _is_settled(status) and _is_dead(place):
                place.unlink()


def _is_settled(status: os.stat_result) -> bool:
    """Tell whether it is no new one: one of the future was made before the clock was set back."""
    return abs(time.time() - status.st_mtime) > _SETTLED_SECONDS


def _is_dead(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(1.0)
        try:
            asking.connect(str(place))
        except ConnectionRefusedError:
            return True
    return False


def _locked(folder: Path) -> int | None:
    """Lock a folder; return the descriptor that holds the lock, or None where it cannot be had."""
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
