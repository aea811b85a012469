"""File -> Document, in a worker process that may be slow, swell, crash or hang without harm to the run.

Decides here only what needs no reading: whether there is a reader, and whether the file is too large.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import ingest
from ingest.offline import SILENCE
from ingest.readers import reader_of
from rag.types import Document, Element, Outcome

TIME_LIMIT = 120.0  # seconds for one file
LARGEST = 512 * 2**20  # bytes of a file
LONGEST_ANSWER = 512 * 2**20  # bytes
RECYCLED_AFTER = 100  # files; libraries leak


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file gave: a document, or an outcome and the reason in plain words."""

    document: Document | None
    outcome: Outcome
    reason: str = ""


class Parser:
    """Reads files in a worker process, started when the first file needs it. Use as a context manager."""

    def __init__(self, time_limit: float = TIME_LIMIT, command: tuple[str, ...] = ()) -> None:
        self._time_limit = time_limit
        self._command = command or (sys.executable, "-m", "ingest.worker")
        self._worker: subprocess.Popen[bytes] | None = None
        self._files = 0
        self._closed = False
        self._lock = threading.Lock()  # one thread reads, another may close

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def worker_id(self) -> int | None:
        """Process id of the worker, or None while none is needed."""
        return self._worker.pid if self._worker else None

    def parse(self, path: Path) -> Parsed:
        """The document in the file at ``path``; every failure is an outcome with a reason, never an exception."""
        if reader_of(path) is None:
            name = f"{path.suffix.lower()} files" if path.suffix else "files without a suffix"
            return Parsed(None, Outcome.UNSUPPORTED, f"Oaken does not read {name} yet")
        try:
            size = path.stat().st_size
        except OSError as error:
            return _failed((error.strerror or type(error).__name__).lower())
        if size > LARGEST:
            return Parsed(None, Outcome.TOO_LARGE, f"{size // 2**20:,} MB; {LARGEST // 2**20} MB is the most")
        if self._files >= RECYCLED_AFTER:
            self._kill()
        try:
            return self._ask(path)
        except OSError as error:
            self._kill()
            return _failed(f"the reader could not be started: {(error.strerror or '').lower()}")

    def close(self) -> None:
        """End the worker, whatever it is doing, for good."""
        with self._lock:
            self._closed = True
        self._kill()

    def _ask(self, path: Path) -> Parsed:
        with self._lock:
            if self._closed:
                return _failed("the run was stopped")
            if self._worker is not None and self._worker.poll() is not None:  # killed while it waited
                _end(self._worker)
                self._worker = None
            worker = self._worker = self._worker or self._start()
        assert worker.stdin is not None and worker.stdout is not None
        self._files += 1
        late = threading.Event()

        def stop() -> None:
            late.set()
            _signal(worker)

        timer = threading.Timer(self._time_limit, stop)
        timer.daemon = True
        timer.start()
        try:
            worker.stdin.write(json.dumps({"path": os.path.abspath(path)}).encode("ascii") + b"\n")  # noqa: PTH100
            worker.stdin.flush()
            line = worker.stdout.readline(LONGEST_ANSWER)
        except (BrokenPipeError, ValueError):  # it died, or the run was stopped, before it answered
            line = b""
        finally:
            timer.cancel()
        if late.is_set():
            self._kill()
            return _failed(f"it took longer than {self._time_limit:g} seconds to read")
        if not line.endswith(b"\n"):
            code = _code(worker)
            self._kill()
            if line:
                return Parsed(None, Outcome.TOO_LARGE, "it holds more text than one document may")
            return _failed(_death(code))
        return _parsed(json.loads(line))

    def _start(self) -> subprocess.Popen[bytes]:
        home = str(Path(ingest.__file__).parent.parent)
        search = os.pathsep.join(part for part in (home, os.environ.get("PYTHONPATH", "")) if part)
        return subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl+C is for the run; and whatever the worker starts dies with it
            env={**os.environ, **SILENCE, "PYTHONPATH": search, "PYTHONWARNINGS": "ignore"},
        )

    def _kill(self) -> None:
        with self._lock:
            worker, self._worker, self._files = self._worker, None, 0
        if worker is not None:
            _end(worker)


def _code(worker: subprocess.Popen[bytes]) -> int | None:
    """What a worker that closed its pipe ended with; None if it lives on."""
    try:
        return worker.wait(1.0)
    except subprocess.TimeoutExpired:
        return None


def _end(worker: subprocess.Popen[bytes]) -> None:
    _signal(worker)
    worker.wait()
    for pipe in (worker.stdin, worker.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError, ValueError):
                pipe.close()


def _signal(worker: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(worker.pid, signal.SIGKILL)
        else:
            worker.kill()


def _death(code: int | None) -> str:
    if code is not None and code == -getattr(signal, "SIGXCPU", 0):
        return "it took more processor time than one file may"
    if code is not None and code == -getattr(signal, "SIGABRT", 0):
        return "reading it takes more memory than one file may use"
    return "the reader broke down on it: it is damaged"


def _failed(reason: str) -> Parsed:
    return Parsed(None, Outcome.FAILED, reason)


def _parsed(answer: dict[str, Any]) -> Parsed:
    data = answer.get("document")
    if data is None:
        return Parsed(None, Outcome(answer["outcome"]), answer["reason"])
    sections = [tuple(section) for section in data["sections"]]
    elements = tuple(
        Element(kind, start, end, page, sections[section]) for kind, start, end, page, section in data["elements"]
    )
    document = Document(data["text"], elements, data["media_type"], data["language"], data["pages"])
    return Parsed(document, Outcome.INDEXED)
