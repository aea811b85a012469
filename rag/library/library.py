"""A library: the ledger and the two indexes that follow it, as one thing that is safe to use from several processes.

Writers hold one inter-process lock. Readers never wait for it: where an index is behind and another process holds
the lock, the exact scan and the last view of the word index serve.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import fasteners

from rag.errors import LibraryBusy
from rag.interfaces import EmbedderCard, Vector, Vectors
from rag.library.ledger import Ledger
from rag.library.vectors import ChromaIndex, ExactScan
from rag.library.words import WordIndex
from rag.settings import LEDGER_FILE
from rag.types import Chunk, Document, Record

# Up to here the exact scan answers: it takes milliseconds, misses nothing, and spares a process two seconds of
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
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / LEDGER_FILE
        if path.exists():
            ledger = Ledger.open(path, embedder)
        else:
            with _locked(folder, 30.0):
                ledger = Ledger.open(path, embedder)
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
        if self._behind():
            with _locked(self.folder, wait):
                self._follow_locked()

    def repair(self, *, wait: float = 60.0) -> None:
        """Rebuild both indexes from the ledger, without parsing or embedding anything."""
        with _locked(self.folder, wait):
            self._words.rebuild()
            self.chroma.rebuild()
            self.chroma.finish(0)
            self._follow_locked()

    # -- what retrieval calls

    def search_vector(self, vector: Vector, k: int) -> list[tuple[str, float]]:
        """Up to k (chunk id, cosine similarity), best first, of chunks that the ledger holds."""
        if self.ledger.size() <= self._exact_up_to:
            return self.exact.search(vector, k)
        self._try_to_follow()
        mark = self.chroma.state.read()
        current = mark.clean and mark.applied == self.ledger.change_number()
        return (self.chroma if current else self.exact).search(vector, k)

    def search_words(
        self, weights: Mapping[str, float], k: int, *, sounds: Mapping[str, float] | None = None
    ) -> list[tuple[str, float]]:
        """Up to k (chunk id, BM25 score), best first, for terms and sounds (rag.library.terms) with weights."""
        self._try_to_follow()
        return self._words.search(weights, k, sounds=sounds)

    def frequencies(self, terms: Sequence[str]) -> tuple[int, dict[str, int]]:
        """The number of chunks, and in how many of them each term stands."""
        self._try_to_follow()
        return self._words.frequencies(terms)

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
            detail = "was being written when its process ended; the exact scan answers meanwhile"
            return [*checks, Check("Chroma", False, detail)]
        compared = _compare("Chroma", truth, self.chroma.ids())
        if compared.ok:
            ids, vectors = self.ledger.all_vectors()
            lost = self.chroma.unfindable(zip(ids, vectors, strict=True))
            detail = f"{compared.detail}, each found by its own vector" if not lost else f"{len(lost)} not found"
            compared = Check("Chroma", not lost, detail)
        return [*checks, compared]

    def _behind(self) -> bool:
        last = self.ledger.change_number()
        marks = (self.chroma.state.read(), self._words.state.read())
        if last == 0 and all(mark.generation == 0 for mark in marks):
            return False
        return any(not mark.clean or mark.applied != last for mark in marks) or not self._words.usable()

    def _try_to_follow(self) -> None:
        """Catch up if that is quick and nobody else is writing."""
        if not self._behind():
            return
        mark = self.chroma.state.read()
        oldest = min(mark.applied if mark.clean else 0, self._words.state.read().applied)
        if len(self.ledger.changed_since(oldest)[1]) > _CATCH_UP_INLINE and self._words.usable():
            return
        try:
            with _locked(self.folder, 0.0):
                self._follow_locked()
        except LibraryBusy:
            if not self._words.usable():
                raise

    def _follow_locked(self) -> None:
        words = self._words
        if not words.state.read().clean or not words.usable():
            words.rebuild()
        number, changed = self.ledger.changed_since(words.state.read().applied)
        if changed:
            sources = {record.id: record.source for record in self.ledger.records()}
            words.state.write(clean=False)
            words.apply(changed, self.ledger.chunks_of, lambda document_id: sources.get(document_id, ""))
            words.state.write(clean=True, applied=number)

        mark = self.chroma.state.read()
        if not mark.clean:
            self.chroma.rebuild()
            mark = self.chroma.state.read()
        number, changed = self.ledger.changed_since(mark.applied)
        if changed or not mark.clean:
            self.chroma.begin()
            for document_id in changed:
                self.chroma.apply(document_id, *self.ledger.vectors_of(document_id))
            self.chroma.finish(number)


def _compare(name: str, truth: set[str], held: set[str]) -> Check:
    missing, extra = len(truth - held), len(held - truth)
    if missing or extra:
        return Check(name, False, f"{missing} chunks missing, {extra} too many")
    return Check(name, True, f"{len(held)} chunks, the same as the ledger")


@contextmanager
def _locked(folder: Path, wait: float) -> Iterator[None]:
    lock = fasteners.InterProcessLock(str(folder / "write.lock"))
    if not lock.acquire(blocking=wait > 0, timeout=wait or None, delay=0.05, max_delay=0.2):
        raise LibraryBusy(
            f"Another process is writing to the library in {folder}.", "Wait for it to end, then ask again."
        )
    try:
        yield
    finally:
        lock.release()
