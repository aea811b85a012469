"""A question's own actions, on Streamlit's own test bench; the rest of it is seen in tests/browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rag.conversation.chats.store import ChatStore
from rag.library.db.chat_schema import RESTORED, RESTORED_HINT
from rag.settings import DEFAULT_LIBRARY, library_folder
from rag.types import MAX_QUESTION_CHARS, Answer, AnswerStatus, Citation, Claim
from tests.ui.web.ask.conversations import asked, has, run
from ui.web import pending_questions
from ui.web.ask import exchange as exchange_view
from ui.web.ask import suggestions
from ui.web.generation import GenerationView


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatStore]:
    monkeypatch.setenv("OAKEN_HOME", str(tmp_path))
    with ChatStore.open(library_folder(tmp_path, DEFAULT_LIBRARY)) as chats:
        yield chats
    pending_questions.chats().close()


def drawn(chat: str) -> None:
    from ui.web import pending_questions
    from ui.web.ask import exchange

    for each in pending_questions.chats().path(chat):
        exchange.asked(each)
        exchange.show(each)


def test_an_answer_that_came_with_a_backup_says_so_in_a_quiet_line(kept: ChatStore) -> None:
    chat, question, _ = asked(kept, "When?")
    kept.keep(question, Answer("When?", AnswerStatus.TOLD, 1.0, reply="At nine."), problem=RESTORED, hint=RESTORED_HINT)
    page = run(AppTest.from_function(drawn, kwargs={"chat": chat}, default_timeout=30))
    shown = [each.body for each in page.get("html")]
    assert not page.error and any("came with a backup" in each and "Ask again" in each for each in shown)
    assert any("At nine." in each for each in shown)


def test_an_edited_question_that_is_too_long_stays_in_its_box_with_the_reason(kept: ChatStore) -> None:
    chat, question, _ = asked(kept, "When?")
    page = run(AppTest.from_function(drawn, kwargs={"chat": chat}, default_timeout=30))
    assert not page.error
    long = "a" * (MAX_QUESTION_CHARS + 1)
    page.text_area(key=f"words-{question}").set_value(long)
    run(page.button(key=f"ask-{question}").click())
    assert "4,001 characters long" in page.error[0].value and page.text_area(key=f"words-{question}").value == long
    assert pending_questions._PENDING not in page.session_state
    page.text_area(key=f"words-{question}").set_value(long[1:])
    run(page.button(key=f"ask-{question}").click())
    assert not page.error
    assert page.session_state[pending_questions._PENDING] == [pending_questions.EditedQuestion(question, long[1:])]


def test_the_quotes_hold_their_place_while_a_first_sentence_is_written() -> None:
    words = "The mill grinds rye."
    quote = Citation("d", "mill.txt", None, (), 0, len(words), words)
    answer = Answer("Why?", AnswerStatus.QUOTED, 0.9, (quote,))
    claim = Claim("Bread is made of it.", supported=False, score=0.1)
    after = replace(answer, claims=(claim,))

    def prose(shown: Answer, tail: str) -> str:
        return exchange_view._parts(GenerationView(shown, tail), "q")[1]

    assert prose(answer, "It feeds") == "" and "It feeds" in prose(after, "It feeds")
    assert "It feeds" not in prose(after, "The mill grinds")  # it repeats the quote below
    assert "It feeds" in prose(replace(answer, quotes=()), "It feeds")  # nothing stands below
    assert "x = 1" in prose(answer, "```python\nx = 1")


def drawn_as_a_page(chat: str) -> None:
    from types import SimpleNamespace
    from typing import Any

    from ui.web import pending_questions
    from ui.web.ask import page

    ready: Any = SimpleNamespace(assistant=SimpleNamespace(library=None))
    page._draw(ready, pending_questions.chats().path(chat), "where", None, None)


def test_only_the_last_question_is_answered_anyway(kept: ChatStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows an earlier one belongs to the reply that is shown: another reply would take it out of sight."""
    monkeypatch.setattr(suggestions, "show", lambda *_: None)
    chat, question, [reply] = asked(kept, "When?")
    unanswered = Answer("And where?", AnswerStatus.NOT_FOUND, 0.1)
    second = kept.ask(chat, "And where?", reply).id
    where = kept.keep(second, unanswered)
    page = run(AppTest.from_function(drawn_as_a_page, kwargs={"chat": chat}, default_timeout=30))
    assert has(page, f"insist-{second}") and has(page, f"again-{second}") and not has(page, f"insist-{question}")
    third = kept.ask(chat, "And why?", where.id).id
    kept.keep(third, unanswered)
    page = run(AppTest.from_function(drawn_as_a_page, kwargs={"chat": chat}, default_timeout=30))
    assert has(page, f"insist-{third}") and has(page, f"again-{second}") and not has(page, f"insist-{second}")
