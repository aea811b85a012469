"""Proxies that a person named: only they may say for whom a request came (``X-Forwarded-For``)."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from rag.errors import UsageError
from rag.messages import Message

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def proxies(named: Iterable[str]) -> tuple[Network, ...]:
    """Return the networks of the proxies that were named: addresses (192.0.2.7), or networks (192.0.2.0/24).

    Raises UsageError for what is neither.
    """
    return tuple(map(_network, named))


def _network(name: str) -> Network:
    try:
        return ipaddress.ip_network(name.strip())
    except ValueError as error:
        raise UsageError(
            Message("{name!r} is not the address of a proxy.", name=name), "--proxy 127.0.0.1, or --proxy 192.0.2.0/24"
        ) from error


def is_among(address: str, networks: Collection[Network]) -> bool:
    """Tell whether an address lies in one of the networks."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found
    return any(found in network for network in networks)


def client_address(scope: Mapping[str, Any], networks: Collection[Network]) -> str:
    """Return the address from which a request came, by its ASGI scope; "" where that is unknown.

    It is the other end of the connection. Where that is a named proxy, the last address of ``X-Forwarded-For`` that is
    no named proxy itself: what stands before it, the client may have written.
    """
    peer = str((scope.get("client") or ("",))[0])
    if not is_among(peer, networks):
        return peer
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"x-forwarded-for"]
    for address in reversed(",".join(lines).split(",")):
        found = _bare(address.strip())
        if not found:
            break
        peer = found
        if not is_among(found, networks):
            break
    return peer


def _bare(address: str) -> str:
    """Return an address without its port, or "" for what is none."""
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        address = address.partition(":")[0]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""
