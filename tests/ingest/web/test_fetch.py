"""One page is fetched from the very address that was checked, within limits, and as the site lets programs do."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator

import pytest

from ingest.web import fetch as web_fetch
from ingest.web.addresses import is_public, read_address
from ingest.web.fetch import FetchedPage, KnownVersion, Network, PageGoneError, fetch
from rag.errors import OakenError, UsageError
from tests.ingest.web.page_server import HOST, PageServer, Reply

PAGE = "<html><title>The mill</title><p>The mill stands by the weir.</p></html>"


def fetched(server: PageServer, path: str = "/", known: KnownVersion | None = None) -> FetchedPage:
    return fetch(read_address(server.url(path)), known, server.network)


def test_a_page_is_fetched_with_what_its_server_says_of_it(server: PageServer) -> None:
    server.page("/mill", PAGE, ETag='"v1"', Last_Modified="Tue, 01 Dec 2026 00:00:00 GMT")
    page = fetched(server, "/mill")
    assert page.content == PAGE.encode() and page.content_type == "text/html; charset=utf-8"
    assert (page.final, page.etag) == (server.url("/mill"), '"v1"')
    assert page.last_modified == "Tue, 01 Dec 2026 00:00:00 GMT"
    told = dict(server.asked)["/mill"]
    assert told["host"] == f"{HOST}:{server.port}" and told["user-agent"] == "oaken"
    assert not {"cookie", "referer", "authorization"} & told.keys()


def test_a_page_that_did_not_change_costs_its_server_nothing(server: PageServer) -> None:
    server.page("/mill", PAGE, ETag='"v1"')
    known = KnownVersion(server.url("/mill"), '"v1"')
    assert fetched(server, "/mill", known).content is None
    server.page("/mill", "new", ETag='"v2"')
    assert fetched(server, "/mill", known).content == b"new"
    assert fetched(server, "/mill", KnownVersion(server.url("/other"), '"v2"')).content == b"new"  # another page's


def test_redirects_are_followed_each_with_its_own_check(server: PageServer) -> None:
    server.replies["/old"] = Reply(status=301, headers={"Location": "/new"})
    server.replies["/new"] = Reply(status=302, headers={"Location": server.url("/mill", "other.example")})
    server.page("/mill", PAGE)
    assert fetched(server, "/old").final == server.url("/mill", "other.example")
    assert set(server.resolved) == {HOST, "other.example"}
    server.replies["/round"] = Reply(status=302, headers={"Location": "/round"})
    with pytest.raises(OakenError, match="redirects more than 5 times"):
        fetched(server, "/round")


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/",
        "http://127.0.0.1:{other}/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://localhost./",
        "http://good@127.0.0.1/",
        "file:///etc/passwd",
        "//inner.example:{other}/",
    ],
)
@pytest.mark.parametrize("status", [301, 307])
@pytest.mark.parametrize("first", ["/away", "/robots.txt"])
def test_a_redirect_to_an_inner_address_is_refused(server: PageServer, target: str, status: int, first: str) -> None:
    location = target.replace("{other}", str(server.port + 1 if server.port < 65535 else 1024))
    server.replies[first] = Reply(status=status, headers={"Location": location})
    server.page("/secret", PAGE)
    with pytest.raises(UsageError):
        fetched(server, "/away")
    assert set(server.paths) <= {"/away", "/robots.txt"}


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """The addresses that were connected to."""
    seen: list[object] = []
    before = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        seen.append(address)
        before(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)
    yield seen


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fe80::1%lo", "::ffff:10.0.0.1"])
@pytest.mark.parametrize("at", [0, 1])
def test_a_name_with_one_inner_address_is_refused_whole(host: str, at: int) -> None:
    found = ["93.184.215.14", "2606:4700:4700::1111"]
    found.insert(at, host)
    with pytest.raises(UsageError, match="on this computer or in a local network"):
        fetch(read_address("http://mixed.example/"), network=Network(lambda *_: found, lambda ip, _: is_public(ip)))


def test_a_name_that_resolves_to_another_machine_after_the_check_is_not_asked_again(server: PageServer) -> None:
    """DNS rebinding: public when it is checked, this computer when it would be connected to."""
    server.page("/mill", PAGE)
    answers = [["93.184.215.14"], ["127.0.0.1"], ["127.0.0.1"]]
    checked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        return answers.pop(0)

    def allowed(address: str, port: int) -> bool:
        checked.append(address)
        return is_public(address)

    before = socket.getaddrinfo
    looked_up: list[object] = []

    def getaddrinfo(host: object, *rest: object, **more: object) -> object:
        looked_up.append(host.decode() if isinstance(host, bytes) else host)
        return before(host, *rest, **more)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        patch.setattr(web_fetch, "_SILENCE_SECONDS", 0.5)
        with pytest.raises(OakenError):
            fetch(read_address(server.url("/mill", "rebind.example")), network=Network(resolve, allowed))
    assert checked[0] == "93.184.215.14" and server.asked == []
    assert "rebind.example" not in looked_up  # what connects is given the address that was checked


def test_a_name_that_turns_inner_between_robots_and_page_is_refused(server: PageServer) -> None:
    server.page("/mill", PAGE)
    answers = [["127.0.0.1"], ["127.0.0.2"]]
    network = Network(lambda *_: answers.pop(0), server.network.is_allowed)
    with pytest.raises(UsageError):
        fetch(read_address(server.url("/mill")), network=network)
    assert server.paths == ["/robots.txt"]


def test_the_system_s_resolver_is_asked_by_default() -> None:
    with pytest.raises(UsageError, match="on this computer or in a local network"):
        fetch(read_address("http://127.0.0.1/"))
    with pytest.raises(OakenError, match=r"There is no server nothing\.invalid"):
        fetch(read_address("http://nothing.invalid/"))


def test_no_proxy_of_the_environment_is_asked(server: PageServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.page("/mill", PAGE)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetched(server, "/mill").content == PAGE.encode()


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_says_so(server: PageServer, status: int) -> None:
    server.replies["/gone"] = Reply(b"no", status)
    with pytest.raises(PageGoneError, match=f"no page at .* \\({status}\\)"):
        fetched(server, "/gone")


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "not open to everybody"), (403, "not open"), (429, "answered 429"), (500, "answered 500")],
)
def test_another_status_is_told(server: PageServer, status: int, said: str) -> None:
    server.replies["/page"] = Reply(b"no", status)
    with pytest.raises(OakenError, match=said):
        fetched(server, "/page")


def test_robots_are_respected_on_each_site(server: PageServer) -> None:
    server.page("/robots.txt", "User-agent: *\nDisallow: /closed\n", "text/plain")
    server.page("/closed/page", PAGE)
    server.page("/open", PAGE)
    with pytest.raises(OakenError, match=r"asks programs not to fetch .*robots\.txt"):
        fetched(server, "/closed/page")
    assert "/closed/page" not in server.paths
    assert fetched(server, "/open").content
    server.replies["/leads"] = Reply(status=302, headers={"Location": server.url("/closed/page", "other.example")})
    with pytest.raises(OakenError, match=r"other\.example asks programs"):
        fetched(server, "/leads")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_site_that_does_not_say_is_not_fetched(server: PageServer, status: int) -> None:
    server.replies["/robots.txt"] = Reply(b"", status)
    server.page("/mill", PAGE)
    with pytest.raises(OakenError, match="does not say whether"):
        fetched(server, "/mill")
    assert server.paths == ["/robots.txt"]


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_page_that_is_too_large_is_not_read_to_its_end(
    server: PageServer, monkeypatch: pytest.MonkeyPatch, is_chunked: bool
) -> None:
    monkeypatch.setattr(web_fetch, "MAX_PAGE_BYTES", 2**20)
    server.replies["/large"] = Reply(b"x" * (2**20 + 1), is_chunked=is_chunked)
    with pytest.raises(OakenError, match="larger than 1 MB"):
        fetched(server, "/large")
    server.replies["/large"] = Reply(b"x" * 2**20, is_chunked=is_chunked)
    assert len(fetched(server, "/large").content or b"") == 2**20


def test_a_packed_page_is_unpacked_and_a_bomb_is_not(server: PageServer) -> None:
    headers = {"Content-Encoding": "gzip", "Content-Type": "text/html"}
    server.replies["/packed"] = Reply(gzip.compress(PAGE.encode()), headers=headers)
    assert fetched(server, "/packed").content == PAGE.encode()
    server.replies["/bomb"] = Reply(gzip.compress(b"\0" * 200 * 2**20, 9), headers=headers)
    with pytest.raises(OakenError, match="larger than 20 MB"):
        fetched(server, "/bomb")
    server.replies["/cut"] = Reply(gzip.compress(PAGE.encode())[:-4], headers=headers)
    server.replies["/false"] = Reply(PAGE.encode(), headers=headers)
    for path in ("/cut", "/false"):
        with pytest.raises(OakenError, match="came damaged"):
            fetched(server, path)
    server.replies["/other"] = Reply(PAGE.encode(), headers=headers | {"Content-Encoding": "br"})
    with pytest.raises(OakenError, match="not asked for"):
        fetched(server, "/other")


def test_a_server_that_drips_is_left_in_time(server: PageServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_fetch, "FETCH_SECONDS", 0.6)
    server.replies["/slow"] = Reply(b"x" * 400, drip=0.05)  # never silent for long
    with pytest.raises(OakenError, match="took longer than"):
        fetched(server, "/slow")


def test_headers_that_drip_are_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_fetch, "FETCH_SECONDS", 0.6)
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            client, _ = listening.accept()
            with client:
                try:
                    client.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
                    while not over.wait(0.05):
                        client.sendall(b"x")
                except OSError:
                    pass

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        network = Network(lambda *_: ["127.0.0.1"], lambda *_: True)
        with pytest.raises(OakenError, match="took longer than"):
            fetch(read_address(f"http://drip.example:{listening.getsockname()[1]}/"), network=network)
        over.set()
        thread.join(5)


def test_a_resolver_that_hangs_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_fetch, "FETCH_SECONDS", 0.3)
    over = threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        over.wait(30)
        return []

    with pytest.raises(OakenError, match="took longer than"):
        fetch(read_address("http://hang.example/"), network=Network(resolve, lambda *_: True))
    over.set()


def test_a_server_that_is_none_or_speaks_no_http_is_told(server: PageServer) -> None:
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    network = Network(lambda *_: ["127.0.0.1"], lambda *_: True)
    with pytest.raises(OakenError, match="its server cannot be reached"):
        fetch(read_address(f"http://none.example:{port}/"), network=network)
    with pytest.raises(OakenError, match="cannot be reached"):  # it speaks no TLS
        fetch(read_address(f"https://pages.example:{server.port}/"), network=network)
    with pytest.raises(UsageError):
        fetch(read_address("http://none.example/"), network=Network(lambda *_: [], lambda *_: True))


def test_an_empty_page_is_told(server: PageServer) -> None:
    server.replies["/"] = Reply(b"")
    with pytest.raises(OakenError, match="is empty"):
        fetched(server)


def test_headers_that_cannot_be_sent_back_are_not_kept(server: PageServer) -> None:
    server.page("/mill", PAGE, ETag=f'"{"x" * 600}"')
    assert fetched(server, "/mill").etag == ""


def test_it_works_where_a_loop_runs_already(server: PageServer) -> None:
    import asyncio

    server.page("/mill", PAGE)

    async def notebook() -> FetchedPage:
        return fetched(server, "/mill")

    assert asyncio.run(notebook()).content == PAGE.encode()
