from __future__ import annotations

import os
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy.exc import IntegrityError

from rag.errors import EmbedderMismatchError, LibraryError
from rag.interfaces import EmbedderCard
from rag.library.db import ledger as module
from rag.library.db.ledger import Ledger
from rag.library.state import LedgerVersion
from rag.messages import Message, parts_of
from rag.types import Chunk, Document, Element, FileStamp, Link, Outcome, PageLine, chunk_id
from tests.doubles import BagEmbedder, paper, vectors_for
from tests.library.db.ledgers import CARD, MILL, write


def change(ledger: Ledger, number: int) -> LedgerVersion:
    return LedgerVersion(number, ledger.token(number) or "")


def rows(ledger: Ledger, table: str) -> int:
    with ledger.engine.connect() as db:
        return int(db.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def test_a_reason_keeps_its_template_and_what_fills_it(ledger: Ledger) -> None:
    """So that a page can say it in another language; what an older version stored is plain text, and stays."""
    why = Message("needs {program}", program="tesseract")
    reason = Message("{pages}, and reading that {needs}", pages="pages 2–3", needs=why)
    record = replace(paper("scan.pdf")[0], outcome=Outcome.EMPTY, reason=reason)
    ledger.store_without_text(record)
    [held] = ledger.records()
    assert held.reason == reason == "pages 2–3, and reading that needs tesseract"
    assert [part.template for part in parts_of(held.reason)] == [reason.template, why.template]
    ledger.store_without_text(replace(record, reason="it is damaged; half \ud800"))
    [held] = ledger.records()
    assert held.reason == "it is damaged; half ?" and list(parts_of(held.reason)) == []


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


def test_links_and_printed_lines_come_back_to_the_last_digit(ledger: Ledger) -> None:
    record, document, chunks = paper("mill.pdf", *MILL)
    document = replace(
        document,
        links=(Link(0, 8, "https://mill.example/?q=мука"), Link(9, 15, "\udce9.txt")),
        lines=(PageLine(0, 20, 1, (72.1, 700 / 3, 523.9, 711.0)), PageLine(22, 40, 2, (72.0, 0.1 + 0.2, 99.0, 12.0))),
    )
    ledger.replace(record, document, chunks, vectors_for(chunks, BagEmbedder()))
    assert ledger.document(record.id) == document
    plain = paper("b.txt", *MILL)
    write(ledger, plain)
    assert ledger.document(plain[0].id) == plain[1] and plain[1].links == plain[1].lines == ()


def test_a_vector_is_kept_to_the_last_bit(ledger: Ledger) -> None:
    record, document, chunks = paper("one.txt", "alpha", "beta")
    given = np.random.default_rng(1).normal(size=(2, 256)).astype(np.float32)
    ledger.replace(record, document, chunks, given)
    assert ledger.all_vectors()[2].tobytes() == given.tobytes()


def test_a_library_that_holds_but_a_file_without_text_is_not_empty(ledger: Ledger) -> None:
    assert ledger.is_empty()
    ledger.store_without_text(replace(paper("scan.pdf", "x")[0], outcome=Outcome.EMPTY, chunks=0))
    assert not ledger.is_empty() and ledger.with_text() == 0
    write(ledger, paper("one.txt", "alpha"))
    assert ledger.with_text() == 1
    ledger.remove(paper("one.txt", "alpha")[0].id)
    ledger.remove(paper("scan.pdf", "x")[0].id)
    assert ledger.is_empty() and ledger.with_text() == 0


def test_nothing_is_held_of_what_was_never_filed(ledger: Ledger) -> None:
    assert ledger.record("0" * 16) is None and ledger.document("0" * 16) is None
    assert ledger.chunks_of("0" * 16) == [] and ledger.element_at("0" * 16, 3) is None
    ids, _, vectors = ledger.all_vectors()
    assert ids == [] and len(vectors) == 0
    assert (
        ledger.change_number() == 0
        and ledger.changed_since(LedgerVersion()) == (LedgerVersion(), [])
        and not ledger.remove("0" * 16)
    )


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


def test_a_record_without_text_replaces_text_and_chunks(ledger: Ledger) -> None:
    record, *_ = given = paper("mill.txt", *MILL)
    write(ledger, given)
    before = ledger.change_number()
    failed = replace(record, outcome=Outcome.FAILED, reason="it is damaged", chunks=0)
    assert ledger.store_without_text(failed) == before + 1
    assert ledger.record(record.id) == failed and ledger.document(record.id) is None
    assert ledger.size() == 0 and rows(ledger, "vectors") == rows(ledger, "elements") == 0


def test_a_record_of_a_file_without_chunks_changes_nothing_that_is_indexed(ledger: Ledger) -> None:
    record = replace(paper("scan.pdf")[0], outcome=Outcome.EMPTY, reason="no text")
    assert (
        ledger.store_without_text(record) is None
        and ledger.store_without_text(replace(record, reason="still no text")) is None
    )
    assert ledger.change_number() == 0 and ledger.records()[0].reason == "still no text"


def test_updating_metadata_renews_the_stamp_and_leaves_the_rest(ledger: Ledger) -> None:
    record, document, chunks = given = paper("mill.txt", *MILL)
    write(ledger, given)
    stamp = FileStamp(99, 2**62, "f" * 64)
    ledger.update_metadata(replace(record, source="./mill.txt", stamp=stamp, chunks=0, language="ru"))
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
    assert ledger.changed_since(change(ledger, 1)) == (change(ledger, 2), [record.id])


def test_change_numbers_grow_and_name_each_document_once(ledger: Ledger) -> None:
    a, b = paper("a.txt", MILL[0]), paper("b.txt", MILL[1])
    numbers = [write(ledger, a), write(ledger, b), write(ledger, a)]
    assert numbers == [1, 2, 3]
    assert ledger.changed_since(change(ledger, 0)) == (change(ledger, 3), [a[0].id, b[0].id])
    assert ledger.changed_since(change(ledger, 2)) == (change(ledger, 3), [a[0].id])
    assert ledger.changed_since(change(ledger, 3)) == (change(ledger, 3), [])


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


def test_another_embedder_is_refused_with_the_next_command(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger.open(path, CARD).close()
    for other in (
        EmbedderCard("another", CARD.dimension, 64),
        EmbedderCard(CARD.name, 12, 64),
        EmbedderCard(CARD.name, CARD.dimension, 64, document_prefix="passage: "),
    ):
        with pytest.raises(EmbedderMismatchError, match="embedded with bag-of-words") as caught:
            Ledger.open(path, other)
        assert "oaken reembed --embedder" in caught.value.hint
    Ledger.open(path, EmbedderCard(CARD.name, CARD.dimension, 9, query_prefix="query: ")).close()


def test_a_ledger_of_another_format_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ledger.sqlite"
    monkeypatch.setattr(module, "SCHEMA_VERSION", 7)
    Ledger.open(path, CARD).close()
    monkeypatch.undo()
    with pytest.raises(LibraryError, match="format 7, this one reads 5") as caught:
        Ledger.open(path, CARD)
    assert "pip install --upgrade oaken" in caught.value.hint


def test_a_document_may_hold_elements_and_no_chunks(ledger: Ledger) -> None:
    record, *_ = paper("empty.txt")
    element = Element("title", 0, 3, None, ("A", "B"))
    document = Document("abc", (element,), "text/plain", "en", 0)
    ledger.replace(record, document, list[Chunk](), np.empty((0, 256), dtype=np.float32))
    assert ledger.document(record.id) == document and ledger.record(record.id) == record


# -- copies and moves


def test_a_copy_holds_the_same_and_embeds_nothing(ledger: Ledger) -> None:
    given = paper("mill.txt", *MILL, section="The mill")
    document = replace(given[1], links=(Link(0, 1, "x"),), lines=(PageLine(0, 5, 1, (1.0, 2.0, 3.0, 4.0)),))
    ledger.replace(given[0], document, given[2], vectors_for(given[2], BagEmbedder()))
    record = replace(paper("copy.txt", *MILL)[0], outcome=Outcome.DUPLICATE, reader_fingerprint="12345678")
    number = ledger.change_number()
    assert ledger.copy(record, given[0].id)
    assert ledger.document(record.id) == ledger.document(given[0].id) == document
    assert ledger.record(record.id) == record and ledger.change_number() == number + 1
    twins = list(zip(ledger.chunks_of(given[0].id), ledger.chunks_of(record.id), strict=True))
    assert len(twins) == len(given[2])
    for first, second in twins:
        assert second == replace(first, document_id=record.id, id=chunk_id(record.id, first.start, first.text))
    np.testing.assert_array_equal(ledger.vectors_of(given[0].id)[1], ledger.vectors_of(record.id)[1])
    assert ledger.remove(given[0].id) and len(ledger.vectors_of(record.id)[0]) == len(given[2])


def test_a_move_takes_the_place_of_what_was_there_and_leaves_nothing(ledger: Ledger) -> None:
    old, over = paper("old.txt", *MILL), paper("new.txt", "A ferry leaves at noon.")
    write(ledger, old)
    write(ledger, over)
    moved = replace(old[0], id=over[0].id, path="new.txt", source="/papers/new.txt", outcome=Outcome.MOVED)
    before = ledger.last_change()
    assert ledger.copy(moved, old[0].id, remove_original=True)
    assert ledger.records() == [moved] and ledger.document(old[0].id) is None
    assert [chunk.text for chunk in ledger.chunks_of(moved.id)] == list(MILL)
    assert set(ledger.changed_since(before)[1]) == {old[0].id, moved.id}
    assert len(ledger.known_vectors(["A ferry leaves at noon."])) == 0


def test_a_copy_of_what_is_not_held_changes_nothing(ledger: Ledger) -> None:
    mill = paper("mill.txt", *MILL)
    write(ledger, mill)
    ledger.store_without_text(replace(paper("scan.pdf", "x")[0], outcome=Outcome.EMPTY, chunks=0))
    before, number = ledger.records(), ledger.change_number()
    for held in ("0" * 16, paper("scan.pdf", "x")[0].id):
        assert not ledger.copy(mill[0], held) and not ledger.copy(paper("other.txt", "y")[0], held)
    assert ledger.records() == before and ledger.change_number() == number
    assert len(ledger.chunks_of(mill[0].id)) == len(MILL)


def test_a_ledger_on_a_disk_that_may_not_be_written_says_its_embedder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger.open(path, CARD).close()
    asked: list[str] = []
    connect = sqlite3.connect

    def noted(name: str, **how: Any) -> sqlite3.Connection:
        asked.append(name)
        return connect(name, **how)

    monkeypatch.setattr(sqlite3, "connect", noted)
    assert module.remembered(path) == CARD.name and "immutable" not in asked[0]  # another program may be writing
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert module.remembered(path) == CARD.name and asked[1].endswith("?immutable=1")


def tags(ledger: Ledger) -> dict[str, tuple[str, ...]]:
    held = {record.path: record.tags for record in ledger.records()}
    for record in ledger.records():
        assert ledger.record(record.id) == record == ledger.records_of([record.id])[record.id]
    return held


def test_tags_are_given_and_taken(ledger: Ledger) -> None:
    papers = paper("mill.txt", *MILL), paper("weir.txt", "A weir.")
    for each in papers:
        write(ledger, each)
    (mill, *_), (weir, *_) = papers
    ledger.tag([mill.id, weir.id], ["work", "old"])
    ledger.tag([weir.id], ["work"], ["old", "unknown"])
    assert tags(ledger) == {"mill.txt": ("old", "work"), "weir.txt": ("work",)}
    assert ledger.tag_counts() == {"old": 1, "work": 2}


def test_a_file_keeps_its_tags_when_it_is_read_again_and_where_it_moves(ledger: Ledger) -> None:
    mill, moved = paper("mill.txt", *MILL)[0], paper("new/mill.txt", *MILL)[0]
    write(ledger, paper("mill.txt", *MILL))
    ledger.tag([mill.id], ["work"])
    write(ledger, paper("mill.txt", "Only one now."))
    ledger.store_without_text(replace(mill, outcome=Outcome.EMPTY, chunks=0))
    write(ledger, paper("mill.txt", *MILL))
    assert tags(ledger) == {"mill.txt": ("work",)}
    assert ledger.copy(paper("twin.txt", *MILL)[0], mill.id)
    assert ledger.copy(moved, mill.id, remove_original=True)
    assert tags(ledger) == {"new/mill.txt": ("work",), "twin.txt": ()}
    ledger.remove(moved.id)
    ledger.tag([moved.id], ["work"])  # it is gone
    assert ledger.tag_counts() == {} and rows(ledger, "tags") == 0
