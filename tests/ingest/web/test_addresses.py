"""Which web addresses are fetched: those of machines on the public internet, written so that all read them alike."""

from __future__ import annotations

import pytest

from ingest.web.addresses import follow_redirect, is_public, looks_like_address, read_address
from ingest.web.fetch import Network, fetch
from rag.errors import UsageError

# Each leads to this computer, a local network or a cloud's inner one, or is written so that programs disagree on where.
HOSTILE = [
    "http://127.0.0.1/",
    "http://127.0.0.1:8501/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://2130706433/",
    "http://3232235777/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://0x7f.0.0.1/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://127.0.0.0x1/",
    "http://127.0.0.1./",
    "http://127.000.000.001/",
    "http://①②⑦.⓪.⓪.①/",
    "http://１２７.０.０.１/",
    "http://127。0。0。1/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://ⓛocalhost/",
    "http://admin.localhost/",
    "http://printer.local/",
    "http://metadata.google.internal/",
    "http://router.home.arpa/",
    "http://nas.lan/",
    "http://intranet/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://100.100.100.200/",
    "http://192.0.0.192/",
    "http://198.18.0.1/",
    "http://192.0.2.1/",
    "http://224.0.0.1/",
    "http://239.255.255.250/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::a00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/",
    "http://[2001:db8::1]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fec0::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://good.example.org@127.0.0.1/",
    "http://user:password@example.org/",
    "http://example.org\\@127.0.0.1/",
    "http://127.0.0.1\\.example.org/",
    "http://%31%32%37.0.0.1/",
    "http://127.0.0.1%2f.example.org/",
    "http://example.org\t@127.0.0.1/",
    "http:///127.0.0.1/",
    "http:/127.0.0.1/",
    "http://example.org:22/",
    "http://example.org:25/",
    "http://example.org:99999/",
    "http://-example.org/",
    "http://a..example.org/",
    "file:///etc/passwd",
    "ftp://example.org/",
    "gopher://127.0.0.1:11211/",
    "javascript://example.org/%0aalert(1)",
]


def unreachable(host: str, port: int) -> list[str]:
    """Resolve what is an IP address, as the system does; a name is never asked for here."""
    assert ":" in host or host.replace(".", "").isdecimal(), f"{host} was looked up"
    return [host]


@pytest.mark.parametrize("address", HOSTILE)
def test_a_hostile_address_is_refused_before_anything_is_connected_to(address: str) -> None:
    network = Network(unreachable, lambda ip, _: is_public(ip))
    with pytest.raises(UsageError) as refused:
        fetch(read_address(address), network=network)
    assert refused.value.hint


def test_the_table_is_long_enough() -> None:
    assert len(set(HOSTILE)) >= 40


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("https://example.org", "https://example.org/"),
        ("  HTTPS://Example.ORG:443/Guide#top ", "https://example.org/Guide"),
        ("http://example.org:80/a b".replace(" ", "%20"), "http://example.org/a%20b"),
        ("http://example.org:8080/?q=1&r=%2F", "http://example.org:8080/?q=1&r=%2F"),
        ("https://example.org./x", "https://example.org/x"),
        ("https://bücher.example/straße", "https://xn--bcher-kva.example/stra%C3%9Fe"),
        ("https://пример.рф/", "https://xn--e1afmkfd.xn--p1ai/"),
        ("https://93.184.215.14/", "https://93.184.215.14/"),
        ("https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:8443/", "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:8443/"),
        ("https://example.org/#@127.0.0.1/", "https://example.org/"),
        ("https://under_score.example.org/@name", "https://under_score.example.org/@name"),
    ],
)  # fmt: skip
def test_an_address_is_read_in_one_form(given: str, read: str) -> None:
    assert str(read_address(given)) == read
    assert str(read_address(read)) == read


def test_an_address_that_is_too_long_is_refused_and_not_shown_whole() -> None:
    with pytest.raises(UsageError, match="more than 2,048 characters") as refused:
        read_address("https://example.org/" + "a" * 3000)
    assert len(refused.value.message) < 400


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [
        ("https://example.org", True),
        ("HTTP://example.org", True),
        ("file:///etc/passwd", True),
        ("http:/example.org", True),
        ("notes.txt", False),
        ("~/papers", False),
        ("C:\\papers", False),
        ("a:b", False),
    ],
)
def test_an_address_is_told_from_a_path(text: str, is_meant: bool) -> None:
    assert looks_like_address(text) is is_meant


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001:82a::200e", "64:ff9b::808:808"],
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "example.org",
        "8.8.8",
        "2606:4700:4700::1111%eth0",
        "64:ff9b::a00:1",
        "1.2.3.4.5",
        "2002:7f00:1::",
        "::ffff:8.8.8.8",
    ],
)
def test_what_is_no_public_address_is_none(address: str) -> None:
    assert not is_public(address)


def test_a_redirect_is_read_as_an_address_is() -> None:
    page = read_address("https://example.org/a/b?q=1")
    assert str(follow_redirect(page, "../c")) == "https://example.org/c"
    assert str(follow_redirect(page, "//other.example/x")) == "https://other.example/x"
    with pytest.raises(UsageError, match="not encrypted"):
        follow_redirect(page, "http://example.org/a/b")
    for hostile in (
        "file:///etc/passwd",
        "http://[",
        "//localhost/",
        "//127.1/",
        "https://a@example.org/",
        "ftp://x.example/",
    ):
        with pytest.raises(UsageError):
            follow_redirect(page, hostile)
