"""Protocols behind which an implementation can be exchanged. No behaviour here."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from rag.types import GenerationEnd, Prompt, Sampling, Turn

MANY = "mul"  # ISO 639-2 for "multiple languages"
Vector = NDArray[np.float32]  # shape (dimension,), unit length
Vectors = NDArray[np.float32]  # shape (n, dimension), each row of unit length


@dataclass(frozen=True, slots=True)
class EmbedderCard:
    """A library's description of the embedder that made its vectors."""

    name: str
    dimension: int
    max_tokens: int
    query_prefix: str = ""
    document_prefix: str = ""
    # How far its similarity can be trusted, by language (ISO 639-1 -> 0 to 1); "" is any other language.
    trust_by_language: Mapping[str, float] = field(default_factory=dict)
    floor: float = 0.0  # similarity below which texts are unrelated
    # Mean and standard deviation of the similarity of a question and an unrelated text.
    unrelated: tuple[float, float] = (0.05, 0.08)
    across: float | None = None  # that mean where the two are in different languages; None: the same

    def normalized_similarity(self, similarity: float) -> float:
        """Return a cosine similarity as 0 (unrelated) to 1 (the same)."""
        return max(0.0, (similarity - self.floor) / (1.0 - self.floor))

    def unrelated_mean(self, *, cross_language: bool) -> float:
        """Return the mean similarity of a question and an unrelated text, in one language or ``cross_language``."""
        return self.across if cross_language and self.across is not None else self.unrelated[0]

    def relatedness(self, similarity: float) -> float:
        """Return a cosine similarity as 0 (unrelated texts' mean) to 1 (the same); comparable between embedders."""
        mean, _ = self.unrelated
        return (similarity - mean) / (1.0 - mean)

    def language_trust(self, language: str) -> float:
        """Return 0 to 1: how far similarity in this language can be trusted."""
        return self.trust_by_language.get(language, self.trust_by_language.get("", 0.0))


@dataclass(frozen=True, slots=True)
class PendingVectors:
    """The documents that wait for vectors."""

    documents: frozenset[str] = frozenset()
    chunks: int = 0  # in all of them: none is found by its vector before all are
    texts: int = 0  # different texts without a vector


@dataclass(frozen=True, slots=True)
class PendingTexts:
    """What the embedder is to read next, and a document that it is of."""

    texts: Mapping[str, str] = field(default_factory=dict)  # by text hash
    source: str = ""


class Embedder(Protocol):
    """Turns text into unit vectors. Two methods, never a mode: calls from several threads may interleave."""

    @property
    def card(self) -> EmbedderCard: ...

    @property
    def tokenizer_files(self) -> tuple[Path, ...]:
        """The files of a tokenizer that counts as ``count`` does, whatever process opens copies of them."""
        ...

    def count(self, text: str) -> int:
        """Return the number of tokens of ``text``, with the special ones that the model adds."""
        ...

    def embed_query(self, text: str) -> Vector: ...

    def embed_documents(self, texts: Sequence[str]) -> Vectors: ...


class Reranker(Protocol):
    """Reads question and text together, and scores how well the text answers."""

    @property
    def name(self) -> str: ...

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return 0 to 1 for each text."""
        ...


@dataclass(frozen=True, slots=True)
class SpanScores:
    """Scores of where in a sentence the short answer begins and ends.

    ``begins[0]`` and ``ends[0]`` are the scores that it does not answer; the others belong to the units in order.
    """

    units: tuple[tuple[int, int], ...]  # words and signs, as characters of the sentence
    begins: NDArray[np.float32]  # shape (1 + units,), log-odds
    ends: NDArray[np.float32]


class SpanReader(Protocol):
    """Reads a question and sentences together, and scores where in each the short answer begins and ends."""

    def read(self, question: str, sentences: Sequence[str]) -> list[SpanScores]:
        """Return the scores of each sentence, in the order given."""
        ...


class VectorIndex(Protocol):
    """Finds chunks near a vector. Follows the ledger; may always be rebuilt from it."""

    def search(self, vector: Vector, k: int) -> list[tuple[str, float]]:
        """Return up to k (chunk id, cosine similarity), best first."""
        ...

    def apply(self, document_id: str, chunk_ids: Sequence[str], vectors: Vectors) -> None:
        """Make the index hold exactly these chunks of the document (none: remove it)."""
        ...

    def ids(self) -> set[str]:
        """Return the ids of all chunks held."""
        ...


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The description of a chat model."""

    name: str
    family: str  # prompt family, a key of rag.model.prompting.families.FAMILIES
    window: int  # context length in tokens
    path: str = ""
    languages: tuple[str, ...] = ()  # ISO 639-1, as its maker says; MANY beside them: and others; () is not known
    few_shot: bool = False  # a base model: it follows examples, not instructions

    def writes(self, language: str) -> bool:
        """Tell whether it may be asked to write this language: its languages include it, or are unknown."""
        return not self.languages or language in self.languages or MANY in self.languages


class ChatModel(Protocol):
    """Writes text after a conversation."""

    @property
    def card(self) -> ModelCard: ...

    def encode(self, turns: Sequence[Turn]) -> tuple[int, ...]:
        """Return the tokens of these turns and the opening of the assistant's.

        The scaffolding becomes control tokens, texts plain text whatever they contain.
        """
        ...

    def stream(self, prompt: Prompt, sampling: Sampling) -> Generator[str, None, GenerationEnd]:
        """Yield pieces of the answer, whole characters, as they come.

        Closing the generator stops the model. A model without constrained decoding ignores ``prompt.verbatim``.
        """
        ...


@runtime_checkable
class Queued(Protocol):
    """An answer in a queue."""

    @property
    def position(self) -> int:
        """The number of answers before it."""
        ...

    def next_piece(self, seconds: float) -> str | None:
        """Return the next piece, or None where none comes in time."""
        ...
