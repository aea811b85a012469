"""What every client reads: Oaken's own words, the quotes first, who disagrees, where it stands."""

from __future__ import annotations

from typing import Any

import pytest

from rag.types import Answer, AnswerStatus, Citation, Claim, ClaimChecked, Finished, QuotesReady
from tests.doubles import ScriptedModel
from tests.ui.api.serving import CHAT, SAID, Start, events
from ui.api.answer_text import CitedText


def cited(words: str, start: int, document: str = "a") -> Citation:
    return Citation(document, f"/{document}.txt", None, (), start, start + len(words), words)


def said(answer: Answer, claims: tuple[Claim, ...] = (), **how: Any) -> tuple[str, list[Any]]:
    told = CitedText(**how)
    text = told.feed(QuotesReady(answer))
    text += "".join(told.feed(ClaimChecked(each)) for each in claims)
    whole = Answer(**{name: getattr(told.answer, name) for name in Answer.__slots__})
    return text + told.feed(Finished(whole)), told.annotations()


def test_a_claim_that_another_source_contradicts_says_so() -> None:
    first, other = cited("It opened in 1911.", 0), cited("It opened in 1913.", 0, "b")
    answer = Answer("When?", AnswerStatus.QUOTED, 1.0, (first, other))
    text, notes = said(answer, (Claim("It opened in 1911.", True, 1.0, (first,), (other,)),))
    assert text.startswith("“It opened in 1911.” [1]\n\n“It opened in 1913.” [2]\n\nIt opened in 1911. [1]")
    assert "It opened in 1911. [1] ([2] says otherwise)" in text and text.endswith("[1] /a.txt\n[2] /b.txt")
    assert [text[each["start_index"] : each["end_index"]] for each in notes] == ["[1]", "[2]", "[1]", "[2]"]


@pytest.mark.parametrize("form", ["footnotes", "none"])
def test_the_form_of_citations(form: Any) -> None:
    first = cited("It opened in 1911.", 0)
    text, notes = said(Answer("When?", AnswerStatus.QUOTED, 1.0, (first,)), form=form, link=lambda each: each.source)
    if form == "footnotes":
        assert text == "“It opened in 1911.” [^1]\n\n[^1]: /a.txt" and notes[0]["url"] == "/a.txt"
    else:
        assert text.strip() == "“It opened in 1911.”" and notes == []


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("question", "words"),
    [("Hello!", "Hello!"), ("How many documents are there?", "one document"), ("List my documents", "mill.txt")],
)
def test_oakens_own_words_reach_the_client(start: Start, question: str, words: str, stream: bool) -> None:
    asked = CHAT | {"messages": [{"role": "user", "content": question}], "stream": stream}
    response = start(ScriptedModel(SAID)).post("/v1/chat/completions", json=asked)
    if stream:
        text = "".join(piece["choices"][0]["delta"].get("content", "") for piece in events(response))
    else:
        text = response.json()["choices"][0]["message"]["content"]
    assert words in text


def test_quotes_come_before_a_word_is_written(start: Start) -> None:
    pieces = events(start(ScriptedModel(SAID)).post("/v1/chat/completions", json=CHAT | {"stream": True}))
    first = next(piece for piece in pieces if "quotes" in piece.get("oaken", {}))
    assert "Tobias Wren" in first["oaken"]["quotes"][0]["quote"] and first["oaken"]["claims"] == []
    delta = first["choices"][0]["delta"]
    assert "Tobias Wren" in delta["content"] and delta["annotations"][0]["type"] == "url_citation"
    assert first is pieces[1], "right after the piece that says who speaks"
