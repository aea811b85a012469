"""Answers being generated, apart from any page: a thread writes each, and pages watch it.

A page that runs again, is closed, or is opened twice changes nothing in that; only :meth:`Generation.stop` ends one
early. Knows no Streamlit.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import cast

from rag.errors import OakenError
from rag.types import Answer, AnswerStatus, ClaimChecked, Event, QueuePosition, QuotesReady, TaskProgress, TextDelta
from ui.shared.formatting import answer_after
from ui.web.background_tasks import BackgroundTask, in_background

Events = Callable[[], Iterator[Event]]
Keep = Callable[["GenerationResult"], None]

_SHOWN_EVERY_SECONDS = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class GenerationView:
    """What a page shows of an answer now."""

    answer: Answer | None = None  # None until it has its quotes
    tail: str = ""  # of the sentence being generated
    before: int | None = None  # other answers before it in the queue; None once tokens arrive
    step: TaskProgress | None = None  # of a task over many passages
    over: bool = False


@dataclass(frozen=True, slots=True)
class GenerationResult:
    """How a generation ended: with an answer, whole or stopped, or with a problem, or with both."""

    answer: Answer | None
    problem: OakenError | None
    seconds: float


class Generation(BackgroundTask[None]):
    """One answer being generated. What is there when it is stopped is kept."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        self._changed = threading.Condition()
        self._view = GenerationView()

    @property
    def view(self) -> GenerationView:
        """What a page shows of it now."""
        return self._view

    def views(self) -> Iterator[GenerationView]:
        """Yield what there is to show, again after each change but not too often; the last view is over."""
        seen: GenerationView | None = None
        while seen is None or not seen.over:
            with self._changed:
                while self._view is seen:
                    self._changed.wait()
                seen = self._view
            yield seen
            if not seen.over:
                time.sleep(_SHOWN_EVERY_SECONDS)

    def run(self, events: Events, keep: Keep) -> None:
        """Generate it to its end, whatever that is, and store it."""
        answer: Answer | None = None
        whole = False

        def generate() -> None:
            nonlocal answer, whole
            with closing(cast("Generator[Event]", events())) as running:
                for event in running:
                    answer = answer_after(answer, event)
                    self._show(_after(self._view, answer, event))
                    if self.stopped:
                        return
            whole = True

        self.attempt(generate)
        problem = self.problem
        if answer is not None and problem is not None:  # what there is stands, and why it is not more
            answer, problem = replace(answer, note=problem.text), None
        elif answer is not None and not whole:
            answer = replace(answer, status=AnswerStatus.STOPPED)
        keep(GenerationResult(answer, problem, time.monotonic() - self.begun))

    def end(self) -> None:
        """Tell the watching pages that nothing more comes."""
        self._show(replace(self._view, over=True))
        super().end()

    def _show(self, view: GenerationView) -> None:
        with self._changed:
            self._view = view
            self._changed.notify_all()


def _after(view: GenerationView, answer: Answer, event: Event) -> GenerationView:
    if isinstance(event, QuotesReady):
        return GenerationView(answer)
    if isinstance(event, TextDelta):
        return replace(view, answer=answer, tail=view.tail + event.text, before=None)
    if isinstance(event, ClaimChecked):
        _, written, rest = view.tail.partition(event.claim.text)
        return replace(view, answer=answer, tail=rest if written else "", before=None)
    if isinstance(event, QueuePosition):
        return replace(view, answer=answer, before=event.before)
    if isinstance(event, TaskProgress):
        return replace(view, answer=answer, step=event)
    return replace(view, answer=answer, tail="")


class Generations:
    """All answers being generated now, by key: one for each at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._live: dict[str, Generation] = {}

    def begin(self, key: str, events: Events, keep: Keep) -> Generation:
        """Generate an answer in the background; return the running generation where the key has one already.

        So a second click starts nothing twice.
        """
        with self._lock:
            if (running := self._live.get(key)) is not None:
                return running
            generation = self._live[key] = Generation(key)
        in_background(f"answer {key}", lambda: self._run(generation, events, keep))
        return generation

    def live(self) -> dict[str, Generation]:
        """Return those being generated now.

        Call before the stored ones are read: one that ends in between is then in at least one of them.
        """
        with self._lock:
            return dict(self._live)

    def _run(self, generation: Generation, events: Events, keep: Keep) -> None:
        try:
            generation.run(events, keep)
        except Exception:
            logging.getLogger(__name__).exception("an answer could not be kept")
        finally:
            with self._lock:
                del self._live[generation.key]
            generation.end()
