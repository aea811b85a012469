"""Backs up a library in one file; restore.py gives it back.

The file is a zip of the ledger, the conversations, copies of uploaded files, and a list that names each with its size
and SHA-256 (archive.py). Indexes are not in it: they are rebuilt from the ledger.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.errors import LibraryError, UsageError
from rag.library.db import engines, sqlite
from rag.library.db.ledger import Ledger
from rag.library.maintenance.archive import BACKUP_FORMAT, BackupInfo, description, pack
from rag.library.maintenance.transfer import copy_chats, copy_ledger
from rag.messages import Message
from rag.settings import CHATS_FILE, LEDGER_FILE, UPLOADS_FOLDER


def save(folder: Path, file: Path, *, force: bool = False) -> BackupInfo:
    """Write the library in ``folder`` to ``file``, as it is at one moment, while others use it.

    Atomic. Raises UsageError where the file exists and not ``force``, LibraryError.
    """
    if file.exists() and not force:
        raise UsageError(
            Message("The file {file} already exists.", file=file),
            Message("Overwrite it: oaken backup {file} --force", file=file),
        )
    try:
        with tempfile.TemporaryDirectory(dir=file.resolve().parent, prefix=".oaken-") as scratch:
            copy = Path(scratch) / LEDGER_FILE
            parts = [(LEDGER_FILE, copy)]
            if _copy_library(folder, Path(scratch)):
                parts.append((CHATS_FILE, Path(scratch) / CHATS_FILE))
            about = _describe(copy)
            uploads = folder / UPLOADS_FOLDER
            for path in sorted(uploads.rglob("*")) if uploads.is_dir() else []:
                if path.is_file() and not path.is_symlink():
                    parts.append((f"{UPLOADS_FOLDER}/{path.relative_to(uploads).as_posix()}", path))
            about |= {"uploads": str(uploads.resolve())}
            fresh = Path(scratch) / "backup"
            size = pack(fresh, parts, about)
            os.replace(fresh, file)  # noqa: PTH105
    except OSError as error:
        raise LibraryError(
            Message("The backup cannot be written to {file}: {error}.", file=file, error=error.strerror or error),
            Message("Choose another location."),
        ) from error
    return description(about, size)


def _copy_library(folder: Path, scratch: Path) -> bool:
    """Copy ledger and conversations to files, each at one moment; return whether there are conversations."""
    held = Ledger.open(folder / LEDGER_FILE, None)
    try:
        if not (folder / LEDGER_FILE).exists():
            return _export(held, folder / CHATS_FILE, scratch)
    finally:
        held.close()
    _copy(folder / LEDGER_FILE, scratch / LEDGER_FILE, "ledger", "oaken doctor")
    chats = folder / CHATS_FILE
    if not chats.exists():
        return False
    _copy(chats, scratch / CHATS_FILE, "conversations", sqlite.move_aside(chats))
    return True


def _export(held: Ledger, chats: Path, scratch: Path) -> bool:
    """Write the rows of a server to files, as a library in files has them; return whether there are conversations."""
    copy = Ledger.open(scratch / LEDGER_FILE, held.embedder)
    try:
        changed = copy_ledger(held, copy)
    finally:
        copy.close()
    source, target = engines.of_chats(chats), sqlite.SqliteEngine(scratch / CHATS_FILE)
    try:
        with source.sql.connect() as db:
            if not source.exists(db):
                return False
        copy_chats(source, target, changed)
        return True
    finally:
        source.close()
        target.close()


def _describe(copy: Path) -> dict[str, Any]:
    """Return the description of a copied ledger."""
    with contextlib.closing(sqlite3.connect(copy)) as db:
        documents, chunks = (db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("documents", "chunks"))
        schema_version, embedder = (
            db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()[0] for key in ("schema", "embedder")
        )
    return {
        "format": BACKUP_FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "schema": int(schema_version),
        "embedder": embedder,
        "documents": documents,
        "chunks": chunks,
    }


def _copy(held: Path, copy: Path, what: str, repair_advice: str) -> None:
    """Copy a file at one moment, without what was removed."""
    try:
        with contextlib.closing(sqlite3.connect(held, timeout=30.0)) as db:
            db.execute("VACUUM INTO ?", (str(copy),))
    except sqlite3.Error as error:
        raise LibraryError(
            Message("The {what} {held} cannot be copied: {error}.", what=what, held=held, error=error), repair_advice
        ) from error
    copy.chmod(0o600)
