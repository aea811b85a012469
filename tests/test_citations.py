"""One answer has the same numbers on the page, in the notebook, in the API, in the terminal and in JSON."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html import unescape
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from rag.answer.notebook_html import answer_html
from rag.citations import (
    numbered_sources,
    passage_of,
    quote_groups,
    quotes_in_order,
    source_numbers,
    spans_within,
)
from rag.serialize import answer_json
from rag.types import Answer, AnswerStatus, Citation, Claim, ClaimChecked, Finished, Passage, QuotesReady
from ui.api.answer_text import CitedText
from ui.cli import render, render_quotes
from ui.shared.export import markdown
from ui.web import html_views
from ui.web.ask import quote_cards

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
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", re.sub(r"</?span[^>]*>", "", html))).split())


def in_terminal(answer: Answer) -> str:
    out = Console(file=io.StringIO(), width=200, color_system=None)
    for claim in answer.claims:
        out.print(render.sentence(claim, numbered_sources(answer)))
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def in_api(answer: Answer) -> str:
    stream = CitedText()
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


def found(*documents: str) -> tuple[Passage, ...]:
    return tuple(Passage(each, f"{each}.txt", TEXT, 0, len(TEXT), None, (), "en", 0.9) for each in documents)


def test_a_span_is_marked_only_where_its_words_stand() -> None:
    [passage] = found("d1")
    good = cite(BURNT)
    moved, alien = replace(good, start=good.start + 1, end=good.end + 1), cite(BURNT, "d2")
    assert spans_within(passage, [good, moved, alien]) == [(good.start, good.end)]
    assert passage_of(good, [passage]) is passage and passage_of(moved, [passage]) is None


def test_quotes_are_numbered_as_they_are_read() -> None:
    """The best document first, its quotes together, and what stands in one paragraph in the order of its text."""
    ranked = (cite(SOLD, "d2"), cite(BURNT, "d1"), cite(BUILT, "d2"), cite(BUILT, "d1"))
    answer = Answer("When?", AnswerStatus.QUOTED, 0.9, ranked, passages=found("d1", "d2"))
    places = [[(each.document_id, each.quote) for each in group] for group in quote_groups(answer)]
    assert places == [[("d2", BUILT), ("d2", SOLD)], [("d1", BUILT), ("d1", BURNT)]]
    assert quotes_in_order(answer) == numbered_sources(answer)
    apart = replace(answer, passages=())  # where nothing is known of what is between them, the best goes first
    assert [[each.quote for each in group] for group in quote_groups(apart)] == [[SOLD], [BUILT], [BURNT], [BUILT]]


@given(st.lists(st.tuples(st.sampled_from(["d1", "d2", "d3"]), st.sampled_from([BUILT, BURNT, SOLD])), unique=True))
def test_every_quote_has_its_number_and_no_document_is_torn_apart(ranked: list[tuple[str, str]]) -> None:
    quotes = tuple(cite(words, document) for document, words in ranked)
    answer = Answer("When?", AnswerStatus.QUOTED, 0.9, quotes, passages=found("d1", "d3"))
    ordered = quotes_in_order(answer)
    assert sorted(ordered, key=repr) == sorted(quotes, key=repr)
    assert [source_numbers([each], numbered_sources(answer)) for each in ordered] == [
        [number] for number in range(1, len(quotes) + 1)
    ]
    documents = [name for name, _ in groupby(each.document_id for each in ordered)]
    assert documents == list(dict.fromkeys(name for name, _ in ranked))


def test_every_screen_shows_the_quotes_in_the_order_of_their_numbers() -> None:
    answer = Answer("When?", AnswerStatus.QUOTED, 0.9, quoted(SOLD, BUILT), passages=found("d1"))
    sources = numbered_sources(answer)
    terminal = Console(file=io.StringIO(), width=200, color_system=None)
    terminal.print(render_quotes.quotes(answer, sources))
    assert isinstance(terminal.file, io.StringIO)
    for shown in (
        terminal.file.getvalue(),
        in_api(answer),
        markdown.of_answer(answer),
        plain(answer_html(answer)),
        plain(quote_cards.cards(answer, sources)),
    ):
        assert 0 <= shown.index(BUILT) < shown.index(SOLD.split()[-1])
