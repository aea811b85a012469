"""Small files that are written whole or not at all, and what to say where the disk or the memory is full."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from pathlib import Path

from rag.errors import OakenError
from rag.messages import Message

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_HOLDS = {"api_token", "chat_history", "libraries", "models", "settings.json", "ui-password.json"}
_BROWSER_FILE = "oaken-open-"  # how the name of a browser's file begins; a page that was killed leaves it
_NO_MEMORY = (
    "failed to map segment", "cannot allocate memory", "bad_alloc", "bad allocation", "can't start new thread",
)  # fmt: skip
MAKE_ROOM = Message("Free some space, then run the same command again.")


def expanded(path: str | Path) -> Path:
    """Return the path with ``~`` as the home that it names; as it is, where there is no such home."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def private_folder(folder: Path) -> None:
    """Create a folder, and its missing parents, readable only by their owner. Raises OSError."""
    for each in reversed((folder, *folder.parents)):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)


def make_home_private(home: Path) -> None:
    """Let only this user read a home that an earlier version left readable, with the models in it.

    A folder that holds anything else is somebody's choice and stays as it is.
    """
    with contextlib.suppress(OSError):
        status = home.stat()
        ours = not hasattr(os, "getuid") or status.st_uid == os.getuid()
        if not ours or not status.st_mode & 0o077:
            return
        if all(each.name in _HOLDS or each.name.startswith((".", _BROWSER_FILE)) for each in home.iterdir()):
            for path in (home / "models").rglob("*"):
                if not path.is_symlink():
                    path.chmod(0o700 if path.is_dir() else 0o600)
            for path in (home / "models", home):  # last: it says that the rest is done
                if path.is_dir():
                    path.chmod(0o700)


def write_file(path: Path, content: str | bytes, *, new: bool = False) -> None:
    """Write a file that only this user can read. It has its old content or all of the new, whatever happens meanwhile.

    Raises OSError; FileExistsError for a ``new`` file that is there already.
    """
    data = content.encode() if isinstance(content, str) else content
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # readable only by its owner
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if new:
            _put_new(Path(name), path)
        else:
            Path(name).replace(path)
    finally:
        with contextlib.suppress(OSError):
            Path(name).unlink(missing_ok=True)


def _put_new(part: Path, path: Path) -> None:
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        part.replace(path)


def is_full(error: BaseException) -> bool:
    """Tell whether this error of the system means that the disk, or what one may use of it, is full."""
    return isinstance(error, OSError) and error.errno in _FULL


def free_space(folder: Path) -> int | None:
    """Return the bytes left on the disk of a folder, or of its nearest parent that exists; None where unknown."""
    for each in (folder, *folder.parents):
        with contextlib.suppress(OSError):
            return shutil.disk_usage(each).free
    return None


def room_left(folder: Path, needed: int = 0) -> str:
    """Return " (4,096 bytes are left, 9,000 are needed)", as far as that is known."""
    free = free_space(folder)
    if free is None:
        return ""
    if needed:
        return Message(" ({free:,} bytes are left, {needed:,} are needed)", free=free, needed=needed)
    return Message(" ({free:,} bytes are left)", free=free)


def write_error(path: Path, error: OSError, needed: int = 0) -> OakenError:
    """Return the error for a file that was not written: that the disk is full, or else why."""
    if is_full(error):
        return OakenError(
            Message(
                "The disk is full, so {path} was not written{room}. Nothing was changed.",
                path=path,
                room=room_left(path.parent, needed),
            ),
            MAKE_ROOM,
        )
    return OakenError(
        Message("{path} cannot be written: {error}.", path=path, error=error.strerror or error),
        Message("Look at its owner and mode: ls -ld {folder}", folder=path.parent),
    )


def system_error(error: Exception) -> OakenError | None:
    """Return the error to show where the disk is full, or the memory, wherever that was met; None for another error."""
    if isinstance(error, OSError) and is_full(error):
        return write_error(Path(error.filename or ".").absolute(), error)
    return memory_error() if is_out_of_memory(error) else None


def memory_error() -> OakenError:
    """Return the error to show where memory ran out."""
    return OakenError(
        Message("There is not enough memory for this."),
        Message("Close other programs, or allow it more (ulimit -v, a container's limit), then run it again."),
    )


def is_out_of_memory(error: Exception) -> bool:
    """Tell whether memory ran out: native libraries say so in many ways, also when they are loaded."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    words = str(error).lower()
    return any(sign in words for sign in _NO_MEMORY)
