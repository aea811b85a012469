"""What questions need of a library, or of several at once: to search it and to read what it holds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.interfaces import EmbedderCard, PendingVectors, Vector, Vectors
from rag.types import Chunk, Document, Element, FileRecord

if TYPE_CHECKING:
    from rag.library.db.opening import DocumentOpening


class LibraryReader(ABC):
    """Documents that can be searched and read: a library's, or several libraries' (``library_group.py``)."""

    embedder: EmbedderCard
    folder: Path  # where its conversations are kept

    @property
    def libraries(self) -> tuple[LibraryReader, ...]:
        """The libraries that are read: itself alone."""
        return (self,)

    def library_of(self, document_id: str) -> LibraryReader:
        """Return the library that holds a document: itself alone."""
        return self

    @property
    @abstractmethod
    def is_current(self) -> bool:
        """Whether the library still has the embedder that it was opened with."""

    @abstractmethod
    def records(self) -> list[FileRecord]:
        """Return all records, by source."""

    @abstractmethod
    def record(self, document_id: str) -> FileRecord | None:
        """Return the record of that id, or None."""

    @abstractmethod
    def known_vectors(self, texts: Sequence[str]) -> dict[str, Vector]:
        """Return the vectors already held for any of these texts (``Chunk.embedding_text``)."""

    @abstractmethod
    def pending(self) -> PendingVectors:
        """Return which documents wait for vectors; they are found by their words meanwhile."""

    @abstractmethod
    def size(self) -> int:
        """Return the number of chunks, cached until the library changes."""

    @abstractmethod
    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """Return those of these chunks that the ledger holds: removed ones are never shown."""

    @abstractmethod
    def chunk_at(self, document_id: str, offset: int) -> Chunk | None:
        """Return the chunk that holds the character at ``offset`` of a document, or the last one before it."""

    @abstractmethod
    def neighbours(self, chunks: Sequence[Chunk], reach: int) -> dict[str, list[Chunk]]:
        """Return each of these chunks (by id) with those up to ``reach`` places around it in its document, in order."""

    @abstractmethod
    def texts_between(self, places: Sequence[tuple[str, int, int]]) -> list[str]:
        """Return the characters of each (document, start, end); "" where the document is not held."""

    @abstractmethod
    def records_of(self, document_ids: Collection[str]) -> dict[str, FileRecord]:
        """Return the records of these documents, by id."""

    @abstractmethod
    def openings(self, document_ids: Collection[str] | None = None) -> dict[str, DocumentOpening]:
        """Return how those of the documents (None: all) that have text begin, by id."""

    @abstractmethod
    def titles(self, document_ids: Collection[str]) -> dict[str, str]:
        """Return the titles of those of the documents that have one, by id."""

    @abstractmethod
    def document(self, document_id: str) -> Document | None:
        """Return the parsed document, or None."""

    @abstractmethod
    def elements_near(self, document_id: str, offset: int, reach: int) -> list[Element]:
        """Return the elements of a document around the character at ``offset``; see :meth:`Ledger.elements_near`."""

    @abstractmethod
    def prose_spans(self, document_id: str) -> list[tuple[tuple[str, ...], int, int]]:
        """Return (section, start, end) of each element of running text in a document: no title, row or code."""

    @abstractmethod
    def page_and_section(self, document_id: str, offset: int) -> tuple[int | None, tuple[str, ...]]:
        """Return page and section of the character at ``offset`` of a document."""

    @abstractmethod
    def languages(self) -> dict[str, int]:
        """Return the number of chunks in each language.

        Cached until the library changes: at 100,000 chunks the count takes longer than the search.
        """

    @abstractmethod
    def sample(self) -> dict[str, Vectors]:
        """Return vectors of up to 256 chunks of each language, shape (n, dimension).

        Raises EmbedderMismatchError where the library was re-embedded since it was opened.
        """

    @abstractmethod
    def document_vectors(self) -> tuple[tuple[str, ...], Vectors]:
        """Return the document ids and each one's mean vector, shape (n, dimension); see ``document_map``."""

    @abstractmethod
    def roots(self) -> list[str]:
        """Return the folders under which documents were found, sorted."""

    @abstractmethod
    def restored_roots(self) -> frozenset[str]:
        """Return the folders that came with a backup and were not added here since: no file in them is opened."""

    @abstractmethod
    def note_asked(self, document_ids: Sequence[str]) -> None:
        """Note that a question found these: their folders are embedded first. Raises LibraryError."""

    @abstractmethod
    def search_vector(self, vector: Vector, k: int, *, among: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Return up to k (chunk id, cosine similarity), best first, of chunks of the documents ``among``.

        Only chunks that the ledger holds are returned. Raises EmbedderMismatchError where the library was re-embedded
        since it was opened.
        """

    @abstractmethod
    def search_words(self, weights: Mapping[str, float], k: int, **more: Any) -> list[tuple[str, float]]:
        """Return up to k (chunk id, BM25 score), best first; ``more`` as in :meth:`WordIndex.search`."""

    @abstractmethod
    def frequencies(self, terms: Sequence[str], **more: Any) -> tuple[int, dict[str, int]]:
        """Return the number of chunks, and each term's document frequency; see :meth:`WordIndex.frequencies`."""

    @abstractmethod
    def spelled_like(self, word: str, edits: int, k: int, *, excluded: Collection[str] = ()) -> list[str]:
        """Return ids of up to k chunks with a word within ``edits`` edits of a folded one, none of ``excluded``."""

    @abstractmethod
    def close(self) -> None:
        """Close files and connections."""
