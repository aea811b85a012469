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

    def __init__(self, fields: Reply, line: RequestQueue) -> None:
        self.events: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        self.place = 0
        self.begun = self.over = False
        self.process: ModelProcess | None = None
        self._fields = fields
        self._line = line
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
        self._line.leave(self)

    def moved(self, place: int) -> None:
        """Report a new position."""
        self.place = place
        self.events.put({"place": place})

    def _receive(self, reply: Reply | None) -> None:
        """Take a reply; runs in the thread that reads from the worker."""
        if reply is not None and "begun" in reply:
            self.begun = True
            return
        if reply is None:  # the worker died; by the time this is read, the next worker may have taken it
            reply = {"lost": self.begun}
        if reply.get("lost", "piece" not in reply):
            self._line.leave(self)
        self.events.put(reply)


class RequestQueue:
    """The requests in order. Thread-safe."""

    def __init__(self, longest: int = MAX_QUEUE) -> None:
        self._longest = longest
        self._lock = threading.RLock()  # re-entrant: the collector may end a forgotten answer inside any of these
        self._waiting: list[QueuedRequest] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def join(self, ticket: QueuedRequest) -> None:
        """Join the end of the queue. Raises ModelBusyError where it is full."""
        with self._lock:
            if len(self._waiting) >= self._longest:
                raise ModelBusyError(
                    Message("{number} questions wait for the model already.", number=len(self._waiting)),
                    Message("Ask again in a minute."),
                )
            self._waiting.append(ticket)
            ticket.moved(len(self._waiting) - 1)

    def leave(self, ticket: QueuedRequest) -> None:
        """Leave the queue, wherever it stands; does nothing for a request that is not in it."""
        with self._lock:
            if ticket not in self._waiting:
                return
            self._waiting.remove(ticket)
            ticket.place = 0
            for place, each in enumerate(self._waiting):
                each.moved(place)

    def waiting(self) -> list[QueuedRequest]:
        """Return all requests in the queue, the running one first."""
        with self._lock:
            return list(self._waiting)


class TokenStream(Generator[str, None, GenerationEnd]):
    """Pieces of an answer as they come; its value at the end is a :class:`GenerationEnd`.

    A generator that any thread may stop: ``cancel`` lets it end by itself with what is written so far, ``close`` drops
    it, and so does garbage collection. ``on_place`` is called from within ``next`` whenever the queue position changes.
    """

    def __init__(
        self,
        ticket: QueuedRequest,
        revive: Callable[[], object],
        broken: Callable[[WorkerDiedError], Exception],
        finish: Callable[[Reply], GenerationEnd],
        on_place: Callable[[int], None] | None,
    ) -> None:
        self._ticket = ticket
        self._revive = revive
        self._broken = broken
        self._finish = finish
        self._on_place = on_place

    @property
    def place(self) -> int:
        """Its queue position: 0 while it is generated, otherwise how many come before it; 0 again when it is done."""
        return self._ticket.place

    @property
    def begun(self) -> bool:
        """Whether the model has begun on it."""
        return self._ticket.begun

    def cancel(self) -> None:
        """Stop it, from any thread: it ends as ``cancelled`` with what was written."""
        self._ticket.cancel()

    def within(self, seconds: float) -> str | None:
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
        if not self._ticket.over:
            self._ticket.cancel()
            self._ticket.leave()

    def __del__(self) -> None:
        self.close()

    def _next(self, seconds: float | None) -> str:
        while not self._ticket.over:
            event = self._ticket.events.get(timeout=seconds)
            if "lost" in event:
                self._died(event["lost"])
            elif "place" in event:
                if self._on_place is not None:
                    self._on_place(event["place"])
            elif "piece" in event:
                piece: str = event["piece"]
                return piece
            else:
                self._ticket.leave()
                raise StopIteration(self._finish(event))
        raise StopIteration

    def _died(self, lost: bool) -> None:
        """Handle the worker's death: what it had not begun on goes to the next worker."""
        try:
            if lost and self._ticket.process is not None:
                raise self._broken(self._ticket.process.died())
            self._revive()
        except BaseException:
            self._ticket.leave()
            raise
