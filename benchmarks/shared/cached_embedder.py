"""An embedder that keeps its vectors in a file, so that benchmarks embed each text once."""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag import factory
from rag.interfaces import Embedder, EmbedderCard, Vector, Vectors
from rag.settings import load

CACHE = Path(tempfile.gettempdir()) / "oaken-benchmarks"


def cached_embedder(folder: Path = CACHE, name: str = "") -> CachedEmbedder:
    """Return the embedder of the settings, or the named one, with its vectors cached in the folder."""
    return CachedEmbedder(factory.open_embedder(load(), name), folder / "vectors.sqlite")


class CachedEmbedder:
    """Embeds a text once, in whatever run: vectors are kept by embedder, prefix and text."""

    def __init__(self, embedder: Embedder, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._embedder = embedder
        self._held: dict[str, Vector] = {}
        self._file = sqlite3.connect(file, timeout=60, isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB)")

    @property
    def card(self) -> EmbedderCard:
        """Return the embedder's own card."""
        return self._embedder.card

    @property
    def tokenizer_files(self) -> tuple[Path, ...]:
        """Return the files of the embedder's tokenizer."""
        return self._embedder.tokenizer_files

    def count(self, text: str) -> int:
        """Return how many tokens the text has."""
        return self._embedder.count(text)

    def embed_query(self, text: str) -> Vector:
        """Embed a question, or read its vector."""
        key = self._key("query", text)
        if (known := self._known(key)) is not None:
            return known
        return self._keep(key, self._embedder.embed_query(text))

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Embed the texts whose vectors are not in the file; return those of all."""
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
