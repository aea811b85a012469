"""What to tell of while an answer has not begun."""

from __future__ import annotations

from collections.abc import Generator

from rag.interfaces import Queued
from rag.types import GenerationEnd, QueuePosition

_NOTICE_SECONDS = 0.2  # seconds without a piece after which a wait is told of


def with_queue_positions(
    stream: Generator[str, None, GenerationEnd],
) -> Generator[str | QueuePosition, None, GenerationEnd]:
    """The pieces of a stream, and as long as none comes, the place in line; only a local model has one. Closes it."""
    if not isinstance(stream, Queued):
        return (yield from stream)
    try:
        while True:
            piece = stream.within(_NOTICE_SECONDS)
            yield QueuePosition(stream.place) if piece is None else piece
    except StopIteration as stop:
        finish: GenerationEnd = stop.value
        return finish
    finally:
        stream.close()
