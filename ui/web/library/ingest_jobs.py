"""Ingest jobs and embedder changes that run apart from any page: one thread per library works through its queue.

A page that runs again, is closed or is opened twice changes nothing in that; only :meth:`IngestJob.stop` ends a job
early, and the next job goes on from there. Knows no Streamlit.
"""

from __future__ import annotations

import itertools
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from ingest.report import IngestProgress, IngestReport
from rag.errors import LibraryBusyError, OakenError
from rag.library.maintenance.reembed import ReembedProgress
from rag.messages import Message
from ui.web.background_tasks import BackgroundTask, in_background

OnProgress = Callable[[IngestProgress | ReembedProgress | Message], None]  # a message: what comes before the first file
Work = Callable[[OnProgress, Callable[[], bool]], IngestReport]

_ENDED_RUNS_KEPT = 5  # finished runs of a library, for pages that were closed meanwhile
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 5.0  # seconds between two tries while another program holds the library


@dataclass(frozen=True, slots=True)
class IngestRequest:
    """A request to add, re-read or remove documents; equal requests are one."""

    paths: tuple[Path, ...] = ()
    read_again: tuple[str, ...] = ()  # ids of documents that are re-read in any case
    retry_incomplete: bool = False  # all files that gave no text before
    gone: tuple[str, ...] = ()  # ids of documents that are removed
    refused: tuple[tuple[str, str], ...] = ()  # (name, reason) of uploads that were not stored
    embedder: str = ""  # the embedder that the library changes to
    addresses: tuple[str, ...] = ()  # of web pages that are fetched
    vectors: bool = False  # the vectors that documents wait for


@dataclass(frozen=True, slots=True)
class IngestResult:
    """How a job ended: with a report, or with a problem."""

    number: int
    request: IngestRequest
    report: IngestReport | None = None
    problem: OakenError | None = None


class IngestJob(BackgroundTask[IngestReport]):
    """One request, waiting or running. What is stored when it is stopped stays, and the next job goes on from there."""

    def __init__(self, number: int, request: IngestRequest) -> None:
        super().__init__()
        self.number = number
        self.request = request
        self.progress: IngestProgress | ReembedProgress | None = None  # None until the files are known
        self.busy = ""  # what holds the library meanwhile, where it is another program
        self.preparing = ""  # what is done before the first file

    def run(self, work: Work) -> IngestResult:
        """Run it to its end, whatever that is; while another program holds the library, wait."""
        self.attempt(lambda: self._once_free(work))
        self.end()
        return IngestResult(self.number, self.request, self.result, self.problem)

    def _once_free(self, work: Work) -> IngestReport:
        wait = _FIRST_WAIT
        while not self.stopped:
            try:
                return work(self._progress, self._stopped.is_set)
            except LibraryBusyError as busy:
                if self.progress is not None:
                    raise
                self.busy = busy.message
            self._stopped.wait(wait)
            wait = min(2 * wait, _LONGEST_WAIT)
        return IngestReport(stopped=True)

    def _progress(self, progress: IngestProgress | ReembedProgress | Message) -> None:
        self.busy = ""
        if isinstance(progress, Message):
            self.preparing = progress
        else:
            self.progress = progress


class IngestJobs:
    """The running and the recently finished ingest jobs, by library."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._live: dict[str, deque[tuple[IngestJob, Work]]] = {}
        self._ended: dict[str, deque[IngestResult]] = defaultdict(lambda: deque(maxlen=_ENDED_RUNS_KEPT))
        self._first_seen: dict[int, str] = {}  # a finished run -> the visit that it was first shown on

    def add(self, library: str, request: IngestRequest, work: Work) -> IngestJob:
        """Run ``work`` in the background, after the requests before it; return the job of an equal request.

        So a second click starts nothing twice.
        """
        with self._lock:
            running = self._live.get(library)
            for job, _ in running or ():
                if job.request == request and not job.stopped:
                    return job
            job = IngestJob(next(self._numbers), request)
            if running is not None:
                running.append((job, work))
                return job
            self._live[library] = deque([(job, work)])
        in_background(f"ingest {library}", lambda: self._work(library))
        return job

    def live(self, library: str) -> tuple[IngestJob, ...]:
        """Return the running job, then the waiting ones.

        Call before :meth:`ended`: a job that ends in between is then in at least one of them.
        """
        with self._lock:
            return tuple(job for job, _ in self._live.get(library, ()))

    def ended(self, library: str) -> tuple[IngestResult, ...]:
        """Return the finished runs that were not dismissed, the last one first."""
        with self._lock:
            return tuple(reversed(self._ended[library]))

    def is_news(self, number: int, visit: str) -> bool:
        """Tell whether a finished run was not shown on an earlier visit than this one, which has seen it now."""
        with self._lock:
            return self._first_seen.setdefault(number, visit) == visit

    def dismiss(self, library: str, number: int) -> None:
        """Forget a finished run, and those before it."""
        self._forget(library, {each.number for each in self.ended(library) if each.number <= number})

    def forget_stale(self, library: str, stale: Callable[[IngestResult], bool]) -> None:
        """Forget the finished runs that are ``stale``."""
        self._forget(library, {each.number for each in self.ended(library) if stale(each)})

    def _forget(self, library: str, numbers: Collection[int]) -> None:
        with self._lock:
            kept = [each for each in self._ended[library] if each.number not in numbers]
            self._ended[library].clear()
            self._ended[library].extend(kept)

    def forget(self, library: str) -> None:
        """Forget the finished runs of a library that is renamed or deleted: they name its files."""
        with self._lock:
            self._ended.pop(library, None)

    def _work(self, library: str) -> None:
        waited = False
        while True:
            with self._lock:
                job, work = self._live[library][0]
            cancelled = waited and job.stopped  # while it waited: nothing came of it, and how others ended is told
            ended = job.run(work)
            waited = True
            with self._lock:
                if not cancelled:
                    self._ended[library].append(ended)
                self._live[library].popleft()
                if not self._live[library]:
                    del self._live[library]
                    return
