"""The door of the page: without a session, every path answers 401 and says how to come in.

Plain ASGI; knows no framework. Stands behind shared/http_guard.py, which has checked host and origin already.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Collection, Mapping
from urllib.parse import parse_qs

from ui.shared.http_guard import App, Message, Receive, Scope, Send
from ui.shared.i18n import from_accept_language, page_languages
from ui.shared.proxy import Network, client_address
from ui.web.server import launch, login_html
from ui.web.server.login_html import LoginProblem
from ui.web.server.passwords import PasswordHash
from ui.web.server.sessions import BrowserSession, BrowserSessions, PasswordAttempts

LOGIN, LOGOUT = "/login", "/logout"
_LANGUAGE = "oaken-language"  # as ui/web/language.py stores it
_LARGEST_FORM = 8192  # bytes
_PLACE = re.compile(r"/[a-z0-9_-]*", re.ASCII)  # a page of ours: never another site's address

Headers = Mapping[bytes, str]


class LoginMiddleware:
    """ASGI middleware that admits requests with a session.

    It gives one to whoever opens the launch token's address, or knows the password where there is one. WebSockets
    without a session are refused; open ones end with theirs.
    """

    def __init__(
        self,
        app: App,
        token: str,
        cookie: str,
        password: PasswordHash | None = None,
        *,
        sessions: BrowserSessions | None = None,
        attempts: PasswordAttempts | None = None,
        proxies: Collection[Network] = (),
        local: bool = False,
    ) -> None:
        self._app = app
        self._token = token
        self._cookie = cookie
        self._password = password
        self._proxies = proxies
        self._local = local  # only this machine can reach it
        self._sessions = sessions or BrowserSessions()
        self._attempts = attempts or PasswordAttempts()
        self._one_at_a_time = asyncio.Lock()  # each check of a password takes 32 MB

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, or answer with the login page (401, 429 for too many tries)."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        token, session = self._session(headers)
        if scope["type"] == "websocket":
            await self._socket(session, scope, receive, send)
        elif (scope["method"], scope["path"]) == ("POST", LOGIN):
            await self._try(headers, scope, receive, send)
        elif (scope["method"], scope["path"]) == ("GET", launch.OPEN):
            await self._open(session, headers, scope, send)
        elif session is None:
            await self._refuse(send, 401, headers, next_page=scope["path"] if scope["method"] == "GET" else "/")
        elif scope["path"] in (LOGIN, launch.OPEN):
            await _redirect(send, "/")
        elif scope["path"] == LOGOUT:
            if scope["method"] == "POST":
                self._sessions.end(token)
                await _redirect(send, "/", f"{self._cookie}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")
            else:  # a link or an image on some page logs nobody out
                await _redirect(send, "/")
        else:
            await self._app(scope, receive, send)

    def _session(self, headers: Headers) -> tuple[str, BrowserSession | None]:
        """Return the first of the browser's cookies that has a session, and the session; "" and None without one."""
        for token in _cookies(headers, self._cookie):
            session = self._sessions.find(token)
            if session is not None:
                return token, session
        return "", None

    async def _open(self, session: BrowserSession | None, headers: Headers, scope: Scope, send: Send) -> None:
        if launch.carries(scope.get("query_string", b""), self._token):
            # No redirect: a browser that comes from a file would follow it without a cookie that is strict.
            body = login_html.entering_html(_language(headers)).encode()
            cookie = (b"set-cookie", self._new_cookie(headers).encode())
            # Here alone: under this policy a form is sent with the origin "null", which the guard refuses.
            await _send(send, 200, body, cookie, (b"referrer-policy", b"no-referrer"))
        elif session is not None:
            await _redirect(send, "/")
        else:
            await self._refuse(send, 401, headers, LoginProblem.OLD_ADDRESS)

    async def _try(self, headers: Headers, scope: Scope, receive: Receive, send: Send) -> None:
        if self._password is None:
            await self._refuse(send, 401, headers)
            return
        fields = await _form(headers, receive)
        if fields is None:
            await self._refuse(send, 400, headers, LoginProblem.WRONG)
            return
        place = fields.get("next", "/")
        address = client_address(scope, self._proxies)
        wait = self._attempts.begin(address)
        if wait:
            await self._refuse(send, 429, headers, LoginProblem.TOO_MANY, place, wait)
            return
        async with self._one_at_a_time:
            known = await asyncio.to_thread(self._password.matches, fields.get("password", ""))
        if not known:
            await self._refuse(send, 401, headers, LoginProblem.WRONG, place)
            return
        self._attempts.succeeded(address)
        await _redirect(send, _page(place), self._new_cookie(headers))

    def _new_cookie(self, headers: Headers) -> str:
        """Begin a session and return its cookie, with its rules."""
        secure = "; Secure" if headers.get(b"origin", "").startswith("https:") else ""
        lifetime = f"SameSite=Strict; Max-Age={self._sessions.longest:.0f}"
        return f"{self._cookie}={self._sessions.begin()}; Path=/; HttpOnly; {lifetime}{secure}"

    async def _refuse(
        self,
        send: Send,
        status: int,
        headers: Headers,
        problem: LoginProblem = LoginProblem.NONE,
        next_page: str = "/",
        wait: float = 0.0,
    ) -> None:
        language, seconds = _language(headers), math.ceil(wait)
        if self._password is None:
            page = login_html.closed_html(language, problem)
        else:
            page = login_html.html(language, problem, _page(next_page), seconds, local=self._local)
        await _send(send, status, page.encode(), *([(b"retry-after", str(seconds).encode())] if seconds else []))

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
    return place if _PLACE.fullmatch(place) and place not in (LOGIN, LOGOUT, launch.OPEN) else "/"


def _cookies(headers: Headers, name: str) -> list[str]:
    """Return the values of all cookies of that name, in the browser's order.

    Browsers send whatever any program at any port of this host has set, and Python's own reader gives up at the first
    cookie that it does not understand (``{"a": 1}``): the session after it would not be found.
    """
    pairs = (each.partition("=") for each in headers.get(b"cookie", "").split(";"))
    return [value.strip() for given, _, value in pairs if given.strip() == name]


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


def _language(headers: Headers) -> str:
    chosen = next(iter(_cookies(headers, _LANGUAGE)), "")
    return chosen if chosen in page_languages() else from_accept_language(headers.get(b"accept-language", ""))


async def _send(send: Send, status: int, body: bytes, *more: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [*login_html.HEADERS, *more]})
    await send({"type": "http.response.body", "body": body})


async def _redirect(send: Send, place: str, cookie: str = "") -> None:
    headers = [(b"location", place.encode()), (b"cache-control", b"no-store"), (b"content-length", b"0")]
    if cookie:
        headers.append((b"set-cookie", cookie.encode()))
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
