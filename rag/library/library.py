"""A library: the ledger and the two indexes that follow it, safe to use from several processes.

Whoever writes to an index holds that index's lock, for a few documents at a time. Readers never wait long: where an
index is behind and another process holds its lock, the exact scan and the last view of the word index serve. A long
write (an ingest, a re-embedding) holds the library's write lock (:meth:`Library.writing`).
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from rag.errors import LibraryBusyError, LibraryError
from rag.interfaces import EmbedderCard, PendingTexts, Vector, Vectors
from rag.library.db.ledger import Ledger
from rag.library.files import leftovers, tidy
from rag.library.index.bm25 import WordIndex
from rag.library.index.follower import Follower
from rag.library.index.probe import verify_index
from rag.library.index.vectors import ChromaIndex, ExactScan
from rag.library.ledger_reader import LedgerReader
from rag.library.locks import WriteLock, locked
from rag.library.state import FollowerState, LedgerVersion, StateFile
from rag.messages import Message, joined
from rag.settings import LEDGER_FILE, holds_library
from rag.storage import private_folder
from rag.types import Chunk, Document, FileRecord

__all__ = ["EXACT_UP_TO", "Library"]

# Up to here the exact scan answers: it takes milliseconds, misses nothing, and spares a process a second of
# importing Chroma. Measured in benchmarks/speed/README.md.
EXACT_UP_TO = 20_000
VERIFY_FROM_CHUNKS = 5_000  # from here on a rebuilt Chroma index is checked in a child process before the switch to it
_CHANGES_PER_LOCK = 64  # changes applied to an index under one hold of its lock
_CATCH_UP_CHUNKS = {"words": 500, "vectors": 500}  # chunks that a reader may add to an index before it answers
_CHROMA_WAIT_SECONDS = 0.25  # seconds that a search waits for Chroma while another one uses it
_WORD_INDEX_REBUILD_WAIT_SECONDS = 20.0  # that a search waits for a word index that another process rebuilds


class Library(LedgerReader):
    """A library. Opened by :meth:`open`; closed by :meth:`close` or as a context manager."""

    def __init__(
        self, folder: Path, embedder: EmbedderCard, ledger: Ledger, chroma: Follower, words: WordIndex,
        *, exact_up_to: int = EXACT_UP_TO,
    ) -> None:  # fmt: skip
        self.folder = folder
        self.embedder = embedder
        super().__init__(ledger)
        self.chroma = chroma
        self.exact = ExactScan(ledger)
        self.words = words
        self._exact_up_to = exact_up_to
        self._write_lock = WriteLock(folder)
        self._closing = threading.Event()
        self._background_thread: threading.Thread | None = None
        self._counted: tuple[LedgerVersion, FollowerState] | None = None

    @classmethod
    def open(
        cls,
        folder: Path,
        embedder: EmbedderCard,
        *,
        exact_up_to: int = EXACT_UP_TO,
        verify_from: int = VERIFY_FROM_CHUNKS,
        chroma_url: str = "",
    ) -> Library:
        """Open the library in ``folder``; create it where there is none.

        ``chroma_url`` is a Chroma server that replaces the folder's own Chroma. Raises EmbedderMismatchError where
        another embedder made the library, LibraryError where its ledger cannot be read.
        """
        path = folder / LEDGER_FILE
        try:
            private_folder(folder)
            if holds_library(folder):
                ledger = Ledger.open(path, embedder)
            else:
                with locked(folder / "write.lock", 30.0):
                    if not holds_library(folder):
                        _forget_followers(folder)
                    ledger = Ledger.open(path, embedder)
        except OSError as error:
            raise LibraryError(
                Message("The folder {folder} cannot be used: {why}.", folder=folder, why=error),
                Message("Choose another folder: export OAKEN_HOME=FOLDER"),
            ) from error

        def verify(fresh: Path) -> None:
            if ledger.size() >= verify_from:
                with ledger.database.rows_file() as rows:
                    verify_index(fresh, rows)

        chroma: Follower = ChromaIndex(folder / "vectors", verify=verify)
        if chroma_url:
            from rag.library.index.chroma_server import ChromaServer

            chroma = ChromaServer(folder / "server", chroma_url)
        return cls(folder, embedder, ledger, chroma, WordIndex(folder / "words"), exact_up_to=exact_up_to)

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close files and connections."""
        self._closing.set()
        if self._background_thread is not None:
            self._background_thread.join(timeout=30.0)
        self.chroma.close()
        self.words.close()
        self.ledger.close()

    # -- what the ingest pipeline calls

    def writing(self, wait: float = 0.0) -> AbstractContextManager[None]:
        """Hold the write lock for as long as an ingest takes: two at once would read each file twice.

        Readers and a removal need none. Raises LibraryBusyError after ``wait`` seconds, which says who holds it.
        """
        return self._write_lock.hold(wait)

    def holder(self) -> str:
        """Return who holds the write lock: command, process and since when; "" for nobody."""
        return self._write_lock.holder()

    def replace(
        self, record: FileRecord, document: Document, chunks: Sequence[Chunk], vectors: Vectors | None = None
    ) -> None:
        """Store a document with its chunks in place of its earlier version, in one transaction.

        Vectors that are neither given nor held are added later: :meth:`next_texts`, :meth:`add_vectors`.
        """
        self.ledger.replace(record, document, chunks, vectors)

    def next_texts(self, most: int, skip: Collection[str] = ()) -> PendingTexts:
        """Return up to ``most`` texts to embed next; see :meth:`Ledger.next_texts`."""
        return self.ledger.next_texts(most, skip)

    def add_vectors(self, vectors: Mapping[str, Vector]) -> list[str]:
        """Store vectors by text hash; return the ids of the documents that have all of theirs now."""
        return self.ledger.add_vectors(vectors)

    def documents_with(self, text_hashes: Collection[str]) -> list[str]:
        """Return the ids of the documents that have chunks of these texts."""
        return self.ledger.documents_with(text_hashes)

    def copy(self, record: FileRecord, original_id: str, *, remove_original: bool = False) -> bool:
        """Store another document's contents under ``record``, or move them. False where it is not held."""
        return self.ledger.copy(record, original_id, remove_original=remove_original)

    def store_without_text(self, record: FileRecord) -> None:
        """Store the record of a file that gave no text, and delete its earlier chunks."""
        self.ledger.store_without_text(record)

    def update_metadata(self, record: FileRecord) -> None:
        """Update a file's metadata (stamp, source, outcome, reason); its text and chunks stay."""
        self.ledger.update_metadata(record)

    def remove(self, document_id: str) -> bool:
        """Remove a document from the ledger; the indexes follow. False where it was not held."""
        return self.ledger.remove(document_id)

    def empty_log(self) -> None:
        """Leave nothing in the ledger's log of what was removed, unless others read it just now."""
        self.ledger.empty_log()

    def follow(self, *, wait: float = 60.0, vectors: bool = True) -> str:
        """Bring the word index and Chroma up to the ledger; return "", or a sentence on what could not follow.

        Without ``vectors`` the word index alone.

        Nothing is lost by that: the next call makes up for it, and the exact scan replaces Chroma. Raises LibraryError
        where the word index cannot be written.
        """
        notes = []
        try:
            while self._words_behind():
                with locked(self.folder / "words.lock", wait):
                    self._follow_words()
        except LibraryBusyError as busy:
            notes.append(Message("The word index lags: {why}", why=busy.message))
        try:
            while vectors and self._chroma_behind():
                with locked(self.folder / "vectors.lock", wait):
                    self._follow_chroma()
        except LibraryError as error:
            notes.append(Message("{message} The exact scan answers meanwhile.", message=error.message))
        return joined(" ", notes)

    def repair(self, *, wait: float = 60.0) -> None:
        """Rebuild both indexes from the ledger, without parsing or embedding anything, and remove leftovers.

        Raises LibraryBusyError after ``wait`` seconds, LibraryError where an index cannot be written.
        """
        self._rebuild(wait)
        # Work in progress of others is no leftover.
        with contextlib.suppress(LibraryBusyError), self._write_lock.hold(0.0):
            self._tidy(wait)

    def purge(self, *, wait: float = 60.0) -> None:
        """Leave neither text nor vector of what was removed in any file of the library.

        Raises LibraryBusyError where another process holds the write lock or reads for longer than ``wait`` seconds.
        """
        with self.writing(wait):
            self.ledger.purge(wait)
            self._rebuild(wait)
            self._tidy(wait)

    def add_roots(self, roots: Collection[str]) -> None:
        """Note that somebody here added these folders: files in them, and in folders below, may be opened."""
        self.ledger.add_roots(roots)

    def document_id(self, root: str, path: str) -> str:
        """Return the id of the document ``root/path`` of this machine."""
        return self.ledger.database.folders.document_id(root, path)

    def name_folder(self, root: str, name: str) -> None:
        """Give a folder the name that it has on every machine. Raises UsageError where that cannot be."""
        self.ledger.database.folders.call(root, name)

    # -- what retrieval calls

    def search_vector(self, vector: Vector, k: int, *, among: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Return up to k (chunk id, cosine similarity), best first, of chunks of the documents ``among``.

        Only chunks that the ledger holds are returned. Raises EmbedderMismatchError where the library was re-embedded
        since it was opened.
        """
        self.ledger.require_same_embedder()
        if self.size() > self._exact_up_to and (not self._chroma_behind() or self._is_quick("vectors")):
            # Busy or damaged, the exact scan answers: health.check reports it, the next follow() rebuilds.
            with contextlib.suppress(LibraryError), locked(self.folder / "vectors.lock", _CHROMA_WAIT_SECONDS):
                if self._chroma_behind():
                    self._follow_chroma()
                if not self._chroma_behind() and self._chroma_is_whole():
                    return self.chroma.search(vector, k, among=among)
        return self.exact.search(vector, k, among=among)

    def _chroma_is_whole(self) -> bool:
        """Tell whether Chroma holds as many chunks as it should, counted once for each state of it and the ledger."""
        state = (self.ledger.last_change(), self.chroma.state.read())
        if self._counted != state:
            if self.chroma.count() != self._chunks_with_vectors():
                return False
            self._counted = state
        return True

    def search_words(self, weights: Mapping[str, float], k: int, **more: Any) -> list[tuple[str, float]]:
        """Return up to k (chunk id, BM25 score), best first; ``more`` as in :meth:`WordIndex.search`."""
        self._try_to_follow_words()
        return self.words.search(weights, k, **more)

    def frequencies(self, terms: Sequence[str], **more: Any) -> tuple[int, dict[str, int]]:
        """Return the number of chunks, and each term's document frequency; see :meth:`WordIndex.frequencies`."""
        self._try_to_follow_words()
        return self.words.frequencies(terms, **more)

    def spelled_like(self, word: str, edits: int, k: int, *, excluded: Collection[str] = ()) -> list[str]:
        """Return ids of up to k chunks with a word within ``edits`` edits of a folded one, none of ``excluded``."""
        return self.words.spelled(word, edits, k, excluded=excluded)

    def leftovers(self) -> list[Path]:
        """Return folders and files of interrupted work; :meth:`repair` removes them."""
        live = {"words": self.words.state.read().folder, "vectors": self.chroma.state.read().folder}
        return leftovers(self.folder, live)

    # -- following

    def _rebuild(self, wait: float) -> None:
        with locked(self.folder / "words.lock", wait):
            self._follow_words(rebuild=True)
        with locked(self.folder / "vectors.lock", wait):
            self._follow_chroma(rebuild=True)

    def _tidy(self, wait: float) -> None:
        with locked(self.folder / "words.lock", wait), locked(self.folder / "vectors.lock", wait):
            tidy(self.leftovers())

    def _words_behind(self) -> bool:
        return self._behind(self.words.state.read()) or (
            self._should_exist(self.words.state) and not self.words.usable()
        )

    def _chroma_behind(self) -> bool:
        return self._behind(self.chroma.state.read()) or (
            self._should_exist(self.chroma.state) and not self.chroma.present()
        )

    def _behind(self, mark: FollowerState) -> bool:
        last = self.ledger.last_change()
        return (last.number > 0 or mark.generation > 0) and (not mark.clean or mark.change != last)

    def _should_exist(self, state: StateFile) -> bool:
        return self.ledger.change_number() > 0 or state.read().generation > 0

    def _is_quick(self, which: str) -> bool:
        """Tell whether a reader may bring that index up to date itself."""
        mark = (self.words if which == "words" else self.chroma).state.read()
        since = mark.change if mark.clean and self.ledger.has_change(mark.change) else LedgerVersion()
        return self.ledger.chunks_changed_since(since, text=which == "words") <= _CATCH_UP_CHUNKS[which]

    def _try_to_follow_words(self) -> None:
        """Catch up if that is quick and nobody else is writing; without any view there is no choice.

        What an ingest stores meanwhile waits for the next search, or this one would never end.
        """
        if not self._words_behind():
            return
        last = self.ledger.change_number()
        usable = self.words.usable()
        if usable and not self._is_quick("words"):
            self._catch_up_in_background()
            return
        try:
            while self._words_behind():
                with locked(self.folder / "words.lock", 0.0 if usable else _WORD_INDEX_REBUILD_WAIT_SECONDS):
                    self._follow_words()
                if self.words.state.read().applied >= last:
                    return
        except LibraryError:  # another process is at it, or the disk is full: the last view serves
            if not self.words.usable():
                raise

    def _catch_up_in_background(self) -> None:
        """Let a thread bring the word index up to date, a little at a time, while the last view serves."""
        if self._background_thread is not None and self._background_thread.is_alive():
            return

        def catch_up() -> None:
            with contextlib.suppress(LibraryError):
                while not self._closing.is_set() and self._words_behind():
                    with locked(self.folder / "words.lock", 0.0):
                        self._follow_words()

        self._background_thread = threading.Thread(target=catch_up, name="oaken-words", daemon=True)
        self._background_thread.start()

    def _chunks_with_vectors(self) -> int:
        """Return the number of chunks that an index of vectors holds: those of documents that wait for none."""
        return self.size() - self.pending().chunks

    def _follow_words(self, *, rebuild: bool = False) -> None:
        mark = self.words.state.read()
        rebuild = rebuild or not self.ledger.has_change(mark.change) or not self.words.usable()
        change, changed = self.ledger.changed_since(
            LedgerVersion() if rebuild else mark.change, None if rebuild else _CHANGES_PER_LOCK, text=not rebuild
        )
        write = self.words.rebuild if rebuild else self.words.apply
        write(changed, self.ledger.chunks_of, self._name_of, change)

    def _name_of(self, document_id: str) -> str:
        record = self.ledger.record(document_id)
        return record.source if record is not None else ""

    def _follow_chroma(self, *, rebuild: bool = False) -> None:
        mark = self.chroma.state.read()
        if not rebuild and mark.clean and self.ledger.has_change(mark.change) and self.chroma.present():
            with contextlib.suppress(LibraryError):
                change, changed = self.ledger.changed_since(mark.change, _CHANGES_PER_LOCK)
                with self.chroma.writing(change):
                    for document_id in changed:
                        self.chroma.apply(document_id, *self.ledger.vectors_of(document_id))
                if self.ledger.last_change() != change or self.chroma.count() == self._chunks_with_vectors():
                    return
        change = self.ledger.last_change()
        ids, documents, vectors = self.ledger.all_vectors()
        with self.chroma.writing(change, rebuild=True):
            self.chroma.add(ids, documents, vectors)


def _forget_followers(folder: Path) -> None:
    """Delete the indexes of a ledger that is gone: they say nothing about a new one."""
    for name in ("vectors", "words"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in ("vectors", "words", "server"):
        (folder / f"{name}.json").unlink(missing_ok=True)
