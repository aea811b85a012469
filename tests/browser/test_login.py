"""The door of the page: the launch token on this machine, the password beyond it; in a real Chromium and by hand."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.browser.conftest import Witness, app, failures, let_in, oaken, shot, stranger
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
    with ExitStack() as running:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(FILE_VARIABLE, str(secret))
            address, _ = running.enter_context(app(home, log, "--host", "0.0.0.0"))
        where = reach("0.0.0.0")
        port = urlsplit(address).port or 0
        yield Served([*where.elsewhere(where.addresses(port)), address][0])
    assert failures(log.read_text()) == [] and WORDS not in log.read_text()


def log_in(page: Page, words: str) -> None:
    page.get_by_label("Password").fill(words)
    page.keyboard.press("Enter")


def test_one_logs_in_asks_and_logs_out(browser: Browser, served: Served) -> None:
    context = stranger(browser)
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
    context = stranger(browser, color_scheme=scheme, locale="ru-RU", viewport={"width": 390, "height": 844})
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
    page = stranger(browser).new_page()
    page.goto(served.address)
    for _ in range(6):
        log_in(page, "a wild guess of mine")
        page.wait_for_load_state()
    expect(page.get_by_role("alert")).to_contain_text("Too many wrong passwords")
    log_in(page, WORDS)
    expect(page.get_by_role("alert")).to_contain_text("Too many wrong passwords")
    shot(page, "login-wait")
    page.context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_browser_without_the_token_sees_how_to_come_in(browser: Browser, address: str, scheme: str) -> None:
    context = stranger(browser, color_scheme=scheme, locale="de-DE", viewport={"width": 390, "height": 844})
    page = context.new_page()
    for path in ("", "/library?library=default", "/open?token=of-an-earlier-start"):
        page.goto(address + path)
        expect(page).to_have_title("Oaken kennt diesen Browser nicht")
        expect(page.get_by_text("Öffne die Adresse, die oaken ui im Terminal ausgegeben hat")).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(1 if "token" in path else 0)
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        shot(page, f"door-{scheme}{'-old' if 'token' in path else ''}")
    context.close()


def test_the_file_that_is_opened_lets_the_browser_in_and_leaves_no_token(
    browser: Browser, home: Path, tmp_path: Path
) -> None:
    """As ``oaken ui`` opens it: from a file, which is another site, so that no strict cookie follows a redirect."""
    recorder = tmp_path / "browser"
    recorder.write_text(f'#!/bin/sh\necho "$1" > "{tmp_path}/part"\nmv "{tmp_path}/part" "{tmp_path}/opened"\n')
    recorder.chmod(0o700)
    context = stranger(browser)
    page, witness = context.new_page(), Witness()
    page.set_default_timeout(60_000)
    witness.watch(page)
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BROWSER", f"{recorder} %s")
        with app(home, tmp_path / "log", opens=True) as (address, _):
            until = time.monotonic() + 30
            while not (tmp_path / "opened").exists() and time.monotonic() < until:
                time.sleep(0.05)
            page.goto((tmp_path / "opened").read_text().strip())
            page.get_by_placeholder("Ask your documents").wait_for()
            assert page.url.rstrip("/") == address and page.evaluate("document.referrer") == ""
            [door] = [each for each in sent if "token=" in each.url]
            assert not [each.url for each in sent if "token=" in each.headers.get("referer", "")]
            page.reload()
            page.get_by_placeholder("Ask your documents").wait_for()
            page.go_back()
            assert "token=" not in page.url
            other = context.new_page()
            other.goto(f"{address}/library")
            expect(other.locator("h1.oaken-title")).to_have_text("Library")
            expect(other.get_by_label("Or a file or folder on this computer")).to_be_visible()
            expect(other.get_by_role("button", name="Log out")).to_have_count(0)
            assert door.url.startswith(f"{address}/open?token=")
    context.close()
    assert failures((tmp_path / "log").read_text()) == []
    assert [each for each in witness.complaints if "404" not in each] == []


def test_a_page_left_open_goes_on_once_the_browser_was_let_in_again(
    browser: Browser, home: Path, tmp_path: Path
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(60_000)
    with app(home, tmp_path / "log") as (address, _):
        page.goto(address)
        page.get_by_placeholder("Ask your documents").wait_for()
    with app(home, tmp_path / "log") as (again, _):  # which lets this browser in, as an opened one does
        assert again == address
        page.get_by_role("link", name="Model", exact=True).click()
        expect(page.locator("h1.oaken-title")).to_have_text("Model")
    context.close()


def test_a_page_of_before_a_restart_says_so_and_goes_on_once_another_was_let_in(
    browser: Browser, home: Path, tmp_path: Path
) -> None:
    context = stranger(browser)
    page = context.new_page()
    page.set_default_timeout(60_000)
    with app(home, tmp_path / "log") as (address, _):
        let_in(context)
        page.goto(f"{address}/model")
        expect(page.locator("h1.oaken-title")).to_have_text("Model")
    with app(home, tmp_path / "log") as (again, _):
        assert again == address
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Oaken was started again, or this session has ended.")
        expect(dialog).not_to_contain_text("401")
        expect(dialog.get_by_role("button", name="Load this page again")).to_be_visible()
        shot(page, "started-again")
        let_in(context)  # as an address that is opened in another tab does
        expect(dialog).to_have_count(0)
        expect(page.locator("h1.oaken-title")).to_have_text("Model")
    context.close()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose files may be added, beside one whose may not."""
    folder = tmp_path_factory.mktemp("shelf").resolve()
    (folder / "named").mkdir()
    (folder / "named" / "bell.txt").write_text("The ferry bell was cast in 1802 by Ines Valverde.")
    (folder / "secret.txt").write_text("The key lies under the mat.")
    (folder / "named" / "link.txt").symlink_to(folder / "secret.txt")
    return folder


@pytest.mark.parametrize("named", [True, False])
def test_from_other_machines_only_files_of_named_folders_are_added(
    browser: Browser, tmp_path: Path, shelf: Path, named: bool
) -> None:
    (tmp_path / "secret").write_text(WORDS + "\n")
    (tmp_path / "gate.txt").write_text("The garden gate is painted blue.")
    oaken(tmp_path / "home", "ingest", str(tmp_path / "gate.txt"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FILE_VARIABLE, str(tmp_path / "secret"))
        more = ["--folder", str(shelf / "named")] if named else []
        with app(tmp_path / "home", tmp_path / "log", "--host", "0.0.0.0", *more) as (address, _):
            page = browser.new_page()
            page.set_default_timeout(60_000)
            page.goto(f"{address}/library")
            expect(page.get_by_text("Drop files or folders here")).to_be_visible()
            line = page.get_by_label(f"Or a file or folder in {shelf / 'named'}")
            if not named:
                expect(page.get_by_text("nothing can be added by its path")).to_contain_text("oaken ui --folder DIR")
                expect(page.locator(".st-key-add-path")).to_have_count(0)
                shot(page, "by-path-none")
                page.close()
                return
            for refused in (shelf / "secret.txt", shelf / "named" / "link.txt", "/etc/passwd", "../secret.txt"):
                line.fill(str(refused))
                page.locator(".st-key-add-path button").click()
                expect(page.get_by_test_id("stAlert")).to_contain_text("Only what lies in these folders can be added")
            shot(page, "by-path-refused")
            line.fill("bell.txt")
            page.locator(".st-key-add-path button").click()
            expect(
                page.locator(".oaken-table tr", has_text="bell.txt").or_(page.get_by_text("1 added")).first
            ).to_be_visible()
            shot(page, "by-path-added")
            page.close()
    listed = oaken(tmp_path / "home", "list", "--json")
    assert "bell.txt" in listed and "secret" not in listed and "passwd" not in listed
    assert failures((tmp_path / "log").read_text()) == []
