"""What a library's ledger tells its readers: documents, chunks and vectors, some of it cached until it changes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rag.errors import EmbedderMismatchError
from rag.interfaces import PendingVectors, Vector, Vectors
from rag.library.db.ledger import Ledger
from rag.library.db.opening import DocumentOpening, openings
from rag.library.document_map import document_vectors
from rag.library.reader import LibraryReader
from rag.library.state import LedgerVersion
from rag.types import Chunk, Document, Element, FileRecord

_CALIBRATION_SAMPLE = 256  # chunks of each language that similarities are calibrated on


class LedgerReader(LibraryReader):
    """The part of a library that needs its ledger alone."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._languages: tuple[LedgerVersion, dict[str, int]] | None = None
        self._pending: tuple[LedgerVersion, PendingVectors] | None = None
        self._size: tuple[LedgerVersion, int] | None = None
        self._sample: tuple[LedgerVersion, dict[str, Vectors]] | None = None

    @property
    def is_current(self) -> bool:
        """Whether the library still has the embedder that it was opened with."""
        try:
            self.ledger.require_same_embedder()
        except EmbedderMismatchError:
            return False
        return True

    def records(self) -> list[FileRecord]:
        """Return all records, by source."""
        return self.ledger.records()

    def record(self, document_id: str) -> FileRecord | None:
        """Return the record of that id, or None."""
        return self.ledger.record(document_id)

    def known_vectors(self, texts: Sequence[str]) -> dict[str, Vector]:
        """Return the vectors already held for any of these texts (``Chunk.embedding_text``)."""
        return self.ledger.known_vectors(texts)

    def pending(self) -> PendingVectors:
        """Return which documents wait for vectors; they are found by their words meanwhile."""
        last = self.ledger.last_change()
        if self._pending is None or self._pending[0] != last:
            self._pending = last, self.ledger.pending()
        return self._pending[1]

    def size(self) -> int:
        """Return the number of chunks, cached until the library changes."""
        change = self.ledger.last_change()
        if self._size is None or self._size[0] != change:
            self._size = change, self.ledger.size()
        return self._size[1]

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """Return those of these chunks that the ledger holds: removed ones are never shown."""
        return self.ledger.chunks(ids)

    def chunk_at(self, document_id: str, offset: int) -> Chunk | None:
        """Return the chunk that holds the character at ``offset`` of a document, or the last one before it."""
        return self.ledger.chunk_at(document_id, offset)

    def neighbours(self, chunks: Sequence[Chunk], reach: int) -> dict[str, list[Chunk]]:
        """Return each of these chunks (by id) with those up to ``reach`` places around it in its document, in order."""
        return self.ledger.neighbours(chunks, reach)

    def texts_between(self, places: Sequence[tuple[str, int, int]]) -> list[str]:
        """Return the characters of each (document, start, end); "" where the document is not held."""
        return self.ledger.texts_between(places)

    def records_of(self, document_ids: Collection[str]) -> dict[str, FileRecord]:
        """Return the records of these documents, by id."""
        return self.ledger.records_of(document_ids)

    def openings(self, document_ids: Collection[str] | None = None) -> dict[str, DocumentOpening]:
        """Return how those of the documents (None: all) that have text begin, by id."""
        return openings(self.ledger, document_ids)

    def titles(self, document_ids: Collection[str]) -> dict[str, str]:
        """Return the titles of those of the documents that have one, by id."""
        return {each: found.title for each, found in openings(self.ledger, document_ids).items() if found.title}

    def document(self, document_id: str) -> Document | None:
        """Return the parsed document, or None."""
        return self.ledger.document(document_id)

    def elements_near(self, document_id: str, offset: int, reach: int) -> list[Element]:
        """Return the elements of a document around the character at ``offset``; see :meth:`Ledger.elements_near`."""
        return self.ledger.elements_near(document_id, offset, reach)

    def prose_spans(self, document_id: str) -> list[tuple[tuple[str, ...], int, int]]:
        """Return (section, start, end) of each element of running text in a document: no title, row or code."""
        return self.ledger.prose_spans(document_id)

    def page_and_section(self, document_id: str, offset: int) -> tuple[int | None, tuple[str, ...]]:
        """Return page and section of the character at ``offset`` of a document."""
        element = self.ledger.element_at(document_id, offset)
        return (element.page, element.section) if element else (None, ())

    def languages(self) -> dict[str, int]:
        """Return the number of chunks in each language.

        Cached until the library changes: at 100,000 chunks the count takes longer than the search.
        """
        change = self.ledger.last_change()
        if self._languages is None or self._languages[0] != change:
            self._languages = change, self.ledger.languages()
        return dict(self._languages[1])

    def sample(self) -> dict[str, Vectors]:
        """Return vectors of up to 256 chunks of each language, shape (n, dimension).

        Raises EmbedderMismatchError where the library was re-embedded since it was opened.
        """
        self.ledger.require_same_embedder()
        last = self.ledger.last_change()
        if self._sample is None or self._sample[0] != last:
            self._sample = (last, self.ledger.sample_vectors(_CALIBRATION_SAMPLE))
        return self._sample[1]

    def document_vectors(self) -> tuple[tuple[str, ...], Vectors]:
        """Return the document ids and each one's mean vector, shape (n, dimension); see ``document_map``."""
        return document_vectors(self.ledger)

    def roots(self) -> list[str]:
        """Return the folders under which documents were found, sorted."""
        return self.ledger.roots()

    def restored_roots(self) -> frozenset[str]:
        """Return the folders that came with a backup and were not added here since: no file in them is opened."""
        return self.ledger.restored_roots()

    def note_asked(self, document_ids: Sequence[str]) -> None:
        """Note that a question found these: their folders are embedded first. Raises LibraryError."""
        self.ledger.note_asked(document_ids)
