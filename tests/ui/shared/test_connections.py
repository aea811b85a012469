"""Limits on connections, tried on a server: what does not arrive is closed, and what does is served."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
import uvicorn

from ui.shared.connections import ConnectionLimits, ConnectionTable, affordable, bounded_protocol
from ui.shared.http_guard import Receive, Scope, Send
from ui.shared.proxy import proxies

QUICK = ConnectionLimits(head_seconds=0.4, body_seconds=0.4, body_rate=1000, write_seconds=0.5, total=12, per_address=6)
WHOLE = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
Serve = Callable[..., int]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body (``/late``: after a while), and answer with its size; ``/slow`` in pieces, ``/much`` at length."""
    if scope["type"] != "http":
        return
    size, more = 0, scope["path"] != "/unread"
    if scope["path"] == "/late":
        await asyncio.sleep(1.5)
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-client", scope["client"][0].encode())]})
    for _ in range(6 if scope["path"] == "/slow" else 0):
        await asyncio.sleep(0.3)
        await send({"type": "http.response.body", "body": b"piece ", "more_body": True})
    for _ in range(160 if scope["path"] == "/much" else 0):
        await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
    await send({"type": "http.response.body", "body": f"{size} bytes".encode()})


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server with these limits; its port."""
    with contextlib.ExitStack() as running:

        def begin(limits: ConnectionLimits = QUICK, trusted: tuple[str, ...] = ()) -> int:
            listening = socket.create_server(("127.0.0.1", 0))
            config = uvicorn.Config(
                app, log_level="critical", lifespan="off", ws="none", http=bounded_protocol(limits, proxies(trusted))
            )
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
            thread.start()
            running.callback(thread.join, 10)
            running.callback(setattr, server, "should_exit", True)
            return int(listening.getsockname()[1])

        yield begin


def connected(port: int, sent: bytes = b"", address: str = "127.0.0.1", room: int = 0) -> socket.socket:
    found = socket.socket()
    if room:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    found.settimeout(10)
    found.bind((address, 0))
    found.connect(("127.0.0.1", port))
    found.sendall(sent)
    return found


def said(connection: socket.socket) -> bytes:
    """Return all that comes until the other side closes."""
    found = b""
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(1 << 16):
            found += piece
    return found


def answered(port: int, sent: bytes = WHOLE, **more: Any) -> bytes:
    with connected(port, sent.replace(b"host: x", b"host: x\r\nconnection: close"), **more) as connection:
        return said(connection)


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nhost: x\r\nx-more: ", b"GET / HTTP/1.1\r\n", b"P"])
def test_a_head_that_does_not_arrive_closes_the_connection(serve: Serve, sent: bytes) -> None:
    with connected(serve(), sent) as connection:
        words = said(connection)
        assert words.startswith(b"HTTP/1.1 408") if sent else not words


def test_a_head_that_dribbles_gains_no_time(serve: Serve) -> None:
    with connected(serve(), b"GET / HTTP/1.1\r\nx-more: ") as connection, contextlib.suppress(ConnectionError):
        for _ in range(100):
            connection.sendall(b"a")
            time.sleep(0.05)
        pytest.fail("it was never closed")


def test_the_next_request_of_a_connection_has_the_same_limit(serve: Serve) -> None:
    with connected(serve(), WHOLE) as connection:
        assert b"0 bytes" in connection.recv(1 << 16)
        connection.sendall(b"GET / HT")
        assert said(connection).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("path", [b"/", b"/unread"])
def test_a_body_that_dribbles_closes_the_connection(serve: Serve, path: bytes) -> None:
    with connected(serve(), b"POST " + path + b" HTTP/1.1\r\nhost: x\r\ncontent-length: 999\r\n\r\n") as connection:
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                connection.sendall(b"a")
                time.sleep(0.05)
            pytest.fail("it was never closed")
        if path == b"/":
            assert b"HTTP/1.1 200" not in said(connection)


def test_a_body_that_comes_slowly_but_steadily_is_read(serve: Serve) -> None:
    port = serve()
    with connected(port, b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 6000\r\n\r\n") as steady:
        for _ in range(20):
            steady.sendall(b"x" * 300)
            time.sleep(0.1)
        assert b"6000 bytes" in said(steady)


def test_a_body_that_is_read_late_is_not_the_client_s_fault(serve: Serve) -> None:
    port = serve(ConnectionLimits(body_seconds=0.4, body_rate=1_000_000))
    head = b"POST /late HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 300000\r\n\r\n"
    with connected(port, head + b"x" * 300_000) as patient:
        assert b"300000 bytes" in said(patient)


def test_a_long_answer_is_not_cut(serve: Serve) -> None:
    assert answered(serve(), b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").count(b"piece ") == 6


def test_a_client_that_takes_nothing_is_closed_and_a_slow_one_is_not(serve: Serve) -> None:
    port = serve()
    much = b"GET /much HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    with connected(port, much, room=1 << 16) as idle, connected(port, much, room=1 << 16) as slow:
        taken = 0
        for _ in range(20):
            taken += len(slow.recv(1 << 18))
            time.sleep(0.05)
        taken += len(said(slow))
        assert taken > 16_000_000
        assert len(said(idle)) < 16_000_000


def test_idle_connections_make_room_for_requests(serve: Serve) -> None:
    port = serve(ConnectionLimits(total=12, per_address=6))
    with contextlib.ExitStack() as held:
        for number in range(60):
            held.enter_context(connected(port, b"GET / HTTP/1.1\r\nx: " if number % 2 else b""))
            assert b"0 bytes" in answered(port)
        others = [held.enter_context(connected(port, address=f"127.0.0.{n}")) for n in range(2, 40)]
        assert b"0 bytes" in answered(port) and b"0 bytes" in answered(port, address="127.0.0.77")
        others[-1].setblocking(False)
        with pytest.raises(BlockingIOError):  # the newest have their time yet
            others[-1].recv(1)


def test_of_those_that_wait_the_one_without_a_head_makes_room(serve: Serve) -> None:
    port = serve(ConnectionLimits(total=12, per_address=4))
    with contextlib.ExitStack() as held:
        head = b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 5\r\n\r\n"
        begun = held.enter_context(connected(port, head))
        assert b"0 bytes" in answered(port)  # the head has been read
        idle = [held.enter_context(connected(port)) for _ in range(3)]
        assert b"0 bytes" in answered(port)
        assert said(idle[0]) == b""
        begun.sendall(b"hello")
        assert b"5 bytes" in said(begun)


@dataclass(eq=False)
class Connection:
    """What the table asks of a connection: one that is served, or waits for its request since then."""

    table: ConnectionTable
    since: float | None = None
    dropped: bool = False

    @property
    def waits(self) -> bool:
        return self.since is not None

    @property
    def precedence(self) -> tuple[bool, float]:
        return False, self.since or 0.0

    def drop(self) -> None:
        self.dropped = True
        self.table.leave(cast("Any", self))


def test_all_addresses_together_have_so_many_and_no_more() -> None:
    table = ConnectionTable(ConnectionLimits(total=6, per_address=2))
    held = [Connection(table, None if n < 4 else 10.0 - n) for n in range(6)]
    for n, each in enumerate(held):
        assert table.enter(cast("Any", each), f"192.0.2.{n}")
    assert table.enter(cast("Any", Connection(table)), "192.0.2.77")
    assert [each.dropped for each in held] == [False] * 5 + [True]  # it had waited longest
    assert table.enter(cast("Any", Connection(table)), "192.0.2.78") and held[4].dropped
    assert not table.enter(cast("Any", Connection(table)), "192.0.2.79") and len(table) == 6


def test_the_addresses_of_one_customer_count_as_one() -> None:
    table = ConnectionTable(ConnectionLimits(total=99, per_address=2))

    def enter(address: str) -> bool:
        return table.enter(cast("Any", Connection(table)), address)

    assert [enter(f"2001:db8::{n}") for n in (1, 2, 3)] == [True, True, False]
    assert enter("2001:db8:0:1::1")  # the next network
    assert [enter(each) for each in ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1")] == [True, True, False]
    assert [enter(each) for each in ("fe80::1%eth0", "fe80::2%eth1", "fe80::3")] == [True, True, False]


def test_requests_in_progress_are_not_closed_for_others(serve: Serve) -> None:
    port = serve(ConnectionLimits(total=12, per_address=4))
    slow = b"GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    with contextlib.ExitStack() as held:
        running = [held.enter_context(connected(port, slow)) for _ in range(4)]
        time.sleep(0.2)
        assert answered(port).startswith(b"HTTP/1.1 503") and b"retry-after" in answered(port)
        assert b"0 bytes" in answered(port, address="127.0.0.9")
        assert all(said(each).count(b"piece ") == 6 for each in running)
        assert b"0 bytes" in answered(port)


def test_a_named_proxy_carries_many_clients(serve: Serve) -> None:
    port = serve(ConnectionLimits(total=30, per_address=4), trusted=("127.0.0.1",))
    slow = b"GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    with contextlib.ExitStack() as held:
        running = [held.enter_context(connected(port, slow)) for _ in range(8)]
        assert all(said(each).count(b"piece ") == 6 for each in running)


def test_connections_stay_below_the_descriptors_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    for soft, total in ((64, 32), (1024, 400), (resource.RLIM_INFINITY, 400)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, soft=soft: (soft, soft))
        limits = affordable()
        assert limits.total == total and limits.per_address <= max(4, total // 2)
