"""Requests to a Chroma collection, in a folder or on a server.

Ids, vectors and document ids go in, and no text.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np

from rag.errors import LibraryError
from rag.interfaces import Vector, Vectors
from rag.messages import Message

_CHROMA_BATCH = 1_000  # Chroma's own limits: 5,461 an upsert, some 30,000 a get
_VECTORS_PER_QUERY = 200  # vectors looked up at once
_SAME_VECTOR_DISTANCE = 1e-3  # cosine distance below which a vector counts as the one looked up
_SYNC_THRESHOLD = 1_000  # vectors after which Chroma writes its index to disk
# The default embedding function downloads a model, so none is ever given; cosine as the exact scan has it.
# Of 2,500 very similar texts Chroma's own settings (M 16, ef 100) lose 11 to 14, 32 and 200 none or one.
CONFIGURATION = {
    "hnsw": {
        "space": "cosine",
        "sync_threshold": _SYNC_THRESHOLD,
        "ef_search": 200,
        "ef_construction": 400,
        "max_neighbors": 48,
    }
}


def settings(**more: Any) -> Any:
    """Return Chroma's settings, which send no reports and traces to anybody.

    As it comes Chroma believes a file ``.env`` in whatever folder a command runs in: it may name a collector of traces,
    and classes to load.
    """
    import chromadb

    return chromadb.Settings(
        _env_file=None,
        anonymized_telemetry=False,
        chroma_otel_collection_endpoint="",
        **more,
    )


def replace(collection: Any, document_id: str, chunk_ids: Sequence[str], vectors: Vectors) -> None:
    """Make the collection hold exactly these chunks of the document (none: remove it)."""
    collection.delete(where={"document_id": document_id})
    add(collection, chunk_ids, [document_id] * len(chunk_ids), vectors)


def add(collection: Any, chunk_ids: Sequence[str], document_ids: Sequence[str], vectors: Vectors) -> None:
    """Add chunks, replacing those of the same id."""
    for at in range(0, len(chunk_ids), _CHROMA_BATCH):
        some = slice(at, at + _CHROMA_BATCH)
        rows = [{"document_id": each} for each in document_ids[some]]
        collection.upsert(ids=list(chunk_ids[some]), embeddings=np.asarray(vectors[some]), metadatas=rows)


def search(collection: Any, vector: Vector, k: int, among: Collection[str] | None = None) -> list[tuple[str, float]]:
    """Return up to k (chunk id, cosine similarity), best first, of the documents ``among``."""
    if k < 1 or (among is not None and not among):
        return []
    found = collection.query(  # fewer chunks than k are no error; count() costs more than the query
        query_embeddings=[vector.tolist()],
        n_results=k,
        include=["distances"],
        where=None if among is None else {"document_id": {"$in": sorted(among)}},
    )
    return [(i, 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]


def all_ids(collection: Any) -> set[str]:
    """Return the ids of all chunks."""
    found: set[str] = set()
    for at in range(0, collection.count(), _CHROMA_BATCH):
        found.update(collection.get(limit=_CHROMA_BATCH, offset=at, include=[])["ids"])
    return found


def unfindable(collection: Any, ids: Sequence[str], vectors: Vectors) -> list[str]:
    """Return the ids of chunks that the HNSW index fails to return for their own vector.

    count() does not reveal these.
    """
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
        for batch in _batches(list(wanted), _VECTORS_PER_QUERY):
            most = min(count, max(share, 5 + max(copies[keys[at]] for at in batch)), 2_000)
            near = collection.query(
                query_embeddings=np.stack([vectors[at] for at in batch]), n_results=most, include=["distances"]
            )
            for at, found, distances in zip(batch, near["ids"], near["distances"], strict=True):
                if dict(zip(found, distances, strict=True)).get(ids[at], 2.0) > _SAME_VECTOR_DISTANCE:
                    lost.append(ids[at])
                    if distances and distances[-1] < _SAME_VECTOR_DISTANCE:  # hidden by equal vectors
                        again.append(at)
        if not again:
            break
    return lost


def dimension(collection: Any) -> int:
    """Return the dimension of the vectors held; 0 for none."""
    some = collection.peek(1)["embeddings"]
    return len(some[0]) if len(some) else 0


@contextlib.contextmanager
def translated(hint: str = "oaken doctor --repair") -> Iterator[None]:
    """Translate errors of Chroma and of the Rust and SQLite code beneath, which share no base, to LibraryError."""
    try:
        yield
    except (LibraryError, KeyboardInterrupt):
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":  # Rust's, for Python
            raise
        raise LibraryError(
            Message("Chroma's index cannot be used: {kind}: {error}.", kind=type(error).__name__, error=error), hint
        ) from error


def _batches(items: list[int], size: int) -> Iterator[list[int]]:
    for at in range(0, len(items), size):
        yield items[at : at + size]
