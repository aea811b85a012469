"""A generation in a thread of its own, read by the event loop, and stopped once its client has gone away.

Knows neither routes nor shapes: of HTTP only whether the client is still there.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from typing import Any

from fastapi import Request

from rag.interfaces import ChatModel, ModelCard
from rag.types import GenerationEnd, Prompt, Sampling, Turn

_CLIENT_CHECK_SECONDS = 0.25  # seconds between looks at whether the client is still there


class StoppableStream:
    """A model's answer that can be stopped from another thread, even before its first word."""

    def __init__(self) -> None:
        self._stream: Any = None
        self._model: ChatModel | None = None
        self._stopped = False

    def over(self, model: ChatModel) -> ChatModel:
        """The model, its answers watched."""
        self._model = model
        return self

    @property
    def card(self) -> ModelCard:
        """The model's card."""
        assert self._model is not None
        return self._model.card

    def encode(self, turns: Sequence[Turn]) -> tuple[int, ...]:
        """As the model does."""
        assert self._model is not None
        return self._model.encode(turns)

    def stream(self, prompt: Prompt, sampling: Sampling) -> Generator[str, None, GenerationEnd]:
        """As the model does; remembered."""
        assert self._model is not None
        return self.stream_of(self._model.stream(prompt, sampling))

    def stream_of(self, stream: Generator[str, None, GenerationEnd]) -> Generator[str, None, GenerationEnd]:
        """Remember the answer that is to be stopped."""
        self._stream = stream
        if self._stopped:
            self.stop()
        return stream

    def stop(self) -> None:
        """Stop what is being written. A stream that only its own thread can stop ends at its next piece."""
        self._stopped = True
        with suppress(AttributeError):
            self._stream.cancel()


class BackgroundStream:
    """A generator run in a thread of its own, whose items an event loop awaits. Whoever awaits may leave."""

    def __init__(self, make: Callable[[], Iterator[Any]], watched: StoppableStream, done: Callable[[], None]) -> None:
        self._items: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._watched = watched
        self._left = threading.Event()
        self._done = done
        threading.Thread(target=self._run, args=(make,), daemon=True).start()

    def leave(self) -> None:
        """Nobody listens any more: stop."""
        self._left.set()
        self._watched.stop()

    async def next(self, request: Request) -> tuple[str, Any]:
        """("item", it), ("end", the generator's value) or ("error", it); ("left", None) where the client went away."""
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
                while not self._left.is_set():
                    self._tell("item", next(items))
            except StopIteration as stop:
                value = stop.value
            finally:
                close = getattr(items, "close", None)
                if close is not None:
                    close()
            self._tell("end", value)
        except BaseException as error:
            self._tell("error", error)
        finally:
            self._done()

    def _tell(self, kind: str, item: Any) -> None:
        with suppress(RuntimeError):  # the loop is closed: the server ends
            self._loop.call_soon_threadsafe(self._items.put_nowait, (kind, item))
