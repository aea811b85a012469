"""The word index: tantivy (BM25), one more follower of the ledger. Analysis is ours (terms.py), ranking is its own.

Does not decide what a question means: it is given terms.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import tantivy

from rag.library.state import State
from rag.library.terms import sound, terms, words
from rag.types import Chunk

_HEADING_WEIGHT = 0.6
_NAME_WEIGHT = 0.3
_HEAP = 50_000_000  # bytes; tantivy's least is 15 MB a thread


class WordIndex:
    """BM25 over the stems of chunks, their headings and their file's name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state = State(folder.with_suffix(".json"))
        self._index: tantivy.Index | None = None
        self._generation = -1

    @property
    def state(self) -> State:
        """Its mark on disk."""
        return self._state

    def usable(self) -> bool:
        """Whether there is an index that may be searched, be it behind the ledger."""
        return self._state.read().generation > 0 and self._open() is not None

    def rebuild(self) -> None:
        """Begin again with an empty index. The caller holds the library's lock."""
        self._index = None
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        tantivy.Index(_schema(), path=str(self._folder))
        self._state.write(applied=0, clean=True)

    def apply(
        self,
        document_ids: Sequence[str],
        chunks_of: Callable[[str], list[Chunk]],
        name_of: Callable[[str], str],
    ) -> None:
        """Make the index hold exactly the ledger's chunks of these documents, in one commit."""
        index = self._open()
        assert index is not None
        writer = index.writer(_HEAP, 1)
        try:
            for document_id in document_ids:
                writer.delete_documents_by_term("document_id", document_id)
                chunks = chunks_of(document_id)
                name = " ".join(terms(Path(name_of(document_id)).stem, chunks[0].language)) if chunks else ""
                for chunk in chunks:
                    document = tantivy.Document(chunk_id=chunk.id, document_id=document_id, name=name)
                    document.add_text("text", " ".join(terms(chunk.text, chunk.language)))
                    document.add_text("sound", " ".join(filter(None, map(sound, set(words(chunk.text))))))
                    document.add_text("heading", " ".join(terms(" ".join(chunk.section), chunk.language)))
                    writer.add_document(document)
            writer.commit()
        finally:
            writer.wait_merging_threads()

    def search(
        self, weights: Mapping[str, float], k: int, *, sounds: Mapping[str, float] | None = None
    ) -> list[tuple[str, float]]:
        """Up to k (chunk id, BM25 score), best first, for terms and for sounds (across languages), with weights."""
        index = self._open()
        if index is None:
            return []
        fields = (("text", 1.0), ("heading", _HEADING_WEIGHT), ("name", _NAME_WEIGHT))
        parts = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(_term(field, term), weight * boost))
            for term, weight in weights.items()
            for field, boost in fields
        ]
        for key, weight in (sounds or {}).items():
            parts.append((tantivy.Occur.Should, tantivy.Query.boost_query(_term("sound", key), weight)))
        if not parts:
            return []
        searcher = index.searcher()
        hits = searcher.search(tantivy.Query.boolean_query(parts), k).hits
        return [(searcher.doc(address)["chunk_id"][0], float(score)) for score, address in hits]

    def frequencies(self, wanted: Iterable[str]) -> tuple[int, dict[str, int]]:
        """The number of chunks, and in how many of them each term stands (text or heading, whichever is more)."""
        index = self._open()
        if index is None:
            return 0, {}
        searcher = index.searcher()
        found = {t: max(searcher.doc_freq("text", t), searcher.doc_freq("heading", t)) for t in wanted}
        return searcher.num_docs, found

    def ids(self) -> set[str]:
        """The ids of all chunks held."""
        index = self._open()
        if index is None:
            return set()
        searcher = index.searcher()
        hits = searcher.search(tantivy.Query.all_query(), max(1, searcher.num_docs)).hits
        return {searcher.doc(address)["chunk_id"][0] for _, address in hits}

    def close(self) -> None:
        """Let go of the files."""
        self._index = None
        self._generation = -1

    def _open(self) -> tantivy.Index | None:
        generation = self._state.read().generation
        if self._index is not None and generation == self._generation:
            return self._index
        try:
            self._index = tantivy.Index.open(str(self._folder))
            self._index.reload()
        except (ValueError, OSError):  # what tantivy raises for a missing or damaged index
            self._index = None
            return None
        self._generation = generation
        return self._index


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("chunk_id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("document_id", tokenizer_name="raw", index_option="basic")
    for field in ("text", "heading", "name", "sound"):
        builder.add_text_field(field, tokenizer_name="whitespace")
    return builder.build()


@lru_cache(maxsize=1)
def _schema_once() -> tantivy.Schema:
    return _schema()


def _term(field: str, term: str) -> tantivy.Query:
    return tantivy.Query.term_query(_schema_once(), field, term)
