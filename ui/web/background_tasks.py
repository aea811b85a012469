"""Work that takes long and whose result pages wait for: a thread does each, apart from any page, and once for all.

A page that is closed, runs again or is opened twice changes nothing in that. Knows no Streamlit. Answers, which can be
stopped and are seen as they are written, have generation.py.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from rag.errors import OakenError

_T = TypeVar("_T")


class BackgroundTask(Generic[_T]):
    """One piece of work on its way, or what came of it."""

    def __init__(self, version: Hashable) -> None:
        self.version = version  # of what it is done on
        self.begun = time.monotonic()
        self.result: _T | None = None
        self.problem: OakenError | None = None
        self._over = threading.Event()

    @property
    def over(self) -> bool:
        """Whether there is a result or a problem."""
        return self._over.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for its end, at most so many seconds; whether it has come."""
        return self._over.wait(seconds)

    def run(self, work: Callable[[], _T]) -> None:
        """Do it to its end, whatever that is."""
        try:
            self.result = work()
        except OakenError as error:
            self.problem = error
        except Exception:
            logging.getLogger(__name__).exception("an errand failed")
            self.problem = OakenError(
                "Something went wrong inside Oaken.", "The terminal it was started from tells more."
            )

    def end(self) -> None:
        """Tell who waits that it is over."""
        self._over.set()


class BackgroundTasks(Generic[_T]):
    """Errands by key: one at a time for each, and the last that brought something."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: dict[Hashable, BackgroundTask[_T]] = {}
        self._good: dict[Hashable, BackgroundTask[_T]] = {}

    def begin(self, key: Hashable, version: Hashable, work: Callable[[], _T]) -> BackgroundTask[_T]:
        """Have it done, unless it is being done under that key already, or was for that version: then it is that
        one."""
        with self._lock:
            newest = self._newest.get(key)
            if newest is not None and (not newest.over or newest.version == version):
                return newest
            errand = self._newest[key] = BackgroundTask[_T](version)
        threading.Thread(target=self._run, args=(key, errand, work), name=f"errand {key}", daemon=True).start()
        return errand

    def newest(self, key: Hashable) -> BackgroundTask[_T] | None:
        """The last that was begun."""
        with self._lock:
            return self._newest.get(key)

    def last(self, key: Hashable) -> _T | None:
        """What the last one that succeeded brought."""
        with self._lock:
            good = self._good.get(key)
        return good.result if good is not None else None

    def forget(self, key: Hashable) -> None:
        """Let go of what came of it; one under way goes on, and pages hear no more of it."""
        with self._lock:
            self._newest.pop(key, None)
            self._good.pop(key, None)

    def _run(self, key: Hashable, errand: BackgroundTask[_T], work: Callable[[], _T]) -> None:
        errand.run(work)
        with self._lock:
            if errand.problem is None and self._newest.get(key) is errand:
                self._good[key] = errand
        errand.end()
