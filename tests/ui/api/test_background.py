"""Answers in the background: the line, clients that leave, models that fail."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from rag.errors import ModelBrokenError, ModelBusyError, UsageError
from rag.types import GenerationEnd, Sampling
from tests.doubles import QueuedModel, ScriptedModel
from tests.ui.api.serving import CHAT, RAW, SAID, TOKEN, Start, events
from ui.api.responses import RETRY_SECONDS
from ui.api.service import LINE


class Slow:
    """A model that writes a word, then nothing until it is cancelled. Counts how often it was."""

    def __init__(self) -> None:
        self.card = ScriptedModel().card
        self.begun = threading.Semaphore(0)
        self.cancelled = threading.Semaphore(0)

    def encode(self, turns: Any) -> tuple[int, ...]:
        return (1,) * 10

    def stream(self, prompt: Any, sampling: Sampling) -> Any:
        stop = threading.Event()
        outer = self

        class Stream:
            def __init__(self) -> None:
                self._said = False

            def cancel(self) -> None:
                stop.set()

            def close(self) -> None:
                stop.set()

            def __iter__(self) -> Any:
                return self

            def __next__(self) -> str:
                if not self._said:
                    self._said = True
                    outer.begun.release()
                    return "Well, "
                assert stop.wait(30)
                outer.cancelled.release()
                raise StopIteration(GenerationEnd("cancelled", 10, 1, 0.0, 0.0))

        return Stream()


@pytest.mark.parametrize("asked", [CHAT, RAW, {"model": "oaken-raw", "prompt": "x"}])
def test_a_stream_tells_the_place_in_line(start: Start, asked: dict[str, Any]) -> None:
    model = QueuedModel(SAID)
    model.encode_text = model.encode_gap = lambda *texts: (1,)  # type: ignore[attr-defined]
    model.stream_between = lambda before, after, tokens, sampling: model._play(SAID)  # type: ignore[attr-defined]
    client = start(model)
    path = "/v1/completions" if "prompt" in asked else "/v1/chat/completions"
    pieces = events(client.post(path, json=asked | {"stream": True}))
    waited = [piece for piece in pieces if "waiting" in piece.get("oaken", {})]
    assert [piece["oaken"]["waiting"] for piece in waited] == [2, 1, 0]  # each change once
    said = [piece["choices"][0].get("text", piece["choices"][0].get("delta", {}).get("content")) for piece in waited]
    assert said == ["", "", ""]  # a client that knows nothing of it sees no text
    assert "Tobias Wren" in client.post(path, json=asked).text


# The line, and leaving -------------------------------------------------------------------------------------------


def test_more_than_the_line_holds_are_told_to_come_back(start: Start) -> None:
    model = Slow()
    client = start(model)
    with contextlib.ExitStack() as open_streams:
        for _ in range(LINE):
            open_streams.enter_context(client.stream("POST", "/v1/chat/completions", json=RAW | {"stream": True}))
            assert model.begun.acquire(timeout=20)
        full = client.post("/v1/chat/completions", json=RAW)
        assert full.status_code == 429 and full.headers["retry-after"] == RETRY_SECONDS
        assert full.json()["error"]["type"] == "rate_limit_error"
        assert client.get("/health").status_code == 200
    for _ in range(LINE):  # all have left: each was cancelled, and there is room again
        assert model.cancelled.acquire(timeout=20)
    assert _until(lambda: client.service.busy == 0)  # type: ignore[attr-defined]


@pytest.mark.parametrize("asked", [RAW, RAW | {"stream": True}, CHAT, CHAT | {"stream": True}])
def test_a_client_that_leaves_stops_the_model(start: Start, asked: dict[str, Any]) -> None:
    model = Slow()
    client = start(model)
    with socket.create_connection((client.base_url.host, client.base_url.port or 0)) as raw:
        body = json.dumps(asked).encode()
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{client.base_url.port}\r\n"
            f"Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        raw.sendall(head.encode() + body)
        assert model.begun.acquire(timeout=20)
    assert model.cancelled.acquire(timeout=20)
    assert _until(lambda: client.service.busy == 0)  # type: ignore[attr-defined]


def test_many_at_once_get_their_own_answers(start: Start) -> None:
    class Echo(ScriptedModel):
        def stream(self, prompt: Any, sampling: Sampling) -> Any:
            return self._play(prompt.turns[-1].text.upper())

    client = start(Echo())
    told: dict[int, str] = {}

    def ask(number: int) -> None:
        asked = RAW | {"messages": [{"role": "user", "content": f"question {number}"}]}
        told[number] = client.post("/v1/chat/completions", json=asked).json()["choices"][0]["message"]["content"]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(LINE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert told == {number: f"QUESTION {number}" for number in range(LINE)}


@pytest.mark.parametrize(
    ("error", "status"),
    [(ModelBrokenError("It died.", "x"), 500), (ModelBusyError("Full.", "x"), 429), (UsageError("Not so.", "x"), 400),
     (ValueError("oops /home/me"), 500)],
)  # fmt: skip
def test_a_model_that_fails(start: Start, error: Exception, status: int) -> None:
    client = start(error)
    for asked in (RAW, RAW | {"stream": True}):
        # An error that nobody foresaw ends its connection: the next question takes another.
        response = client.post("/v1/chat/completions", json=asked, headers={"connection": "close"})
        assert response.status_code == status and "/home/me" not in response.text
    assert _until(lambda: client.service.busy == 0)  # type: ignore[attr-defined]


def test_a_model_that_fails_in_the_middle_of_a_stream(start: Start) -> None:
    class Failing(ScriptedModel):
        def stream(self, prompt: Any, sampling: Sampling) -> Any:
            yield "Well, "
            raise ModelBrokenError("It died.", "Ask again.")

    told = events(start(Failing()).post("/v1/chat/completions", json=RAW | {"stream": True}))
    assert told[-1]["error"]["message"] == "It died."


def _until(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 15
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    return true()
