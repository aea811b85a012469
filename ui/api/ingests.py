"""Uploads that are read in the background, one after the other, and what became of each file."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ingest.pipeline import ingest
from ingest.report import IngestProgress, IngestReport
from rag.answer.assistant import Assistant
from rag.errors import LibraryBusyError, OakenError
from ui.api.libraries import ServedLibraries
from ui.shared.adding.added_folders import note_added
from ui.shared.adding.uploads import UploadResult

_REMEMBERED_JOBS = 256
_BUSY_SECONDS, _RETRY_AFTER = 600.0, 1.0  # seconds to wait for another program that fills the library


@dataclass(slots=True)
class UploadJob:
    """An upload, and how far it is."""

    number: int
    library: str
    kept: UploadResult
    status: str = "waiting"  # waiting, running, done or failed
    done: int = 0
    report: IngestReport | None = None
    documents: dict[str, str] = field(default_factory=dict)  # source -> document id
    problem: str = ""

    def row(self) -> dict[str, Any]:
        """Return it as JSON."""
        outcomes = [each.to_json() for each in self.report.outcomes] if self.report else []
        refused = [{"name": name, "outcome": "refused", "reason": reason} for name, reason in self.kept.refused]
        return {
            "id": self.number,
            "object": "ingest",
            "library": self.library,
            "status": self.status,
            "files": len(self.kept.paths) + len(self.kept.refused),
            "done": self.done,
            "outcomes": [
                each | {"name": each["source"].rpartition("/")[2], "document_id": self.documents.get(each["source"])}
                for each in outcomes
            ]
            + refused,
            "problem": self.problem,
        }


class IngestQueue:
    """The uploads of one server. Thread-safe."""

    def __init__(self, libraries: ServedLibraries) -> None:
        self._libraries = libraries
        self._lock = threading.Lock()
        self._jobs: OrderedDict[int, UploadJob] = OrderedDict()
        self._next = 1
        self._worker = ThreadPoolExecutor(1, "ingest")

    def add(self, library: str, kept: UploadResult) -> UploadJob:
        """Queue files that were kept."""
        with self._lock:
            job = self._jobs[self._next] = UploadJob(self._next, library, kept)
            self._next += 1
            while len(self._jobs) > _REMEMBERED_JOBS:
                self._jobs.popitem(last=False)
        if kept.paths:
            self._worker.submit(self._run, job)
        else:
            job.status = "done"
        return job

    def job(self, number: int) -> UploadJob | None:
        """Return the upload with that number; None where it is not remembered."""
        return self._jobs.get(number)

    def _run(self, job: UploadJob) -> None:
        job.status = "running"
        try:
            assistant = self._libraries.assistant(job.library)
            job.report = self._once_free(job, assistant)
            ids = {record.source: record.id for record in assistant.library.records()}
            job.documents = {each.source: ids[each.source] for each in job.report.outcomes if each.source in ids}
            job.status = "done"
        except OakenError as error:
            job.status, job.problem = "failed", error.message
        except Exception:
            job.status, job.problem = "failed", "Something went wrong inside Oaken."
            raise

    def _once_free(self, job: UploadJob, assistant: Assistant) -> IngestReport:
        def progress(now: IngestProgress) -> None:
            job.done = now.done

        note_added(assistant.library.folder, job.kept.paths)
        until = time.monotonic() + _BUSY_SECONDS
        while time.monotonic() < until:
            with contextlib.suppress(LibraryBusyError):
                return ingest(job.kept.paths, assistant.library, assistant.embedder, progress=progress)
            time.sleep(_RETRY_AFTER)
        return ingest(job.kept.paths, assistant.library, assistant.embedder, progress=progress)
