"""What is read of a ledger: records, elements, chunks and vectors, by id and by place."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.library.db.ledger import Ledger
from rag.library.db.queries import batches, text_hash
from rag.types import Outcome
from tests.doubles import BagEmbedder, paper
from tests.library.db.ledgers import MILL, write


@given(st.lists(st.integers(), max_size=1_200))
def test_batches_hold_each_id_once_and_in_order(ids: list[int]) -> None:
    made = list(batches(ids))
    assert list(itertools.chain(*made)) == ids
    assert all(0 < len(some) <= 500 for some in made)


def test_a_texts_key_is_the_same_each_time_and_another_for_another() -> None:
    assert text_hash("The mill") == text_hash("The mill") != text_hash("The mill ")
    assert len(text_hash("")) == 32


def test_records_are_found_by_id_and_missing_ones_left_out(ledger: Ledger) -> None:
    assert ledger.is_empty() and ledger.records() == [] and ledger.record("none") is None
    mill, ferry = paper("mill.txt", *MILL), paper("ferry.txt", "The ferry leaves at six.")
    write(ledger, mill)
    write(ledger, ferry)
    assert not ledger.is_empty() and ledger.with_text() == 2
    copy = paper("copy.txt", *MILL)
    write(ledger, (replace(copy[0], outcome=Outcome.DUPLICATE), *copy[1:]))
    assert ledger.with_text() == 2 and len(ledger.records()) == 3  # a copy is counted once
    ledger.remove(copy[0].id)
    assert [each.path for each in ledger.records()] == ["ferry.txt", "mill.txt"]
    assert set(ledger.records_of([mill[0].id, "none"])) == {mill[0].id}
    assert ledger.document("none") is None and ledger.element_at("none", 3) is None


def test_the_chunk_at_an_offset_holds_it_or_is_the_last_before_it(ledger: Ledger) -> None:
    record, document, chunks = paper("mill.txt", *MILL)
    write(ledger, (record, document, chunks))
    for each in chunks:
        assert ledger.chunk_at(record.id, each.start) == each == ledger.chunk_at(record.id, each.end - 1)
    assert ledger.chunk_at(record.id, len(document.text) + 99) == chunks[-1]
    assert ledger.chunk_at("none", 0) is None


def test_neighbours_are_of_the_same_document_and_in_order(ledger: Ledger) -> None:
    record, document, chunks = paper("mill.txt", *MILL)
    write(ledger, (record, document, chunks))
    write(ledger, paper("ferry.txt", "The ferry leaves at six.", "It carries dogs."))
    around = ledger.neighbours([chunks[0], chunks[1]], 1)
    assert around[chunks[0].id] == chunks[:2] and around[chunks[1].id] == chunks[:3]
    assert ledger.neighbours([chunks[1]], 0) == {chunks[1].id: [chunks[1]]}
    assert ledger.neighbours([chunks[1]], 1) == {chunks[1].id: chunks[:3]}
    assert ledger.neighbours([chunks[2], chunks[0], chunks[2]], 0) == {c.id: [c] for c in (chunks[0], chunks[2])}
    assert ledger.neighbours([], 3) == {}


def test_elements_near_an_offset_are_those_that_begin_there_and_the_one_that_holds_it(ledger: Ledger) -> None:
    record, document, chunks = paper("mill.txt", *MILL)
    write(ledger, (record, document, chunks))
    middle = document.elements[1]
    assert ledger.elements_near(record.id, middle.start + 3, 4) == [middle]
    assert ledger.elements_near(record.id, middle.start + 3, 10_000) == list(document.elements)
    assert [span[1:] for span in ledger.prose_spans(record.id)] == [
        (each.start, each.end) for each in document.elements
    ]


@pytest.mark.parametrize("span", [(0, 8), (4, 20), (0, 10_000), (5, 5)])
def test_texts_between_are_slices_of_the_document(ledger: Ledger, span: tuple[int, int]) -> None:
    record, document, chunks = paper("mill.txt", *MILL)
    write(ledger, (record, document, chunks))
    start, end = span
    assert ledger.texts_between([(record.id, start, end), ("none", 0, 3)]) == [document.text[start:end], ""]
    assert ledger.texts_between([]) == []


def test_vectors_come_in_the_order_of_their_chunks(ledger: Ledger) -> None:
    mill, ferry = paper("mill.txt", *MILL), paper("ferry.txt", "The ferry leaves at six.", language="es")
    write(ledger, mill)
    write(ledger, ferry)
    expected = BagEmbedder().embed_documents([each.embedding_text for each in mill[2]])
    ids, vectors = ledger.vectors_of(mill[0].id)
    assert ids == [each.id for each in mill[2]] and np.array_equal(vectors, expected)
    every, documents, rows = ledger.all_vectors()
    assert set(every) == ledger.chunk_ids() == ledger.chunk_ids_of([mill[0].id, ferry[0].id])
    assert set(documents) == {mill[0].id, ferry[0].id} and len(rows) == ledger.size() == 4
    assert ledger.vectors_of("none")[0] == []
    assert ledger.languages() == {"en": 3, "es": 1}


def test_a_sample_is_bounded_for_each_language_and_the_same_each_time(ledger: Ledger) -> None:
    write(ledger, paper("mill.txt", *MILL))
    write(ledger, paper("ferry.txt", "The ferry leaves at six.", language="es"))
    sample = ledger.sample_vectors(2)
    assert {language: len(rows) for language, rows in sample.items()} == {"en": 2, "es": 1}
    again = ledger.sample_vectors(2)
    assert all(np.array_equal(rows, again[language]) for language, rows in sample.items())


def test_vectors_are_known_by_the_text_that_was_embedded(ledger: Ledger) -> None:
    _, _, chunks = mill = paper("mill.txt", *MILL)
    write(ledger, mill)
    known = ledger.known_vectors([chunks[0].embedding_text, "something else"])
    assert set(known) == {chunks[0].embedding_text}
    assert ledger.hashes_of(mill[0].id) == {each.id: text_hash(each.embedding_text) for each in chunks}
