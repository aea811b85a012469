"""A question is asked and a click heard however soon another click follows."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import app, environment, failures
from tests.browser.test_page import answered, to

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

Open = Callable[..., Page]

# A page of Streamlit's whose callbacks take long, and two clicks that follow each other at once.
SLOW_CALLBACKS = """
import time
import streamlit as st

def heard(what):
    time.sleep(0.5)
    st.session_state.setdefault("heard", []).append(what() if callable(what) else what)

def first():
    st.chat_input("Ask", key="box", on_submit=heard, args=(lambda: st.session_state["box"],))
    st.button("One", on_click=heard, args=("one",))
    st.button("Two", on_click=heard, args=("two",))
    st.html("<p id=heard>" + " ".join(st.session_state.get("heard", [])) + "</p>")

def second():
    st.html("<h1>Second</h1><p id=heard>" + " ".join(st.session_state.get("heard", [])) + "</p>")

st.navigation([st.Page(first, title="First"), st.Page(second, title="Other")], position="top").run()
"""
SERVE = """
import sys
from streamlit import App
from ui.web.server.whole_clicks import keep_clicks

keep_clicks()
App(sys.argv[1]).run(config={"server.port": int(sys.argv[2]), "server.headless": True, "server.address": "127.0.0.1",
                             "browser.gatherUsageStats": False, "server.fileWatcherType": "none"})
"""


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[psutil.Process]:
    log = home.parent / "ui.log"
    with app(home, log) as (address, process):
        [child] = [each for each in psutil.Process(process.pid).children() if "child" in " ".join(each.cmdline())]
        child.address = address
        yield child
    assert failures(log.read_text()) == []


@pytest.fixture(scope="module")
def address(server: psutil.Process) -> str:
    return str(server.address)


@contextmanager
def deaf(server: psutil.Process) -> Iterator[None]:
    """While this lasts the server hears nothing: what is clicked reaches it at once, right after."""
    server.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("title", ["Library", "Model"])
def test_a_question_is_asked_where_another_page_is_opened_at_the_same_moment(
    open_page: Open, server: psutil.Process, title: str
) -> None:
    page = open_page()
    box = page.get_by_placeholder("Ask your documents")
    box.fill("When is flour sold?")
    with deaf(server):
        box.press("Enter")
        page.get_by_role("link", name=title, exact=True).click(no_wait_after=True)
        page.wait_for_timeout(300)
    expect(page.locator("h1.oaken-title")).to_have_text(title)
    page.wait_for_url(re.compile("chat="))  # it is asked at once
    to(page, "Ask")
    expect(page.locator(".oaken-question")).to_have_text(["When is flour sold?"])
    answered(page)


def test_a_question_is_asked_where_a_new_conversation_is_begun_before(open_page: Open, server: psutil.Process) -> None:
    page = open_page()
    box = page.get_by_placeholder("Ask your documents")
    box.fill("When is flour sold?")
    with deaf(server):
        page.get_by_role("button", name="New conversation").click(no_wait_after=True)
        box.press("Enter")
        page.wait_for_timeout(300)
    expect(page.locator(".oaken-question")).to_have_text(["When is flour sold?"])
    answered(page)


@pytest.fixture(scope="module")
def slow_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page whose callbacks take long."""
    folder = tmp_path_factory.mktemp("slow")
    (folder / "page.py").write_text(SLOW_CALLBACKS)
    (folder / "serve.py").write_text(SERVE)
    port = "8690"
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, folder / "serve.py", folder / "page.py", port],
            env=environment(folder) | {"HOME": str(folder)}, cwd=folder, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(15)
    assert failures((folder / "log").read_text()) == []


def test_a_slow_callback_is_run_to_its_end_and_the_next_after_it(browser: Browser, slow_page: str) -> None:
    page = browser.new_page()
    for _ in range(100):
        try:
            page.goto(slow_page)
            break
        except Exception:
            page.wait_for_timeout(200)
    heard = page.locator("#heard")
    expect(heard).to_be_attached()
    for each in ("One", "Two", "One"):
        page.get_by_role("button", name=each).click()
    expect(heard).to_have_text(re.compile("one two one"))
    box = page.get_by_placeholder("Ask")
    box.fill("When?")
    box.press("Enter")
    page.get_by_role("link", name="Other").click(no_wait_after=True)
    expect(page.get_by_role("heading", name="Second")).to_be_visible()
    expect(heard).to_have_text("one two one When?")
    page.close()
