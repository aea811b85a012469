"""Nothing of a stranger's schema runs: each of these would, where its table is read, written or checked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rag.library.maintenance.archive import RefusedError
from rag.library.maintenance.foreign import ForeignDatabase

COLUMNS = {"papers": ["id", "text"], "meta": ["key", "value"]}
PLAIN = "CREATE TABLE papers (id TEXT PRIMARY KEY, text TEXT); CREATE TABLE meta (key, value);"
HUGE = "hex(zeroblob(400000000))"


FORBIDDEN = (
    "PRAGMA integrity_check",
    "PRAGMA writable_schema=ON",
    "INSERT INTO papers VALUES (1, 2)",
    "SELECT random()",
    "SELECT hex(id) FROM papers",
    "SELECT sql FROM sqlite_master",
    "ATTACH '' AS b",
)


def rows(path: Path, table: str = "papers") -> list[dict[str, object]]:
    with ForeignDatabase(path, "ledger", COLUMNS.keys()) as foreign:
        foreign.require_plain(COLUMNS)
        return list(foreign.rows(table))


def made(path: Path, script: str) -> Path:
    with closing(sqlite3.connect(path)) as db:
        db.executescript(script)
    return path


def test_rows_come_back_in_order(tmp_path: Path) -> None:
    path = made(tmp_path / "x", f"{PLAIN} INSERT INTO papers VALUES ('b', 1), ('a', x'00'), ('c', NULL); ANALYZE")
    assert rows(path) == [{"id": "b", "text": "1"}, {"id": "a", "text": b"\0"}, {"id": "c", "text": None}]


REFUSED = {
    "a trigger": f"{PLAIN} CREATE TRIGGER t AFTER INSERT ON papers BEGIN DELETE FROM meta; END",
    "a view": f"{PLAIN} DROP TABLE papers; CREATE VIEW papers AS SELECT 1 AS id, {HUGE} AS text",
    "a virtual table": f"{PLAIN} DROP TABLE papers; CREATE VIRTUAL TABLE papers USING fts5(id, text)",
    "another table": f"{PLAIN} CREATE TABLE other (a)",
    "a missing table": "CREATE TABLE meta (key, value)",
    "a generated column": f"{PLAIN} DROP TABLE papers; CREATE TABLE papers (id, text AS ({HUGE}))",
    "a stored generated column": f"{PLAIN} DROP TABLE papers; CREATE TABLE papers (id, text AS ({HUGE}) STORED)",
    "a further column": f"{PLAIN} ALTER TABLE papers ADD COLUMN g AS ({HUGE})",
    "a column less": f"{PLAIN} DROP TABLE papers; CREATE TABLE papers (id)",
    "a table without row numbers": "CREATE TABLE papers (id PRIMARY KEY, text) WITHOUT ROWID; CREATE TABLE meta (key)",
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_a_schema_with_anything_but_plain_tables_is_refused(tmp_path: Path, what: str) -> None:
    path = made(tmp_path / "x", REFUSED[what])
    with pytest.raises((RefusedError, sqlite3.Error)):
        rows(path)


@pytest.mark.parametrize(
    "script",
    [
        f"CREATE TABLE papers (id, text, CHECK (length({HUGE}) > 0)); CREATE TABLE meta (key, value)",
        f"{PLAIN} INSERT INTO papers VALUES ('x', 'y'); CREATE INDEX i ON papers (length(printf('%.*c', 30, text)))",
        f"{PLAIN} CREATE INDEX i ON papers (id) WHERE text > 'a'",
        "CREATE TABLE papers (id, text DEFAULT (random())); CREATE TABLE meta (key, value)",
    ],
)
def test_what_runs_where_a_table_is_written_or_checked_does_not_run(tmp_path: Path, script: str) -> None:
    path = made(tmp_path / "x", script)
    with ForeignDatabase(path, "ledger", COLUMNS.keys()) as foreign:
        foreign.require_plain(COLUMNS)
        list(foreign.rows("papers"))
        for statement in FORBIDDEN:
            with pytest.raises(sqlite3.DatabaseError):
                foreign._db.execute(statement)


def test_a_value_or_a_text_that_is_too_long_is_an_error(tmp_path: Path) -> None:
    path = made(tmp_path / "x", f"{PLAIN} INSERT INTO papers VALUES ('x', zeroblob(300000000))")
    with pytest.raises(sqlite3.Error):
        rows(path)


def test_pages_that_lead_in_a_circle_come_to_an_end(tmp_path: Path) -> None:
    """The inner page of a table is made to name its first leaf for all of them."""
    script = (
        f"PRAGMA page_size=512; {PLAIN} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400) "
    )
    path = made(tmp_path / "x", script + "INSERT INTO papers SELECT i, printf('%0200d', i) FROM n")
    assert len(rows(path)) == 400
    with closing(sqlite3.connect(path)) as db:
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'papers'").fetchone()[0]
    content = bytearray(path.read_bytes())
    page = (root - 1) * 512
    assert content[page] == 5  # an inner page of a table
    cells = int.from_bytes(content[page + 3 : page + 5], "big")
    places = [int.from_bytes(content[page + 12 + 2 * at : page + 14 + 2 * at], "big") for at in range(cells)]
    first = content[page + places[0] : page + places[0] + 4]
    for place in places:
        content[page + place : page + place + 4] = first
    path.write_bytes(content)
    with pytest.raises((RefusedError, sqlite3.Error)):
        rows(path)


def test_work_beyond_what_the_file_can_need_is_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.library.maintenance.foreign._FREE_TICKS", 0)
    monkeypatch.setattr("rag.library.maintenance.foreign._INSTRUCTIONS_PER_TICK", 100)
    path = made(
        tmp_path / "x", PLAIN + "INSERT INTO papers VALUES ('x', 'y');" + "INSERT INTO meta VALUES (1, 2);" * 500
    )
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        rows(path, "meta")
