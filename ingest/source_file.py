"""Opens the file that was found, and no other: no link that has been put in its way since is followed.

Whoever may write to a folder could swap a file, or a folder above it, for a link after it was looked at, and have a
stranger's file read. So a file is opened once, step by step from the folder that a person named, and everything later
(its hash, what the reader is given) comes from that descriptor. Links that a person names are followed, as are those
within the folder: to the place where they led when they were found. Where only some folders may be read, whatever a
path leads to is opened step by step from one of these.

Where the system cannot open a file relative to a folder (Windows), its place is compared before and after.
"""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

from ingest.discover import FoundFile
from rag.messages import marked

_REPLACED = marked("a link has taken its place since it was found")
_NOT_REGULAR = marked("not a regular file")
_STEPWISE = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
_FOLDER_FLAGS = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
# O_NONBLOCK: opening a pipe put in the file's place would block for ever. It has no effect on a regular file.
_FILE_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def open_found(file: FoundFile) -> BufferedReader:
    """Open a file that discover found. Raises OSError, also where a link has taken its place."""
    if file.within is not None:
        return _open_within(file.target or str(file.location), file.within)
    if not file.target:
        return open_below(file.root, file.path)
    if Path(file.target).is_relative_to(file.root):
        return open_below(file.root, Path(file.target).relative_to(file.root).as_posix())
    return open_below(os.path.dirname(file.target), os.path.basename(file.target))  # noqa: PTH119, PTH120


def _open_within(path: str, folders: tuple[str, ...]) -> BufferedReader:
    """Open the file that a path leads to, where that lies in one of the folders, which have no links above them."""
    real = Path(os.path.realpath(path))
    for folder in folders:
        if real.is_relative_to(folder):
            return open_below(folder, real.relative_to(folder).as_posix())
    raise OSError(errno.ELOOP, _REPLACED, path)


def open_named(path: Path) -> BufferedReader:
    """Open the file that a path leads to now, links followed. Raises OSError."""
    real = os.path.realpath(path)
    return open_below(os.path.dirname(real), os.path.basename(real))  # noqa: PTH119, PTH120


def open_below(root: str, path: str) -> BufferedReader:
    """Open the regular file ``root/path``, and follow no link below root. Raises OSError."""
    parts = path.split("/")
    if ".." in parts or "" in parts:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path)
    handle = _open_stepwise(root, parts) if _STEPWISE else _open_compared(os.path.join(root, *parts))  # noqa: PTH118
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, _NOT_REGULAR, path)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def _open_stepwise(root: str, parts: list[str]) -> int:
    above = os.open(root, _FOLDER_FLAGS)
    try:
        for part in parts[:-1]:
            below = _step(part, _FOLDER_FLAGS, above)
            os.close(above)
            above = below
        return _step(parts[-1], _FILE_FLAGS, above)
    finally:
        os.close(above)


def _step(part: str, flags: int, above: int) -> int:
    try:
        return os.open(part, flags | os.O_NOFOLLOW, dir_fd=above)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EMLINK) and _is_link(part, above):
            raise OSError(errno.ELOOP, _REPLACED, part) from None
        raise


def _is_link(part: str, above: int) -> bool:
    try:
        return stat.S_ISLNK(os.stat(part, dir_fd=above, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _open_compared(place: str) -> int:
    """Open a file that is no link, and check that its folder and itself are the same before and after."""
    real = os.path.realpath(os.path.dirname(place))  # noqa: PTH120
    if os.path.islink(place):  # noqa: PTH114
        raise OSError(errno.ELOOP, _REPLACED, place)
    handle = os.open(place, _FILE_FLAGS)
    here = os.fstat(handle)
    now = os.stat(place, follow_symlinks=False)  # noqa: PTH116
    if (here.st_dev, here.st_ino) != (now.st_dev, now.st_ino) or real != os.path.realpath(os.path.dirname(place)):  # noqa: PTH120
        os.close(handle)
        raise OSError(errno.ELOOP, _REPLACED, place)
    return handle
