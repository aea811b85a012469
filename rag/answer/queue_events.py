"""What to tell of while an answer has not begun."""

from __future__ import annotations

from collections.abc import Generator

from rag.interfaces import InLine
from rag.types import Finish, Waiting

_LOOK = 0.2  # seconds without a piece after which a wait is told of


def with_waits(stream: Generator[str, None, Finish]) -> Generator[str | Waiting, None, Finish]:
    """The pieces of a stream, and as long as none comes, the place in line; only a local model has one. Closes it."""
    if not isinstance(stream, InLine):
        return (yield from stream)
    try:
        while True:
            piece = stream.within(_LOOK)
            yield Waiting(stream.place) if piece is None else piece
    except StopIteration as stop:
        finish: Finish = stop.value
        return finish
    finally:
        stream.close()
