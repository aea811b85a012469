"""A library's files: fingerprints by size and checksum, permissions, sizes, and leftovers.

Knows nothing of their contents.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rag.errors import LibraryError
from rag.messages import Message

_CHECKSUM_BYTES = 1 << 20
LINKS, VECTORS, KNOWN = "link_lists.bin", "data_level0.bin", "index_metadata.pickle"
_RUNAWAY_RATIO = 10  # link_lists.bin over so many times data_level0.bin has run away: a torn one grew to terabytes
_FREE_SPACE_MARGIN = 1 << 20
_BYTES_PER_VECTOR = 1_024  # bytes beside the vector itself, generously


class FileFingerprints:
    """Sizes and CRC-32 of the files of Chroma's folder. Files unchanged since the last call are not read again."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, int, int, int], int] = {}

    def take(self, folder: Path) -> dict[str, list[int]]:
        """Return name -> [size, CRC-32] of each relevant file. Raises OSError."""
        return {name: [path.stat().st_size, self._sum(path)] for name, path in _relevant_files(folder)}

    def differ(self, folder: Path, expected: Mapping[str, list[int]]) -> str:
        """Return how the files differ from ``expected``, or "".

        Sizes come first: a runaway file is not read. Raises OSError.
        """
        now = dict(_relevant_files(folder))
        for name in sorted(expected.keys() | now.keys()):
            if name not in now:
                return Message("{name} is gone", name=name)
            if name not in expected:
                return Message("{name} does not belong to the index", name=name)
            if now[name].stat().st_size != expected[name][0]:
                return Message(
                    "{name} has {bytes:,} bytes, not {wanted:,}",
                    name=name,
                    bytes=now[name].stat().st_size,
                    wanted=expected[name][0],
                )
        changed = (name for name, path in now.items() if self._sum(path) != expected[name][1])
        name = next(changed, "")
        return Message("{name} has changed", name=name) if name else ""

    def _sum(self, path: Path) -> int:
        stat = path.stat()
        key = (str(path), stat.st_ino, stat.st_size, stat.st_mtime_ns)
        if key not in self._seen:
            self._seen[key] = checksum(path)
        return self._seen[key]


def checksum(path: Path) -> int:
    """Return the CRC-32 of a file. Raises OSError."""
    value = 0
    with path.open("rb") as file:
        while block := file.read(_CHECKSUM_BYTES):
            value = zlib.crc32(block, value)
    return value


def check_index_size(folder: Path, vectors: int, dimension: int) -> None:
    """Raise LibraryError where a file of Chroma's is far larger than so many vectors can need."""
    for path in _files(folder):
        size, room = path.stat().st_size, 0
        if path.name == LINKS:
            level0 = path.with_name(VECTORS)
            room = _RUNAWAY_RATIO * (level0.stat().st_size if level0.exists() else 0)
        elif path.name == VECTORS:
            room = 4 * (vectors + 1_000) * (4 * dimension + _BYTES_PER_VECTOR)
        elif path.name == "chroma.sqlite3":
            room = 8 * (vectors + 8_000) * (4 * dimension + _BYTES_PER_VECTOR)
        else:
            room = 8 * (vectors + 1_000) * _BYTES_PER_VECTOR
        if size > room + _FREE_SPACE_MARGIN:
            raise LibraryError(
                Message(
                    "Chroma's file {name} has grown to {size:,} bytes for {vectors:,} vectors.",
                    name=path.name,
                    size=size,
                    vectors=vectors,
                ),
                "oaken doctor --repair",
            )


def make_private(folder: Path) -> None:
    """Make files and folders below readable only by their owner."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o700 if path.is_dir() else 0o600)


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder, without the shared memory of an open database."""
    total = 0
    for each in [path] if path.is_file() else _files(path):
        if each.name.endswith("-shm"):
            continue
        try:
            total += each.stat().st_size
        except FileNotFoundError:  # another process is at work
            continue
    return total


def discard(folder: Path, *, keep: str = "") -> None:
    """Remove the contents of a folder, except one name. What cannot be removed stays (see leftovers)."""
    for path in list(folder.iterdir()) if folder.is_dir() else []:
        if path.name != keep:
            shutil.rmtree(path, ignore_errors=True)
            if path.is_file() or path.is_symlink():
                path.unlink(missing_ok=True)


def leftovers(folder: Path, live: Mapping[str, str]) -> list[Path]:
    """Return folders and files of interrupted work: unused indexes, half-written state files.

    ``live`` has for each index the name of its folder in use.
    """
    found = [
        path
        for name, kept in live.items()
        for path in ((folder / name).iterdir() if (folder / name).is_dir() else ())
        if path.name != kept
    ]
    return sorted(found + list(folder.glob(".state*")) + list(folder.glob(".restore-*")))


def tidy(paths: Iterable[Path]) -> None:
    """Remove these files and folders. The caller holds the write lock and both index locks."""
    for path in paths:
        if path.is_dir():
            discard(path)
            with contextlib.suppress(OSError):
                path.rmdir()
        else:
            path.unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[Path]:
    for where, _, names in os.walk(folder):
        yield from (Path(where, name) for name in sorted(names))


def _relevant_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the relevant files. Chroma rewrites those of an index not yet flushed at each opening: they say nothing."""
    for path in _files(folder):
        if path.parent == folder or path.with_name(KNOWN).exists():
            yield str(path.relative_to(folder)), path
