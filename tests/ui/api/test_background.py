"""Answers in the background: the line, clients that leave, models that fail."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rag.errors import ModelBrokenError, ModelBusyError, UsageError
from rag.types import GenerationEnd, Prompt, Sampling
from tests.doubles import QueuedModel, ScriptedModel
from tests.ui.api.serving import CHAT, RAW, SAID, TOKEN, Start, events
from ui.api.background import BackgroundStream, StoppableStream
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


def test_requests_beyond_the_queue_are_asked_to_come_back(start: Start) -> None:
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


class Client:
    """A connection that is lost after it was looked at so often."""

    def __init__(self, looks: int = 10**6) -> None:
        self.looks = looks

    async def is_disconnected(self) -> bool:
        self.looks -= 1
        return self.looks < 0


async def heard(make: Callable[[], Iterator[Any]], client: Any) -> tuple[list[tuple[str, Any]], bool]:
    """All that a stream tells up to its end, and whether it was then told to be done."""
    done = threading.Event()
    stream = BackgroundStream(make, StoppableStream(), done.set)
    told = [await stream.next(client)]
    while told[-1][0] == "item":
        told.append(await stream.next(client))
    return told, await asyncio.to_thread(done.wait, 60)


def test_a_stream_tells_its_items_in_order_and_its_value() -> None:
    def make() -> Iterator[int]:
        yield from range(20)
        return "over"  # type: ignore[return-value]

    told, done = asyncio.run(heard(make, Client()))
    assert told == [*(("item", number) for number in range(20)), ("end", "over")] and done


def test_an_error_is_reported_as_one_wherever_it_comes() -> None:
    def make() -> Iterator[int]:
        yield 1
        raise ModelBrokenError("broken")

    told, done = asyncio.run(heard(make, Client()))
    assert told[0] == ("item", 1) and told[1][0] == "error" and isinstance(told[1][1], ModelBrokenError) and done

    def refuse() -> Iterator[int]:
        raise UsageError("no")

    told, done = asyncio.run(heard(refuse, Client()))
    assert [kind for kind, _ in told] == ["error"] and done


def test_a_lost_client_ends_the_stream_and_closes_it() -> None:
    gate, closed = threading.Event(), threading.Event()

    def make() -> Iterator[int]:
        try:
            gate.wait(60)
            yield 1
            yield 2
        finally:
            closed.set()

    async def lost() -> tuple[str, Any]:
        stream = BackgroundStream(make, StoppableStream(), lambda: None)
        try:
            return await stream.next(Client(looks=0))  # type: ignore[arg-type]
        finally:
            gate.set()

    assert asyncio.run(lost()) == ("left", None)
    assert closed.wait(60)


class Cancellable:
    def __init__(self) -> None:
        self.cancelled = 0

    def cancel(self) -> None:
        self.cancelled += 1


def test_a_stream_is_stopped_even_where_it_begins_after_the_stop() -> None:
    watched, stream = StoppableStream(), Cancellable()
    watched.stop()
    watched.stream_of(stream)  # type: ignore[arg-type]
    assert stream.cancelled == 1
    watched.stop()
    assert stream.cancelled == 2


def test_a_model_that_is_watched_is_the_same_model() -> None:
    model = ScriptedModel("The mill.")
    watched = StoppableStream().watch(model)
    assert watched.card == model.card and watched.encode([]) == model.encode([])


def test_the_tokens_of_all_streams_are_counted() -> None:
    model = ScriptedModel("The mill is old.")
    watched = StoppableStream()
    watched.watch(model)
    prompt = Prompt((), (1, 2), 100, 50)
    pieces = len(list(watched.stream(prompt, Sampling())))
    begun = watched.stream(prompt, Sampling())
    next(begun)
    begun.close()
    assert watched.tokens == pieces + 1
