"""Renames and deletes whole libraries. The person's own files are never touched; the copies of dropped files are.

A library's documents keep their text, vectors and conversations when it is renamed. Only dropped files are known by
another path afterwards, and so under another id: the ledger and the stored answers follow.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from rag.errors import LibraryError, UsageError
from rag.library.db import chat_schema, engines, link
from rag.library.db.ledger import Ledger
from rag.library.db.postgres_server import CHATS_SUFFIX, drop_schemas, name_schema
from rag.library.files import size_of
from rag.library.locks import WriteLock
from rag.messages import Message
from rag.settings import (
    CHATS_FILE,
    LEDGER_FILE,
    UPLOADS_FOLDER,
    existing_library,
    library_folder,
    library_names,
)
from rag.types import FileRecord, Outcome, document_id

_DELETED_PREFIX = ".deleted-"  # of the folder, in the home, of a library that is being deleted
_RENAME_WAIT_SECONDS = 5.0  # seconds that a rename waits for a short write


@dataclass(frozen=True, slots=True)
class LibrarySummary:
    """What goes when a library is deleted."""

    name: str
    documents: int  # with text, copies not counted: as the page counts them
    uploads: int  # copies of dropped files
    conversations: int
    size: int  # bytes on disk


def summary(home: Path, name: str) -> LibrarySummary:
    """Return what a library holds. Raises LibraryNotFoundError, LibraryError where its ledger cannot be read."""
    folder = existing_library(home, name)
    ledger = Ledger.open(folder / LEDGER_FILE, None)
    try:
        records = ledger.records()
    finally:
        ledger.close()
    uploads = os.path.realpath(folder / UPLOADS_FOLDER)
    copies = sum(record.root == uploads for record in records)
    documents = sum(record.chunks > 0 and record.outcome is not Outcome.DUPLICATE for record in records)
    return LibrarySummary(name, documents, copies, _conversations(folder / CHATS_FILE), size_of(folder))


def _conversations(chats: Path) -> int:
    with contextlib.suppress(LibraryError, sa.exc.SQLAlchemyError), engines.stored_chats(chats) as db:
        if db is not None:
            return int(db.execute(sa.select(sa.func.count()).select_from(chat_schema.chats)).scalar_one())
    return 0


def delete(home: Path, name: str) -> None:
    """Delete a library: its documents' text, its conversations and the copies of dropped files.

    It is gone at once or not at all. Raises LibraryNotFoundError, LibraryBusyError while something writes to it,
    LibraryError where it cannot be deleted.
    """
    folder = existing_library(home, name)
    gone = home / f"{_DELETED_PREFIX}{uuid4().hex[:8]}"
    try:
        with WriteLock(folder).hold(0.0):
            if (shared := _link(folder)) is not None:
                drop_schemas(shared.url, shared.schema, f"{shared.schema}{CHATS_SUFFIX}")
            folder.rename(gone)
    except OSError as error:
        raise _not_changed(folder, error) from error
    for left in home.glob(f"{_DELETED_PREFIX}*"):  # and what a deletion that was killed has left
        shutil.rmtree(left, ignore_errors=True)


def rename(home: Path, name: str, new: str) -> None:
    """Give a library another name. Raises UsageError for a bad or a taken one, else as :func:`delete`."""
    folder, target = existing_library(home, name), library_folder(home, new)
    others = {each.casefold() for each in library_names(home) if each != name}
    if new.casefold() in others or (new != name and target.exists() and not target.samefile(folder)):
        raise UsageError(Message("A library with that name already exists."), Message("Choose another name."))
    before = os.path.realpath(folder / UPLOADS_FOLDER)
    try:
        with WriteLock(folder).hold(0.0):
            folder.rename(target)
        with WriteLock(target).hold(_RENAME_WAIT_SECONDS):
            if (shared := _link(target)) is not None:
                name_schema(shared.url, shared.schema, new)
            (target / "turn.json").unlink(missing_ok=True)
            _follow_uploads(target, before)
    except OSError as error:
        raise _not_changed(folder, error) from error


def _link(folder: Path) -> link.LedgerLink | None:
    return None if (folder / LEDGER_FILE).exists() else link.read(folder)


def _not_changed(folder: Path, error: OSError) -> LibraryError:
    why = error.strerror or str(error)
    return LibraryError(
        Message("The library in {folder} cannot be written: {error}.", folder=folder, error=why), f"ls -ld {folder}"
    )


def _follow_uploads(folder: Path, before: str) -> None:
    """Store the documents of the copies of dropped files under the path that these have now."""
    now = os.path.realpath(folder / UPLOADS_FOLDER)
    ledger = Ledger.open(folder / LEDGER_FILE, None)
    moved: dict[str, str] = {}
    try:
        if ledger.database.folders.move(before, now):
            return
        for record in ledger.records():
            if record.root == before:
                moved[record.id] = _move(ledger, record, now)
    finally:
        ledger.close()
    if moved:
        _follow_in_answers(folder / CHATS_FILE, moved | _paths(before, now))


def _move(ledger: Ledger, record: FileRecord, root: str) -> str:
    source = root + record.source[len(record.root) :] if record.source.startswith(record.root) else record.source
    fresh = replace(record, id=document_id(root, record.path), root=root, source=source)
    if not ledger.copy(fresh, record.id, remove_original=True):  # it has no text
        ledger.store_without_text(fresh)
        ledger.remove(record.id)
    return fresh.id


def _paths(before: str, now: str) -> dict[str, str]:
    """Return how the path is written in JSON, with letters beyond ASCII as they are and not."""
    return {
        json.dumps(f"{before}/", ensure_ascii=plain)[1:-1]: json.dumps(f"{now}/", ensure_ascii=plain)[1:-1]
        for plain in (True, False)
    }


def _follow_in_answers(chats: Path, changed: Mapping[str, str]) -> None:
    any_of = re.compile("|".join(map(re.escape, changed)))
    replies = chat_schema.replies
    with engines.stored_chats(chats) as db:
        if db is None:
            return
        for number, answer in db.execute(sa.select(replies.c.number, replies.c.answer)).all():
            fresh = any_of.sub(lambda found: changed[found.group()], answer or "")
            if answer is not None and fresh != answer:
                db.execute(sa.update(replies).where(replies.c.number == number).values(answer=fresh))
        db.commit()
