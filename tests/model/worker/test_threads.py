import os
from types import SimpleNamespace

import pytest

from rag.model.worker import threads
from rag.model.worker.threads import ThreadPlan, cores, free_cores


def test_cores_are_no_more_than_the_process_may_use() -> None:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    assert 1 <= cores() <= usable


@pytest.mark.parametrize(
    ("seconds", "busy", "own", "free"),
    [(1.0, 2.0, 2.0, 4.0), (1.0, 3.0, 2.0, 3.0), (0.5, 2.0, 0.0, 0.0), (2.0, 1.0, 1.5, 4.0)],
)
def test_what_others_use_is_not_free(seconds: float, busy: float, own: float, free: float) -> None:
    assert free_cores(4, seconds, busy, own) == free


@pytest.mark.parametrize(("others", "expected"), [(0.0, 4), (0.2, 4), (0.5, 3), (1.0, 3), (2.6, 1), (9.0, 1)])
def test_threads_follow_what_is_free(monkeypatch: pytest.MonkeyPatch, others: float, expected: int) -> None:
    clock = SimpleNamespace(monotonic=lambda: clock.at, process_time=lambda: 0.0, at=100.0)
    monkeypatch.setattr(threads, "time", clock)
    monkeypatch.setattr(threads, "_busy_seconds", lambda: clock.at * others)
    following, fixed = ThreadPlan(4, follow=True), ThreadPlan(4, follow=False)
    assert following.now() == 4
    clock.at += 1.0
    following.measure_load()
    fixed.measure_load()
    assert (following.now(), fixed.now()) == (expected, 4)


def test_our_own_work_does_not_count_against_us() -> None:
    """Measured for real: a busy loop of ours leaves the rest of the machine as free as it was."""
    follow = ThreadPlan(2, follow=True)
    begun = os.times().user
    while os.times().user - begun < 0.3:
        pass
    follow.measure_load()
    assert follow._free <= 2.0
