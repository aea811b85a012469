"""What the server says becomes a sentence with the next command, and never holds a password."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from psycopg import errors

from rag.errors import LibraryBusyError, LibraryError
from rag.library.db import link, postgres_server
from rag.library.db.postgres_errors import failure
from tests.postgres import PASSWORD, Postgres


def met(url: str) -> LibraryError:
    with pytest.raises(LibraryError) as found:
        postgres_server.libraries(link.register(url))
    assert PASSWORD not in found.value.text and "wr:ong" not in found.value.text
    return found.value


def test_a_server_a_password_and_a_database_that_are_not_there(postgres: Postgres) -> None:
    assert "refuses the user or the password" in met(postgres.url(password="wr:ong")).message
    assert "There is no database 127.0.0.1" in met(postgres.url("nowhere")).message
    unreachable = met(postgres.url(port=1))
    assert "cannot be reached" in unreachable.message and "OAKEN_LEDGER_URL" in unreachable.hint


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (errors.LockNotAvailable("x"), LibraryBusyError, "is writing to"),
        (errors.DiskFull("could not extend file"), LibraryError, "no room left"),
        (errors.ReadOnlySqlTransaction("cannot execute INSERT"), LibraryError, "may only be read"),
        (errors.InsufficientPrivilege("permission denied"), LibraryError, "lacks a right"),
        (errors.AdminShutdown("terminating connection"), LibraryError, "cannot be reached"),
        (errors.TooManyConnections("sorry"), LibraryError, "cannot be reached"),
        (errors.IoError("could not read block"), LibraryError, "cannot be used"),
        (psycopg.OperationalError("the connection is lost"), LibraryError, "cannot be reached"),
    ],
)
def test_an_error_is_told_by_its_sqlstate(error: psycopg.Error, kind: type[LibraryError], said: str) -> None:
    found = failure(error, "db/papers")
    assert type(found) is kind and said in found.message and "db/papers" in found.message and found.hint


@pytest.mark.parametrize("make", [errors.UniqueViolation, errors.SyntaxError, ValueError])
def test_a_fault_of_the_program_stays_what_it_is(make: Callable[[str], Exception]) -> None:
    assert failure(make("x"), "db/papers") is None


def test_what_the_driver_repeats_of_an_address_loses_its_password() -> None:
    said = 'invalid: "postgresql://me:s3cret@db/papers" password=s3cret'
    found = failure(psycopg.OperationalError(said), "db/papers")
    assert found is not None and "s3cret" not in found.text and "://me:…" in found.message
