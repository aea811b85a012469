"""The write lock of a library on a database server: held by a session, and let go when that ends, however it ends."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from rag.errors import LibraryBusyError, LibraryError
from rag.library.db.link import LedgerLink
from rag.library.db.postgres_server import session
from rag.library.db.shared_schema import shared_tables, write_lock
from rag.messages import Message

_WRITE_LOCK = 2  # second half of the lock's key; the first is the schema's
_LOCK_POLL_SECONDS = 0.2
_SERVER_KEEPALIVE = ("tcp_keepalives_idle=30", "tcp_keepalives_interval=10", "tcp_keepalives_count=3")


@dataclass(frozen=True, slots=True)
class LockHolder:
    """Who holds a lock."""

    host: str
    pid: int
    command: str
    since: str

    @property
    def text(self) -> str:
        """Command, process, machine and since when."""
        return Message(
            "{command} (process {pid} on {host}, since {since})",
            command=self.command,
            pid=self.pid,
            host=self.host,
            since=self.since,
        )


class SessionLock:
    """The write lock of one library's schema."""

    def __init__(self, link: LedgerLink) -> None:
        self._link = link
        self._key = sa.func.hashtext(link.schema), sa.literal(_WRITE_LOCK)

    @contextlib.contextmanager
    def hold(self, wait: float, command: str, since: str) -> Iterator[None]:
        """Hold the lock, and tell who holds it. Raises LibraryBusyError after ``wait`` seconds."""
        with session(self._link.url, self._link.schema) as db:
            for each in _SERVER_KEEPALIVE:  # a machine that is gone is noticed within a minute, not after two hours
                db.exec_driver_sql(f"SET {each}")
            self._acquire(db, wait)
            try:
                self._record(db, command, since)
                yield
            finally:
                # A session that is over has let go already, and a library that was deleted has no such table.
                with contextlib.suppress(LibraryError, sa.exc.SQLAlchemyError):
                    db.execute(sa.delete(write_lock))
                    db.execute(sa.select(sa.func.pg_advisory_unlock(*self._key)))

    def holder(self) -> LockHolder | None:
        """Return who holds the lock, or None."""
        held = sa.text(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = :key AND objsubid = 2 "
            "AND classid = (hashtext(:schema)::bigint & 4294967295)::oid "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        with session(self._link.url, self._link.schema) as db:
            if not sa.inspect(db).has_table(write_lock.name, schema=self._link.schema):
                return None
            backends = db.execute(held, {"key": _WRITE_LOCK, "schema": self._link.schema}).scalars().all()
            row = db.execute(sa.select(write_lock).where(write_lock.c.backend.in_(backends))).first()
        return None if row is None else LockHolder(row.host, row.pid, row.command, row.since)

    def _acquire(self, db: sa.Connection, wait: float) -> None:
        last = time.monotonic() + wait
        while not db.execute(sa.select(sa.func.pg_try_advisory_lock(*self._key))).scalar():
            if time.monotonic() >= last:
                raise LibraryBusyError(
                    Message("Another process is writing to {path}.", path=self._link.shown),
                    Message("Wait for it to end, then try again."),
                )
            time.sleep(_LOCK_POLL_SECONDS)

    def _record(self, db: sa.Connection, command: str, since: str) -> None:
        if not sa.inspect(db).has_table(write_lock.name, schema=self._link.schema):  # a library to be
            db.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{self._link.schema}"')
            shared_tables.create_all(db)
        db.execute(sa.delete(write_lock))
        row = {"backend": sa.func.pg_backend_pid(), "host": self._link.host, "pid": os.getpid()}
        db.execute(sa.insert(write_lock).values(row | {"command": command, "since": since}))
