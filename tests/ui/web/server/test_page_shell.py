"""Streamlit's HTML says where its server is; that no page asks anywhere else is seen in tests/browser."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import streamlit

import ui.web
from ui.shared.http_guard import script_hashes
from ui.web.server.page_shell import FIRST, PAGES, PageShell, page_shell

SHELL = (Path(streamlit.__file__).parent / "static" / "index.html").read_bytes()


def answer(app: PageShell, path: str, method: str = "GET", kind: str = "http") -> list[Mapping[str, Any]]:
    sent: list[Mapping[str, Any]] = []

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    asyncio.run(app({"type": kind, "method": method, "path": path}, receive, send))
    return sent


def test_the_server_is_named_before_any_other_script_and_the_policy_lets_both_run() -> None:
    shell = page_shell(SHELL)
    assert b"<title>Oaken</title>" in shell and b"<title>Streamlit" not in shell
    first = shell.index(b"<script")
    assert shell[first:].startswith(b"<script>window.__streamlit = ")
    assert shell.count(b"<script") == SHELL.count(b"<script") + 2
    assert set(script_hashes(shell)) > set(script_hashes(SHELL))
    assert page_shell(b"<p>no script</p>") == b"<p>no script</p>"


def test_the_outlines_of_the_page_stand_in_it_before_anything_is_loaded() -> None:
    shell = page_shell(SHELL)
    assert shell.index(b'<div id="root">') < shell.index(b'<div id="oaken-first" aria-hidden="true">') < len(shell) - 20
    assert shell.endswith(SHELL[SHELL.index(b"</body>") :])
    outlines = FIRST.read_text(encoding="utf-8")
    assert "src=" not in outlines and "url(" not in outlines  # nothing else is waited for


def test_streamlits_script_still_reads_that_name() -> None:
    scripts = list((Path(streamlit.__file__).parent / "static" / "static" / "js").glob("index.*.js"))
    read = [
        each for each in scripts if "window.__streamlit" in (text := each.read_text()) and "BACKEND_BASE_URL" in text
    ]
    assert read  # Streamlit's own, which an update may rename


def test_each_page_is_known() -> None:
    routes = re.findall(
        r'st\.Page\(.*url_path="(\w+)"(?!, default)',
        (Path(ui.web.__file__).parent / "app.py").read_text(encoding="utf-8"),
    )
    assert ("/", *(f"/{each}" for each in routes)) == PAGES


@pytest.mark.parametrize("path", PAGES)
def test_pages_begin_with_it(path: str) -> None:
    async def app(*_: object) -> None:
        raise AssertionError("it was passed on")

    start, body = answer(PageShell(app, b"shell"), path)
    assert start["status"] == 200 and dict(start["headers"])[b"content-length"] == b"5"
    assert dict(start["headers"])[b"cache-control"] == b"no-cache"
    assert body["body"] == b"shell"


@pytest.mark.parametrize(
    ("path", "method", "kind"),
    [
        ("/static/js/index.js", "GET", "http"),
        ("/library/_stcore/health", "GET", "http"),
        ("/library", "POST", "http"),
        ("/_stcore/stream", "GET", "websocket"),
    ],
)
def test_all_else_is_passed_on(path: str, method: str, kind: str) -> None:
    passed: list[str] = []

    async def app(scope: Any, *_: object) -> None:
        passed.append(scope["path"])

    assert answer(PageShell(app, b"shell"), path, method, kind) == []
    assert passed == [path]
