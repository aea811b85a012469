"""Nothing is lost or doubled: ten pages at once, second tabs, reloads, quick clicks, and a server that was killed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rag.conversation.chats.store import ChatStore, StoredExchange
from rag.types import Answer, AnswerStatus
from tests.browser.conftest import app, failures, shot
from tests.browser.test_page import answered, ask, to

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

Open = Callable[..., Page]
MILLER = "Who was the miller?"
CROWD = {
    MILLER: "Tobias Wren",
    "How many paddles has the mill wheel?": "twenty-four paddles",
    "When is flour sold?": "Tuesdays",
    "Where does the water mill of Aldergrove stand?": "below the old weir",
    "What colour is the garden gate?": "painted blue",
    "¿Cuánto cuesta una hogaza de centeno?": "tres coronas",
    "¿A qué hora abre la panadería?": "seis y media",
    "Как звали смотрителя маяка?": "Афанасий Лугин",
    "Когда построили маяк на Тихом мысе?": "1874",
    "За сколько миль виден свет маяка?": "девятнадцать миль",
}


@pytest.fixture(scope="module")
def server(browser: Browser, home: Path) -> Iterator[psutil.Process]:
    """The app's process. Its model is loaded: one question was answered."""
    log = home.parent / "ui.log"
    with app(home, log) as (address, process):
        page = browser.new_page()
        page.goto(address)
        ask(page, MILLER)
        answered(page)
        page.close()
        held = psutil.Process(process.pid)
        held.address = address
        yield held
    assert failures(log.read_text()) == []


@pytest.fixture(scope="module")
def address(server: psutil.Process) -> str:
    return str(server.address)


@contextmanager
def held_up(server: psutil.Process) -> Iterator[psutil.Process]:
    """While this lasts the model writes nothing: an answer that was begun is being written for as long as a test
    needs."""
    [worker] = [each for each in server.children(recursive=True) if "rag.model.worker.main" in " ".join(each.cmdline())]
    worker.suspend()
    try:
        yield worker
    finally:
        with suppress(psutil.NoSuchProcess):
            worker.resume()


def kept(home: Path, page: Page) -> list[StoredExchange]:
    """The conversation of a page as it was kept."""
    page.wait_for_url(re.compile("chat="))
    with ChatStore.open(home / "libraries" / "default") as chats:
        return chats.path(page.url.partition("chat=")[2])


def every(home: Path) -> Counter[str]:
    """All questions that were ever asked and how often each was answered."""
    with ChatStore.open(home / "libraries" / "default") as chats:
        rows = [row for chat in chats.list() for row in chats.tree(chat.id)]
    return Counter({question.text: 0 for question, *_ in rows}) + Counter(q.text for q, said, _ in rows for _ in said)


def stop(page: Page) -> Locator:
    return page.get_by_role("button", name="Stop", exact=True)


def over(page: Page) -> None:
    """Wait until nothing is being written."""
    expect(stop(page)).to_have_count(0, timeout=180_000)
    expect(page.locator(".oaken-caret")).to_have_count(0)


def whole(page: Page) -> None:
    """No exception stands on the page."""
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


def being_written(page: Page, question: str) -> None:
    """An answer with its quotes is on its way there, and nothing else stands there."""
    expect(page.locator(".oaken-question")).to_have_text([question])
    expect(page.locator(".oaken-card").first).to_be_visible()
    expect(stop(page)).to_be_visible()
    expect(page.get_by_placeholder("Ask your documents")).to_be_disabled()


def reply(exchange: StoredExchange) -> Answer:
    """Its one answer."""
    [only] = exchange.replies
    assert only.answer is not None
    return only.answer


def test_ten_pages_that_ask_at_once_get_their_own_answers_once(open_page: Open, home: Path) -> None:
    before = every(home)
    pages = [open_page() for _ in CROWD]
    for page, question in zip(pages, CROWD, strict=True):
        box = page.get_by_placeholder("Ask your documents")
        box.fill(question)
        box.press("Enter")
    for page, (question, words) in zip(pages, CROWD.items(), strict=True):
        expect(page.locator(".oaken-question")).to_have_text([question])
        expect(page.locator(".oaken-card mark").first).to_contain_text(words)
        answered(page)
        over(page)
        whole(page)
        [exchange] = kept(home, page)
        assert exchange.question.text == question
        assert words in reply(exchange).quotes[0].quote
    assert every(home) - before == Counter(CROWD.keys())
    shot(pages[-1], "crowd")


def test_a_second_tab_streams_the_same_answer_and_one_reply_is_kept(
    open_page: Open, home: Path, server: psutil.Process
) -> None:
    page = open_page()
    with held_up(server):
        ask(page, MILLER)
        page.wait_for_url(re.compile("chat="))
        other = open_page(at=page.url, at_rest=False)
        for each in (page, other):
            being_written(each, MILLER)
    for each in (page, other):
        answered(each)
        over(each)
        whole(each)
    assert page.locator(".oaken-prose").all_inner_texts() == other.locator(".oaken-prose").all_inner_texts()
    [exchange] = kept(home, page)
    assert [claim.text for claim in reply(exchange).claims]


def test_a_reload_in_the_middle_of_an_answer_loses_and_doubles_nothing(
    open_page: Open, home: Path, server: psutil.Process
) -> None:
    page = open_page()
    with held_up(server):
        ask(page, "How many paddles has the mill wheel?")
        for _ in range(2):
            page.wait_for_url(re.compile("chat="))
            page.reload()
            being_written(page, "How many paddles has the mill wheel?")
        for title in ("Library", "Ask", "Model", "Ask"):
            to(page, title)
        being_written(page, "How many paddles has the mill wheel?")
    answered(page)
    over(page)
    whole(page)
    [exchange] = kept(home, page)
    assert "twenty-four" in reply(exchange).quotes[0].quote


def test_quick_clicks_are_one_request(open_page: Open, home: Path) -> None:
    page = open_page()
    ask(page, MILLER)
    answered(page)
    over(page)
    page.get_by_role("button", name="Regenerate").evaluate(
        "button => { button.click(); button.click(); button.click() }"
    )
    expect(page.locator("p.oaken-quiet", has_text="2 of 2")).to_be_visible(timeout=180_000)
    over(page)
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Edit your question").fill("When is flour sold?")
    page.get_by_role("button", name="Ask", exact=True).dblclick()
    expect(page.locator(".oaken-question")).to_have_text(["When is flour sold?"])
    answered(page)
    over(page)
    expect(page.locator("p.oaken-quiet", has_text="2 of 2")).to_be_visible()
    suggested = page.locator(".st-key-suggested-row button").first
    words = suggested.inner_text()
    suggested.evaluate("button => { button.click(); button.click(); button.click() }")
    expect(page.locator(".oaken-question")).to_have_text(["When is flour sold?", words])
    expect(page.locator(".st-key-suggested-row button").first).to_be_visible()
    whole(page)
    first, second = kept(home, page)
    assert (len(first.siblings), len(first.replies), len(second.siblings), len(second.replies)) == (2, 1, 1, 1)


def test_a_question_put_while_another_click_is_under_way_is_asked(open_page: Open, home: Path) -> None:
    page = open_page()
    box = page.get_by_placeholder("Ask your documents")
    box.fill("When is flour sold?")
    box.press("Enter")
    page.get_by_role("link", name="Library", exact=True).click(no_wait_after=True)
    expect(page.get_by_text("Drop files or folders here")).to_be_visible()
    to(page, "Ask")
    expect(page.locator(".oaken-question")).to_have_text(["When is flour sold?"])
    answered(page)
    over(page)
    [exchange] = kept(home, page)
    assert reply(exchange).quotes


def test_what_is_stopped_at_once_and_often_is_kept_once(open_page: Open, home: Path) -> None:
    page = open_page()
    ask(page, MILLER)
    stop(page).evaluate("button => { button.click(); button.click(); button.click() }")
    over(page)
    whole(page)
    [exchange] = kept(home, page)
    assert reply(exchange).status in (AnswerStatus.STOPPED, AnswerStatus.ANSWERED, AnswerStatus.QUOTED)


def test_an_answer_that_a_killed_server_left_is_answered_when_asked_for(
    browser: Browser, home: Path, tmp_path: Path
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(60_000)
    with app(home, tmp_path / "first.log") as (address, process):
        page.goto(address)
        ask(page, "When is flour sold?")
        answered(page)
        page.get_by_role("button", name="New conversation").click()
        expect(page.locator(".oaken-question")).to_have_count(0)
        with held_up(psutil.Process(process.pid)):
            ask(page, MILLER)
            being_written(page, MILLER)
            process.kill()  # no chance to tidy up
            process.wait(30)
    place = page.url.partition("?")[2]
    with app(home, tmp_path / "second.log") as (address, _):
        page.goto(f"{address}/?{place}")
        expect(page.locator(".oaken-question")).to_have_text([MILLER])
        expect(page.get_by_text("This answer was interrupted.")).to_be_visible()
        shot(page, "interrupted")
        page.get_by_role("button", name="Answer it now").dblclick()
        expect(page.locator(".oaken-card mark").first).to_contain_text("Tobias Wren")
        answered(page)
        over(page)
        whole(page)
        [exchange] = kept(home, page)
        assert "Tobias Wren" in reply(exchange).quotes[0].quote
        context.close()
    assert failures((tmp_path / "second.log").read_text()) == []
