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


class StoppedError(Exception):
    """The person stopped the task: that is no problem."""


class BackgroundTask(Generic[_T]):
    """One piece of work in a thread of its own, running or over. The kinds below and elsewhere add what is shown."""

    def __init__(self, version: Hashable = None) -> None:
        self.version = version  # of its input
        self.begun = time.monotonic()
        self.result: _T | None = None
        self.problem: OakenError | None = None
        self._stopped = threading.Event()
        self._over = threading.Event()

    @property
    def over(self) -> bool:
        """Whether it has ended: with a result, a problem, or because it was stopped."""
        return self._over.is_set()

    @property
    def stopped(self) -> bool:
        """Whether it was asked to stop."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Ask it to stop. It ends where its work next looks."""
        self._stopped.set()

    def wait(self, seconds: float) -> bool:
        """Wait at most so many seconds; return whether it is over."""
        return self._over.wait(seconds)

    def attempt(self, work: Callable[[], _T]) -> None:
        """Do the work, and keep its result or what went wrong. Raises nothing."""
        try:
            self.result = work()
        except StoppedError:
            pass
        except OakenError as error:
            self.problem = error
        except Exception:
            logging.getLogger(__name__).exception("a background task failed")
            self.problem = OakenError(
                Message("Something went wrong inside Oaken."), Message("See the terminal for details.")
            )

    def end(self) -> None:
        """Wake the waiting threads: it is over."""
        self._over.set()


def in_background(name: str, work: Callable[[], None]) -> None:
    """Run the work in a thread that does not keep the program alive."""
    threading.Thread(target=work, name=name, daemon=True).start()


class BackgroundTasks(Generic[_T]):
    """Background tasks by key: one at a time for each, and the last that succeeded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: dict[Hashable, BackgroundTask[_T]] = {}
        self._last_results: dict[Hashable, BackgroundTask[_T]] = {}

    def begin(self, key: Hashable, version: Hashable, work: Callable[[], _T]) -> BackgroundTask[_T]:
        """Start the work, unless it runs under that key already or was done for that version; return that task then."""
        with self._lock:
            newest = self._newest.get(key)
            if newest is not None and (not newest.over or newest.version == version):
                return newest
            task = self._newest[key] = BackgroundTask[_T](version)
        in_background(f"task {key}", lambda: self._run(key, task, work))
        return task

    def newest(self, key: Hashable) -> BackgroundTask[_T] | None:
        """Return the task begun last."""
        with self._lock:
            return self._newest.get(key)

    def last(self, key: Hashable) -> _T | None:
        """Return the result of the last task that succeeded."""
        with self._lock:
            good = self._last_results.get(key)
        return good.result if good is not None else None

    def forget(self, key: Hashable) -> None:
        """Forget the results of a key; a running task goes on, but pages no longer see it."""
        with self._lock:
            self._newest.pop(key, None)
            self._last_results.pop(key, None)

    def _run(self, key: Hashable, task: BackgroundTask[_T], work: Callable[[], _T]) -> None:
        task.attempt(work)
        with self._lock:
            if task.problem is None and self._newest.get(key) is task:
                self._last_results[key] = task
        task.end()
