"""What serving at an address means: who reaches it, by which names, and whether a password is due."""

from __future__ import annotations

import socket

import pytest

from rag.errors import UsageError
from ui.web.server.addresses import ServerAddress, reach


@pytest.mark.parametrize("host", ["", "localhost", "LOCALHOST", "127.0.0.1"])
def test_by_default_it_is_this_machine_alone(host: str) -> None:
    where = reach(host)
    assert where == ServerAddress("127.0.0.1", ("localhost", "127.0.0.1")) and not where.is_public
    assert where.hosts(8501) == ("localhost:8501", "127.0.0.1:8501")
    assert where.elsewhere(where.addresses(8501)) == ()


@pytest.mark.parametrize("host", ["127.0.0.2", "::1", "[::1]"])
def test_all_of_the_loopback_is_this_machine(host: str) -> None:
    where = reach(host)
    assert not where.is_public
    assert where.hosts(1)[0] in ("127.0.0.2:1", "[::1]:1")


def test_every_address_means_those_of_this_machine_and_its_name() -> None:
    where = reach("0.0.0.0")
    assert where.is_public and where.names[0] == "localhost" and socket.gethostname().lower() in where.names
    assert not any(":" in name or name == "0.0.0.0" for name in where.names)
    assert where.addresses(80)[0] == "http://localhost:80"


def test_one_address_is_the_one_it_is_called_by() -> None:
    where = reach("192.0.2.44")
    assert where.is_public and where.names == ("192.0.2.44",)
    assert where.elsewhere(where.addresses(9)) == ("http://192.0.2.44:9",)


@pytest.mark.parametrize("host", ["no such name", "999.1.1.1", "a..b", "x" * 300, "0.0.0.0/0"])
def test_an_invalid_address_is_reported(host: str) -> None:
    with pytest.raises(UsageError, match="not an address of this machine") as caught:
        reach(host)
    assert "--host 0.0.0.0" in caught.value.hint


def test_behind_a_proxy_it_is_reached_by_others_so_a_password_is_due() -> None:
    where = reach("", ["Oaken.Example.org"])
    assert where.proxied == ("oaken.example.org",) and where.is_public
    for name in ("", "*", "https://oaken.example.org", "a b", "oaken.example.org:443", "*.example.org"):
        with pytest.raises(UsageError, match="not a host name"):
            reach("", [name])
