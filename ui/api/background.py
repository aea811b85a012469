"""Run a generation in its own thread, read by the event loop and stopped once its client has disconnected.

Knows neither routes nor shapes: of HTTP only whether the client is still connected.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from typing import Any

from fastapi import Request

from rag.interfaces import ChatModel, ModelCard, Queued
from rag.types import GenerationEnd, Prompt, Sampling, Turn

_CLIENT_CHECK_SECONDS = 0.25  # seconds between checks of whether the client is still connected


class StoppableStream:
    """A model's answer that can be stopped from another thread, even before its first token."""

    def __init__(self) -> None:
        self._stream: Any = None
        self._model: ChatModel | None = None
        self._stopped = False
        self._counts: list[_CountedStream] = []

    @property
    def tokens(self) -> int:
        """How many tokens were written, in all streams."""
        return sum(each.tokens for each in self._counts)

    def watch(self, model: ChatModel) -> ChatModel:
        """Wrap the model, so that its answers are watched."""
        self._model = model
        return self

    @property
    def card(self) -> ModelCard:
        """The model's card."""
        assert self._model is not None
        return self._model.card

    def encode(self, turns: Sequence[Turn]) -> tuple[int, ...]:
        """Encode as the model does."""
        assert self._model is not None
        return self._model.encode(turns)

    def stream(self, prompt: Prompt, sampling: Sampling) -> Generator[str, None, GenerationEnd]:
        """Stream as the model does; the stream is remembered."""
        assert self._model is not None
        return self.stream_of(self._model.stream(prompt, sampling))

    def stream_of(self, stream: Generator[str, None, GenerationEnd]) -> Generator[str, None, GenerationEnd]:
        """Remember the stream to be stopped."""
        self._stream = stream
        if self._stopped:
            self.stop()
        counted = _CountedQueuedStream(stream) if isinstance(stream, Queued) else _CountedStream(stream)
        self._counts.append(counted)
        return counted

    def stop(self) -> None:
        """Stop the generation. A stream that only its own thread can stop ends at its next piece."""
        self._stopped = True
        with suppress(AttributeError):
            self._stream.cancel()


class _CountedStream(Generator[str, None, GenerationEnd]):
    """A model's stream, passed through, that counts its tokens; one that is closed early counts its pieces."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.tokens = 0

    def send(self, value: None) -> str:
        """Return the next piece."""
        return str(self._counted(lambda: next(self._stream)))

    def throw(self, typ: Any, val: Any = None, tb: Any = None, /) -> str:
        """Raise within the stream."""
        return str(self._stream.throw(typ, val, tb))

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()

    def _counted(self, advance: Callable[[], str | None]) -> str | None:
        try:
            piece = advance()
        except StopIteration as stop:
            self.tokens = getattr(stop.value, "tokens", 0) or self.tokens
            raise
        self.tokens += piece is not None
        return piece


class _CountedQueuedStream(_CountedStream):
    """A stream that can be asked for its place in a queue."""

    @property
    def position(self) -> int:
        """The number of answers before it."""
        return int(self._stream.position)

    def next_piece(self, seconds: float) -> str | None:
        """Return the next piece, or None where none comes in time."""
        return self._counted(lambda: self._stream.next_piece(seconds))


class BackgroundStream:
    """A generator run in a thread of its own, whose items an event loop awaits. The consumer may leave."""

    def __init__(self, make: Callable[[], Iterator[Any]], watched: StoppableStream, done: Callable[[], None]) -> None:
        self._items: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._watched = watched
        self._client_left = threading.Event()
        self._done = done
        threading.Thread(target=self._run, args=(make,), daemon=True).start()

    def leave(self) -> None:
        """Stop: nobody listens any more."""
        self._client_left.set()
        self._watched.stop()

    async def next(self, request: Request) -> tuple[str, Any]:
        """Return ("item", it), ("end", the generator's value) or ("error", it); ("left", None) for a lost client."""
        while True:
            try:
                return await asyncio.wait_for(self._items.get(), _CLIENT_CHECK_SECONDS)
            except TimeoutError:
                if await request.is_disconnected():
                    self.leave()
                    return "left", None

    def _run(self, make: Callable[[], Iterator[Any]]) -> None:
        try:
            items = make()
            value = None
            try:
                while not self._client_left.is_set():
                    self._put("item", next(items))
            except StopIteration as stop:
                value = stop.value
            finally:
                close = getattr(items, "close", None)
                if close is not None:
                    close()
            self._put("end", value)
        except BaseException as error:
            self._put("error", error)
        finally:
            self._done()

    def _put(self, kind: str, item: Any) -> None:
        with suppress(RuntimeError):  # the loop is closed: the server ends
            self._loop.call_soon_threadsafe(self._items.put_nowait, (kind, item))
