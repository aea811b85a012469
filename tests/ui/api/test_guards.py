"""What stands before the routes: signed links, limits, a refusal that says what to do."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.doubles import ScriptedModel
from tests.ui.api.serving import SAID, Start
from ui.api.guards import BodyLimit, LinkSigner


def test_a_signature_is_of_one_path_one_query_and_one_token() -> None:
    signer = LinkSigner("a-token-that-is-long-enough")
    key = signer.signature("/source/a", "start=0&end=3")
    assert signer.is_signed("/source/a", f"start=0&end=3&key={key}")
    other = LinkSigner("another-token-that-is-long").signature("/source/a", "start=0&end=3")
    for path, query in (
        ("/source/b", f"start=0&end=3&key={key}"), ("/source/a", f"start=1&end=3&key={key}"),
        ("/source/a", f"start=0&end=3&key={other}"), ("/source/a", f"start=0&end=3&key={key}&key={key}"),
        ("/source/a", f"key={key}"), ("/source/a", "start=0&end=3&key=é"), ("/source/a", ""),
    ):  # fmt: skip
        assert not signer.is_signed(path, query)


def test_another_host_is_told_how_it_may_be_let_in(start: Start) -> None:
    refused = start(ScriptedModel(SAID)).get("/v1/models", headers={"host": "oaken.example"})
    assert refused.status_code == 403 and "--allow-host" in refused.json()["error"]["message"]


@pytest.mark.parametrize("host", ["oaken.example", "oaken.example:9000"])
def test_a_name_that_is_allowed_holds_at_any_port_and_by_https(start: Start, host: str) -> None:
    client = start(ScriptedModel(SAID), allowed=("oaken.example",))
    assert client.get("/v1/models", headers={"host": host}).status_code == 200
    assert client.get("/v1/models", headers={"host": host, "origin": f"https://{host}"}).status_code == 200
    assert client.get("/v1/models", headers={"host": host, "origin": "https://evil.example"}).status_code == 403


def test_files_are_sent_as_a_form_and_nothing_else_is(start: Start) -> None:
    client = start(ScriptedModel(SAID))
    assert client.post("/v1/documents", json={}).status_code == 415
    assert client.post("/v1/search", files={"files": ("a.txt", b"x")}).status_code == 415


def test_a_method_that_a_route_does_not_know_is_said_to_be_that(start: Start) -> None:
    client = start(ScriptedModel(SAID))
    for method in ("PUT", "PATCH", "DELETE", "TRACE"):
        refused = client.request(method, "/v1/search", content=b"x")
        assert refused.status_code == 405 and "POST" in refused.headers["allow"]


def test_an_upload_that_is_too_large_is_refused_before_it_is_read() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", b"multipart/form-data; boundary=x"), (b"content-length", b"1000000000000")]
    scope = {"type": "http", "method": "POST", "path": "/v1/documents", "headers": headers}
    asyncio.run(BodyLimit(None)(scope, None, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 413 and b"at most" in sent[1]["body"]
