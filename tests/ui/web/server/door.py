"""The lock of the page over an app, with a clock of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from ui.shared.proxy import proxies
from ui.web.server.login import LoginMiddleware
from ui.web.server.passwords import PasswordHash
from ui.web.server.sessions import BrowserSessions, PasswordAttempts

WORDS = "correct horse battery"
PASSWORD = PasswordHash.of(WORDS)
TOKEN = "a-token_of-a-start"
FORM = b"application/x-www-form-urlencoded"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Door:
    """The lock over an app that says 200, or accepts and then echoes until it hears of an end."""

    def __init__(
        self, password: PasswordHash | None = PASSWORD, proxy: Iterable[str] = (), *, local: bool = False
    ) -> None:
        self.clock = Clock()
        self.sessions = BrowserSessions(self.clock)
        self.login = LoginMiddleware(
            self.app, TOKEN, "oaken", password,
            sessions=self.sessions, attempts=PasswordAttempts(self.clock), proxies=proxies(proxy), local=local,
        )  # fmt: skip
        self.seen: list[str] = []

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        self.seen.append(scope["path"])
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"inside"})
            return
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            await send({"type": "websocket.send", "text": message["text"]})

    async def ask(
        self,
        path: str = "/",
        method: str = "GET",
        body: bytes = b"",
        client: str | None = "192.0.2.7",
        **headers: str,
    ) -> tuple[int, dict[str, str], str]:
        sent: list[dict[str, Any]] = []
        pairs = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
        path, _, query = path.partition("?")
        scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": pairs,
                 "client": client and (client, 1)}  # fmt: skip

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.login(scope, receive, send)
        got = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], got, sent[1]["body"].decode()

    async def try_with(
        self, password: str, client: str | None = "192.0.2.7", **more: str
    ) -> tuple[int, dict[str, str]]:
        fields = {"password": password} | {name: value for name, value in more.items() if name == "next"}
        headers = {name: value for name, value in more.items() if name != "next"}
        body = urlencode(fields).encode()
        kind = {"content_type": FORM.decode()}
        status, got, _ = await self.ask("/login", "POST", body, client, **(kind | headers))
        return status, got

    async def come_in(self) -> str:
        """The cookie of a new session, as a browser sends it back."""
        status, headers = await self.try_with(WORDS)
        assert status == 303
        return headers["set-cookie"].partition(";")[0]
