"""The page as other machines reach it: nothing without the password, in a real Chromium and by hand."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Witness, app, failures, shot
from tests.browser.test_access import SCHEMES, serious
from ui.web.server.addresses import reach
from ui.web.server.passwords import FILE_VARIABLE

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

WORDS = "correct horse battery"
UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
           "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}  # fmt: skip


@dataclass
class Served:
    address: str  # as another machine would call it

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    def answer(self, path: str, method: str = "GET", body: str = "", **headers: str) -> http.client.HTTPResponse:
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        connection.request(method, path, body or None, headers=headers)
        response = connection.getresponse()
        if response.status != 101:
            response.read()
        connection.close()
        return response


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[Served]:
    """The page at every address of this machine; called by one that is not the loopback's where there is one."""
    secret = home.parent / "secret"
    secret.write_text(WORDS + "\n")
    log = home.parent / "lock.log"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FILE_VARIABLE, str(secret))
        with app(home, log, "--host", "0.0.0.0") as (address, _):
            where = reach("0.0.0.0")
            port = urlsplit(address).port or 0
            yield Served([*where.elsewhere(where.addresses(port)), address][0])
    assert failures(log.read_text()) == [] and WORDS not in log.read_text()


def log_in(page: Page, words: str) -> None:
    page.get_by_label("Password").fill(words)
    page.keyboard.press("Enter")


def test_one_logs_in_asks_and_logs_out(browser: Browser, served: Served) -> None:
    context = browser.new_context()
    page, witness = context.new_page(), Witness()
    page.set_default_timeout(60_000)
    witness.watch(page)
    page.goto(f"{served.address}/model")
    expect(page).to_have_title("Log in to Oaken")
    log_in(page, "not the password")
    expect(page.get_by_role("alert")).to_contain_text("not the password")
    expect(page.get_by_label("Password")).to_be_focused()
    log_in(page, WORDS)
    expect(page.locator("h1.oaken-title")).to_have_text("Model")
    [cookie] = [each for each in context.cookies() if each["name"].startswith("oaken-session")]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and len(cookie["value"]) >= 43
    other = context.new_page()  # the session is the browser's, not the page's
    other.goto(served.address)
    other.get_by_placeholder("Ask your documents").wait_for()
    shot(other, "locked-in")
    value = f"{cookie['name']}={cookie['value']}"
    ours = {"Host": served.host, "Origin": served.address, **UPGRADE}
    assert served.answer("/_stcore/stream", **ours, Cookie=value).status == 101
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_title("Log in to Oaken")
    assert served.answer("/_stcore/stream", **ours, Cookie=value).status == 403
    assert served.answer("/", Host=served.host, Cookie=value).status == 401
    other.reload()
    expect(other).to_have_title("Log in to Oaken")
    context.close()
    abroad = {urlsplit(url).netloc for url in witness.requests if urlsplit(url).scheme not in ("data", "blob")}
    assert abroad == {served.host}
    assert [each for each in witness.complaints if "401" not in each and "404" not in each] == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_login_page_is_accessible(browser: Browser, served: Served, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, locale="ru-RU", viewport={"width": 390, "height": 844})  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(served.address)
    expect(page).to_have_title("Вход в Oaken")
    assert serious(page) == []
    page.get_by_label("Пароль").fill("неверный пароль")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shot(page, f"login-{scheme}")
    context.close()


def test_nothing_is_given_without_a_session(served: Served) -> None:
    ours = {"Host": served.host, "Origin": served.address}
    assert served.answer("/_stcore/stream", **ours, **UPGRADE).status == 403
    for path in (
        "/",
        "/library",
        "/_stcore/health",
        "/_stcore/host-config",
        "/static/js/index.js",
        "/_stcore/upload_file/a/b",
    ):
        for method in ("GET", "POST", "PUT", "DELETE"):
            assert served.answer(path, method, **ours).status == 401
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    evil = {"Host": served.host, "Origin": "http://evil.example"}
    assert served.answer("/login", "POST", f"password={WORDS}", **evil, **form).status == 403
    assert served.answer("/", Host="evil.example:8600").status == 403  # DNS rebinding


def test_who_guesses_has_to_wait(browser: Browser, served: Served) -> None:
    """The last one here: afterwards this machine has to wait too."""
    page = browser.new_page()
    page.goto(served.address)
    for _ in range(6):
        log_in(page, "a wild guess of mine")
        page.wait_for_load_state()
    expect(page.get_by_role("alert")).to_contain_text("Too many wrong passwords")
    log_in(page, WORDS)
    expect(page.get_by_role("alert")).to_contain_text("Too many wrong passwords")
    shot(page, "login-wait")
    page.close()
