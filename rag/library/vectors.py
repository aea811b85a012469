"""Two indexes under one contract (rag.interfaces.VectorIndex): an exact scan over the ledger's vectors, and Chroma.

Both follow the ledger. The exact scan is always current, cannot be damaged and finds everything; Chroma is for
libraries too large to scan. Chroma's files may be torn by a crash and are never seen by a second process that has
them open, so: a mark says whether they were left cleanly, an unclean index is rebuilt in a new folder and never
opened again, and a reader reopens when the mark's generation has moved.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from rag.errors import LibraryError
from rag.interfaces import Vector, Vectors
from rag.library.ledger import Ledger
from rag.library.state import Mark, State

_BATCH = 1_000  # Chroma's own limits: 5,461 an upsert, some 30,000 a get
_SYNC = 1_000  # Chroma writes its index to disk when so many vectors have come since


class ExactScan:
    """Cosine similarity with every vector of the library: 8 ms at 20,000 chunks (benchmarks/README.md)."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._held: tuple[int, list[str], Vectors] = (-1, [], np.empty((0, 0), dtype=np.float32))
        self._lock = threading.Lock()

    def search(self, vector: Vector, k: int) -> list[tuple[str, float]]:
        """Up to k (chunk id, cosine similarity), best first."""
        ids, vectors = self._current()
        if not ids or k < 1:
            return []
        scores = vectors @ vector
        top = np.argpartition(-scores, min(k, len(ids)) - 1)[:k]
        return [(ids[i], float(scores[i])) for i in top[np.argsort(-scores[top], kind="stable")]]

    def apply(self, document_id: str, chunk_ids: Sequence[str], vectors: Vectors) -> None:
        """Nothing to do: it reads the ledger itself."""

    def ids(self) -> set[str]:
        """The ids of all chunks."""
        return set(self._current()[0])

    def _current(self) -> tuple[list[str], Vectors]:
        with self._lock:
            number = self._ledger.change_number()
            if number != self._held[0]:
                self._held = (number, *self._ledger.all_vectors())
            return self._held[1], self._held[2]


class ChromaIndex:
    """A Chroma collection that follows the ledger. The caller holds the library's lock for every write."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state = State(folder.with_suffix(".json"))
        self._client: Any = None
        self._collection: Any = None
        self._opened = Mark()
        self._lock = threading.RLock()

    @property
    def state(self) -> State:
        """Its mark on disk."""
        return self._state

    def present(self) -> bool:
        """Whether its files are there."""
        folder = self._state.read().folder
        return bool(folder) and (self._folder / folder / "chroma.sqlite3").exists()

    def count(self) -> int:
        """The number of chunks held. Raises LibraryError."""
        with self._lock, _translated():
            self._reopen()
            return int(self._collection.count())

    def rebuild(self) -> None:
        """Begin again in a new folder; the old one goes. The mark is unclean until :meth:`finish`."""
        with self._lock:
            self.close()
            fresh = f"{self._folder.name}-{uuid4().hex[:8]}"
            self._folder.mkdir(parents=True, exist_ok=True)
            self._state.write(applied=0, clean=False, folder=fresh)
            for path in self._folder.iterdir():
                if path.name != fresh:
                    shutil.rmtree(path, ignore_errors=True)
            self._connect(create=True)

    def begin(self) -> None:
        """Mark the files as being written. Another process that finds them so and gets the lock rebuilds."""
        with self._lock:
            self._reopen()
            self._state.write(clean=False)

    def apply(self, document_id: str, chunk_ids: Sequence[str], vectors: Vectors) -> None:
        """Make the index hold exactly these chunks of the document (none: forget it)."""
        with self._lock, _translated():
            self._connect()
            self._collection.delete(where={"document_id": document_id})
            for at in range(0, len(chunk_ids), _BATCH):
                ids = list(chunk_ids[at : at + _BATCH])
                self._collection.upsert(
                    ids=ids,
                    embeddings=np.asarray(vectors[at : at + _BATCH]),
                    metadatas=[{"document_id": document_id}] * len(ids),
                )

    def finish(self, applied: int) -> None:
        """Everything up to this change number is in: bring the files to rest, then mark them clean."""
        with self._lock, _translated():
            if self._collection is not None and self._collection.count():
                # A query makes Chroma write out what is due now, under the lock, and not in some reader later.
                self._collection.query(query_embeddings=[[1.0] + [0.0] * (self._dimension() - 1)], n_results=1)
            self._opened = self._state.write(applied=applied, clean=True)

    def search(self, vector: Vector, k: int) -> list[tuple[str, float]]:
        """Up to k (chunk id, cosine similarity), best first."""
        with self._lock, _translated():
            self._reopen()
            count = self._collection.count()
            if not count or k < 1:
                return []
            found = self._collection.query(
                query_embeddings=[vector.tolist()], n_results=min(k, count), include=["distances"]
            )
            return [(i, 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def ids(self) -> set[str]:
        """The ids of all chunks."""
        with self._lock, _translated():
            self._reopen()
            found: set[str] = set()
            for at in range(0, self._collection.count(), _BATCH):
                found.update(self._collection.get(limit=_BATCH, offset=at, include=[])["ids"])
            return found

    def unfindable(self, pairs: Iterable[tuple[str, Vector]]) -> list[str]:
        """Which of these chunks are not found by their own vector: the damage that counting does not show."""
        lost = []
        for chunk, vector in pairs:
            near = self.search(vector, 5)
            # Equal texts have equal vectors, and more than five of them hide each other.
            if chunk not in {found for found, _ in near} and not (len(near) == 5 and near[-1][1] > 0.9999):
                lost.append(chunk)
        return lost

    def close(self) -> None:
        """Close Chroma's files."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = self._collection = None
            self._opened = Mark()

    def _reopen(self) -> None:
        mark = self._state.read()
        if mark != self._opened:
            self.close()
        self._connect()
        self._opened = mark

    def _connect(self, *, create: bool = False) -> None:
        if self._collection is not None:
            return
        if not create and not self.present():  # Chroma would make an empty one in its place
            raise LibraryError("Chroma's index is missing.", "oaken doctor --repair")
        import chromadb

        with _translated():
            path = self._folder / self._state.read().folder
            settings = chromadb.Settings(anonymized_telemetry=False, is_persistent=True)
            self._client = chromadb.PersistentClient(str(path), settings=settings)
            self._collection = self._client.get_or_create_collection(
                "chunks",
                embedding_function=None,  # the default one downloads a model
                configuration={"hnsw": {"space": "cosine", "sync_threshold": _SYNC, "ef_search": 200}},
            )

    def _dimension(self) -> int:
        return len(self._collection.peek(1)["embeddings"][0])


@contextlib.contextmanager
def _translated() -> Any:
    try:
        yield
    except (LibraryError, KeyboardInterrupt):
        raise
    except Exception as error:  # Chroma's own errors and those of the Rust and SQLite code beneath share no base
        raise LibraryError(
            f"Chroma's index cannot be used: {type(error).__name__}: {error}.", "oaken doctor --repair"
        ) from error
