"""Reports of a run: while it goes on, and at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingest.work_share import BYTES_PER_FILE
from rag.types import Outcome

NOT_DONE = frozenset({Outcome.FAILED, Outcome.ENCRYPTED, Outcome.TOO_LARGE})
_MIN_ESTIMATE_SECONDS = 1.0  # seconds before which there is no estimate
_MIN_ESTIMATE_SHARE = 0.02  # share of the work below which it is judged by bytes


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """The outcome of one file in this run."""

    source: str
    outcome: Outcome
    reason: str = ""
    pages: int | None = None
    chunks: int = 0
    seconds: float = 0.0
    examined: bool = True  # it was examined in this run

    @property
    def in_part(self) -> bool:
        """Whether only part of the file was read; ``reason`` says what was not, such as a member of an archive."""
        return self.outcome is Outcome.INDEXED and bool(self.reason)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form that scripts rely on."""
        return {
            "source": self.source,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "pages": self.pages,
            "chunks": self.chunks,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class IngestProgress:
    """The state of a run.

    With ``outcome`` set, ``source`` is the file that has just been done; without, the current work (and how far it is),
    or empty.
    """

    done: int  # files, unchanged ones included
    total: int
    source: str
    outcome: Outcome | None = None
    read: int = 0  # bytes of the changed files done
    to_read: int = 0  # bytes of all changed files
    files: int = 0  # changed files done
    seconds: float = 0.0  # since the run began
    share: float = 0.0  # of the whole work, embedding included: 0 to 1; 0 where that is not known
    all_read: bool = False  # everything can be found by its words; what is left is to embed it
    embedded: int = 0  # texts embedded in this run
    to_embed: int = 0  # texts that had to be, as far as known
    embedding: float = 0.0  # seconds spent on it

    @property
    def files_a_second(self) -> float:
        """Changed files done per second; 0 before there are any."""
        return self.files / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """An estimate, by the texts left or the share of the work, or else by bytes; None where it is too early."""
        if self.all_read and self.embedded and self.embedding >= _MIN_ESTIMATE_SECONDS:
            return self.embedding * (self.to_embed - self.embedded) / self.embedded
        if self.seconds >= _MIN_ESTIMATE_SECONDS and self.share >= _MIN_ESTIMATE_SHARE:
            return self.seconds * (1.0 - self.share) / self.share
        done = self.read + BYTES_PER_FILE * self.files
        if self.seconds < _MIN_ESTIMATE_SECONDS or not self.files:
            return None
        left = self.to_read - self.read + BYTES_PER_FILE * (self.total - self.done)
        return self.seconds * left / done


@dataclass(frozen=True, slots=True)
class IngestReport:
    """The result of a run: one outcome for each file, in the order they were found, and what it removed."""

    outcomes: tuple[FileOutcome, ...] = ()
    gone: tuple[str, ...] = ()  # sources of documents removed: their files are gone, or ignored from now on
    seconds: float = 0.0
    stopped: bool = False
    stages: Mapping[str, float] = field(default_factory=dict)  # seconds of work: read, chunk, embed, write, follow
    note: str = ""  # which of the library's indexes could not follow yet; a later run makes up for it

    @property
    def removed(self) -> int:
        """The number of documents removed."""
        return len(self.gone)

    @property
    def failed(self) -> bool:
        """Whether some file could not be read that a person may expect to find."""
        return any(outcome.outcome in NOT_DONE for outcome in self.outcomes)

    @property
    def in_part(self) -> tuple[FileOutcome, ...]:
        """The files of which only part was read."""
        return tuple(outcome for outcome in self.outcomes if outcome.in_part)

    @property
    def totals(self) -> dict[str, float]:
        """Files by outcome, those read in part (counted among the indexed too), and all files, chunks and seconds."""
        counts = Counter(outcome.outcome.value for outcome in self.outcomes)
        totals: dict[str, float] = dict(sorted(counts.items()))
        if self.in_part:
            totals["in_part"] = len(self.in_part)
        if self.removed:
            totals["removed"] = self.removed
        totals["files"] = len(self.outcomes)
        totals["chunks"] = sum(outcome.chunks for outcome in self.outcomes)
        totals["seconds"] = round(self.seconds, 3)
        return totals

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form that scripts rely on (``oaken ingest --json``)."""
        return {"outcomes": [outcome.to_json() for outcome in self.outcomes], "totals": self.totals, "note": self.note}
