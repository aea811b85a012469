"""A library: the ledger and the two indexes that follow it, as one thing that is safe to use from several processes.

Writers hold one inter-process lock. Readers never wait for it: where an index is behind and another process holds
the lock, the exact scan and the last view of the word index serve.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import fasteners

from rag.errors import LibraryBusy, LibraryError
from rag.interfaces import EmbedderCard, Vector, Vectors
from rag.library.ledger import Ledger
from rag.library.state import Mark
from rag.library.vectors import ChromaIndex, ExactScan
from rag.library.words import WordIndex
from rag.settings import LEDGER_FILE
from rag.types import Chunk, Document, Record

# Up to here the exact scan answers: it takes milliseconds, misses nothing, and spares a process a second of
# importing Chroma. Measured in benchmarks/README.md.
EXACT_UP_TO = 20_000
_CATCH_UP_INLINE = 200  # documents a reader may file into the indexes before it answers


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a library's health."""

    name: str
    ok: bool
    detail: str


class Library:
    """What is held. Made by :meth:`open`; closed by :meth:`close` or as a context manager."""

    def __init__(
        self, folder: Path, embedder: EmbedderCard, ledger: Ledger, chroma: ChromaIndex, words: WordIndex,
        *, exact_up_to: int = EXACT_UP_TO,
    ) -> None:  # fmt: skip
        self.folder = folder
        self.embedder = embedder
        self.ledger = ledger
        self.chroma = chroma
        self.exact = ExactScan(ledger)
        self._words = words
        self._exact_up_to = exact_up_to

    @classmethod
    def open(cls, folder: Path, embedder: EmbedderCard, *, exact_up_to: int = EXACT_UP_TO) -> Library:
        """Open the library in ``folder``; make it where there is none.

        Raises EmbedderMismatch where another embedder made it, LibraryError where its ledger cannot be read.
        """
        path = folder / LEDGER_FILE
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if path.exists():
                ledger = Ledger.open(path, embedder)
            else:
                with _locked(folder, 30.0):
                    if not path.exists():
                        _forget_followers(folder)
                    ledger = Ledger.open(path, embedder)
        except OSError as error:
            raise LibraryError(
                f"The folder {folder} cannot be used: {error.strerror or error}.",
                "Choose another place: export OAKEN_HOME=FOLDER",
            ) from error
        chroma, words = ChromaIndex(folder / "vectors"), WordIndex(folder / "words")
        return cls(folder, embedder, ledger, chroma, words, exact_up_to=exact_up_to)

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back files and connections."""
        self.chroma.close()
        self._words.close()
        self.ledger.close()

    # -- what the ingest pipeline calls

    def records(self) -> list[Record]:
        """All records, by source."""
        return self.ledger.records()

    def record(self, document_id: str) -> Record | None:
        """The record of that id, or None."""
        return self.ledger.record(document_id)

    def known_vectors(self, texts: Sequence[str]) -> dict[str, Vector]:
        """Vectors already held for any of these texts (``Chunk.embedding_text``)."""
        return self.ledger.known_vectors(texts)

    def replace(self, record: Record, document: Document, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """File a document with its chunks in place of what was held of it, in one transaction."""
        self.ledger.replace(record, document, chunks, vectors)

    def note(self, record: Record) -> None:
        """File an outcome that brought no text; chunks held of the file before go."""
        self.ledger.note(record)

    def touch(self, record: Record) -> None:
        """Renew a record's stamp and source; its text and chunks stay."""
        self.ledger.touch(record)

    def remove(self, document_id: str) -> bool:
        """Forget a document in the ledger; the indexes follow. False where it was not held."""
        return self.ledger.remove(document_id)

    def follow(self, *, wait: float = 60.0) -> None:
        """Bring Chroma and the word index up to the ledger. Raises LibraryBusy after ``wait`` seconds."""
        if self._words_behind() or self._chroma_behind():
            with _locked(self.folder, wait):
                self._follow_words()
                self._follow_chroma()

    def repair(self, *, wait: float = 60.0) -> None:
        """Rebuild both indexes from the ledger, without parsing or embedding anything."""
        with _locked(self.folder, wait):
            self._follow_words(anew=True)
            self._follow_chroma(anew=True)

    # -- what retrieval calls

    def search_vector(self, vector: Vector, k: int) -> list[tuple[str, float]]:
        """Up to k (chunk id, cosine similarity), best first, of chunks that the ledger holds."""
        size = self.ledger.size()
        if size > self._exact_up_to:
            if self._chroma_behind() and self._is_quick(self.chroma.state.read()):
                with contextlib.suppress(LibraryBusy), _locked(self.folder, 0.0):
                    self._follow_chroma()
            with contextlib.suppress(LibraryError):  # it is damaged: check() tells, the next follow() rebuilds
                if not self._chroma_behind() and self.chroma.count() == size:
                    return self.chroma.search(vector, k)
        return self.exact.search(vector, k)

    def search_words(
        self, weights: Mapping[str, float], k: int, *, sounds: Mapping[str, float] | None = None
    ) -> list[tuple[str, float]]:
        """Up to k (chunk id, BM25 score), best first, for terms and sounds (rag.library.terms) with weights."""
        self._words_try_to_follow()
        return self._words.search(weights, k, sounds=sounds)

    def frequencies(self, terms: Sequence[str], *, sounds: bool = False) -> tuple[int, dict[str, int]]:
        """The number of chunks, and in how many of them each term (or sound) stands."""
        self._words_try_to_follow()
        return self._words.frequencies(terms, sounds=sounds)

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunks of these ids that the ledger holds: what it no longer holds is never shown."""
        return self.ledger.chunks(ids)

    def document(self, document_id: str) -> Document | None:
        """The parsed document, or None."""
        return self.ledger.document(document_id)

    def place(self, document_id: str, offset: int) -> tuple[int | None, tuple[str, ...]]:
        """Page and section of the character at ``offset`` of a document."""
        element = self.ledger.element_at(document_id, offset)
        return (element.page, element.section) if element else (None, ())

    def languages(self) -> dict[str, int]:
        """How many chunks there are in each language."""
        return self.ledger.languages()

    # -- health

    def check(self) -> list[Check]:
        """Compare the ledger with its followers; changes nothing."""
        truth = self.ledger.chunk_ids()
        state = self.ledger.integrity()
        checks = [Check("ledger", state == "ok", f"{len(self.records())} documents, {len(truth)} chunks; {state}")]
        checks.append(_compare("word index", truth, self._words.ids()))
        mark = self.chroma.state.read()
        if not truth and mark.generation == 0:
            return [*checks, Check("Chroma", True, "nothing to hold yet")]
        if not mark.clean:
            what = "was being written when its process ended" if mark.generation else "has not been built"
            return [*checks, Check("Chroma", False, f"{what}; the exact scan answers meanwhile")]
        try:
            compared = _compare("Chroma", truth, self.chroma.ids())
            if compared.ok:
                ids, vectors = self.ledger.all_vectors()
                lost = self.chroma.unfindable(zip(ids, vectors, strict=True))
                detail = f"{compared.detail}, each found by its own vector" if not lost else f"{len(lost)} not found"
                compared = Check("Chroma", not lost, detail)
        except LibraryError as error:
            compared = Check("Chroma", False, f"{error.message} The exact scan answers meanwhile")
        return [*checks, compared]

    def _words_behind(self) -> bool:
        last, mark = self.ledger.change_number(), self._words.state.read()
        return (last > 0 or mark.generation > 0) and (mark.applied != last or not self._words.usable())

    def _chroma_behind(self) -> bool:
        last, mark = self.ledger.change_number(), self.chroma.state.read()
        return (last > 0 or mark.generation > 0) and (
            not mark.clean or mark.applied != last or not self.chroma.present()
        )

    def _is_quick(self, mark: Mark) -> bool:
        """Whether a reader may do what a follower with this mark lacks."""
        return len(self.ledger.changed_since(mark.applied if mark.clean else 0)[1]) <= _CATCH_UP_INLINE

    def _words_try_to_follow(self) -> None:
        """Catch up if that is quick and nobody else is writing; without any view there is no choice."""
        if not self._words_behind():
            return
        usable = self._words.usable()
        if usable and not self._is_quick(self._words.state.read()):
            return
        try:
            with _locked(self.folder, 0.0):
                self._follow_words()
        except LibraryBusy:
            if not usable:
                raise

    def _follow_words(self, *, anew: bool = False) -> None:
        mark = self._words.state.read()
        anew = anew or mark.applied > self.ledger.change_number() or not self._words.usable()
        number, changed = self.ledger.changed_since(0 if anew else mark.applied)
        if not changed and not anew:
            return
        sources = {record.id: record.source for record in self.ledger.records()}
        write = self._words.rebuild if anew else self._words.apply
        write(changed, self.ledger.chunks_of, lambda document_id: sources.get(document_id, ""), number)

    def _follow_chroma(self, *, anew: bool = False) -> None:
        mark = self.chroma.state.read()
        if not (anew or not mark.clean or mark.applied > self.ledger.change_number() or not self.chroma.present()):
            with contextlib.suppress(LibraryError):
                number = self._apply_to_chroma(mark.applied)
                if self.chroma.count() == self.ledger.size() or self.ledger.change_number() != number:
                    return
        self.chroma.rebuild()
        self._apply_to_chroma(0)

    def _apply_to_chroma(self, applied: int) -> int:
        number, changed = self.ledger.changed_since(applied)
        if changed or not self.chroma.state.read().clean:
            self.chroma.begin()
            for document_id in changed:
                self.chroma.apply(document_id, *self.ledger.vectors_of(document_id))
            self.chroma.finish(number)
        return number


def _compare(name: str, truth: set[str], held: set[str]) -> Check:
    missing, extra = len(truth - held), len(held - truth)
    if missing or extra:
        return Check(name, False, f"{missing} chunks missing, {extra} too many")
    return Check(name, True, f"{len(held)} chunks, the same as the ledger")


def _forget_followers(folder: Path) -> None:
    """What followed a ledger that is gone says nothing about a new one."""
    for name in ("vectors", "words"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / f"{name}.json").unlink(missing_ok=True)


_threads: dict[str, threading.Lock] = {}  # a lock on a file does not keep the threads of one process apart


@contextlib.contextmanager
def _locked(folder: Path, wait: float) -> Iterator[None]:
    last = time.monotonic() + wait
    mine = _threads.setdefault(os.path.realpath(folder), threading.Lock())
    file = fasteners.InterProcessLock(str(folder / "write.lock"))
    with contextlib.ExitStack() as held:
        if mine.acquire(timeout=wait):
            held.callback(mine.release)
            left = max(0.0, last - time.monotonic())
            if file.acquire(blocking=left > 0, timeout=left or None, delay=0.05, max_delay=0.2):
                held.callback(file.release)
                yield
                return
            file.lockfile.close()  # fasteners leaves it open
    raise LibraryBusy(f"Another process is writing to the library in {folder}.", "Wait for it to end, then ask again.")
