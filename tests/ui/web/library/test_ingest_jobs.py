"""Files that are taken in apart from any page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.report import FileOutcome, IngestProgress, IngestReport
from rag.errors import LibraryBusyError, LibraryError
from rag.messages import Message
from rag.types import Outcome
from ui.web.library import ingest_jobs
from ui.web.library.ingest_jobs import IngestJob, IngestJobs, IngestRequest, OnProgress, Work

A, B = IngestRequest((Path("/a"),)), IngestRequest((Path("/b"),))
DONE = IngestReport((FileOutcome("/a/x.txt", Outcome.INDEXED),))


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_jobs, "_FIRST_WAIT", 0.01)


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What work waits for; open in the end, so that no thread stays."""
    event = threading.Event()
    yield event
    event.set()


def held(gate: threading.Event, report: IngestReport = DONE) -> Work:
    def work(tell: OnProgress, stop: Callable[[], bool]) -> IngestReport:
        tell(IngestProgress(0, 1, "/a/x.txt"))
        while not gate.wait(0.01):
            if stop():
                return IngestReport(stopped=True)
        return report

    return work


def over(runs: IngestJobs, library: str = "default") -> None:
    waited = threading.Event()
    for _ in range(2000):
        if not runs.live(library):
            return
        waited.wait(0.01)
    pytest.fail("it goes on for ever")


def begun(taking: IngestJob) -> None:
    waited = threading.Event()
    for _ in range(2000):
        if taking.progress is not None:
            return
        waited.wait(0.01)
    pytest.fail("it never began")


def test_a_second_click_doubles_nothing_and_another_question_waits(gate: threading.Event) -> None:
    runs = IngestJobs()
    first = runs.add("default", A, held(gate))
    assert [runs.add("default", A, held(gate)) for _ in range(3)] == [first] * 3
    second = runs.add("default", B, held(gate))
    begun(first)
    assert runs.live("default") == (first, second)
    assert second.progress is None
    gate.set()
    over(runs)
    assert [(each.request, each.report) for each in runs.ended("default")] == [(B, DONE), (A, DONE)]


def test_libraries_do_not_wait_for_each_other(gate: threading.Event) -> None:
    runs = IngestJobs()
    runs.add("default", A, held(gate))
    other = threading.Event()
    other.set()
    runs.add("manuals", A, held(other))
    over(runs, "manuals")
    assert len(runs.live("default")) == 1
    assert runs.ended("default") == ()


def test_stopping_ends_one_and_the_next_begins(gate: threading.Event) -> None:
    runs = IngestJobs()
    first, second = runs.add("default", A, held(gate)), runs.add("default", B, held(gate))
    begun(first)
    first.stop()
    begun(second)
    gate.set()
    over(runs)
    last, before = runs.ended("default")
    assert before.report == IngestReport(stopped=True)
    assert last.report == DONE


def test_what_waits_and_is_no_longer_wanted_is_not_begun(gate: threading.Event) -> None:
    runs, worked = IngestJobs(), []
    first = runs.add("default", A, held(gate))
    begun(first)

    def work(tell: OnProgress, stop: Callable[[], bool]) -> IngestReport:
        worked.append(1)
        return DONE

    runs.add("default", B, work).stop()
    assert runs.add("default", B, work) not in runs.live("default")[:2]  # asked for again, it is another one
    gate.set()
    over(runs)
    assert worked == [1]
    assert [each.report for each in runs.ended("default")] == [DONE, DONE]  # nothing of the one that was cancelled


def test_another_program_is_waited_for_and_named() -> None:
    runs, tries, told = IngestJobs(), [], threading.Event()

    def work(tell: OnProgress, stop: Callable[[], bool]) -> IngestReport:
        tries.append(1)
        if len(tries) < 3:
            raise LibraryBusyError("oaken watch (process 7) is filling the library.")
        told.wait(20)
        return DONE

    taking = runs.add("default", A, work)
    waited = threading.Event()
    while len(tries) < 3:
        waited.wait(0.01)
    assert "process 7" in taking.busy
    told.set()
    over(runs)
    assert runs.ended("default")[0].report == DONE


def test_who_waits_for_another_program_can_be_stopped() -> None:
    runs = IngestJobs()

    def work(tell: OnProgress, stop: Callable[[], bool]) -> IngestReport:
        raise LibraryBusyError("oaken watch is filling the library.")

    runs.add("default", A, work).stop()
    over(runs)
    report = runs.ended("default")[0].report
    assert report is not None and report.stopped and report.outcomes == ()


def test_a_library_that_is_busy_in_the_middle_is_a_problem() -> None:
    """Not waited for: what was done would be done again."""
    runs = IngestJobs()

    def work(tell: OnProgress, stop: Callable[[], bool]) -> IngestReport:
        tell(IngestProgress(1, 2, "x"))
        raise LibraryBusyError("The words are written to.")

    runs.add("default", A, work)
    over(runs)
    assert isinstance(runs.ended("default")[0].problem, LibraryBusyError)


def test_problems_are_kept_and_the_next_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    runs = IngestJobs()

    def full(tell: OnProgress, stop: Callable[[], bool]) -> IngestReport:
        raise LibraryError("The disk is full.", "df")

    def broken(tell: OnProgress, stop: Callable[[], bool]) -> IngestReport:
        raise ZeroDivisionError

    runs.add("default", A, full)
    runs.add("default", B, broken)
    over(runs)
    last, before = runs.ended("default")
    assert str(before.problem).startswith("The disk is full.")
    assert "inside Oaken" in str(last.problem)
    assert "ZeroDivisionError" in caplog.text


def test_what_ended_is_dismissed_and_not_kept_for_ever() -> None:
    runs, open_gate = IngestJobs(), threading.Event()
    open_gate.set()
    for number in range(8):
        runs.add("default", IngestRequest((Path(f"/{number}"),)), held(open_gate))
        over(runs)
    kept = runs.ended("default")
    assert [each.number for each in kept] == [8, 7, 6, 5, 4]
    runs.dismiss("default", 7)
    assert [each.number for each in runs.ended("default")] == [8]
    runs.forget_stale("default", lambda ended: ended.number != 8)
    assert [each.number for each in runs.ended("default")] == [8]
    runs.forget_stale("default", lambda ended: ended.number == 8)
    assert runs.ended("default") == ()
    runs.add("default", A, held(open_gate))
    over(runs)
    runs.forget("default")
    assert runs.ended("default") == ()


def test_how_a_run_ended_is_news_on_one_visit_only() -> None:
    runs = IngestJobs()
    assert [runs.is_news(7, visit) for visit in ("a", "a", "b", "a")] == [True, True, False, True]
    assert runs.is_news(8, "b")


def test_what_comes_before_the_first_file_is_told() -> None:
    runs, told = IngestJobs(), threading.Event()

    def work(tell: OnProgress, stop: Callable[[], bool]) -> IngestReport:
        tell(Message("Loading the search model…"))
        told.wait(20)
        return DONE

    job = runs.add("default", A, work)
    while not job.preparing:
        told.wait(0.01)
    assert job.progress is None  # so a busy library is still waited for
    told.set()
    over(runs)
