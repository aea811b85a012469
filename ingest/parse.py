"""Parses a file to a Document, in worker processes that may be slow, swell, crash or hang without harm to the run.

Decides here only what needs no reading: whether there is a reader, and whether the file is too large.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from ingest.process import INVALID_ANSWER, READER_COMMAND, WorkerFailedError, WorkerProcess
from ingest.readers import unsupported_kind
from ingest.source_file import open_named
from rag.messages import Message, from_data, system_message
from rag.types import Document, Element, Link, Outcome, PageLine

SILENCE_SECONDS = 120.0  # seconds for one file without a heartbeat
TOTAL_LIMIT = 1800.0  # seconds for one file
MAX_FILE_BYTES = 512 * 2**20  # bytes of a file
RECYCLED_AFTER = 100  # files, after which a worker is replaced; libraries leak
WORKERS = min(4, max(2, os.cpu_count() or 2))  # two at least: a long file must not hold up the others


@dataclass(frozen=True, slots=True)
class Parsed:
    """The result for a file: a document (``reason``: what of it was not read), or an outcome and the reason."""

    document: Document | None
    outcome: Outcome
    reason: str = ""
    permanent: bool = True  # False: the file is not to blame, and another try may succeed


def refusal_reason(path: Path, size: int) -> Parsed | None:
    """Return why a file of that name and size is not even opened; None where it is worth a try."""
    if kind := unsupported_kind(path):
        return Parsed(None, Outcome.UNSUPPORTED, Message("it is {what}", what=kind))
    if size > MAX_FILE_BYTES:
        return Parsed(
            None,
            Outcome.TOO_LARGE,
            Message(
                "{size:,} MB; {max_file_bytes} MB is the most",
                size=size // 2**20,
                max_file_bytes=MAX_FILE_BYTES // 2**20,
            ),
        )
    return None


class Parser:
    """Parses files in up to ``workers`` processes, each started when a file needs it. Use as a context manager.

    :meth:`parse` may be called from as many threads; further ones wait for each other.
    """

    def __init__(
        self, time_limit: float = SILENCE_SECONDS, command: tuple[str, ...] = READER_COMMAND, *, workers: int = WORKERS,
        total_limit: float = TOTAL_LIMIT,
    ) -> None:  # fmt: skip
        self.workers = workers
        self._limits = (time_limit, total_limit)
        self._command = command
        self._free = threading.Semaphore(workers)
        self._idle: list[WorkerProcess] = []
        self._busy: set[WorkerProcess] = set()
        self._closed = False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def worker_ids(self) -> list[int]:
        """Process ids of the workers that were started."""
        with self._lock:
            return [worker.id for worker in (*self._busy, *self._idle)]

    def parse(
        self, path: Path, doing: Callable[[str], None] = lambda _: None, source: BinaryIO | None = None
    ) -> Parsed:
        """Parse the file at ``path``; every failure is an outcome with a reason, never an exception.

        ``doing`` is called with a long file's progress ("page 3 of 300"), in the calling thread. With ``source``, the
        file open at its beginning, ``path`` only names it.
        """
        try:
            with nullcontext(source) if source is not None else open_named(path) as opened:
                if (refused := refusal_reason(path, os.fstat(opened.fileno()).st_size)) is not None:
                    return refused
                with self._free:
                    return self._parse(path.name, opened, doing)
        except OSError as error:
            return _failed(system_message(error), permanent=False)

    def close(self) -> None:
        """End all workers, whatever they are doing, for good."""
        with self._lock:
            self._closed = True
            workers, self._idle = [*self._busy, *self._idle], []
        for worker in workers:
            worker.kill()

    def _parse(self, name: str, source: BinaryIO, doing: Callable[[str], None]) -> Parsed:
        try:
            worker = self._take()
        except OSError as error:
            return _failed(
                Message("the reader could not be started: {why}", why=system_message(error)), permanent=False
            )
        if worker is None:
            return _failed(Message("the run was stopped"), permanent=False)
        whole = False
        try:
            answer = worker.ask(name, source, *self._limits, doing)
            whole = True
            return _parsed(answer)
        except WorkerFailedError as broken:
            return Parsed(None, broken.outcome, broken.reason)
        except (
            KeyError,
            TypeError,
            ValueError,
            IndexError,
            AttributeError,
        ):  # a worker that a file has taken over may say anything
            whole = False
            return _failed(INVALID_ANSWER)
        finally:
            self._give_back(worker, whole=whole)

    def _take(self) -> WorkerProcess | None:
        """Take an idle worker or start one; None once the parser is closed.

        Raises OSError where none can be started.
        """
        while True:
            with self._lock:
                if self._closed:
                    return None
                worker = self._idle.pop() if self._idle else WorkerProcess(self._command)
                if worker.is_alive:
                    self._busy.add(worker)
                    return worker
            worker.kill()  # it was ended from outside while it was idle

    def _give_back(self, worker: WorkerProcess, *, whole: bool) -> None:
        with self._lock:
            self._busy.discard(worker)
            keep = whole and not self._closed and worker.files < RECYCLED_AFTER
            if keep:
                self._idle.append(worker)
        if not keep:
            worker.kill()


def _failed(reason: str, *, permanent: bool = True) -> Parsed:
    return Parsed(None, Outcome.FAILED, reason, permanent)


def _parsed(answer: dict[str, Any]) -> Parsed:
    data = answer.get("document")
    if data is None:
        return Parsed(None, Outcome(answer["outcome"]), from_data(answer["reason"]))
    sections = [tuple(section) for section in data["sections"]]
    elements = tuple(
        Element(kind, start, end, page, sections[section]) for kind, start, end, page, section in data["elements"]
    )
    document = Document(
        text=data["text"],
        elements=elements,
        media_type=data["media_type"],
        language=data["language"],
        pages=data["pages"],
        links=tuple(Link(start, end, target) for start, end, target in data["links"]),
        lines=tuple(PageLine(start, end, page, tuple(box)) for start, end, page, box in data["lines"]),
        remark=from_data(data["remark"]),
    )
    return Parsed(document, Outcome.INDEXED, document.remark)
