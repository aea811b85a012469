"""The file of the ledger: no ledger, damaged, locked, made by several at once."""

from __future__ import annotations

import multiprocessing
import sqlite3
from pathlib import Path

import pytest

from rag.errors import LibraryBusyError, LibraryError
from rag.library.db import sqlite
from rag.library.db.ledger import Ledger
from tests.doubles import paper
from tests.library.db.ledgers import CARD, MILL, write


@pytest.fixture
def ledger(file_ledger: Ledger) -> Ledger:
    """Of files alone: a server keeps its types, and its files are none of ours."""
    return file_ledger


@pytest.mark.parametrize("damage", [b"this is no database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 8000])
def test_a_file_that_is_no_ledger_is_one_clear_sentence(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(damage)
    with pytest.raises(LibraryError, match=r"ledger\.sqlite cannot be read") as caught:
        Ledger.open(path, CARD)
    assert "oaken doctor --repair" in caught.value.hint and path.read_bytes() == damage


def test_a_file_moved_aside_in_the_same_second_gets_another_name(tmp_path: Path) -> None:
    """So does one after the clock was set back."""
    named = set()
    for _ in range(5):
        aside = sqlite.free_aside(tmp_path / "ledger.sqlite")
        aside.write_bytes(b"x")
        named.add(aside)
    assert set(tmp_path.glob("ledger.sqlite.damaged-*")) == named and len(named) == 5


def test_damage_met_while_reading_is_one_clear_sentence(ledger: Ledger) -> None:
    write(ledger, paper("long.txt", *(f"word{n} stands here" for n in range(400))))
    ledger.close()
    with sqlite3.connect(ledger.path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    whole = ledger.path.read_bytes()
    at = len(whole) // 8192 * 4096
    ledger.path.write_bytes(whole[:at] + b"\xa5" * (len(whole) - at))
    again = Ledger.open(ledger.path, CARD)
    with pytest.raises(LibraryError, match="cannot be read"):
        again.all_vectors()
        again.chunks_of(again.records()[0].id)


def test_a_ledger_that_stays_locked_is_busy(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "WRITE_WAIT_SECONDS", 0.1)
    mine = Ledger.open(ledger.path, CARD)
    other = sqlite3.connect(ledger.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(LibraryBusyError):
            write(mine, paper("mill.txt", *MILL))
        assert mine.records() == []  # a reader is served all the same
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert write(mine, paper("mill.txt", *MILL)) == 1


def test_the_files_are_for_their_owner_only(ledger: Ledger) -> None:
    write(ledger, paper("mill.txt", *MILL))
    modes = {path.name: path.stat().st_mode & 0o777 for path in ledger.path.parent.iterdir()}
    assert set(modes) >= {"ledger.sqlite", "ledger.sqlite-wal"} and set(modes.values()) == {0o600}, modes
    assert ledger.path.parent.stat().st_mode & 0o777 == 0o700


def _open_and_write(path: Path, barrier: object, number: int, results: object) -> None:
    barrier.wait()  # type: ignore[attr-defined]
    try:
        ledger = Ledger.open(path, CARD)
        for each in range(5):
            write(ledger, paper(f"{number}-{each}.txt", f"paper {number} {each}"))
        results.put("ok")  # type: ignore[attr-defined]
    except Exception as error:
        results.put(repr(error))  # type: ignore[attr-defined]


def test_processes_that_make_the_same_ledger_at_once_all_succeed(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    for trial in range(3):
        path = tmp_path / str(trial) / "ledger.sqlite"
        barrier, results = context.Barrier(4), context.Queue()
        children = [
            context.Process(target=_open_and_write, args=(path, barrier, number, results)) for number in range(4)
        ]
        for child in children:
            child.start()
        assert [results.get(timeout=60) for _ in children] == ["ok"] * 4
        for child in children:
            child.join()
        assert Ledger.open(path, CARD).change_number() == 20


def test_sqlites_own_check(ledger: Ledger) -> None:
    assert ledger.integrity() == "ok"


def test_emptying_the_log_of_a_deleted_file_makes_none(tmp_path: Path) -> None:
    database = sqlite.SqliteEngine(tmp_path / "ledger.sqlite")
    database.empty_log()
    assert not list(tmp_path.iterdir())
