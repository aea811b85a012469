"""Guard the browser app: who may send it requests, and what its page may load. Plain ASGI; knows no framework.

Streamlit's own settings leave four gaps: a page of another local port may open its socket, a foreign origin makes it
ask a host on the internet for its address, plain requests ignore the list of hosts, and no security headers are set. A
request refused here reaches none of that.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, MutableMapping
from hashlib import sha256
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


MARK = "x-oaken"  # the header that tells one server of ours from another
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_REFERRER = (b"referrer-policy", b"same-origin")  # unless the app says more
_REFUSAL = (b"text/plain", b"Oaken answers only to its own page on this machine.\n")
_PORT = re.compile(r":\d{1,5}$", re.ASCII)
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)


def script_hashes(page: bytes) -> tuple[str, ...]:
    """Return the hashes that a policy must list so that the inline scripts of this page run, and no others."""
    return tuple(f"'sha256-{b64encode(sha256(script).digest()).decode()}'" for script in _INLINE_SCRIPT.findall(page))


def policy(host: str, scripts: tuple[str, ...] = ()) -> str:
    """Return the Content-Security-Policy of the page: nothing is loaded from, or sent to, anywhere but this server."""
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self' 'wasm-unsafe-eval'", *scripts)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' data: blob:",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            f"connect-src 'self' ws://{host} wss://{host} data: blob:",
            "object-src 'none'",
            "frame-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'self'",
            "form-action 'self'",
        )
    )


class HttpGuard:
    """Lets in requests made to these ``hosts`` ("localhost:8501") by pages that came from the same host.

    A proxy before it may answer to the names ``proxied``, at any port and by https too. Each answer carries ``mark``.
    """

    def __init__(
        self,
        app: App,
        hosts: tuple[str, ...],
        scripts: tuple[str, ...] = (),
        proxied: tuple[str, ...] = (),
        mark: str = "",
        refusal: tuple[bytes, bytes] = _REFUSAL,
    ) -> None:
        """``refusal`` is what others are told: its type, and its words."""
        self._app = app
        self._hosts = hosts
        self._scripts = scripts
        self._proxied = proxied
        self._refusal = refusal
        self._mark = [(MARK.encode(), mark.encode())] if mark else []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, or refuse it with 403."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "").lower()
        origin = headers.get(b"origin")
        if not self._known(host, origin):
            await _refuse(scope, receive, send, self._refusal)
            return

        trusted = _PORT.sub("", host) in (*_LOOPBACK_NAMES, *self._proxied)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                referrer = [] if any(name.lower() == _REFERRER[0] for name, _ in own) else [_REFERRER]
                message["headers"] = [*own, *_headers(host, self._scripts, trusted), *referrer, *self._mark]
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _known(self, host: str, origin: str | None) -> bool:
        if host in self._hosts:
            return origin in (None, f"http://{host}")
        return _PORT.sub("", host) in self._proxied and origin in (None, f"http://{host}", f"https://{host}")


def _headers(host: str, scripts: tuple[str, ...], trusted: bool) -> list[tuple[bytes, bytes]]:
    # Browsers complain of this one where they do not trust the origin: plain http from another machine.
    opener = [(b"cross-origin-opener-policy", b"same-origin")] if trusted else []
    return [
        *opener,
        (b"content-security-policy", policy(host, scripts).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]


async def _refuse(scope: Scope, receive: Receive, send: Send, refusal: tuple[bytes, bytes]) -> None:
    if scope["type"] == "websocket":
        await receive()  # the connect message
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", refusal[0])]})
    await send({"type": "http.response.body", "body": refusal[1]})
