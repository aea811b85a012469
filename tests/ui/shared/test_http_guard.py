from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ui.shared.http_guard import HttpGuard, policy, script_hashes

HOSTS = ("localhost:8501", "127.0.0.1:8501")


PROXIED = ("oaken.example.org",)


def ask(kind: str, host: str | None, origin: str | None = None, proxied: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """What comes back through the guard, over an app that says 200 or accepts."""
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    pairs = {b"host": host, b"origin": origin}
    headers = [(name, value.encode()) for name, value in pairs.items() if value is not None]
    asyncio.run(HttpGuard(app, HOSTS, proxied=proxied)({"type": kind, "headers": headers}, receive, send))
    return sent


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_its_own_page_is_let_in(kind: str, host: str) -> None:
    for origin in (None, f"http://{host}"):
        assert ask(kind, host, origin)[0]["type"] in ("websocket.accept", "http.response.start")
        assert ask(kind, host, origin)[0].get("status", 200) == 200


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("evil.example:8501", "http://evil.example:8501"),  # DNS rebinding
        ("localhost:8501", "http://localhost:3000"),  # another local port's page
        ("localhost:8501", "http://evil.example"),
        ("localhost:8501", "null"),
        ("localhost:8501", "https://localhost:8501"),
        ("localhost", None),
        (None, None),
    ],
)
def test_every_other_page_is_refused(host: str | None, origin: str | None) -> None:
    assert ask("websocket", host, origin) == [{"type": "websocket.close", "code": 1008}]
    assert ask("http", host, origin)[0]["status"] == 403


@pytest.mark.parametrize("host", ["oaken.example.org", "Oaken.example.org:8443"])
def test_a_proxy_s_name_may_be_called_by_https_and_by_its_own_page_only(host: str) -> None:
    name = host.lower()
    for origin in (None, f"https://{name}", f"http://{name}"):
        assert ask("http", host, origin, PROXIED)[0]["status"] == 200
        assert ask("http", host, origin)[0]["status"] == 403
    for origin in (
        "https://evil.example",
        f"https://{name}.evil.example",
        f"https://x.{name}",
        "null",
        f"ftp://{name}",
    ):
        assert ask("websocket", host, origin, PROXIED) == [{"type": "websocket.close", "code": 1008}]
    for other in (f"{name}:x", f"x{name}", f"{name}.evil.example", f"evil.example#{name}", f"{name}:80:80"):
        assert ask("http", other, None, PROXIED)[0]["status"] == 403


@pytest.mark.parametrize(("own", "sent"), [([], ["same-origin"]), ([(b"Referrer-Policy", b"x")], ["x"])])
def test_what_the_app_says_of_referrers_stands(own: list[tuple[bytes, bytes]], sent: list[str]) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": own})

    heads: list[Any] = []

    async def send(message: Any) -> None:
        heads.append(message)

    asyncio.run(HttpGuard(app, HOSTS)({"type": "http", "headers": [(b"host", HOSTS[0].encode())]}, send, send))
    assert [value.decode() for name, value in heads[0]["headers"] if name.lower() == b"referrer-policy"] == sent


def test_what_browsers_only_heed_from_origins_they_trust_is_sent_to_those_only() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    def opener(host: str) -> bool:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        guard = HttpGuard(app, ("localhost:1", "192.0.2.2:1"), proxied=PROXIED)
        asyncio.run(guard({"type": "http", "headers": [(b"host", host.encode())]}, send, send))
        return b"cross-origin-opener-policy" in dict(sent[0]["headers"])

    assert [opener(host) for host in ("localhost:1", "192.0.2.2:1", "oaken.example.org")] == [True, False, True]


def test_a_page_may_load_nothing_from_elsewhere() -> None:
    headers = dict(ask("http", HOSTS[0])[0]["headers"])
    rules = {
        name: set(sources)
        for name, *sources in (rule.split() for rule in headers[b"content-security-policy"].decode().split("; "))
    }
    here = {"'self'", "data:", "blob:"}
    assert rules.pop("default-src") == {"'self'"}
    assert rules.pop("script-src") == {"'self'", "'wasm-unsafe-eval'"}  # no word of a page is a program
    assert rules.pop("style-src") == {"'self'", "'unsafe-inline'"}
    assert rules.pop("connect-src") <= here | {f"ws://{HOSTS[0]}", f"wss://{HOSTS[0]}"}
    for name in ("base-uri", "form-action"):  # default-src does not stand in for these
        assert rules.pop(name) == {"'self'"}
    for name in ("object-src", "frame-src", "frame-ancestors"):
        assert rules.pop(name) == {"'none'"}
    assert rules.keys() == {"img-src", "media-src", "font-src", "worker-src"}
    assert all(sources <= here for sources in rules.values())
    assert headers[b"x-frame-options"] == b"DENY"
    assert headers[b"x-content-type-options"] == b"nosniff"


def test_only_the_page_s_own_inline_scripts_are_named() -> None:
    page = b"<script>let a = 1</script><script type='module' src='a.js'></script>"
    [only] = script_hashes(page)
    assert only == "'sha256-LAfYd7pbFUgwfQu8b4q135PeTG2z+/coPEUYCd74eCQ='"
    assert only in policy(HOSTS[0], (only,))
