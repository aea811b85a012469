"""Two vector indexes (rag.interfaces.VectorIndex): an exact scan over the ledger's vectors, and Chroma.

Both follow the ledger. The exact scan is always current, cannot be damaged and finds everything; Chroma is for
libraries too large to scan. Chroma's files may be torn by a crash, and a second process that has them open never sees
the changes. So a state file says whether they were closed cleanly and what they held then; files that differ from it
are never opened again but rebuilt in a new folder; a reader reopens when the state's generation has changed.
(chroma_server.py: the same index on a server.)
"""

from __future__ import annotations

import contextlib
import ctypes
import shutil
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from rag.errors import LibraryError
from rag.interfaces import Vector, Vectors
from rag.library.db.ledger import Ledger
from rag.library.files import FileFingerprints, check_index_size, discard, make_private
from rag.library.index import chroma_collection as chroma
from rag.library.index.probe import IndexFindings, probe
from rag.library.state import FollowerState, LedgerVersion, StateFile
from rag.messages import Message
from rag.storage import private_folder

_M_PERTURB = -6  # of malloc.h


class ExactScan:
    """Cosine similarity with every vector of the library: 8 ms at 20,000 chunks (benchmarks/speed/README.md)."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._change: LedgerVersion | None = None
        self._ids: list[str] = []
        self._documents: list[str] = []
        self._vectors: Vectors = np.empty((0, 0), dtype=np.float32)
        self._lock = threading.Lock()

    def search(self, vector: Vector, k: int, *, among: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Return up to k (chunk id, cosine similarity), best first, of the documents ``among``."""
        ids, documents, vectors = self._current()
        if among is not None:
            wanted = set(among)
            at = [i for i, document in enumerate(documents) if document in wanted]
            ids, vectors = [ids[i] for i in at], vectors[at]
        if not ids or k < 1:
            return []
        scores = vectors @ vector
        top = np.argpartition(-scores, min(k, len(ids)) - 1)[:k]
        return [(ids[i], float(scores[i])) for i in top[np.argsort(-scores[top], kind="stable")]]

    def apply(self, document_id: str, chunk_ids: Sequence[str], vectors: Vectors) -> None:
        """Do nothing: it reads the ledger itself."""

    def ids(self) -> set[str]:
        """Return the ids of all chunks."""
        return set(self._current()[0])

    def _current(self) -> tuple[list[str], list[str], Vectors]:
        with self._lock:
            last = self._ledger.last_change()
            if last != self._change:
                self._read(last)
            return self._ids, self._documents, self._vectors

    def _read(self, last: LedgerVersion) -> None:
        """Read what changed since the last call, or everything."""
        loaded_change = self._change
        if loaded_change is not None and self._ledger.token(loaded_change.number) == loaded_change.token:
            last, changed = self._ledger.changed_since(loaded_change)
            stale = set(changed)
            stay = [at for at, document in enumerate(self._documents) if document not in stale]
            parts = [(self._ids, self._documents, self._vectors)]
            if len(stay) < len(self._ids):
                parts = [([self._ids[i] for i in stay], [self._documents[i] for i in stay], self._vectors[stay])]
            for document in changed:
                ids, vectors = self._ledger.vectors_of(document)
                parts.append((ids, [document] * len(ids), vectors))
            full = [vectors for ids, _, vectors in parts if ids]
            self._ids = [each for ids, _, _ in parts for each in ids]
            self._documents = [each for _, documents, _ in parts for each in documents]
            self._vectors = np.concatenate(full) if full else np.empty((0, 0), dtype=np.float32)
        else:
            self._ids, self._documents, self._vectors = self._ledger.all_vectors()
        self._change = last


class ChromaIndex:
    """A Chroma collection that follows the ledger.

    The caller holds the library's lock for Chroma for every call that may open it: opening writes to its database, and
    a search may.
    """

    def __init__(self, folder: Path, *, verify: Callable[[Path], None] | None = None) -> None:
        """Take a check of rebuilt indexes as ``verify``: it raises LibraryError before the switch to one (probe.py)."""
        self._folder = folder
        self._state = StateFile(folder.with_suffix(".json"))
        self._verify = verify
        self._client: Any = None
        self._collection: Any = None
        self._opened = FollowerState()
        self._fingerprints = FileFingerprints()
        self._lock = threading.RLock()

    @property
    def state(self) -> StateFile:
        """Its state on disk."""
        return self._state

    @property
    def name(self) -> str:
        """Its name in messages."""
        return "Chroma"

    def present(self) -> bool:
        """Tell whether its files are there."""
        return self._present(self._state.read())

    def folder(self) -> Path:
        """Return the folder of its files."""
        return self._folder / self._state.read().folder

    def damage(self) -> str:
        """Return how its files differ from the state file, or ""; nothing is opened. Not for files being written."""
        mark = self._state.read()
        if not self._present(mark):
            return Message("its folder is missing")
        try:
            return self._fingerprints.differ(self._folder / mark.folder, mark.files)
        except OSError as error:
            return Message("it cannot be read: {why}", why=error)

    def count(self) -> int:
        """Return the number of chunks held. Raises LibraryError."""
        with self._lock, chroma.translated():
            self._reopen()
            return int(self._collection.count())

    def search(self, vector: Vector, k: int, *, among: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Return up to k (chunk id, cosine similarity), best first, of the documents ``among``. Raises LibraryError."""
        with self._lock, chroma.translated():
            self._reopen()
            return chroma.search(self._collection, vector, k, among)

    def ids(self) -> set[str]:
        """Return the ids of all chunks. Raises LibraryError."""
        with self._lock, chroma.translated():
            self._reopen()
            return chroma.all_ids(self._collection)

    def unfindable(self, ids: Sequence[str], vectors: Vectors) -> list[str]:
        """Return the ids of chunks that are not found by their own vector. Raises LibraryError."""
        with self._lock, chroma.translated():
            self._reopen()
            return chroma.unfindable(self._collection, ids, vectors)

    def apply(self, document_id: str, chunk_ids: Sequence[str], vectors: Vectors) -> None:
        """Make the index hold exactly these chunks of the document; within :meth:`writing`."""
        with self._lock, chroma.translated():
            chroma.replace(self._collection, document_id, chunk_ids, vectors)

    def add(self, chunk_ids: Sequence[str], document_ids: Sequence[str], vectors: Vectors) -> None:
        """Add chunks to an index being rebuilt; within :meth:`writing`."""
        with self._lock, chroma.translated():
            chroma.add(self._collection, chunk_ids, document_ids, vectors)

    @contextlib.contextmanager
    def writing(self, change: LedgerVersion, *, rebuild: bool = False) -> Iterator[None]:
        """Write what leads to this change; ``rebuild`` fills a new folder and then switches to it.

        Until then, and if it fails, the old one stays. After an error without ``rebuild`` the files stay marked unclean
        for ever.
        """
        with self._lock, chroma.translated():
            if rebuild:
                yield from self._rebuilding(change)
            else:
                self._reopen()
                folder = self._opened.folder
                self._opened = self._state.write(clean=False)
                yield
                self._flush(folder)
                self._opened = self._mark(change, folder)

    def compare(self, ledger: Ledger) -> IndexFindings:
        """Compare it with the ledger, looking up every chunk by its own vector, in a child process that may crash.

        Raises LibraryError where it is damaged, unclean or missing.
        """
        with self._lock, chroma.translated():
            mark = self._state.read()
            if not mark.clean:
                what = (
                    Message("was being written when its process ended")
                    if mark.generation
                    else Message("has not been built")
                )
                raise LibraryError(Message("It {what}.", what=what), "oaken doctor --repair")
            damage = self.damage()
            if damage:
                raise LibraryError(Message("It is damaged: {why}.", why=damage), "oaken doctor --repair")
            self.close()
            with ledger.database.rows_file() as rows:
                found = probe(self._folder / mark.folder, rows)
            self._state.write(quiet=True, files=self._fingerprints.take(self._folder / mark.folder))
            return found

    def close(self) -> None:
        """Close Chroma's files."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = self._collection = None
            self._opened = FollowerState()

    @property
    def _opened_as(self) -> tuple[int, str]:
        return self._opened.generation, self._opened.folder

    def _rebuilding(self, change: LedgerVersion) -> Iterator[None]:
        self.close()
        fresh = f"{self._folder.name}-{uuid4().hex[:8]}"
        try:
            private_folder(self._folder / fresh)
            self._connect(fresh, create=True)
            yield
            self._flush(fresh)
            if self._verify is not None:
                self.close()
                self._verify(self._folder / fresh)
            self._opened = self._mark(change, fresh)
        except BaseException:
            self.close()
            shutil.rmtree(self._folder / fresh, ignore_errors=True)
            raise
        discard(self._folder, keep=fresh)

    def _flush(self, folder: str) -> None:
        """Flush the files and check whether one grew out of proportion."""
        with chroma.translated():
            size = chroma.dimension(self._collection)
            if size:  # a query makes Chroma write out what is due now, under the lock, and not in some reader later
                self._collection.query(query_embeddings=[[1.0] + [0.0] * (size - 1)], n_results=1)
            check_index_size(self._folder / folder, self._collection.count(), size)

    def _mark(self, change: LedgerVersion, folder: str) -> FollowerState:
        place = self._folder / folder
        make_private(place)
        return self._state.write(
            applied=change.number, token=change.token, clean=True, folder=folder, files=self._fingerprints.take(place)
        )

    def _present(self, mark: FollowerState) -> bool:
        return bool(mark.folder) and (self._folder / mark.folder / "chroma.sqlite3").exists()

    def _reopen(self) -> None:
        mark = self._state.read()
        if self._collection is not None and (mark.generation, mark.folder) == self._opened_as:
            return
        self.close()
        if not mark.clean:
            raise LibraryError(Message("Chroma's index was not closed cleanly."), "oaken doctor --repair")
        damage = self.damage()
        if damage:  # never opened again: Chroma would answer from what is left, or crash the process
            with contextlib.suppress(OSError):
                self._state.write(clean=False)
            raise LibraryError(Message("Chroma's index is damaged: {why}.", why=damage), "oaken doctor --repair")
        self._connect(mark.folder)
        # Opening increments a number in Chroma's database; the first access to its vectors is where torn ones kill. So
        # if this process dies before the next line, no other one opens these files.
        with chroma.translated():
            if chroma.dimension(self._collection):
                vector = [1.0] + [0.0] * (chroma.dimension(self._collection) - 1)
                self._collection.query(query_embeddings=[vector], n_results=1)
            self._opened = self._state.write(quiet=True, files=self._fingerprints.take(self._folder / mark.folder))

    def _connect(self, folder: str, *, create: bool = False) -> None:
        import chromadb

        _wipe_what_is_freed()
        with chroma.translated():
            settings = chroma.settings(is_persistent=True)
            self._client = chromadb.PersistentClient(str(self._folder / folder), settings=settings)
            if create:
                self._collection = self._client.create_collection(
                    "chunks",
                    embedding_function=None,
                    configuration=chroma.CONFIGURATION,
                )
            else:
                self._collection = self._client.get_collection("chunks", embedding_function=None)


def _wipe_what_is_freed() -> None:
    """Let malloc overwrite memory when it is freed and when it is given out.

    Chroma writes memory that it never filled into its file: in 33 of 150 trials there were vectors of an index that
    this process had open before.
    """
    with contextlib.suppress(OSError, AttributeError):  # glibc only
        ctypes.CDLL(None).mallopt(_M_PERTURB, 0x55)
