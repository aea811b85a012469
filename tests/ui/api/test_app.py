"""The doors of the API: routes, token, hosts, sizes."""

from __future__ import annotations

import json
import logging
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.answer.assistant import Assistant
from rag.library.library import Library
from rag.settings import Settings
from tests.doubles import BagEmbedder, ScriptedModel
from tests.ui.api.serving import CHAT, SAID, TOKEN, Loader, Start
from ui.api.app import api_routes
from ui.api.guards import MAX_BODY_BYTES, LinkSigner
from ui.api.libraries import ServedLibraries
from ui.api.metrics import Metrics
from ui.api.service import ApiService
from ui.shared.connections import ConnectionLimits, bounded_protocol

OPEN = [("GET", "/health"), ("GET", "/docs"), ("GET", "/openapi.json")]
DOCUMENT = "/v1/documents/0123456789abcdef"
CLOSED = [
    ("GET", "/v1/models"), ("GET", "/v1/models/oaken"), ("POST", "/v1/chat/completions"), ("POST", "/v1/responses"),
    ("POST", "/v1/completions"), ("POST", "/v1/embeddings"), ("POST", "/v1/search"), ("POST", "/v1/ask"),
    ("POST", "/v1/feedback"), ("GET", "/v1/libraries"), ("GET", "/v1/documents"), ("POST", "/v1/documents"),
    ("GET", DOCUMENT), ("DELETE", DOCUMENT), ("GET", f"{DOCUMENT}/text"), ("GET", f"{DOCUMENT}/pages/1"),
    ("GET", "/v1/ingests/1"), ("GET", "/source/0123456789abcdef"), ("GET", "/metrics"),
]  # fmt: skip
ROUTES = OPEN + CLOSED


def test_every_route_is_enumerated(library: Library, tmp_path: Path) -> None:
    over = Assistant(library, BagEmbedder())
    served = ServedLibraries(Settings(tmp_path), ["library"], over)
    service = ApiService(Settings(tmp_path), served, Loader(ScriptedModel()))  # type: ignore[arg-type]
    app = api_routes(service, LinkSigner(TOKEN), Metrics(service))
    known = {(method, re.sub(r"0123456789abcdef", "{document_id}", path)) for method, path in ROUTES}
    known = {(method, re.sub(r"models/oaken", "models/{name}", path)) for method, path in known}
    known = {(m, path.replace("pages/1", "pages/{page}").replace("ingests/1", "ingests/{number}")) for m, path in known}
    assert {each for each in _routes(app.routes) if each[0] != "HEAD"} == known


def _routes(routes: Any) -> set[tuple[str, str]]:
    found = set()
    for route in routes:
        inner = getattr(route, "original_router", None)
        found |= _routes(inner.routes) if inner is not None else {(each, route.path) for each in route.methods or ()}
    return found


def test_anybody_may_ask_whether_it_runs_and_learns_nothing_else(start: Start) -> None:
    client = start(ScriptedModel(SAID))
    for headers in ({}, {"authorization": "Bearer wrong"}, dict(client.headers)):
        response = httpx.get(f"{str(client.base_url).rstrip('/')}/health", headers=headers)
        assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(("method", "path"), CLOSED)
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
    for path in ("/redoc", "/", "/v1", "/v1/models/", "//health", "/v1/health"):
        assert client.get(path).status_code == 404


def test_large_bodies_are_refused(start: Start) -> None:
    client = start(ScriptedModel(SAID))
    big = json.dumps(CHAT | {"pad": "x" * (MAX_BODY_BYTES + 1)}).encode()
    headers = {"content-type": "application/json"}
    assert client.post("/v1/chat/completions", content=big, headers=headers).status_code == 413

    def pieces() -> Iterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 4096 + 2):
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
