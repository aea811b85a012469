"""Long work apart from the page: done once, whoever asks, and what came of it is kept."""

from __future__ import annotations

import threading

import pytest

from rag.errors import LibraryError, OakenError
from ui.web.background_tasks import BackgroundTasks

LONG = 30.0


def test_whoever_asks_while_it_is_done_waits_for_the_same_one() -> None:
    go, done = threading.Event(), []
    errands: BackgroundTasks[int] = BackgroundTasks()

    def work() -> int:
        assert go.wait(LONG)
        done.append(1)
        return 7

    first = errands.begin("a", 1, work)
    assert errands.begin("a", 1, work) is first and errands.begin("a", 2, work) is first
    other = errands.begin("b", 1, lambda: 8)
    assert other.wait(LONG) and other.result == 8
    assert not first.over and errands.last("a") is None
    go.set()
    assert first.wait(LONG) and first.result == 7 and done == [1]


def test_what_was_done_for_a_version_is_not_done_again_and_stands_until_the_next_is_ready() -> None:
    errands: BackgroundTasks[str] = BackgroundTasks()
    first = errands.begin("a", 1, lambda: "old")
    assert first.wait(LONG) and errands.begin("a", 1, lambda: "never") is first
    go = threading.Event()
    second = errands.begin("a", 2, lambda: "new" if go.wait(LONG) else "")
    assert errands.last("a") == "old" and errands.newest("a") is second
    go.set()
    assert second.wait(LONG)
    assert errands.last("a") == "new"


def test_a_problem_is_kept_as_one_and_the_last_good_result_stays() -> None:
    errands: BackgroundTasks[str] = BackgroundTasks()
    assert errands.begin("a", 1, lambda: "good").wait(LONG)

    def damaged() -> str:
        raise LibraryError("It is damaged.", "oaken doctor")

    broken = errands.begin("a", 2, damaged)
    assert broken.wait(LONG) and isinstance(broken.problem, LibraryError)
    assert errands.last("a") == "good"


def test_an_error_of_the_program_becomes_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    errands: BackgroundTasks[int] = BackgroundTasks()
    broken = errands.begin("a", 1, lambda: 1 // 0)
    assert broken.wait(LONG) and type(broken.problem) is OakenError
    assert "ZeroDivisionError" in caplog.text
    errands.forget("a")
    assert errands.newest("a") is None
