"""A ledger of the first version, brought to today's."""

from __future__ import annotations

import multiprocessing
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.library.db import migrations, sqlite
from rag.library.db.ledger import Ledger
from rag.types import Link, Outcome
from tests.doubles import BagEmbedder, paper, vectors_for

SMALL = BagEmbedder(dimension=8)


def holds_what_the_first_version_wrote(ledger: Ledger) -> None:
    mill = paper("mill.txt", "The mill grinds rye in autumn.", "Its wheel has larch paddles.", section="The mill")
    light = paper("caf\udce9/маяк.txt", "Свет маяка виден за 19 миль.", "Its wheel has larch paddles.", language="ru")
    scan = replace(paper("scan.pdf")[0], outcome=Outcome.EMPTY, reason="no text on its pages", chunks=0)
    assert {record.id: record for record in ledger.records()} == {r.id: r for r in (mill[0], light[0], scan)}
    for record, document, chunks in (mill, light):
        assert ledger.document(record.id) == document and ledger.chunks_of(record.id) == chunks
        np.testing.assert_array_equal(ledger.vectors_of(record.id)[1], vectors_for(chunks, SMALL))
    assert ledger.change_number() == 4 and ledger.integrity() == "ok"


def test_a_library_of_the_first_version_opens_and_goes_on(first: Path) -> None:
    ledger = Ledger.open(first, SMALL.card)
    holds_what_the_first_version_wrote(ledger)
    given = paper("new.txt", "A ferry leaves at noon.")
    document = replace(given[1], links=(Link(0, 1, "x"),))
    assert ledger.replace(given[0], document, given[2], vectors_for(given[2], SMALL)) == 5
    ledger.close()
    again = Ledger.open(first, SMALL.card)
    assert again.document(given[0].id) == document and again.token(4) == "" and len(again.token(5) or "") == 16
    assert sorted(path.name for path in first.parent.glob("ledger.sqlite*") if "before" in path.name) == []


@pytest.mark.parametrize("held", range(1, migrations.SCHEMA_VERSION))
def test_a_library_of_each_earlier_format_opens_and_goes_on(first: Path, held: int) -> None:
    engine = sqlite.engine(first)
    with engine.begin() as db:  # the first version, brought to the format that the library is to have
        for number in range(1, held):
            migrations._MIGRATIONS[number](db)
        db.exec_driver_sql("UPDATE meta SET value = ? WHERE key = 'schema'", (str(held),))
    engine.dispose()
    ledger = Ledger.open(first, SMALL.card)
    holds_what_the_first_version_wrote(ledger)
    given = paper("new.txt", "A ferry leaves at noon.")
    assert ledger.replace(*given, vectors_for(given[2], SMALL)) == 5
    assert ledger.document(given[0].id) == given[1] and ledger.chunks_of(given[0].id) == given[2]
    ledger.close()


def test_a_migrated_ledger_has_the_tables_of_a_new_one(first: Path, tmp_path: Path) -> None:
    Ledger.open(first, SMALL.card).close()
    Ledger.open(tmp_path / "new" / "ledger.sqlite", SMALL.card).close()
    shapes = []
    for path in (first, tmp_path / "new" / "ledger.sqlite"):
        with closing(sqlite3.connect(path)) as db:
            names = [row[0] for row in db.execute("SELECT name FROM sqlite_master ORDER BY name")]
            shapes.append({name: db.execute(f"PRAGMA table_xinfo({name})").fetchall() for name in names})
    assert shapes[0] == shapes[1]


def test_a_migration_that_fails_leaves_the_first_version_as_it_was(
    first: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(db: object) -> None:
        migrations._from_1(db)  # type: ignore[arg-type]
        raise OSError("no space left on device")

    monkeypatch.setitem(migrations._MIGRATIONS, 1, fail)
    with pytest.raises(OSError, match="no space"):
        Ledger.open(first, SMALL.card)
    kept = first.with_name("ledger.sqlite.before-5")
    assert kept.stat().st_mode & 0o777 == 0o600
    for path in (first, kept):
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone() == ("1",)
            assert "links" not in {row[1] for row in db.execute("PRAGMA table_info(documents)")}
    monkeypatch.undo()
    holds_what_the_first_version_wrote(Ledger.open(first, SMALL.card))
    assert not kept.exists()


def _just_open(path: Path, results: object) -> None:
    try:
        holds_what_the_first_version_wrote(Ledger.open(path, SMALL.card))
        results.put("ok")  # type: ignore[attr-defined]
    except BaseException as error:
        results.put(repr(error))  # type: ignore[attr-defined]


def test_processes_that_migrate_at_once_all_succeed(first: Path) -> None:
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    children = [context.Process(target=_just_open, args=(first, results)) for _ in range(4)]
    for child in children:
        child.start()
    assert [results.get(timeout=60) for _ in children] == ["ok"] * 4
    for child in children:
        child.join()
