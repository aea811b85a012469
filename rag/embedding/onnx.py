"""Runs an embedder on the processor with onnxruntime: texts to unit vectors. Does not know where models come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.embedding.graph import GRAPH_FILE
from rag.embedding.prepare import rebuild_damaged
from rag.embedding.session import open_session
from rag.embedding.tokenizers import open_tokenizer, tokenizer_files
from rag.interfaces import EmbedderCard, Vector, Vectors
from rag.priority import yield_to_answers

# Texts of like length: a batch is as long as its longest one, and four stay in the processor's cache. Of sentences and
# words more do: 120 words take .16 s rather than .27 s.
_EMBEDDING_BATCH = 4
_BATCH_TOKENS = 512  # tokens up to which a batch has more texts, padding included
_MAX_YIELD_SECONDS = 1.5  # longest pause for an answer being generated, before each portion of texts
_TEXTS_PER_YIELD = 16  # texts embedded between two such pauses


class OnnxEmbedder:
    """An embedder as a graph: token ids in, one vector per text out. Thread-safe."""

    def __init__(self, card: EmbedderCard, folder: Path, session: Any, models: Path | None = None) -> None:
        self._card = card
        self._models = models
        self._folder = folder
        self._tokenizer = open_tokenizer(folder)
        self._session = session
        self._inputs = {node.name for node in session.get_inputs()}

    @classmethod
    def open(
        cls, folder: Path, card: EmbedderCard, models: Path | None = None, *, threads: int = 0, hint: str = ""
    ) -> OnnxEmbedder:
        """Open the prepared model in ``folder``; ``models`` is the folder of the priority lock.

        Raises ModelBrokenError with that ``hint``; without one, with the advice that a deleted folder is prepared
        again.
        """
        return cls(
            card, folder, open_session(folder / GRAPH_FILE, threads, hint=hint or rebuild_damaged(folder)), models
        )

    @property
    def card(self) -> EmbedderCard:
        """Name, dimension, prefixes, and trust by language."""
        return self._card

    @property
    def tokenizer_files(self) -> tuple[Path, ...]:
        """The files that its tokenizer is opened from."""
        return tokenizer_files(self._folder)

    def count(self, text: str) -> int:
        """Return the number of tokens of the text as the model reads it, special ones included."""
        return len(self._tokenizer.encode([text])[0])

    def embed_query(self, text: str) -> Vector:
        """Return one unit vector, shape (dimension,)."""
        vector: Vector = self._run(self._rows([self._card.query_prefix + text]))[0]
        return vector

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (len(texts), dimension), in the order given.

        Yields to an answer being generated on this machine: a moment before each portion.
        """
        vectors = np.empty((len(texts), self._card.dimension), dtype=np.float32)
        rows = self._rows([self._card.document_prefix + text for text in texts])
        by_length = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        since_yield = _TEXTS_PER_YIELD
        for batch in _batches(by_length, [len(row) for row in rows]):
            if self._models is not None and since_yield >= _TEXTS_PER_YIELD:
                yield_to_answers(self._models, _MAX_YIELD_SECONDS)
                since_yield = 0
            since_yield += len(batch)
            vectors[batch] = self._run([rows[i] for i in batch])
        return vectors

    def _rows(self, texts: Sequence[str]) -> list[list[int]]:
        """Return token ids, cut to what the model reads: the last one, which closes a text, stays the last."""
        most = self._card.max_tokens
        return [row if len(row) <= most else [*row[: most - 1], row[-1]] for row in self._tokenizer.encode(texts)]

    def _run(self, rows: Sequence[list[int]]) -> Vectors:
        ids = np.full((len(rows), max(map(len, rows))), self._tokenizer.pad, np.int64)
        mask = np.zeros_like(ids)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
            mask[i, : len(row)] = 1
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        vectors = self._session.run(None, {name: feed[name] for name in self._inputs})[0]
        unit: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        return unit


def _batches(by_length: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the texts in order, four at a time, or as many short ones as have _BATCH_TOKENS together when padded."""
    batch: list[int] = []
    for each in by_length:
        if len(batch) >= _EMBEDDING_BATCH and (len(batch) + 1) * lengths[each] > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(each)
    if batch:
        yield batch
