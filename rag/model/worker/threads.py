"""Chooses llama.cpp's number of threads: the cores there are, less what other programs keep busy.

Its threads wait for each other many hundred times a token, and spin while they wait. One that has to share its core
holds up all: beside one busy process, two threads wrote 28 tokens a second where one alone wrote 85.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

_CORE_MARGIN = 0.3  # of a core: small work of others does not cost a thread
_MIN_LOAD_SECONDS = 0.2  # seconds between two measurements: less says nothing


def cores() -> int:
    """Return the physical cores this process may use, within its affinity and its control group's quota."""
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
    """Return how many of ``most`` cores are idle just now, at least one; takes a second."""
    watched = ThreadPlan(most, follow=True)
    if most > 1:
        time.sleep(1.0)
        watched.measure_load()
    return watched.now()


class ThreadPlan:
    """The number of threads to use now. ``measure_load`` is called about twice a second, by one thread only."""

    def __init__(self, most: int, *, follow: bool) -> None:
        self._max = most
        self._follows_load = follow and most > 1
        self._free = float(most)
        self._before = (0.0, 0.0, 0.0)
        self.measure_load()

    def now(self) -> int:
        """Return the number of threads, from 1 to the maximum; the maximum where load is not followed."""
        return max(1, min(self._max, int(self._free + _CORE_MARGIN))) if self._follows_load else self._max

    def measure_load(self) -> None:
        """Measure what other programs used since the last call."""
        if not self._follows_load:
            return
        at, busy, own = time.monotonic(), _busy_seconds(), time.process_time()
        then, busy_then, own_then = self._before
        if at - then < _MIN_LOAD_SECONDS:
            return
        if then:
            self._free = free_cores(self._max, at - then, busy - busy_then, own - own_then)
        self._before = (at, busy, own)


def free_cores(cores: int, seconds: float, busy: float, own: float) -> float:
    """Return the cores left by other programs, from the processor seconds that all and we spent in this time."""
    return cores - max(0.0, busy - own) / seconds


def _busy_seconds() -> float:
    """Return the processor seconds that the whole machine has spent on anything."""
    import psutil

    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    # Linux counts a guest's time twice.
    guests = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return float(sum(times) - idle - guests)
