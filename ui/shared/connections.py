"""Limits on connections: the time a request may take to arrive, and how many connections an address may hold.

uvicorn alone waits for a request's head, or for the rest of a body, as long as the client likes. Here its protocol
class closes a connection whose request does not arrive in time. Where there is no room left, the connection that has
waited longest for its request makes room for a new one. So connections that ask for nothing never keep out those that
do.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import sys
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from ui.shared.proxy import Network, is_among

_UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TIMED_OUT = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_FLUSH_SECONDS = 2.0  # for the last words to a client whose connection is closed


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How long a request may take to arrive, and how many connections there may be."""

    head_seconds: float = 10.0  # for a whole head, from the connection or its first byte
    body_seconds: float = 10.0  # before a body's rate counts
    body_rate: int = 1024  # bytes per second, on average
    write_seconds: float = 60.0  # without a client taking any of what is sent to it
    total: int = 400
    per_address: int = 200


def affordable(limits: ConnectionLimits = ConnectionLimits()) -> ConnectionLimits:
    """Return the limits, with no more connections than half of the descriptors that this process may open."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        total = limits.total if soft == resource.RLIM_INFINITY else max(8, min(limits.total, soft // 2))
        per_address = max(4, min(limits.per_address, total // 2))
        return ConnectionLimits(
            limits.head_seconds, limits.body_seconds, limits.body_rate, limits.write_seconds, total, per_address
        )
    return limits


class ConnectionTable:
    """The open connections of one server. Used in its event loop only."""

    def __init__(self, limits: ConnectionLimits, proxies: Collection[Network] = ()) -> None:
        self.limits = limits
        self._proxies = proxies
        self._open: dict[BoundedProtocol, str] = {}  # to the address, "" for a proxy's; oldest first

    def __len__(self) -> int:
        return len(self._open)

    def enter(self, connection: BoundedProtocol, address: str) -> bool:
        """Add a connection, and close the one that has waited longest where there is no room; False for none."""
        whose = "" if is_among(address, self._proxies) else _group(address)
        own = [each for each, other in self._open.items() if whose and other == whose]
        crowded = own if len(own) >= self.limits.per_address else list(self._open)
        if crowded is own or len(crowded) >= self.limits.total:
            waiting = [each for each in crowded if each.waits]
            if not waiting:
                return False
            min(waiting, key=lambda each: each.precedence).drop()
        self._open[connection] = whose
        return True

    def leave(self, connection: BoundedProtocol) -> None:
        """Remove a connection that was closed."""
        self._open.pop(connection, None)


def _group(address: str) -> str:
    """Return what counts as one address: for IPv6 the network of 64 bits that a single customer is given."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address or "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)


class BoundedProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 with these limits. Make one class for each server with :func:`bounded_protocol`."""

    table: ConnectionTable

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._since = self._body_since = self.loop.time()
        self._body_bytes = 0
        self._unread = 0  # bytes to be sent when the client was last seen to take some
        self._arrival_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None

    @property
    def waits(self) -> bool:
        """Whether the request has not arrived whole: nothing is lost to anybody but the client if it is closed."""
        return self._awaits_head or self.conn.their_state is h11.SEND_BODY

    @property
    def precedence(self) -> tuple[bool, float]:
        """Sorts connections that wait: those without a head first, then the oldest."""
        return not self._awaits_head, self._since

    @property
    def _awaits_head(self) -> bool:
        return self.conn.their_state is h11.IDLE

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head, where there is room."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # tell of each byte that a client does not take
        if not self.table.enter(self, self.client[0] if self.client else ""):
            self._close(_UNAVAILABLE)
            return
        self._expect_request(self.table.limits.head_seconds)

    def data_received(self, data: bytes) -> None:
        """Take what arrived, and set the time for what is still missing."""
        request = self.cycle
        if self.conn.their_state is h11.SEND_BODY:
            self._body_bytes += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            self._stop_waiting()
        elif self._awaits_head:
            if self._arrival_timer is None:  # the first bytes of the next request
                self._expect_request(self.table.limits.head_seconds)
        elif self.conn.their_state is not h11.SEND_BODY:
            self._stop_waiting()
        elif self.cycle is not request:
            self._body_since, self._body_bytes = self.loop.time(), 0
            self._expect_request(self.table.limits.body_seconds)

    def on_response_complete(self) -> None:
        """Wait for the next request: uvicorn limits that time, until its first byte comes."""
        if self.conn.their_state is not h11.SEND_BODY:
            self._stop_waiting()
        self._since = self.loop.time()
        super().on_response_complete()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Let go of a connection that another protocol takes over."""
        self._forget()
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room."""
        self._forget()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Begin to watch a client that does not take what it is sent."""
        super().pause_writing()
        self._expect_write()

    def resume_writing(self) -> None:
        """End that watch."""
        self._stop_watching()
        super().resume_writing()

    def drop(self) -> None:
        """Close at once."""
        self._forget()
        self.transport.abort()

    def _expect_request(self, seconds: float) -> None:
        self._stop_waiting()
        self._arrival_timer = self.loop.call_later(seconds, self._check_request)

    def _stop_waiting(self) -> None:
        if self._arrival_timer is not None:
            self._arrival_timer.cancel()
            self._arrival_timer = None

    def _stop_watching(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _check_request(self) -> None:
        self._arrival_timer = None
        if self._awaits_head:
            # Browsers open connections in advance, and would take words that they did not ask for as the next answer.
            self._close(_TIMED_OUT if self.conn.trailing_data[0] else b"")
        elif not self._arrives():
            self._close(_TIMED_OUT)
        else:
            self._expect_request(1.0)

    def _arrives(self) -> bool:
        """Tell whether the body comes fast enough. A pause that this side made is not the client's."""
        limits = self.table.limits
        if self.flow.read_paused:
            self._body_since, self._body_bytes = self.loop.time(), 0
            return True
        seconds = self.loop.time() - self._body_since
        return seconds < limits.body_seconds or self._body_bytes >= (seconds - limits.body_seconds) * limits.body_rate

    def _expect_write(self) -> None:
        self._stop_watching()
        self._unread = _unread(self.transport)
        self._write_timer = self.loop.call_later(self.table.limits.write_seconds, self._check_write)

    def _check_write(self) -> None:
        self._write_timer = None
        if _unread(self.transport) >= self._unread:
            self.drop()
        else:
            self._expect_write()

    def _close(self, last_words: bytes) -> None:
        """Close, and say why unless a response was begun."""
        self._forget()
        if last_words and (self.cycle is None or self.cycle.response_complete or not self.cycle.response_started):
            self.transport.write(last_words)
        self.transport.close()
        self._write_timer = self.loop.call_later(_FLUSH_SECONDS, self.transport.abort)

    def _forget(self) -> None:
        self.table.leave(self)
        self._stop_waiting()
        self._stop_watching()


def _unread(transport: asyncio.Transport) -> int:
    """Return how many bytes the client has not taken, with those that the system holds, where it tells of them."""
    held = 0
    with contextlib.suppress(ImportError, OSError, AttributeError):
        import fcntl
        import termios

        told = fcntl.ioctl(transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, bytes(4))
        held = int.from_bytes(told, sys.byteorder)
    return held + transport.get_write_buffer_size()


def bounded_protocol(
    limits: ConnectionLimits = ConnectionLimits(), proxies: Collection[Network] = ()
) -> type[asyncio.Protocol]:
    """Return the protocol class for one server (uvicorn's ``http``), which counts connections by itself.

    The connections of ``proxies`` carry many clients: they count only towards the total.
    """
    table = ConnectionTable(affordable(limits), proxies)
    return cast("type[asyncio.Protocol]", type("Bounded", (BoundedProtocol,), {"table": table}))
