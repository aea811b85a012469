"""Queue-position events, emitted before the first token of an answer."""

from __future__ import annotations

from collections.abc import Generator

from rag.interfaces import Queued
from rag.types import GenerationEnd, QueuePosition

_NOTICE_SECONDS = 0.2  # seconds without a piece after which a wait is reported


def with_queue_positions(
    stream: Generator[str, None, GenerationEnd],
) -> Generator[str | QueuePosition, None, GenerationEnd]:
    """Yield the pieces of a stream and, until the first comes, the position in the queue; close the stream at the end.

    Only a local model has a queue.
    """
    if not isinstance(stream, Queued):
        return (yield from stream)
    try:
        while True:
            piece = stream.next_piece(_NOTICE_SECONDS)
            yield QueuePosition(stream.position) if piece is None else piece
    except StopIteration as stop:
        finish: GenerationEnd = stop.value
        return finish
    finally:
        stream.close()
