"""A library's files: what they hold told by size and checksum, whose they are, how large, and which ones are left over.

Knows nothing of what is in them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rag.errors import LibraryError

_CHECKSUM_BYTES = 1 << 20
LINKS, VECTORS, KNOWN = "link_lists.bin", "data_level0.bin", "index_metadata.pickle"
_GROWN = 10  # link_lists.bin over so many times data_level0.bin has run away: a torn one grew to terabytes
_FREE_SPACE_MARGIN = 1 << 20
_PER_VECTOR = 1_024  # bytes beside the vector itself, generously


class FileFingerprints:
    """Sizes and CRC-32 of the files of Chroma's folder. What did not change since it was read is not read again."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, int, int, int], int] = {}

    def take(self, folder: Path) -> dict[str, list[int]]:
        """Name -> [size, CRC-32] of each file that matters. Raises OSError."""
        return {name: [path.stat().st_size, self._sum(path)] for name, path in _that_matter(folder)}

    def differ(self, folder: Path, held: Mapping[str, list[int]]) -> str:
        """What is not as it was left, or "". Sizes come first: a file that ran away is not read. Raises OSError."""
        now = dict(_that_matter(folder))
        for name in sorted(held.keys() | now.keys()):
            if name not in now:
                return f"{name} is gone"
            if name not in held:
                return f"{name} is not its own"
            if now[name].stat().st_size != held[name][0]:
                return f"{name} has {now[name].stat().st_size:,} bytes, not {held[name][0]:,}"
        changed = (name for name, path in now.items() if self._sum(path) != held[name][1])
        name = next(changed, "")
        return f"{name} has changed" if name else ""

    def _sum(self, path: Path) -> int:
        stat = path.stat()
        key = (str(path), stat.st_ino, stat.st_size, stat.st_mtime_ns)
        if key not in self._seen:
            self._seen[key] = checksum(path)
        return self._seen[key]


def checksum(path: Path) -> int:
    """CRC-32 of a file. Raises OSError."""
    value = 0
    with path.open("rb") as file:
        while block := file.read(_CHECKSUM_BYTES):
            value = zlib.crc32(block, value)
    return value


def check_index_size(folder: Path, vectors: int, dimension: int) -> None:
    """Raises LibraryError where a file of Chroma's is far larger than so many vectors can need."""
    for path in _files(folder):
        size, room = path.stat().st_size, 0
        if path.name == LINKS:
            level0 = path.with_name(VECTORS)
            room = _GROWN * (level0.stat().st_size if level0.exists() else 0)
        elif path.name == VECTORS:
            room = 4 * (vectors + 1_000) * (4 * dimension + _PER_VECTOR)
        elif path.name == "chroma.sqlite3":
            room = 8 * (vectors + 8_000) * (4 * dimension + _PER_VECTOR)
        else:
            room = 8 * (vectors + 1_000) * _PER_VECTOR
        if size > room + _FREE_SPACE_MARGIN:
            raise LibraryError(
                f"Chroma's file {path.name} has grown to {size:,} bytes for {vectors:,} vectors.",
                "oaken doctor --repair",
            )


def make_private(folder: Path) -> None:
    """Files and folders below are their owner's only."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o700 if path.is_dir() else 0o600)


def private_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for their owner only. Raises OSError."""
    for each in reversed((folder, *folder.parents)):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    total = 0
    for each in [path] if path.is_file() else _files(path):
        try:
            total += each.stat().st_size
        except FileNotFoundError:  # another process is at work
            continue
    return total


def discard(folder: Path, *, but: str = "") -> None:
    """Remove what lies in a folder, save one name. What cannot be removed stays (see leftovers)."""
    for path in list(folder.iterdir()) if folder.is_dir() else []:
        if path.name != but:
            shutil.rmtree(path, ignore_errors=True)
            if path.is_file() or path.is_symlink():
                path.unlink(missing_ok=True)


def leftovers(folder: Path, live: Mapping[str, str]) -> list[Path]:
    """Folders and files of interrupted work: indexes that no mark speaks of, marks half written. ``live`` has
    for each index the name of its folder in use."""
    found = [
        path
        for name, kept in live.items()
        for path in ((folder / name).iterdir() if (folder / name).is_dir() else ())
        if path.name != kept
    ]
    return sorted(found + list(folder.glob(".state*")) + list(folder.glob(".restore-*")))


def tidy(paths: Iterable[Path]) -> None:
    """Remove these files and folders. The caller holds the turn and both locks."""
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


def _that_matter(folder: Path) -> Iterator[tuple[str, Path]]:
    """Chroma makes the files of an index that it has not yet filed away again at each opening: they say nothing."""
    for path in _files(folder):
        if path.parent == folder or path.with_name(KNOWN).exists():
            yield str(path.relative_to(folder)), path
