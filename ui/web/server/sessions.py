"""Who is let in by the login page, and how often somebody may try. Kept in memory: gone when the server ends."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

IDLE = 12 * 3600.0  # seconds without a sign of life after which one has to log in again
MAX_SESSION_SECONDS = 7 * 24 * 3600.0  # seconds after which in any case
_MOST_SESSIONS, _MOST_ADDRESSES = 1000, 10_000
_FREE, _FIRST_WAIT, _LONGEST_WAIT = 5, 30.0, 900.0  # tries of one address, then seconds between them, doubling
_FREE_OF_ALL, _WAIT_OF_ALL = 30, 5.0  # the same for all addresses together
_FORGOTTEN = 3600.0  # seconds after the last failure

Clock = Callable[[], float]


@dataclass
class BrowserSession:
    """A browser that knows the password."""

    until: float
    used: float
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class BrowserSessions:
    """The sessions that hold, by the hash of what the browser's cookie says."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._held: OrderedDict[bytes, BrowserSession] = OrderedDict()

    def begin(self) -> str:
        """A new session; what its cookie shall say: 256 random bits."""
        token, now = secrets.token_urlsafe(32), self._clock()
        while len(self._held) >= _MOST_SESSIONS:
            self._held.popitem(last=False)[1].ended.set()
        self._held[_key(token)] = BrowserSession(now + MAX_SESSION_SECONDS, now)
        return token

    def find(self, token: str) -> BrowserSession | None:
        """The session of that cookie where it holds; that is a sign of life."""
        session = self._held.get(_key(token))
        if session is None:
            return None
        if self.left(session) <= 0:
            self.end(token)
            return None
        self.touch(session)
        return session

    def touch(self, session: BrowserSession) -> None:
        """Note a sign of life."""
        session.used = self._clock()

    def left(self, session: BrowserSession) -> float:
        """Seconds until it is over, by the clock or for want of a sign of life; 0 where it was ended."""
        return 0.0 if session.ended.is_set() else min(session.until, session.used + IDLE) - self._clock()

    def end(self, token: str) -> None:
        """Log out: open pages of that session end too."""
        session = self._held.pop(_key(token), None)
        if session is not None:
            session.ended.set()


def _key(token: str) -> bytes:
    """Looked up by its hash, so that the time a look-up takes tells nothing of any token."""
    return sha256(token.encode(errors="replace")).digest()


@dataclass
class _Failures:
    count: int = 0
    last: float = 0.0


class PasswordAttempts:
    """Counts wrong passwords: some are free, then each doubles the time before the next may be tried."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._by_address: OrderedDict[str, _Failures] = OrderedDict()
        self._of_all = _Failures()

    def begin(self, address: str) -> float:
        """Count a try of that address as failed before it is looked at, so that many at once gain nothing; 0 where it
        may be made, else the seconds to wait, and nothing is counted."""
        now = self._clock()
        network = _network(address)
        own = self._by_address.get(network) or _Failures()
        for each in (own, self._of_all):
            if now - each.last > _FORGOTTEN:
                each.count = 0
        wait = 0.0
        if own.count >= _FREE:
            wait = own.last + min(_FIRST_WAIT * 2 ** (own.count - _FREE), _LONGEST_WAIT) - now
        if self._of_all.count >= _FREE_OF_ALL:
            wait = max(wait, self._of_all.last + _WAIT_OF_ALL - now)
        if wait > 0:
            return wait
        for each in (own, self._of_all):
            each.count, each.last = each.count + 1, now
        self._by_address[network] = own
        self._by_address.move_to_end(network)
        while len(self._by_address) > _MOST_ADDRESSES:
            self._by_address.popitem(last=False)
        return 0.0

    def succeeded(self, address: str) -> None:
        """It was the right one: what that address failed before is forgiven."""
        self._by_address.pop(_network(address), None)
        self._of_all.count = max(0, self._of_all.count - 1)


def _network(address: str) -> str:
    """Who counts as one: an IPv4 address, or the /64 that a single IPv6 machine usually has to itself."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
