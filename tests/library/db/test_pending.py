"""Chunks that wait for their vectors: which, in what order, and when a document has all of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.errors import EmbedderMismatchError
from rag.interfaces import PendingVectors
from rag.library.db.ledger import Ledger
from rag.library.index.probe import rows_to_index
from rag.library.state import LedgerVersion
from tests.doubles import BagEmbedder, paper
from tests.library.db.ledgers import CARD, MILL, write


def give(ledger: Ledger, *hashes: str) -> list[str]:
    """Vectors for these of the texts that wait, or for all."""
    texts = ledger.next_texts(1000).texts
    chosen = [key for key in texts if not hashes or key in hashes]
    return ledger.add_vectors(dict(zip(chosen, BagEmbedder().embed_documents([texts[k] for k in chosen]), strict=True)))


def test_a_document_without_vectors_waits_until_it_has_them_all(ledger: Ledger) -> None:
    record, document, chunks = paper("mill.txt", *MILL)
    ledger.replace(record, document, chunks)
    assert ledger.pending() == PendingVectors(frozenset({record.id}), 3, 3)
    waiting = ledger.next_texts(1000)
    assert list(waiting.texts.values()) == [chunk.embedding_text for chunk in chunks]
    assert waiting.source == record.source
    first = next(iter(waiting.texts))
    assert give(ledger, first) == [] and ledger.pending().texts == 2
    assert ledger.vectors_of(record.id)[0] == [] and ledger.all_vectors()[0] == []  # all of its vectors, or none
    assert len(ledger.known_vectors([chunk.embedding_text for chunk in chunks])) == 1
    before = ledger.last_change()
    assert give(ledger) == [record.id] and ledger.pending() == PendingVectors()
    assert ledger.vectors_of(record.id)[0] == [chunk.id for chunk in chunks]
    assert ledger.changed_since(before)[1] == [record.id]
    assert ledger.changed_since(before, text=True)[1] == []  # its words are what they were
    assert ledger.chunks_changed_since(before) == 3 and ledger.chunks_changed_since(before, text=True) == 0
    assert ledger.changed_since(LedgerVersion(), text=True)[1] == [record.id]


def test_the_rows_that_chroma_is_checked_against_are_those_of_whole_documents(ledger: Ledger) -> None:
    """In each database: the check runs in another process, on a file."""
    whole, waiting = paper("mill.txt", *MILL), paper("ferry.txt", MILL[0], "The ferry leaves at noon.")
    write(ledger, whole)
    ledger.replace(*waiting)
    with ledger.database.rows_file() as rows:
        assert [key for key, _ in rows_to_index(rows)] == sorted(chunk.id for chunk in whole[2])
    give(ledger)
    with ledger.database.rows_file() as rows:
        found = rows_to_index(rows)
    ids, _, vectors = ledger.all_vectors()
    assert dict(found) == {key: vectors[row].tobytes() for row, key in enumerate(ids)} and len(ids) == 5


def test_texts_whose_vectors_are_held_wait_for_none(ledger: Ledger) -> None:
    one, two = paper("one.txt", *MILL), paper("one.txt", *MILL, "A new wheel was bought.")
    write(ledger, one)
    ledger.replace(*two)
    assert list(ledger.next_texts(9).texts.values()) == [two[2][-1].embedding_text]
    ledger.replace(*one)
    assert ledger.pending() == PendingVectors() and ledger.vectors_of(one[0].id)[0]


def test_a_vector_serves_every_document_with_its_text_and_none_that_is_gone(ledger: Ledger) -> None:
    given = paper("mill.txt", *MILL)
    ledger.replace(*given)
    ledger.copy(paper("copy.txt")[0], given[0].id)
    texts = ledger.next_texts(1000).texts
    assert len(texts) == 3 and len(ledger.pending().documents) == 2
    vectors = dict(zip(texts, BagEmbedder().embed_documents(list(texts.values())), strict=True))
    assert sorted(ledger.documents_with(vectors)) == sorted(ledger.pending().documents)
    assert len(ledger.add_vectors(vectors)) == 2
    for record in ledger.records():
        ledger.remove(record.id)
    assert ledger.add_vectors(vectors) == [] and ledger.known_vectors(list(texts.values())) == {}


def test_some_texts_are_skipped_and_no_more_are_given_than_asked_for(ledger: Ledger) -> None:
    given = paper("mill.txt", *MILL)
    ledger.replace(*given)
    every = list(ledger.next_texts(1000).texts)
    assert list(ledger.next_texts(2).texts) == every[:2]
    assert list(ledger.next_texts(2, every[:2]).texts) == every[2:]
    assert ledger.next_texts(2, every).texts == {} and ledger.next_texts(2, every).source == ""


def test_the_folders_that_were_asked_about_come_first(ledger: Ledger) -> None:
    papers = [paper(f"{folder}/{name}.txt", f"{folder} {name} tells of it.") for folder in "abc" for name in "xy"]
    for each in papers:
        ledger.replace(*each)
    ledger.note_asked([papers[4][0].id])
    ledger.note_asked([papers[3][0].id, papers[5][0].id])
    assert _folders(ledger) == ["c", "c", "b", "b", "a", "a"]
    ledger.purge()
    assert _folders(ledger) != ["c", "c", "b", "b", "a", "a"]  # what was asked is forgotten, folders are names too


def _folders(ledger: Ledger) -> list[str]:
    return [text.splitlines()[-1][0] for text in ledger.next_texts(1000).texts.values()]


def test_vectors_of_another_embedder_are_refused(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "ledger.sqlite", CARD)
    ledger.replace(*paper("mill.txt", *MILL))
    other = Ledger.open(tmp_path / "ledger.sqlite", None)
    with other.engine.begin() as db:
        db.exec_driver_sql("UPDATE meta SET value = 'another' WHERE key = 'embedder'")
    with pytest.raises(EmbedderMismatchError):
        ledger.add_vectors(dict.fromkeys(ledger.next_texts(1).texts, np.zeros(CARD.dimension, np.float32)))
    assert ledger.pending().texts == 3
    ledger.close()
    other.close()
