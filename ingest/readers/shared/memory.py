"""Memory limits: less than the worker's for a library that a small file can make swell, more for some programs.

Those map far more memory than they use.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from pathlib import Path


def memory_limit(size: int) -> contextlib.AbstractContextManager[None]:
    """Limit this process, within the context, to ``size`` bytes more than now; does nothing where unsupported.

    A library in C that gets no more ends the process. That is an outcome: the file's, not the run's.
    """

    def least(soft: float, hard: float) -> float:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        return min(pages * resource.getpagesize() + size, soft, hard)

    return _limited(least)


def allow_memory(size: int) -> contextlib.AbstractContextManager[None]:
    """Let programs started within the context map ``size`` bytes, as far as this process's limit can be raised."""
    return _limited(lambda _, hard: min(size, hard))


@contextlib.contextmanager
def _limited(wanted: Callable[[float, float], float]) -> Iterator[None]:
    """Limit address space to ``wanted``, given the current limit and its maximum; infinite: none."""
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
