"""The interface of a vector index that follows the ledger."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from rag.interfaces import Vector, Vectors
from rag.library.db.ledger import Ledger
from rag.library.index.probe import IndexFindings
from rag.library.state import LedgerVersion, StateFile


class Follower(Protocol):
    """A vector index that follows the ledger: Chroma, in a folder or on a server."""

    @property
    def state(self) -> StateFile:
        """The state of the ledger that it has followed."""
        ...

    @property
    def name(self) -> str:
        """Its name in messages."""
        ...

    def present(self) -> bool:
        """Tell whether it exists."""
        ...

    def count(self) -> int:
        """Return the number of chunks it holds."""
        ...

    def search(self, vector: Vector, k: int, *, among: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Return up to k (chunk id, cosine), best first; ``among`` limits it to these documents."""
        ...

    def ids(self) -> set[str]:
        """Return the ids of all chunks that it holds."""
        ...

    def compare(self, ledger: Ledger) -> IndexFindings:
        """Return how it differs from the ledger."""
        ...

    def apply(self, document_id: str, chunk_ids: Sequence[str], vectors: Vectors) -> None:
        """Replace a document's chunks."""
        ...

    def add(self, chunk_ids: Sequence[str], document_ids: Sequence[str], vectors: Vectors) -> None:
        """Add chunks; within :meth:`writing`."""
        ...

    def writing(self, change: LedgerVersion, *, rebuild: bool = False) -> AbstractContextManager[None]:
        """Write what leads to this change; ``rebuild`` rebuilds it."""
        ...

    def close(self) -> None:
        """Close its files and connections."""
        ...
