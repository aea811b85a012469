"""The file that a document was read from: whether it is unchanged, and its bytes. Knows no Streamlit.

Only what was ingested is ever served: the bytes must have the hash that the ledger holds, so a changed file, or a
symlink put in its place, is reported and not served. A record that came with a backup names any file it likes, so
nothing of its folder is opened until somebody adds that folder here.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rag.errors import OakenError, UsageError
from rag.messages import Message
from rag.types import FileRecord, is_elsewhere
from ui.shared.i18n import tr


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """Where the file lies; ``problem``: why it cannot be shown, "" where it can."""

    path: Path
    problem: str = ""


def original_file(record: FileRecord, restored_roots: Collection[str]) -> OriginalFile:
    """Return a document's file and whether it is unchanged, by its hash.

    ``restored_roots`` are the folders that came with a backup, and that nobody added here.
    """
    path = Path(record.root, record.path)
    if is_elsewhere(record.root):
        return OriginalFile(path, tr("The file is on another machine."))
    if record.root in restored_roots:
        return OriginalFile(path, tr("Its folder came with a backup. Add the folder here to see the file as it is."))
    if not record.stamp.content_hash:
        return OriginalFile(path, tr("The file was never read. Add it again to see it as it is now."))
    try:
        now = path.stat()
        if not stat.S_ISREG(now.st_mode):
            return OriginalFile(path, tr("The file is no longer where it was."))
        same = now.st_size == record.stamp.size
        same = same and _hash(path, now.st_ino, now.st_mtime_ns, now.st_ctime_ns) == record.stamp.content_hash
        readable = os.access(path, os.R_OK)
    except OSError:
        return OriginalFile(path, tr("The file is no longer where it was."))
    if not readable:
        return OriginalFile(path, tr("The file cannot be opened: you do not have permission to read it."))
    return OriginalFile(
        path, "" if same else tr("The file has changed since it was read. Add it again to see it as it is now.")
    )


def content(record: FileRecord, restored_roots: Collection[str]) -> bytes:
    """Return the file's bytes as they were ingested.

    Raises UsageError where it is gone or changed, OakenError where it cannot be read.
    """
    found = original_file(record, restored_roots)
    if found.problem:
        raise UsageError(found.problem)
    try:
        data = found.path.read_bytes()
    except OSError as error:
        raise OakenError(Message("{path} cannot be read: {why}.", path=found.path, why=error)) from error
    if hashlib.sha256(data).hexdigest() != record.stamp.content_hash:
        raise UsageError(tr("The file has changed since it was read. Add it again to see it as it is now."))
    return data


@lru_cache(maxsize=256)
def _hash(path: Path, _inode: int, _mtime: int, _ctime: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
