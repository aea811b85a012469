"""One suite over the vector indexes: what holds for the exact scan holds for Chroma, in a folder and on a server."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.interfaces import VectorIndex, Vectors
from rag.library.db.ledger import Ledger
from rag.library.index.chroma_server import ChromaServer
from rag.library.index.vectors import ChromaIndex, ExactScan
from rag.library.state import LedgerVersion
from tests.doubles import BagEmbedder, paper


class Shelf:
    """A ledger and one index over it; files a document in both."""

    def __init__(self, kind: str, folder: Path, url: str) -> None:
        self.url = url
        self.embedder = BagEmbedder()
        self.folder = folder
        self.ledger = Ledger.open(folder / "ledger.sqlite", self.embedder.card)
        self.index: VectorIndex = self.opened(kind)
        if isinstance(self.index, ChromaIndex | ChromaServer):
            with self.index.writing(LedgerVersion(), rebuild=True):
                pass

    def opened(self, kind: str) -> VectorIndex:
        if kind == "server":
            return ChromaServer(self.folder / "server", self.url)
        if kind == "chroma":
            return ChromaIndex(self.folder / "vectors")
        return ExactScan(Ledger.open(self.ledger.path, self.embedder.card))

    def put(self, path: str, vectors: Vectors) -> list[str]:
        """A document with one chunk for each vector; the ids of its chunks."""
        record, document, chunks = paper(path, *(f"{n}: {vector.tobytes().hex()}" for n, vector in enumerate(vectors)))
        self.ledger.replace(record, document, chunks, vectors)
        self._apply(record.id)
        return [chunk.id for chunk in chunks]

    def drop(self, path: str) -> None:
        record, *_ = paper(path)
        self.ledger.remove(record.id)
        self._apply(record.id)

    def _apply(self, document_id: str) -> None:
        with contextlib.ExitStack() as stack:
            if isinstance(self.index, ChromaIndex | ChromaServer):
                stack.enter_context(self.index.writing(self.ledger.last_change()))
            self.index.apply(document_id, *self.ledger.vectors_of(document_id))

    def reopen(self) -> None:
        kind = {ChromaIndex: "chroma", ChromaServer: "server"}.get(type(self.index), "exact")  # type: ignore[call-overload]
        self.close()
        self.index = self.opened(kind)

    def close(self) -> None:
        if isinstance(self.index, ChromaIndex | ChromaServer):
            self.index.close()


@pytest.fixture(params=["exact", *(pytest.param(kind, marks=pytest.mark.real) for kind in ("chroma", "server"))])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shelf]:
    url = request.getfixturevalue("chroma_server").url if request.param == "server" else ""
    made = Shelf(request.param, tmp_path, url)
    yield made
    made.close()
    made.ledger.close()


def units(*rows: tuple[float, ...]) -> Vectors:
    padded = np.zeros((len(rows), 8), dtype=np.float32)
    for at, row in enumerate(rows):
        padded[at, : len(row)] = row
    return padded / np.linalg.norm(padded, axis=1, keepdims=True)


def many(n: int, seed: int = 3) -> Vectors:
    drawn = np.random.default_rng(seed).normal(size=(n, 32)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


QUERY = units((1.0,))[0]


def test_best_first_with_the_cosine(shelf: Shelf) -> None:
    far, near, between = shelf.put("a", units((0, 1), (4, 1), (1, 1)))
    found = shelf.index.search(QUERY, 3)
    assert [chunk for chunk, _ in found] == [near, between, far]
    assert [score for _, score in found] == pytest.approx([4 / 17**0.5, 0.5**0.5, 0.0], abs=1e-5)


def test_opposite_vectors_come_last_and_below_zero(shelf: Shelf) -> None:
    behind, ahead = shelf.put("a", units((-1,), (1,)))
    assert [chunk for chunk, _ in shelf.index.search(QUERY, 2)] == [ahead, behind]
    assert shelf.index.search(QUERY, 2)[1][1] == pytest.approx(-1.0, abs=1e-5)


def test_k_cuts_the_list_and_more_than_held_gives_all(shelf: Shelf) -> None:
    ids = shelf.put("a", units((1,), (0, 1), (0, 0, 1)))
    assert [chunk for chunk, _ in shelf.index.search(QUERY, 1)] == [ids[0]]
    assert {chunk for chunk, _ in shelf.index.search(QUERY, 50)} == set(ids)
    assert shelf.index.search(QUERY, 0) == []


def test_an_empty_index_finds_nothing(shelf: Shelf) -> None:
    assert shelf.index.search(QUERY, 5) == [] and shelf.index.ids() == set()


def test_a_replaced_document_is_found_by_its_new_chunks_only(shelf: Shelf) -> None:
    shelf.put("a", units((1,), (0, 1), (0, 0, 1)))
    other = shelf.put("b", units((0, 1)))
    ids = shelf.put("a", units((0, 0, 0, 1)))
    assert shelf.index.ids() == {*ids, *other}
    assert shelf.index.search(units((0, 0, 0, 1))[0], 1)[0] == (ids[0], pytest.approx(1.0, abs=1e-5))


def test_a_forgotten_document_is_not_found(shelf: Shelf) -> None:
    shelf.put("a", units((1,), (2, 1)))
    kept = shelf.put("b", units((1, 1)))
    shelf.drop("a")
    assert [chunk for chunk, _ in shelf.index.search(QUERY, 5)] == kept and shelf.index.ids() == set(kept)
    shelf.drop("b")
    shelf.drop("never held")
    assert shelf.index.search(QUERY, 5) == [] and shelf.index.ids() == set()


def test_equal_vectors_are_all_found(shelf: Shelf) -> None:
    ids = shelf.put("a", units(*[(1, 1)] * 7))
    other = shelf.put("b", units((0, 0, 1)))
    found = shelf.index.search(QUERY, 8)
    assert {chunk for chunk, _ in found[:7]} == set(ids) and found[7][0] == other[0]
    assert {round(score, 4) for _, score in found[:7]} == {0.7071}


def test_applying_twice_is_applying_once(shelf: Shelf) -> None:
    vectors = units((1,), (0, 1))
    assert shelf.put("a", vectors) == shelf.put("a", vectors)
    assert len(shelf.index.search(QUERY, 9)) == len(shelf.index.ids()) == 2


def test_a_document_of_many_chunks_is_found_whole(shelf: Shelf) -> None:
    vectors = many(1_500)
    ids = shelf.put("long", vectors)
    assert shelf.index.ids() == set(ids)
    lost = [at for at in range(0, 1_500, 7) if shelf.index.search(vectors[at], 1)[0][0] != ids[at]]
    assert lost == []


def test_neighbours_are_those_of_an_exhaustive_search(shelf: Shelf) -> None:
    vectors = many(400)
    ids = shelf.put("a", vectors)
    for query in many(20, seed=4):
        best = [ids[at] for at in np.argsort(-(vectors @ query))[:10]]
        assert [chunk for chunk, _ in shelf.index.search(query, 10)] == best


@pytest.mark.slow
def test_of_many_that_are_much_alike_all_but_one_or_two_are_found(shelf: Shelf) -> None:
    """Chroma's own settings lose six: its graph has no way to a text among its near copies. Ours lose one in some runs,
    for the graph is another each time; the exact scan loses none."""
    embedder = BagEmbedder()
    texts = [f"Lantern {n} of {m} was seen near pier {n * m}." for n in range(125) for m in range(20)]
    vectors = np.stack([embedder.embed_query(text) for text in texts])
    shelf.put("alike", vectors)
    lost = sum(shelf.index.search(vector, 1)[0][1] < 1.0 - 1e-4 for vector in vectors[::2])
    assert lost <= (0 if isinstance(shelf.index, ExactScan) else 2)


def test_everything_is_there_after_reopening(shelf: Shelf) -> None:
    vectors = many(30)
    ids = shelf.put("a", vectors)
    shelf.reopen()
    assert shelf.index.ids() == set(ids)
    assert [shelf.index.search(vector, 1)[0][0] for vector in vectors] == ids
