"""One run of the pipeline over its files: stages work beside each other, this thread alone stores documents."""

from __future__ import annotations

import contextlib
import os
import queue
import stat
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from ingest.content_index import OUTCOMES_WITH_CHUNKS, ContentIndex, is_gone, repair_duplicates
from ingest.discover import FoundFile, is_ignored
from ingest.fingerprint import reader_fingerprint
from ingest.folder_language import in_language_of_folder
from ingest.parse import Parsed, Parser
from ingest.report import FileOutcome, IngestProgress
from ingest.stages import EmbeddingStage, FailedTexts, FileJob, ReadingStage, ReadQueue, RunState
from rag.errors import OakenError
from rag.interfaces import Embedder, PendingTexts, PendingVectors, Vector
from rag.messages import Message, joined
from rag.types import Chunk, Document, FileRecord, FileStamp, Outcome

FOLLOW_AFTER = 50  # documents
FIRST_FOLLOW_SECONDS = 1.0  # seconds after which what was read so far can be found by its words
FOLLOW_REST = 9  # the indexes rest so many times as long as they took to catch up: they get one part in ten
TICK = 0.25  # seconds between two checks of whether to stop, and of the current work
LAST_BREATH = 5.0  # seconds that a stage may take to end


class LibraryWriter(Protocol):
    """What the pipeline needs of a library.

    ``next_texts`` and ``add_vectors`` are called from the thread that embeds, all others from the one that ingests.
    """

    def writing(self) -> AbstractContextManager[None]:
        """Hold the write lock. Raises LibraryBusyError, which says who holds it."""

    def records(self) -> list[FileRecord]:
        """Return all records held."""

    def restored_roots(self) -> frozenset[str]:
        """Return the folders that came with a backup, and that nobody added here."""

    def add_roots(self, roots: Collection[str]) -> None:
        """Note that somebody here added these folders."""

    def document_id(self, root: str, path: str) -> str:
        """Return the id of the document ``root/path``."""

    def replace(self, record: FileRecord, document: Document, chunks: Sequence[Chunk]) -> object:
        """Replace the document's chunks with exactly these; texts without vectors wait for them."""

    def pending(self) -> PendingVectors:
        """Return which documents wait for vectors."""

    def next_texts(self, most: int, skip: Collection[str] = ()) -> PendingTexts:
        """Return up to ``most`` texts that have no vector, and none of the hashes to ``skip``."""

    def add_vectors(self, vectors: Mapping[str, Vector]) -> Sequence[str]:
        """Store vectors by text hash; return the ids of the documents that have all of theirs now."""

    def documents_with(self, text_hashes: Collection[str]) -> Sequence[str]:
        """Return the ids of the documents that have chunks of these texts."""

    def copy(self, record: FileRecord, original_id: str, *, remove_original: bool = False) -> bool:
        """Store another document's contents under this record, or move them. False: it is not held."""

    def store_without_text(self, record: FileRecord) -> None:
        """Store the record of a file that gave no text; its earlier chunks are deleted."""

    def update_metadata(self, record: FileRecord) -> None:
        """Store a file's metadata again; chunks stay."""

    def remove(self, document_id: str) -> object:
        """Remove a document; the return value is ignored."""

    def follow(self, *, vectors: bool = True) -> str:
        """Let the indexes catch up, with or without that of vectors; return "", or a sentence on what could not."""


class IngestRun:
    """One run over a library; everything here belongs to the calling thread."""

    def __init__(
        self,
        library: LibraryWriter,
        content_index: ContentIndex,
        total: int,
        on_progress: Callable[[IngestProgress], None],
        *,
        keep_missing: bool,
        restored: Collection[str] = (),
    ) -> None:
        self._restored = restored
        self.outcomes: dict[int, FileOutcome] = {}
        self.run_state = RunState()
        self.note = ""
        self._library = library
        self.content_index = content_index
        self._total = total
        self._on_progress = on_progress
        self._keep_missing = keep_missing
        self._begun = time.monotonic()
        self._read = self._to_read = self._files = 0
        self._unfollowed = 0
        self._follow_from = 0.0
        self._results: queue.SimpleQueue[FileJob | FailedTexts | None] = queue.SimpleQueue()
        self._waiting = ReadQueue(())
        self._embedding: EmbeddingStage | None = None  # None where nothing is to be embedded
        self._stored_places: dict[str, int] = {}  # documents stored in this run -> their place among the files found

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._begun

    def unchanged(self, at: int, file: FoundFile, record: FileRecord, stamp: FileStamp, seconds: float = 0.0) -> None:
        """Report a file as unchanged; its stamp or its source may be new."""
        stamp = stamp if stamp.content_hash else record.stamp
        if record.root in self._restored:  # its own folder was not added, but one within
            record = replace(record, root=file.root, path=file.path, source="")
        if stamp != record.stamp or file.source != record.source:
            record = replace(record, stamp=stamp, source=file.source)
            self._library.update_metadata(record)
            self.content_index.add(record)
        outcome = FileOutcome(file.source, record.outcome, record.reason, record.pages, 0, seconds, examined=False)
        if record.outcome in OUTCOMES_WITH_CHUNKS:
            outcome = FileOutcome(
                file.source, Outcome.UNCHANGED, "", record.pages, record.chunks, seconds, examined=False
            )
        self.outcomes[at] = outcome

    @contextlib.contextmanager
    def stages(self, todo: Sequence[FileJob], embedder: Embedder, parser: Parser) -> Iterator[None]:
        """Let the stages work within the block: on the changed files, and on what still waits for vectors."""
        waiting = self._library.pending().texts
        self._to_read = sum(job.file.size for job in todo)
        self.run_state.share.begin({job.position: job.file.size for job in todo})
        self.run_state.share.found_texts(waiting)
        self._report()
        if not todo and not waiting:
            yield
            return
        self._waiting = ReadQueue(todo)
        self._embedding = EmbeddingStage(embedder, self._library, self.run_state, self._results.put)
        reading = ReadingStage(self._waiting, self.content_index, parser, embedder, self.run_state, self._results.put)
        lanes = ["large", *["small"] * (parser.workers - 1)] if parser.workers > 1 else ["small"]
        work = [self._embedding.work, *(partial(reading.work, lane) for lane in lanes[: len(todo)])]
        threads = [
            threading.Thread(target=self._stop_on_error, args=(each,), name="oaken-stage", daemon=True) for each in work
        ]
        try:
            for thread in threads:
                thread.start()
            yield
        finally:
            self.run_state.set()
            self._waiting.close()
            self._embedding.wake()
            parser.close()
            for thread in threads:
                thread.join(LAST_BREATH)

    def store(self, todo: Sequence[FileJob], stop: Callable[[], bool]) -> None:
        """Store the changed files as they are read, until all are, or ``stop`` says so; within :meth:`stages`."""
        by_id = {job.file.id: job for job in todo}
        last = len(self.outcomes) + len(todo)
        while len(self.outcomes) < last and not stop():
            job = self._next_result()
            if job is None:
                continue
            storing = time.monotonic()
            again = self._store_results(job, by_id)
            self.run_state.add_time("write", time.monotonic() - storing)
            self._waiting.set_weight(job, 0)
            job.parsed, job.chunks = None, []
            for each in again:
                self._waiting.put_back(each)
            self._follow_at_times(vectors=False)

    def embed(self, stop: Callable[[], bool]) -> bool:
        """Let everything that waits get its vectors; return whether it has. Within :meth:`stages`."""
        if self._embedding is None:
            return True
        self.run_state.share.left(self._library.pending().texts)
        self._embedding.all_stored()
        while not (self._embedding.ended and self._results.empty()):
            if stop():
                return False
            self._next_result()
            self._follow_at_times(vectors=True)
        return True

    def _next_result(self) -> FileJob | None:
        """Return the next file to store; None where none came within a tick. Raises the error that ended a stage."""
        try:
            result = self._results.get(timeout=TICK)
        except queue.Empty:
            self._report()
            return None
        if result is None:
            assert self.run_state.failure is not None
            raise self.run_state.failure
        if isinstance(result, FailedTexts):
            self._store_failure(result)
            return None
        return result

    def _follow_at_times(self, *, vectors: bool) -> None:
        """Let the indexes follow now and then: that of words soon, and while files are read, as often as it can."""
        if self._embedding is not None:
            self._unfollowed += self._embedding.take_whole()
        is_first = self._follow_from == 0.0 and self.seconds >= FIRST_FOLLOW_SECONDS
        if self._unfollowed >= (1 if is_first else FOLLOW_AFTER) and time.monotonic() >= self._follow_from:
            self.follow(vectors=vectors)

    def remove_vanished(self, given: Sequence[Path], found: Sequence[FoundFile]) -> tuple[str, ...]:
        """Remove documents at and below the given paths whose files are gone or ignored now; return their sources."""
        here = {file.id for file in found}
        folders = [os.path.realpath(path) for path in given if path.is_dir()]
        vanished = []
        for record in list(self.content_index.records.values()):
            if record.id in here:
                if not given and not self._keep_missing and is_gone(record):
                    vanished.append(record)
                continue
            place = f"{record.root.rstrip('/')}/{record.path}"
            folder = next((each for each in folders if place.startswith(f"{each.rstrip('/')}/")), None)
            if folder is None:
                continue
            if is_gone(record):
                if not self._keep_missing:
                    vanished.append(record)
            elif is_ignored(Path(folder), place[len(folder.rstrip("/")) + 1 :]):
                vanished.append(record)
        for record in vanished:
            self._forget(record)
        return tuple(record.source for record in vanished)

    def fix_copies(self) -> None:
        """Correct which document is the original of its copies; of several new ones, the one found first is."""
        for record in repair_duplicates(self.content_index.records.values(), self._stored_places):
            self._library.update_metadata(record)
            self.content_index.add(record)
            if (at := self._stored_places.get(record.id)) is not None:
                self.outcomes[at] = replace(self.outcomes[at], outcome=record.outcome, reason=record.reason)

    def follow(self, *, vectors: bool = True) -> None:
        """Let the indexes catch up; where another process is at it, it or the next reader does."""
        self._report()
        begun = time.monotonic()
        self.note = self._library.follow(vectors=vectors)
        self._unfollowed = 0
        took = time.monotonic() - begun
        self._follow_from = time.monotonic() + (FOLLOW_REST if vectors else 1) * took
        self.run_state.add_time("follow", took)

    def _stop_on_error(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            self.run_state.failure = self.run_state.failure or error
            self._results.put(None)

    def _store_results(self, job: FileJob, by_id: dict[str, FileJob]) -> list[FileJob]:
        """Store the stages' results, also for files that waited for them; return those that must be read after all."""
        again = []
        if job.unchanged:
            assert job.record is not None
            self.unchanged(job.position, job.file, job.record, job.stamp, job.seconds)
            self._done(job)
            return []
        if job.original is not None:
            if self._store_copy(job, job.original):
                return []
            job.read_despite_copy = self._is_same_content(job, job.original)  # the library does not hold what it should
            job.original = None
            return [job]
        record = self._store_outcome(job)
        self._done(job, record)
        for file in self.content_index.done(job.file, job.stamp):
            other = by_id[file.id]
            other.stamp = replace(other.stamp, content_hash=job.stamp.content_hash)
            file_is_at_fault = job.parsed is not None and job.parsed.file_is_at_fault and job.error is None
            if not (file_is_at_fault and self._store_copy(other, record)):
                again.append(other)
        return again

    def _store_copy(self, job: FileJob, original: FileRecord) -> bool:
        """Store a document as the copy of another, or as that one moved. False where that one is no longer held."""
        if not self._is_same_content(job, original):
            return False
        now = self.content_index.records[original.id]
        record = replace(
            now,
            id=job.file.id,
            source=job.file.source,
            root=job.file.root,
            path=job.file.path,
            stamp=job.stamp,
            seconds=round(job.seconds, 3),
            ingested_at=_now(),
        )
        if now.outcome in OUTCOMES_WITH_CHUNKS:
            outcome, reason, before = self.content_index.classify_copy(record)
            remark = now.reason if now.outcome is Outcome.INDEXED and outcome is Outcome.MOVED else ""
            record = replace(record, outcome=outcome, reason=joined("; ", (reason, remark)))
            original_id = before.id if before is not None else now.id
            if not self._library.copy(record, original_id, remove_original=before is not None):
                return False
            if before is not None:
                self.content_index.remove(before.id)
            self.content_index.add(record)
            self._unfollowed += 1
        else:
            record = self._note(record, job.record)
        self._done(job, record)
        return True

    def _is_same_content(self, job: FileJob, original: FileRecord) -> bool:
        now = self.content_index.records.get(original.id)
        return now is not None and now.stamp.content_hash == job.stamp.content_hash

    def _store_outcome(self, job: FileJob) -> FileRecord:
        """Store the outcome of a file that was read, or that could not be."""
        parsed = job.parsed or Parsed(None, Outcome.FAILED, Message("it was not read"), file_is_at_fault=False)
        record = FileRecord(
            id=job.file.id,
            source=job.file.source,
            root=job.file.root,
            path=job.file.path,
            stamp=job.stamp if parsed.file_is_at_fault else replace(job.stamp, content_hash=""),
            outcome=parsed.outcome,
            reason=parsed.reason,
            seconds=round(job.seconds, 3),
            ingested_at=_now(),
            reader_fingerprint=reader_fingerprint(),
        )
        try:
            if parsed.document is not None:
                return self._index(record, parsed.document, job)
        except OakenError:
            raise
        except Exception as error:  # one document's failure never stops the run
            record = _failed(record, error)
            job.error = error
        return self._note(record, job.record, unread=not parsed.file_is_at_fault and job.error is None)

    def _store_failure(self, failed: FailedTexts) -> None:
        """Store that documents could not be indexed, because of one of their texts: the next run reads them again."""
        for each in self._library.documents_with([failed.text_hash]):
            record = replace(_failed(self.content_index.records[each], failed.error), chunks=0)
            self._library.store_without_text(record)
            self.content_index.add(record)
            if (at := self._stored_places.get(each)) is not None:
                self.outcomes[at] = replace(
                    self.outcomes[at], outcome=record.outcome, reason=record.reason, chunks=record.chunks
                )

    def _index(self, record: FileRecord, document: Document, job: FileJob) -> FileRecord:
        outcome, reason, before = self.content_index.classify_copy(record)
        document, chunks = in_language_of_folder(document, job.chunks, self.content_index.language_of_folder(record))
        record = replace(
            record,
            outcome=outcome,
            reason=joined("; ", (reason, record.reason)),
            media_type=document.media_type,
            language=document.language,
            pages=document.pages,
            chunks=len(chunks),
        )
        self._library.replace(record, document, chunks)
        self.run_state.share.found_texts(len(chunks))
        self.content_index.add(record)
        self._unfollowed += 1
        if before is not None:
            self._forget(before)
        return record

    def _note(self, record: FileRecord, earlier: FileRecord | None, *, unread: bool = False) -> FileRecord:
        """Record that a file gave no text. One that could not even be opened may keep its earlier text."""
        place = Path(record.root, record.path)
        if place.is_dir():  # a folder that cannot be read is reported, not recorded
            return record
        if earlier is not None and earlier.chunks:
            if unread and (not _is_known(place) or (self._keep_missing and is_gone(record))):
                return replace(record, reason=Message("{reason}; the earlier version is kept", reason=record.reason))
            record = replace(
                record, reason=Message("{reason}; the earlier version is no longer cited", reason=record.reason)
            )
        record = replace(record, chunks=0)
        self._library.store_without_text(record)
        for before in self.content_index.left_behind(record):
            self._forget(before)
        self.content_index.add(record)
        return record

    def _forget(self, record: FileRecord) -> None:
        self._library.remove(record.id)
        self.content_index.remove(record.id)

    def _done(self, job: FileJob, record: FileRecord | None = None) -> None:
        if record is not None:
            self._stored_places[record.id] = job.position
            self.outcomes[job.position] = FileOutcome(
                record.source, record.outcome, record.reason, record.pages, record.chunks, job.seconds
            )
        self._read += job.file.size
        self._files += 1
        self._report(self.outcomes[job.position])

    def _report(self, done: FileOutcome | None = None) -> None:
        """Report the file that is done, or else the current work."""
        self._on_progress(
            IngestProgress(
                len(self.outcomes),
                self._total,
                done.source if done is not None else self.run_state.current,
                done.outcome if done is not None else None,
                self._read,
                self._to_read,
                self._files,
                self.seconds,
                self.run_state.share.value,
                bool(self._to_read or self._embedding) and self.run_state.share.all_read,
                *self.run_state.share.texts,
                self.run_state.seconds["embed"],
            )
        )


def _failed(record: FileRecord, error: Exception) -> FileRecord:
    """Return the record as that of a document which could not be indexed, though its file is not at fault."""
    reason = Message("it could not be indexed: {why} ({kind})", why=error, kind=type(error).__name__)
    return replace(record, outcome=Outcome.FAILED, reason=reason, stamp=replace(record.stamp, content_hash=""))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _is_known(place: Path) -> bool:
    """Tell whether the system knows what lies there, even if it is nothing."""
    try:
        if stat.S_ISREG(place.stat().st_mode):  # opening a named pipe would wait for ever
            place.open("rb").close()
        return True
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return True
    except OSError:
        return False
