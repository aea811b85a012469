"""The API over real HTTP on this machine: shapes, doors, line, and what happens when a client leaves."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.routing import Route

from rag.answer.assistant import Assistant
from rag.errors import ModelBrokenError, ModelBusyError, UsageError
from rag.factory import model_loader
from rag.interfaces import EmbedderCard
from rag.library.library import Library
from rag.model.remote.client import RemoteModel
from rag.settings import Settings
from rag.types import GenerationEnd, Sampling, Turn
from tests.doubles import BagEmbedder, QueuedModel, ScriptedModel, file_away, paper
from tests.model.chat_server import Server, chunk, event, serving
from tests.ui.conftest import REPOSITORY, Command
from ui.api import app as api
from ui.api.app import create
from ui.api.responses import RETRY_SECONDS, StopStrings
from ui.api.schemas import ChatRequest
from ui.api.service import LINE, ApiService
from ui.cli import api as cli_api

TOKEN = "a-token-that-is-long-enough"
ROUTES = [
    ("GET", "/health"), ("GET", "/v1/models"), ("GET", "/v1/models/oaken"), ("POST", "/v1/chat/completions"),
    ("POST", "/v1/completions"),
]  # fmt: skip
CHAT = {"model": "oaken", "messages": [{"role": "user", "content": "Who was the miller?"}]}
RAW = CHAT | {"model": "oaken-raw"}


class Loader:
    """Hands out one model; or raises."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.closed = False

    def __call__(self) -> Any:
        if isinstance(self.model, Exception):
            raise self.model
        return self.model

    def close(self) -> None:
        self.closed = True


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


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    embedder = BagEmbedder()
    with Library.open(tmp_path / "library", embedder.card) as held:
        text = "The miller's name was Tobias Wren, and he ground rye for forty years."
        file_away(held, paper("mill.txt", text, "Flour is sold on Tuesdays from the side door."), embedder)
        held.follow()
        yield held


Start = Callable[..., httpx.Client]


@pytest.fixture
def start(library: Library, tmp_path: Path) -> Iterator[Start]:
    """Starts the API over a model; a client with the token (or the one given)."""
    with contextlib.ExitStack() as running:

        def begin(model: Any, *, held: Library | None = library, token: str = TOKEN) -> httpx.Client:
            over = None if held is None else Assistant(held, BagEmbedder())
            service = ApiService(Settings(tmp_path), over, Loader(model))  # type: ignore[arg-type]
            listening = socket.create_server(("127.0.0.1", 0))
            running.callback(listening.close)
            port = listening.getsockname()[1]
            app = create(service, TOKEN, (f"127.0.0.1:{port}", f"localhost:{port}"))
            server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="none"))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
            thread.start()

            def end() -> None:
                server.should_exit = True
                thread.join(10)

            running.callback(end)
            client = httpx.Client(
                base_url=f"http://127.0.0.1:{port}", headers={"authorization": f"Bearer {token}"}, timeout=30,
                trust_env=False,
            )  # fmt: skip
            running.callback(client.close)
            client.service = service  # type: ignore[attr-defined]
            return client

        yield begin


def events(response: httpx.Response) -> list[Any]:
    lines = [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: ")]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


# Shapes ----------------------------------------------------------------------------------------------------------

SAID = "The miller's name was Tobias Wren. He lived on the moon."


def test_an_answer_from_the_library_with_its_proof(start: Start) -> None:
    row = start(ScriptedModel(SAID)).post("/v1/chat/completions", json=CHAT).json()
    assert set(row) == {"id", "object", "created", "model", "choices", "usage", "oaken"}
    text = row["choices"][0]["message"]["content"]
    assert (
        "Tobias Wren. [1]" in text
        and "moon. (not in your documents)" in text
        and "Sources:\n[1] /papers/mill.txt" in text
    )
    assert row["oaken"]["claims"][0]["citations"][0]["source"] == "/papers/mill.txt"
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


def test_what_is_ignored_is_said_and_history_goes_along(start: Start) -> None:
    model = ScriptedModel(SAID)
    before = [
        {"role": "system", "content": "You are a pirate."}, {"role": "user", "content": "Who was the miller?"},
        {"role": "assistant", "content": "Tobias Wren."},
    ]  # fmt: skip
    last = {"role": "user", "content": [{"type": "text", "text": "Who was the miller?"}]}
    asked = {"model": "oaken", "temperature": 0.9, "stop": "x", "messages": [*before, last]}
    row = start(model).post("/v1/chat/completions", json=asked).json()
    assert row["oaken"]["ignored"] == ["system messages", "temperature", "stop"]
    texts = [turn.text for turn in model.prompts[0].turns]
    assert "Tobias Wren." in texts and not any("pirate" in text for text in texts)


def test_an_answer_goes_along_as_it_does_on_the_page_without_sources_and_what_no_document_says(start: Start) -> None:
    model = ScriptedModel("The miller was Tobias Wren. He was born in Paris in 1822.", SAID, window=2048)
    client = start(model)
    first = {"role": "user", "content": "Who was the miller?"}
    text = client.post("/v1/chat/completions", json={"messages": [first]}).json()["choices"][0]["message"]["content"]
    assert "Paris" in text and "Sources:" in text
    told = [first, {"role": "assistant", "content": text}, {"role": "user", "content": "What did he grind?"}]
    client.post("/v1/chat/completions", json={"messages": told, "insist": True})
    question, answer = next(each.turns[-3:-1] for each in model.prompts if "grind?" in each.turns[-1].text)
    assert question.text.endswith(first["content"]) and "Tobias Wren" in question.text, "with its evidence"
    assert "Tobias Wren" in answer.text and "Paris" not in answer.text and "[1]" not in answer.text


def test_the_model_alone(start: Start) -> None:
    model = ScriptedModel("one two three STOP four")
    asked = RAW | {"temperature": 0.5, "top_k": 3, "seed": -1, "max_tokens": 50, "stop": ["STOP"]}
    client = start(model)
    row = client.post("/v1/chat/completions", json=asked).json()
    assert row["choices"][0]["message"]["content"] == "one two three " and row["choices"][0]["finish_reason"] == "stop"
    assert model.prompts[0].turns == (Turn("user", "Who was the miller?"),)
    streamed = events(client.post("/v1/chat/completions", json=asked | {"stream": True}))
    assert "".join(piece["choices"][0]["delta"].get("content", "") for piece in streamed) == "one two three "


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


def test_without_a_library_there_is_the_model_alone(start: Start) -> None:
    client = start(ScriptedModel("Hi"), held=None)
    assert [row["id"] for row in client.get("/v1/models").json()["data"]] == ["oaken-raw"]
    assert client.post("/v1/chat/completions", json=CHAT).status_code == 404
    assert client.post("/v1/chat/completions", json=RAW).status_code == 200


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


# Doors -----------------------------------------------------------------------------------------------------------


def test_every_route_is_enumerated(library: Library, tmp_path: Path) -> None:
    over = Assistant(library, BagEmbedder())
    service = ApiService(Settings(tmp_path), over, Loader(ScriptedModel()))  # type: ignore[arg-type]
    app: Any = create(service, TOKEN, ())
    routes = app._app._app.routes
    found = {(method, route.path) for route in routes if isinstance(route, Route) for method in route.methods or ()}
    known = {(method, path.replace("/oaken", "/{name}")) for method, path in ROUTES}
    assert {each for each in found if each[0] != "HEAD"} == known and len(routes) == len(ROUTES)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_route_answers_without_the_token(start: Start, method: str, path: str) -> None:
    client = start(ScriptedModel(SAID))
    near = (f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", TOKEN)
    for header in (None, "", "Bearer", "Bearer wrong", *near):
        headers = {"content-type": "application/json"} | ({} if header is None else {"authorization": header})
        for content in (b"", b"{", json.dumps(CHAT).encode()):  # not even a broken body is told apart
            response = httpx.request(
                method, f"{str(client.base_url).rstrip('/')}{path}", headers=headers, content=content
            )
            assert response.status_code == 401, (header, response.text)
            assert set(response.json()) == {"error"} and "oaken" not in response.text.replace("Oaken", "")
    assert client.service.busy == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"}, {"host": "evil.example:80"}, {"host": ""}, {"origin": "https://evil.example"},
        {"origin": "http://localhost:1"}, {"origin": "null"}, {"host": "127.0.0.1"},
    ],
)  # fmt: skip
def test_no_route_answers_another_host_or_page(start: Start, method: str, path: str, headers: dict[str, str]) -> None:
    client = start(ScriptedModel(SAID))
    body = json.dumps(CHAT | {"prompt": "x"}).encode() if method == "POST" else None
    response = client.request(method, path, headers={"content-type": "application/json"} | headers, content=body)
    assert response.status_code in (400, 403)
    assert not any(name.startswith("access-control") for name in response.headers)


def test_what_a_page_may_send_without_asking_is_refused(start: Start) -> None:
    client = start(ScriptedModel(SAID))
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        response = client.post("/v1/chat/completions", content=json.dumps(CHAT), headers={"content-type": kind})
        assert response.status_code == 415
    assert client.options("/v1/chat/completions").status_code in (405, 415)
    assert client.get("/v1/chat/completions").status_code == 405
    for path in ("/docs", "/openapi.json", "/redoc", "/", "/v1", "/v1/models/", "//health", "/health/../v1/models"):
        assert client.get(path).status_code in (404, 403, 200) and "swagger" not in client.get(path).text


def test_large_bodies_are_refused(start: Start) -> None:
    client = start(ScriptedModel(SAID))
    big = json.dumps(CHAT | {"pad": "x" * (api._MAX_BODY_BYTES + 1)}).encode()
    headers = {"content-type": "application/json"}
    assert client.post("/v1/chat/completions", content=big, headers=headers).status_code == 413

    def pieces() -> Iterator[bytes]:
        for _ in range(api._MAX_BODY_BYTES // 4096 + 2):
            yield b" " * 4096

    assert client.post("/v1/chat/completions", content=pieces(), headers=headers).status_code == 413
    assert client.post("/v1/chat/completions", json=CHAT).status_code == 200


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
        ({"messages": [{"role": "user", "content": "  "}]}, "last message"), ({"tools": [{}]}, "tools"),
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


# The command -----------------------------------------------------------------------------------------------------


def test_a_token_is_made_once_and_kept_from_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cli_api.TOKEN_VARIABLE, raising=False)
    old = os.umask(0)
    try:
        token, chosen = cli_api._token(tmp_path / "home")
    finally:
        os.umask(old)
    path = tmp_path / "home" / cli_api.TOKEN_FILE
    assert not chosen and len(token) >= 32 and stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    assert cli_api._token(tmp_path / "home") == (token, False) and stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("short")
    with pytest.raises(Exception, match="too short"):
        cli_api._token(tmp_path / "home")
    monkeypatch.setenv(cli_api.TOKEN_VARIABLE, TOKEN)
    assert cli_api._token(tmp_path / "home") == (TOKEN, True)
    for wrong in ("short", "with a space in it!", "ж" * 20):
        monkeypatch.setenv(cli_api.TOKEN_VARIABLE, wrong)
        with pytest.raises(UsageError):
            cli_api._token(tmp_path / "home")


def test_other_machines_only_with_a_chosen_token_and_by_name() -> None:
    assert cli_api._names("127.0.0.1", [], chosen=False) == ["127.0.0.1", "localhost"]
    assert cli_api._names("::1", [], chosen=False)[0] == "[::1]"
    with pytest.raises(UsageError, match="other machines"):
        cli_api._names("192.0.2.7", [], chosen=False)
    with pytest.raises(UsageError, match="the names by which"):
        cli_api._names("0.0.0.0", [], chosen=True)
    assert cli_api._names("0.0.0.0", ["Office"], chosen=True) == ["office"]


@pytest.mark.real
def test_the_command_serves_this_machine_and_ends_at_ctrl_c(real: Command) -> None:
    environment = os.environ | {"OAKEN_HOME": str(real.home), "PYTHONPATH": str(REPOSITORY), "OAKEN_THREADS": "1"}
    environment.pop(cli_api.TOKEN_VARIABLE, None)
    child = subprocess.Popen(
        [sys.executable, "-m", "ui.cli.main", "api", "--json", "--port", "8700"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=real.folder,
    )  # fmt: skip
    assert child.stdout is not None and child.stderr is not None
    try:
        row = json.loads(child.stdout.readline())
        headers = {"authorization": f"Bearer {row['token']}"}
        with httpx.Client(headers=headers, timeout=120, trust_env=False) as client:
            answer = client.post(f"{row['address']}/chat/completions", json=CHAT).json()
            assert "Tobias Wren" in json.dumps(answer["oaken"]["quotes"])
            alone = client.post(f"{row['address']}/chat/completions", json=RAW | {"max_tokens": 5}).json()
            assert alone["usage"]["completion_tokens"] <= 5 and alone["choices"][0]["message"]["content"]
            gap = client.post(f"{row['address']}/completions", json={"prompt": "a", "suffix": "b"})
            assert gap.status_code == 400 and "fill a gap" in gap.json()["error"]["message"]
            on = client.post(
                f"{row['address']}/completions", json={"prompt": "The capital of France is", "max_tokens": 4}
            )
            assert "Paris" in on.json()["choices"][0]["text"]
        # An OpenAI-compatible client of ours is one more client.
        with RemoteModel.connect(row["address"], key=row["token"], name="oaken-raw", context=512) as model:
            assert model.card.name == "oaken-raw"
        child.send_signal(signal.SIGINT)
        assert child.wait(20) in (0, 130)
        assert "Traceback" not in child.stderr.read()
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
        child.stderr.close()


def test_a_server_as_the_model_of_the_api(library: Library, tmp_path: Path, start: Start) -> None:
    said = "The miller's name was Tobias Wren."
    with serving(Server(answer=[chunk(said, "stop").encode()])) as server:
        loader = model_loader(Settings(tmp_path, model_url=server.root))
        try:
            row = start(loader()).post("/v1/chat/completions", json=CHAT).json()
            assert row["oaken"]["status"] == "answered"
            server.answer = [event(choices=[{"text": said, "finish_reason": "stop"}])]
            done = start(loader()).post("/v1/completions", json={"prompt": "x", "suffix": "y"}).json()
            assert done["choices"][0]["text"] == said
        finally:
            loader.close()


def test_shapes_of_sampling() -> None:
    asked = ChatRequest.model_validate(
        RAW | {"preset": "article", "temperature": 0.1, "seed": -5, "max_completion_tokens": 7}
    )
    drawn = asked.sampling("k50", 100)
    assert (drawn.temperature, drawn.top_k, drawn.max_tokens) == (0.1, 30, 7) and 0 <= drawn.seed < 2**31
    assert replace(drawn, temperature=0.4).top_p == 0.18
    assert isinstance(BagEmbedder().card, EmbedderCard)
