"""Temporary folders and sockets that a killed process leaves behind, and that the next one removes."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import secrets
import shutil
import socket
import stat
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

_SETTLED_SECONDS = 60.0  # a younger folder may not have its lock yet
_RANDOM = re.compile(r"[a-z0-9_]{8}")  # how tempfile ends a name
_UNLINKED_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_BY_DESCRIPTOR = {
    os.open,
    os.rename,
    os.unlink,
    os.rmdir,
    os.chmod,
} <= os.supports_dir_fd and os.scandir in os.supports_fd


class ScratchFolder:
    """A temporary folder, locked for as long as this process lives; remove it when done."""

    def __init__(self, prefix: str) -> None:
        sweep(prefix)
        self.path = Path(tempfile.mkdtemp(prefix=prefix))
        self._lock = _locked(self.path)

    def remove(self) -> None:
        """Remove it with all that it holds."""
        remove_tree(self.path)
        if self._lock is not None:
            with contextlib.suppress(OSError):
                os.close(self._lock)
            self._lock = None


def sweep(prefix: str) -> None:
    """Remove the folders of that prefix whose process is gone: the system has released their locks.

    A process id would not tell: in a container the ids of other processes mean nothing.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        if not _RANDOM.fullmatch(folder.name.removeprefix(prefix)):
            continue
        with contextlib.suppress(OSError):
            status = folder.lstat()
            ours = not hasattr(os, "getuid") or status.st_uid == os.getuid()
            if not folder.is_symlink() and ours and time.time() - status.st_mtime > _SETTLED_SECONDS:
                lock = _locked(folder)
                if lock is not None:
                    remove_tree(folder)
                    os.close(lock)


def remove_tree(folder: Path) -> None:
    """Remove a folder with all that it holds, as far as that can be done; no link is followed.

    A file that took a worker over may leave folders within folders by the thousand: shutil.rmtree calls itself for each
    (until Python 3.13), and RecursionError would end the run, and every later one. So they are moved up one by one.
    """
    if not _BY_DESCRIPTOR:
        with contextlib.suppress(RecursionError):
            shutil.rmtree(folder, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        top = os.open(folder, _UNLINKED_FOLDER)
        try:
            _empty(top)
        finally:
            os.close(top)
        folder.rmdir()


def _empty(top: int) -> None:
    fresh, numbers = secrets.token_hex(8), itertools.count()
    waiting = deque(_folders_left(top))
    while waiting:
        name = waiting.popleft()
        with contextlib.suppress(OSError):
            below = os.open(name, _UNLINKED_FOLDER, dir_fd=top)
            try:
                for each in _folders_left(below):
                    moved = f"{fresh}-{next(numbers)}"
                    os.rename(each, moved, src_dir_fd=below, dst_dir_fd=top)
                    waiting.append(moved)
            finally:
                os.close(below)
            os.rmdir(name, dir_fd=top)


def _folders_left(folder: int) -> Iterator[str]:
    """Remove all files and links of an open folder; yield the names of its folders."""
    with os.scandir(folder) as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_folder in found:
        with contextlib.suppress(OSError):
            if is_folder:
                with contextlib.suppress(OSError):
                    os.chmod(name, 0o700, dir_fd=folder)
                yield name
            else:
                os.unlink(name, dir_fd=folder)


def sweep_sockets(places: str) -> None:
    """Remove this user's sockets that match an absolute pattern and on which no process listens."""
    pattern = Path(places)
    for place in pattern.parent.glob(pattern.name):
        with contextlib.suppress(OSError):
            status = place.lstat()
            ours = not hasattr(os, "getuid") or status.st_uid == os.getuid()
            if (
                ours
                and stat.S_ISSOCK(status.st_mode)
                and time.time() - status.st_mtime > _SETTLED_SECONDS
                and _is_dead(place)
            ):
                place.unlink()


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

        handle = os.open(folder, _UNLINKED_FOLDER)
    except (ImportError, OSError):
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
