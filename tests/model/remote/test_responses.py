"""What a server says: in pieces, cut short, or nonsense."""

from __future__ import annotations

import pytest

from rag.errors import ModelBrokenError, ModelError
from rag.types import Sampling
from tests.model.chat_server import Server, chunk
from tests.model.remote.servers import connect, said


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("text/html", [b"<!DOCTYPE html>"]),
        ("", [b"hello"]),
        ("text/event-stream", [b"data: {not json}\n\n"]),
        ("text/event-stream", [b"data: [1]\n\n"]),
        ("text/event-stream", [b'data: {"choices": 3}\n\n']),
        ("text/event-stream", [b'data: {"choices": [3]}\n\n']),
        ("text/event-stream", [b"data: " + b"x" * 70_000] * 20),
        ("text/event-stream", [b"\x00\xff" * 100]),
        ("text/event-stream", [chunk("Par").encode()]),
        ("text/event-stream", [b"data: " + b"[" * 100_000 + b"\n\n"]),
        ("application/json", [b"[]"]),
        ("application/json", [b'{"choices": [{"message": {"content": "' + b"x" * 70_000] * 20),
    ],
)
def test_garbage_is_an_error_and_nothing_else(server: Server, kind: str, answer: list[bytes]) -> None:
    server.kind, server.answer = kind, answer
    with connect(server) as model, pytest.raises(ModelBrokenError) as caught:
        said(model)
    assert caught.value.hint and len(caught.value.message) < 300


def test_an_error_in_the_middle(server: Server) -> None:
    server.answer = [chunk("Par").encode(), b'data: {"error": {"message": "slot\\u001b[31m lost"}}\n\n']
    with connect(server) as model, pytest.raises(ModelError, match="slot"):
        said(model)


def test_an_answer_that_does_not_stream(server: Server) -> None:
    server.kind = "application/json"
    server.answer = [b'{"choices": [{"message": {"content": "Paris."}, "finish_reason": "length"}],'
                     b' "usage": {"completion_tokens": 2, "prompt_tokens": 20}}']  # fmt: skip
    with connect(server) as model:
        text, finish = said(model)
    assert (text, finish.finish, finish.tokens, finish.prompt_tokens) == ("Paris.", "length", 2, 20)


def test_comments_roles_and_split_characters(server: Server) -> None:
    lines = [
        b": ping\n\n", b'data: {"choices": [{"delta": {"role": "assistant", "content": null}}]}\n\n',
        b'data: {"choices": [{"delta": {"content": "\\ud83d"}}]}\n\n', b'data: {"choices": [{"delta": {"conte',
        b'nt": "\\ude00 \\ud83d"}}]}\r\n\r\n', b'data: {"choices": []}\n\n', b"data: [DONE]\n\n",
    ]  # fmt: skip
    server.answer = lines
    with connect(server) as model:
        assert said(model)[0] == "😀 \ufffd"


def test_an_answer_without_end_is_cut_at_the_limit(server: Server) -> None:
    server.answer, server.endless = [chunk("word ").encode()], True
    with connect(server) as model:
        text, finish = said(model, Sampling(max_tokens=20))
    assert finish.finish == "length" and 15 < len(text.split()) < 40
    assert server.left.wait(10)
