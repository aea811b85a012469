"""Downloads that a page began: one for each model, stopped at the next piece, and what went wrong is kept."""

from __future__ import annotations

import logging
import threading

import pytest

from rag.errors import ModelError
from rag.model.files.store import ProgressCallback
from ui.web.model.downloads import ModelDownloads


def test_one_at_a_time_for_each_model_and_again_after_it() -> None:
    downloads, gate, runs = ModelDownloads(), threading.Event(), []

    def work(tell: ProgressCallback) -> None:
        runs.append(1)
        tell("downloading", 5, 10)
        gate.wait(20)

    first = downloads.begin("a", work)
    assert downloads.begin("a", work) is first and downloads.newest("a") is first
    other = downloads.begin("b", work)
    assert other is not first and not first.over
    assert downloads.live() == {"a", "b"}
    gate.set()
    assert first.wait(20) and other.wait(20) and first.problem is None
    assert (first.stage, first.done, first.total) == ("downloading", 5, 10)
    again = downloads.begin("a", work)
    assert again is not first and again.wait(20) and len(runs) == 3
    assert downloads.newest("c") is None and downloads.live() == frozenset()


def test_a_stop_ends_it_at_the_next_piece() -> None:
    begun, stopped = threading.Event(), threading.Event()

    def work(tell: ProgressCallback) -> None:
        tell("downloading", 0, 10)
        begun.set()
        stopped.wait(20)
        tell("downloading", 1, 10)
        raise AssertionError("it goes on")

    download = ModelDownloads().begin("a", work)
    assert begun.wait(20)
    download.stop()
    stopped.set()
    assert download.wait(20) and download.stopped and download.problem is None


@pytest.mark.parametrize(
    ("error", "said"),
    [(ModelError("No room."), "No room."), (ValueError("a bug"), "Something went wrong inside Oaken.")],
)
def test_what_goes_wrong_is_kept_for_the_page(error: Exception, said: str, caplog: pytest.LogCaptureFixture) -> None:
    def work(tell: ProgressCallback) -> None:
        raise error

    with caplog.at_level(logging.CRITICAL):
        download = ModelDownloads().begin("a", work)
        assert download.wait(20)
    assert download.problem is not None and download.problem.message == said
