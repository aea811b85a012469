"""Quotes as what they are over the API and in a notebook."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer.notebook_html import answer_html
from rag.quote_blocks import PARTLY, UNSURE, verdict_remark
from rag.serialize import answer_json
from rag.types import Answer, AnswerStatus, AnswerVerdict, Claim, ClaimChecked, Finished, QuotePart, QuotesReady
from tests.ui.quoted import ANSWER, CODE, LIST, PARAGRAPH, ROW
from tests.ui.web.test_html_views import PAYLOADS
from ui.api.answer_text import CitedText


def told(answer: Answer) -> str:
    """The text that a client of the API gets."""
    telling = CitedText()
    events = [QuotesReady(replace(answer, claims=())), *map(ClaimChecked, answer.claims), Finished(answer)]
    return "".join(map(telling.feed, events))


def test_over_the_api_the_few_words_come_first_and_quotes_keep_their_lines() -> None:
    text = told(replace(ANSWER, quotes=(ROW, LIST, CODE)))
    assert text.startswith(
        "42 Nm [1]\n\nThese are the closest passages; they may not answer the question.\n\n"
        "Part | Torque | Lock\nCrank bolt | 42 Nm | no\n\n[1]\n\n"
        "Before a ride check:\n\n- the tyres\n- the chain & the bell\n\n2 of 3 shown [2]\n\n"
        "Start it:\n\n```\nif true; then\n"
    )
    assert text.endswith("[3] docs/shop.md, page 2, Workshop")
    plain = Answer("?", AnswerStatus.QUOTED, 0.9, (PARAGRAPH,))
    assert told(plain).startswith("“Two sisters ran it. They sold forty bicycles.” [1]\n\nSources:")
    more = Claim("So 42 it is.", True, 0.9, (ROW,))
    written = told(replace(ANSWER, claims=(more,)))
    assert (
        written.startswith(f"42 Nm [1]\n\n{UNSURE}\n\nPart | Torque") and "\n\nSo 42 it is. [1]\n\nSources:" in written
    )


def test_over_the_api_a_quote_cannot_end_its_fence() -> None:
    words = "```\nx\n`````"
    quote = replace(CODE, start=0, end=len(words), quote=words, parts=(QuotePart("code", 0, len(words)),))
    assert "``````\n```\nx\n`````\n``````" in told(Answer("?", AnswerStatus.QUOTED, 0.9, (quote,)))


def test_as_json_a_quote_names_its_parts() -> None:
    row = answer_json(ANSWER)
    assert row["short"]["quote"] == "42 Nm" and row["verdict"] == "partly"
    assert [quote["kind"] for quote in row["quotes"]] == ["row", "list", "code", "text"]
    assert row["quotes"][1]["items"] == [2, 3] and [part[0] for part in row["quotes"][2]["parts"]] == ["text", "code"]


def test_in_a_notebook_it_is_a_table_a_list_and_code() -> None:
    html = answer_html(ANSWER)
    assert html.index("<b>42 Nm</b><sup>[1]</sup>") < html.index(f"<i>{UNSURE}</i>") < html.index("<blockquote>")
    assert "<table><tr><th>Part</th><th>Torque</th><th>Lock</th></tr><tr><td>Crank bolt</td><td>42 Nm</td>" in html
    assert "<ul><li>the tyres</li><li>the chain &amp; the bell</li></ul><small>2 of 3 shown</small>" in html
    assert "<code>if true; then\n    echo &quot;&lt;b&gt;on&lt;/b&gt;&quot;\nfi</code>" in html
    assert html.count("<mark>") == 1 and "<mark>It was rebuilt after a flood.</mark>" in html
    again = Claim("Crank bolt: torque 42 Nm.", True, 0.9, (ROW,))
    assert "Crank bolt: torque" not in answer_html(replace(ANSWER, claims=(again,)))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_notebook_shows_hostile_quotes_as_text(payload: str) -> None:
    body = f"{payload} | a: {payload}"
    for kind in ("row", "list", "code", "title", "text"):
        quote = replace(ROW, start=0, end=len(body), quote=body, parts=(QuotePart(kind, 0, len(body)),))
        html = answer_html(Answer(payload, AnswerStatus.QUOTED, 0.9, (quote,), short=replace(quote, parts=())))
        assert not any(sign in html for sign in ("<script", "<img", "<svg", "<iframe", "<a ", "<style", "<!--"))


def test_of_an_answer_that_is_likely_it_is_said_that_it_is_not_certain() -> None:
    assert verdict_remark(ANSWER) == UNSURE and verdict_remark(replace(ANSWER, verdict=AnswerVerdict.ANSWERED)) == ""
    assert told(ANSWER).startswith(f"42 Nm [1]\n\n{UNSURE}\n\n")


def test_of_an_answer_that_lacks_a_part_it_is_said_that_it_is_one_in_part() -> None:
    lacking = replace(ANSWER, missing=("and who paid?",))
    assert verdict_remark(lacking) == PARTLY and verdict_remark(replace(ANSWER, note="The model has ended.")) == UNSURE
    assert told(lacking).startswith(f"42 Nm [1]\n\n{PARTLY}\n\n")
