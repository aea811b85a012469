"""The parent's side of the worker: starts it, sends requests, hands each reply to the one who waits for it.

A plain child process, not ``multiprocessing``: that would import a notebook's or a Streamlit page's ``__main__``
again. It runs in a session of its own, so that Ctrl-C stops an answer and not the model.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

Reply = dict[str, Any]

_TAIL_LINES, _LINE_LENGTH = 200, 500
_PATIENCE = 2.0  # seconds that an ending worker gets


class WorkerDied(Exception):
    """The process is gone; the message is how it ended and the last of what it printed."""


class Process:
    """A running worker. Any thread may send requests; each reply goes to the thread whose request it answers."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._lock = threading.RLock()  # re-entrant: the collector may run close() inside any of these methods
        self._waiting: dict[int, SimpleQueue[Reply | None]] = {}
        self._last = 0
        self._dead = False
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self._popen = subprocess.Popen(
            # -P: the folder one happens to stand in is no place to import from …
            [sys.executable, "-P", "-m", "rag.model.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # … but what this process can import, the worker can.
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path),
                "GGML_NO_BACKTRACE": "1",  # otherwise a failed assertion starts a debugger
            },
            start_new_session=True,
        )
        assert self._popen.stdin and self._popen.stdout and self._popen.stderr
        self._stdin = self._popen.stdin
        self._threads = (
            threading.Thread(target=self._listen, args=(self._popen.stdout,), daemon=True),
            threading.Thread(target=self._overhear, args=(self._popen.stderr,), daemon=True),
        )
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._popen.pid

    @property
    def alive(self) -> bool:
        """Whether it takes requests still."""
        return not self._dead

    @property
    def tail(self) -> str:
        """The last lines that it and llama.cpp printed."""
        return "\n".join(self._tail)

    def ask(self, op: str, **fields: Any) -> Reply:
        """The one reply to a request. Raises WorkerDied."""
        with Request(self, op, fields) as replies:
            return next(replies)

    def close(self) -> None:
        """Ends the worker, at once even in the middle of an answer. May be called again, and from any thread."""
        if os.getpid() != self._owner:  # a forked child holds a copy of this object, not of the worker
            return
        with self._lock:
            self._dead = True
            self._close_stdin()
        try:
            self._popen.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(_PATIENCE)

    def _send(self, request: Reply) -> None:
        data = json.dumps(request).encode() + b"\n"
        with self._lock:
            if self._dead:
                raise WorkerDied(self._ending())
            try:
                self._stdin.write(data)
                self._stdin.flush()
            except OSError as error:
                raise WorkerDied(self._ending()) from error

    def _listen(self, stdout: IO[bytes]) -> None:
        with stdout:
            for line in stdout:
                reply = json.loads(line)
                with self._lock:
                    queue = self._waiting.get(reply["id"])
                if queue:
                    queue.put(reply)
        self._popen.wait()
        with self._lock:
            self._dead = True
            self._close_stdin()
            for queue in self._waiting.values():
                queue.put(None)

    def _overhear(self, stderr: IO[bytes]) -> None:
        with stderr:
            for line in stderr:
                self._tail.append(line.decode("utf-8", "replace").rstrip()[:_LINE_LENGTH])

    def _close_stdin(self) -> None:
        with contextlib.suppress(OSError):  # what was buffered cannot be delivered any more
            self._stdin.close()

    def _ending(self) -> str:
        code = self._popen.poll()
        how = "" if code is None else f"signal {-code}" if code < 0 else f"exit code {code}"
        return f"{how}\n{self.tail}".strip()


class Request:
    """A request under way: iterate for its replies; leaving the ``with`` before the last one cancels it."""

    def __init__(self, process: Process, op: str, fields: Reply) -> None:
        self._process = process
        self._message = {"op": op, **fields}
        self._queue: SimpleQueue[Reply | None] = SimpleQueue()
        self._number = 0
        self._finished = False

    def __enter__(self) -> Iterator[Reply]:
        process = self._process
        with process._lock:
            process._last += 1
            self._number = process._last
            process._waiting[self._number] = self._queue
        try:
            process._send({"id": self._number, **self._message})
        except BaseException:
            process._waiting.pop(self._number, None)
            raise
        return self._replies()

    def __exit__(self, *_: object) -> None:
        self._process._waiting.pop(self._number, None)
        if not self._finished:
            try:
                self._process._send({"id": self._number, "op": "cancel"})
            except WorkerDied:
                self._finished = True

    def _replies(self) -> Iterator[Reply]:
        while not self._finished:
            reply = self._queue.get()
            if reply is None:
                self._finished = True
                raise WorkerDied(self._process._ending())
            self._finished = "piece" not in reply
            yield reply
