"""A newcomer sees why a file gave no text and what helps, and what a click changed, without looking for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import shot
from tests.browser.test_library_page import add, many, outcome, ticked

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

Tab = Callable[..., Page]
HELPS = "It holds nothing at all: get it again from where it came from, and add that."
SEES = """each => {
  const box = each.getBoundingClientRect()
  return box.width > 0 && box.left >= 0 && box.right <= innerWidth + 1 && each.scrollWidth <= each.clientWidth + 1
}"""


def is_whole(at: Locator) -> bool:
    """Whether nothing of an element is cut at the sides."""
    return bool(at.evaluate(SEES))


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")])
def test_a_reason_and_what_helps_are_read_at_once(tab: Tab, tmp_path: Path, width: int, scheme: str) -> None:
    (tmp_path / "papers").mkdir()
    for number in range(4):
        (tmp_path / "papers" / f"none-{number}.txt").write_text("")
    (tmp_path / "papers" / "key.txt").write_text("The key hangs in the mill.")
    page = tab(f"reasons{width}", viewport={"width": width, "height": 900}, color_scheme=scheme)
    add(page, tmp_path / "papers")
    told = outcome(page, "none-3.txt").locator(".oaken-helps")
    expect(told).to_have_text(HELPS)
    assert is_whole(told)
    shot(page, f"reasons-{width}")
    page.get_by_role("button", name="Dismiss").click()
    expect(told).to_have_count(0)
    page.get_by_role("button", name="Show them").click()
    told = page.locator(".st-key-unread tr", has_text="none-3.txt").locator(".oaken-helps")
    expect(told).to_have_text(HELPS)
    assert is_whole(told)
    page.get_by_role("button", name="Select them in the list").click()
    expect(page.get_by_text("4 of 5 files", exact=True)).to_be_in_viewport()
    page.get_by_role("button", name="Hide them").click()
    expect(page.locator(".st-key-unread")).to_have_count(0)


def test_what_a_click_in_the_list_begins_is_scrolled_to(tab: Tab, tmp_path: Path) -> None:
    page = tab("seen", viewport={"width": 1280, "height": 500})
    add(page, many(tmp_path / "logs", 3))
    expect(page.get_by_text("3 of 3 files are ready.")).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    ticked(page)
    page.get_by_test_id("stDataFrame").scroll_into_view_if_needed()
    page.get_by_role("button", name="Read again").click()
    expect(page.locator('[class*="st-key-taking-"], [class*="st-key-ended-"]').first).to_be_in_viewport()
    expect(page.get_by_text("1 of 1 file is ready.")).to_be_in_viewport()


def test_two_documents_are_compared_by_a_button(tab: Tab, tmp_path: Path) -> None:
    for year, term in ((2025, "three"), (2026, "five")):
        (tmp_path / f"warranty-{year}.md").write_text(f"# Warranty\n\nFrames have a warranty of {term} years.")
    page = tab("compared")
    add(page, tmp_path)
    expect(page.get_by_text("2 of 2 files are ready.")).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".oaken-table")).to_have_count(0)
    compare = page.locator(".st-key-compare-selected button")
    ticked(page)
    expect(compare).to_have_count(0)
    ticked(page, 1, 2)
    compare.click()
    expect(page.locator(".oaken-question")).to_have_text("Compare these two documents")
    for term in ("three", "five"):
        expect(page.locator("mark", has_text=term)).to_be_visible()
