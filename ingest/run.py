"""One run of the pipeline over its files: stages work beside each other, this thread alone stores what they made."""

from __future__ import annotations

import os
import queue
import stat
import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np

from ingest.content_index import OUTCOMES_WITH_CHUNKS, ContentIndex, is_gone, repair_duplicates
from ingest.discover import FoundFile, is_ignored
from ingest.fingerprint import reader_fingerprint
from ingest.folder_language import in_language_of_folder
from ingest.parse import Parsed, Parser
from ingest.report import FileOutcome, IngestProgress
from ingest.stages import EmbeddingStage, FileJob, ReadingStage, ReadQueue, RunState
from rag.errors import OakenError
from rag.interfaces import Embedder, Vector, Vectors
from rag.messages import Message, joined
from rag.types import Chunk, Document, FileRecord, FileStamp, Outcome

FOLLOW_AFTER = 50  # documents
FOLLOW_REST = 9  # the indexes rest so many times as long as they took to catch up: they get one part in ten
TICK = 0.25  # seconds between two checks of whether to stop, and of the current work
LAST_BREATH = 5.0  # seconds that a stage may take to end


class LibraryWriter(Protocol):
    """What the pipeline needs of a library. All but ``known_vectors`` is called from the thread that ingests."""

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

    def known_vectors(self, texts: Sequence[str]) -> dict[str, Vector]:
        """Return embedding text -> vector, for those held already. Called from another thread."""

    def replace(self, record: FileRecord, document: Document, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Replace the document's chunks with exactly these."""

    def copy(self, record: FileRecord, original_id: str, *, remove_original: bool = False) -> bool:
        """Store another document's contents under this record, or move them. False: it is not held."""

    def store_without_text(self, record: FileRecord) -> None:
        """Store the record of a file that gave no text; its earlier chunks are deleted."""

    def update_metadata(self, record: FileRecord) -> None:
        """Store a file's metadata again; chunks stay."""

    def remove(self, document_id: str) -> object:
        """Remove a document; the return value is ignored."""

    def follow(self) -> str:
        """Let the indexes catch up; return "", or a sentence on what could not."""


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

    def begin(self, todo: Sequence[FileJob]) -> None:
        """Take the changed files, which are known now."""
        self._to_read = sum(job.file.size for job in todo)
        self.run_state.share.begin({job.position: job.file.size for job in todo})
        self._report()

    def work(self, todo: Sequence[FileJob], embedder: Embedder, parser: Parser, stop: Callable[[], bool]) -> None:
        """Process the changed files, until they are done or ``stop`` says so."""
        if not todo:
            return
        by_id = {job.file.id: job for job in todo}
        results: queue.SimpleQueue[FileJob | None] = queue.SimpleQueue()
        waiting = ReadQueue(todo)
        embedding = EmbeddingStage(embedder, self._library, self.run_state, results.put)
        reading = ReadingStage(
            waiting, self.content_index, parser, embedder, self.run_state, on_chunked=embedding.add, done=results.put
        )
        lanes = ["large", *["small"] * (parser.workers - 1)] if parser.workers > 1 else ["small"]
        work = [embedding.work, *(partial(reading.work, lane) for lane in lanes[: len(todo)])]
        threads = [
            threading.Thread(target=self._stop_on_error, args=(each, results), name="oaken-stage", daemon=True)
            for each in work
        ]
        last = len(self.outcomes) + len(todo)
        try:
            for thread in threads:
                thread.start()
            while len(self.outcomes) < last and not stop():
                try:
                    job = results.get(timeout=TICK)
                except queue.Empty:
                    self._report()
                    continue
                if job is None:
                    assert self.run_state.failure is not None
                    raise self.run_state.failure
                settling = time.monotonic()
                again = self._store_results(job, by_id)
                self.run_state.add_time("write", time.monotonic() - settling)
                waiting.set_weight(job, 0)
                job.parsed, job.chunks, job.vectors = None, [], None
                for each in again:
                    waiting.put_back(each)
                if self._unfollowed >= FOLLOW_AFTER and time.monotonic() >= self._follow_from:
                    self.follow()
        finally:
            self.run_state.set()
            waiting.close()
            embedding.wake()
            parser.close()
            for thread in threads:
                thread.join(LAST_BREATH)

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

    def follow(self) -> None:
        """Let the indexes catch up; where another process is at it, it or the next reader does."""
        self._report()
        begun = time.monotonic()
        self.note = self._library.follow()
        self._unfollowed = 0
        took = time.monotonic() - begun
        self._follow_from = time.monotonic() + FOLLOW_REST * took
        self.run_state.add_time("follow", took)

    def _stop_on_error(self, work: Callable[[], None], results: queue.SimpleQueue[FileJob | None]) -> None:
        try:
            work()
        except BaseException as error:
            self.run_state.failure = self.run_state.failure or error
            results.put(None)

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
            if job.error is not None:
                raise job.error
            if parsed.document is not None:
                return self._index(record, parsed.document, job)
        except OakenError:
            raise
        except Exception as error:  # one document's failure never stops the run
            reason = Message("it could not be indexed: {why} ({kind})", why=error, kind=type(error).__name__)
            stamp = replace(record.stamp, content_hash="")
            record = replace(record, outcome=Outcome.FAILED, reason=reason, stamp=stamp)
            job.error = error
        return self._note(record, job.record, unread=not parsed.file_is_at_fault and job.error is None)

    def _index(self, record: FileRecord, document: Document, job: FileJob) -> FileRecord:
        outcome, reason, before = self.content_index.classify_copy(record)
        document, chunks = in_language_of_folder(document, job.chunks, self.content_index.language_of_folder(record))
        vectors = job.vectors if job.vectors is not None else np.empty((0, 0), dtype=np.float32)
        record = replace(
            record,
            outcome=outcome,
            reason=joined("; ", (reason, record.reason)),
            media_type=document.media_type,
            language=document.language,
            pages=document.pages,
            chunks=len(chunks),
        )
        self._library.replace(record, document, chunks, vectors)
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
                bool(self._to_read) and self.run_state.share.all_read,
            )
        )


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
