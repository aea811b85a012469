"""Fetches one page: redirects by hand, each connection to the very address that was checked, all within limits.

A name is resolved once for each connection; what it gave is checked whole, and connected to as it is, so no second
look-up can lead elsewhere. No proxy of the environment is asked: it would look the name up again. Nothing of a page is
run, no cookie is kept, and what a page refers to is not fetched.
"""

from __future__ import annotations

import asyncio
import threading
import zlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.web.addresses import WebAddress, follow_redirect, is_public, not_public
from ingest.web.robots import MAX_ROBOTS_BYTES, USER_AGENT, may_fetch
from rag.errors import OakenError
from rag.messages import Message

if TYPE_CHECKING:
    import httpx

MAX_PAGE_BYTES = 20 * 2**20  # after decompression
FETCH_SECONDS = 30.0  # seconds for all of it: look-ups, robots.txt, redirects, every byte
_SILENCE_SECONDS = 10.0  # seconds that a server may say nothing
_MAX_REDIRECTS = 5
_MAX_HEADER_CHARS = 500
_MAX_TRIED = 3  # of a name's addresses
_REDIRECTS = (301, 302, 303, 307, 308)
_NO_ENCODING = ("", "identity")
_TRY_LATER = Message("Try again later, or save the page in your browser and add that file.")
_SAVE_IT = Message("Save the page in your browser and add that file.")


class PageGoneError(OakenError):
    """The server says that there is no such page (any more)."""


@dataclass(frozen=True, slots=True)
class Network:
    """How names are resolved, and which (IP address, port) may be connected to. Tests have one of their own."""

    resolve: Callable[[str, int], Sequence[str]]
    is_allowed: Callable[[str, int], bool]


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page as it was fetched. ``content`` is None where it has not changed since it was kept."""

    final: str  # the address that gave it, after redirects
    content: bytes | None
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class KnownVersion:
    """What the server said of the version that is kept, and at which address."""

    final: str
    etag: str = ""
    last_modified: str = ""


@dataclass(slots=True)
class _Visit:
    """One fetch under way."""

    network: Network
    known: KnownVersion | None
    robots: dict[str, str] = field(default_factory=dict)  # origin -> text


def _resolved(host: str, port: int) -> list[str]:
    import socket

    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


INTERNET = Network(_resolved, lambda address, _: is_public(address))


def fetch(address: WebAddress, known: KnownVersion | None = None, network: Network | None = None) -> FetchedPage:
    """Return a page, or that it has not changed since ``known``.

    Raises UsageError where it, or what it redirects to, is no public machine's; PageGoneError; OakenError where it
    cannot be had, is closed to programs, too large or too slow.
    """
    visit = _Visit(network or INTERNET, known)
    result: Future[FetchedPage] = Future()

    async def run() -> None:
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                page = await _page(address, visit)
        except TimeoutError:
            result.set_exception(_too_slow(address))
        except BaseException as error:
            result.set_exception(error)
        else:
            result.set_result(page)

    # A thread of its own: a notebook has a loop already, and a resolver that hangs would hold up the end of the loop.
    threading.Thread(target=lambda: asyncio.run(run()), name="oaken-fetch", daemon=True).start()
    try:
        return result.result(FETCH_SECONDS + _SILENCE_SECONDS)
    except TimeoutError as error:
        raise _too_slow(address) from error


def _too_slow(address: WebAddress) -> OakenError:
    return OakenError(
        Message("{address} took longer than {n} seconds.", address=str(address), n=round(FETCH_SECONDS)), _TRY_LATER
    )


async def _page(address: WebAddress, visit: _Visit) -> FetchedPage:
    for _ in range(_MAX_REDIRECTS + 1):
        await _ask_robots(address, visit)
        async with _answer(address, visit, _conditions(address, visit.known)) as response:
            if response.status_code in _REDIRECTS and "location" in response.headers:
                address = follow_redirect(address, response.headers["location"])
                continue
            if response.status_code == 304 and visit.known is not None:
                return FetchedPage(str(address), None)
            _require_page(address, response.status_code)
            content = await _body(address, response, MAX_PAGE_BYTES)
            if not content:
                raise OakenError(Message("{address} is empty.", address=str(address)), _SAVE_IT)
            told = (_told(response, key) for key in ("content-type", "etag", "last-modified"))
            return FetchedPage(str(address), content, *told)
    raise OakenError(
        Message("{address} redirects more than {n} times.", address=str(address), n=_MAX_REDIRECTS), _SAVE_IT
    )


def _told(response: httpx.Response, key: str) -> str:
    """Return a header that can be kept and sent back; "" where it cannot."""
    value = str(response.headers.get(key, ""))
    return value if value.isascii() and value.isprintable() and len(value) <= _MAX_HEADER_CHARS else ""


def _conditions(address: WebAddress, known: KnownVersion | None) -> dict[str, str]:
    if known is None or known.final != str(address):
        return {}
    told = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in told.items() if value}


def _require_page(address: WebAddress, status: int) -> None:
    """Raise the error for a status other than 200."""
    shown = str(address)
    if status in (404, 410):
        raise PageGoneError(
            Message("There is no page at {address} ({status}).", address=shown, status=status),
            Message("Check the address in your browser."),
        )
    if status in (401, 402, 403, 407, 451):
        raise OakenError(
            Message("{address} is not open to everybody ({status}).", address=shown, status=status), _SAVE_IT
        )
    if status != 200:
        raise OakenError(
            Message("The server of {address} answered {status}.", address=shown, status=status), _TRY_LATER
        )


async def _ask_robots(address: WebAddress, visit: _Visit) -> None:
    """Raise OakenError where the site's robots.txt closes a page to programs, or cannot be had."""
    if address.origin not in visit.robots:
        visit.robots[address.origin] = await _robots(address, visit)
    if not may_fetch(visit.robots[address.origin], address.path):
        raise OakenError(
            Message(
                "{site} asks programs not to fetch {address} (robots.txt).", site=address.host, address=str(address)
            ),
            _SAVE_IT,
        )


async def _robots(address: WebAddress, visit: _Visit) -> str:
    """Return the text of a site's robots.txt; "" where there is none."""
    at = WebAddress(address.scheme, address.host, address.port, "/robots.txt")
    for _ in range(_MAX_REDIRECTS + 1):
        async with _answer(at, visit, {}) as response:
            if response.status_code in _REDIRECTS and "location" in response.headers:
                at = follow_redirect(at, response.headers["location"])
                continue
            if 400 <= response.status_code < 500 and response.status_code != 429:
                return ""
            if response.status_code == 200:
                return (await _body(at, response, MAX_ROBOTS_BYTES, cut=True)).decode("utf-8", "replace")
            break
    raise OakenError(
        Message("{site} does not say whether programs may fetch its pages (robots.txt).", site=address.host),
        _TRY_LATER,
    )


@asynccontextmanager
async def _answer(address: WebAddress, visit: _Visit, headers: Mapping[str, str]) -> AsyncIterator[httpx.Response]:
    """Ask one server, at an address that was checked, and give its answer before its body."""
    import httpx

    sent = {"Host": address.authority, "User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip", **headers}
    addresses = await _checked(address, visit.network)
    # Without a client: it would read the address that a redirect leads to, and keep cookies.
    async with httpx.AsyncHTTPTransport(trust_env=False) as transport:
        try:
            async with aclosing(await _connected(transport, address, addresses, sent)) as response:
                yield response
        except httpx.HTTPError as error:
            raise OakenError(
                Message("{address} cannot be fetched: {why}.", address=str(address), why=_why(error)), _TRY_LATER
            ) from error


async def _checked(address: WebAddress, network: Network) -> Sequence[str]:
    """Return the IP addresses of a host. Raises UsageError where one of them is not public."""
    try:
        found = await asyncio.get_running_loop().run_in_executor(None, network.resolve, address.host, address.port)
    except (OSError, UnicodeError) as error:
        raise OakenError(
            Message("There is no server {host}, or this computer is not online.", host=address.host),
            Message("Check the address in your browser."),
        ) from error
    if not found or not all(network.is_allowed(each, address.port) for each in found):
        raise not_public(str(address))
    return found


async def _connected(
    transport: httpx.AsyncHTTPTransport, address: WebAddress, addresses: Sequence[str], headers: Mapping[str, str]
) -> httpx.Response:
    """Return the answer of the first of the addresses that can be connected to."""
    import httpx

    # The certificate is checked against the name, though the connection is to its address.
    tls = {"sni_hostname": address.host} if address.scheme == "https" and address.host not in addresses else {}
    extensions = {"timeout": httpx.Timeout(_SILENCE_SECONDS).as_dict(), **tls}
    failure: httpx.HTTPError = httpx.ConnectError("no address")
    for each in addresses[:_MAX_TRIED]:
        place = f"[{each}]" if ":" in each else each
        url = f"{address.scheme}://{place}:{address.port}{address.path}"
        request = httpx.Request("GET", url, headers=dict(headers), extensions=extensions)
        try:
            return await transport.handle_async_request(request)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            failure = error
    raise failure


async def _body(address: WebAddress, response: httpx.Response, most: int, *, cut: bool = False) -> bytes:
    """Return a body, unpacked. One of more than ``most`` bytes is cut or raises OakenError; no more is ever held."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    packed = encoding not in _NO_ENCODING
    if packed and encoding not in ("gzip", "x-gzip"):
        raise OakenError(
            Message("{address} came packed in a way that was not asked for.", address=str(address)), _SAVE_IT
        )
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    content = bytearray()
    async for part in response.aiter_raw():
        try:
            content += unpacker.decompress(part, most + 1 - len(content)) if packed else part
        except zlib.error as error:
            raise OakenError(Message("{address} came damaged.", address=str(address)), _TRY_LATER) from error
        if len(content) > most:
            if cut:
                return bytes(content[:most])
            raise OakenError(
                Message("{address} is larger than {size} MB.", address=str(address), size=most // 2**20), _SAVE_IT
            )
    if packed and content and not unpacker.eof:
        raise OakenError(Message("{address} came damaged.", address=str(address)), _TRY_LATER)
    return bytes(content)


def _why(error: Exception) -> str:
    import httpx

    if isinstance(error, httpx.TimeoutException):
        return Message("its server does not answer")
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return Message("its certificate is not valid")
    if isinstance(error, httpx.ConnectError):
        return Message("its server cannot be reached")
    return Message("its server does not speak HTTP as it should")
