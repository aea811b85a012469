"""One answer has the same numbers on the page, in the notebook, in the API, in the terminal and in JSON."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest
from rich.console import Console

from rag.answer.notebook_html import answer_html
from rag.citations import numbered_sources
from rag.serialize import answer_json
from rag.types import Answer, AnswerStatus, Citation, Claim, ClaimChecked, Finished, QuotesReady
from ui.api.schemas import AnswerStream
from ui.cli import render
from ui.shared import markdown
from ui.web import html_views

TEXT = "The mill was built in 1802 by Tobias Wren. It burnt in 1850. It was sold in 1901. It stands empty."


def cite(words: str, document: str = "d1") -> Citation:
    start = TEXT.index(words)
    return Citation(document, f"{document}.txt", None, (), start, start + len(words), words, 0.9)


def quoted(*words: str) -> tuple[Citation, ...]:
    return tuple(cite(each) for each in words)


BUILT, BURNT, SOLD = "The mill was built in 1802 by Tobias Wren.", "It burnt in 1850.", "It was sold in 1901."
CLAIMS = {
    "Within a quote.": (cite("built in 1802"),),  # a part of a quote has the quote's number
    "Of two quotes.": quoted(BURNT, BUILT),
    "New in the prose.": quoted(SOLD),
    "Elsewhere.": (cite(BUILT, "d2"),),
}
NUMBERS = [[1], [1, 2], [3], [4]]


@pytest.fixture
def answer() -> Answer:
    claims = tuple(Claim(text, True, 0.9, citations) for text, citations in CLAIMS.items())
    return Answer("Who?", AnswerStatus.ANSWERED, 0.9, quotes=quoted(BUILT, BURNT), claims=claims)


def after(text: str) -> list[list[int]]:
    """The numbers after each claim, up to the next word."""
    rest = [re.split(r"[^\W\d]", text.split(claim)[1])[0] for claim in CLAIMS]
    return [[int(number) for number in re.findall(r"\d+", each)] for each in rest]


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", html))


def in_terminal(answer: Answer) -> str:
    out = Console(file=io.StringIO(), width=200, color_system=None)
    for claim in answer.claims:
        out.print(render.sentence(claim, numbered_sources(answer)))
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def in_api(answer: Answer) -> str:
    stream = AnswerStream()
    events = [QuotesReady(answer), *map(ClaimChecked, answer.claims), Finished(answer)]
    return "".join(stream.feed(event) for event in events)


@pytest.mark.parametrize(
    "shown",
    [
        in_terminal, in_api, markdown.of_answer,
        lambda answer: plain(answer_html(answer)),
        lambda answer: plain(html_views.prose(answer.claims, numbered_sources(answer), "q")),
    ],
    ids=["terminal", "api", "markdown", "notebook", "page"],
)  # fmt: skip
def test_a_claim_has_the_same_numbers_everywhere(answer: Answer, shown: object) -> None:
    assert callable(shown)
    assert after(shown(answer)) == NUMBERS


def test_the_json_has_them_too(answer: Answer) -> None:
    row = answer_json(answer)
    assert [claim["numbers"] for claim in row["claims"]] == NUMBERS
    assert [quote["numbers"] for quote in row["quotes"]] == [[1], [2]]
    assert [source["quote"] for source in row["sources"]] == [BUILT, BURNT, SOLD, BUILT]
