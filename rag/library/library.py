"""A library: the ledger and the two indexes that follow it, as one thing that is safe to use from several processes.

Whoever writes to an index holds that index's lock, for a few documents at a time. Readers never wait long: where an
index is behind and another process holds its lock, the exact scan and the last view of the word index serve. Whoever
fills the library for long (an ingest, a re-embedding) has its *turn* (:meth:`Library.writing`).
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
from rag.interfaces import EmbedderCard, Vector, Vectors
from rag.library.db.ledger import Ledger
from rag.library.files import leftovers, private_folder, tidy
from rag.library.index.bm25 import WordIndex
from rag.library.index.follower import Follower
from rag.library.index.probe import verify_index
from rag.library.index.vectors import ChromaIndex, ExactScan
from rag.library.locks import WriteLock, locked
from rag.library.state import FollowerState, LedgerVersion, StateFile
from rag.settings import LEDGER_FILE
from rag.types import Chunk, Document, Element, FileRecord

__all__ = ["EXACT_UP_TO", "Library"]

# Up to here the exact scan answers: it takes milliseconds, misses nothing, and spares a process a second of
# importing Chroma. Measured in benchmarks/README.md.
EXACT_UP_TO = 20_000
PROOF_FROM = 5_000  # chunks from which on a rebuilt Chroma index is tried in a child before it is switched to
_SAMPLE = 256  # chunks of each language that similarities are measured against
_CHANGES_PER_LOCK = 64  # changes filed into an index under one hold of its lock
_CATCH_UP_CHUNKS = {"words": 2_000, "vectors": 500}  # chunks that a reader may file into an index before it answers
_CHROMA_WAIT_SECONDS = 0.25  # seconds that a search waits for Chroma while another one asks it
_WITHOUT_A_VIEW = 20.0  # seconds that a search waits for a word index that another process rebuilds


class Library:
    """What is held. Made by :meth:`open`; closed by :meth:`close` or as a context manager."""

    def __init__(
        self, folder: Path, embedder: EmbedderCard, ledger: Ledger, chroma: Follower, words: WordIndex,
        *, exact_up_to: int = EXACT_UP_TO,
    ) -> None:  # fmt: skip
        self.folder = folder
        self.embedder = embedder
        self.ledger = ledger
        self.chroma = chroma
        self.exact = ExactScan(ledger)
        self.words = words
        self._exact_up_to = exact_up_to
        self._turn = WriteLock(folder)
        self._closing = threading.Event()
        self._behind_the_scenes: threading.Thread | None = None
        self._languages: tuple[LedgerVersion, dict[str, int]] | None = None
        self._sample: tuple[LedgerVersion, dict[str, Vectors]] | None = None

    @classmethod
    def open(
        cls,
        folder: Path,
        embedder: EmbedderCard,
        *,
        exact_up_to: int = EXACT_UP_TO,
        proof_from: int = PROOF_FROM,
        chroma_url: str = "",
    ) -> Library:
        """Open the library in ``folder``; make it where there is none. ``chroma_url`` is a Chroma server that serves
        in place of the folder's own Chroma.

        Raises EmbedderMismatchError where another embedder made it, LibraryError where its ledger cannot be read.
        """
        path = folder / LEDGER_FILE
        try:
            private_folder(folder)
            if path.exists():
                ledger = Ledger.open(path, embedder)
            else:
                with locked(folder / "write.lock", 30.0):
                    if not path.exists():
                        _forget_followers(folder)
                    ledger = Ledger.open(path, embedder)
        except OSError as error:
            raise LibraryError(
                f"The folder {folder} cannot be used: {error.strerror or error}.",
                "Choose another place: export OAKEN_HOME=FOLDER",
            ) from error

        def proof(fresh: Path) -> None:
            if ledger.size() >= proof_from:
                verify_index(fresh, path)

        chroma: Follower = ChromaIndex(folder / "vectors", proof=proof)
        if chroma_url:
            from rag.library.index.chroma_server import ChromaServer

            chroma = ChromaServer(folder / "server", chroma_url)
        return cls(folder, embedder, ledger, chroma, WordIndex(folder / "words"), exact_up_to=exact_up_to)

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back files and connections."""
        self._closing.set()
        if self._behind_the_scenes is not None:
            self._behind_the_scenes.join(timeout=30.0)
        self.chroma.close()
        self.words.close()
        self.ledger.close()

    # -- what the ingest pipeline calls

    def writing(self, wait: float = 0.0) -> AbstractContextManager[None]:
        """The turn to fill the library, for as long as an ingest takes: two at once would read each file twice.

        Readers and a removal need none. Raises LibraryBusyError after ``wait`` seconds, which says who has it.
        """
        return self._turn.held(wait)

    def holder(self) -> str:
        """Who has the turn: command, process and since when; "" where nobody has."""
        return self._turn.holder()

    def records(self) -> list[FileRecord]:
        """All records, by source."""
        return self.ledger.records()

    def record(self, document_id: str) -> FileRecord | None:
        """The record of that id, or None."""
        return self.ledger.record(document_id)

    def known_vectors(self, texts: Sequence[str]) -> dict[str, Vector]:
        """Vectors already held for any of these texts (``Chunk.embedding_text``)."""
        return self.ledger.known_vectors(texts)

    def replace(self, record: FileRecord, document: Document, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """File a document with its chunks in place of what was held of it, in one transaction."""
        self.ledger.replace(record, document, chunks, vectors)

    def copy(self, record: FileRecord, held: str, *, instead: bool = False) -> bool:
        """File under ``record`` what the document ``held`` has; with ``instead`` that one goes. False where it is not
        held."""
        return self.ledger.copy(record, held, instead=instead)

    def note(self, record: FileRecord) -> None:
        """File an outcome that brought no text; chunks held of the file before go."""
        self.ledger.note(record)

    def touch(self, record: FileRecord) -> None:
        """Renew what is told of a file (stamp, source, outcome, reason); its text and chunks stay."""
        self.ledger.touch(record)

    def remove(self, document_id: str) -> bool:
        """Forget a document in the ledger; the indexes follow. False where it was not held."""
        return self.ledger.remove(document_id)

    def follow(self, *, wait: float = 60.0) -> str:
        """Bring the word index and Chroma up to the ledger; "", or a sentence that says what could not follow.

        That is no loss: what lags is made up for by the next one, and Chroma's place is taken by the exact scan.
        Raises LibraryError where the word index cannot be written.
        """
        notes = []
        try:
            while self._words_behind():
                with locked(self.folder / "words.lock", wait):
                    self._follow_words()
        except LibraryBusyError as busy:
            notes.append(f"The word index lags: {busy.message}")
        try:
            while self._chroma_behind():
                with locked(self.folder / "vectors.lock", wait):
                    self._follow_chroma()
        except LibraryError as error:
            notes.append(f"{error.message} The exact scan answers meanwhile.")
        return " ".join(notes)

    def repair(self, *, wait: float = 60.0) -> None:
        """Rebuild both indexes from the ledger, without parsing or embedding anything, and clear what was left over.

        Raises LibraryBusyError after ``wait`` seconds, LibraryError where an index cannot be written.
        """
        self._rebuild(wait)
        with contextlib.suppress(LibraryBusyError), self._turn.held(0.0):  # what another one is at is not left over
            self._tidy(wait)

    def purge(self, *, wait: float = 60.0) -> None:
        """Leave neither text nor vector of what was removed in any file of the library.

        Raises LibraryBusyError where another process has the turn or is reading for longer than ``wait`` seconds.
        """
        with self.writing(wait):
            self.ledger.purge(wait)
            self._rebuild(wait)
            self._tidy(wait)

    # -- what retrieval calls

    def sample(self) -> dict[str, Vectors]:
        """Vectors of up to 256 chunks of each language, shape (n, dimension).

        Raises EmbedderMismatchError where the library was re-embedded since it was opened.
        """
        self.ledger.still_mine()
        last = self.ledger.last_change()
        if self._sample is None or self._sample[0] != last:
            self._sample = (last, self.ledger.sample_vectors(_SAMPLE))
        return self._sample[1]

    def search_vector(self, vector: Vector, k: int, *, among: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Up to k (chunk id, cosine similarity), best first, of chunks that the ledger holds, of the documents
        ``among``.

        Raises EmbedderMismatchError where the library was re-embedded since it was opened.
        """
        self.ledger.still_mine()
        size = self.ledger.size()
        if size > self._exact_up_to and (not self._chroma_behind() or self._is_quick("vectors")):
            # Busy or damaged, the exact scan answers: health.check tells, the next follow() rebuilds.
            with contextlib.suppress(LibraryError), locked(self.folder / "vectors.lock", _CHROMA_WAIT_SECONDS):
                if self._chroma_behind():
                    self._follow_chroma()
                if not self._chroma_behind() and self.chroma.count() == size:
                    return self.chroma.search(vector, k, among=among)
        return self.exact.search(vector, k, among=among)

    def search_words(self, weights: Mapping[str, float], k: int, **more: Any) -> list[tuple[str, float]]:
        """Up to k (chunk id, BM25 score), best first; ``more`` as in :meth:`WordIndex.search`."""
        self._words_try_to_follow()
        return self.words.search(weights, k, **more)

    def frequencies(self, terms: Sequence[str], **more: Any) -> tuple[int, dict[str, int]]:
        """The number of chunks, and in how many of them each term stands; ``more`` as in
        :meth:`WordIndex.frequencies`."""
        self._words_try_to_follow()
        return self.words.frequencies(terms, **more)

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunks of these ids that the ledger holds: what it no longer holds is never shown."""
        return self.ledger.chunks(ids)

    def chunk_at(self, document_id: str, offset: int) -> Chunk | None:
        """The chunk that holds the character at ``offset`` of a document, or the last one before it."""
        return self.ledger.chunk_at(document_id, offset)

    def neighbours(self, chunks: Sequence[Chunk], reach: int) -> dict[str, list[Chunk]]:
        """For each of these chunks (by id) it and those up to ``reach`` places around it in its document, in order."""
        return self.ledger.neighbours(chunks, reach)

    def texts_between(self, places: Sequence[tuple[str, int, int]]) -> list[str]:
        """For each (document, start, end) those characters of its text; "" where it is not held."""
        return self.ledger.texts_between(places)

    def records_of(self, document_ids: Collection[str]) -> dict[str, FileRecord]:
        """The records of these documents, by id."""
        return self.ledger.records_of(document_ids)

    def document(self, document_id: str) -> Document | None:
        """The parsed document, or None."""
        return self.ledger.document(document_id)

    def elements_near(self, document_id: str, offset: int, reach: int) -> list[Element]:
        """The elements of a document around the character at ``offset``; see :meth:`Ledger.elements_near`."""
        return self.ledger.elements_near(document_id, offset, reach)

    def running(self, document_id: str) -> list[tuple[tuple[str, ...], int, int]]:
        """(section, start, end) of each element of a document that is running text: no title, row or code."""
        return self.ledger.running(document_id)

    def place(self, document_id: str, offset: int) -> tuple[int | None, tuple[str, ...]]:
        """Page and section of the character at ``offset`` of a document."""
        element = self.ledger.element_at(document_id, offset)
        return (element.page, element.section) if element else (None, ())

    def languages(self) -> dict[str, int]:
        """How many chunks there are in each language. Counted once for each change of the library: at 100,000 chunks
        that takes longer than the search."""
        change = self.ledger.last_change()
        if self._languages is None or self._languages[0] != change:
            self._languages = change, self.ledger.languages()
        return dict(self._languages[1])

    def leftovers(self) -> list[Path]:
        """Folders and files of interrupted work; :meth:`repair` clears them away."""
        live = {"words": self.words.state.read().folder, "vectors": self.chroma.state.read().folder}
        return leftovers(self.folder, live)

    # -- following

    def _rebuild(self, wait: float) -> None:
        with locked(self.folder / "words.lock", wait):
            self._follow_words(anew=True)
        with locked(self.folder / "vectors.lock", wait):
            self._follow_chroma(anew=True)

    def _tidy(self, wait: float) -> None:
        with locked(self.folder / "words.lock", wait), locked(self.folder / "vectors.lock", wait):
            tidy(self.leftovers())

    def _words_behind(self) -> bool:
        return self._behind(self.words.state.read()) or (self._begun(self.words.state) and not self.words.usable())

    def _chroma_behind(self) -> bool:
        return self._behind(self.chroma.state.read()) or (self._begun(self.chroma.state) and not self.chroma.present())

    def _behind(self, mark: FollowerState) -> bool:
        last = self.ledger.last_change()
        return (last.number > 0 or mark.generation > 0) and (not mark.clean or mark.change != last)

    def _begun(self, state: StateFile) -> bool:
        return self.ledger.change_number() > 0 or state.read().generation > 0

    def _is_quick(self, which: str) -> bool:
        """Whether a reader may do what that follower lacks."""
        mark = (self.words if which == "words" else self.chroma).state.read()
        since = mark.change if mark.clean and self.ledger.has(mark.change) else LedgerVersion()
        return self.ledger.chunks_changed_since(since) <= _CATCH_UP_CHUNKS[which]

    def _words_try_to_follow(self) -> None:
        """Catch up if that is quick and nobody else is writing; without any view there is no choice."""
        if not self._words_behind():
            return
        usable = self.words.usable()
        if usable and not self._is_quick("words"):
            self._catch_up_behind_the_scenes()
            return
        try:
            while self._words_behind():
                with locked(self.folder / "words.lock", 0.0 if usable else _WITHOUT_A_VIEW):
                    self._follow_words()
        except LibraryError:  # another process is at it, or there is no room: the last view serves
            if not self.words.usable():
                raise

    def _catch_up_behind_the_scenes(self) -> None:
        """Let a thread bring the word index up, a little at a time, while the last view serves."""
        if self._behind_the_scenes is not None and self._behind_the_scenes.is_alive():
            return

        def catch_up() -> None:
            with contextlib.suppress(LibraryError):
                while not self._closing.is_set() and self._words_behind():
                    with locked(self.folder / "words.lock", 0.0):
                        self._follow_words()

        self._behind_the_scenes = threading.Thread(target=catch_up, name="oaken-words", daemon=True)
        self._behind_the_scenes.start()

    def _follow_words(self, *, anew: bool = False) -> None:
        mark = self.words.state.read()
        anew = anew or not self.ledger.has(mark.change) or not self.words.usable()
        change, changed = self.ledger.changed_since(
            LedgerVersion() if anew else mark.change, None if anew else _CHANGES_PER_LOCK
        )
        write = self.words.rebuild if anew else self.words.apply
        write(changed, self.ledger.chunks_of, self._name_of, change)

    def _name_of(self, document_id: str) -> str:
        record = self.ledger.record(document_id)
        return record.source if record is not None else ""

    def _follow_chroma(self, *, anew: bool = False) -> None:
        mark = self.chroma.state.read()
        if not anew and mark.clean and self.ledger.has(mark.change) and self.chroma.present():
            with contextlib.suppress(LibraryError):
                change, changed = self.ledger.changed_since(mark.change, _CHANGES_PER_LOCK)
                with self.chroma.writing(change):
                    for document_id in changed:
                        self.chroma.apply(document_id, *self.ledger.vectors_of(document_id))
                if self.ledger.last_change() != change or self.chroma.count() == self.ledger.size():
                    return
        change = self.ledger.last_change()
        ids, documents, vectors = self.ledger.all_vectors()
        with self.chroma.writing(change, anew=True):
            self.chroma.add(ids, documents, vectors)


def _forget_followers(folder: Path) -> None:
    """What followed a ledger that is gone says nothing about a new one."""
    for name in ("vectors", "words"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in ("vectors", "words", "server"):
        (folder / f"{name}.json").unlink(missing_ok=True)
