"""A person's conversations at the page: found again, named, judged, compared, taken along, deleted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import dropwhile, pairwise
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
    asking = page.get_by_role("dialog", name="Delete this conversation?")
    expect(asking.get_by_role("button", name="Cancel")).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(1)  # the menu is closed: it would cover what is asked
    shot(page, "conversations-delete")
    asking.get_by_role("button", name="Delete for good").click()
    expect(page.locator(".oaken-question")).to_have_count(0)
    expect(listed(page)).to_have_text(["When is flour sold?"])


def test_an_answer_is_judged_and_compared_with_another(open_page: Open) -> None:
    page = open_page()
    ask(page, "How many paddles has the mill wheel?")
    answered(page)
    page.get_by_role("button", name="Good answer").click()
    expect(page.get_by_role("button", name="Remove rating: good")).to_be_visible()
    page.get_by_role("button", name="Rate in detail").click()
    page.get_by_role("button", name="incomplete").click()
    expect(page.get_by_role("button", name="incomplete")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Regenerate").click()
    expect(page.locator("p.oaken-quiet", has_text="2 of 2")).to_be_visible(timeout=180_000)
    page.get_by_role("button", name="Rate in detail").click()
    page.get_by_role("button", name="Compare").click()
    dialog = page.get_by_role("dialog", name="Which answer is better?")
    expect(dialog.locator(".oaken-card")).not_to_have_count(0)
    shot(page, "compared")
    dialog.get_by_role("button", name="Answer 1 is better").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("1 of 2")).to_be_visible()
    expect(page.get_by_role("button", name="Remove rating: good")).to_be_visible()


_PLACES = """() => {
  window.places = []
  const look = () => {
    const [question, card] = ['.oaken-question', '.oaken-card'].map(each => [...document.querySelectorAll(each)].at(-1))
    const ours = question?.innerText === 'When is flour sold?'
    if (ours && card && question.closest('[class*="st-key-exchange-"]')?.contains(card)) {
      window.places.push([question, card].map(each => Math.round(each.getBoundingClientRect().top)))
    }
    requestAnimationFrame(look)
  }
  look()
}"""


def test_a_question_is_shown_at_the_upper_edge_and_what_was_drawn_stays_there(open_page: Open) -> None:
    page = open_page()
    box = page.get_by_placeholder("Ask your documents")
    ask(page, "Who was the miller?")
    answered(page)
    expect(box).to_be_focused()
    page.mouse.wheel(0, -2000)
    page.evaluate(_PLACES)
    ask(page, "When is flour sold?")
    answered(page)
    expect(box).to_be_focused()  # the next question can be typed
    page.wait_for_timeout(300)
    places = page.evaluate("window.places")
    settled = list(dropwhile(lambda place: place[0] > 120, places))  # it is drawn, and brought up in the next frames
    assert settled and all(top >= 60 and abs(top - settled[0][0]) <= 2 for top, _ in settled)
    assert all(after >= before - 2 for (_, before), (_, after) in pairwise(settled))  # nothing comes back up
    assert page.locator(".st-key-foot").bounding_box()["y"] > 700  # type: ignore[index]
    shot(page, "conversation")


def test_the_browser_goes_back_and_forward_between_conversations(open_page: Open) -> None:
    page = open_page()
    asked = page.locator(".oaken-question")
    for question in ("Who was the miller?", "When is flour sold?"):
        ask(page, question)
        answered(page)
        page.wait_for_timeout(1_500)  # nobody goes back sooner
        page.get_by_role("button", name="New conversation").click()
        expect(asked).to_have_count(0)
        page.wait_for_timeout(1_500)
    expect(page.locator("#oaken-aloud")).to_have_text("")  # the answer that was read aloud is not there any more
    page.go_back()
    expect(asked).to_have_text(["When is flour sold?"])
    page.locator(".oaken-card .oaken-number").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.go_back()
    expect(asked).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)  # it was of the conversation that was left
    page.go_back()
    expect(asked).to_have_text(["Who was the miller?"])
    page.go_forward()
    page.go_forward()
    expect(asked).to_have_text(["When is flour sold?"])
    page.get_by_role("link", name="Library", exact=True).click()
    expect(page.locator("h1.oaken-title")).to_have_text("Library")
    page.go_back()
    expect(asked).to_have_text(["When is flour sold?"])


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
    page.get_by_role("button", name="Expand sidebar").click()
    expect(page.get_by_test_id("stSidebarNavLink").first).to_be_hidden()  # the pages stand at the lower edge
    page.get_by_role("button", name="Collapse sidebar").click()
    page.locator('[class*="st-key-oaken-pages"]').get_by_role("link", name="Library").click()
    expect(page.locator("h1.oaken-title")).to_have_text("Library")
    expect(page.get_by_role("button", name="Expand sidebar")).to_be_hidden()  # there is nothing in it
    page.locator('[class*="st-key-oaken-pages"]').get_by_role("link", name="Ask").click()
    expect(page.get_by_placeholder("Ask your documents")).to_be_visible()
    page.get_by_role("button", name="Expand sidebar").click()
    page.reload()
    expect(page.get_by_placeholder("Ask your documents")).to_be_visible()
    expect(page.get_by_role("button", name="Expand sidebar")).to_be_visible()  # that it was open is not remembered


def test_how_answers_are_wanted_is_remembered(open_page: Open) -> None:
    page = open_page()
    page.get_by_text("How answers are written").click()
    page.get_by_role("textbox", name="Instructions").fill("Answer briefly, I am a baker.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Applies from your next question.")).to_be_visible()
    again = open_page()
    again.get_by_text("How answers are written").click()
    expect(again.get_by_role("textbox", name="Instructions")).to_have_value("Answer briefly, I am a baker.")


def test_the_theme_is_chosen_on_any_page_and_holds_on_all(open_page: Open) -> None:
    page = open_page()  # the browser asks for the light one
    page.get_by_role("button", name="Settings").click()
    dark, light = re.compile(r"^color-scheme: dark"), re.compile(r"^color-scheme: light")
    expect(page.get_by_role("button", name="Automatic")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("style", dark)
    page.get_by_role("link", name="Model", exact=True).click()
    page.wait_for_url("**/model")
    page.reload()
    expect(page.locator("h1.oaken-title")).to_have_text("Model")
    expect(page.locator("html")).to_have_attribute("style", dark)
    page.locator('[data-test-script-state="notRunning"]').wait_for()  # until then it is drawn again, and folded
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Automatic").click()
    expect(page.locator("html")).to_have_attribute("style", light)


def test_all_conversations_are_deleted_once_it_was_asked(open_page: Open) -> None:
    page = open_page()
    for question in ("Who was the miller?", "When is flour sold?"):
        ask(page, question)
        answered(page)
        page.get_by_role("button", name="New conversation").click()
        expect(page.locator(".oaken-question")).to_have_count(0)
    page.get_by_role("button", name="Delete all conversations…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    shot(page, "conversations-delete-all")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(listed(page).first).to_be_visible()
    page.get_by_role("button", name="Delete all conversations…").click()
    dialog.get_by_role("button", name="Delete for good").click()
    expect(listed(page)).to_have_count(0)
    expect(page.get_by_text("Your conversations appear here.")).to_be_visible()
