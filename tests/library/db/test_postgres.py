"""A ledger on a PostgreSQL server: what no file has to do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from rag.conversation.chats.store import ChatStore
from rag.errors import LibraryBusyError, LibraryError
from rag.library.db import link
from rag.library.db import postgres as postgres_module
from rag.library.db.ledger import Ledger
from rag.library.db.postgres import PostgresEngine
from rag.library.state import LedgerVersion
from tests.doubles import paper
from tests.library.db.ledgers import CARD, write
from tests.postgres import Postgres, linked


@pytest.fixture
def two(tmp_path: Path, database: str) -> Iterator[tuple[Ledger, Ledger]]:
    """Two machines' openings of one ledger."""
    one = linked(tmp_path / "one", database)
    schema = link.read(one)
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


def test_a_database_that_may_only_be_read_says_so(tmp_path: Path, database: str) -> None:
    folder = linked(tmp_path / "one", database)
    Ledger.open(folder / "ledger.sqlite", CARD).close()
    held = link.read(folder)
    assert held is not None
    only_read = f"{database}?options=-c%20default_transaction_read_only%3Don"
    ledger = Ledger.open(linked(tmp_path / "two", only_read, schema=held.schema) / "ledger.sqlite", CARD)
    assert ledger.records() == []
    with pytest.raises(LibraryError, match="may only be read") as met:
        ledger.prefer("order", "name")
    assert met.value.hint
    ledger.close()


def test_purging_leaves_nothing_removed_in_any_table(tmp_path: Path, postgres: Postgres) -> None:
    """PostgreSQL keeps a deleted row in its page until that is rewritten."""
    with postgres.database() as url:
        folder = linked(tmp_path, url)
        ledger = Ledger.open(folder / "ledger.sqlite", CARD)
        given = paper("mill.txt", "The mill grinds xylophonic rye.")
        write(ledger, given)
        ledger.remove(given[0].id)
        with ChatStore.open(folder) as chats:
            chat = chats.new()
            chats.ask(chat.id, "Is it xylophonic?", None)
            chats.delete(chat.id)
        assert "xylophonic" in stored_pages(postgres, url)
        ledger.purge(10.0)
        ledger.close()
        assert "xylophonic" not in stored_pages(postgres, url)


def stored_pages(postgres: Postgres, url: str) -> str:
    """All that lies in the files of a database's tables."""
    name = url.rpartition("/")[2]
    with postgres.connect(name) as db:
        db.execute("CHECKPOINT")
        [(number,)] = db.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchall()
    files = (postgres.data / "base" / str(number)).iterdir()
    return "".join(path.read_bytes().decode("latin-1") for path in files)


def test_a_user_without_the_right_is_told_which(tmp_path: Path, postgres: Postgres) -> None:
    with postgres.database() as url, postgres.connect() as db:
        db.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")
        try:
            folder = linked(tmp_path, url.replace(url.split("@")[0], "postgresql+psycopg://guest:guest"))
            with pytest.raises(LibraryError, match="lacks a right") as met:
                Ledger.open(folder / "ledger.sqlite", CARD)
            assert "GRANT CREATE" in met.value.hint
        finally:
            db.execute("DROP ROLE guest")


def test_a_connection_that_the_server_ended_is_made_again(tmp_path: Path, postgres: Postgres, database: str) -> None:
    ledger = Ledger.open(linked(tmp_path, database) / "ledger.sqlite", CARD)
    write(ledger, paper("mill.txt", "The mill grinds rye."))
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = %s"
    with postgres.connect() as db:
        db.execute(end.encode(), [database.rpartition("/")[2]])
    assert len(ledger.records()) == 1
    ledger.close()


def test_a_writer_that_waits_too_long_is_told_that_another_writes(
    two: tuple[Ledger, Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_module, "WRITE_WAIT_SECONDS", 1.0)
    with two[0].transaction(), pytest.raises(LibraryBusyError, match="is writing"):
        two[1].prefer("order", "name")
    two[1].prefer("order", "name")
    assert two[0].preference("order") == "name"
