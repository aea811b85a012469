"""A map of the library: each document's position in two dimensions, near to documents of similar meaning.

A document's vector is the mean of its chunks' vectors. Up to :data:`MAX_LANDMARKS` documents are all placed by t-SNE;
of more, that many are, and the others stand among their nearest landmarks. Draws nothing.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from rag.interfaces import Vector, Vectors
from rag.library.db import schema
from rag.library.db.ledger import Ledger

Spots = NDArray[np.float64]  # shape (n, 2), or (n, directions)

MAX_LANDMARKS = 2_000  # t-SNE of so many takes seconds; see benchmarks/speed/README.md
_MIN_DOCUMENTS_FOR_TSNE = 6  # below that t-SNE has no neighbourhoods to keep: the first two principal components serve
_PCA_COMPONENTS = 50  # PCA components of the vectors that t-SNE is given
_PERPLEXITY, _ROUNDS = 30.0, 500
_NEAREST_LANDMARKS = 4  # nearest landmarks between which another document stands
_DOCUMENTS_PER_STEP = 1_000  # documents compared with the landmarks at once
_EQUAL_DOCUMENTS_DISTANCE = 0.001  # initial distance between equal documents; the map is 2 wide
_APART, _CROWDED = 0.04, 1.2  # least distance between documents: a constant, or less by the root of n
_PUSHES, _NEIGHBOURS = 40, 12  # rounds of pushing apart those that are too close, and neighbours per round
_GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))  # the golden angle, as between a sunflower's seeds


@dataclass(frozen=True, slots=True, eq=False)
class DocumentMap:
    """The documents of a library that have text, with their vectors and positions."""

    document_ids: tuple[str, ...]  # in order
    vectors: Vectors  # (n, dimension), of length one; float32
    positions: Vectors  # (n, 2), each coordinate within -1 and 1; float32

    @classmethod
    def of(cls, ledger: Ledger) -> DocumentMap:
        """Lay out a ledger's documents. Takes seconds for a large one. Raises LibraryError for a damaged one."""
        ids, vectors = document_vectors(ledger)
        return cls(ids, vectors, map_positions(vectors))

    def nearest(self, document_id: str, k: int) -> list[tuple[str, float]]:
        """Return up to k (document id, cosine similarity), best first, without the document itself.

        [] for an unknown one.
        """
        if document_id not in self.document_ids:
            return []
        own_place = self.document_ids.index(document_id)
        likeness = self.vectors @ self.vectors[own_place]
        likeness[own_place] = -np.inf
        best = np.argsort(-likeness, kind="stable")[: min(k, len(likeness) - 1)]
        return [(self.document_ids[at], float(likeness[at])) for at in best]


def document_vectors(ledger: Ledger) -> tuple[tuple[str, ...], Vectors]:
    """Return the document ids, in order, and each one's normalised mean chunk vector, shape (n, dimension).

    Raises LibraryError where a vector does not have the embedder's dimension.
    """
    dimension = ledger.embedder.dimension
    ids: list[str] = []
    rows: list[Vector] = []
    try:
        for document_id, blobs in _blobs(ledger):
            mean = np.frombuffer(blobs, dtype="<f4").reshape(-1, dimension).mean(axis=0)
            ids.append(document_id)
            rows.append(np.nan_to_num(mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32))
    except ValueError as error:
        raise ledger.database.unreadable_error(str(error)) from error
    return tuple(ids), np.stack(rows) if rows else np.empty((0, dimension), dtype=np.float32)


def _blobs(ledger: Ledger) -> Iterator[tuple[str, bytes]]:
    """Yield each document's id and its concatenated vectors."""
    query = (
        sa.select(schema.chunks.c.document_id, schema.vectors.c.vector)
        .join(schema.vectors, schema.chunks.c.text_hash == schema.vectors.c.text_hash)
        .order_by(schema.chunks.c.document_id)
    )
    with ledger.engine.connect().execution_options(yield_per=_DOCUMENTS_PER_STEP) as db:
        for document_id, rows in groupby(db.execute(query), key=operator.itemgetter(0)):
            yield document_id, b"".join(row[1] for row in rows)


def map_positions(vectors: Vectors) -> Vectors:
    """Return a position for each vector, shape (n, 2), within -1 and 1.

    Deterministic for the same vectors in the same order. Equal vectors get the same place, except for the little
    distance that keeps each of them visible.
    """
    if not len(vectors):
        return np.empty((0, 2), dtype=np.float32)
    _, first, group = np.unique(np.round(vectors, 5), axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)  # by first appearance
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    group = rank[group.reshape(-1)]
    spots = _fitted(_spots(vectors[first[order]].astype(np.float64)))
    return _fitted(_pushed(spots[group] + _seeds(group))).astype(np.float32)


def _spots(vectors: Spots) -> Spots:
    """Return positions for vectors of which no two are the same."""
    count = len(vectors)
    if count == 1:
        return np.zeros((1, 2))
    reduced = _directions(vectors, min(_PCA_COMPONENTS, count, vectors.shape[1]))
    if count < _MIN_DOCUMENTS_FOR_TSNE or reduced.shape[1] < 2:
        flat = np.zeros((count, 2))
        flat[:, : min(2, reduced.shape[1])] = reduced[:, :2]
        return flat
    if count <= MAX_LANDMARKS:
        return _neighbourhoods(reduced)
    marks = np.linspace(0, count - 1, MAX_LANDMARKS).astype(int)  # ids are hashes: every so manieth is a fair sample
    return _between_landmarks(reduced, reduced[marks], _neighbourhoods(reduced[marks]))


def _directions(vectors: Spots, many: int) -> Spots:
    from sklearn.decomposition import PCA

    found: Spots = PCA(many, svd_solver="full" if len(vectors) < 500 else "covariance_eigh").fit_transform(vectors)
    return found


def _neighbourhoods(reduced: Spots) -> Spots:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    # With several threads the sums come out in another order each time, and the map with them.
    with threadpool_limits(1, user_api="openmp"):
        near = min(_PERPLEXITY, (len(reduced) - 1) / 3)
        found: Spots = TSNE(init="pca", random_state=0, perplexity=near, max_iter=_ROUNDS, n_jobs=1).fit_transform(
            reduced
        )
    return found


def _between_landmarks(reduced: Spots, marks: Spots, spots: Spots) -> Spots:
    """Place each vector between its nearest landmarks, nearer to the more similar ones."""
    found = np.empty((len(reduced), 2))
    lengths = (marks**2).sum(axis=1)
    for at in range(0, len(reduced), _DOCUMENTS_PER_STEP):
        some = reduced[at : at + _DOCUMENTS_PER_STEP]
        apart = np.maximum((some**2).sum(axis=1)[:, None] + lengths - 2 * some @ marks.T, 0)
        near = np.argpartition(apart, _NEAREST_LANDMARKS, axis=1)[:, :_NEAREST_LANDMARKS]
        weights = 1 / (np.take_along_axis(apart, near, axis=1) + 1e-9) ** 2
        weights /= weights.sum(axis=1, keepdims=True)
        found[at : at + _DOCUMENTS_PER_STEP] = (spots[near] * weights[:, :, None]).sum(axis=1)
    return found


def _seeds(group: NDArray[np.intp]) -> Spots:
    """Return each document's offset from its group's position: 0 for the first, a sunflower spiral for the others."""
    nth = np.zeros(len(group))
    seen: dict[int, int] = {}
    for at, each in enumerate(group.tolist()):
        nth[at] = seen[each] = seen.get(each, -1) + 1
    away, angle = _EQUAL_DOCUMENTS_DISTANCE * np.sqrt(nth), nth * _GOLDEN_ANGLE
    return np.stack([away * np.cos(angle), away * np.sin(angle)], axis=1)


def _pushed(spots: Spots) -> Spots:
    """Push documents apart that are too close, so that a cluster becomes a disc in which each is visible."""
    from sklearn.neighbors import NearestNeighbors

    room = min(_APART, _CROWDED / np.sqrt(len(spots)))
    many = min(_NEIGHBOURS, len(spots) - 1)
    for _ in range(_PUSHES if many else 0):
        apart, near = NearestNeighbors(n_neighbors=many + 1).fit(spots).kneighbors(spots)
        apart, near = apart[:, 1:], near[:, 1:]
        push = np.maximum(room - apart, 0) / np.maximum(apart, 1e-9) / 4
        if not push.any():
            break
        spots = spots + ((spots[:, None] - spots[near]) * push[:, :, None]).sum(axis=1)
    return spots


def _fitted(spots: Spots) -> Spots:
    """Centre the map and scale it to fit; the shorter side is stretched at most twofold."""
    middle: Spots = (spots.max(axis=0) + spots.min(axis=0)) / 2
    reach: Spots = np.abs(spots - middle).max(axis=0)
    fitted: Spots = (spots - middle) / np.maximum(np.maximum(reach, reach.max() / 2), 1e-12)
    return fitted
