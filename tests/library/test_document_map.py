"""The library's map: a place for each document, the same each time, near to those that mean something similar."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.errors import LibraryError
from rag.interfaces import Vectors
from rag.library import document_map
from rag.library.db import schema
from rag.library.document_map import DocumentMap, document_vectors, map_positions
from rag.library.library import Library
from tests.doubles import BagEmbedder, file_away, paper

TOPICS = ("rye flour mill wheel", "lighthouse lamp keeper sea", "tram ticket stop driver")


def unit(vectors: Vectors) -> Vectors:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def around(centres: int, each: int, spread: float = 0.3, dimension: int = 32) -> Vectors:
    """That many clouds of that many vectors."""
    random = np.random.default_rng(7)
    middle = np.repeat(unit(random.normal(size=(centres, dimension))), each, axis=0)
    return unit(middle + spread * unit(random.normal(size=middle.shape)))


@settings(max_examples=8, deadline=None)
@example(0, 1, 0, False)
@example(1, 80, 0, False)
@example(2, 1, 1, True)
@example(3, 8, 2, True)
@example(7, 3, 3, True)
@example(40, 80, 4, True)
@given(st.integers(0, 40), st.integers(1, 80), st.integers(0, 2**32 - 1), st.booleans())
def test_each_document_has_one_place_on_the_map_and_the_same_each_time(
    count: int, dimension: int, seed: int, repeated: bool
) -> None:
    vectors = unit(np.random.default_rng(seed).normal(size=(count, dimension)))
    if repeated and count:
        vectors = vectors[np.arange(count) // 3]
    found = map_positions(vectors)
    assert found.shape == (count, 2) and found.dtype == np.float32
    assert np.isfinite(found).all() and (np.abs(found) <= 1 + 1e-6).all()
    assert len(np.unique(found, axis=0)) == count  # none hides another
    assert (found == map_positions(vectors)).all()


def test_one_document_stands_in_the_middle_and_two_apart() -> None:
    assert map_positions(around(1, 1)).tolist() == [[0.0, 0.0]]
    two = map_positions(around(2, 1))
    assert np.abs(two[0] - two[1]).max() == pytest.approx(2)


def test_what_means_the_like_stands_together() -> None:
    found = map_positions(around(4, 30))
    assert together(found, np.repeat(np.arange(4), 30)) > 0.98


def test_of_very_many_documents_each_stands_among_its_like_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_map, "MAX_LANDMARKS", 60)
    found = map_positions(around(4, 100))
    assert found.shape == (400, 2) and np.isfinite(found).all()
    assert together(found, np.repeat(np.arange(4), 100)) > 0.98


def together(found: Vectors, topics: Vectors) -> float:
    """The share of documents whose nearest one on the map has the same topic."""
    apart = np.linalg.norm(found[:, None] - found[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return float((topics[apart.argmin(axis=1)] == topics).mean())


def test_there_is_room_around_each_document_however_many_stand_together() -> None:
    found = map_positions(around(3, 100, spread=0.01))
    apart = np.linalg.norm(found[:, None] - found[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert np.median(apart.min(axis=1)) > 0.02  # 8 pixels of a map that is 800 wide
    assert together(found, np.repeat(np.arange(3), 100)) == 1


def test_documents_that_say_the_same_stand_side_by_side() -> None:
    vectors = around(3, 20)
    vectors = np.concatenate([vectors, vectors[[5, 5, 5]]])
    found = map_positions(vectors)
    assert np.linalg.norm(found[-3:] - found[5], axis=1).max() < 0.1
    others = np.delete(np.arange(60), 5)
    assert np.median(np.linalg.norm(found[others] - found[5], axis=1)) > 0.3


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    embedder = BagEmbedder()
    with Library.open(tmp_path / "library", embedder.card) as library:
        for number in range(12):
            topic = TOPICS[number % 3]
            file_away(library, paper(f"{number:02}.txt", f"{topic} {number}", f"more of the {topic}"), embedder)
        file_away(library, paper("none.txt"), embedder)  # it gave no text
        yield library


def test_a_document_means_what_its_chunks_say_on_the_whole(library: Library) -> None:
    ids, vectors = document_vectors(library.ledger)
    assert list(ids) == sorted(record.id for record in library.records() if record.chunks)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    _, mine = library.ledger.vectors_of(ids[4])
    assert np.allclose(unit(mine.mean(axis=0, keepdims=True))[0], vectors[4], atol=1e-6)


def test_the_nearest_are_of_the_same_topic(library: Library) -> None:
    topic = {record.id: int(Path(record.source).stem) % 3 for record in library.records() if record.chunks}
    laid = DocumentMap.of(library.ledger)
    for document_id in laid.document_ids:
        near = laid.nearest(document_id, 3)
        assert {topic[other] for other, _ in near} == {topic[document_id]}
        assert document_id not in dict(near) and near == sorted(near, key=lambda each: -each[1])
    assert len(laid.nearest(laid.document_ids[0], 99)) == 11
    assert laid.nearest("nobody", 3) == []


def test_an_empty_library_has_an_empty_map(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library", BagEmbedder().card) as library:
        laid = DocumentMap.of(library.ledger)
    assert laid.document_ids == () and laid.positions.shape == (0, 2)


def test_a_vector_of_another_length_is_a_damaged_ledger(library: Library) -> None:
    with library.ledger.engine.begin() as db:
        first = sa.select(schema.vectors.c.text_hash).limit(1).scalar_subquery()
        db.execute(sa.update(schema.vectors).where(schema.vectors.c.text_hash == first).values(vector=b"1234"))
    with pytest.raises(LibraryError):
        DocumentMap.of(library.ledger)
