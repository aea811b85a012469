"""What a screen reader is told of an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest

from rag.types import Answer, AnswerStatus, Citation, Claim
from ui.web.ask.announcement import announcement, spoken_claims


def said(answer: Answer, announced: int = 0, *, over: bool = False) -> str:
    html = announcement(answer, announced, over=over)
    assert html.startswith('<p class="oaken-aloud">') and html.endswith("</p>")
    return unescape(html.removeprefix('<p class="oaken-aloud">').removesuffix("</p>"))


@pytest.fixture
def quoted(answer: Answer) -> Answer:
    return replace(answer, claims=())


def test_first_comes_the_short_answer_or_the_best_quote_and_how_many_there_are(
    quoted: Answer, cite: Callable[..., Citation]
) -> None:
    assert said(quoted) == f"{quoted.quotes[0].quote.rstrip('.')}. 1 quote found."
    for short in ("Tobias Wren", "Tobias Wren."):
        assert said(replace(quoted, short=cite(short))) == "Tobias Wren. 1 quote found."
    assert said(replace(quoted, quotes=())) == ""  # a summary that has not begun


def test_then_each_sentence_once_and_whether_it_is_proved(answer: Answer) -> None:
    assert said(answer, 2) == "He was born in Paris. (not in your documents)"
    assert said(answer).startswith("He was called Tobias Wren. He had a goat. He was born")
    assert said(answer, spoken_claims(answer), over=True) == "The answer is complete."
    translated = replace(answer.claims[0], supported=False, translated=True)
    assert said(replace(answer, claims=(translated,))).endswith("(translated from another language)")


def test_a_sentence_that_the_page_does_not_show_is_not_read_out(quoted: Answer) -> None:
    repeating = Claim(quoted.quotes[0].quote, True, 1.0, citations=quoted.quotes[:1])
    whole = replace(quoted, claims=(repeating,))
    assert spoken_claims(whole) == 0
    assert said(whole, over=True) == f"{said(quoted)} The answer is complete."


@pytest.mark.parametrize(
    ("status", "words"), [(AnswerStatus.NOT_FOUND, "Your documents do not say."), (AnswerStatus.TOLD, "Hello!")]
)
def test_what_oaken_says_itself_is_read_out_alone(quoted: Answer, status: AnswerStatus, words: str) -> None:
    own = replace(quoted, status=status, reply="Hello!")
    assert said(own) == said(own, over=True) == words


def test_markup_is_read_out_as_text(answer: Answer) -> None:
    hostile = replace(answer, claims=(Claim("<img src=x onerror=alert(1)>", False, 0.0),))
    assert "<img" not in announcement(hostile, 0)
