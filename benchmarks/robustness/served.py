"""What is tried of a page and an API that run: the clock set back, strangers at their doors, very many libraries.

Part of ``benchmarks.robustness.tried``. The clock is set for the processes alone, by a library of a few lines loaded
before all others; the time since the machine started stays right, as it does where somebody sets a clock.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Error, Locator, expect, sync_playwright

from rag.child_process import import_path
from tests.browser.conftest import CHROMIUM, QUIET, START_SECONDS, app, known

CLOCKS = {"now": 0, "an hour ago": -3_600, "a day ago": -86_400}  # seconds
SAMPLE = Path(__file__).resolve().parents[2] / "data" / "library"
_CLOCK = """
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static volatile long *set;
__attribute__((constructor)) static void begin(void) {
    int file = open(getenv("OAKEN_BENCH_CLOCK"), O_RDONLY);
    void *at = mmap(0, sizeof *set, PROT_READ, MAP_SHARED, file, 0);
    if (at != MAP_FAILED) set = at;
    close(file);
}
int clock_gettime(clockid_t id, struct timespec *to) {
    int done = syscall(SYS_clock_gettime, id, to);
    if (!done && set && id == CLOCK_REALTIME) to->tv_sec += *set;
    return done;
}
time_t time(time_t *to) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (to) *to = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *to, void *zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    to->tv_sec = now.tv_sec; to->tv_usec = now.tv_nsec / 1000;
    return 0;
}
"""
_TOKEN = "a-token-of-the-benchmark"
MOST_SHOWN = 20  # buttons of libraries where one is not there
_PAGE, _API = 8733, 8743  # ports
_NOTICED_SECONDS = 90.0  # in which `oaken watch` finds a new file
_HEAD_SECONDS = 30.0  # in which half a request is closed
_UPGRADE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": base64.b64encode(b"0123456789abcdef").decode(),
}  # fmt: skip


@dataclass(frozen=True)
class Served:
    """A home, and the page and the API that serve it."""

    home: Path
    page: int  # port
    api: int
    launch: str  # path and query that let a browser in
    cookie: str  # of a browser that was let in
    environment: Mapping[str, str]

    def oaken(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        command = [sys.executable, "-m", "ui.cli.main", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)

    def ask_api(self, method: str, path: str, body: object = None, **headers: str) -> int:
        """Return the status of a request with the token, unless ``headers`` say otherwise."""
        own = {"Authorization": f"Bearer {_TOKEN}", "Content-Type": "application/json"}
        return status(self.api, method, path, None if body is None else json.dumps(body), own | headers)

    def ask_page(self, path: str, method: str = "GET", **headers: str) -> int:
        """Return the status of a request with the session's cookie, unless ``headers`` say otherwise."""
        return status(self.page, method, path, None, {"Cookie": self.cookie} | headers)


def status(port: int, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> int:
    """Return the status of one request; a header that is empty is left out. 0 where the connection was closed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    with contextlib.closing(connection):
        try:
            connection.request(method, path, body, {name: value for name, value in headers.items() if value})
            return connection.getresponse().status
        except (ConnectionError, http.client.HTTPException):
            return 0


@contextlib.contextmanager
def served(home: Path, **more: str) -> Iterator[Served]:
    """Run ``oaken ui`` and ``oaken api`` over a home."""
    environment = os.environ | {
        "OAKEN_HOME": str(home), "OAKEN_API_TOKEN": _TOKEN, "PYTHONPATH": import_path(), "OAKEN_THREADS": "1", **more,
    }  # fmt: skip
    with contextlib.ExitStack() as running:
        told = [
            running.enter_context(started(environment, *arguments))
            for arguments in (("ui", "--no-open", "--port", str(_PAGE)), ("api", "--port", str(_API)))
        ]
        opened = urlsplit(told[0]["open"])
        launch = f"{opened.path}?{opened.query}"
        connection = http.client.HTTPConnection("127.0.0.1", opened.port or 0, timeout=60)
        with contextlib.closing(connection):
            connection.request("GET", launch, headers={"Host": opened.netloc})
            cookie = (connection.getresponse().getheader("Set-Cookie") or "").partition(";")[0]
        api = urlsplit(told[1]["address"]).port or 0
        yield Served(home, opened.port or 0, api, launch, cookie, environment)


@contextlib.contextmanager
def started(environment: Mapping[str, str], *arguments: str) -> Iterator[dict[str, str]]:
    """Run a command that serves; what it says of itself once it does."""
    command = [sys.executable, "-m", "ui.cli.main", *arguments, "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            told: dict[str, str] = json.loads(process.stdout.readline() or "{}")
            yield told
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()


def set_back(folder: Path) -> tuple[int, int, str]:
    """Set the clock back under a watch, a page and an API; return cases, good ones and what was seen."""
    if (compiler := shutil.which("cc")) is None:
        return 0, 0, "there is no C compiler"
    clock, papers, home, shim = folder / "clock", folder / "papers", folder / "home", folder / "clock.so"
    _set(clock, 0)
    command = [compiler, "-shared", "-fPIC", "-x", "c", "-", "-o", str(shim)]
    subprocess.run(command, input=_CLOCK, text=True, check=True)
    shutil.copytree(SAMPLE / "ferry", papers)
    fake = {"LD_PRELOAD": str(shim), "OAKEN_BENCH_CLOCK": str(clock)}
    seen = [sys.executable, "-c", "import time; print(time.time())"]
    _set(clock, -86_400)
    shown = subprocess.run(seen, env=os.environ | fake, capture_output=True, text=True, check=True).stdout
    if abs(time.time() - 86_400 - float(shown)) > 60:
        return 0, 0, "the clock cannot be set"
    _set(clock, 0)
    wrong, waited, cases = list[str](), list[float](), 0
    _ingest(home, papers)
    with served(home, **fake) as both, started(both.environment, "watch", str(papers)):
        for at, seconds in CLOCKS.items():
            half = socket.create_connection(("127.0.0.1", both.api))
            half.sendall(b"GET /v1/models HTTP/1.1\r\nx: ")
            _set(clock, seconds)
            ford = f"ford{-seconds}"
            (papers / f"{ford}.txt").write_text(f"The {ford} is deep.", encoding="utf-8")
            found = _until_found(both, f"{ford}.txt")
            waited.append(found or _NOTICED_SECONDS)
            checks = {
                "watch": found is not None,
                "search": both.ask_api("POST", "/v1/search", {"query": ford}) == 200,
                "ask": not both.oaken("ask", "Who runs the ferry?", "--no-prose").returncode,
                "ingest": not both.oaken("ingest", str(papers), "--library", "other").returncode,
                "session": both.ask_page("/") == 200,
                "launch token": status(both.page, "GET", both.launch, None, {}) in (200, 303),
                "no session": status(both.page, "GET", "/", None, {}) in (401, 403),
                "half a request": _is_closed(half),
            }
            cases += len(checks)
            wrong += [f"{name}, {at}" for name, good in checks.items() if not good]
        wrong += [] if not both.oaken("doctor").returncode else ["doctor"]
        held = json.loads(both.oaken("list", "--json").stdout)["documents"]
        wrong += [] if len(held) == len(list(papers.iterdir())) else ["a document is missing"]
    cases += 2
    return cases, cases - len(wrong), "; ".join((f"new files were found within {max(waited):.0f} s", *wrong))


def _ingest(home: Path, papers: Path) -> None:
    environment = os.environ | {"OAKEN_HOME": str(home), "PYTHONPATH": import_path()}
    command = [sys.executable, "-m", "ui.cli.main", "ingest", str(papers)]
    subprocess.run(command, check=True, capture_output=True, env=environment)


def _set(clock: Path, seconds: int) -> None:
    with clock.open("r+b" if clock.exists() else "wb") as file:
        file.write(seconds.to_bytes(8, sys.byteorder, signed=True))


def _until_found(both: Served, name: str) -> float | None:
    begun = time.monotonic()
    while time.monotonic() - begun < _NOTICED_SECONDS:
        if name in both.oaken("list", "--json").stdout:
            return time.monotonic() - begun
        time.sleep(1)
    return None


def _is_closed(half: socket.socket) -> bool:
    half.settimeout(_HEAD_SECONDS)
    with half, contextlib.suppress(ConnectionError):
        try:
            while half.recv(4096):
                pass
        except TimeoutError:
            return False
    return True


def strangers(folder: Path) -> tuple[int, int, str]:
    """Send a running page and API what other sites and rebound names make a browser send; return the same."""
    wrong, cases = list[str](), 0
    _ingest(folder / "home", SAMPLE / "ferry")
    with served(folder / "home") as both:
        for name, got, allowed in (*_at_page(both), *_at_api(both)):
            cases += 1
            if got not in allowed:
                wrong.append(f"{name}: {got}")
    return cases, cases - len(wrong), "; ".join(wrong)


def _at_page(both: Served) -> Iterator[tuple[str, int, tuple[int, ...]]]:
    """Yield what was sent to the page, the status, and the statuses that are right."""
    host, refused = f"127.0.0.1:{both.page}", (403,)
    yield "page: its own browser", both.ask_page("/"), (200,)
    yield "page: its own socket", both.ask_page("/_stcore/stream", Origin=f"http://{host}", **_UPGRADE), (101,)
    for path in ("/", "/_stcore/health", "/_stcore/host-config", "/_stcore/stream", "/static/none.js", both.launch):
        upgrade = _UPGRADE if path == "/_stcore/stream" else {}
        for name in ("evil.example", f"evil.example:{both.page}", "127.0.0.1:1", f"127.0.0.1.evil.example:{both.page}"):
            yield f"page {path}: host {name}", both.ask_page(path, Host=name, **upgrade), refused
        for origin in _foreign(both.page):
            got = both.ask_page(path, Origin=origin, **upgrade)
            yield f"page {path}: origin {origin}", got, refused
    for method in ("POST", "PUT", "DELETE"):
        path = f"/_stcore/upload_file/{secrets.token_hex(8)}/{secrets.token_hex(8)}"
        for origin in _foreign(both.page):
            yield f"page {method}: origin {origin}", both.ask_page(path, method, Origin=origin), refused
    got = both.ask_page("/_stcore/stream", Cookie="", Origin=f"http://{host}", **_UPGRADE)
    yield "page: a socket without a session", got, (401, 403)


def _at_api(both: Served) -> Iterator[tuple[str, int, tuple[int, ...]]]:
    """Yield what was sent to the API, the status, and the statuses that are right."""
    asked = {"query": "Who runs the ferry?"}
    yield "api: its own client", both.ask_api("POST", "/v1/search", asked), (200,)
    for method, path in (("GET", "/v1/models"), ("GET", "/health"), ("POST", "/v1/search"), ("OPTIONS", "/v1/search")):
        body = asked if method == "POST" else None
        for name in ("evil.example", f"evil.example:{both.api}", f"127.0.0.1.evil.example:{both.api}"):
            yield f"api {method} {path}: host {name}", both.ask_api(method, path, body, Host=name), (400, 403, 421)
        for origin in _foreign(both.api):
            got = both.ask_api(method, path, body, Origin=origin)
            yield f"api {method} {path}: origin {origin}", got, (403,)
        if path != "/health" and method != "OPTIONS":
            yield f"api {method} {path}: no token", both.ask_api(method, path, body, Authorization=""), (401,)
            wrong = both.ask_api(method, path, body, Authorization="Bearer no")
            yield f"api {method} {path}: another token", wrong, (401,)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):  # sent without asking first
        got = both.ask_api("POST", "/v1/search", asked, **{"Content-Type": kind})
        yield f"api: a form's {kind}", got, (400, 403, 415, 422)
    yield "api: a socket", both.ask_api("GET", "/v1/search", None, **_UPGRADE), (400, 403, 404, 405)


def _foreign(port: int) -> tuple[str, ...]:
    return "http://evil.example", "null", f"http://127.0.0.1:{port + 100}", f"http://evil.example:{port}"


def show_libraries(folder: Path, names: Sequence[str]) -> tuple[int, int, str]:
    """Open the page over a home of more libraries than a menu takes, and one that is not there; return the same."""
    _ingest(folder / "home", SAMPLE / "ferry")
    begun, seconds, wrong = time.monotonic(), dict[str, float](), list[str]()
    most = 1_000 * START_SECONDS  # ms
    with app(folder / "home", folder / "log") as (address, _), sync_playwright() as playwright:
        seconds["page starts"] = time.monotonic() - begun
        page = known(playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)).new_context().new_page()
        page.set_default_timeout(most)

        def until(what: str, go: Callable[[], object], there: Locator) -> None:
            begun = time.monotonic()
            try:
                go()
                expect(there.first).to_be_visible(timeout=most)
                seconds[what] = time.monotonic() - begun
            except (AssertionError, Error) as error:
                wrong.append(f"{what}: {str(error).splitlines()[0]}")

        until("ask", lambda: page.goto(address), page.get_by_placeholder("Ask your documents"))
        chooser = page.get_by_role("combobox", name=re.compile("Which library"))
        until("choose a library", lambda: chooser.fill(names[-1]), page.get_by_role("option", name=names[-1]))
        page.keyboard.press("Escape")
        go = page.get_by_role("link", name="Library", exact=True).click
        until("library", go, page.locator("h1.oaken-title", has_text="Library"))
        until(
            "one that is not there",
            lambda: page.goto(f"{address}/?library=none"),
            page.get_by_text(re.compile("and [\\d,]+ more")),
        )
        shown = page.get_by_role("button", name=re.compile("^number-")).count()
        if shown > MOST_SHOWN:
            wrong.append(f"{shown} buttons for one that is not there")
        page.context.close()
    return 5, 5 - len(wrong), ", ".join((*(f"{what} {taken:.1f} s" for what, taken in seconds.items()), *wrong))
