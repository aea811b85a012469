"""Sessions of the login, and how often a password may be tried. Held in memory: gone when the server ends."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

IDLE = 12 * 3600.0  # seconds without activity after which one has to log in again
MAX_SESSION_SECONDS = 7 * 24 * 3600.0  # seconds after which one has to log in again in any case
LOCAL_SESSION_SECONDS = 365 * 24 * 3600.0  # seconds of both where only this machine reaches the page
_MOST_SESSIONS, _MOST_ADDRESSES = 1000, 10_000
_FREE, _FIRST_WAIT, _LONGEST_WAIT = 5, 30.0, 900.0  # free tries of one address, then seconds between tries, doubling
_FREE_OF_ALL, _WAIT_OF_ALL = 30, 5.0  # the same for all addresses together
_FORGOTTEN = 3600.0  # seconds after the last failure

Clock = Callable[[], float]


@dataclass
class BrowserSession:
    """A browser that is logged in."""

    until: float
    used: float
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class BrowserSessions:
    """The valid sessions, by the hash of the browser's cookie."""

    def __init__(
        self, clock: Clock = time.monotonic, *, idle: float = IDLE, longest: float = MAX_SESSION_SECONDS
    ) -> None:
        self._clock = clock
        self._idle = idle
        self.longest = longest
        self._sessions: OrderedDict[bytes, BrowserSession] = OrderedDict()

    def begin(self) -> str:
        """Begin a session and return its cookie's value: 256 random bits."""
        token, now = secrets.token_urlsafe(32), self._clock()
        while len(self._sessions) >= _MOST_SESSIONS:
            self._sessions.popitem(last=False)[1].ended.set()
        self._sessions[_key(token)] = BrowserSession(now + self.longest, now)
        return token

    def find(self, token: str) -> BrowserSession | None:
        """Return the session of that cookie if it is valid, and count the look-up as activity."""
        session = self._sessions.get(_key(token))
        if session is None:
            return None
        if self.seconds_left(session) <= 0:
            self.end(token)
            return None
        self.touch(session)
        return session

    def touch(self, session: BrowserSession) -> None:
        """Note activity."""
        session.used = self._clock()

    def seconds_left(self, session: BrowserSession) -> float:
        """Return the seconds until it expires, by age or for lack of activity; 0 where it was ended."""
        return 0.0 if session.ended.is_set() else min(session.until, session.used + self._idle) - self._clock()

    def end(self, token: str) -> None:
        """Log out: open pages of that session end too."""
        session = self._sessions.pop(_key(token), None)
        if session is not None:
            session.ended.set()


def _key(token: str) -> bytes:
    """Return the token's hash: looking that up takes a time that reveals nothing of any token."""
    return sha256(token.encode(errors="replace")).digest()


@dataclass
class _Failures:
    count: int = 0
    last: float = 0.0


class PasswordAttempts:
    """Counts wrong passwords: some are free, then each doubles the time before the next try."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._by_address: OrderedDict[str, _Failures] = OrderedDict()
        self._all_failures = _Failures()

    def begin(self, address: str) -> float:
        """Count an attempt from that address as failed before it is checked, so that many at once gain nothing.

        Returns 0 where the attempt may be made, else the seconds to wait; then nothing is counted.
        """
        now = self._clock()
        network = _network(address)
        own = self._by_address.get(network) or _Failures()
        for each in (own, self._all_failures):
            if now - each.last > _FORGOTTEN:
                each.count = 0
        wait = 0.0
        if own.count >= _FREE:
            wait = own.last + min(_FIRST_WAIT * 2 ** (own.count - _FREE), _LONGEST_WAIT) - now
        if self._all_failures.count >= _FREE_OF_ALL:
            wait = max(wait, self._all_failures.last + _WAIT_OF_ALL - now)
        if wait > 0:
            return wait
        for each in (own, self._all_failures):
            each.count, each.last = each.count + 1, now
        self._by_address[network] = own
        self._by_address.move_to_end(network)
        while len(self._by_address) > _MOST_ADDRESSES:
            self._by_address.popitem(last=False)
        return 0.0

    def succeeded(self, address: str) -> None:
        """Forget the earlier failures of an address that gave the right password."""
        self._by_address.pop(_network(address), None)
        self._all_failures.count = max(0, self._all_failures.count - 1)


def _network(address: str) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 that one IPv6 machine usually has to itself."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
