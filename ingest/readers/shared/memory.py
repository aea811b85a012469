"""Less memory for a library that a small file can make swell, and more for a program that maps far more than it uses,
than the worker has in all."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from pathlib import Path


def memory_limit(size: int) -> contextlib.AbstractContextManager[None]:
    """Within, this process may take ``size`` bytes more than it has now; where the platform cannot, nothing changes.

    A library in C that gets no more ends the process. That is an outcome: the file's, not the run's.
    """

    def least(soft: float, hard: float) -> float:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        return min(pages * resource.getpagesize() + size, soft, hard)

    return _limited(least)


def allow_memory(size: int) -> contextlib.AbstractContextManager[None]:
    """What is started within may map ``size`` bytes in all, up to what this process's own limit can be raised to."""
    return _limited(lambda _, hard: min(size, hard))


@contextlib.contextmanager
def _limited(wanted: Callable[[float, float], float]) -> Iterator[None]:
    """Address space as ``wanted`` says, given the limit now and the highest it may be raised to; infinite: none."""
    try:
        import resource

        before = resource.getrlimit(resource.RLIMIT_AS)
        limits = (math.inf if limit == resource.RLIM_INFINITY else limit for limit in before)
        resource.setrlimit(resource.RLIMIT_AS, (int(wanted(*limits)), before[1]))
    except (ImportError, OSError, ValueError):
        yield
        return
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
