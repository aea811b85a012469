"""Whose request it is: the other end's, unless that is a proxy a person named."""

from __future__ import annotations

from typing import Any

import pytest

from rag.errors import UsageError
from ui.shared.proxy import client_address, proxies


def scope(peer: str, *forwarded: str) -> dict[str, Any]:
    return {"client": (peer, 1), "headers": [(b"X-Forwarded-For", each.encode()) for each in forwarded]}


@pytest.mark.parametrize(
    ("named", "peer", "forwarded", "client"),
    [
        ((), "127.0.0.1", ["203.0.113.5"], "127.0.0.1"),
        (("192.0.2.1",), "192.0.2.2", ["203.0.113.5"], "192.0.2.2"),
        (("192.0.2.1",), "192.0.2.1", [], "192.0.2.1"),
        (("192.0.2.1",), "192.0.2.1", ["203.0.113.5"], "203.0.113.5"),
        (("192.0.2.1",), "192.0.2.1", ["1.1.1.1, 203.0.113.5"], "203.0.113.5"),
        (("192.0.2.1",), "192.0.2.1", ["1.1.1.1", "203.0.113.5"], "203.0.113.5"),
        (("192.0.2.0/24",), "192.0.2.1", ["1.1.1.1, 203.0.113.5, 192.0.2.7"], "203.0.113.5"),
        (("192.0.2.1",), "192.0.2.1", ["203.0.113.5:4711"], "203.0.113.5"),
        (("192.0.2.1",), "192.0.2.1", ["[2001:db8::5]:4711"], "2001:db8::5"),
        (("192.0.2.1",), "192.0.2.1", ["203.0.113.5, unknown"], "192.0.2.1"),
        (("192.0.2.1",), "::ffff:192.0.2.1", ["203.0.113.5"], "203.0.113.5"),
        (("::1",), "::1", ["<script>"], "::1"),
    ],
)
def test_the_client_of_a_request(named: tuple[str, ...], peer: str, forwarded: list[str], client: str) -> None:
    assert client_address(scope(peer, *forwarded), proxies(named)) == client


def test_an_unknown_peer_has_no_address() -> None:
    assert client_address({"client": None, "headers": []}, proxies(["127.0.0.1"])) == ""


@pytest.mark.parametrize("name", ["proxy.example", "", "300.1.1.1", "*"])
def test_a_proxy_is_named_by_its_address(name: str) -> None:
    with pytest.raises(UsageError, match="not the address of a proxy"):
        proxies([name])
