"""Where the page can be reached: the address it listens on, and the host names its requests may carry."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from rag.errors import UsageError
from rag.messages import Message

LOOPBACK = "127.0.0.1"
_EVERYWHERE = ("0.0.0.0", "::")


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where the page listens, and the host names of its requests."""

    address: str  # an IP address
    names: tuple[str, ...]  # with the port it listens on; the first is for the browser of this machine
    proxied: tuple[str, ...] = ()  # names of a proxy in front of it, with any port, over http or https

    @property
    def is_public(self) -> bool:
        """Whether other machines can reach it."""
        return bool(self.proxied) or not ipaddress.ip_address(self.address).is_loopback

    def hosts(self, port: int) -> tuple[str, ...]:
        """Return the values that the Host header may have."""
        return tuple(f"{_in_url(name)}:{port}" for name in self.names)

    def addresses(self, port: int) -> tuple[str, ...]:
        """Return the URLs where a browser finds it; the first is for this machine."""
        return tuple(f"http://{host}" for host in self.hosts(port))

    def elsewhere(self, addresses: Iterable[str]) -> tuple[str, ...]:
        """Return those of the URLs that work on other machines too."""
        near = ("http://localhost:", "http://127.", "http://[::1]:")
        return tuple(each for each in addresses if not each.startswith(near))


def reach(host: str = "", allowed: Iterable[str] = ()) -> ServerAddress:
    """Return the address to serve at for ``host``: a name or an address; "" is this machine alone.

    Raises UsageError for an address that is not this machine's.
    """
    proxied = tuple(name.strip().lower() for name in allowed)
    if wrong := [name for name in proxied if not _is_name(name)]:
        raise UsageError(
            Message("{wrong!r} is not a host name.", wrong=wrong[0]), "oaken ui --allow-host oaken.example.org"
        )
    if host.lower() in ("", "localhost", LOOPBACK):
        return ServerAddress(LOOPBACK, ("localhost", LOOPBACK), proxied)
    address = _resolved(host)
    own = socket.gethostname().lower()
    if address in _EVERYWHERE:
        version = ipaddress.ip_address(address).version
        found = [each for each in _own_addresses() if version == 6 or ":" not in each]
        names = ["localhost", LOOPBACK, *found, own]
    else:
        names = [host.lower(), address]
        with contextlib.suppress(UsageError):
            names += [own] if _resolved(own) == address else []
    return ServerAddress(address, tuple(dict.fromkeys(filter(_is_name, names))), proxied)


def _resolved(host: str) -> str:
    try:
        return str(socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)[0][4][0])
    except (OSError, UnicodeError) as error:
        raise UsageError(
            Message("{host!r} is not an address of this machine.", host=host),
            "oaken ui --host 0.0.0.0 (every address of this machine)",
        ) from error


def _own_addresses() -> list[str]:
    """Return this machine's network addresses, IPv4 first, without link-local ones."""
    import psutil

    held = {
        entry.address
        for entries in psutil.net_if_addrs().values()
        for entry in entries
        if entry.family in (socket.AF_INET, socket.AF_INET6) and "%" not in entry.address
    }
    found = [each for each in map(ipaddress.ip_address, held) if not each.is_link_local]
    return [str(each) for each in sorted(found, key=lambda each: (each.version, each.is_loopback, int(each)))]


def _is_name(name: str) -> bool:
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(name)
        return True
    labels = name.removesuffix(".").split(".")
    return all(label and label.replace("-", "a").replace("_", "a").isalnum() and label.isascii() for label in labels)


def _in_url(name: str) -> str:
    return f"[{name}]" if ":" in name else name
