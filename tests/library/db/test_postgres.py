"""A ledger on a PostgreSQL server: what no file has to do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from rag.library.db import engines
from rag.library.db.ledger import Ledger
from rag.library.db.postgres import PostgresEngine
from rag.library.state import LedgerVersion
from tests.doubles import paper
from tests.library.db.ledgers import CARD, write
from tests.postgres import linked


@pytest.fixture
def two(tmp_path: Path, database: str) -> Iterator[tuple[Ledger, Ledger]]:
    """Two machines' openings of one ledger."""
    one = linked(tmp_path / "one", database)
    schema = engines.link.read(one)
    assert schema is not None
    other = linked(tmp_path / "other", database, "there", "host-b", schema.schema)
    ledgers = [Ledger.open(folder / "ledger.sqlite", CARD) for folder in (one, other)]
    yield ledgers[0], ledgers[1]
    for each in ledgers:
        each.close()


def follow(ledger: Ledger, since: LedgerVersion, seen: set[str]) -> LedgerVersion:
    change, changed = ledger.changed_since(since)
    seen.update(changed)
    return change


def written_out_of_turn(one: Ledger, other: Ledger) -> tuple[set[str], set[str]]:
    """A writer that stops between its number and its commit, another beside it, and what a follower then sees."""
    numbered, go_on = threading.Event(), threading.Event()

    def wait(_: sa.Connection) -> None:
        numbered.set()
        assert go_on.wait(20)

    first, second = paper("first.txt", "The mill grinds rye."), paper("second.txt", "Flour is sold on Tuesdays.")
    for ledger, given in ((one, first), (other, second)):
        ledger.database.folders.stored(given[0].root)  # a new folder is a transaction of its own
    sa.event.listen(one.engine, "commit", wait)
    slow = threading.Thread(target=write, args=(one, first))
    slow.start()
    assert numbered.wait(20)
    quick = threading.Thread(target=write, args=(other, second))
    quick.start()
    quick.join(1.0)  # it waits for the first, or is done already
    seen: set[str] = set()
    since = follow(other, LedgerVersion(), seen)
    go_on.set()
    slow.join(20)
    quick.join(20)
    sa.event.remove(one.engine, "commit", wait)
    follow(other, since, seen)
    return seen, {first[0].id, second[0].id}


def test_changes_are_numbered_in_the_order_of_their_commits(two: tuple[Ledger, Ledger]) -> None:
    """Or an index that follows them at the second never learns of the first, which is committed later."""
    seen, written = written_out_of_turn(*two)
    assert seen == written


def test_without_the_writers_lock_a_follower_loses_a_change(
    two: tuple[Ledger, Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the test above tests it."""
    monkeypatch.setattr(PostgresEngine, "begin_write", lambda self, db: None)
    seen, written = written_out_of_turn(*two)
    assert seen < written
