"""The word index: tantivy (BM25), which follows the ledger.

Analysis is ours (text/analyzer.py), ranking is tantivy's. Does not interpret questions: it is given terms.
"""

from __future__ import annotations

import contextlib
import errno
import json
import mmap
import os
import shutil
import struct
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from uuid import uuid4
from zlib import crc32

import tantivy

from rag.errors import LibraryError
from rag.library.files import checksum, discard, make_private
from rag.library.state import FollowerState, LedgerVersion, StateFile
from rag.messages import Message
from rag.scratch import ScratchFolder
from rag.storage import private_folder
from rag.text.analyzer import codes, fold, grams, sound, spellings, terms, words
from rag.types import Chunk

_HEADING_WEIGHT = 0.6
_NAME_WEIGHT = 0.3
_FIELDS = (("text", 1.0), ("heading", _HEADING_WEIGHT), ("name", _NAME_WEIGHT))
_HEAP_BYTES = 50_000_000  # bytes; tantivy's least is 15 MB a thread
_ATTEMPTS = 10  # to open an index that another process may be changing
_INDEX_VERSION = "6"  # increase when what is indexed of a chunk changes: an index of another shape is rebuilt
_WORDS_CHECKED_PER_CHUNK = 8  # words of each chunk that a check looks for
_META = "meta.json"  # tantivy's list of the index's current files
_TANTIVY_MAGIC = 1337  # the last number of every file of tantivy's


class WordIndex:
    """BM25 over the stems, n-grams and codes of chunks, their headings and their file's name.

    The caller holds the library's lock for every write. A commit is atomic, and a rebuild goes into a folder of its
    own, so readers always have a view.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state = StateFile(folder.with_suffix(".json"))
        self._view: tuple[FollowerState, tantivy.Index] | None = None
        self._copy: ScratchFolder | None = None
        self._whole: set[tuple[str, int, int]] = set()

    @property
    def state(self) -> StateFile:
        """Its state on disk."""
        return self._state

    def usable(self) -> bool:
        """Tell whether there is an index to search, even if it is behind the ledger."""
        return self._open() is not None

    def apply(
        self,
        document_ids: Sequence[str],
        chunks_of: Callable[[str], list[Chunk]],
        name_of: Callable[[str], str],
        change: LedgerVersion,
    ) -> None:
        """Make the index hold exactly the ledger's chunks of these documents, in one commit, and update its state.

        Raises LibraryError.
        """
        with _translated():
            index = self._open()
            if index is None:
                raise LibraryError(Message("The word index is damaged."), "oaken doctor --repair")
            if document_ids:
                _write(index, document_ids, chunks_of, name_of)
            self._mark(change, self._state.read().folder)

    def rebuild(
        self,
        document_ids: Sequence[str],
        chunks_of: Callable[[str], list[Chunk]],
        name_of: Callable[[str], str],
        change: LedgerVersion,
    ) -> None:
        """Fill a new index with these documents' chunks, switch to it, and delete the old one.

        Raises LibraryError, and leaves the old one in place then.
        """
        fresh = self._folder / f"words-{uuid4().hex[:8]}"
        try:
            with _translated():
                private_folder(fresh)
                _write(tantivy.Index(_schema(), path=str(fresh)), document_ids, chunks_of, name_of)
                self._mark(change, fresh.name)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        discard(self._folder, keep=fresh.name)

    def _mark(self, change: LedgerVersion, folder: str) -> None:
        place = self._folder / folder
        make_private(place)
        meta = place / _META
        files = {_META: [meta.stat().st_size, checksum(meta)]}
        self._state.write(
            applied=change.number, token=change.token, clean=True, folder=folder, place=_INDEX_VERSION, files=files
        )

    def search(
        self,
        weights: Mapping[str, float],
        k: int,
        *,
        sounds: Mapping[str, float] | None = None,
        grams: Mapping[str, float] | None = None,
        codes: Mapping[str, float] | None = None,
        phrases: Sequence[Collection[tuple[str, ...]]] = (),
        among: Collection[str] | None = None,
    ) -> list[tuple[str, float]]:
        """Return up to k (chunk id, BM25 score), best first.

        The query's terms, sounds (across languages), n-grams and codes each have a weight. Only chunks that contain one
        form of each phrase (a sequence of terms) count, and only those of the documents ``among``.
        """
        index = self._open()
        if index is None or (among is not None and not among):
            return []
        wanted = [
            *((field, term, weight * boost) for term, weight in weights.items() for field, boost in _FIELDS),
            *(("sound", key, weight) for key, weight in (sounds or {}).items()),
            *(("grams", gram, weight) for gram, weight in (grams or {}).items()),
            *(("codes", code, weight) for code, weight in (codes or {}).items()),
        ]
        if not wanted and not phrases:
            return []
        should = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(_term(field, term), weight))
            for field, term, weight in wanted
        ]
        parts = [(tantivy.Occur.Must, _any([_phrase(form) for form in forms])) for forms in phrases if forms]
        if should:
            parts.append((tantivy.Occur.Should if parts else tantivy.Occur.Must, tantivy.Query.boolean_query(should)))
        if among is not None:
            in_documents = tantivy.Query.term_set_query(_schema(), "document_id", sorted(among))
            parts.append((tantivy.Occur.Must, tantivy.Query.const_score_query(in_documents, 0.0)))
        with self._translating_errors():
            searcher = index.searcher()
            hits = searcher.search(tantivy.Query.boolean_query(parts), k).hits
            return [(searcher.doc(address)["chunk_id"][0], float(score)) for score, address in hits]

    def frequencies(
        self, wanted: Iterable[str], *, sounds: bool = False, fields: Sequence[str] = ("text", "heading")
    ) -> tuple[int, dict[str, int]]:
        """Return the number of chunks, and the document frequency of each term, the larger of text and heading.

        With ``sounds`` the frequency of each sound; ``fields`` may name other fields instead.
        """
        index = self._open()
        if index is None:
            return 0, {}
        fields = ("sound",) if sounds else fields
        with self._translating_errors():
            searcher = index.searcher()
            return searcher.num_docs, {t: max(searcher.doc_freq(field, t) for field in fields) for t in wanted}

    def spelled(self, word: str, edits: int, k: int, *, excluded: Iterable[str] = ()) -> list[str]:
        """Return ids of up to k chunks that contain a word within so many edits of this one, and none of ``excluded``.

        Words are compared without accents; a transposition of two letters is one edit.
        """
        index = self._open()
        if index is None:
            return []
        like = tantivy.Query.fuzzy_term_query(_schema(), "spelling", word, edits, transposition_cost_one=True)
        parts = [(tantivy.Occur.Must, like), *((tantivy.Occur.MustNot, _term("spelling", each)) for each in excluded)]
        with self._translating_errors():
            searcher = index.searcher()
            hits = searcher.search(tantivy.Query.boolean_query(parts), k).hits
            return [searcher.doc(address)["chunk_id"][0] for _, address in hits]

    def ids(self) -> set[str]:
        """Return the ids of all chunks held."""
        index = self._open()
        if index is None:
            return set()
        with self._translating_errors():
            searcher = index.searcher()
            hits = searcher.search(tantivy.Query.all_query(), max(1, searcher.num_docs)).hits
            return {searcher.doc(address)["chunk_id"][0] for _, address in hits}

    def unfindable(self, chunks: Iterable[Chunk]) -> list[str]:
        """Return those of these chunks that are not found by their own words (up to eight spread over each) and id."""
        index = self._open()
        if index is None:
            return [chunk.id for chunk in chunks]
        missing = []
        with self._translating_errors():
            searcher = index.searcher()
            for chunk in chunks:
                own = list(dict.fromkeys(terms(chunk.text, chunk.language)))
                own = own[:: max(1, len(own) // _WORDS_CHECKED_PER_CHUNK)][:_WORDS_CHECKED_PER_CHUNK]
                wanted = [_term("chunk_id", chunk.id), *(_term("text", word) for word in own)]
                query = tantivy.Query.boolean_query([(tantivy.Occur.Must, part) for part in wanted])
                if len(searcher.search(query, 2).hits) != 1:
                    missing.append(chunk.id)
        return missing

    def close(self) -> None:
        """Close the files."""
        self._view = None
        if self._copy is not None:
            self._copy.remove()
            self._copy = None

    def _open(self) -> tantivy.Index | None:
        for _ in range(_ATTEMPTS):
            mark, view = self._state.read(), self._view
            if view is not None and view[0] == mark:
                return view[1]
            folder = self._folder / mark.folder
            if not mark.folder or mark.place != _INDEX_VERSION or not folder.is_dir():
                return None
            try:
                self._examine(folder, mark)
                index = tantivy.Index.open(str(self._writable(folder)))
                index.reload()
                index.searcher()
            except (ValueError, OSError, KeyError, TypeError):  # damaged, or another process merges segments just now
                time.sleep(0.02)
                continue
            self._view = (mark, index)
            return index
        return None

    @contextlib.contextmanager
    def _translating_errors(self) -> Iterator[None]:
        """Raise LibraryError for an index that was damaged while it was open.

        The next call opens it again, and sees the damage.
        """
        try:
            with _translated():
                yield
        except LibraryError:
            self._view = None
            raise

    def _writable(self, folder: Path) -> Path:
        """Return the folder, or a copy where it is read-only: tantivy takes a lock to open an index."""
        if os.access(folder, os.W_OK):
            return folder
        self._copy = ScratchFolder("oaken-words-")
        return Path(shutil.copytree(folder, self._copy.path / folder.name, copy_function=shutil.copyfile))

    def _examine(self, folder: Path, mark: FollowerState) -> None:
        """Compare each committed file with the checksum at its end. Raises ValueError.

        tantivy itself would read on over flipped bits and find less. A file never changes once it is there, except the
        one that lists them, whose checksum is in the state file.
        """
        meta = (folder / _META).read_bytes()
        if mark.files and mark.files.get(_META) != [len(meta), crc32(meta)]:
            raise ValueError(f"{_META} is not as it was left")
        for segment in json.loads(meta)["segments"]:
            name = segment["segment_id"].replace("-", "")
            deletes = segment.get("deletes") or {"opstamp": None}
            for path in folder.glob(f"{name}.*"):
                if path.suffix == ".del" and path.name != f"{name}.{deletes['opstamp']}.del":
                    continue  # of another commit, perhaps half-written
                known = (path.name, path.stat().st_size, path.stat().st_mtime_ns)
                if known not in self._whole and not _is_whole(path):
                    raise ValueError(f"{path.name} is damaged")
                self._whole.add(known)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (LibraryError, KeyboardInterrupt):
        raise
    except BaseException as error:  # tantivy's errors are ValueErrors, and a panic of Rust's is not even an Exception
        if not isinstance(error, ValueError | OSError) and type(error).__name__ != "PanicException":
            raise
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
        hint = (
            Message("Free some space, then run it again.") if full or "space" in str(error) else "oaken doctor --repair"
        )
        raise LibraryError(Message("The word index cannot be used: {error}.", error=error), hint) from error


def _write(
    index: tantivy.Index,
    document_ids: Sequence[str],
    chunks_of: Callable[[str], list[Chunk]],
    name_of: Callable[[str], str],
) -> None:
    writer = index.writer(_HEAP_BYTES, 1)
    try:
        for document_id in document_ids:
            writer.delete_documents_by_term("document_id", document_id)
            chunks = chunks_of(document_id)
            name = " ".join(terms(Path(name_of(document_id)).stem, chunks[0].language)) if chunks else ""
            for chunk in chunks:
                document = tantivy.Document(chunk_id=chunk.id, document_id=document_id, name=name)
                document.add_text("text", " ".join(terms(chunk.text, chunk.language)))
                document.add_text("grams", " ".join(grams(chunk.text, chunk.language)))
                document.add_text("codes", " ".join(codes(chunk.embedding_text)))
                document.add_text("sound", " ".join(filter(None, map(sound, set(words(chunk.text, chunk.language))))))
                document.add_text("spelling", " ".join(map(fold, spellings(chunk.embedding_text))))
                document.add_text("heading", " ".join(terms(" ".join(chunk.section), chunk.language)))
                writer.add_document(document)
        writer.commit()
    finally:
        writer.wait_merging_threads()


def _is_whole(path: Path) -> bool:
    """Tell whether a file of tantivy's matches its footer: JSON with a "crc", its length, and a magic number."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if len(content) < 8:
            return False
        length, magic = struct.unpack("<II", content[-8:])
        if magic != _TANTIVY_MAGIC or length + 8 > len(content):
            return False
        footer = json.loads(content[-8 - length : -8])
        with memoryview(content) as view, view[: -8 - length] as body:
            return bool(crc32(body) == footer["crc"])


@lru_cache(maxsize=1)
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("chunk_id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("document_id", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("spelling", tokenizer_name="whitespace", index_option="basic")
    for field in ("text", "heading", "name", "sound", "grams", "codes"):
        option = "position" if field == "text" else "freq"
        builder.add_text_field(field, tokenizer_name="whitespace", index_option=option)
    return builder.build()


def _term(field: str, term: str) -> tantivy.Query:
    return tantivy.Query.term_query(_schema(), field, term)


def _phrase(form: tuple[str, ...]) -> tantivy.Query:
    return tantivy.Query.phrase_query(_schema(), "text", list(form)) if len(form) > 1 else _term("text", form[0])


def _any(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])
