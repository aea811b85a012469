"""What the benchmarks share: an embedder that remembers on disk what it embedded, and texts filed without files."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from ingest.chunk import chunk
from rag.interfaces import Embedder, EmbedderCard, Vector, Vectors
from rag.library.library import Library
from rag.types import Document, Element, FileRecord, FileStamp, Outcome, document_id


class CachedEmbedder:
    """An embedder whose vectors lie in a file beside the data: a text is embedded once, in whatever run."""

    def __init__(self, embedder: Embedder, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._embedder = embedder
        self._held: dict[str, Vector] = {}
        self._file = sqlite3.connect(file, timeout=60, isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB)")

    @property
    def card(self) -> EmbedderCard:
        return self._embedder.card

    def count(self, text: str) -> int:
        return self._embedder.count(text)

    def embed_query(self, text: str) -> Vector:
        key = self._key("query", text)
        if (known := self._known(key)) is not None:
            return known
        return self._keep(key, self._embedder.embed_query(text))

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        keys = [self._key("document", text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if self._known(key) is None}
        rows = list(missing.items())
        for at in range(0, len(rows), 128):
            some = rows[at : at + 128]
            made = self._embedder.embed_documents([text for _, text in some])
            self._file.execute("BEGIN IMMEDIATE")
            for (key, _), vector in zip(some, made, strict=True):
                self._keep(key, vector)
            self._file.execute("COMMIT")
        if not texts:
            return np.empty((0, self.card.dimension), dtype=np.float32)
        return np.stack([self._held[key] for key in keys])

    def _key(self, kind: str, text: str) -> str:
        prefix = self.card.query_prefix if kind == "query" else self.card.document_prefix
        return hashlib.sha256(f"{self.card.name}\n{prefix}{text}".encode()).hexdigest()

    def _known(self, key: str) -> Vector | None:
        if key not in self._held:
            row = self._file.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
            if row is None:
                return None
            self._held[key] = np.frombuffer(row[0], dtype="<f4").astype(np.float32)
        return self._held[key]

    def _keep(self, key: str, vector: Vector) -> Vector:
        self._held[key] = vector
        self._file.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?)", (key, vector.astype("<f4").tobytes()))
        return vector


def file_texts(library: Library, texts: Iterable[tuple[str, str, str]], embedder: Embedder) -> None:
    """File each (name, text, language) as a document whose paragraphs are its elements; the indexes follow."""
    for name, text, language in texts:
        identity = document_id("/benchmark", name)
        elements, start = [], 0
        for paragraph in text.split("\n\n"):
            elements.append(Element("text", start, start + len(paragraph)))
            start += len(paragraph) + 2
        document = Document(text, tuple(elements), "text/plain", language)
        chunks = chunk(document, identity, embedder.count, embedder.card.max_tokens)  # names of benchmarks say nothing
        vectors = embedder.embed_documents([piece.embedding_text for piece in chunks])
        stamp = FileStamp(len(text), 1, hashlib.sha256(text.encode()).hexdigest())
        record = FileRecord(
            identity,
            name,
            "/benchmark",
            name,
            stamp,
            Outcome.INDEXED,
            media_type="text/plain",
            language=language,
            chunks=len(chunks),
        )
        library.replace(record, document, chunks, vectors)
    library.follow()


def read(path: Path) -> list[dict]:
    """The objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
