"""The real app on the real models, and a real Chromium whose network and console are watched."""

from __future__ import annotations

import http.client
import json
import os
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.copies import copied
from tests.ui.conftest import DOCUMENTS, Command

REPOSITORY = Path(__file__).resolve().parents[2]
ARTIFACTS = REPOSITORY / "artifacts"
CHROMIUM = os.environ.get("OAKEN_CHROMIUM", "/usr/bin/chromium")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
START_SECONDS = 60
LIBRARY_FILES = ".st-key-library-page input[type=file]"  # the page Ask, which stands there a moment longer, has one too
PROBED = "status of 404"  # Streamlit asks below /library for what lies below /, and goes on from there
expect.set_options(timeout=60_000)  # the machine may be busy; what is expected comes in a second when it is not


def environment(home: Path) -> dict[str, str]:
    paths = filter(None, (str(REPOSITORY), os.environ.get("PYTHONPATH")))
    return os.environ | {"OAKEN_HOME": str(home), "PYTHONPATH": os.pathsep.join(paths)}


@pytest.fixture(scope="session", autouse=True)
def _shared_models(models: Path) -> None:
    _prepared[:] = [models / "prepared"]


_prepared: list[Path] = []


def oaken(home: Path, *arguments: str) -> str:
    """Run the command to its end, with the prepared embedder that all share; what it printed."""
    if not (home / "models").exists():
        (home / "models").mkdir(parents=True)
        (home / "models" / "prepared").symlink_to(_prepared[0])
    done = Command(home, home.parent)(*arguments)
    assert done.returncode in (0, 3), done.stderr
    return done.stdout


@contextmanager
def app(home: Path, log: Path, *arguments: str, opens: bool = False) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """``oaken ui`` from a folder of its own; its address and its process, which is ended in the end."""
    quiet = () if opens else ("--no-open",)
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "ui.cli.main", "ui", "--json", "--port", "8600", *quiet, *arguments],
            env=environment(home), cwd=home.parent, stdout=subprocess.PIPE, stderr=errors, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            ready, _, _ = select.select([process.stdout], [], [], START_SECONDS)
            assert ready, f"not up after {START_SECONDS} s: {log.read_text()}"
            line = process.stdout.readline()
            assert line, log.read_text()
            told = json.loads(line)
            _SESSIONS[told["address"]] = session_of(told["open"])
            for context in _CONTEXTS:
                let_in(context)
            yield told["address"], process
        finally:
            process.terminate()
            try:
                process.wait(15)
            finally:
                process.kill()
                process.wait()
                process.stdout.close()


_SESSIONS: dict[str, dict[str, str]] = {}  # the address of each app -> the cookie of a session there
_CONTEXTS: list[BrowserContext] = []  # the open ones


def session_of(url: str) -> dict[str, str]:
    """The cookie that the address with the launch token gives, as a browser holds it."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    name, _, value = (answer.getheader("Set-Cookie") or "").partition(";")[0].partition("=")
    connection.close()
    return {"name": name, "value": value, "url": f"{parts.scheme}://{parts.netloc}", "sameSite": "Strict"}


def session_at(address: str) -> str:
    """The value of the header Cookie for requests made by hand."""
    cookie = _SESSIONS[address]
    return f"{cookie['name']}={cookie['value']}"


def let_in(context: BrowserContext) -> None:
    """Give a browser the sessions of all apps, as if each had opened its pages there."""
    context.add_cookies(list(_SESSIONS.values()))  # type: ignore[arg-type]


def known(browser: Browser) -> Browser:
    """The browser, whose contexts every app lets in: those that run, and those that begin later."""

    def new_context(**options: object) -> BrowserContext:
        context = stranger(browser, **options)
        _CONTEXTS.append(context)
        context.on("close", lambda _: _CONTEXTS.remove(context))
        let_in(context)
        return context

    def new_page(**options: object) -> Page:
        context = new_context(**options)
        page = context.new_page()
        page.close = context.close  # type: ignore[method-assign,assignment]
        return page

    browser.new_context, browser.new_page = new_context, new_page  # type: ignore[method-assign,assignment]
    return browser


def stranger(browser: Browser, **options: object) -> BrowserContext:
    """A browser profile that no app lets in."""
    return Browser.new_context(browser, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")  # while it runs its thread has an event loop, and no other test can start one
def browser() -> Iterator[Browser]:
    assert Path(CHROMIUM).exists(), f"Chromium is needed at {CHROMIUM} (or say where: OAKEN_CHROMIUM)"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield known(running)
        running.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose library holds the small documents."""
    return copied(tmp_path_factory.mktemp("browser") / "home", "home of a browser", _fill)


def _fill(home: Path) -> None:
    documents = home.parent / "documents"
    documents.mkdir()
    for name, words in DOCUMENTS.items():
        (documents / name).write_text(words, encoding="utf-8")
    oaken(home, "ingest", str(documents))


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    log = home.parent / "ui.log"
    with app(home, log) as (address, _):
        yield address
    assert failures(log.read_text()) == []


def failures(log: str) -> list[str]:
    """The tracebacks in a log."""
    return log.split("Traceback (most recent call last):")[1:]


@dataclass
class Witness:
    """What the pages asked the network for, and what they complained of."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (self.complaints.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("console", lambda line: line.type == "error" and self.complaints.append(line.text))

    def check(self) -> None:
        abroad = [
            url for url in self.requests
            if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).hostname not in ("localhost", "127.0.0.1")
        ]  # fmt: skip
        assert abroad == []
        assert self.complaints == []
        assert self.requests


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens the app in a fresh browser profile. In the end: nothing left this machine, no error in the console."""
    witness = Witness()
    with ExitStack() as contexts:

        def opened(
            *, scheme: str = "light", width: int = 1280, height: int = 900, at: str = address, at_rest: bool = True
        ) -> Page:
            context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": height})  # type: ignore[arg-type]
            contexts.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(60_000)
            witness.watch(page)
            page.goto(at)
            page.get_by_placeholder("Ask your documents").wait_for()
            if at_rest:  # a click before that may be lost
                page.locator('[data-test-script-state="notRunning"]').wait_for()
            return page

        yield opened
        witness.check()


@pytest.fixture
def tab(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens the page Library of a library, in a browser profile of its own. In the end no error was in the console."""
    witness = Witness()
    with ExitStack() as contexts:

        def opened(library: str, title: str = "Library", **look: Any) -> Page:
            context = browser.new_context(**{"viewport": {"width": 1280, "height": 1000}, **look})
            contexts.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(60_000)
            witness.watch(page)
            page.goto(f"{address}/library?library={library}")
            expect(page.locator("h1.oaken-title")).to_have_text(title)
            return page

        yield opened
        witness.complaints = [each for each in witness.complaints if PROBED not in each]
        witness.check()


def shot(page: Page, name: str) -> None:
    """Keep a picture of the page among the artefacts."""
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png", animations="disabled")
