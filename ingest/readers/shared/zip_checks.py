"""Checks a zip file before any library opens it: that it is sound, and no zip bomb."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ingest.readers.shared.sniff import OLE_MAGIC
from ingest.readers.shared.unreadable import FILE_IS_EMPTY, UnreadableError
from rag.messages import Message
from rag.types import Outcome

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MAX_UNPACKED_BYTES = 512 * 2**20  # bytes unpacked
MAX_ENTRIES = 10_000
RATIO_CHECKED_FROM_BYTES = 50 * 2**20  # least unpacked bytes at which a ratio above MAX_COMPRESSION_RATIO is a bomb
MAX_COMPRESSION_RATIO = 200
MAX_PART_BYTES = 128 * 2**20  # bytes of a part that is read whole


def check_package(path: Path, kind: str) -> None:
    """Raise UnreadableError where ``path`` is no sound zip of reasonable size; ``kind`` names what it should be."""
    with path.open("rb") as file:
        magic = file.read(len(OLE_MAGIC))
    if magic == OLE_MAGIC:  # a password wraps the zip into the older container
        if _ENCRYPTED in path.read_bytes():
            raise UnreadableError(Outcome.ENCRYPTED, Message("it is protected by a password"))
        raise UnreadableError(
            Outcome.FAILED,
            Message("it is an older office file, not {kind}; save it again as {suffix}", kind=kind, suffix=path.suffix),
        )
    if not magic:
        raise UnreadableError(Outcome.EMPTY, Message(FILE_IS_EMPTY))
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise UnreadableError(
            Outcome.FAILED, Message("it is damaged or cut short, or is not {what}", what=kind)
        ) from None
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MAX_ENTRIES:
        raise UnreadableError(Outcome.TOO_LARGE, Message("it is a package of {number:,} parts", number=len(entries)))
    if unpacked > MAX_UNPACKED_BYTES:
        raise _swells(unpacked)
    check_ratio(unpacked, packed)
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableError(Outcome.ENCRYPTED, Message("it is protected by a password"))


def check_ratio(unpacked: int, packed: int) -> None:
    """Raise UnreadableError where so many bytes are packed into so few that they must be a bomb."""
    if unpacked > RATIO_CHECKED_FROM_BYTES and unpacked > MAX_COMPRESSION_RATIO * packed:
        raise _swells(unpacked)


def _swells(unpacked: int) -> UnreadableError:
    return UnreadableError(
        Outcome.TOO_LARGE, Message("it would take {size:,} MB when unpacked", size=unpacked // 2**20)
    )


def part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return the bytes of a part; b"" where it is missing. Raises UnreadableError for one over the size limit."""
    try:
        entry = archive.getinfo(name)
    except KeyError:
        return b""
    if entry.file_size > MAX_PART_BYTES:
        raise UnreadableError(
            Outcome.TOO_LARGE, Message("a part of it would take {size:,} MB", size=entry.file_size // 2**20)
        )
    with archive.open(entry) as file:  # the directory may lie about sizes
        data = file.read(MAX_PART_BYTES + 1)
    if len(data) > MAX_PART_BYTES:
        raise UnreadableError(
            Outcome.TOO_LARGE, Message("a part of it would take more than {size:,} MB", size=MAX_PART_BYTES // 2**20)
        )
    return data
