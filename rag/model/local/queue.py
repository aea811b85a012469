"""The queue of requests for the model, and the answer being generated.

The model writes one answer after the other, in order of request. Position 0 is the one being generated. When the worker
dies, that one ends with an error; the waiting ones keep their positions and are handed to the next worker.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator
from typing import Any

from rag.errors import ModelBusyError
from rag.messages import Message
from rag.model.local.process import ModelProcess, Reply, WorkerDiedError
from rag.types import GenerationEnd

MAX_QUEUE = 64  # requests not yet done


class QueuedRequest:
    """A request in the queue, and the worker's replies so far. Held by the queue and by the worker's process."""

    def __init__(self, fields: Reply, requests: RequestQueue) -> None:
        self.events: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        self.position = 0
        self.begun = self.over = False
        self.process: ModelProcess | None = None
        self._fields = fields
        self._queue = requests
        self._number = 0
        self._cancelled = False

    def submit(self, process: ModelProcess) -> None:
        """Hand it to a worker, unless one has begun on it or this one has it. Raises WorkerDiedError."""
        if self.begun or self.over or self.process is process:
            return
        self.process = process
        self._number = process.submit("generate", self._fields, self._receive)
        if self._cancelled:
            process.cancel(self._number)

    def cancel(self) -> None:
        """Ask the worker to end it with what is written."""
        self._cancelled = True
        if self.process is not None and not self.over:
            self.process.cancel(self._number)

    def leave(self) -> None:
        """Leave the queue for good."""
        self.over = True
        self._queue.leave(self)

    def set_position(self, position: int) -> None:
        """Report a new position."""
        self.position = position
        self.events.put({"place": position})

    def _receive(self, reply: Reply | None) -> None:
        """Take a reply; runs in the thread that reads from the worker."""
        if reply is not None and "begun" in reply:
            self.begun = True
            return
        if reply is None:  # the worker died; by the time this is read, the next worker may have taken it
            reply = {"lost": self.begun}
        if reply.get("lost", "piece" not in reply):
            self._queue.leave(self)
        self.events.put(reply)


class RequestQueue:
    """The requests in order. Thread-safe."""

    def __init__(self, max_length: int = MAX_QUEUE) -> None:
        self._max_length = max_length
        self._lock = threading.RLock()  # re-entrant: the collector may end a forgotten answer inside any of these
        self._waiting: list[QueuedRequest] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def join(self, request: QueuedRequest) -> None:
        """Join the end of the queue. Raises ModelBusyError where it is full."""
        with self._lock:
            if len(self._waiting) >= self._max_length:
                raise ModelBusyError(
                    Message("{number} questions are already waiting for the model.", number=len(self._waiting)),
                    Message("Ask again in a minute."),
                )
            self._waiting.append(request)
            request.set_position(len(self._waiting) - 1)

    def leave(self, request: QueuedRequest) -> None:
        """Leave the queue, wherever it stands; does nothing for a request that is not in it."""
        with self._lock:
            if request not in self._waiting:
                return
            self._waiting.remove(request)
            request.position = 0
            for position, each in enumerate(self._waiting):
                each.set_position(position)

    def waiting(self) -> list[QueuedRequest]:
        """Return all requests in the queue, the running one first."""
        with self._lock:
            return list(self._waiting)


class TokenStream(Generator[str, None, GenerationEnd]):
    """Pieces of an answer as they come; its value at the end is a :class:`GenerationEnd`.

    A generator that any thread may stop: ``cancel`` lets it end by itself with what is written so far, ``close`` drops
    it, and so does garbage collection. ``on_position`` is called from within ``next`` whenever the queue position
    changes.
    """

    def __init__(
        self,
        request: QueuedRequest,
        restart: Callable[[], object],
        make_error: Callable[[WorkerDiedError], Exception],
        make_end: Callable[[Reply], GenerationEnd],
        on_position: Callable[[int], None] | None,
    ) -> None:
        self._request = request
        self._restart = restart
        self._make_error = make_error
        self._make_end = make_end
        self._on_position = on_position

    @property
    def position(self) -> int:
        """Its queue position: 0 while it is generated, otherwise how many come before it; 0 again when it is done."""
        return self._request.position

    @property
    def begun(self) -> bool:
        """Whether the model has begun on it."""
        return self._request.begun

    def cancel(self) -> None:
        """Stop it, from any thread: it ends as ``cancelled`` with what was written."""
        self._request.cancel()

    def next_piece(self, seconds: float) -> str | None:
        """Return the next piece, or None after so many seconds without one. Raises StopIteration at the end."""
        try:
            return self._next(seconds)
        except queue.Empty:
            return None

    def send(self, value: None) -> str:
        """Return the next piece. Raises StopIteration with the GenerationEnd, ModelError where the model failed."""
        return self._next(None)

    def throw(self, typ: Any, val: Any = None, tb: Any = None, /) -> str:
        """Stop it and raise."""
        self.close()
        return super().throw(typ, val, tb)

    def close(self) -> None:
        """Stop it and discard the rest."""
        if not self._request.over:
            self._request.cancel()
            self._request.leave()

    def __del__(self) -> None:
        self.close()

    def _next(self, seconds: float | None) -> str:
        while not self._request.over:
            event = self._request.events.get(timeout=seconds)
            if "lost" in event:
                self._died(event["lost"])
            elif "place" in event:
                if self._on_position is not None:
                    self._on_position(event["place"])
            elif "piece" in event:
                piece: str = event["piece"]
                return piece
            else:
                self._request.leave()
                raise StopIteration(self._make_end(event))
        raise StopIteration

    def _died(self, lost: bool) -> None:
        """Handle the worker's death: what it had not begun on goes to the next worker."""
        try:
            if lost and self._request.process is not None:
                raise self._make_error(self._request.process.died())
            self._restart()
        except BaseException:
            self._request.leave()
            raise
