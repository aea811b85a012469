"""Several libraries of one embedder, asked as if they were one. Nothing is written through it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from rag.errors import UsageError
from rag.interfaces import PendingVectors, Vector, Vectors
from rag.library.db.opening import DocumentOpening
from rag.library.library import Library
from rag.library.reader import LibraryReader
from rag.messages import Message
from rag.types import Chunk, Document, Element, FileRecord

Item = TypeVar("Item")


class LibraryGroup(LibraryReader):
    """Libraries that are asked together. A document that several of them hold is read from the first.

    Scores of words are those of each library's own index: a word that is rare in one of them counts for more there.
    """

    def __init__(self, libraries: Sequence[Library]) -> None:
        """Join open libraries. Raises UsageError where they have different embedders: vectors cannot be compared."""
        first = libraries[0]
        for other in libraries[1:]:
            if other.embedder.name != first.embedder.name:
                raise UsageError(
                    Message(
                        "The libraries {one!r} and {other!r} cannot be asked together: they have different embedders, "
                        "{ours} and {theirs}.",
                        one=first.folder.name,
                        other=other.folder.name,
                        ours=first.embedder.name,
                        theirs=other.embedder.name,
                    ),
                    f"oaken reembed --library {other.folder.name} --embedder {first.embedder.name}",
                )
        self._libraries = tuple(libraries)
        self._holders: dict[str, Library] = {}
        self.embedder = first.embedder
        self.folder = first.folder

    @property
    def libraries(self) -> tuple[LibraryReader, ...]:
        """The libraries that are read."""
        return self._libraries

    @property
    def is_current(self) -> bool:
        """Whether each still has the embedder that it was opened with."""
        return all(each.is_current for each in self._libraries)

    def library_of(self, document_id: str) -> LibraryReader:
        """Return the library that holds a document; the first, where none does."""
        return self._holder(document_id)

    def close(self) -> None:
        """Close them all."""
        for each in self._libraries:
            each.close()

    # -- documents

    def records(self) -> list[FileRecord]:
        """Return all records, by source."""
        found = {record.id: record for each in reversed(self._libraries) for record in each.records()}
        return sorted(found.values(), key=lambda record: record.source)

    def record(self, document_id: str) -> FileRecord | None:
        """Return the record of that id, or None."""
        return self._holder(document_id).record(document_id)

    def records_of(self, document_ids: Collection[str]) -> dict[str, FileRecord]:
        """Return the records of these documents, by id."""
        return self._first(lambda each: each.records_of(document_ids))

    def openings(self, document_ids: Collection[str] | None = None) -> dict[str, DocumentOpening]:
        """Return how those of the documents (None: all) that have text begin, by id."""
        return self._first(lambda each: each.openings(document_ids))

    def titles(self, document_ids: Collection[str]) -> dict[str, str]:
        """Return the titles of those of the documents that have one, by id."""
        return self._first(lambda each: each.titles(document_ids))

    def document(self, document_id: str) -> Document | None:
        """Return the parsed document, or None."""
        return self._holder(document_id).document(document_id)

    def elements_near(self, document_id: str, offset: int, reach: int) -> list[Element]:
        """Return the elements of a document around the character at ``offset``."""
        return self._holder(document_id).elements_near(document_id, offset, reach)

    def prose_spans(self, document_id: str) -> list[tuple[tuple[str, ...], int, int]]:
        """Return (section, start, end) of each element of running text in a document."""
        return self._holder(document_id).prose_spans(document_id)

    def page_and_section(self, document_id: str, offset: int) -> tuple[int | None, tuple[str, ...]]:
        """Return page and section of the character at ``offset`` of a document."""
        return self._holder(document_id).page_and_section(document_id, offset)

    def texts_between(self, places: Sequence[tuple[str, int, int]]) -> list[str]:
        """Return the characters of each (document, start, end); "" where the document is not held."""
        texts: dict[tuple[str, int, int], str] = {}
        for library, some in self._by_holder(places, lambda place: place[0]).items():
            texts |= zip(some, library.texts_between(some), strict=True)
        return [texts[place] for place in places]

    def roots(self) -> list[str]:
        """Return the folders under which documents were found, sorted."""
        return sorted({root for each in self._libraries for root in each.roots()})

    def restored_roots(self) -> frozenset[str]:
        """Return the folders that came with a backup of one of them and were not added here since."""
        return frozenset[str]().union(*(each.restored_roots() for each in self._libraries))

    def note_asked(self, document_ids: Sequence[str]) -> None:
        """Note that a question found these: their folders are embedded first. Raises LibraryError."""
        for library, some in self._by_holder(document_ids, str).items():
            library.note_asked(some)

    # -- chunks

    def size(self) -> int:
        """Return the number of chunks."""
        return sum(each.size() for each in self._libraries)

    def languages(self) -> dict[str, int]:
        """Return the number of chunks in each language."""
        return dict(sum((Counter(each.languages()) for each in self._libraries), Counter[str]()))

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """Return those of these chunks that are held."""
        return self._first(lambda each: each.chunks(ids))

    def chunk_at(self, document_id: str, offset: int) -> Chunk | None:
        """Return the chunk that holds the character at ``offset`` of a document, or the last one before it."""
        return self._holder(document_id).chunk_at(document_id, offset)

    def neighbours(self, chunks: Sequence[Chunk], reach: int) -> dict[str, list[Chunk]]:
        """Return each of these chunks (by id) with those up to ``reach`` places around it in its document, in order."""
        found: dict[str, list[Chunk]] = {}
        for library, some in self._by_holder(chunks, lambda chunk: chunk.document_id).items():
            found |= library.neighbours(some, reach)
        return found

    # -- vectors

    def known_vectors(self, texts: Sequence[str]) -> dict[str, Vector]:
        """Return the vectors already held for any of these texts."""
        return self._first(lambda each: each.known_vectors(texts))

    def document_vectors(self) -> tuple[tuple[str, ...], Vectors]:
        """Return the document ids and each one's mean vector, shape (n, dimension)."""
        rows: dict[str, Vector] = {}
        for each in reversed(self._libraries):
            rows |= zip(*each.document_vectors(), strict=True)
        dimension = self.embedder.dimension
        return tuple(rows), np.stack([*rows.values()]) if rows else np.empty((0, dimension), dtype=np.float32)

    def pending(self) -> PendingVectors:
        """Return which documents wait for vectors."""
        every = [each.pending() for each in self._libraries]
        documents = frozenset[str]().union(*(each.documents for each in every))
        return PendingVectors(documents, sum(each.chunks for each in every), sum(each.texts for each in every))

    def sample(self) -> dict[str, Vectors]:
        """Return vectors of up to 256 chunks of each language of each library, shape (n, dimension)."""
        found = defaultdict[str, list[Vectors]](list)
        for each in self._libraries:
            for language, vectors in each.sample().items():
                found[language].append(vectors)
        return {language: np.concatenate(some) for language, some in found.items()}

    # -- search

    def search_vector(self, vector: Vector, k: int, *, among: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Return up to k (chunk id, cosine similarity), best first, of chunks of the documents ``among``."""
        return self._best(k, lambda each: each.search_vector(vector, k, among=among))

    def search_words(self, weights: Mapping[str, float], k: int, **more: Any) -> list[tuple[str, float]]:
        """Return up to k (chunk id, BM25 score), best first."""
        return self._best(k, lambda each: each.search_words(weights, k, **more))

    def frequencies(self, terms: Sequence[str], **more: Any) -> tuple[int, dict[str, int]]:
        """Return the number of chunks, and each term's document frequency."""
        every = [each.frequencies(terms, **more) for each in self._libraries]
        return sum(n for n, _ in every), {term: sum(found.get(term, 0) for _, found in every) for term in terms}

    def spelled_like(self, word: str, edits: int, k: int, *, excluded: Collection[str] = ()) -> list[str]:
        """Return the ids of up to k chunks of each that hold words within ``edits`` edits of a folded word."""
        found = (each.spelled_like(word, edits, k, excluded=excluded) for each in self._libraries)
        return list(dict.fromkeys(ident for some in found for ident in some))

    # -- who holds what

    def _holder(self, document_id: str) -> Library:
        known = self._holders.get(document_id)
        if known is None or known.record(document_id) is None:
            held = (each for each in self._libraries if each.record(document_id) is not None)
            known = next(held, self._libraries[0])
            self._holders[document_id] = known
        return known

    def _by_holder(self, items: Iterable[Item], document_of: Callable[[Item], str]) -> dict[Library, list[Item]]:
        found = defaultdict[Library, list[Item]](list)
        for each in items:
            found[self._holder(document_of(each))].append(each)
        return found

    def _first(self, read: Callable[[Library], dict[str, Item]]) -> dict[str, Item]:
        """Return what each library gives by key; what several give is the first one's."""
        found: dict[str, Item] = {}
        for each in reversed(self._libraries):
            found |= read(each)
        return found

    def _best(self, k: int, search: Callable[[Library], list[tuple[str, float]]]) -> list[tuple[str, float]]:
        scores: dict[str, float] = {}
        for each in self._libraries:
            for ident, score in search(each):
                scores[ident] = max(score, scores.get(ident, score))
        return sorted(scores.items(), key=lambda row: (-row[1], row[0]))[:k]
