"""Answers as a client of OpenAI's protocol reads them, whole and in a stream."""

from __future__ import annotations

import pytest

from tests.doubles import ScriptedModel
from tests.ui.api.serving import CHAT, SAID, Start, events
from ui.api.responses import StopStrings


def test_an_answer_from_the_library_with_its_proof(start: Start) -> None:
    row = start(ScriptedModel(SAID)).post("/v1/chat/completions", json=CHAT).json()
    assert set(row) == {"id", "object", "created", "model", "choices", "usage", "oaken"}
    text = row["choices"][0]["message"]["content"]
    assert (
        "Tobias Wren. [1]" in text
        and "moon. (not in your documents)" in text
        and "Sources:\n[1] papers/mill.txt" in text
    )
    [cited, *_] = row["oaken"]["claims"][0]["citations"]
    assert (cited["source"], cited["place"]) == ("/papers/mill.txt", "papers/mill.txt") and "title" in cited
    assert row["oaken"]["status"] == "answered" and row["oaken"]["ignored"] == []
    assert row["usage"]["prompt_tokens"] > 0


def test_the_same_answer_in_a_stream(start: Start) -> None:
    client = start(ScriptedModel(SAID))
    whole = client.post("/v1/chat/completions", json=CHAT).json()
    asked = CHAT | {"stream": True, "stream_options": {"include_usage": True}}
    response = client.post("/v1/chat/completions", json=asked)
    assert response.headers["content-type"].startswith("text/event-stream")
    *pieces, last, counted = events(response)
    assert pieces[0]["choices"][0]["delta"]["role"] == "assistant"
    text = "".join(piece["choices"][0]["delta"]["content"] for piece in pieces)
    assert text == whole["choices"][0]["message"]["content"] and len(pieces) > 2
    assert last["choices"][0]["finish_reason"] == "stop" and last["oaken"]["claims"] == whole["oaken"]["claims"]
    assert counted["usage"]["prompt_tokens"] and counted["choices"] == []


def test_what_the_documents_do_not_say(start: Start) -> None:
    asked = CHAT | {"messages": [{"role": "user", "content": "Who won the chess olympiad in Havana?"}]}
    row = start(ScriptedModel(SAID)).post("/v1/chat/completions", json=asked).json()
    assert (
        row["choices"][0]["message"]["content"] == "Your documents do not say."
        and row["oaken"]["status"] == "not_found"
    )


@pytest.mark.parametrize("strings", [("ab",), ("abc", "bcd"), ("aa",), ("x", "ax"), ()])
def test_stop_strings_never_show_whatever_the_pieces(strings: tuple[str, ...]) -> None:
    for text in ("aabcd", "abab", "xaax", "aab", "", "bcab", "abcabcd"):
        ends = [at for at in map(text.find, strings) if at >= 0]
        for size in (1, 2, 3, 9):
            cut = StopStrings(strings)
            shown = ""
            for at in range(0, len(text), size):
                shown += cut.feed(text[at : at + size])
                if cut.over:
                    break
            assert shown + cut.rest() == (text[: min(ends)] if ends and size == 9 else shown + cut.rest())
            assert not any(stop in shown + cut.rest() for stop in strings)
