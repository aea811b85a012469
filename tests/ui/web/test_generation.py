"""Answers that live apart from any page."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from rag.errors import ModelError
from rag.types import (
    Answer,
    AnswerStatus,
    Claim,
    ClaimChecked,
    Event,
    Finished,
    QueuePosition,
    QuotesReady,
    TaskProgress,
    TextDelta,
)
from ui.web.generation import GenerationResult, Generations, GenerationView

QUOTED = Answer("q", AnswerStatus.QUOTED, 0.9)
CLAIM = Claim("It opened.", True, 0.9)
WHOLE = Answer("q", AnswerStatus.ANSWERED, 0.9, claims=(CLAIM,))


class Kept:
    """Where an answer is kept; waits for it."""

    def __init__(self) -> None:
        self.ended: list[GenerationResult] = []
        self._there = threading.Event()

    def __call__(self, ended: GenerationResult) -> None:
        self.ended.append(ended)
        self._there.set()

    def wait(self) -> GenerationResult:
        assert self._there.wait(20)
        [ended] = self.ended
        return ended


def events() -> Iterator[Event]:
    yield QuotesReady(QUOTED)
    yield QueuePosition(1)
    yield TextDelta("It opened. And")
    yield ClaimChecked(CLAIM)
    yield Finished(WHOLE)


def test_every_page_sees_the_end_and_it_is_kept_before() -> None:
    answers, kept = Generations(), Kept()
    go = threading.Event()

    def held() -> Iterator[Event]:
        go.wait(20)
        yield from events()

    writing = answers.begin("a", held, kept)
    seen: list[list[GenerationView]] = [[], []]
    when_over: list[int] = []

    def look(at: int) -> None:
        for view in writing.views():
            seen[at].append(view)
        when_over.append(len(kept.ended))

    pages = [threading.Thread(target=look, args=(at,)) for at in range(2)]
    for page in pages:
        page.start()
    go.set()
    for page in pages:
        page.join(20)
    assert [views[-1].answer for views in seen] == [WHOLE, WHOLE]
    assert all(views[-1].over and not any(view.over for view in views[:-1]) for views in seen)
    assert when_over == [1, 1]
    assert kept.wait().answer == WHOLE
    assert answers.live() == {}


def test_a_second_click_doubles_nothing_and_the_key_is_free_afterwards() -> None:
    answers, kept = Generations(), Kept()
    go, runs = threading.Event(), []

    def held() -> Iterator[Event]:
        runs.append(1)
        go.wait(20)
        yield from events()

    first = answers.begin("a", held, kept)
    assert [answers.begin("a", held, kept) for _ in range(5)] == [first] * 5
    assert answers.live() == {"a": first}
    go.set()
    kept.wait()
    *_, last = first.views()
    assert last.over
    assert runs == [1]
    again = Kept()
    assert answers.begin("a", events, again) is not first
    again.wait()


def test_what_is_there_when_it_is_stopped_is_kept() -> None:
    kept, closed = Kept(), threading.Event()

    def endless() -> Iterator[Event]:
        try:
            yield QuotesReady(QUOTED)
            while True:
                yield QueuePosition(0)
        finally:
            closed.set()

    writing = Generations().begin("a", endless, kept)
    assert next(view for view in writing.views() if view.answer is not None).answer == QUOTED
    writing.stop()
    ended = kept.wait()
    assert closed.is_set()
    assert ended.answer is not None
    assert ended.answer.status is AnswerStatus.STOPPED


@pytest.mark.parametrize("after", [0, 2])
def test_an_error_is_a_problem_before_the_quotes_and_a_note_after(after: int) -> None:
    kept = Kept()

    def failing() -> Iterator[Event]:
        yield from list(events())[:after]
        raise ModelError("The model is gone.", "Ask again.")

    *_, last = Generations().begin("a", failing, kept).views()
    ended = kept.wait()
    assert last.over
    if after:
        assert ended.problem is None
        assert ended.answer is not None
        assert "The model is gone." in ended.answer.note
    else:
        assert ended.answer is None
        assert isinstance(ended.problem, ModelError)


def test_an_error_of_the_program_is_reported_and_frees_the_key(caplog: pytest.LogCaptureFixture) -> None:
    answers, kept = Generations(), Kept()

    def broken() -> Iterator[Event]:
        yield from ()
        raise ZeroDivisionError

    *_, _last = answers.begin("a", broken, kept).views()
    assert "inside Oaken" in str(kept.wait().problem)
    assert "ZeroDivisionError" in caplog.text

    def full(_: GenerationResult) -> None:
        raise OSError("no space left")

    *_, last = answers.begin("a", events, full).views()
    assert last.over
    assert answers.live() == {}
    assert "no space left" in caplog.text


def test_what_is_seen_follows_the_events() -> None:
    kept = Kept()
    steps: list[Event] = [
        QuotesReady(QUOTED),
        TaskProgress(1, 3),
        QueuePosition(2),
        TextDelta("It opened. And"),
        ClaimChecked(CLAIM),
        Finished(WHOLE),
    ]
    turn, go = threading.Semaphore(0), threading.Semaphore(0)

    def slow() -> Iterator[Event]:
        for step in steps:
            go.acquire()
            yield step
            turn.release()

    writing = Generations().begin("a", slow, kept)
    found = []
    for step in steps:
        go.release()
        if isinstance(step, Finished):
            kept.wait()
        else:
            assert turn.acquire(timeout=20)
        found.append(writing.view)
    assert found[0] == GenerationView(QUOTED)
    assert found[1].step == TaskProgress(1, 3)
    assert found[2].before == 2
    assert (found[3].tail, found[3].before) == ("It opened. And", None)
    assert found[4].tail == " And"
    assert found[4].answer is not None
    assert found[4].answer.claims == (CLAIM,)
    assert (found[5].answer, found[5].tail) == (WHOLE, "")
