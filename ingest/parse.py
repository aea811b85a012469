"""Parse a file into a Document and its chunks, in worker processes.

They may be slow, swell, crash or hang without harm to the run.
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

from ingest.document_codec import Chunking, chunks_from, document_data, document_from
from ingest.process import INVALID_ANSWER, READER_COMMAND, WorkerFailedError, WorkerProcess
from ingest.readers import unsupported_kind
from ingest.source_file import open_named
from rag.messages import Message, from_data, system_message
from rag.types import Chunk, Document, Outcome

SILENCE_SECONDS = 120.0  # seconds for one file without a heartbeat
MAX_FILE_SECONDS = 1800.0  # seconds for one file
MAX_FILE_BYTES = 512 * 2**20  # bytes of a file
FILES_PER_WORKER = 100  # files, after which a worker is replaced; libraries leak
WORKERS = min(4, max(2, os.cpu_count() or 2))  # two at least: a long file must not hold up the others

# The outcomes that a worker may report: it does not know of other files, and whoever was read has a text.
_TEXTLESS = {
    each.value: each
    for each in (Outcome.EMPTY, Outcome.UNSUPPORTED, Outcome.FAILED, Outcome.TOO_LARGE, Outcome.ENCRYPTED)
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """The result for a file: a document (``reason``: what of it was not read), or an outcome and the reason.

    The chunks are there where they were asked for.
    """

    document: Document | None
    outcome: Outcome
    reason: str = ""
    file_is_at_fault: bool = True  # False: the file is not to blame, and another try may succeed
    chunks: tuple[Chunk, ...] = ()
    chunk_seconds: float = 0.0  # that splitting it took


def refusal_reason(path: Path, size: int) -> Parsed | None:
    """Return why a file of that name and size is not even opened; None where it is worth a try."""
    if kind := unsupported_kind(path):
        return Parsed(None, Outcome.UNSUPPORTED, Message("it is {what}", what=kind))
    if size > MAX_FILE_BYTES:
        return Parsed(
            None,
            Outcome.TOO_LARGE,
            Message(
                "{size:,} MB; the limit is {max_file_bytes} MB",
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
        total_limit: float = MAX_FILE_SECONDS,
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
        self,
        path: Path,
        doing: Callable[[str], None] = lambda _: None,
        chunking: Chunking | None = None,
        source: BinaryIO | None = None,
    ) -> Parsed:
        """Parse the file at ``path``, and split it into chunks as ``chunking`` says.

        Every failure is an outcome with a reason, never an exception. ``doing`` is called with a long file's progress
        ("page 3 of 300"), in the calling thread. With ``source``, the file open at its beginning, ``path`` only names
        it.
        """
        try:
            with nullcontext(source) if source is not None else open_named(path) as opened:
                if (refused := refusal_reason(path, os.fstat(opened.fileno()).st_size)) is not None:
                    return refused
                with self._free:
                    return self._ask(path.name, opened, doing, chunking)
        except OSError as error:
            return _failed(system_message(error), file_is_at_fault=False)

    def split(self, document: Document, chunking: Chunking) -> Parsed:
        """Split a document that was parsed earlier into chunks; every failure is an outcome with a reason."""
        with self._free:
            return self._ask(Path(chunking.path).name, None, lambda _: None, chunking, document)

    def close(self) -> None:
        """End all workers, whatever they are doing, for good."""
        with self._lock:
            self._closed = True
            workers, self._idle = [*self._busy, *self._idle], []
        for worker in workers:
            worker.kill()

    def _ask(
        self,
        name: str,
        source: BinaryIO | None,
        doing: Callable[[str], None],
        chunking: Chunking | None,
        document: Document | None = None,
    ) -> Parsed:
        more: dict[str, Any] = {} if document is None else {"document": document_data(document)}
        try:
            worker = self._take()
        except OSError as error:
            return _failed(
                Message("the reader could not be started: {why}", why=system_message(error)), file_is_at_fault=False
            )
        if worker is None:
            return _failed(Message("the run was stopped"), file_is_at_fault=False)
        whole = False
        try:
            if chunking is not None:
                more["chunking"] = chunking.to_data(worker.share(chunking.tokenizer_files))
            answer = worker.ask(name, source, *self._limits, doing, **more)
            whole = True
            return _parsed(answer, document, chunking)
        except WorkerFailedError as broken:
            return Parsed(None, broken.outcome, broken.reason)
        except OSError as error:  # no room for the copies that a worker reads
            return _failed(system_message(error), file_is_at_fault=False)
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
            keep = whole and not self._closed and worker.files < FILES_PER_WORKER
            if keep:
                self._idle.append(worker)
        if not keep:
            worker.kill()


def _failed(reason: str, *, file_is_at_fault: bool = True) -> Parsed:
    return Parsed(None, Outcome.FAILED, reason, file_is_at_fault)


def _parsed(answer: dict[str, Any], document: Document | None, chunking: Chunking | None) -> Parsed:
    data = answer.get("document")
    if data is not None:
        document = document_from(data)
    if "outcome" in answer or document is None:
        return Parsed(None, _TEXTLESS[answer["outcome"]], from_data(answer["reason"]))
    if "unchunked" in answer:
        return _failed(from_data(answer["unchunked"]), file_is_at_fault=False)
    if chunking is None:
        return Parsed(document, Outcome.INDEXED, document.remark)
    chunks, seconds = chunks_from(answer["chunks"], document, chunking.document_id), float(answer["seconds"])
    if not 0 <= seconds <= MAX_FILE_SECONDS:
        raise ValueError("no document takes that long")
    return Parsed(document, Outcome.INDEXED, document.remark, chunks=tuple(chunks), chunk_seconds=seconds)
