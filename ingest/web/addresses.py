"""Web addresses as a person writes them, and which machines may be reached: those of the public internet alone.

A name is only read here. Whether it may be reached is decided by what it resolves to, when it is connected to
(``fetch.py``).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from rag.errors import UsageError
from rag.messages import Message

_DEFAULT_PORTS = {"http": 80, "https": 443}
_FIRST_FREE_PORT = 1024  # below it live mail, files and remote control, which speak no HTTP
_MAX_ADDRESS_CHARS = 2048
_LOOKS_LIKE_ADDRESS = re.compile(r"\s*[a-z][a-z0-9+.-]*:/?/", re.IGNORECASE)
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_NUMERIC_LABEL = re.compile(r"\d+|0x[0-9a-f]*")  # as the last part of a name it is an IPv4 address in some notation
_INNER_NAMES = (
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "lan",
    "home",
    "home.arpa",
    "corp",
    "onion",
)
_PATH_SIGNS, _QUERY_SIGNS = "/%:@!$&'()*+,;=~-._", "/%:@!$&'()*+,;=~-._?"
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # how a network without IPv4 reaches it: the last 32 bits
_UNICAST = ipaddress.IPv6Network("2000::/3")
# Tunnels, which carry an IPv4 address within, and addresses of protocols and of examples.
_SPECIAL_V4 = [ipaddress.IPv4Network(each) for each in ("192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15")]
_SPECIAL_V6 = [ipaddress.IPv6Network(each) for each in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
_WRITE_SO = Message("Write it as in a browser: https://example.org/page")


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An address that was read; all of it is ASCII."""

    scheme: str  # http or https
    host: str  # a name in lower case without a dot at its end, or an IP address without brackets
    port: int
    path: str  # with the query; begins with a slash

    @property
    def authority(self) -> str:
        """The host, and the port where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """The address without its path."""
        return f"{self.scheme}://{self.authority}"

    def __str__(self) -> str:
        return f"{self.origin}{self.path}"


def looks_like_address(text: str) -> bool:
    """Tell whether a text is meant as an address rather than a path: it begins with a scheme such as https://."""
    return _LOOKS_LIKE_ADDRESS.match(text) is not None


def read_address(text: str) -> WebAddress:
    """Return the address in a text; what follows a # is left out. Raises UsageError for what cannot be fetched."""
    given = text.strip()
    if len(given) > _MAX_ADDRESS_CHARS:
        raise _refused(given, Message("it has more than {most:,} characters", most=_MAX_ADDRESS_CHARS))
    if not given.isprintable() or " " in given or "\\" in given:
        raise _refused(given, Message("it contains a space or another character that no address has"))
    try:
        parts = urlsplit(given)
        port = parts.port
    except ValueError as error:
        raise _refused(given, Message("its host or its port cannot be read")) from error
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS:
        raise _refused(given, Message("only http and https are fetched"))
    if "@" in parts.netloc:
        raise _refused(given, Message("it contains a user name or a password"))
    port = _DEFAULT_PORTS[scheme] if port is None else port
    if port not in _DEFAULT_PORTS.values() and port < _FIRST_FREE_PORT:
        raise _refused(given, Message("web pages are not served at port {port}", port=port))
    path = quote(parts.path, safe=_PATH_SIGNS) or "/"
    query = f"?{quote(parts.query, safe=_QUERY_SIGNS)}" if parts.query else ""
    return WebAddress(scheme, _host(given, parts.hostname or ""), port, path + query)


def follow_redirect(address: WebAddress, location: str) -> WebAddress:
    """Return where a redirect leads. Raises UsageError for what cannot be fetched, and from https to http."""
    try:
        target = urljoin(str(address), location.strip())
    except ValueError as error:
        raise _refused(location, Message("its host or its port cannot be read")) from error
    found = read_address(target)
    if address.scheme == "https" and found.scheme == "http":
        raise UsageError(
            Message("{address} leads to {target}, which is not encrypted.", address=str(address), target=str(found)),
            Message("If you trust that page, add it by that address."),
        )
    return found


def is_public(address: str) -> bool:
    """Tell whether an IP address is of a machine on the public internet.

    Not of this machine, a local network, a link, a carrier's or a cloud's inner network, a tunnel or a group.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.scope_id is not None:
            return False
        if found in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
        if found not in _UNICAST or any(found in each for each in _SPECIAL_V6):
            return False
    elif any(found in each for each in _SPECIAL_V4):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def _host(given: str, host: str) -> str:
    """Return a host in ASCII. Raises UsageError for a notation that programs read differently, and for inner names."""
    if "%" in host:
        raise _refused(given, Message("its host cannot be read"))
    if ":" in host:
        try:
            return str(ipaddress.IPv6Address(host))
        except ValueError as error:
            raise _refused(given, Message("its host cannot be read")) from error
    name = _in_ascii(given, host).removesuffix(".")
    try:
        return str(ipaddress.IPv4Address(name))
    except ValueError:
        pass
    if not _HOST.fullmatch(name) or len(name) > 253:
        raise _refused(given, Message("its host cannot be read"))
    last = name.rpartition(".")[2]
    if _NUMERIC_LABEL.fullmatch(last):
        raise _refused(given, Message("its host is a number in a notation that programs read differently"))
    if "." not in name or any(name == each or name.endswith(f".{each}") for each in _INNER_NAMES):
        raise not_public(given)
    return name


def _in_ascii(given: str, host: str) -> str:
    if host.isascii():
        return host.lower()
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise _refused(given, Message("its host cannot be read")) from error


def not_public(address: str) -> UsageError:
    """Return the error for an address of this machine or of an inner network."""
    return UsageError(
        Message("{address} is on this computer or in a local network, and is not fetched.", address=address),
        Message("Save the page in your browser and add that file."),
    )


def _refused(address: str, why: str) -> UsageError:
    shown = address if len(address) <= 200 else f"{address[:200]}…"
    return UsageError(Message("The address {address} cannot be fetched: {why}.", address=shown, why=why), _WRITE_SO)
