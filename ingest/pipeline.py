"""Files -> library: discover, parse, chunk, embed, file away; one transaction and one outcome for each file.

Reading runs one step ahead of embedding, in a thread that waits for the worker process. The library is touched by
the calling thread only. Stopping or killing the run anywhere leaves whole documents behind.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ingest.chunk import chunk
from ingest.discover import Found, discover, plain
from ingest.parse import Parsed, Parser
from rag.errors import OakenError
from rag.interfaces import Embedder, Vector, Vectors
from rag.types import Chunk, Document, FileStamp, Outcome, Record, document_id

BATCH = 32  # texts embedded at once
FOLLOW_AFTER = 20  # documents
AHEAD = 3  # files read before they are needed
HELD = frozenset({Outcome.INDEXED, Outcome.MOVED, Outcome.DUPLICATE})  # outcomes of files whose chunks are held
SETTLED = HELD | {Outcome.EMPTY, Outcome.ENCRYPTED, Outcome.TOO_LARGE}  # not tried again until the file changes
NOT_DONE = frozenset({Outcome.FAILED, Outcome.ENCRYPTED, Outcome.TOO_LARGE})


class Shelf(Protocol):
    """What the pipeline asks of a library."""

    def records(self) -> list[Record]:
        """All records held."""

    def known_vectors(self, texts: Sequence[str]) -> dict[str, Vector]:
        """Embedding text -> vector, for those held already."""

    def replace(self, record: Record, document: Document, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Hold exactly these chunks of the document."""

    def note(self, record: Record) -> None:
        """Hold the record of a file that gave no text, and none of its chunks."""

    def touch(self, record: Record) -> None:
        """Hold a new stamp or source; chunks stay."""

    def remove(self, document_id: str) -> object:
        """Forget a document; what comes back is not looked at."""

    def follow(self) -> None:
        """Let the indexes catch up."""


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file in this run."""

    source: str
    outcome: Outcome
    reason: str = ""
    pages: int | None = None
    chunks: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands: ``outcome`` is None when a file is begun, and set when it is done."""

    done: int
    total: int
    source: str
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did: one outcome for each file, and how many documents it removed because their files are gone."""

    outcomes: tuple[FileOutcome, ...] = ()
    removed: int = 0
    seconds: float = 0.0
    stopped: bool = False

    @property
    def failed(self) -> bool:
        """Whether some file could not be read that a person may expect to find."""
        return any(outcome.outcome in NOT_DONE for outcome in self.outcomes)

    @property
    def totals(self) -> dict[str, float]:
        """Files by outcome, and all files, chunks and seconds."""
        counts = Counter(outcome.outcome.value for outcome in self.outcomes)
        totals: dict[str, float] = dict(sorted(counts.items()))
        if self.removed:
            totals["removed"] = self.removed
        totals["files"] = len(self.outcomes)
        totals["chunks"] = sum(outcome.chunks for outcome in self.outcomes)
        totals["seconds"] = round(self.seconds, 3)
        return totals

    def to_json(self) -> dict[str, Any]:
        """The shape scripts rely on (``oaken ingest --json``)."""
        rows = [
            {
                "source": outcome.source,
                "outcome": outcome.outcome.value,
                "reason": outcome.reason,
                "pages": outcome.pages,
                "chunks": outcome.chunks,
                "seconds": round(outcome.seconds, 3),
            }
            for outcome in self.outcomes
        ]
        return {"outcomes": rows, "totals": self.totals}


def ingest(
    paths: Iterable[str | Path],
    library: Shelf,
    embedder: Embedder,
    *,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
    parser: Parser | None = None,
) -> Report:
    """Bring the library in step with the files at ``paths`` and below.

    ``stop`` is asked before each file. One file's failure is its outcome; a library that cannot be written raises
    its OakenError. Raises UsageError for a path that is not there, before anything is changed.
    """
    begun = time.monotonic()
    given = [Path(path).expanduser() for path in paths]
    found = list(discover(given))
    run = _Run(library, embedder)
    tell = progress or (lambda _: None)
    outcomes: list[FileOutcome] = []
    stopped = False
    with (
        contextlib.closing(parser or Parser()) as reading,
        contextlib.closing(_ahead(found, lambda file: _look(file, run.records, reading))) as looked,
    ):
        for file, look in looked:
            if stop is not None and stop():
                stopped = True
                break
            tell(Progress(len(outcomes), len(found), file.source))
            outcomes.append(run.settle(file, look()))
            tell(Progress(len(outcomes), len(found), file.source, outcomes[-1].outcome))
            if len(outcomes) % FOLLOW_AFTER == 0:
                library.follow()
    removed = 0 if stopped else run.remove_vanished(given)
    library.follow()
    return Report(tuple(outcomes), removed, time.monotonic() - begun, stopped)


@dataclass(frozen=True, slots=True)
class _Look:
    """What reading a file brought to light; ``parsed`` is None where it need not be read."""

    stamp: FileStamp
    parsed: Parsed | None
    seconds: float


def _look(file: Found, records: Mapping[str, Record], parser: Parser) -> _Look:
    """Whether a file changed, and if so what it says. Runs in the reading thread."""
    begun = time.monotonic()
    record = records.get(document_id(file.root, file.path))
    stamp = FileStamp(file.size, file.mtime_ns)
    parsed: Parsed | None = None
    if file.problem is not None:
        parsed = Parsed(None, file.problem, file.reason)
    elif record is None or record.outcome not in SETTLED or not _same(record.stamp, stamp):
        try:
            stamp = replace(stamp, content_hash=_hash(file.location))
            settled = record is not None and record.outcome in SETTLED
            if not (settled and record is not None and record.stamp.content_hash == stamp.content_hash):
                parsed = parser.parse(file.location)
        except OSError as error:
            parsed = Parsed(None, Outcome.FAILED, plain(error))
        except Exception as error:  # one document's failure never stops the run
            parsed = Parsed(None, Outcome.FAILED, f"it could not be read: {error} ({type(error).__name__})")
    return _Look(stamp, parsed, time.monotonic() - begun)


def _same(held: FileStamp, now: FileStamp) -> bool:
    return bool(held.content_hash) and (held.size, held.mtime_ns) == (now.size, now.mtime_ns)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _ahead(
    files: Sequence[Found], work: Callable[[Found], _Look]
) -> Generator[tuple[Found, Callable[[], _Look]], None, None]:
    """Each file with the call that waits for its look; a few are begun before they are asked for."""
    pending: deque[tuple[Found, Future[_Look]]] = deque()
    queue = iter(files)
    pool = ThreadPoolExecutor(1, thread_name_prefix="oaken-read")
    try:
        while True:
            while len(pending) <= AHEAD and (file := next(queue, None)) is not None:
                pending.append((file, pool.submit(work, file)))
            if not pending:
                return
            file, future = pending.popleft()
            yield file, future.result
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@dataclass
class _Run:
    """One run over a library: what it holds, by id and by content, kept in step as files are settled."""

    library: Shelf
    embedder: Embedder
    records: dict[str, Record] = field(init=False)
    by_content: dict[str, list[Record]] = field(init=False)

    def __post_init__(self) -> None:
        self.records = {record.id: record for record in self.library.records()}
        self.by_content = {}
        for record in self.records.values():
            self._know(record)

    def settle(self, file: Found, look: _Look) -> FileOutcome:
        """File away what a look brought, and say what became of the file."""
        begun = time.monotonic()
        held = self.records.get(document_id(file.root, file.path))
        if look.parsed is None and held is not None:
            return self._unchanged(file, held, look)
        parsed = look.parsed or Parsed(None, Outcome.FAILED, "it was not read")
        record = Record(
            id=document_id(file.root, file.path),
            source=file.source,
            root=file.root,
            path=file.path,
            stamp=look.stamp,
            outcome=parsed.outcome,
            reason=parsed.reason,
            ingested_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        try:
            if parsed.document is not None:
                record = self._index(record, parsed.document, look.seconds + time.monotonic() - begun)
            else:
                record = self._note(record, held, look.seconds)
        except OakenError:
            raise
        except Exception as error:  # one document's failure never stops the run
            reason = f"it could not be indexed: {error} ({type(error).__name__})"
            record = self._note(replace(record, outcome=Outcome.FAILED, reason=reason), held, look.seconds)
        return FileOutcome(
            record.source,
            record.outcome,
            record.reason,
            record.pages,
            record.chunks,
            look.seconds + time.monotonic() - begun,
        )

    def remove_vanished(self, given: Sequence[Path]) -> int:
        """Remove the documents below the folders given whose files are gone; how many they were."""
        folders = [Path(os.path.realpath(path)) for path in given if path.is_dir()]
        vanished = [
            record
            for record in self.records.values()
            if any(_place(record).is_relative_to(folder) for folder in folders) and _is_gone(record)
        ]
        for record in vanished:
            self._forget(record)
        return len(vanished)

    def _unchanged(self, file: Found, held: Record, look: _Look) -> FileOutcome:
        stamp = look.stamp if look.stamp.content_hash else held.stamp
        if stamp != held.stamp or file.source != held.source:
            self.records[held.id] = replace(held, stamp=stamp, source=file.source)
            self.library.touch(self.records[held.id])
        if held.outcome in HELD:
            return FileOutcome(file.source, Outcome.UNCHANGED, "", held.pages, held.chunks, look.seconds)
        return FileOutcome(file.source, held.outcome, held.reason, held.pages, 0, look.seconds)

    def _index(self, record: Record, document: Document, seconds: float) -> Record:
        begun = time.monotonic()
        chunks = chunk(document, record.id, self.embedder.count, self.embedder.card.max_tokens)
        vectors = self._embed([piece.embedding_text for piece in chunks])
        outcome, reason, before = self._kinship(record)
        record = replace(
            record,
            outcome=outcome,
            reason=reason,
            media_type=document.media_type,
            language=document.language,
            pages=document.pages,
            chunks=len(chunks),
            seconds=round(seconds + time.monotonic() - begun, 3),
        )
        self.library.replace(record, document, chunks, vectors)
        self._know(record)
        if before is not None:
            self._forget(before)
        return record

    def _note(self, record: Record, held: Record | None, seconds: float) -> Record:
        if held is not None and held.chunks:
            record = replace(record, reason=f"{record.reason}; what was held of it before is no longer cited")
        record = replace(record, chunks=0, seconds=round(seconds, 3))
        if not _place(record).is_dir():  # a folder that may not be read is told of, not held
            self.library.note(record)
            self.records[record.id] = record
        return record

    def _kinship(self, record: Record) -> tuple[Outcome, str, Record | None]:
        """Whether another document has the same content: moved from there, or a second copy of it."""
        others = [
            other
            for other in self.by_content.get(record.stamp.content_hash, [])
            if other.id != record.id and self._holds(other)
        ]
        if record.id not in self.records:
            for other in others:
                if _is_gone(other):
                    return Outcome.MOVED, f"moved from {other.source}", other
        if others:
            return Outcome.DUPLICATE, f"the same content as {others[0].source}", None
        return Outcome.INDEXED, "", None

    def _embed(self, texts: list[str]) -> Vectors:
        """One vector for each text; those the library holds are taken from there."""
        known = dict(self.library.known_vectors(texts))
        new = sorted({text for text in texts if text not in known}, key=len)  # like lengths waste no padding
        for at in range(0, len(new), BATCH):
            batch = new[at : at + BATCH]
            known.update(zip(batch, self.embedder.embed_documents(batch), strict=True))
        if not texts:
            return np.empty((0, self.embedder.card.dimension), dtype=np.float32)
        return np.stack([known[text] for text in texts]).astype(np.float32, copy=False)

    def _know(self, record: Record) -> None:
        self.records[record.id] = record
        if record.outcome in HELD and record.stamp.content_hash:
            self.by_content.setdefault(record.stamp.content_hash, []).append(record)

    def _holds(self, record: Record) -> bool:
        """Whether a document known by its content is still held with that content."""
        now = self.records.get(record.id)
        return now is not None and now.outcome in HELD and now.stamp.content_hash == record.stamp.content_hash

    def _forget(self, record: Record) -> None:
        self.library.remove(record.id)
        self.records.pop(record.id, None)


def _place(record: Record) -> Path:
    return Path(record.root, record.path)


def _is_gone(record: Record) -> bool:
    """Whether the file is certainly not there; a folder that may not be read does not tell."""
    try:
        _place(record).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
