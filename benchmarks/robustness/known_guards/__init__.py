"""The guards that keep the promises of ``promises.py``: lines of code, and the test that fails without them.

``guards.py`` takes each out and sees its test fail. A guard is the smallest change that takes the protection away. None
may let a test reach beyond its own folders.
"""

from __future__ import annotations

from benchmarks.robustness.known_guards import access, leaving, searched, stored, strangers, texts
from benchmarks.robustness.known_guards.guard import Guard

GUARDS: tuple[Guard, ...] = tuple(
    sorted(
        (guard for part in (stored, searched, strangers, texts, access, leaving) for guard in part.GUARDS),
        key=lambda guard: guard.promise,
    )
)
__all__ = ["GUARDS", "Guard"]
