"""The one walk of a browser in the fast tier: ask, see the proof, keep the library. The others are slow tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LIBRARY_FILES
from tests.browser.test_page import answered, ask, newest, to

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]


def test_a_question_its_source_and_the_library(open_page: Callable[..., Page]) -> None:
    page = open_page()
    ask(page, "Who was the miller?")
    card = page.locator(".oaken-card").first
    expect(card.locator("mark").filter(has_text="Tobias Wren")).to_be_visible()
    answered(page)
    card.locator(".oaken-number").click()
    expect(page.get_by_role("dialog")).to_contain_text("ground rye for forty years")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    to(page, "Library")
    added = {
        "name": "bell.txt",
        "mimeType": "text/plain",
        "buffer": b"The ferry bell was cast in 1802 by Ines Valverde.",
    }
    page.locator(LIBRARY_FILES).set_input_files([added])
    page.get_by_role("button", name="Add 1 file").click()
    expect(page.locator(".oaken-table tr", has_text="bell.txt")).to_contain_text("ready", timeout=150_000)

    to(page, "Ask")
    ask(page, "Who cast the ferry bell?")
    expect(newest(page).locator(".oaken-card mark").first).to_contain_text("Ines Valverde")
    answered(page)
    page.reload()
    expect(page.locator(".oaken-question")).to_have_text(["Who was the miller?", "Who cast the ferry bell?"])
