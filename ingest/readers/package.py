"""What is checked of a zipped office file before any library opens it: that it is one, and that it is no bomb."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ingest.readers import Unreadable
from rag.types import Outcome

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MOST = 512 * 2**20  # bytes unpacked
SUSPECT = 50 * 2**20  # from here on, a ratio above RATIO is a bomb
RATIO = 200


def check_package(path: Path, kind: str) -> None:
    """Raise Unreadable where ``path`` is no sound zip of reasonable size; ``kind`` names what it should be."""
    with path.open("rb") as file:
        magic = file.read(len(OLE_MAGIC))
    if magic == OLE_MAGIC:  # a password wraps the zip into the older container
        if _ENCRYPTED in path.read_bytes():
            raise Unreadable(Outcome.ENCRYPTED, "it is protected by a password")
        raise Unreadable(Outcome.FAILED, f"it is an older office file, not {kind}; save it anew as {path.suffix}")
    if not magic:
        raise Unreadable(Outcome.EMPTY, "the file is empty")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise Unreadable(Outcome.FAILED, f"it is damaged or cut short, or is not {kind}") from None
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if unpacked > MOST or (unpacked > SUSPECT and unpacked / packed > RATIO):
        raise Unreadable(Outcome.TOO_LARGE, f"unpacked it would take {unpacked // 2**20:,} MB")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable(Outcome.ENCRYPTED, "it is protected by a password")
