"""Opens a library's SQLite files (the ledger, the conversations) and translates SQLite's errors.

Connections wait for each other.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shlex
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from rag.errors import LibraryBusyError, LibraryError
from rag.library.db.folders import LocalFolders
from rag.library.db.migrations import migrate
from rag.messages import Message
from rag.settings import WRITE_WAIT_SECONDS
from rag.storage import MAKE_ROOM, free_space, room_left

_LOG_WAIT_SECONDS = 2.0  # that emptying a log waits for those who read it
_SMALLEST_ROOM = 1 << 16  # bytes; SQLite's shared index alone takes 32 kB
LEDGER_NAME = Message("ledger")
CHATS_NAME = Message("conversations")
REPAIR_HINT = Message("Save what can be saved: oaken doctor --repair")


class SqliteEngine:
    """A SQLite file as the ledger and the conversations use it; see :class:`rag.library.db.engines.SqlEngine`."""

    def __init__(self, path: Path, what: str = LEDGER_NAME, repair_advice: str = REPAIR_HINT) -> None:
        self._path, self._what, self._repair_advice = path, what, repair_advice
        self.sql = engine(path, what, repair_advice)
        self.folders = LocalFolders()

    def insert(self, table: sa.Table) -> Any:
        """Return an INSERT that has ``on_conflict_…``."""
        return insert(table)

    def stands_in(self, column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
        """Return the condition that a column contains a text: LIKE would take capitals of ASCII for the same."""
        return sa.func.instr(column, text) > 0

    @contextmanager
    def connecting(self) -> Iterator[None]:
        """Translate what sqlite3 raises on connecting."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise failure(error, self._path, self._what, self._repair_advice) from error

    def begin_read(self, db: sa.Connection) -> None:
        """Begin a transaction."""
        db.exec_driver_sql("BEGIN")

    def begin_write(self, db: sa.Connection) -> None:
        """Begin a transaction as the file's writer; otherwise SQLite makes it that at its first write."""
        db.exec_driver_sql("BEGIN IMMEDIATE")

    def exists(self, db: sa.Connection) -> bool:
        """Tell whether the table of settings is there."""
        return sa.inspect(db).has_table("meta")

    def embedder(self) -> str:
        """Return the name of the ledger's embedder, "" where there is no ledger."""
        if not self._path.exists():
            return ""
        try:
            with closing(read_only(self._path)) as db:
                row = db.execute("SELECT value FROM meta WHERE key = 'embedder'").fetchone()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):  # it is being created just now
                return ""
            raise failure(error, self._path) from error
        except sqlite3.DatabaseError as error:
            raise unreadable_error(self._path, error) from error
        return str(row[0]) if row else ""

    def create(self, db: sa.Connection, tables: sa.MetaData) -> None:
        """Make the tables. Raises LibraryError where the file holds something else."""
        if sa.inspect(db).get_table_names() and not self.exists(db):
            raise self.unreadable_error("it holds something else")
        tables.create_all(db)

    def migrate(self, db: sa.Connection) -> None:
        """Bring the file to today's format."""
        migrate(db, self._path)

    def make_private(self) -> None:
        """Make the file and its log readable only by their owner."""
        make_owner_only(self._path)

    def erase_deleted(self, db: sa.Connection) -> None:
        """Overwrite with zeros what the transaction deletes."""
        db.exec_driver_sql("PRAGMA secure_delete=ON")

    def empty_log(self) -> None:
        """Write the log into the file and empty it. Where others read it for too long, the next one does."""
        address = f"file:{quote(str(self._path))}?mode=rw"  # a file that was deleted meanwhile is not made again
        with (
            contextlib.suppress(sqlite3.OperationalError),
            closing(sqlite3.connect(address, uri=True, timeout=_LOG_WAIT_SECONDS)) as db,
        ):
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def rewrite(self, wait: float) -> None:
        """Rewrite the file without free pages, and empty its log."""
        self.sql.dispose()
        vacuum(self._path, wait)

    def integrity(self, db: sa.Connection) -> str:
        """Run SQLite's own check."""
        return str(db.execute(sa.text("PRAGMA integrity_check(3)")).scalar())

    def unreadable_error(self, why: str) -> LibraryError:
        """Return the error for a file that holds something else."""
        return unreadable_error(self._path, ValueError(why), self._what, self._repair_advice)

    @contextmanager
    def rows_file(self) -> Iterator[Path]:
        """Yield the file itself."""
        yield self._path

    def close(self) -> None:
        """Close the connections."""
        self.sql.dispose()


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
