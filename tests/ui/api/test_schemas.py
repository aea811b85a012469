"""What may be asked, and its bounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rag.interfaces import EmbedderCard
from tests.doubles import BagEmbedder, ScriptedModel
from tests.ui.api.serving import CHAT, RAW, SAID, Start
from ui.api.schemas import AskRequest, ChatRequest


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"temperature": -0.1}, "temperature"), ({"temperature": 3}, "temperature"), ({"temperature": "1"}, "temp"),
        ({"top_p": 0}, "top_p"), ({"top_k": -1}, "top_k"), ({"top_k": 1.5}, "top_k"), ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 10**9}, "max_tokens"), ({"max_tokens": True}, "max_tokens"), ({"seed": 2**63}, "seed"),
        ({"n": 2}, "n"), ({"k": 0}, "k"), ({"k": 101}, "k"), ({"repeat_penalty": 99}, "repeat_penalty"),
        ({"stop": ["a"] * 5}, "stop"), ({"stop": 3}, "stop"), ({"messages": []}, "messages"), ({"messages": 3}, "mess"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "role"), ({"messages": [{"role": "user"}]}, "content"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, "last message"), ({"stream": "yes"}, "stream"),
        ({"messages": [{"role": "user", "content": "  "}]}, "last message"), ({"tools": 3}, "tools"),
        ({"response_format": {"type": "json_object"}}, "oaken-raw"), ({"tool_choice": "any"}, "tool"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "http://h/"}]}]}, "only text"),
        ({"messages": [{"role": "user", "content": "x" * 200_001}]}, "content"), ({"preset": "nope"}, "not a preset"),
        ({"logprobs": True}, "logprobs"), ({"model": "gpt-4"}, "There is no model"), ({"model": 3}, "model"),
    ],
)  # fmt: skip
def test_every_field_has_its_bounds(start: Start, change: dict[str, Any], words: str) -> None:
    response = start(ScriptedModel(SAID)).post("/v1/chat/completions", json=CHAT | change)
    assert response.status_code in (400, 404) and words in response.json()["error"]["message"], response.text


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"3", b"\xff\xfe", b'{"temperature": NaN}', b"[" * 100_000])
def test_what_is_no_request(start: Start, content: bytes) -> None:
    client = start(ScriptedModel(SAID))
    for path in ("/v1/chat/completions", "/v1/completions"):
        response = client.post(path, content=content, headers={"content-type": "application/json"})
        assert response.status_code == 400 and response.json()["error"]["message"]


def test_shapes_of_sampling() -> None:
    asked = ChatRequest.model_validate(
        RAW | {"preset": "article", "temperature": 0.1, "seed": -5, "max_completion_tokens": 7}
    )
    drawn = asked.sampling("k50", 100)
    assert (drawn.temperature, drawn.top_k, drawn.max_tokens) == (0.1, 30, 7) and 0 <= drawn.seed < 2**31
    assert replace(drawn, temperature=0.4).top_p == 0.18
    assert isinstance(BagEmbedder().card, EmbedderCard)


@pytest.mark.parametrize("given", ["home,work", ["home", "work"]])
def test_libraries_are_named_as_text_or_list(given: Any) -> None:
    assert AskRequest(question="Who?", library=given).library == "home,work"
