"""Which files there are under the paths given. Reads names and sizes, never a file's content.

Nothing vanishes: what cannot be read, or is left aside for a reason a person should know, is found with that reason.
Hidden files and the folders of tools are passed over, unless they are given by name.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rag.errors import UsageError
from rag.types import Outcome

PASSED_OVER = frozenset({"__pycache__", "node_modules"})  # beside every name that begins with a dot


@dataclass(frozen=True, slots=True)
class Found:
    """A file below a path that was given. With ``problem`` set it cannot be read, and ``reason`` says why."""

    root: str  # absolute folder it was found under
    path: str  # relative to root, with forward slashes
    source: str  # the path as given, and what lies below it
    size: int = 0
    mtime_ns: int = 0
    problem: Outcome | None = None
    reason: str = ""

    @property
    def location(self) -> Path:
        """Where the file lies, absolute."""
        return Path(self.root, self.path)


def discover(paths: Iterable[str | Path]) -> Iterator[Found]:
    """Files among ``paths`` and below them: each once, in the order given, sorted within a folder.

    Raises UsageError for a path that is not there, before the first file is found.
    """
    given = [Path(path).expanduser() for path in paths]
    for path in given:
        if not os.path.lexists(path):
            raise UsageError(f"There is no file or folder {str(path)!r}.", "Look at the path: ls")
    return _all(given)


def _all(given: list[Path]) -> Iterator[Found]:
    seen: set[str] = set()
    for path in given:
        if path.is_dir():
            root = os.path.realpath(path)
            files = _below(root, "", PurePosixPath(path.as_posix()))
        else:
            root = os.path.realpath(path.parent)
            files = iter([_found(root, path.name, path.as_posix())])
        for found in files:
            if (place := f"{found.root}/{found.path}") not in seen:
                seen.add(place)
                yield found


def _below(root: str, folder: str, source: PurePosixPath) -> Iterator[Found]:
    try:
        with os.scandir(Path(root, folder)) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        yield Found(root, folder or ".", str(source), problem=Outcome.FAILED, reason=f"folder: {plain(error)}")
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name in PASSED_OVER:
            continue
        path = f"{folder}/{entry.name}".lstrip("/")
        name = source / entry.name
        if entry.is_symlink() and entry.is_dir():
            if not _inside(root, entry.path):  # a link that stays inside leads to files found anyway
                yield Found(root, path, str(name), problem=Outcome.UNSUPPORTED, reason=_LEAVES)
        elif entry.is_dir(follow_symlinks=False):
            yield from _below(root, path, name)
        elif entry.is_symlink() and entry.is_file() and not _inside(root, entry.path):
            yield Found(root, path, str(name), problem=Outcome.UNSUPPORTED, reason=_LEAVES)
        else:
            yield _found(root, path, str(name))


_LEAVES = "a link that leads out of the folder; give its target by name to read it"


def _found(root: str, path: str, source: str) -> Found:
    location = Path(root, path)
    try:
        status = location.stat()
    except OSError as error:
        reason = "a link to a file that is not there" if location.is_symlink() else plain(error)
        return Found(root, path, source, problem=Outcome.FAILED, reason=reason)
    if not stat.S_ISREG(status.st_mode):  # opening a named pipe would wait for ever
        return Found(root, path, source, problem=Outcome.FAILED, reason="not a regular file")
    return Found(root, path, source, status.st_size, status.st_mtime_ns)


def _inside(root: str, path: str) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(root)


def plain(error: OSError) -> str:
    """What the system said, in its words and without the path: "permission denied"."""
    return (error.strerror or type(error).__name__).lower()
