"""The process that holds the model: ``python -m rag.model.worker.main``, driven by JSON lines on its pipes.

llama.cpp is native code whose assertions end the process, and one context must not be entered twice: so it lives here,
alone, and one thread generates. Requests are answered in the order they came, except that ``encode``, ``grammar`` and
``cancel`` are served at once. The process ends with its standard input, or with its parent.

    {"id": 1, "op": "load", "path", "context", "threads", …}   -> {"id": 1, "done": {facts}}
    {"id": 2, "op": "encode", "segments": [[text, control]]}   -> {"id": 2, "done": {"tokens"}}
    {"id": 2, "op": "grammar", "schema"}                       -> {"id": 2, "done": {"grammar"}}
    {"id": 3, "op": "generate", "tokens", "limit", "stop", "sampling"}
         -> {"id": 3, "begun": true} -> {"id": 3, "piece": "…"} … -> {"id": 3, "done": {"finish", "tokens", …}}
    {"id": 3, "op": "cancel"}                                  (no reply of its own)
    {"id": 4, "op": "measure", "prompt", "tokens"}             -> {"id": 4, "done": {seconds}}
    a request that fails                                       -> {"id": n, "error": "…"}
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections import deque
from typing import BinaryIO

from rag.model.worker.engine import NO_STATISTICS, Engine, Reply, Request

_PARENT_CHECK_SECONDS = 0.5  # seconds between checks of whether the parent still runs and how busy the machine is


class Worker:
    """Reads requests in one thread, generates in another, and queues those that wait between them."""

    def __init__(self, requests: BinaryIO, replies: BinaryIO) -> None:
        self._requests = requests
        self._replies = replies
        self._write_lock = threading.Lock()
        self._engine = Engine()
        self._queue: deque[Request] = deque()
        self._changed = threading.Condition()  # guards the queue and the id of the running request
        self._serving = 0

    def run(self) -> None:
        """Serve until the standard input ends; never returns."""
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._watch, args=(os.getppid(),), daemon=True).start()
        while True:
            with self._changed:
                self._serving = 0
                self._changed.wait_for(lambda: self._queue)
                request = self._queue.popleft()
                self._serving = request["id"]
                self._engine.halt.clear()
            self._serve(request)

    def _read(self) -> None:
        for line in self._requests:
            request = json.loads(line)
            if request["op"] in ("encode", "grammar"):
                self._serve(request)
            elif request["op"] == "cancel":
                self._cancel(request["id"])
            else:
                with self._changed:
                    self._queue.append(request)
                    self._changed.notify()
        os._exit(0)  # at once, even in the middle of an evaluation

    def _cancel(self, number: int) -> None:
        with self._changed:
            if number == self._serving:
                self._engine.halt.set()
                return
            waiting = deque(request for request in self._queue if request["id"] != number)
            dropped, self._queue = len(waiting) < len(self._queue), waiting
        if dropped:
            self._send({"id": number, "done": {**NO_STATISTICS, "finish": "cancelled"}})

    def _serve(self, request: Request) -> None:
        number = request["id"]
        try:
            if request["op"] == "load":
                self._send({"id": number, "done": self._engine.load(request)})
            elif request["op"] == "encode":
                self._send({"id": number, "done": self._engine.encode(request)})
            elif request["op"] == "grammar":
                self._send({"id": number, "done": self._engine.grammar(request)})
            elif request["op"] == "measure":
                self._send({"id": number, "done": self._engine.measure(request)})
            else:
                self._send({"id": number, "begun": True})
                for part in self._engine.generate(request):
                    self._send({"id": number, "piece" if isinstance(part, str) else "done": part})
        except ImportError as error:
            self._send({"id": number, "error": str(error), "missing": True})
        except Exception as error:
            self._send({"id": number, "error": str(error) or type(error).__name__})

    def _watch(self, parent: int) -> None:
        """End with the parent: a process forked from it may hold our input open after the parent has gone."""
        while os.getppid() == parent:
            self._engine.measure_load()
            time.sleep(_PARENT_CHECK_SECONDS)
        os._exit(0)

    def _send(self, reply: Reply) -> None:
        data = json.dumps(reply).encode() + b"\n"
        with self._write_lock:
            self._replies.write(data)
            self._replies.flush()


def main() -> None:
    """Claim the pipes: what llama.cpp prints goes to standard error and cannot garble a reply."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    try:
        Worker(requests, replies).run()
    except BrokenPipeError:  # the parent is gone
        os._exit(0)


if __name__ == "__main__":
    main()
