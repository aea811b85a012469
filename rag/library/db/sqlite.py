"""Opens a library's SQLite files (the ledger, the conversations) and translates SQLite's errors.

Connections wait for each other.
"""

from __future__ import annotations

import itertools
import os
import shlex
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from rag.errors import LibraryBusyError, LibraryError
from rag.messages import Message
from rag.storage import MAKE_ROOM, free_space, room_left

_SMALLEST_ROOM = 1 << 16  # bytes; SQLite's shared index alone takes 32 kB
WRITE_WAIT_SECONDS = 30.0  # seconds that a writer waits for another one's transaction
LEDGER_NAME = Message("ledger")
REPAIR_HINT = Message("Save what can be saved: oaken doctor --repair")


def engine(path: Path, what: str = LEDGER_NAME, repair_advice: str = REPAIR_HINT) -> sa.Engine:
    """Return an engine for the file, which is created if missing. Its errors are LibraryBusyError or LibraryError.

    ``what`` names the file in them; ``repair_advice`` is the advice where it is damaged.
    """
    made = sa.create_engine(f"sqlite:///{path}", creator=lambda: _connect(path))
    sa.event.listen(made, "connect", _configure)
    sa.event.listen(made, "handle_error", lambda context: _translate(context, path, what, repair_advice))
    return made


def unreadable_error(
    path: Path, error: BaseException, what: str = LEDGER_NAME, repair_advice: str = REPAIR_HINT
) -> LibraryError:
    """Return the error for a file that is no ledger, or no longer."""
    return LibraryError(
        Message("The {what} {path} cannot be read: {error}.", what=what, path=path, error=error), repair_advice
    )


def move_aside(path: Path) -> str:
    """Return the advice to move a damaged, dispensable file aside: a sentence with the command; nothing is lost.

    With its log: SQLite would put the pages of a log that stays behind into the new file.
    """
    aside = free_aside(path.with_name(path.stem))
    here, there = shlex.quote(str(path)), shlex.quote(str(aside))
    return f"Move it aside and start again: mkdir -p {there} && mv {here}* {there}"


def free_aside(path: Path) -> Path:
    """Return a path that is free, for the damaged file of that name: the clock may tell the same time twice."""
    wanted = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
    more = (wanted.with_name(f"{wanted.name}-{number}") for number in itertools.count(2))
    return next(each for each in itertools.chain([wanted], more) if not each.exists())


def make_owner_only(path: Path) -> None:
    """Make the ledger's files readable only by their owner."""
    for each in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        if each.exists() and os.access(each, os.W_OK):
            each.chmod(0o600)


def vacuum(path: Path, wait: float) -> None:
    """Rewrite the file without free pages, and empty its log. Raises LibraryBusyError after ``wait`` seconds."""
    last = time.monotonic() + wait
    with closing(sqlite3.connect(path, timeout=wait, isolation_level=None)) as db:
        db.execute("PRAGMA secure_delete=ON")
        rewritten = False
        while True:
            try:
                if not rewritten:
                    db.execute("VACUUM")
                    rewritten = True
                busy, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) and "busy" not in str(error):
                    raise LibraryError(
                        Message("The ledger {path} cannot be rewritten: {error}.", path=path, error=error),
                        "oaken doctor",
                    ) from error
                busy = 1
            if not busy:
                return
            if time.monotonic() > last:
                raise LibraryBusyError(
                    Message("Another process is reading {path}: what was removed is still in its log.", path=path),
                    Message("Close it, then: oaken purge"),
                )
            time.sleep(0.05)


def _connect(path: Path) -> sqlite3.Connection:
    """Return a connection to the file, read-only where it may not be written."""
    if not path.exists() or _is_writable(path):
        return sqlite3.connect(path, timeout=WRITE_WAIT_SECONDS, check_same_thread=False)
    return read_only(path)


def read_only(path: Path) -> sqlite3.Connection:
    """Return a connection that only reads. On a disk that may not be written, SQLite has no place for its index."""
    log = path.with_name(f"{path.name}-wal")
    # Without a log no other program can be writing here; with one, SQLite must look at it.
    mode = "mode=ro" if _is_writable(path) or (log.exists() and log.stat().st_size) else "immutable=1"
    return sqlite3.connect(
        f"file:{quote(str(path))}?{mode}", uri=True, timeout=WRITE_WAIT_SECONDS, check_same_thread=False
    )


def _is_writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _configure(connection: Any, _: object) -> None:
    last = time.monotonic() + WRITE_WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as error:  # the one statement for which SQLite itself does not wait
            if "readonly" in str(error):
                break
            if "locked" not in str(error) or time.monotonic() > last:
                raise
            time.sleep(0.02)
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA trusted_schema=OFF")  # a restored file may be a stranger's


def _translate(context: sa.ExceptionContext, path: Path, what: str, repair_advice: str) -> None:
    """Translate SQLite's own errors; a violated constraint is a bug of the program and stays what it is."""
    error = context.original_exception
    if isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError:
        raise failure(error, path, what, repair_advice)


def failure(
    error: sqlite3.DatabaseError, path: Path, what: str = LEDGER_NAME, repair_advice: str = REPAIR_HINT
) -> LibraryBusyError | LibraryError:
    """Return the error that says what SQLite met: another writer, a full disk, a file that may only be read, damage."""
    if not isinstance(error, sqlite3.OperationalError):
        return unreadable_error(path, error, what, repair_advice)
    if "locked" in str(error):
        return LibraryBusyError(
            Message("Another process is writing to {path}.", path=path),
            Message("Wait for it to end, then try again."),
        )
    if _met_a_full_disk(error, path):
        return LibraryError(
            Message(
                "There is no room left for the {what} {path}: {error}{room}. Nothing is lost.",
                what=what,
                path=path,
                error=error,
                room=room_left(path.parent),
            ),
            MAKE_ROOM,
        )
    if "readonly" in str(error):
        return LibraryError(
            Message("The {what} {path} may only be read: {error}.", what=what, path=path, error=error),
            Message("Check its owner and permissions: ls -l {parent}", parent=path.parent),
        )
    return LibraryError(
        Message("The {what} {path} cannot be used: {error}.", what=what, path=path, error=error),
        Message("See what is wrong: oaken doctor"),
    )


def _met_a_full_disk(error: sqlite3.OperationalError, path: Path) -> bool:
    """Tell whether a full disk is the reason: SQLite calls it an I/O error where its log or its index does not fit."""
    kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if kind in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        free = free_space(path.parent)
        return free is not None and free < _SMALLEST_ROOM
    return kind == sqlite3.SQLITE_FULL or "full" in str(error)
