"""What is asked of a Chroma collection, in a folder or on a server. Ids, vectors and a document's id go in, and
no text.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np

from rag.errors import LibraryError
from rag.interfaces import Vector, Vectors

_CHROMA_BATCH = 1_000  # Chroma's own limits: 5,461 an upsert, some 30,000 a get
_VECTORS_ASKED = 200  # vectors looked for at once
_ITS_OWN = 1e-3  # cosine distance at which a vector is the one that was asked for
_SYNC = 1_000  # Chroma writes its index to disk when so many vectors have come since
# The default embedding function downloads a model, so none is ever given; cosine as the exact scan has it.
# Of 2,500 texts much alike Chroma's own settings (16 neighbours, 100 tried) lose 11 to 14, 32 and 200 none or one.
CONFIGURATION = {
    "hnsw": {
        "space": "cosine",
        "sync_threshold": _SYNC,
        "ef_search": 200,
        "ef_construction": 400,
        "max_neighbors": 48,
    }
}


def replace(collection: Any, document_id: str, chunk_ids: Sequence[str], vectors: Vectors) -> None:
    """Make the collection hold exactly these chunks of the document (none: forget it)."""
    collection.delete(where={"document_id": document_id})
    add(collection, chunk_ids, [document_id] * len(chunk_ids), vectors)


def add(collection: Any, chunk_ids: Sequence[str], document_ids: Sequence[str], vectors: Vectors) -> None:
    """Put chunks in, in place of those of the same id."""
    for at in range(0, len(chunk_ids), _CHROMA_BATCH):
        some = slice(at, at + _CHROMA_BATCH)
        rows = [{"document_id": each} for each in document_ids[some]]
        collection.upsert(ids=list(chunk_ids[some]), embeddings=np.asarray(vectors[some]), metadatas=rows)


def search(collection: Any, vector: Vector, k: int, among: Collection[str] | None = None) -> list[tuple[str, float]]:
    """Up to k (chunk id, cosine similarity), best first, of the documents ``among``."""
    count = collection.count()
    if not count or k < 1 or (among is not None and not among):
        return []
    found = collection.query(
        query_embeddings=[vector.tolist()],
        n_results=min(k, count),
        include=["distances"],
        where=None if among is None else {"document_id": {"$in": sorted(among)}},
    )
    return [(i, 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]


def all_ids(collection: Any) -> set[str]:
    """The ids of all chunks."""
    found: set[str] = set()
    for at in range(0, collection.count(), _CHROMA_BATCH):
        found.update(collection.get(limit=_CHROMA_BATCH, offset=at, include=[])["ids"])
    return found


def unfindable(collection: Any, ids: Sequence[str], vectors: Vectors) -> list[str]:
    """Which of these chunks, all that are held, are not found by their own vector: what counting does not show."""
    count = collection.count()
    if not count:
        return list(ids)
    keys = [vector.tobytes() for vector in np.ascontiguousarray(vectors)]
    copies = Counter(keys)  # equal texts have equal vectors and share the first places
    lost: list[str] = []
    for share in (5, 100, 1_000):  # more than that many equal or nearly equal ones are found by their document
        again: list[int] = []
        wanted = range(len(ids)) if share == 5 else [at for at, i in enumerate(ids) if i in set(lost)]
        lost = []
        for batch in _batches(list(wanted), _VECTORS_ASKED):
            most = min(count, max(share, 5 + max(copies[keys[at]] for at in batch)), 2_000)
            near = collection.query(
                query_embeddings=np.stack([vectors[at] for at in batch]), n_results=most, include=["distances"]
            )
            for at, found, distances in zip(batch, near["ids"], near["distances"], strict=True):
                if dict(zip(found, distances, strict=True)).get(ids[at], 2.0) > _ITS_OWN:
                    lost.append(ids[at])
                    if distances and distances[-1] < _ITS_OWN:  # hidden by its like
                        again.append(at)
        if not again:
            break
    return lost


def dimension(collection: Any) -> int:
    """Of the vectors held; 0 for none."""
    some = collection.peek(1)["embeddings"]
    return len(some[0]) if len(some) else 0


@contextlib.contextmanager
def translated(hint: str = "oaken doctor --repair") -> Iterator[None]:
    """Chroma's own errors and those of the Rust and SQLite code beneath, which share no base, as a LibraryError."""
    try:
        yield
    except (LibraryError, KeyboardInterrupt):
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":  # Rust's, for Python
            raise
        raise LibraryError(f"Chroma's index cannot be used: {type(error).__name__}: {error}.", hint) from error


def _batches(items: list[int], size: int) -> Iterator[list[int]]:
    for at in range(0, len(items), size):
        yield items[at : at + size]
