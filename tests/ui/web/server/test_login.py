"""The lock of the page: who comes in, who does not, and how often one may try."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

import pytest

from ui.web.server import sessions as held
from ui.web.server.login import LoginMiddleware
from ui.web.server.passwords import PasswordHash
from ui.web.server.sessions import BrowserSessions, PasswordAttempts

WORDS = "correct horse battery"
PASSWORD = PasswordHash.of(WORDS)
FORM = b"application/x-www-form-urlencoded"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Door:
    """The lock over an app that says 200, or accepts and then echoes until it hears of an end."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.sessions = BrowserSessions(self.clock)
        self.login = LoginMiddleware(self.app, PASSWORD, "oaken", self.sessions, PasswordAttempts(self.clock))
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
        scope = {"type": "http", "method": method, "path": path, "headers": pairs, "client": client and (client, 1)}

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


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.mark.parametrize(
    "path", ["/", "/library", "/_stcore/health", "/static/js/index.js", "/login", "/logout", "/%2e"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("cookie", ["", "oaken=", "oaken=guess", "other=x; oaken=guess", "\x00;=;;oaken", "oaken=\xe9"])
def test_without_a_session_there_is_nothing_but_the_login_page(door: Door, path: str, method: str, cookie: str) -> None:
    status, headers, body = asyncio.run(door.ask(path, method, cookie=cookie))
    assert status == (400 if (method, path) == ("POST", "/login") else 401)
    assert "inside" not in body and 'type="password"' in body and door.seen == []
    assert headers["cache-control"] == "no-store" and "set-cookie" not in headers


def test_who_knows_the_password_comes_in_and_goes_out_again(door: Door) -> None:
    async def story() -> None:
        status, headers = await door.try_with(WORDS, next="/library")
        assert (status, headers["location"]) == (303, "/library")
        cookie, *rules = headers["set-cookie"].split("; ")
        assert len(cookie.partition("=")[2]) >= 43  # 256 bits
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(rules) and "Secure" not in rules
        assert (await door.ask("/library", cookie=f"a=b; {cookie}"))[2] == "inside"
        assert (await door.ask("/login", cookie=cookie))[0] == 303
        status, headers, _ = await door.ask("/logout", cookie=cookie)
        assert status == 303 and (await door.ask("/", cookie=cookie))[0] == 200  # a link logs nobody out
        status, headers, _ = await door.ask("/logout", "POST", cookie=cookie)
        assert status == 303 and "Max-Age=0" in headers["set-cookie"]
        assert (await door.ask("/", cookie=cookie))[0] == 401

    asyncio.run(story())


def test_behind_a_proxy_with_https_the_cookie_is_for_https_only(door: Door) -> None:
    _, headers = asyncio.run(door.try_with(WORDS, origin="https://oaken.example"))
    assert headers["set-cookie"].endswith("; Secure")


@pytest.mark.parametrize("wrong", ["", "x", WORDS.upper(), WORDS + " ", "ж" * 600, "\x00", WORDS * 50])
def test_a_wrong_password_is_none(door: Door, wrong: str) -> None:
    status, headers = asyncio.run(door.try_with(wrong))
    assert status == 401 and "set-cookie" not in headers and door.seen == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (urlencode({"password": WORDS}).encode(), "text/plain"),  # what a page elsewhere may send without being asked
        (urlencode({"password": WORDS}).encode(), "multipart/form-data"),
        (b"password=" + b"x" * 9000, FORM.decode()),
        (b"a=1&b=2&c=3&d=4&e=5&password=" + WORDS.encode(), FORM.decode()),
        (b"password=\xff", FORM.decode()),
        (b"password=%ff", FORM.decode()),
    ],
)
def test_what_no_form_of_ours_sends_is_refused(door: Door, body: bytes, kind: str) -> None:
    status, headers, _ = asyncio.run(door.ask("/login", "POST", body, content_type=kind))
    assert status == 400 and "set-cookie" not in headers


@pytest.mark.parametrize(
    "place",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/a/b", "/logout", "/login", "x", "/a\r\nb: c", ""],
)
def test_one_is_sent_on_to_a_page_of_ours_only(door: Door, place: str) -> None:
    assert asyncio.run(door.try_with(WORDS, next=place))[1]["location"] == "/"


def test_after_some_wrong_passwords_one_has_to_wait_ever_longer(door: Door) -> None:
    async def story() -> None:
        for _ in range(5):
            assert (await door.try_with("wrong"))[0] == 401
        waits = []
        for _ in range(7):
            status, headers = await door.try_with(WORDS)  # the right one does not help either
            assert status == 429 and "set-cookie" not in headers
            waits.append(int(headers["retry-after"]))
            door.clock.now += waits[-1]
            assert (await door.try_with("wrong"))[0] == 401
        assert waits == [30, 60, 120, 240, 480, 900, 900]
        assert (await door.try_with("wrong", client="192.0.2.8"))[0] == 401  # others may try
        door.clock.now += 900
        assert (await door.try_with(WORDS))[0] == 303
        assert (await door.try_with("wrong"))[0] == 401  # and all is forgiven

    asyncio.run(story())


def test_many_tries_at_once_gain_nothing(door: Door) -> None:
    async def story() -> list[int]:
        return [status for status, _ in await asyncio.gather(*(door.try_with("wrong") for _ in range(12)))]

    assert sorted(asyncio.run(story())) == [401] * 5 + [429] * 7


def test_many_addresses_together_are_slowed_too() -> None:
    clock = Clock()
    tries = PasswordAttempts(clock)
    assert [tries.begin(f"198.51.100.{n}") for n in range(30)] == [0.0] * 30
    assert tries.begin("198.51.100.99") == 5.0
    clock.now += 5
    assert tries.begin("198.51.100.99") == 0.0
    clock.now += 4000  # an hour later nobody remembers
    assert [tries.begin("198.51.100.1") for _ in range(6)] == [0.0] * 5 + [30.0]


def test_the_addresses_of_one_machine_count_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = PasswordAttempts(Clock())
    six = ["2001:db8::1", "2001:db8::2", "2001:db8::ffff:1", "2001:db8:0:0:9::", "2001:db8::5%eth0", "2001:db8::6"]
    assert [tries.begin(each) > 0 for each in six] == [False] * 5 + [True]
    assert tries.begin("2001:db8:0:1::1") == 0.0
    assert [tries.begin(each) > 0 for each in ["::ffff:192.0.2.1", "192.0.2.1"] * 3] == [False] * 5 + [True]
    monkeypatch.setattr(held, "_MOST_ADDRESSES", 2)
    for address in ("192.0.2.50", "192.0.2.51", "192.0.2.52", "no address"):
        tries.begin(address)
    assert len(tries._by_address) == 2


@pytest.mark.parametrize("idle", [True, False])
def test_a_session_ends_by_the_clock(door: Door, idle: bool) -> None:
    async def story() -> None:
        cookie = await door.come_in()
        if idle:
            door.clock.now += held.IDLE + 1
        else:
            for _ in range(int(held.MAX_SESSION_SECONDS / held.IDLE * 2)):
                assert (await door.ask(cookie=cookie))[0] == 200
                door.clock.now += held.IDLE / 2
        assert (await door.ask(cookie=cookie))[0] == 401

    asyncio.run(story())


def test_sessions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "_MOST_SESSIONS", 2)
    kept = BrowserSessions(Clock())
    first, second, third = (kept.begin() for _ in range(3))
    assert kept.find(first) is None and kept.find(second) and kept.find(third)
    assert len({first, second, third}) == 3


class Socket:
    """A socket's other end."""

    def __init__(self, door: Door, cookie: str = "") -> None:
        self.sent: list[dict[str, Any]] = []
        self.coming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.coming.put_nowait({"type": "websocket.connect"})
        headers = [(b"cookie", cookie.encode())] if cookie else []
        scope = {"type": "websocket", "path": "/_stcore/stream", "headers": headers}
        self.run = asyncio.ensure_future(door.login(scope, self.coming.get, self.send))

    async def send(self, message: Any) -> None:
        self.sent.append(message)


@pytest.mark.parametrize("cookie", ["", "oaken=guess"])
def test_a_socket_without_a_session_is_refused(door: Door, cookie: str) -> None:
    async def story() -> None:
        socket = Socket(door, cookie)
        await socket.run
        assert socket.sent == [{"type": "websocket.close", "code": 1008}] and door.seen == []

    asyncio.run(story())


def test_a_socket_speaks_as_long_as_its_session_holds(door: Door) -> None:
    async def story() -> None:
        cookie = await door.come_in()
        socket = Socket(door, cookie)
        socket.coming.put_nowait({"type": "websocket.receive", "text": "hello"})
        while len(socket.sent) < 2:
            await asyncio.sleep(0)
        assert socket.sent == [{"type": "websocket.accept"}, {"type": "websocket.send", "text": "hello"}]
        await door.ask("/logout", "POST", cookie=cookie)
        await socket.run
        assert socket.sent[2:] == [{"type": "websocket.close", "code": 1008}]

    asyncio.run(story())


def test_a_socket_whose_time_is_over_hears_no_more(door: Door) -> None:
    async def story() -> None:
        socket = Socket(door, await door.come_in())
        while not socket.sent:
            await asyncio.sleep(0)
        door.clock.now += held.IDLE + 1
        socket.coming.put_nowait({"type": "websocket.receive", "text": "too late"})
        await socket.run
        assert socket.sent[1:] == [{"type": "websocket.close", "code": 1008}]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("accepted", "cookie", "language", "words"),
    [
        ("tlh, es-MX;q=0.8, en;q=0.9", "", "en", "Log in"),
        ("es-MX", "", "es", "Entrar"),
        ("ru;q=0.9,tlh", "", "ru", "Войти"),
        ("es", "oaken-language=ru", "ru", "Войти"),
        ("es;q=x, ;;, *", "oaken-language=<b>", "en", "Log in"),
    ],
)
def test_the_page_speaks_the_browser_s_language(
    door: Door, accepted: str, cookie: str, language: str, words: str
) -> None:
    _, _, body = asyncio.run(door.ask(accept_language=accepted, cookie=cookie))
    assert f'<html lang="{language}">' in body and words in body


def test_the_page_runs_nothing_and_loads_nothing(door: Door) -> None:
    _, headers, body = asyncio.run(door.ask("/library"))
    rules = headers["content-security-policy"]
    assert "default-src 'none'" in rules and "script" not in rules and "unsafe" not in rules
    assert "<script" not in body and "src=" not in body and 'value="/library"' in body
