"""From what was clicked to the source that it opens."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from rag.citations import numbered_sources
from rag.conversation.chats.store import StoredAnswer, StoredExchange, StoredQuestion
from rag.types import Answer, Citation
from ui.web.ask import citations as citing


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> Any:
    """Clicks on the page of one answered question; what was opened: the citations and which of them, None for none."""

    def click(what: str, open_: str = "") -> tuple[list[Citation], int] | None:
        monkeypatch.setattr(citing.source_dialog, "opened_by", lambda: open_)
        seen: list[tuple[list[Citation], int]] = []
        monkeypatch.setattr(citing.clicks, "last_click", lambda: what)
        monkeypatch.setattr(citing.source_dialog, "keep_open", lambda *_, **__: None)
        monkeypatch.setattr(
            citing.source_dialog, "open_source", lambda _, citations, at, **__: seen.append((list(citations), at))
        )
        reply = StoredAnswer("r1", "q1", answer, "", "", "m", "k", "", 0, (), False, 1.0)
        path = [StoredExchange(StoredQuestion("q1", "c1", None, "Who?", ""), ("q1",), (reply,), 0)]
        ready: Any = SimpleNamespace(assistant=SimpleNamespace(library=None, reader=None))
        citing.handle_source_clicks(ready, path, None)
        return seen[0] if seen else None

    return click


def test_a_number_opens_its_source(opened: Any, answer: Answer) -> None:
    assert opened("cite:q1:2") == (list(numbered_sources(answer)), 1)


def test_the_name_of_a_place_opens_the_passage_whole(opened: Any, answer: Answer) -> None:
    citations, at = opened("passage:q1:1")
    first = answer.passages[0]
    assert at == 0 and len(citations) == len(answer.passages)
    assert (citations[0].document_id, citations[0].quote) == (first.document_id, first.text)
    assert (citations[0].start, citations[0].end) == (first.start, first.end)


@pytest.mark.parametrize("what", ["", "cite:q1", "cite:q9:1", "cite:q1:x", "other:q1:1", "cite::1", "source:at:1"])
def test_any_other_click_opens_nothing(opened: Any, what: str) -> None:
    assert opened(what) is None


@pytest.mark.parametrize(("by", "closed"), [("cite:q1:1", 0), ("cite:q9:1", 1), ("", 0)])
def test_a_source_is_closed_once_another_conversation_is_shown(
    opened: Any, monkeypatch: pytest.MonkeyPatch, by: str, closed: int
) -> None:
    told: list[bool] = []
    monkeypatch.setattr(citing.source_dialog, "close", lambda: told.append(True))
    opened("", by)
    assert len(told) == closed
