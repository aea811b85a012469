"""Model downloads that a page began: a thread each, which goes on when the page is closed. Knows no Streamlit."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from rag.errors import OakenError
from rag.messages import Message
from rag.model.files.store import Tell

Work = Callable[[Tell], None]


class StoppedError(Exception):
    """The person stopped the download."""


class ModelDownload:
    """One download, running or over."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.stage = ""  # "downloading", "checking" …; "" before the first byte
        self.done = self.total = 0  # bytes of the stage
        self.problem: OakenError | None = None
        self._stop = threading.Event()
        self._over = threading.Event()

    @property
    def over(self) -> bool:
        """Whether it has ended: with a model, a problem, or because it was stopped."""
        return self._over.is_set()

    @property
    def stopped(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Stop it at the next block. What has arrived is kept: the next download of it resumes there."""
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Wait at most so many seconds; return whether it is over."""
        return self._over.wait(seconds)

    def run(self, work: Work) -> None:
        """Run it to its end, whatever that is."""
        try:
            work(self._tell)
        except StoppedError:
            pass
        except OakenError as error:
            self.problem = error
        except Exception:
            logging.getLogger(__name__).exception("a download failed")
            self.problem = OakenError(
                Message("Something went wrong inside Oaken."), Message("See the terminal for details.")
            )
        finally:
            self._over.set()

    def _tell(self, stage: str, done: int, total: int) -> None:
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
        threading.Thread(target=download.run, args=(work,), name=f"download {name}", daemon=True).start()
        return download

    def live(self) -> frozenset[str]:
        """Return the names of the models being downloaded now."""
        with self._lock:
            return frozenset(name for name, download in self._newest.items() if not download.over)

    def newest(self, name: str) -> ModelDownload | None:
        """Return the download of this model that was begun last."""
        with self._lock:
            return self._newest.get(name)
