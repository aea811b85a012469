"""The concurrent stages of a run: several threads read and chunk files; one embeds what is stored without vectors.

Readers go ahead of the embedder: what is read is stored, and found by its words, at once. What is in flight is bounded
by its bytes, whatever the folder's size. Small files go first, except in one thread, which takes the largest: so a long
file begins early and yet delays nobody.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BufferedReader
from typing import Protocol

from ingest.content_index import ContentClaim, ContentIndex
from ingest.discover import FoundFile
from ingest.document_codec import Chunking
from ingest.parse import Parsed, Parser, refusal_reason
from ingest.source_file import open_found
from ingest.work_share import WorkShare
from rag.errors import OakenError
from rag.interfaces import Embedder, PendingTexts, Vector
from rag.messages import Message, system_message
from rag.types import Chunk, FileRecord, FileStamp, Outcome, mtime_ns

IN_FLIGHT = 64 * 2**20  # bytes of documents between reading and writing
LARGE_SHARE = 2  # large files may take one part in this many of it
LEAST_WEIGHT = 64 * 2**10  # bytes that any document counts for
GROWTH = 8  # bytes in memory per character of a document: its elements and chunks
WINDOW = 256  # texts sorted together, so that those of similar length are embedded together
EMBEDDING_BATCH = 32  # texts embedded and stored at once; a run that is stopped waits for one batch
READING_HEAD_START = 20.0  # seconds that readers have the processor for themselves, unless all is read before
WAIT_SECONDS = 0.25  # seconds between two looks for texts to embed, where there were none
RACY = 2 * 10**9  # nanoseconds within which a file system may give two changes of a file the same time


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
    seconds: float = 0.0
    error: Exception | None = None  # it could not be stored


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


class VectorStore(Protocol):
    """A library as the embedding stage sees it."""

    def next_texts(self, most: int, skip: Collection[str] = ()) -> PendingTexts:
        """Return up to ``most`` texts that have no vector, and none of the hashes to ``skip``."""

    def add_vectors(self, vectors: Mapping[str, Vector]) -> Sequence[str]:
        """Store vectors by text hash; return the ids of the documents that have all of theirs now."""


class EmbeddingStage:
    """Embeds what waits in the library, whoever stored it, and stores the vectors batch by batch."""

    def __init__(
        self, embedder: Embedder, library: VectorStore, run_state: RunState, on_failed: Callable[[FailedTexts], None]
    ) -> None:
        self._embedder = embedder
        self._library = library
        self._run_state = run_state
        self._on_failed = on_failed
        self._failed: set[str] = set()  # text hashes
        self._all_stored = False
        self._changed = threading.Condition()
        self._begins_at = time.monotonic() + READING_HEAD_START
        self._whole = 0
        self.ended = False

    def all_stored(self) -> None:
        """Note that no document will come any more: the stage ends when nothing waits."""
        with self._changed:
            self._all_stored = True
            self._changed.notify()

    def take_whole(self) -> int:
        """Return how many documents have got all their vectors since the last call."""
        with self._changed:
            whole, self._whole = self._whole, 0
        return whole

    def wake(self) -> None:
        """Check whether there is work, and whether the run is over."""
        with self._changed:
            self._changed.notify()

    def work(self) -> None:
        """Embed until nothing waits, or the run is over; a thread's whole life."""
        while not self._run_state.is_set():
            with self._changed:
                last = self._all_stored
                if not last and not self._may_begin():
                    self._changed.wait(WAIT_SECONDS)
                    continue
            begun = time.monotonic()
            window = self._library.next_texts(WINDOW, self._failed)
            if window.texts:
                self._run_state.set_current(window.source)
                self._embed(window.texts)
                self._run_state.set_current("")
                self._run_state.add_time("embed", time.monotonic() - begun)
            elif last:
                self.ended = True
                return
            else:
                with self._changed:
                    self._changed.wait(WAIT_SECONDS)

    def _may_begin(self) -> bool:
        """Tell whether the processor's cores are not all wanted by the readers, or these had their start."""
        return self._run_state.share.all_read or time.monotonic() >= self._begins_at

    def _embed(self, texts: Mapping[str, str]) -> None:
        by_length = sorted(texts, key=lambda key: len(texts[key]))  # similar lengths waste no padding
        for at in range(0, len(by_length), EMBEDDING_BATCH):
            if self._run_state.is_set():
                return
            batch = by_length[at : at + EMBEDDING_BATCH]
            vectors, failed = self._vectors([texts[key] for key in batch])
            made = {key: vectors[place] for place, key in enumerate(batch) if place in vectors}
            if made:
                whole = self._library.add_vectors(made)
                with self._changed:
                    self._whole += len(whole)
            self._run_state.share.embedded_texts(len(batch))
            for place, error in failed.items():
                self._failed.add(batch[place])
                self._on_failed(FailedTexts(batch[place], error))

    def _vectors(self, texts: list[str]) -> tuple[dict[int, Vector], dict[int, Exception]]:
        """Return the vectors by their place, and why others have none: one text's failure never stops the run."""
        try:
            return dict(enumerate(self._embedder.embed_documents(texts))), {}
        except OakenError:
            raise
        except Exception as error:
            if len(texts) == 1:
                return {}, {0: error}
        vectors: dict[int, Vector] = {}
        failed: dict[int, Exception] = {}
        for place, text in enumerate(texts):  # find whose text it is
            made, broken = self._vectors([text])
            if made:
                vectors[place] = made[0]
            else:
                failed[place] = broken[0]
        return vectors, failed


@dataclass(frozen=True, slots=True)
class FailedTexts:
    """A text that could not be embedded, by its hash, and why."""

    text_hash: str
    error: Exception


class ReadingStage:
    """Determines the outcome of files, and has those that changed read and split into chunks."""

    def __init__(
        self, todo: ReadQueue, content_index: ContentIndex, parser: Parser, embedder: Embedder, run_state: RunState,
        done: Callable[[FileJob], None],
    ) -> None:  # fmt: skip
        self._todo = todo
        self._content_index = content_index
        self._parser = parser
        self._embedder = embedder
        self._run_state = run_state
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
