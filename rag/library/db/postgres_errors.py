"""What PostgreSQL's errors mean, by their SQLSTATE, and what a person can do. No password is in any of them."""

from __future__ import annotations

import re

from rag.errors import LibraryBusyError, LibraryError
from rag.messages import Message

_TRY_SERVER_AGAIN = Message("Try again; see what is wrong: oaken doctor")
_BUSY = ("55P03", "40001", "40P01", "57014")  # lock timeout, serialization failure, deadlock, statement timeout
_SIGN_IN = ("28000", "28P01")
_CONNECTION = ("08", "57P")  # lost connections, and a server that shuts down or starts
_SECRET = re.compile(r"(://[^\s:/@]*:)[^\s@]*@|(\bpassword\s*=\s*)\S+", re.IGNORECASE)


def failure(error: BaseException | None, database: str) -> LibraryError | None:
    """Return the error that says what the server met; None where the program itself is at fault."""
    import psycopg

    if not isinstance(error, psycopg.Error) or isinstance(error, psycopg.ProgrammingError | psycopg.IntegrityError):
        return _not_allowed(error, database)
    state = error.sqlstate or ""
    why = _why(error)
    if state in _BUSY:
        return LibraryBusyError(
            Message("Another process is writing to {path}.", path=database),
            Message("Wait for it to end, then try again."),
        )
    if state in _SIGN_IN or "password authentication failed" in why or "no password supplied" in why:
        return LibraryError(
            Message("The database server refuses the user or the password for {database}: {why}.",
                    database=database, why=why),
            Message("Correct OAKEN_LEDGER_URL, or the password in ~/.pgpass."),
        )  # fmt: skip
    if state == "3D000" or re.search(r'database "[^"]*" does not exist', why):
        return LibraryError(
            Message("There is no database {database}.", database=database),
            Message("Create it: createdb --encoding=UTF8 --template=template0 DATABASE"),
        )
    if state in ("53100", "53200"):
        return LibraryError(
            Message("The database server has no room left for {database}: {why}. Nothing is lost.",
                    database=database, why=why),
            Message("Make room on the server, then try again."),
        )  # fmt: skip
    if state == "25006":
        return LibraryError(
            Message("The database {database} may only be read: {why}.", database=database, why=why),
            Message("Connect to the primary server, not to a standby: OAKEN_LEDGER_URL"),
        )
    if not state or state.startswith(_CONNECTION) or state == "53300":
        return LibraryError(
            Message("The database server of {database} cannot be reached: {why}.", database=database, why=why),
            Message("Start it, or correct OAKEN_LEDGER_URL."),
        )
    if isinstance(error, psycopg.OperationalError | psycopg.InternalError):
        return LibraryError(
            Message("The database {database} cannot be used: {why}.", database=database, why=why), _TRY_SERVER_AGAIN
        )
    return None


def _not_allowed(error: BaseException | None, database: str) -> LibraryError | None:
    """Return the error for a user without the right; PostgreSQL counts that among the program's own."""
    if getattr(error, "sqlstate", None) != "42501" or error is None:
        return None
    return LibraryError(
        Message("The database user lacks a right in {database}: {why}.", database=database, why=_why(error)),
        Message("As the database's owner: GRANT CREATE ON DATABASE … TO …"),
    )


def _why(error: BaseException) -> str:
    """Return what the server or the driver says, on one line and without what might be a secret."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = next((line for line in reversed(lines) if "FATAL" in line or "ERROR" in line), lines[0] if lines else "")
    return _SECRET.sub(lambda found: f"{found.group(1) or found.group(2) or ''}…", said)[:300].rstrip(". ")
