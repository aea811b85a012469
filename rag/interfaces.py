"""The seams: small Protocols behind which an implementation can be exchanged. No behaviour here."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from rag.types import GenerationEnd, Prompt, Sampling, Turn

MANY = "mul"  # ISO 639-2 for "multiple languages"
Vector = NDArray[np.float32]  # shape (dimension,), unit length
Vectors = NDArray[np.float32]  # shape (n, dimension), each row of unit length


@dataclass(frozen=True, slots=True)
class EmbedderCard:
    """What a library remembers of the embedder that made its vectors."""

    name: str
    dimension: int
    max_tokens: int
    query_prefix: str = ""
    document_prefix: str = ""
    # How far its similarity can be trusted, by language (ISO 639-1 -> 0 to 1); "" is any other language.
    trust: Mapping[str, float] = field(default_factory=dict)
    floor: float = 0.0  # similarity below which texts have nothing to do with each other
    # Mean and standard deviation of the similarity of a question and a text that has nothing to do with it.
    unrelated: tuple[float, float] = (0.05, 0.08)
    across: float | None = None  # that mean where the two are in different languages; None: the same

    def nearness(self, similarity: float) -> float:
        """Cosine similarity as 0 (nothing to do with each other) to 1 (the same)."""
        return max(0.0, (similarity - self.floor) / (1.0 - self.floor))

    def expected(self, *, across: bool) -> float:
        """Mean similarity of a question and an unrelated text, in the same language or ``across`` two."""
        return self.across if across and self.across is not None else self.unrelated[0]

    def relatedness(self, similarity: float) -> float:
        """Cosine similarity as 0 (what unrelated texts have) to 1 (the same); comparable between embedders."""
        mean, _ = self.unrelated
        return (similarity - mean) / (1.0 - mean)

    def trust_in(self, language: str) -> float:
        """0 to 1: how far similarity in this language can be trusted."""
        return self.trust.get(language, self.trust.get("", 0.0))


class Embedder(Protocol):
    """Turns text into unit vectors. Two methods, never a mode: calls from several threads may interleave."""

    @property
    def card(self) -> EmbedderCard: ...

    def count(self, text: str) -> int:
        """Number of tokens of ``text``, the special ones that the model adds included."""
        ...

    def embed_query(self, text: str) -> Vector: ...

    def embed_documents(self, texts: Sequence[str]) -> Vectors: ...


class Reranker(Protocol):
    """Reads question and text together, and says how well the one answers the other."""

    @property
    def name(self) -> str: ...

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """0 to 1 for each text."""
        ...


@dataclass(frozen=True, slots=True)
class SpanScores:
    """Where in a sentence the words that answer may begin and end. ``begins[0]`` and ``ends[0]`` say that it does not
    answer; the others belong to the units in order."""

    units: tuple[tuple[int, int], ...]  # words and signs, as characters of the sentence
    begins: NDArray[np.float32]  # shape (1 + units,), log-odds
    ends: NDArray[np.float32]


class SpanReader(Protocol):
    """Reads a question and sentences together, and says where in each the few words that answer begin and end."""

    def read(self, question: str, sentences: Sequence[str]) -> list[SpanScores]:
        """What it says of each sentence, in the order given."""
        ...


class VectorIndex(Protocol):
    """Finds chunks near a vector. Follows the ledger; may always be rebuilt from it."""

    def search(self, vector: Vector, k: int) -> list[tuple[str, float]]:
        """Up to k (chunk id, cosine similarity), best first."""
        ...

    def apply(self, document_id: str, chunk_ids: Sequence[str], vectors: Vectors) -> None:
        """Make the index hold exactly these chunks of the document (none: forget it)."""
        ...

    def ids(self) -> set[str]:
        """The ids of all chunks held."""
        ...


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of a chat model."""

    name: str
    family: str  # prompt family, a key of rag.model.prompting.families.FAMILIES
    window: int  # context length in tokens
    path: str = ""
    languages: tuple[str, ...] = ()  # ISO 639-1, as its maker says; MANY beside them: and others; () is not known
    few_shot: bool = False  # a base model: it is shown examples, for it follows no instruction

    def writes(self, language: str) -> bool:
        """Whether it may be asked to write this language: it is said to, or nothing is said."""
        return not self.languages or language in self.languages or MANY in self.languages


class ChatModel(Protocol):
    """Writes text after a conversation."""

    @property
    def card(self) -> ModelCard: ...

    def encode(self, turns: Sequence[Turn]) -> tuple[int, ...]:
        """The token list for these turns and the opening of the assistant's: scaffolding as control tokens, texts
        as plain text whatever they contain."""
        ...

    def stream(self, prompt: Prompt, sampling: Sampling) -> Generator[str, None, GenerationEnd]:
        """Pieces of the answer, whole characters, as they come. Closing the generator stops the model. A model that
        cannot be held to ``prompt.verbatim`` writes freely."""
        ...


@runtime_checkable
class Queued(Protocol):
    """An answer that others may come before."""

    @property
    def place(self) -> int:
        """How many come before it."""
        ...

    def within(self, seconds: float) -> str | None:
        """The next piece, or None where none comes in time."""
        ...
