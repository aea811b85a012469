"""The write lock of a library that several machines share."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rag.errors import LibraryBusyError
from rag.library.db import link
from rag.library.db.session_lock import SessionLock
from rag.library.locks import WriteLock
from tests.postgres import linked

REPOSITORY = Path(__file__).resolve().parents[3]
HOLD = """
import sys, time
from pathlib import Path
from rag.library.db import link
from rag.library.locks import WriteLock
link.register(sys.argv[2])
with WriteLock(Path(sys.argv[1])).hold(5.0):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def two(tmp_path: Path, database: str) -> tuple[Path, Path]:
    """The folders of two machines that share a library."""
    one = linked(tmp_path / "one", database)
    held = link.read(one)
    assert held is not None
    return one, linked(tmp_path / "two", database, "there", "host-b", held.schema)


def test_one_machine_writes_at_a_time_and_the_other_is_told_which(two: tuple[Path, Path]) -> None:
    one, other = map(WriteLock, two)
    assert one.holder() == other.holder() == ""
    with one.hold(1.0):
        assert f"process {os.getpid()} on host-a, since 2" in other.holder()
        with pytest.raises(LibraryBusyError, match="on host-a") as met, other.hold(0.3):
            raise AssertionError
        assert met.value.hint
    assert one.holder() == other.holder() == ""
    with other.hold(0.0):
        assert "on host-b" in one.holder()


def test_a_lock_is_free_once_its_holder_was_killed(two: tuple[Path, Path], database: str) -> None:
    command = [sys.executable, "-c", HOLD, str(two[0]), database]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        other = WriteLock(two[1])
        assert f"process {process.pid} on host-a" in other.holder()
        process.kill()
        process.wait()
    with other.hold(10.0):
        assert "on host-b" in other.holder()


def test_a_holder_is_forgotten_with_its_session(two: tuple[Path, Path]) -> None:
    """A row that a killed holder leaves says nothing: its session's lock is gone."""
    held = link.read(two[0])
    assert held is not None
    from rag.library.db.postgres_server import session

    with WriteLock(two[0]).hold(1.0), session(held.url, held.schema) as db:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
        db.exec_driver_sql(ended)
        for _ in range(100):
            if SessionLock(held).holder() is None:
                break
            time.sleep(0.05)
        assert SessionLock(held).holder() is None
        with WriteLock(two[1]).hold(5.0):
            pass
