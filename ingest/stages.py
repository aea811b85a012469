"""The concurrent stages of a run: several threads read and chunk files, one embeds.

What is in flight is bounded by its bytes, whatever the folder's size. Small files go first, except in one thread, which
takes the largest: so a long file begins early and yet delays nobody. Nothing here writes to the library.
"""

from __future__ import annotations

import hashlib
import heapq
import itertools
import os
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from io import BufferedReader
from typing import Protocol

import numpy as np

from ingest.content_index import ContentClaim, ContentIndex
from ingest.discover import FoundFile
from ingest.document_codec import Chunking
from ingest.parse import Parsed, Parser, refusal_reason
from ingest.source_file import open_found
from ingest.work_share import WorkShare
from rag.errors import OakenError
from rag.interfaces import Embedder, Vector, Vectors
from rag.messages import Message, system_message
from rag.types import Chunk, FileRecord, FileStamp, Outcome, mtime_ns

IN_FLIGHT = 64 * 2**20  # bytes of documents between reading and writing
LARGE_SHARE = 2  # large files may take one part in this many of it
LEAST_WEIGHT = 64 * 2**10  # bytes that any document counts for
GROWTH = 8  # bytes in memory per character of a document: its elements, chunks and vectors
WINDOW = 256  # texts sorted together, so that those of similar length are embedded together
EMBEDDING_BATCH = 32  # texts embedded at once; a run that is stopped waits for one batch
RACY = 2 * 10**9  # nanoseconds within which a file system may give two changes of a file the same time
RECENT = 4096  # vectors remembered for texts that recur before they are written


@dataclass(slots=True)
class FileJob:
    """A file on its way through the stages. One stage at a time has it."""

    file: FoundFile
    record: FileRecord | None  # the library's record when the run began
    stamp: FileStamp
    position: int  # its place among the files found
    read_despite_copy: bool = False  # read it, even if another file has the same content
    lane: str = "small"
    weight: int = 0
    unchanged: bool = False
    parsed: Parsed | None = None
    original: FileRecord | None = None  # it is a copy of this one
    chunks: list[Chunk] = field(default_factory=list)
    vectors: Vectors | None = None
    seconds: float = 0.0
    error: Exception | None = None  # it could not be embedded


class RunState(threading.Event):
    """Set when the run is over: every stage ends. ``failure`` is the error that a stage could not survive."""

    def __init__(self) -> None:
        super().__init__()
        self.failure: BaseException | None = None
        self.share = WorkShare()
        self.seconds: dict[str, float] = dict.fromkeys(("read", "chunk", "embed", "write", "follow"), 0.0)
        self._current: dict[int, str] = {}
        self._lock = threading.Lock()

    def add_time(self, stage: str, seconds: float) -> None:
        """Count work of a stage."""
        with self._lock:
            self.seconds[stage] += seconds

    def set_current(self, what: str) -> None:
        """Set the calling thread's current work; "" for none."""
        with self._lock:
            self._current.pop(threading.get_ident(), None)
            if what:
                self._current[threading.get_ident()] = what

    @property
    def current(self) -> str:
        """The longest-running current work; "" where there is none."""
        with self._lock:
            return next(iter(self._current.values()), "")


class ReadQueue:
    """Files that wait to be read, and the budget for those on their way."""

    def __init__(self, jobs: Iterable[FileJob], *, in_flight: int = 0) -> None:
        self._waiting = deque(sorted(jobs, key=lambda job: job.stamp.size))
        in_flight = in_flight or IN_FLIGHT
        self._limits = {"small": in_flight, "large": in_flight // LARGE_SHARE}
        self._taken = dict.fromkeys(self._limits, 0)
        self._changed = threading.Condition()
        self._closed = False

    def take(self, lane: str) -> FileJob | None:
        """Return the next file for a lane, once there is room for it; None when the run is over."""
        with self._changed:
            while not self._closed:
                if self._waiting and self._has_room(lane):
                    job = self._waiting.popleft() if lane == "small" else self._waiting.pop()
                    job.lane, job.weight = lane, max(job.stamp.size, LEAST_WEIGHT)
                    self._taken[lane] += job.weight
                    return job
                self._changed.wait()
            return None

    def put_back(self, job: FileJob) -> None:
        """Have a file read after all."""
        with self._changed:
            self._waiting.appendleft(job)
            self._changed.notify_all()

    def set_weight(self, job: FileJob, weight: int) -> None:
        """Set the bytes that a document occupies now; 0 when it is done with."""
        with self._changed:
            self._taken[job.lane] += weight - job.weight
            job.weight = weight
            self._changed.notify_all()

    def close(self) -> None:
        """Release the threads that wait for a file."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _has_room(self, lane: str) -> bool:
        return self._taken[lane] == 0 or self._taken[lane] + LEAST_WEIGHT <= self._limits[lane]


class VectorCache(Protocol):
    """A source of vectors computed earlier."""

    def known_vectors(self, texts: Sequence[str]) -> dict[str, Vector]:
        """Return embedding text -> vector, for those held. Called from the embedding thread."""


class EmbeddingStage:
    """Embeds the chunks of documents, several documents at once, those with the fewest chunks left first."""

    def __init__(
        self, embedder: Embedder, known: VectorCache, run_state: RunState, done: Callable[[FileJob], None]
    ) -> None:
        self._embedder = embedder
        self._known = known
        self._run_state = run_state
        self._done = done
        self._waiting: list[tuple[int, int, _EmbeddingTask]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._recent: OrderedDict[str, Vector] = OrderedDict()

    def add(self, job: FileJob) -> None:
        """Take a document that was read and chunked."""
        part = _EmbeddingTask(job, [piece.embedding_text for piece in job.chunks])
        self._run_state.share.found_texts(len(part.remaining))
        with self._changed:
            heapq.heappush(self._waiting, (len(part.remaining), next(self._order), part))
            self._changed.notify()

    def wake(self) -> None:
        """Check whether the run is over."""
        with self._changed:
            self._changed.notify()

    def work(self) -> None:
        """Embed until the run is over; a thread's whole life."""
        while not self._run_state.is_set():
            with self._changed:
                if not self._waiting:
                    self._changed.wait(1.0)
                    continue
            begun = time.monotonic()
            self._window(self._take())
            self._run_state.set_current("")
            self._run_state.add_time("embed", time.monotonic() - begun)

    def _take(self) -> list[tuple[_EmbeddingTask, list[str]]]:
        """Return texts for a window, and the documents that they are of."""
        taken: list[tuple[_EmbeddingTask, list[str]]] = []
        room = WINDOW
        while room > 0:
            with self._changed:
                if not self._waiting:
                    break
                _, _, part = heapq.heappop(self._waiting)
            if part.is_new:
                part.is_new = False
                self._add(part, self._known.known_vectors(part.remaining))
            texts = part.remaining[:room]
            taken.append((part, texts))
            room -= len(texts)
        self._run_state.set_current(max(taken, key=lambda each: len(each[0].remaining))[0].job.file.source)
        return taken

    def _window(self, taken: list[tuple[_EmbeddingTask, list[str]]]) -> None:
        wanted = {text for _, texts in taken for text in texts}
        vectors = {text: self._recent[text] for text in wanted if text in self._recent}
        failed: dict[str, Exception] = {}
        new = sorted(wanted - vectors.keys(), key=len)  # similar lengths waste no padding
        for at in range(0, len(new), EMBEDDING_BATCH):
            if self._run_state.is_set():
                return
            batch = new[at : at + EMBEDDING_BATCH]
            try:
                vectors.update(zip(batch, self._embedder.embed_documents(batch), strict=True))
            except OakenError:
                raise
            except Exception:  # one document's failure never stops the run: find whose text it is
                self._one_by_one(batch, vectors, failed)
        self._remember(new, vectors)
        for part, texts in taken:
            self._add(part, vectors)
            part.job.error = next((failed[text] for text in texts if text in failed), part.job.error)
            if part.remaining and part.job.error is None:
                with self._changed:
                    heapq.heappush(self._waiting, (len(part.remaining), next(self._order), part))
            else:
                self._run_state.share.embedded_texts(len(part.remaining))  # those that could not be embedded
                part.job.vectors = part.stacked(self._embedder.card.dimension) if part.job.error is None else None
                self._done(part.job)

    def _add(self, part: _EmbeddingTask, vectors: dict[str, Vector]) -> None:
        before = len(part.remaining)
        part.add_vectors(vectors)
        self._run_state.share.embedded_texts(before - len(part.remaining))

    def _one_by_one(self, batch: list[str], vectors: dict[str, Vector], failed: dict[str, Exception]) -> None:
        for text in batch:
            try:
                vectors[text] = self._embedder.embed_documents([text])[0]
            except OakenError:
                raise
            except Exception as error:  # as above
                failed[text] = error

    def _remember(self, new: list[str], vectors: dict[str, Vector]) -> None:
        for text in new:
            if text in vectors:
                self._recent[text] = vectors[text]
        while len(self._recent) > RECENT:
            self._recent.popitem(last=False)


class ReadingStage:
    """Determines the outcome of files, and has those that changed read and split into chunks."""

    def __init__(
        self, todo: ReadQueue, content_index: ContentIndex, parser: Parser, embedder: Embedder, run_state: RunState,
        *, on_chunked: Callable[[FileJob], None], done: Callable[[FileJob], None],
    ) -> None:  # fmt: skip
        self._todo = todo
        self._content_index = content_index
        self._parser = parser
        self._embedder = embedder
        self._run_state = run_state
        self._on_chunked = on_chunked
        self._done = done

    def work(self, lane: str) -> None:
        """Read until the run is over; a thread's whole life."""
        while (job := self._todo.take(lane)) is not None:
            begun = time.monotonic()
            self._run_state.set_current(job.file.source)
            waits = self._examine(job)
            if not waits and job.parsed is not None and job.parsed.document is not None:
                self._todo.set_weight(job, max(LEAST_WEIGHT, GROWTH * len(job.parsed.document.text)))
                job.chunks = list(job.parsed.chunks)
            job.seconds += time.monotonic() - begun
            self._run_state.set_current("")
            if waits:
                self._todo.set_weight(job, 0)
            elif job.chunks:
                self._on_chunked(job)
            else:
                self._done(job)
            self._run_state.share.read(job.position)

    def _examine(self, job: FileJob) -> bool:
        """Determine what is to be done with a file, and read it where needed; return whether it waits for another."""
        begun = time.monotonic()
        file = job.file
        try:
            if file.problem is not None:
                job.parsed = Parsed(None, file.problem, file.reason, file_is_at_fault=False)
            elif (refused := refusal_reason(file.location, file.size)) is not None:
                job.parsed = refused
            else:
                with open_found(file) as source:
                    if self._examine_content(job, source):
                        return True
                if job.unchanged:
                    return False
        except OSError as error:
            job.parsed = Parsed(None, Outcome.FAILED, system_message(error), file_is_at_fault=False)
        except Exception as error:  # one document's failure never stops the run
            reason = Message("it could not be read: {why} ({kind})", why=error, kind=type(error).__name__)
            job.parsed = Parsed(None, Outcome.FAILED, reason, file_is_at_fault=False)
        chunking = job.parsed.chunk_seconds if job.parsed is not None else 0.0
        self._run_state.add_time("chunk", chunking)
        self._run_state.add_time("read", time.monotonic() - begun - chunking)
        return False

    def _examine_content(self, job: FileJob, source: BufferedReader) -> bool:
        """Read an open file unless its content is held already; return whether another file's reading is to be awaited.

        Hash, size, time and what the reader is given are of one descriptor.
        """
        job.stamp = _stamped(source)
        if job.record is not None and self._content_index.is_settled(job.record, job.stamp):
            job.unchanged = True
            return False
        claim = ContentClaim.READ if job.read_despite_copy else self._content_index.claim(job.file, job.stamp)
        if claim is ContentClaim.WAIT:
            return True
        if isinstance(claim, FileRecord):
            job.original = claim
        else:
            source.seek(0)
            job.parsed = self._parser.parse(
                job.file.location, lambda doing: self._note_progress(job, doing), self._chunking(job), source
            )
        return False

    def _chunking(self, job: FileJob) -> Chunking:
        identity = job.file.id
        return Chunking(identity, job.file.path, self._embedder.tokenizer_files, self._embedder.card.max_tokens)

    def _note_progress(self, job: FileJob, doing: str) -> None:
        self._run_state.set_current(Message("{source}, {doing}", source=job.file.source, doing=doing))


def _stamped(source: BufferedReader) -> FileStamp:
    """Return the stamp of an open file, with its content's hash.

    The time of a file that has only just changed proves nothing: it may change again within the same tick. So it is
    stored as another one, and the next run examines the file again.
    """
    status = os.fstat(source.fileno())
    changed = mtime_ns(status)
    is_racy = time.time_ns() - changed < RACY
    return FileStamp(status.st_size, changed - is_racy, hashlib.file_digest(source, "sha256").hexdigest())


class _EmbeddingTask:
    """The rest of a document to embed."""

    def __init__(self, job: FileJob, texts: list[str]) -> None:
        self.job = job
        self.is_new = True  # stored vectors were not looked up yet
        self._texts = texts
        self.remaining = list(dict.fromkeys(texts))
        self._vectors: dict[str, Vector] = {}

    def add_vectors(self, vectors: dict[str, Vector]) -> None:
        """Take the vectors of texts that were left."""
        for text in self.remaining:
            if text in vectors:
                self._vectors[text] = vectors[text]
        self.remaining = [text for text in self.remaining if text not in self._vectors]

    def stacked(self, dimension: int) -> Vectors:
        """Return one row for each chunk."""
        if not self._texts:
            return np.empty((0, dimension), dtype=np.float32)
        return np.stack([self._vectors[text] for text in self._texts]).astype(np.float32, copy=False)
