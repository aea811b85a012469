"""The login in front of the page, where other machines can reach it: without a session everything is the login page.

Plain ASGI; knows no framework. Stands behind shared/http_guard.py, which has checked host and origin already.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from ui.shared.http_guard import App, Message, Receive, Scope, Send
from ui.shared.i18n import from_accept_language, page_languages
from ui.web.server import login_html
from ui.web.server.login_html import LoginProblem
from ui.web.server.passwords import PasswordHash
from ui.web.server.sessions import MAX_SESSION_SECONDS, BrowserSession, BrowserSessions, PasswordAttempts

LOGIN, LOGOUT = "/login", "/logout"
_LANGUAGE = "oaken-language"  # as ui/web/language.py stores it
_LARGEST_FORM = 8192  # bytes
_PLACE = re.compile(r"/[a-z0-9_-]*", re.ASCII)  # a page of ours: never another site's address

Headers = Mapping[bytes, str]


class LoginMiddleware:
    """ASGI middleware that admits requests with a session, and gives one to whoever knows the password.

    WebSockets without a session are refused; open ones end with theirs.
    """

    def __init__(
        self,
        app: App,
        password: PasswordHash,
        cookie: str,
        sessions: BrowserSessions | None = None,
        attempts: PasswordAttempts | None = None,
    ) -> None:
        self._app = app
        self._password = password
        self._cookie = cookie
        self._sessions = sessions or BrowserSessions()
        self._attempts = attempts or PasswordAttempts()
        self._one_at_a_time = asyncio.Lock()  # each check of a password takes 32 MB

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, or answer with the login page (401, 429 for too many tries)."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        token = _cookies(headers).get(self._cookie, "")
        session = self._sessions.find(token) if token else None
        if scope["type"] == "websocket":
            await self._socket(session, scope, receive, send)
        elif (scope["method"], scope["path"]) == ("POST", LOGIN):
            await self._try(headers, scope, receive, send)
        elif session is None:
            await _answer(send, 401, headers, next_page=scope["path"] if scope["method"] == "GET" else "/")
        elif scope["path"] == LOGIN:
            await _redirect(send, "/")
        elif scope["path"] == LOGOUT:
            if scope["method"] == "POST":
                self._sessions.end(token)
                await _redirect(send, "/", f"{self._cookie}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")
            else:  # a link or an image on some page logs nobody out
                await _redirect(send, "/")
        else:
            await self._app(scope, receive, send)

    async def _try(self, headers: Headers, scope: Scope, receive: Receive, send: Send) -> None:
        fields = await _form(headers, receive)
        if fields is None:
            await _answer(send, 400, headers, LoginProblem.WRONG)
            return
        place = fields.get("next", "/")
        address = str((scope.get("client") or ("",))[0])
        wait = self._attempts.begin(address)
        if wait:
            await _answer(send, 429, headers, LoginProblem.TOO_MANY, place, wait)
            return
        async with self._one_at_a_time:
            known = await asyncio.to_thread(self._password.matches, fields.get("password", ""))
        if not known:
            await _answer(send, 401, headers, LoginProblem.WRONG, place)
            return
        self._attempts.succeeded(address)
        secure = "; Secure" if headers.get(b"origin", "").startswith("https:") else ""
        lifetime = f"SameSite=Strict; Max-Age={MAX_SESSION_SECONDS:.0f}"
        cookie = f"{self._cookie}={self._sessions.begin()}; Path=/; HttpOnly; {lifetime}"
        await _redirect(send, _page(place), cookie + secure)

    async def _socket(self, session: BrowserSession | None, scope: Scope, receive: Receive, send: Send) -> None:
        if session is None:
            await receive()  # the connect message
            await send({"type": "websocket.close", "code": 1008})
            return

        async def receive_until_expired() -> Message:
            message = asyncio.ensure_future(receive())
            ended = asyncio.ensure_future(session.ended.wait())
            try:
                while (left := self._sessions.seconds_left(session)) > 0:
                    await asyncio.wait({message, ended}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                    if message.done() and self._sessions.seconds_left(session) > 0:
                        self._sessions.touch(session)
                        return message.result()
                await send({"type": "websocket.close", "code": 1008})
                return {"type": "websocket.disconnect", "code": 1008}
            finally:
                ended.cancel()
                message.cancel()

        await self._app(scope, receive_until_expired, send)


def _page(place: str) -> str:
    return place if _PLACE.fullmatch(place) and place not in (LOGIN, LOGOUT) else "/"


def _cookies(headers: Headers) -> dict[str, str]:
    try:
        return {name: each.value for name, each in SimpleCookie(headers.get(b"cookie", "")).items()}
    except CookieError:
        return {}


async def _form(headers: Headers, receive: Receive) -> dict[str, str] | None:
    """Return the fields of the login form; None for a body that our form does not send."""
    if headers.get(b"content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        return None
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > _LARGEST_FORM:
            return None
        if not message.get("more_body"):
            break
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=4, errors="strict")
    except ValueError:
        return None
    return {name: values[0] for name, values in fields.items()}


async def _answer(
    send: Send,
    status: int,
    headers: Headers,
    problem: LoginProblem = LoginProblem.NONE,
    next_page: str = "/",
    wait: float = 0.0,
) -> None:
    chosen = _cookies(headers).get(_LANGUAGE, "")
    language = chosen if chosen in page_languages() else from_accept_language(headers.get(b"accept-language", ""))
    seconds = math.ceil(wait)
    body = login_html.html(language, problem, _page(next_page), seconds).encode()
    more = [(b"retry-after", str(seconds).encode())] if seconds else []
    start = {"type": "http.response.start", "status": status, "headers": [*login_html.HEADERS, *more]}
    await send(start)
    await send({"type": "http.response.body", "body": body})


async def _redirect(send: Send, place: str, cookie: str = "") -> None:
    headers = [(b"location", place.encode()), (b"cache-control", b"no-store"), (b"content-length", b"0")]
    if cookie:
        headers.append((b"set-cookie", cookie.encode()))
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
