"""Changes a library's embedder: its documents are chunked again as an ingest chunks them, in a worker."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from ingest.document_codec import Chunking
from ingest.parse import Parser
from rag.errors import LibraryError
from rag.interfaces import Embedder
from rag.library.maintenance.reembed import ReembedProgress, ReembedReport, reembed
from rag.messages import Message
from rag.types import Chunk, Document

TICK = 0.25  # seconds between two checks of whether to stop


def reembed_library(
    folder: Path,
    embedder: Embedder,
    *,
    progress: Callable[[ReembedProgress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> ReembedReport:
    """Embed the library in ``folder`` with ``embedder``, or resume an earlier run; see ``reembed``.

    Raises LibraryBusyError where another process holds the write lock, LibraryError where no worker can be started.
    """
    stopped = stop or (lambda: False)

    def split(document: Document, document_id: str, path: str) -> list[Chunk] | None:
        chunking = Chunking(document_id, path, embedder.tokenizer_files, embedder.card.max_tokens)
        parsed = parser.split(document, chunking)
        if parsed.document is None and not parsed.file_is_at_fault and not stopped():
            raise LibraryError(
                Message("{path} cannot be split into passages: {why}.", path=path, why=parsed.reason), "oaken doctor"
            )
        return None if parsed.document is None else list(parsed.chunks)

    with Parser(workers=1) as parser, _closed_when(stopped, parser):
        return reembed(folder, embedder, split, progress=progress, stop=stop)


@contextlib.contextmanager
def _closed_when(stopped: Callable[[], bool], parser: Parser) -> Iterator[None]:
    """Close the parser as soon as the run is to stop, whatever it is splitting."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(TICK):
            if stopped():
                parser.close()
                return

    watcher = threading.Thread(target=watch, name="oaken-reembed-stop", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
