"""Gives back a library from a backup: its rows are copied, checked, into a ledger of our own (adopt.py).

Everything is verified before anything is replaced. Originals of documents that came with a backup are not read until
their folder is added on this machine: a backup may come from somebody else, and names any file it likes.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from rag.errors import LibraryError, UsageError
from rag.library.db import engines, sqlite
from rag.library.db.ledger import Ledger
from rag.library.locks import RESTORED_PART, WriteLock
from rag.library.maintenance.adopt import StoredReply, adopt_chats, adopt_ledger, answers_written_here
from rag.library.maintenance.archive import BackupInfo, description, refusing, require, unpack
from rag.library.maintenance.transfer import copy_chats, copy_ledger
from rag.messages import Message
from rag.settings import CHATS_FILE, LEDGER_FILE, UPLOADS_FOLDER, holds_library
from rag.storage import private_folder

_FOREIGN = "foreign"  # folder of the parts as the backup has them


def verify(file: Path) -> BackupInfo:
    """Check every part of a backup against its checksum, and every row of its ledger and conversations.

    Raises UsageError where there is no such file, LibraryError that says what is wrong with it.
    """
    _require_file(file)
    with tempfile.TemporaryDirectory(prefix="oaken-") as scratch:
        return _adopt(file, Path(scratch), Path(scratch) / UPLOADS_FOLDER)


def restore(file: Path, folder: Path, *, force: bool = False, wait: float = 5.0) -> BackupInfo:
    """Restore the library in ``folder`` to what the backup holds; others may have it open.

    Everything is verified first; then the ledger is replaced in one transaction. Raises UsageError where there is a
    library already and not ``force``, LibraryError, LibraryBusyError where another process holds the write lock.
    """
    target = folder / LEDGER_FILE
    if _is_filled(target) and not force:
        raise UsageError(
            Message("{folder} already holds a library.", folder=folder),
            Message("Restore under another name (--library NAME), or use --force."),
        )
    _require_file(file)
    try:
        private_folder(folder)
        with WriteLock(folder).hold(wait):
            scratch = folder / f"{RESTORED_PART}{uuid4().hex[:8]}"
            scratch.mkdir(mode=0o700)
            try:
                about = _adopt(
                    file,
                    scratch,
                    folder / UPLOADS_FOLDER,
                    _roots_added(target),
                    answers_written_here(folder / CHATS_FILE),
                )
                if target.exists() or not holds_library(folder):
                    _switch(scratch / LEDGER_FILE, target)
                    if (scratch / CHATS_FILE).exists():  # older backups have none: then those that are here stay
                        _switch(scratch / CHATS_FILE, folder / CHATS_FILE)
                else:
                    _import(scratch, folder)
                _switch_uploads(scratch, folder)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        raise LibraryError(
            Message(
                "The library in {folder} cannot be written: {error}.", folder=folder, error=error.strerror or error
            ),
            f"ls -ld {folder}",
        ) from error
    finally:
        with contextlib.suppress(OSError):  # an empty folder is no library
            if not holds_library(folder):
                for name in ("turn.lock", "turn.json"):
                    (folder / name).unlink(missing_ok=True)
                folder.rmdir()
    return about


def _is_filled(target: Path) -> bool:
    return target.exists() or (holds_library(target.parent) and engines.embedder_of(target) != "")


def _import(scratch: Path, folder: Path) -> None:
    """Put ledger and conversations in ``scratch`` in place of what the server holds."""
    target = folder / LEDGER_FILE
    with contextlib.closing(Ledger.open(scratch / LEDGER_FILE, None)) as fresh:
        filled = _is_filled(target)
        with contextlib.closing(Ledger.open(target, None if filled else fresh.embedder)) as live:
            changed = copy_ledger(fresh, live)
    if (scratch / CHATS_FILE).exists():
        chats = sqlite.SqliteEngine(scratch / CHATS_FILE)
        with contextlib.closing(chats), contextlib.closing(engines.of_chats(folder / CHATS_FILE)) as kept:
            copy_chats(chats, kept, changed)


def _require_file(file: Path) -> None:
    if not file.is_file():
        raise UsageError(Message("The backup {file} does not exist.", file=file), f"ls -l {file.parent}")


def _adopt(
    file: Path,
    scratch: Path,
    uploads: Path,
    added: frozenset[str] = frozenset(),
    own: frozenset[StoredReply] = frozenset(),
) -> BackupInfo:
    """Make the ledger, the conversations and the uploads of a backup in the empty folder ``scratch``.

    ``uploads`` is where the copies will lie, ``added`` the folders that were added on this machine,
    ``own`` the answers that were written on it.
    """
    foreign = scratch / _FOREIGN
    foreign.mkdir(mode=0o700)
    with refusing(file):
        manifest, size = unpack(file, foreign)
        about = description(manifest, size)
        held = adopt_ledger(
            foreign / LEDGER_FILE, scratch / LEDGER_FILE, manifest["schema"], (about.uploads, str(uploads.resolve()))
        )
        require(
            (held.documents, held.chunks) == (about.documents, about.chunks),
            Message("its manifest does not match its ledger"),
        )
        if (foreign / CHATS_FILE).exists():
            adopt_chats(foreign / CHATS_FILE, scratch / CHATS_FILE, own)
    if (foreign / UPLOADS_FOLDER).exists():
        (foreign / UPLOADS_FOLDER).rename(scratch / UPLOADS_FOLDER)
    restored = held.roots - added
    ledger = Ledger.open(scratch / LEDGER_FILE, None)
    try:
        ledger.set_restored_roots(restored)
    finally:
        ledger.close()
    return replace(about, restored_roots=tuple(sorted(restored)))


def _roots_added(target: Path) -> frozenset[str]:
    """Return the folders that the library to be replaced holds documents of, and that were added on this machine."""
    if not holds_library(target.parent):
        return frozenset()
    try:
        ledger = Ledger.open(target, None)
    except LibraryError:  # it cannot be read, and is replaced by force
        return frozenset()
    try:
        return frozenset(record.root for record in ledger.records()) - ledger.restored_roots()
    except LibraryError:
        return frozenset()
    finally:
        ledger.close()


def _switch_uploads(scratch: Path, folder: Path) -> None:
    fresh, held = scratch / UPLOADS_FOLDER, folder / UPLOADS_FOLDER
    if held.exists():
        held.rename(scratch / f"{UPLOADS_FOLDER}-before")
    if fresh.exists():
        fresh.rename(held)


def _switch(fresh: Path, target: Path) -> None:
    if target.exists():
        try:
            with (
                contextlib.closing(sqlite3.connect(fresh)) as source,
                contextlib.closing(sqlite3.connect(target, timeout=30.0)) as live,
            ):
                live.execute("SELECT count(*) FROM meta")  # or it is no ledger any more
                source.backup(live)
                return
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and "no such table" not in str(error):
                raise LibraryError(
                    Message("{target} cannot be replaced: {error}.", target=target, error=error), Message("Try again.")
                ) from error
        for suffix in ("-wal", "-shm"):  # of a ledger that cannot be read, and is replaced by force
            target.with_name(f"{target.name}{suffix}").unlink(missing_ok=True)
    fresh.replace(target)
