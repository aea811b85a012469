"""The door of the page: who comes in, who does not, and how often one may try."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.ui.web.server.door import FORM, TOKEN, WORDS, Door
from ui.web.server import sessions as held


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


@pytest.mark.parametrize("path", ["/", "/library", "/_stcore/health", "/static/js/index.js", "/login", "/logout"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("cookie", ["", "oaken=guess", f"oaken={TOKEN}"])
def test_without_a_password_it_says_where_the_address_stands(path: str, method: str, cookie: str) -> None:
    closed = Door(password=None)
    status, headers, body = asyncio.run(
        closed.ask(path, method, b"password=", cookie=cookie, content_type=FORM.decode())
    )
    assert status == 401 and "set-cookie" not in headers and closed.seen == []
    assert "<code>oaken ui</code>" in body and "<input" not in body and TOKEN not in body


@pytest.mark.parametrize("door", [Door(), Door(password=None, local=True)], ids=["password", "none"])
def test_the_address_with_the_token_lets_a_browser_in(door: Door) -> None:
    async def story() -> None:
        status, headers, body = await door.ask(f"/open?token={TOKEN}")
        assert status == 200 and door.seen == []
        # The page leads on by itself, without the token: what follows a redirect from a file has no strict cookie.
        assert '<meta http-equiv="refresh" content="0; url=/">' in body and TOKEN not in body
        assert (headers["referrer-policy"], headers["cache-control"]) == ("no-referrer", "no-store")
        cookie, *rules = headers["set-cookie"].split("; ")
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(rules) and TOKEN not in cookie
        assert (await door.ask("/library", cookie=cookie))[2] == "inside"
        status, headers, _ = await door.ask("/open?token=of-another-start", cookie=cookie)
        assert (status, headers["location"]) == (303, "/")
        assert (await door.ask(f"/open?token={TOKEN}", "HEAD", cookie=cookie))[0] == 303

    asyncio.run(story())


@pytest.mark.parametrize(
    "query",
    ["", "token=", "token", f"token={TOKEN[:-1]}", f"token={TOKEN}x", f"token=x&token={TOKEN}", f"TOKEN={TOKEN}",
     "token=%00", "token=%ff", "token=\u0436", "&".join("abcdefgh"), f"x={TOKEN}", "token=" + "x" * 9000],
)  # fmt: skip
@pytest.mark.parametrize("password", [True, False])
def test_any_other_token_lets_nobody_in(query: str, password: bool) -> None:
    door = Door() if password else Door(password=None)
    status, headers, body = asyncio.run(door.ask(f"/open?{query}"))
    assert status == 401 and "set-cookie" not in headers and door.seen == []
    assert "referrer-policy" not in headers  # with "no-referrer" the form would come with the origin "null"
    assert "from an earlier start" in body and ("<input" in body) == password


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT"])
def test_the_token_counts_when_its_address_is_opened_only(door: Door, method: str) -> None:
    for path in (f"/open?token={TOKEN}", f"/?token={TOKEN}", f"/open/?token={TOKEN}"):
        status, headers, _ = asyncio.run(door.ask(path, method))
        assert status == 401 and "set-cookie" not in headers


def test_the_token_lets_in_where_others_made_the_password_wait(door: Door) -> None:
    async def story() -> None:
        for _ in range(6):
            status, _ = await door.try_with("wrong")
        assert status == 429 and (await door.ask(f"/open?token={TOKEN}"))[0] == 200

    asyncio.run(story())


def test_who_has_no_proxy_named_cannot_invent_addresses(door: Door) -> None:
    async def story(door: Door, client: str) -> list[int]:
        return [(await door.try_with("wrong", client, x_forwarded_for=f"198.51.100.{n}"))[0] for n in range(7)]

    assert asyncio.run(story(door, "127.0.0.1")) == [401] * 5 + [429] * 2
    assert asyncio.run(story(Door(proxy=["192.0.2.1"]), "127.0.0.1")) == [401] * 5 + [429] * 2
    assert asyncio.run(story(Door(proxy=["127.0.0.1"]), "127.0.0.1")) == [401] * 7


def test_behind_a_named_proxy_the_one_who_guesses_waits_and_no_other(door: Door) -> None:
    async def story() -> None:
        door = Door(proxy=["127.0.0.1"])
        for n in range(6):  # what stands before the proxy's own word is the client's
            status, _ = await door.try_with("wrong", "127.0.0.1", x_forwarded_for=f"203.0.113.{n}, 198.51.100.7")
        assert status == 429
        assert (await door.try_with(WORDS, "127.0.0.1", x_forwarded_for="198.51.100.8"))[0] == 303

    asyncio.run(story())


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


OTHERS = ['a={"x": 1}', "a=b c", 'a="unclosed', "a[0]=1", "caf\xe9=1", "=x", "a", "path=/", "a@b=1", "secure", ";;"]


@pytest.mark.parametrize("other", [*OTHERS, "oaken=", "oaken=guess"])
def test_a_cookie_of_another_program_of_this_machine_locks_nobody_out(door: Door, other: str) -> None:
    """Browsers send what any port of a host has set, in whatever order."""

    async def story() -> None:
        _, headers = await door.try_with(WORDS)
        cookie = headers["set-cookie"].partition(";")[0]
        for sent in (f"{other}; {cookie}", f"{cookie}; {other}", f"{other};{cookie};{other}"):
            assert (await door.ask("/library", cookie=sent))[2] == "inside"
        assert (await door.ask("/logout", "POST", cookie=f"{other}; {cookie}"))[0] == 303
        assert (await door.ask("/library", cookie=cookie))[0] == 401

    asyncio.run(story())


def test_behind_a_proxy_with_https_the_cookie_is_for_https_only(door: Door) -> None:
    _, headers = asyncio.run(door.try_with(WORDS, origin="https://oaken.example"))
    assert headers["set-cookie"].endswith("; Secure")


@pytest.mark.parametrize("wrong", ["", "x", WORDS.upper(), WORDS + " ", "ж" * 600, "\x00", WORDS * 50])
def test_a_wrong_password_is_refused(door: Door, wrong: str) -> None:
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
    [
        "/open",
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/a/b",
        "/logout",
        "/login",
        "x",
        "/a\r\nb: c",
        "",
    ],
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
