"""An answer under way, and the line of those that wait for the model.

The model writes one answer after the other, in the order in which they were asked for. A place in line is 0 for the
one being written. When the worker dies, the answer being written ends with an error; those in line keep their places
and are handed to the worker that is started next.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator
from typing import Any

from rag.errors import ModelBusyError
from rag.model.local.process import ModelProcess, Reply, WorkerDiedError
from rag.types import GenerationEnd

MAX_QUEUE = 64  # answers asked for and not yet done


class QueuedRequest:
    """A question in line, and what the worker replied to it so far. Held by the line and by the worker's process."""

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
        """Let the worker end it with what is written."""
        self._cancelled = True
        if self.process is not None and not self.over:
            self.process.cancel(self._number)

    def leave(self) -> None:
        """Out of the line, for good."""
        self.over = True
        self._line.leave(self)

    def moved(self, place: int) -> None:
        """It has another place now."""
        self.place = place
        self.events.put({"place": place})

    def _receive(self, reply: Reply | None) -> None:
        """In the thread that listens to the worker."""
        if reply is not None and "begun" in reply:
            self.begun = True
            return
        if reply is None:  # the worker died; who reads this later may have been taken up by the next one
            reply = {"lost": self.begun}
        if reply.get("lost", "piece" not in reply):
            self._line.leave(self)
        self.events.put(reply)


class RequestQueue:
    """Who waits, in order. Any thread."""

    def __init__(self, longest: int = MAX_QUEUE) -> None:
        self._longest = longest
        self._lock = threading.RLock()  # re-entrant: the collector may end a forgotten answer inside any of these
        self._waiting: list[QueuedRequest] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def join(self, ticket: QueuedRequest) -> None:
        """Take the last place. Raises ModelBusyError where the line is full."""
        with self._lock:
            if len(self._waiting) >= self._longest:
                raise ModelBusyError(
                    f"{len(self._waiting)} questions wait for the model already.", "Ask again in a minute."
                )
            self._waiting.append(ticket)
            ticket.moved(len(self._waiting) - 1)

    def leave(self, ticket: QueuedRequest) -> None:
        """Give up the place, wherever it is; nothing where there is none."""
        with self._lock:
            if ticket not in self._waiting:
                return
            self._waiting.remove(ticket)
            ticket.place = 0
            for place, each in enumerate(self._waiting):
                each.moved(place)

    def waiting(self) -> list[QueuedRequest]:
        """All in line, the one being written first."""
        with self._lock:
            return list(self._waiting)


class TokenStream(Generator[str, None, GenerationEnd]):
    """Pieces of an answer as they come; its value at the end is a :class:`GenerationEnd`.

    A generator that any thread may stop: ``cancel`` lets it end by itself with what is written so far, ``close``
    drops it, and so does forgetting it. ``on_place`` is called from within ``next`` whenever the place in line changes.
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
        """0 while it is being written, otherwise how many come before it; 0 again when it is done."""
        return self._ticket.place

    @property
    def begun(self) -> bool:
        """Whether the model has begun on it."""
        return self._ticket.begun

    def cancel(self) -> None:
        """Stop it, from any thread: it ends as ``cancelled`` with what was written."""
        self._ticket.cancel()

    def within(self, seconds: float) -> str | None:
        """The next piece, or None where none comes within so many seconds. Raises StopIteration at the end."""
        try:
            return self._next(seconds)
        except queue.Empty:
            return None

    def send(self, value: None) -> str:
        """The next piece. Raises StopIteration with the Finish, ModelError where the model failed."""
        return self._next(None)

    def throw(self, typ: Any, val: Any = None, tb: Any = None, /) -> str:
        """Stop it and raise."""
        self.close()
        return super().throw(typ, val, tb)

    def close(self) -> None:
        """Stop it and take no more of it."""
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
        """The worker is gone. What it had not begun on goes to the next one."""
        try:
            if lost and self._ticket.process is not None:
                raise self._broken(WorkerDiedError(self._ticket.process.ending))
            self._revive()
        except BaseException:
            self._ticket.leave()
            raise
