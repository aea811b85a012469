"""A person's conversations at the page: found again, named, judged, compared, taken along, deleted."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import shot
from tests.browser.test_page import answered, ask

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

Open = Callable[..., Page]


def listed(page: Page) -> Locator:
    """The conversations in the sidebar."""
    return page.locator(".st-key-chats-list button[data-testid='stBaseButton-tertiary']")


def menu(page: Page) -> Locator:
    """The open menu of the current conversation."""
    page.get_by_role("button", name="This conversation").click()
    return page.get_by_role("dialog", name="This conversation")


def downloaded(page: Page, inside: Locator, name: str) -> Path:
    with page.expect_download() as download:
        inside.get_by_role("button", name=name).click()
    assert download.value.suggested_filename.startswith("Who-was-the-miller")
    return Path(download.value.path())


def test_a_conversation_is_found_named_taken_along_and_deleted(open_page: Open) -> None:
    page = open_page()
    ask(page, "Who was the miller?")
    answered(page)
    expect(listed(page).first).to_have_text("Who was the miller?")
    shot(page, "conversations")

    held = menu(page)
    whole = json.loads(downloaded(page, held, "JSON").read_text())
    assert [each["text"] for each in whole["questions"]] == ["Who was the miller?"]
    [tree] = [json.loads(line) for line in downloaded(page, held, "OASST").read_text().splitlines()]
    assert tree["prompt"]["text"] == "Who was the miller?"
    assert downloaded(page, held, "Markdown").read_text().startswith("# Who was the miller?")
    held.get_by_label("Name").fill("**Flour** <img src=x>")
    held.get_by_role("button", name="Rename").click()
    expect(listed(page).first).to_have_text("**Flour** <img src=x>")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".oaken-question")).to_have_count(0)
    ask(page, "When is flour sold?")
    answered(page)
    found = page.get_by_label("Search conversations")
    found.fill("wren")  # who is named in the first answer
    expect(listed(page)).to_have_text(["**Flour** <img src=x>"])
    listed(page).first.click()
    expect(page.locator(".oaken-question")).to_have_text(["Who was the miller?"])
    found.fill("")

    menu(page).get_by_role("button", name="Delete…").click()
    inside = page.get_by_role("dialog", name="This conversation")
    inside.get_by_role("button", name="Delete for good").click()
    expect(page.locator(".oaken-question")).to_have_count(0)
    expect(listed(page)).to_have_text(["When is flour sold?"])


def test_an_answer_is_judged_and_compared_with_another(open_page: Open) -> None:
    page = open_page()
    ask(page, "How many paddles has the mill wheel?")
    answered(page)
    page.get_by_role("button", name="Good answer").click()
    expect(page.get_by_role("button", name="Remove rating: good")).to_be_visible()
    page.get_by_role("button", name="Labels").click()
    page.get_by_role("button", name="incomplete").click()
    expect(page.get_by_role("button", name="Labels (1)")).to_be_visible()
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Regenerate").click()
    expect(page.locator("p.oaken-quiet", has_text="2 of 2")).to_be_visible(timeout=180_000)
    page.get_by_role("button", name="Compare").click()
    dialog = page.get_by_role("dialog", name="Which answer is better?")
    expect(dialog.locator(".oaken-card")).not_to_have_count(0)
    shot(page, "compared")
    dialog.get_by_role("button", name="Answer 1 is better").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("1 of 2")).to_be_visible()
    expect(page.get_by_role("button", name="Remove rating: good")).to_be_visible()


def test_on_a_phone_the_list_makes_way_for_what_was_chosen(open_page: Open) -> None:
    page = open_page(width=390, height=844, scheme="dark")
    page.get_by_role("button", name="Expand sidebar").click()
    expect(listed(page).first).to_be_visible()
    shot(page, "conversations-phone")
    listed(page).last.click()
    expect(page.locator(".oaken-question").first).to_be_visible()
    expect(page.get_by_role("button", name="Expand sidebar")).to_be_visible()
    page.get_by_role("button", name="Expand sidebar").click()
    page.get_by_role("button", name="Collapse sidebar").click()  # nothing lies over it
    expect(page.get_by_role("button", name="Expand sidebar")).to_be_visible()


def test_how_answers_are_wanted_is_remembered(open_page: Open) -> None:
    page = open_page()
    page.get_by_text("Answer settings").click()
    page.get_by_role("textbox", name="Instructions").fill("Answer briefly, I am a baker.")
    saved = page.get_by_text("Saved. Applies from your next question.")
    for _ in range(3):  # Streamlit drops a click where the run that it began is cut short (2 times in 13 here)
        page.get_by_role("button", name="Save").click()
        with contextlib.suppress(AssertionError):
            expect(saved).to_be_visible(timeout=20_000)
            break
    else:
        raise AssertionError("it was never saved")
    again = open_page()
    again.get_by_text("Answer settings").click()
    expect(again.get_by_role("textbox", name="Instructions")).to_have_value("Answer briefly, I am a baker.")
