"""A person at the page: asks, sees the proof, keeps the library. Real server, real Chromium, real models."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import LIBRARY_FILES, app, environment, failures, oaken, session_at, shot

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

Open = Callable[..., Page]


def ask(page: Page, question: str) -> None:
    box = page.get_by_placeholder("Ask your documents")
    box.fill(question)
    box.press("Enter")
    expect(page.locator(".oaken-question").last).to_have_text(question)


def newest(page: Page) -> Locator:
    """The newest question with its answer."""
    return page.locator('[class*="st-key-exchange-"]').last


def answered(page: Page) -> None:
    """Wait until the newest answer is whole."""
    expect(newest(page).get_by_text("How this was answered")).to_be_visible(timeout=180_000)
    expect(page.locator(".oaken-caret")).to_have_count(0)


def to(page: Page, title: str) -> None:
    page.get_by_role("link", name=title, exact=True).click()


_WATCH = """() => {
  window.waited = []
  const look = () => document.querySelectorAll('.oaken-waiting').forEach(each => window.waited.push(each.innerText))
  new MutationObserver(look).observe(document, {childList: true, subtree: true, characterData: true})
}"""


def test_who_has_to_wait_sees_how_many_come_before_and_may_stop(open_page: Open) -> None:
    """The first test here: the model is loaded by the first question, and the others queue meanwhile."""
    questions = (
        "Who was the miller?", "Where does the mill stand?", "How many paddles has the mill wheel?",
        "When is flour sold?", "What was the miller's name?", "From which door is flour sold?",
    )  # fmt: skip
    pages = [open_page() for _ in questions]
    last = pages[-1]
    last.evaluate(_WATCH)
    for page, question in zip(pages, questions, strict=True):
        ask(page, question)
    last.wait_for_function("() => window.waited.some(words => /^Waiting: \\d before you/.test(words))")
    last.get_by_role("button", name="Stop").click()
    expect(last.get_by_text("Stopped.", exact=True)).to_be_visible()
    for page in pages[:-1]:
        answered(page)


def test_an_answer_outlives_a_reload_and_is_seen_in_a_second_tab(open_page: Open) -> None:
    page = open_page()
    ask(page, "Who was the miller?")
    page.wait_for_url("**chat=**")
    address = page.url
    page.reload()
    other = open_page(at=address)
    for each in (page, other):
        expect(each.locator(".oaken-question")).to_have_text(["Who was the miller?"])
        answered(each)
        expect(each.locator(".oaken-card mark").first).to_contain_text("Tobias Wren")
    assert page.locator(".oaken-prose").all_inner_texts() == other.locator(".oaken-prose").all_inner_texts()
    shot(page, "reloaded")


def test_a_question_is_edited_and_an_answer_regenerated(open_page: Open) -> None:
    page = open_page()
    ask(page, "Who was the miller?")
    answered(page)
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Edit your question").fill("When is flour sold?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".oaken-question")).to_have_text(["When is flour sold?"])
    answered(page)
    shown = page.locator("p.oaken-quiet").filter(has_text=re.compile("^2 of 2$"))  # of the branches, not of the prompt
    expect(shown).to_be_visible()
    page.get_by_role("button", name="Previous").click()
    expect(page.locator(".oaken-question")).to_have_text(["Who was the miller?"])
    page.get_by_role("button", name="Regenerate").dblclick()  # which doubles nothing
    answered(page)
    expect(shown).to_have_count(1)
    shot(page, "branches")


@pytest.mark.parametrize(
    ("language", "question", "words", "source"),
    [
        ("en", "Who was the miller?", "Tobias Wren", "mill.txt"),
        ("es", "¿Cuánto cuesta una hogaza de centeno?", "tres coronas", "panaderia.md"),
        ("ru", "Как звали смотрителя маяка?", "Афанасий Лугин", "mayak.txt"),
    ],
)
def test_a_question_is_answered_with_quote_source_and_prose(
    open_page: Open, language: str, question: str, words: str, source: str
) -> None:
    page = open_page()
    ask(page, question)
    card = page.locator(".oaken-card").first
    expect(card.locator("mark").filter(has_text=words)).to_be_visible()
    expect(card.locator("figcaption")).to_contain_text(source)
    answered(page)
    if language == "en":  # the embedded model writes English only: elsewhere the quotes answer, and the page says so
        quoted = " ".join(page.locator(".oaken-card blockquote").all_inner_texts())
        for sentence in page.locator(".oaken-supported, .oaken-unsupported").all():
            # Each is bound to a number or marked, and none says again what a quote says.
            assert sentence.locator(".oaken-mark").count() or sentence.locator(".oaken-flag").count()
            assert sentence.inner_text().partition(".")[0] not in quoted
    else:
        expect(page.locator(".st-key-unwritten")).to_contain_text("does not write")
        expect(page.locator(".oaken-prose")).to_have_count(0)
    page.get_by_text("Sources and passages").click()
    expect(page.locator(".oaken-passage mark").filter(has_text=words)).to_be_visible()
    page.get_by_text("How this was answered").click()
    expect(page.locator(".oaken-how")).to_contain_text("of 2,048 tokens" if language == "en" else "Confidence")
    shot(page, f"ask-{language}")


def test_what_no_document_says_is_said_and_may_be_insisted_on(open_page: Open) -> None:
    page = open_page()
    ask(page, "Who won the chess olympiad in Havana?")
    expect(page.locator(".oaken-notfound")).to_have_text("Your documents do not say.")
    button = page.get_by_role("button", name="Answer anyway")
    expect(button).to_be_visible()
    assert page.locator(".oaken-prose").count() == 0
    shot(page, "not-found")
    button.click()
    answered(page)
    expect(page.locator(".oaken-notfound")).to_have_count(0)


def test_a_conversation_keeps_its_answers_oldest_first(open_page: Open) -> None:
    page = open_page()
    ask(page, "Who was the miller?")
    answered(page)
    ask(page, "When is flour sold?")
    expect(page.locator(".oaken-question")).to_have_text(["Who was the miller?", "When is flour sold?"])
    expect(page.get_by_text("How this was answered")).to_have_count(2, timeout=180_000)
    expect(newest(page).locator(".oaken-card mark").first).to_contain_text("Tuesdays")


def test_a_hostile_document_does_nothing_but_stand_there(open_page: Open) -> None:
    page = open_page()
    ask(page, "What colour is the garden gate?")
    answered(page)
    page.get_by_text("Sources and passages").click()
    expect(page.locator(".oaken-passage", has_text="garden gate").first).to_contain_text("<script>")
    page.wait_for_timeout(500)
    assert page.title() == "Oaken"
    assert page.locator("img[src='x'], img[src*='evil'], a[href^='javascript']").count() == 0
    shot(page, "hostile")


def test_a_hostile_question_does_nothing(open_page: Open) -> None:
    page = open_page()
    ask(page, "<img src=x onerror=\"document.title='owned'\"> ![x](https://evil.example/p.png) :material/home:")
    expect(page.get_by_text("Answer anyway").or_(page.get_by_text("How this was answered"))).to_be_visible()
    assert page.title() == "Oaken"


def test_what_is_added_on_the_library_s_page_is_answered_from_until_it_is_removed(open_page: Open, home: Path) -> None:
    page = open_page()
    to(page, "Library")
    page.locator(LIBRARY_FILES).set_input_files(
        [
            {
                "name": "bell.txt",
                "mimeType": "text/plain",
                "buffer": b"The ferry bell was cast in 1802 by Ines Valverde.",
            },
        ]
    )
    page.get_by_role("button", name="Add 1 file").click()
    expect(page.locator(".oaken-table tr", has_text="bell.txt")).to_contain_text("ready")

    to(page, "Ask")
    ask(page, "Who cast the ferry bell?")
    expect(page.locator(".oaken-card mark").first).to_contain_text("Ines Valverde")
    answered(page)
    oaken(home, "remove", str(home / "libraries" / "default" / "uploads" / "bell.txt"))

    to(page, "Library")
    expect(page.locator(".st-key-ticked")).to_contain_text("4 files")
    to(page, "Ask")
    expect(page.locator(".oaken-question")).to_have_text(["Who cast the ferry bell?"])  # it is still there
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".oaken-question")).to_have_count(0)
    ask(page, "Who cast the ferry bell of Ines Valverde?")
    expect(page.get_by_text("Answer anyway").or_(page.get_by_text("How this was answered")).first).to_be_visible()
    assert "1802" not in page.locator(".oaken-card, .oaken-passage").first.inner_text()


def test_what_another_program_ingests_is_found_by_an_open_page(open_page: Open, home: Path, tmp_path: Path) -> None:
    page = open_page()
    ask(page, "Who carved the oak weathercock?")
    expect(page.get_by_text("Answer anyway").or_(page.get_by_text("How this was answered")).first).to_be_visible()
    (tmp_path / "weathercock.txt").write_text("The oak weathercock was carved by Ludmila Arnau in 1911.")
    oaken(home, "ingest", str(tmp_path / "weathercock.txt"))
    ask(page, "Who carved the oak weathercock?")
    expect(newest(page).locator(".oaken-card mark").first).to_contain_text("Ludmila Arnau")
    answered(page)
    oaken(home, "remove", str(tmp_path / "weathercock.txt"))


@pytest.mark.parametrize(("name", "scheme", "width"), [("dark", "dark", 1280), ("phone", "light", 390)])
def test_it_is_legible_in_the_dark_and_on_a_phone(open_page: Open, name: str, scheme: str, width: int) -> None:
    page = open_page(scheme=scheme, width=width)
    ask(page, "Who was the miller?")
    answered(page)
    card = page.locator(".oaken-card mark").first
    assert contrast(card) >= 4.5
    assert contrast(page.locator(".oaken-question").first) >= 7
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    dark = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor").strip("rgb()")
    assert (int(dark.split(",")[0]) < 60) == (scheme == "dark")
    shot(page, name)


def contrast(locator: object) -> float:
    """The WCAG contrast of an element's letters against what lies behind them."""
    ratio = locator.evaluate(  # type: ignore[attr-defined]
        """element => {
          const parts = colour => colour.match(/[\\d.]+/g)
            .map((part, at) => part * (at < 3 && colour.startsWith('color(') ? 255 : 1))  // a mixed one is of 0 to 1
          const light = colour => parts(colour).slice(0, 3)
            .map(value => (value /= 255, value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
            .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0)
          let behind = element, colour
          do { colour = getComputedStyle(behind).backgroundColor; behind = behind.parentElement }
          while (behind && parts(colour)[3] === 0)
          const [dim, bright] = [light(getComputedStyle(element).color), light(colour)].sort((a, b) => a - b)
          return (bright + 0.05) / (dim + 0.05)
        }"""
    )
    return float(ratio)


def test_only_its_own_page_is_served(address: str) -> None:
    port = urlsplit(address).port
    assert port is not None

    def answer(path: str, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        connection.close()
        return response

    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
               "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}  # fmt: skip
    ours, here = f"localhost:{port}", f"http://localhost:{port}"
    upgrade["Cookie"] = session_at(address)
    page = answer("/", Host=ours, Cookie=session_at(address))
    assert page.status == 200
    assert "default-src 'self'" in (page.getheader("Content-Security-Policy") or "")
    assert page.getheader("X-Frame-Options") == "DENY"
    assert answer("/_stcore/stream", Host=ours, Origin=here, **upgrade).status == 101
    assert answer("/", Host=f"evil.example:{port}").status == 403
    assert answer("/_stcore/stream", Host="evil.example", Origin="http://evil.example", **upgrade).status == 403
    assert answer("/_stcore/stream", Host=ours, Origin="http://localhost:3000", **upgrade).status == 403
    assert answer("/_stcore/stream", Host=ours, Origin="http://evil.example", **upgrade).status == 403
    with pytest.raises(OSError), socket.create_connection((_outward_address(), port), timeout=2):
        pass


def _outward_address() -> str:
    """An address of this machine that is not the loopback it serves on."""
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    except OSError:
        found = set()
    return next((each for each in sorted(found) if not each.startswith("127.0.0.1")), "127.0.0.2")


def test_before_anything_is_added_the_page_says_how_to_begin(browser: Browser, tmp_path: Path) -> None:
    with app(tmp_path / "home", tmp_path / "log") as (address, _):
        page = browser.new_page()
        page.goto(address)
        expect(page.get_by_text("Answers from your own documents")).to_be_visible(timeout=30_000)
        shot(page, "empty")
        page.get_by_role("button", name="Add documents").click()
        expect(page.get_by_text("Drop files or folders here")).to_be_visible(timeout=30_000)
        page.close()
    assert failures((tmp_path / "log").read_text()) == []


def test_it_takes_the_next_free_port_and_ends_with_its_parent(tmp_path: Path) -> None:
    with (
        app(tmp_path / "home", tmp_path / "a") as (first, _),
        app(tmp_path / "home", tmp_path / "b") as (second, parent),
    ):
        port = urlsplit(second).port
        assert port is not None
        assert port != urlsplit(first).port
        os.kill(parent.pid, signal.SIGKILL)  # no chance to tidy up
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                return
            time.sleep(0.2)
        pytest.fail("the server outlives its parent")


def test_two_that_start_at_once_have_an_address_each(tmp_path: Path) -> None:
    def begin(name: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "ui.cli.main", "ui", "--no-open", "--json", "--port", "8700"],
            env=environment(tmp_path / name), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    both = [begin(name) for name in ("a", "b")]
    try:
        addresses = []
        for each in both:
            assert each.stdout is not None
            addresses.append(json.loads(each.stdout.readline())["address"])
        assert len(set(addresses)) == 2
        assert [each.poll() for each in both] == [None, None]
    finally:
        for each in both:
            each.terminate()
            each.communicate(timeout=30)


def test_ctrl_c_ends_it_quietly(tmp_path: Path) -> None:
    with app(tmp_path / "home", tmp_path / "log") as (address, process):
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 130
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), timeout=1).close()
    assert (tmp_path / "log").read_text().strip() == "Stopped."


def test_a_question_that_is_too_long_is_kept_whole_to_be_shortened(open_page: Open) -> None:
    page = open_page()
    long = "Who was the miller? " + "He had a mill. " * 400
    box = page.get_by_placeholder("Ask your documents")
    box.fill(long)
    box.press("Enter")
    expect(
        page.get_by_text(f"The question is {len(long.strip()):,} characters long; 4,000 is the most.")
    ).to_be_visible()
    kept = page.get_by_label("Edit your question")
    expect(kept).to_have_value(long.strip())
    shot(page, "question too long")
    kept.fill("Who was the miller?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".oaken-question").first).to_have_text("Who was the miller?")
    expect(kept).to_have_count(0)
