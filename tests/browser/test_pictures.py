"""The pictures of the README, of the sample library. ``OAKEN_PICTURES=docs`` puts them where the README has them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ARTIFACTS, REPOSITORY, app, oaken
from tests.browser.test_page import answered, ask, to

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """The page Ask over the sample library, with twice as many dots as usual."""
    oaken(tmp_path / "home", "ingest", str(REPOSITORY / "data" / "library"))
    with app(tmp_path / "home", tmp_path / "log") as (address, _):
        page = browser.new_page(viewport={"width": 1160, "height": 860}, color_scheme="light", device_scale_factor=2)
        page.set_default_timeout(60_000)
        page.goto(address)
        page.get_by_placeholder("Ask your documents").wait_for()
        yield page
        page.close()


def taken(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=Path(os.environ.get("OAKEN_PICTURES", ARTIFACTS)) / name, animations="disabled")


def test_the_pictures_of_the_readme(page: Page) -> None:
    ask(page, "How many steps are there between the tram stop and the porter's lodge?")
    answered(page)
    expect(page.locator(".oaken-card mark").filter(has_text="312 steps")).to_be_visible()
    page.locator('[data-test-script-state="notRunning"]').wait_for()
    taken(page, "screenshot.png")
    page.locator(".oaken-number").first.click()
    expect(page.locator(".oaken-box").first).to_be_visible()
    expect(page.locator(".oaken-source[data-seen]")).to_be_visible()
    page.locator(".oaken-path").evaluate("each => each.remove()")  # it names the folders of who took the picture
    taken(page, "source.png")
    page.keyboard.press("Escape")
    to(page, "Library")
    page.get_by_test_id("stButtonGroup").get_by_text("Map", exact=True).click()
    expect(page.locator("path[aria-roledescription='point']")).to_have_count(28)
    page.get_by_text("Colour by").hover()
    page.mouse.wheel(0, 400)
    expect(page.locator(".stApp[data-test-script-state='notRunning']")).to_be_visible()
    taken(page, "map.png")
