"""The place in line, told before the first token."""

from __future__ import annotations

from rag.answer.assistant import Assistant
from rag.library.library import Library
from rag.types import AnswerStatus, Finished, QueuePosition, QuotesReady
from tests.doubles import BagEmbedder, QueuedModel


def test_the_place_in_the_queue_is_shown_and_waiting_can_be_stopped(library: Library, embedder: BagEmbedder) -> None:
    model = QueuedModel("The tram line opened in 1911.")
    asked = Assistant(library, embedder, lambda: model)
    events = list(asked.stream("When did the tram line open?"))
    assert [event.before for event in events if isinstance(event, QueuePosition)] == [2, 2, 1, 0]
    assert isinstance(events[0], QuotesReady) and isinstance(events[1], QueuePosition)
    done = events[-1]
    assert isinstance(done, Finished) and done.answer.status is AnswerStatus.ANSWERED and not model.stopped
    stopped = asked.stream("When did the tram line open?")
    assert isinstance(next(stopped), QuotesReady) and next(stopped) == QueuePosition(2)
    stopped.close()  # type: ignore[attr-defined]
    assert model.stopped == 1
