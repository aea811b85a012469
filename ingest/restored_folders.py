"""Folders that a restored library names and that nobody has added here: no file in them is opened.

A backup may come from somebody else, and names any folder it likes.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from rag.errors import UsageError
from rag.messages import Message
from rag.types import FileRecord


def folders_of(given: Sequence[Path]) -> list[str]:
    """Return the folders that are added with these paths: a file's is the one it lies in."""
    return [os.path.realpath(path if path.is_dir() else path.parent) for path in given]


def require_added(records: Iterable[FileRecord], restored_roots: Collection[str]) -> None:
    """Raise UsageError where a record's folder came with a backup and was not added here."""
    for record in records:
        if record.root in restored_roots:
            raise UsageError(
                Message("{source} came with a backup, and nobody has added its folder here.", source=record.source),
                Message("Add it: oaken ingest {folder}", folder=shlex.quote(record.root)),
            )
