"""What could be asked next, as buttons: a click asks it once, and it is answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import shot
from tests.browser.test_page import answered, ask, contrast

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

Open = Callable[..., Page]
ROW = ".st-key-suggested-row button"


def test_a_click_on_a_suggestion_asks_it_once_however_quickly_it_is_clicked_again(open_page: Open) -> None:
    page = open_page()
    first = page.locator(ROW).first
    words = first.inner_text()
    shot(page, "suggested-first")
    first.evaluate("button => { button.click(); button.click(); button.click() }")
    expect(page.locator(".oaken-question")).to_have_text([words])
    answered(page)
    expect(page.locator(".oaken-notfound")).to_have_count(0)
    expect(page.locator(ROW).first).not_to_have_text(words)
    shot(page, "suggested-next")
    following = page.locator(ROW).first.inner_text()
    page.locator(ROW).first.dblclick(force=True)
    expect(page.locator(".oaken-question")).to_have_text([words, following])
    expect(page.locator(ROW).first).to_be_visible()
    expect(page.locator(".oaken-question")).to_have_text([words, following])
    expect(page.get_by_text("2 of 2", exact=True)).to_have_count(0)


def test_it_is_hidden_while_an_answer_is_written(open_page: Open) -> None:
    page = open_page()
    expect(page.locator(ROW).first).to_be_visible()
    ask(page, "How many paddles has the mill wheel?")
    page.get_by_role("button", name="Stop", exact=True).wait_for()
    expect(page.locator(ROW)).to_have_count(0)
    answered(page)
    expect(page.locator(ROW).first).to_be_visible()


def test_nothing_of_what_was_there_before_stands_below_a_question_that_is_being_answered(open_page: Open) -> None:
    page = open_page()
    for question in ("Who was the miller?", "When is flour sold?"):
        ask(page, question)
        answered(page)
    page.get_by_role("button", name="Edit").first.click()
    page.get_by_label("Edit your question").fill("How many paddles has the mill wheel?")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("button", name="Stop", exact=True).wait_for()
    expect(page.locator(".oaken-question")).to_have_text(["How many paddles has the mill wheel?"])
    expect(page.get_by_text("How this was answered")).to_have_count(0)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()  # it was seen while it was written
    answered(page)


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1280), ("light", 390)])
def test_it_is_legible_in_the_dark_and_on_a_phone(open_page: Open, scheme: str, width: int) -> None:
    page = open_page(scheme=scheme, width=width)
    expect(page.locator(ROW).first).to_be_visible()
    assert contrast(page.locator(ROW).first.locator("p")) >= 4.5
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shot(page, f"suggested-{scheme}-{width}")
