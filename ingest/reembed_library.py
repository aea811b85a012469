"""Changes a library's embedder: its documents are chunked again as an ingest chunks them."""

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
    """Embed the library in ``folder`` with ``embedder``, or resume an earlier run; see ``reembed``.

    Raises LibraryBusyError where another process holds the write lock.
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
