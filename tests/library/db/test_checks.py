"""Whatever a row holds, it becomes a type or one error that says what to do."""

from __future__ import annotations

import sqlite3
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import DamagedRowError
from rag.library.db import checks, schema
from rag.library.db.ledger import Ledger
from rag.library.db.opening import openings
from rag.types import FileRecord
from tests.doubles import paper
from tests.library.db.ledgers import MILL, write

JSON_ROWS = st.lists(st.lists(st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False)), max_size=9)


@pytest.fixture
def ledger(file_ledger: Ledger) -> Ledger:
    """Of files alone: a server keeps its types, and its files are none of ours."""
    return file_ledger


@given(JSON_ROWS)
def test_packed_rows_come_back(rows: list[list[object]]) -> None:
    assert checks.unpacked(checks.packed(rows), "documents", "links") == rows


@pytest.mark.parametrize(
    ("before", "piece", "times", "after"),
    [(b"[", b"0,", 40_000_000, b"0]"), (b"[", b"[],", 9_000_000, b"[]]"), (b'["', b"a", 200_000_000, b'"]')],
)
def test_a_bomb_is_refused_before_it_fills_the_memory(before: bytes, piece: bytes, times: int, after: bytes) -> None:
    packed = zlib.compress(before + piece * times + after, 1)
    tracemalloc.start()
    with pytest.raises(DamagedRowError):
        checks.unpacked(packed, "documents", "links")
    assert tracemalloc.get_traced_memory()[1] < 3 * checks.MAX_PACKED_COLUMN_BYTES
    tracemalloc.stop()


@pytest.mark.parametrize("stored", [b"x", zlib.compress(b"{}"), zlib.compress(b"[")[:-3], zlib.compress(b"[" * 9_999)])
def test_what_is_not_packed_is_refused(stored: bytes) -> None:
    with pytest.raises(DamagedRowError, match="links"):
        checks.unpacked(stored, "documents", "links")


@given(st.dictionaries(st.sampled_from([c.name for c in schema.record_columns]), st.none() | st.text() | st.binary()))
def test_a_record_is_made_or_refused_whatever_its_row_holds(wrong: dict[str, object]) -> None:
    row = schema.document_row(paper("mill.txt", *MILL)[0]) | wrong
    try:
        assert isinstance(schema.record(row), FileRecord)
    except DamagedRowError as error:
        assert error.hint


READS: dict[str, Callable[[Ledger, str], object]] = {
    "records": lambda ledger, _: ledger.records(),
    "record": lambda ledger, ident: ledger.record(ident),
    "document": lambda ledger, ident: ledger.document(ident),
    "chunks": lambda ledger, ident: ledger.chunks_of(ident),
    "elements": lambda ledger, ident: ledger.elements_near(ident, 0, 50),
    "prose": lambda ledger, ident: ledger.prose_spans(ident),
    "texts": lambda ledger, ident: ledger.texts_between([(ident, 0, 9)]),
    "openings": lambda ledger, _: openings(ledger),
    "vectors": lambda ledger, ident: ledger.vectors_of(ident),
    "sample": lambda ledger, _: ledger.sample_vectors(9),
}
DAMAGE = {
    "UPDATE documents SET outcome = 'nonsense'": {"records", "record"},
    "UPDATE documents SET size = 'large'": {"records", "record", "document"},
    "UPDATE documents SET chunks = -1": {"records", "record"},
    "UPDATE documents SET root = 7.5": set(),  # SQLite keeps it as a text
    "UPDATE documents SET text = x'00ff'": {"document", "texts"},
    "UPDATE documents SET links = 300000000": {"document"},
    "UPDATE documents SET lines = 'abc'": {"document"},
    "UPDATE chunks SET section = '[[['": {"chunks", "openings"},
    "UPDATE chunks SET section = '[1]'": {"chunks", "openings"},
    "UPDATE chunks SET start = 'abc'": {"chunks", "openings"},
    'UPDATE chunks SET "end" = -5': {"chunks"},
    "UPDATE elements SET section = '{}'": {"document", "elements", "prose"},
    "UPDATE elements SET \"end\" = 'abc'": {"document", "elements", "prose"},
    "UPDATE vectors SET vector = 10000000000": {"vectors", "sample"},
    "UPDATE vectors SET vector = x'00' WHERE rowid = 1": {"vectors", "sample"},
    "UPDATE vectors SET vector = x'00000000' WHERE rowid = 1": {"vectors", "sample"},
}


@pytest.mark.parametrize("statement", DAMAGE)
def test_a_damaged_row_is_one_error_that_names_the_next_command(ledger: Ledger, statement: str) -> None:
    given = paper("mill.txt", *MILL)
    write(ledger, given)
    for name, read in READS.items():
        assert read(ledger, given[0].id), name
    with closing(sqlite3.connect(ledger.path)) as db:
        db.execute(statement)
        db.commit()
    refused = set()
    for name, read in READS.items():
        try:
            read(ledger, given[0].id)
        except DamagedRowError as error:
            refused.add(name)
            assert error.hint == "Save what can be saved: oaken doctor --repair"
    assert refused == DAMAGE[statement]


def test_meta_that_makes_no_sense_is_such_an_error_too(ledger: Ledger, tmp_path: Path) -> None:
    write(ledger, paper("mill.txt", *MILL))
    ledger.close()
    with closing(sqlite3.connect(ledger.path)) as db:
        db.execute("UPDATE meta SET value = 'many' WHERE key = 'dimension'")
        db.commit()
    with pytest.raises(DamagedRowError, match="dimension"):
        Ledger.open(ledger.path, None)
