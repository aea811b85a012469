"""Gives a library another embedder: its documents are cut again as an ingest cuts them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ingest.chunk import chunk
from rag.interfaces import Embedder
from rag.library.maintenance.reembed import ReembedProgress, ReembedReport, reembed


def reembed_library(
    folder: Path,
    embedder: Embedder,
    *,
    progress: Callable[[ReembedProgress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> ReembedReport:
    """Embed the library in ``folder`` with ``embedder``, or go on where an earlier run stopped; see ``reembed``.

    Raises LibraryBusyError where another process fills the library.
    """
    return reembed(
        folder,
        embedder,
        lambda document, document_id, path: chunk(
            document, document_id, embedder.count, embedder.card.max_tokens, path
        ),
        progress=progress,
        stop=stop,
    )
