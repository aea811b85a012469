"""How a translated sentence reads in the terminal, over the API and in a notebook."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.console import Console

from rag.answer.notebook_html import answer_html
from rag.citations import numbered_sources
from rag.types import Answer, ClaimChecked, Finished, QuotesReady
from ui.api.answer_text import CitedText
from ui.cli import render
from ui.cli.progress import draw


@pytest.fixture
def translated(answer: Answer) -> Answer:
    [first, *_] = answer.claims
    return replace(answer, claims=(replace(first, supported=False, translated=True),))


def test_in_the_terminal_with_what_was_compared_below(translated: Answer) -> None:
    console = Console(width=200, no_color=True)
    events = [QuotesReady(replace(translated, claims=())), ClaimChecked(translated.claims[0]), Finished(translated)]
    with console.capture() as caught:
        for _ in draw(events, console, lambda _: ""):
            pass
    text = caught.get()
    assert "He was called Tobias Wren.  (translated from [1])" in text
    assert text.index("Translated: found by meaning in another language") < text.index("Sources")
    assert "not in your documents" not in text


def test_what_could_not_be_compared_is_shown(translated: Answer) -> None:
    [line] = render.legend([replace(translated.claims[0], unchecked=("negation",))])
    assert "negation could not be" in line.plain
    assert render.legend(replace(translated, claims=()).claims) == []


def test_over_the_api_as_text(translated: Answer) -> None:
    telling = CitedText()
    telling.feed(QuotesReady(replace(translated, claims=())))
    assert telling.feed(ClaimChecked(translated.claims[0])) == "\n\nHe was called Tobias Wren. (translated from [1])"


def test_in_a_notebook(translated: Answer) -> None:
    html = answer_html(translated)
    assert "<small>(translated from<sup>[1]</sup>)</small>" in html and "the rest was not proven" in html
    assert "not in your documents" not in html and "opacity" not in html
    assert "the rest was not proven" not in answer_html(replace(translated, claims=()))
    assert len(numbered_sources(translated)) == 1
