"""The parent's side of the worker: starts it, sends requests, hands each reply to the thread that waits for it.

It runs in a session of its own, so that Ctrl-C stops an answer and not the model.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import IO, Any

from rag.child_process import child_environment, exit_name, module_command

Reply = dict[str, Any]
Sink = Callable[[Reply | None], None]  # takes each reply to a request, in the reader thread; None: the worker died

_TAIL_LINES, _LINE_LENGTH = 200, 500
_END_SECONDS = 2.0  # seconds for a worker to end


class WorkerDiedError(Exception):
    """The process has ended, with this exit code (None: unknown); the message holds the last lines that it printed."""

    def __init__(self, code: int | None, tail: str) -> None:
        super().__init__(f"{'' if code is None else exit_name(code)}\n{tail}".strip())
        self.code = code


class ModelProcess:
    """A running worker. Any thread may send requests; each reply goes to the thread whose request it answers."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._lock = threading.RLock()  # re-entrant: the collector may run close() inside any of these methods
        self._waiting: dict[int, Sink] = {}
        self._last = 0
        self._dead = False
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self._popen = subprocess.Popen(
            module_command("rag.model.worker.main"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=child_environment(GGML_NO_BACKTRACE="1"),  # otherwise a failed assertion starts a debugger
            start_new_session=True,
        )
        assert self._popen.stdin and self._popen.stdout and self._popen.stderr
        self._stdin = self._popen.stdin
        self._threads = (
            threading.Thread(target=self._read_stdout, args=(self._popen.stdout,), daemon=True),
            threading.Thread(target=self._read_stderr, args=(self._popen.stderr,), daemon=True),
        )
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._popen.pid

    @property
    def alive(self) -> bool:
        """Whether it still takes requests."""
        return not self._dead

    @property
    def tail(self) -> str:
        """The last lines that it and llama.cpp printed."""
        return "\n".join(self._tail)

    def ask(self, op: str, **fields: Any) -> Reply:
        """Return the one reply to a request. Raises WorkerDiedError."""
        replies: SimpleQueue[Reply | None] = SimpleQueue()
        number = self.submit(op, fields, replies.put)
        try:
            reply = replies.get()
        finally:
            self._waiting.pop(number, None)
        if reply is None:
            raise self.died()
        return reply

    def submit(self, op: str, fields: Reply, sink: Sink) -> int:
        """Send a request whose replies go to ``sink``, the last one included; return its number.

        Raises WorkerDiedError.
        """
        with self._lock:
            self._last += 1
            number = self._last
            self._waiting[number] = sink
            try:
                self._send({"id": number, "op": op, **fields})
            except BaseException:
                self._waiting.pop(number, None)
                raise
            return number

    def cancel(self, number: int) -> None:
        """Stop a request; its last reply still comes. Does nothing once the worker has ended."""
        with contextlib.suppress(WorkerDiedError):
            self._send({"id": number, "op": "cancel"})

    def close(self) -> None:
        """End the worker, at once even in the middle of an answer. May be called again, and from any thread."""
        if os.getpid() != self._owner:  # a forked child holds a copy of this object, not of the worker
            return
        with self._lock:
            self._dead = True
            self._close_stdin()
        try:
            self._popen.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(_END_SECONDS)

    def _send(self, request: Reply) -> None:
        data = json.dumps(request).encode() + b"\n"
        with self._lock:
            if self._dead:
                raise self.died()
            try:
                self._stdin.write(data)
                self._stdin.flush()
            except OSError as error:
                self._dead = True
                raise self.died() from error

    def _read_stdout(self, stdout: IO[bytes]) -> None:
        with stdout:
            for line in stdout:
                reply = json.loads(line)
                last = "piece" not in reply and "begun" not in reply
                with self._lock:
                    number = reply["id"]
                    sink = self._waiting.pop(number, None) if last else self._waiting.get(number)
                if sink:
                    sink(reply)
        self._popen.wait()
        with self._lock:
            self._dead = True
            self._close_stdin()
            left, self._waiting = list(self._waiting.values()), {}
        for sink in left:
            sink(None)

    def _read_stderr(self, stderr: IO[bytes]) -> None:
        with stderr:
            for line in stderr:
                self._tail.append(line.decode("utf-8", "replace").rstrip()[:_LINE_LENGTH])

    def _close_stdin(self) -> None:
        with contextlib.suppress(OSError):  # buffered data cannot be delivered any more
            self._stdin.close()

    def died(self) -> WorkerDiedError:
        """Return the error that says how it ended, and the last lines that it printed."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(_END_SECONDS)  # its pipes close a moment before it ends
            self._threads[1].join(_END_SECONDS)  # its last lines are read a moment later
        return WorkerDiedError(self._popen.returncode, self.tail)
