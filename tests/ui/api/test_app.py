"""The doors of the API: routes, token, hosts, sizes."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from rag.answer.assistant import Assistant
from rag.library.library import Library
from rag.settings import Settings
from tests.doubles import BagEmbedder, ScriptedModel
from tests.ui.api.serving import CHAT, SAID, TOKEN, Loader, Start
from ui.api import app as api
from ui.api.app import create
from ui.api.service import ApiService
from ui.shared.connections import ConnectionLimits, bounded_protocol

ROUTES = [
    ("GET", "/health"), ("GET", "/v1/models"), ("GET", "/v1/models/oaken"), ("POST", "/v1/chat/completions"),
    ("POST", "/v1/completions"), ("POST", "/v1/search"),
]  # fmt: skip


def test_every_route_is_enumerated(library: Library, tmp_path: Path) -> None:
    over = Assistant(library, BagEmbedder())
    service = ApiService(Settings(tmp_path), over, Loader(ScriptedModel()))  # type: ignore[arg-type]
    app: Any = create(service, TOKEN, ())
    routes = app._app._app.routes
    found = {(method, route.path) for route in routes if isinstance(route, Route) for method in route.methods or ()}
    known = {(method, path.replace("/oaken", "/{name}")) for method, path in ROUTES}
    assert {each for each in found if each[0] != "HEAD"} == known and len(routes) == len(ROUTES)


def test_anybody_may_ask_whether_it_runs_and_learns_nothing_else(start: Start) -> None:
    client = start(ScriptedModel(SAID))
    for headers in ({}, {"authorization": "Bearer wrong"}, dict(client.headers)):
        response = httpx.get(f"{str(client.base_url).rstrip('/')}/health", headers=headers)
        assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(("method", "path"), ROUTES[1:])
def test_no_other_route_answers_without_the_token(start: Start, method: str, path: str) -> None:
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
    for path in ("/docs", "/openapi.json", "/redoc", "/", "/v1", "/v1/models/", "//health", "/v1/health"):
        assert client.get(path).status_code == 404


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


def test_a_body_that_never_ends_is_given_up(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    limits = ConnectionLimits(head_seconds=0.3, body_seconds=0.3)
    client = start(ScriptedModel(SAID), protocol=bounded_protocol(limits))
    log = logging.getLogger("uvicorn.error")  # configured at the server's start, and kept from the root
    log.setLevel(logging.WARNING)
    log.addHandler(caplog.handler)
    head = (
        f"POST /v1/completions HTTP/1.1\r\nhost: {client.base_url.netloc.decode()}\r\nauthorization: Bearer {TOKEN}\r\n"
    )
    with socket.create_connection((client.base_url.host, client.base_url.port), timeout=10) as stuck:
        stuck.sendall(f"{head}content-type: application/json\r\ncontent-length: 99\r\n\r\n{{".encode())
        assert stuck.recv(4096).startswith(b"HTTP/1.1 408")
    assert client.post("/v1/chat/completions", json=CHAT).status_code == 200
    client.end_server()  # type: ignore[attr-defined]  # until then the request that was cut short may still end
    assert [record.getMessage() for record in caplog.records] == []
