"""The word index: tantivy (BM25), one more follower of the ledger. Analysis is ours (terms.py), ranking is its own.

Does not decide what a question means: it is given terms.
"""

from __future__ import annotations

import json
import mmap
import shutil
import struct
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from uuid import uuid4
from zlib import crc32

import tantivy

from rag.library.state import Mark, State
from rag.library.terms import sound, terms, words
from rag.types import Chunk

_HEADING_WEIGHT = 0.6
_NAME_WEIGHT = 0.3
_HEAP = 50_000_000  # bytes; tantivy's least is 15 MB a thread
_ATTEMPTS = 4  # to open an index that another process may be changing
_MAGIC = 1337  # the last number of every file of tantivy's


class WordIndex:
    """BM25 over the stems of chunks, their headings and their file's name. The caller holds the library's lock for
    every write; a commit is atomic, and a rebuild goes into a folder of its own, so readers always have a view."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state = State(folder.with_suffix(".json"))
        self._view: tuple[Mark, tantivy.Index] | None = None
        self._whole: set[tuple[str, int, int]] = set()

    @property
    def state(self) -> State:
        """Its mark on disk."""
        return self._state

    def usable(self) -> bool:
        """Whether there is an index that may be searched, be it behind the ledger."""
        return self._open() is not None

    def apply(
        self,
        document_ids: Sequence[str],
        chunks_of: Callable[[str], list[Chunk]],
        name_of: Callable[[str], str],
        applied: int,
    ) -> None:
        """Make the index hold exactly the ledger's chunks of these documents, in one commit, and mark it."""
        index = self._open()
        assert index is not None
        _write(index, document_ids, chunks_of, name_of)
        self._state.write(applied=applied, clean=True)

    def rebuild(
        self,
        document_ids: Sequence[str],
        chunks_of: Callable[[str], list[Chunk]],
        name_of: Callable[[str], str],
        applied: int,
    ) -> None:
        """Fill a new index with these documents' chunks, switch to it, and delete the old one."""
        fresh = self._folder / f"words-{uuid4().hex[:8]}"
        fresh.mkdir(parents=True)
        _write(tantivy.Index(_schema(), path=str(fresh)), document_ids, chunks_of, name_of)
        self._state.write(applied=applied, clean=True, folder=fresh.name)
        for path in self._folder.iterdir():
            if path.name != fresh.name:
                shutil.rmtree(path, ignore_errors=True)

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

    def frequencies(self, wanted: Iterable[str], *, sounds: bool = False) -> tuple[int, dict[str, int]]:
        """The number of chunks, and in how many of them each term (text or heading, whichever is more) or, with
        ``sounds``, each sound stands."""
        index = self._open()
        if index is None:
            return 0, {}
        searcher = index.searcher()
        fields = ("sound",) if sounds else ("text", "heading")
        return searcher.num_docs, {t: max(searcher.doc_freq(field, t) for field in fields) for t in wanted}

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
        self._view = None

    def _open(self) -> tantivy.Index | None:
        for _ in range(_ATTEMPTS):
            mark, view = self._state.read(), self._view
            if view is not None and view[0] == mark:
                return view[1]
            folder = self._folder / mark.folder
            if not mark.folder or not folder.is_dir():
                return None
            try:
                self._examine(folder)
                index = tantivy.Index.open(str(folder))
                index.reload()
            except (ValueError, OSError, KeyError, TypeError):  # damaged, or another process merges segments just now
                time.sleep(0.02)
                continue
            self._view = (mark, index)
            return index
        return None

    def _examine(self, folder: Path) -> None:
        """Compare each committed file with the checksum at its end: tantivy itself would read on over flipped bits
        and find less. A file never changes once it is there. Raises ValueError."""
        for segment in json.loads((folder / "meta.json").read_bytes())["segments"]:
            name = segment["segment_id"].replace("-", "")
            deletes = segment.get("deletes") or {"opstamp": None}
            for path in folder.glob(f"{name}.*"):
                if path.suffix == ".del" and path.name != f"{name}.{deletes['opstamp']}.del":
                    continue  # another commit's, perhaps half written
                known = (path.name, path.stat().st_size, path.stat().st_mtime_ns)
                if known not in self._whole and not _is_whole(path):
                    raise ValueError(f"{path.name} is damaged")
                self._whole.add(known)


def _write(
    index: tantivy.Index,
    document_ids: Sequence[str],
    chunks_of: Callable[[str], list[Chunk]],
    name_of: Callable[[str], str],
) -> None:
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


def _is_whole(path: Path) -> bool:
    """Whether a file of tantivy's matches its footer: JSON with a "crc", its length, and a magic number."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        length, magic = struct.unpack("<II", content[-8:])
        if magic != _MAGIC or length + 8 > len(content):
            return False
        footer = json.loads(content[-8 - length : -8])
        with memoryview(content) as view, view[: -8 - length] as body:
            return bool(crc32(body) == footer["crc"])


@lru_cache(maxsize=1)
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("chunk_id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("document_id", tokenizer_name="raw", index_option="basic")
    for field in ("text", "heading", "name", "sound"):
        builder.add_text_field(field, tokenizer_name="whitespace")
    return builder.build()


def _term(field: str, term: str) -> tantivy.Query:
    return tantivy.Query.term_query(_schema(), field, term)
