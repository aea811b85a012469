"""Model downloads that a page began: a thread each, which goes on when the page is closed."""

from __future__ import annotations

import threading
from collections.abc import Callable

import streamlit as st

from rag.model.files.store import ProgressCallback
from ui.web.background_tasks import BackgroundTask, StoppedError, in_background

Work = Callable[[ProgressCallback], None]


class ModelDownload(BackgroundTask[None]):
    """One download. Stopped, it ends at the next block, and the next download of the model resumes there."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.stage = ""  # "downloading", "checking" …; "" before the first byte
        self.done = self.total = 0  # bytes of the stage

    @property
    def paused(self) -> bool:
        """Whether it was stopped midway: the next one goes on from there."""
        return self.over and self.stopped and self.problem is None and 0 < self.done < self.total

    def run(self, work: Work) -> None:
        """Run it to its end, whatever that is."""
        self.attempt(lambda: work(self._progress))
        self.end()

    def _progress(self, stage: str, done: int, total: int) -> None:
        self.stage, self.done, self.total = stage, done, total
        if self.stopped:
            raise StoppedError


class ModelDownloads:
    """The downloads of all pages, by the model's name: one at a time for each."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: dict[str, ModelDownload] = {}

    def begin(self, name: str, work: Work) -> ModelDownload:
        """Begin a download; return the running one where there is one, so that a second click starts nothing twice."""
        with self._lock:
            newest = self._newest.get(name)
            if newest is not None and not newest.over:
                return newest
            download = self._newest[name] = ModelDownload(name)
        in_background(f"download {name}", lambda: download.run(work))
        return download

    def live(self) -> frozenset[str]:
        """Return the names of the models being downloaded now."""
        with self._lock:
            return frozenset(name for name, download in self._newest.items() if not download.over)

    def newest(self, name: str) -> ModelDownload | None:
        """Return the download of this model that was begun last."""
        with self._lock:
            return self._newest.get(name)


@st.cache_resource(show_spinner=False)
def downloads() -> ModelDownloads:
    """Return the downloads of all pages of this app."""
    return ModelDownloads()
