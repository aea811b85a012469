"""Watches begin, change and end with what is noted; trouble is told and tried again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from ingest.watch import WatchEvent
from rag.errors import LibraryError
from ui.web.library import watching
from ui.web.library.watching import FolderWatchers

A, B = Path("/a"), Path("/b")


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_RETRY_SECONDS", 0.01)


class Play:
    """A watch that tells what it is given to tell, and then waits to be stopped."""

    def __init__(self, *told: WatchEvent) -> None:
        self.told = told
        self.begun: list[tuple[Path, ...]] = []
        self.ended = threading.Event()

    def __call__(self, folders: Sequence[Path], stop: threading.Event) -> Iterator[WatchEvent]:
        self.begun.append(tuple(folders))
        yield from self.told
        stop.wait(20)
        self.ended.set()


def until(test: Callable[[], bool]) -> None:
    patience = threading.Event()
    for _ in range(2000):
        if test():
            return
        patience.wait(0.01)
    pytest.fail("it never came")


def test_exactly_what_is_wanted_is_watched() -> None:
    watchers, first, second = FolderWatchers(), Play(), Play()
    watchers.keep("default", [A], first)
    until(lambda: first.begun == [(A,)])
    watchers.keep("default", [A], second)  # the same: it goes on
    assert second.begun == [] and watchers.watched("default") == (A,)
    watchers.keep("default", [A, B], second)
    until(lambda: second.begun == [(A, B)])
    assert first.ended.wait(20) and watchers.watched("other") == ()
    watchers.keep("default", [], second)
    assert second.ended.wait(20) and watchers.watched("default") == ()


def test_trouble_is_told_until_it_is_over() -> None:
    watchers, over = FolderWatchers(), threading.Event()

    def watch(folders: Sequence[Path], stop: threading.Event) -> Iterator[WatchEvent]:
        yield WatchEvent("waiting", "/a was not found.")
        over.wait(20)
        yield WatchEvent("checked")
        stop.wait(20)

    watchers.keep("default", [A], watch)
    until(lambda: watchers.trouble("default") is not None)
    over.set()
    until(lambda: watchers.trouble("default") is None)
    watchers.keep("default", [], watch)


def test_a_watch_that_cannot_begin_is_tried_again() -> None:
    watchers, tries = FolderWatchers(), []

    def watch(folders: Sequence[Path], stop: threading.Event) -> Iterator[WatchEvent]:
        tries.append(1)
        if len(tries) < 3:
            raise LibraryError("The ledger cannot be read.")
        yield WatchEvent("watching")
        stop.wait(20)

    watchers.keep("default", [A], watch)
    until(lambda: len(tries) == 3 and watchers.trouble("default") is None)
    watchers.keep("default", [], watch)
