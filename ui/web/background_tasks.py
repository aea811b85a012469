"""Background tasks whose results pages wait for: a thread each, apart from any page, shared by all.

A page that is closed, runs again or is opened twice changes nothing in that. Knows no Streamlit. Answers, which can be
stopped and are shown while they are generated, have generation.py.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from rag.errors import OakenError
from rag.messages import Message

_T = TypeVar("_T")


class BackgroundTask(Generic[_T]):
    """One background task, running or over."""

    def __init__(self, version: Hashable) -> None:
        self.version = version  # of its input
        self.begun = time.monotonic()
        self.result: _T | None = None
        self.problem: OakenError | None = None
        self._over = threading.Event()

    @property
    def over(self) -> bool:
        """Whether there is a result or a problem."""
        return self._over.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait at most so many seconds; return whether it is over."""
        return self._over.wait(seconds)

    def run(self, work: Callable[[], _T]) -> None:
        """Run it to its end, whatever that is."""
        try:
            self.result = work()
        except OakenError as error:
            self.problem = error
        except Exception:
            logging.getLogger(__name__).exception("an errand failed")
            self.problem = OakenError(
                Message("Something went wrong inside Oaken."), Message("See the terminal for details.")
            )

    def end(self) -> None:
        """Wake the waiting threads: it is over."""
        self._over.set()


class BackgroundTasks(Generic[_T]):
    """Background tasks by key: one at a time for each, and the last that succeeded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: dict[Hashable, BackgroundTask[_T]] = {}
        self._good: dict[Hashable, BackgroundTask[_T]] = {}

    def begin(self, key: Hashable, version: Hashable, work: Callable[[], _T]) -> BackgroundTask[_T]:
        """Start the work, unless it runs under that key already or was done for that version; return that task then."""
        with self._lock:
            newest = self._newest.get(key)
            if newest is not None and (not newest.over or newest.version == version):
                return newest
            errand = self._newest[key] = BackgroundTask[_T](version)
        threading.Thread(target=self._run, args=(key, errand, work), name=f"errand {key}", daemon=True).start()
        return errand

    def newest(self, key: Hashable) -> BackgroundTask[_T] | None:
        """Return the task begun last."""
        with self._lock:
            return self._newest.get(key)

    def last(self, key: Hashable) -> _T | None:
        """Return the result of the last task that succeeded."""
        with self._lock:
            good = self._good.get(key)
        return good.result if good is not None else None

    def forget(self, key: Hashable) -> None:
        """Forget the results of a key; a running task goes on, but pages no longer see it."""
        with self._lock:
            self._newest.pop(key, None)
            self._good.pop(key, None)

    def _run(self, key: Hashable, errand: BackgroundTask[_T], work: Callable[[], _T]) -> None:
        errand.run(work)
        with self._lock:
            if errand.problem is None and self._newest.get(key) is errand:
                self._good[key] = errand
        errand.end()
