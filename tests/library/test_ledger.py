from __future__ import annotations

import multiprocessing
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.exc import IntegrityError

from rag.errors import EmbedderMismatch, LibraryBusy, LibraryError
from rag.interfaces import EmbedderCard
from rag.library import ledger as module
from rag.library.ledger import Ledger
from rag.types import Chunk, Document, Element, FileStamp, Outcome
from tests.doubles import BagEmbedder, Paper, paper, vectors_for

CARD = BagEmbedder().card
MILL = ("The mill grinds rye.", "The wheel has twenty-four paddles.", "Flour is sold on Tuesdays.")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path / "held" / "ledger.sqlite", CARD)


def write(ledger: Ledger, given: Paper) -> int:
    record, document, chunks = given
    return ledger.replace(record, document, chunks, vectors_for(chunks, BagEmbedder()))


def rows(ledger: Ledger, table: str) -> int:
    with sqlite3.connect(ledger.path) as db:
        count = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    db.close()
    return int(count)


def test_what_is_filed_comes_back_whole(ledger: Ledger) -> None:
    record, document, chunks = paper("mill.txt", *MILL, section="The mill")
    write(ledger, (record, document, chunks))
    assert ledger.records() == [record] and ledger.record(record.id) == record
    assert ledger.document(record.id) == document
    assert ledger.chunks_of(record.id) == chunks
    assert ledger.chunks([chunks[1].id, "unknown"]) == {chunks[1].id: chunks[1]}
    assert all(document.text[chunk.start : chunk.end] == chunk.text for chunk in ledger.chunks_of(record.id))
    ids, vectors = ledger.vectors_of(record.id)
    assert ids == [chunk.id for chunk in chunks] and vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, vectors_for(chunks, BagEmbedder()))
    assert ledger.size() == 3 and ledger.languages() == {"en": 3}


def test_a_vector_is_kept_to_the_last_bit(ledger: Ledger) -> None:
    record, document, chunks = paper("one.txt", "alpha", "beta")
    given = np.random.default_rng(1).normal(size=(2, 256)).astype(np.float32)
    ledger.replace(record, document, chunks, given)
    assert ledger.all_vectors()[1].tobytes() == given.tobytes()


def test_nothing_is_held_of_what_was_never_filed(ledger: Ledger) -> None:
    assert ledger.record("0" * 16) is None and ledger.document("0" * 16) is None
    assert ledger.chunks_of("0" * 16) == [] and ledger.element_at("0" * 16, 3) is None
    ids, vectors = ledger.all_vectors()
    assert ids == [] and len(vectors) == 0
    assert ledger.change_number() == 0 and ledger.changed_since(0) == (0, []) and not ledger.remove("0" * 16)


def test_a_new_version_replaces_every_chunk(ledger: Ledger) -> None:
    write(ledger, paper("mill.txt", *MILL))
    newer = paper("mill.txt", "The mill burned down.", MILL[2])
    write(ledger, newer)
    assert [chunk.text for chunk in ledger.chunks_of(newer[0].id)] == ["The mill burned down.", MILL[2]]
    assert ledger.document(newer[0].id) == newer[1]
    assert rows(ledger, "documents") == 1 and rows(ledger, "elements") == rows(ledger, "vectors") == 2


def test_the_same_text_keeps_its_vector_until_its_last_user_goes(ledger: Ledger) -> None:
    first, second = paper("a.txt", MILL[0], MILL[1]), paper("b.txt", MILL[1], MILL[1])
    write(ledger, first)
    write(ledger, second)
    assert rows(ledger, "vectors") == 2 and ledger.size() == 4
    assert len(ledger.all_vectors()[0]) == 4
    ledger.remove(first[0].id)
    assert set(ledger.known_vectors(MILL)) == {MILL[1]}
    ledger.remove(second[0].id)
    assert ledger.known_vectors(MILL) == {} and rows(ledger, "vectors") == 0


def test_the_heading_is_part_of_what_was_embedded(ledger: Ledger) -> None:
    write(ledger, paper("mill.txt", MILL[0], section="The mill"))
    assert set(ledger.known_vectors([MILL[0], f"The mill\n{MILL[0]}"])) == {f"The mill\n{MILL[0]}"}


def test_a_note_takes_the_place_of_text_and_chunks(ledger: Ledger) -> None:
    record, *_ = given = paper("mill.txt", *MILL)
    write(ledger, given)
    before = ledger.change_number()
    failed = replace(record, outcome=Outcome.FAILED, reason="it is damaged", chunks=0)
    assert ledger.note(failed) == before + 1
    assert ledger.record(record.id) == failed and ledger.document(record.id) is None
    assert ledger.size() == 0 and rows(ledger, "vectors") == rows(ledger, "elements") == 0


def test_a_note_on_a_file_without_chunks_changes_nothing_that_is_indexed(ledger: Ledger) -> None:
    record = replace(paper("scan.pdf")[0], outcome=Outcome.EMPTY, reason="no text")
    assert ledger.note(record) is None and ledger.note(replace(record, reason="still no text")) is None
    assert ledger.change_number() == 0 and ledger.records()[0].reason == "still no text"


def test_a_touch_renews_the_stamp_and_leaves_the_rest(ledger: Ledger) -> None:
    record, document, chunks = given = paper("mill.txt", *MILL)
    write(ledger, given)
    stamp = FileStamp(99, 2**62, "f" * 64)
    ledger.touch(replace(record, source="./mill.txt", stamp=stamp, chunks=0, language="ru"))
    assert ledger.record(record.id) == replace(record, source="./mill.txt", stamp=stamp)
    assert ledger.document(record.id) == document and ledger.chunks_of(record.id) == chunks
    assert ledger.change_number() == 1


def test_a_removed_document_leaves_no_row_but_its_change(ledger: Ledger) -> None:
    record, *_ = given = paper("mill.txt", *MILL)
    write(ledger, given)
    assert ledger.remove(record.id) and not ledger.remove(record.id)
    assert {table: rows(ledger, table) for table in ("documents", "elements", "chunks", "vectors")} == {
        "documents": 0,
        "elements": 0,
        "chunks": 0,
        "vectors": 0,
    }
    assert ledger.changed_since(1) == (2, [record.id])


def test_change_numbers_grow_and_name_each_document_once(ledger: Ledger) -> None:
    a, b = paper("a.txt", MILL[0]), paper("b.txt", MILL[1])
    numbers = [write(ledger, a), write(ledger, b), write(ledger, a)]
    assert numbers == [1, 2, 3]
    assert ledger.changed_since(0) == (3, [a[0].id, b[0].id])
    assert ledger.changed_since(2) == (3, [a[0].id])
    assert ledger.changed_since(3) == (3, [])


def test_a_failed_replacement_leaves_the_old_version(ledger: Ledger) -> None:
    record, document, chunks = given = paper("mill.txt", *MILL)
    write(ledger, given)
    twice = [chunks[0], replace(chunks[0], ordinal=1)]  # the same id twice cannot be filed
    with pytest.raises(IntegrityError):
        ledger.replace(record, document, twice, vectors_for(twice, BagEmbedder()))
    with pytest.raises(ValueError, match="3 chunks, but 1 vectors"):
        ledger.replace(record, document, chunks, vectors_for(chunks[:1], BagEmbedder()))
    assert ledger.chunks_of(record.id) == chunks and ledger.change_number() == 1


def test_more_ids_than_sqlite_takes_at_once(ledger: Ledger) -> None:
    given = paper("long.txt", *(f"word{n} stands here" for n in range(1_100)))
    write(ledger, given)
    assert len(ledger.chunks([chunk.id for chunk in given[2]])) == 1_100
    assert len(ledger.known_vectors([chunk.text for chunk in given[2]])) == 1_100
    ledger.remove(given[0].id)
    assert rows(ledger, "vectors") == 0


def test_the_element_at_an_offset(ledger: Ledger) -> None:
    record, document, _ = paper("mill.txt", *MILL)
    ledger.replace(record, document, [], np.empty((0, 256), dtype=np.float32))
    second = document.elements[1]
    assert ledger.element_at(record.id, second.start) == second
    assert ledger.element_at(record.id, second.end - 1) == second
    assert ledger.element_at(record.id, second.start - 1) == document.elements[0]  # between two: the one before
    assert ledger.element_at(record.id, 10_000) == document.elements[2]


def test_names_and_texts_in_any_script(ledger: Ledger) -> None:
    given = paper("папка/Ёлка № 1.txt", "Свет маяка виден за 19 миль 🏛️.", "Ñandú\x00 \u202e«x»", language="ru")
    write(ledger, given)
    assert ledger.records() == [given[0]] and ledger.chunks_of(given[0].id) == given[2]


def test_a_name_that_is_no_utf8_is_held(ledger: Ledger) -> None:
    given = paper("caf\udce9.txt", MILL[0])  # b"caf\xe9.txt", as Python reads it from the file system
    write(ledger, given)
    assert ledger.records() == [given[0]]
    assert ledger.remove(given[0].id)


def test_another_embedder_is_refused_and_told_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger.open(path, CARD).close()
    for other in (
        EmbedderCard("another", CARD.dimension, 64),
        EmbedderCard(CARD.name, 12, 64),
        EmbedderCard(CARD.name, CARD.dimension, 64, document_prefix="passage: "),
    ):
        with pytest.raises(EmbedderMismatch, match="embedded with bag-of-words") as caught:
            Ledger.open(path, other)
        assert "oaken ingest FOLDER --library NAME" in caught.value.hint
    Ledger.open(path, EmbedderCard(CARD.name, CARD.dimension, 9, query_prefix="query: ")).close()


def test_a_ledger_of_another_format_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ledger.sqlite"
    monkeypatch.setattr(module, "SCHEMA_VERSION", 7)
    Ledger.open(path, CARD).close()
    monkeypatch.undo()
    with pytest.raises(LibraryError, match="format 7, this one reads 1"):
        Ledger.open(path, CARD)


@pytest.mark.parametrize("damage", [b"this is no database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 8000])
def test_a_file_that_is_no_ledger_is_one_clear_sentence(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(damage)
    with pytest.raises(LibraryError, match=r"ledger\.sqlite cannot be read") as caught:
        Ledger.open(path, CARD)
    assert "ingest again" in caught.value.hint and path.read_bytes() == damage


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
    monkeypatch.setattr(module, "_PATIENCE", 0.1)
    mine = Ledger.open(ledger.path, CARD)
    other = sqlite3.connect(ledger.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(LibraryBusy):
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


def test_a_document_may_hold_elements_and_no_chunks(ledger: Ledger) -> None:
    record, *_ = paper("empty.txt")
    element = Element("title", 0, 3, None, ("A", "B"))
    document = Document("abc", (element,), "text/plain", "en", 0)
    ledger.replace(record, document, list[Chunk](), np.empty((0, 256), dtype=np.float32))
    assert ledger.document(record.id) == document and ledger.record(record.id) == record
