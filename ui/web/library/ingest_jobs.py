"""Files that are being taken in, and libraries that are given another embedder, apart from any page: a thread for each
library works off what was asked for, in turn.

A page that runs again, is closed, or is opened twice changes nothing in that; only :meth:`IngestJob.stop` ends one
early, and the next run goes on from there. Knows no Streamlit.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingest.report import IngestProgress, IngestReport
from rag.errors import LibraryBusyError, OakenError
from rag.library.maintenance.reembed import ReembedProgress

Tell = Callable[[IngestProgress | ReembedProgress], None]
Work = Callable[[Tell, Callable[[], bool]], IngestReport]

_ENDED_RUNS_KEPT = 5  # runs of a library that ended, for pages that were closed meanwhile
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 5.0  # seconds between two tries where another program fills the library


@dataclass(frozen=True, slots=True)
class IngestRequest:
    """What a person wants taken in, or out; equal wishes are one."""

    paths: tuple[Path, ...] = ()
    anew: tuple[str, ...] = ()  # ids of documents that are read again whatever is held of them
    again: bool = False  # all files that gave no text before
    gone: tuple[str, ...] = ()  # ids of documents that are taken out
    refused: tuple[tuple[str, str], ...] = ()  # (name, reason) of dropped files that were not even kept
    embedder: str = ""  # the embedder that the library is to be given


@dataclass(frozen=True, slots=True)
class IngestResult:
    """How a run ended: with a report, or with a problem."""

    number: int
    wish: IngestRequest
    report: IngestReport | None = None
    problem: OakenError | None = None


class IngestJob:
    """One wish, waiting or at work."""

    def __init__(self, number: int, wish: IngestRequest) -> None:
        self.number = number
        self.wish = wish
        self.progress: IngestProgress | ReembedProgress | None = None  # None until the files are known
        self.busy = ""  # who fills the library meanwhile, where it is another program
        self._stopped = threading.Event()

    @property
    def stopped(self) -> bool:
        """Whether somebody wants it to end."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """End it. What is filed by then stays, and the next run goes on from there."""
        self._stopped.set()

    def run(self, work: Work) -> IngestResult:
        """Do it to its end, whatever that is; where another program fills the library, wait for its turn."""
        wait = _FIRST_WAIT
        try:
            while not self.stopped:
                try:
                    return self._ended(work(self._tell, self._stopped.is_set))
                except LibraryBusyError as busy:
                    if self.progress is not None:
                        raise
                    self.busy = busy.message
                self._stopped.wait(wait)
                wait = min(2 * wait, _LONGEST_WAIT)
        except OakenError as error:
            return self._ended(None, error)
        except Exception:
            logging.getLogger(__name__).exception("taking files in failed")
            told = "Something went wrong inside Oaken.", "The terminal it was started from tells more."
            return self._ended(None, OakenError(*told))
        return self._ended(IngestReport(stopped=True))

    def _tell(self, progress: IngestProgress | ReembedProgress) -> None:
        self.progress, self.busy = progress, ""

    def _ended(self, report: IngestReport | None, problem: OakenError | None = None) -> IngestResult:
        return IngestResult(self.number, self.wish, report, problem)


class IngestJobs:
    """What is being taken in now and what ended lately, by library."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._live: dict[str, deque[tuple[IngestJob, Work]]] = {}
        self._ended: dict[str, deque[IngestResult]] = defaultdict(lambda: deque(maxlen=_ENDED_RUNS_KEPT))

    def add(self, library: str, wish: IngestRequest, work: Work) -> IngestJob:
        """Do ``work`` in the background, after what was asked for before. The same wish twice is one: a second click
        doubles nothing."""
        with self._lock:
            running = self._live.get(library)
            for taking, _ in running or ():
                if taking.wish == wish and not taking.stopped:
                    return taking
            taking = IngestJob(next(self._numbers), wish)
            if running is not None:
                running.append((taking, work))
                return taking
            self._live[library] = deque([(taking, work)])
        threading.Thread(target=self._work, args=(library,), name=f"taking in {library}", daemon=True).start()
        return taking

    def live(self, library: str) -> tuple[IngestJob, ...]:
        """The one at work, then those that wait. Ask before :meth:`ended`: what ends in between is in either."""
        with self._lock:
            return tuple(taking for taking, _ in self._live.get(library, ()))

    def ended(self, library: str) -> tuple[IngestResult, ...]:
        """The runs that ended and that nobody dismissed, the last one first."""
        with self._lock:
            return tuple(reversed(self._ended[library]))

    def dismiss(self, library: str, number: int) -> None:
        """Forget how that run ended."""
        with self._lock:
            kept = [each for each in self._ended[library] if each.number != number]
            self._ended[library].clear()
            self._ended[library].extend(kept)

    def _work(self, library: str) -> None:
        while True:
            with self._lock:
                taking, work = self._live[library][0]
            ended = taking.run(work)
            with self._lock:
                self._ended[library].append(ended)
                self._live[library].popleft()
                if not self._live[library]:
                    del self._live[library]
                    return
