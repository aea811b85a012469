"""Search, ask and feedback over HTTP."""

from __future__ import annotations

from contextlib import closing

import pytest

from rag.conversation.chats.store import ChatStore
from rag.library.library import Library
from tests.doubles import ScriptedModel
from tests.ui.api.serving import CHAT, SAID, Start, events

QUESTION = {"question": "Who was the miller?"}


def test_a_question_is_answered_as_the_command_prints_it(start: Start) -> None:
    row = start(ScriptedModel(SAID)).post("/v1/ask", json=QUESTION).json()
    assert row["status"] == "answered" and row["id"].startswith("ask-")
    assert row["quotes"][0]["place"] == "papers/mill.txt" and row["claims"][0]["supported"]


def test_without_prose_no_model_is_asked(start: Start) -> None:
    model = ScriptedModel(SAID)
    row = start(model).post("/v1/ask", json=QUESTION | {"prose": False, "types": ["txt"]}).json()
    assert row["quotes"] and row["claims"] == [] and model.prompts == []


def test_strict_leaves_out_what_no_document_says_and_instructions_reach_the_model(start: Start) -> None:
    model = ScriptedModel(SAID, window=2048)
    row = start(model).post("/v1/ask", json=QUESTION | {"strict": True, "instructions": "Be brief."}).json()
    assert all(claim["supported"] for claim in row["claims"])
    assert "Be brief." in model.prompts[0].turns[0].text


def test_an_answer_comes_event_by_event(start: Start) -> None:
    rows = events(start(ScriptedModel(SAID)).post("/v1/ask", json=QUESTION | {"stream": True}))
    kinds = [row["type"] for row in rows]
    assert kinds[0] == "quotes" and kinds[-1] == "answer" and {"text", "claim"} <= set(kinds)
    assert rows[-1]["answer"]["claims"][0]["supported"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "question"),
        ({"question": " "}, "empty"),
        (QUESTION | {"folders": "x"}, "folders"),
        (QUESTION | {"k": 0}, "k"),
    ],
)
def test_what_cannot_be_asked_is_said(start: Start, asked: dict[str, object], said: str) -> None:
    refused = start(ScriptedModel(SAID)).post("/v1/ask", json=asked)
    assert refused.status_code == 400 and said in refused.text


def test_what_a_person_thinks_of_an_answer_is_kept_with_it(start: Start, library: Library) -> None:
    client = start(ScriptedModel(SAID))
    ident = client.post("/v1/chat/completions", json=CHAT).json()["id"]
    assert client.post("/v1/feedback", json={"id": ident, "vote": 1}).status_code == 200
    assert client.post("/v1/feedback", json={"id": ident, "vote": -1}).status_code == 200
    with closing(ChatStore.open(library.folder)) as chats:
        [chat] = chats.list()
        [exchange] = chats.path(chat.id)
    assert exchange.question.text == "Who was the miller?" and [each.vote for each in exchange.replies] == [-1]
    assert client.post("/v1/feedback", json={"id": "chatcmpl-1", "vote": 1}).status_code == 404
    assert client.post("/v1/feedback", json={"id": ident, "vote": 1, "labels": ["wizard"]}).status_code == 400
    assert client.post("/v1/feedback", json={"id": ident, "vote": 2}).status_code == 400


def test_the_libraries(start: Start) -> None:
    [row] = start(ScriptedModel(SAID)).get("/v1/libraries").json()["data"]
    assert row == {"id": "library", "object": "library", "documents": 1, "embedder": "bag-of-words"}
