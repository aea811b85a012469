"""How many threads llama.cpp gets: the cores there are, less what other programs keep busy.

Its threads wait for each other many hundred times a token, and spin while they wait. One that has to share its core
holds up all: beside one busy process, two threads wrote 28 tokens a second where one alone wrote 85.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

_CORE_MARGIN = 0.3  # of a core: small work of others does not cost a thread
_MIN_LOAD_SECONDS = 0.2  # seconds between two looks: less says nothing


def cores() -> int:
    """Physical cores that this process may use: no more than its affinity and its control group's quota give it."""
    import psutil

    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    physical, logical = psutil.cpu_count(logical=False) or usable, psutil.cpu_count() or usable
    if usable == logical:  # with an affinity one cannot tell which of them share a core
        usable = min(usable, physical)
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return max(1, min(usable, int(quota) // int(period)))
    except (OSError, ValueError):
        return max(1, usable)


def now_free(most: int) -> int:
    """How many of so many cores nobody uses just now, at least one; takes a second."""
    watched = ThreadPlan(most, follow=True)
    if most > 1:
        time.sleep(1.0)
        watched.look()
    return watched.now()


class ThreadPlan:
    """The number of threads to use now. ``look`` is called about twice a second, from any one thread."""

    def __init__(self, most: int, *, follow: bool) -> None:
        self._most = most
        self._follow = follow and most > 1
        self._free = float(most)
        self._before = (0.0, 0.0, 0.0)
        self.look()

    def now(self) -> int:
        """From 1 to the most that is wanted; the most where the machine is not to be followed."""
        return max(1, min(self._most, int(self._free + _CORE_MARGIN))) if self._follow else self._most

    def look(self) -> None:
        """Measure what others used since the last look."""
        if not self._follow:
            return
        at, busy, own = time.monotonic(), _busy_seconds(), time.process_time()
        then, busy_then, own_then = self._before
        if at - then < _MIN_LOAD_SECONDS:
            return
        if then:
            self._free = free_cores(self._most, at - then, busy - busy_then, own - own_then)
        self._before = (at, busy, own)


def free_cores(cores: int, seconds: float, busy: float, own: float) -> float:
    """Cores that nobody else used, out of the processor seconds that all and we spent in this time."""
    return cores - max(0.0, busy - own) / seconds


def _busy_seconds() -> float:
    """Processor seconds that the whole machine has spent on anything."""
    import psutil

    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    # Linux counts a guest's time twice.
    guests = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return float(sum(times) - idle - guests)
