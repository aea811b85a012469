"""What is there at once, and on a phone: outlines until the page is drawn, and the pages at the lower edge."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Witness, shot
from tests.browser.test_access import serious

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

Open = Callable[..., Page]
PAINTED = "getComputedStyle(document.querySelector('#oaken-first')).backgroundColor"


@pytest.mark.parametrize(
    ("scheme", "path", "paper"), [("light", "/", "rgb(252, 251, 248)"), ("dark", "/library", "rgb(21, 24, 21)")]
)
def test_outlines_stand_there_before_any_script_until_the_page_is_drawn(
    browser: Browser, address: str, scheme: str, path: str, paper: str
) -> None:
    witness = Witness()
    page = browser.new_page(color_scheme=scheme)  # type: ignore[arg-type]
    witness.watch(page)
    held: list[Route] = []
    holding = [True]
    page.route("**/static/js/*.js", lambda route: held.append(route) if holding else route.continue_())
    page.goto(address + path, wait_until="commit")
    expect(page.locator("#oaken-first main")).to_be_visible()
    assert page.evaluate(PAINTED) == paper
    shot(page, f"first-outlines-{scheme}")
    assert held
    holding.clear()
    for route in held:
        route.continue_()
    expect(page.locator("#oaken-first")).to_have_count(0)
    expect(page.locator("h1.oaken-title")).to_be_visible()
    expect(page.locator('[data-testid="stSkeleton"]')).to_have_count(0)
    page.close()
    witness.check()


@pytest.mark.parametrize(("width", "height", "scheme"), [(390, 844, "dark"), (320, 640, "light")])
def test_on_a_phone_the_pages_stand_at_the_lower_edge(open_page: Open, width: int, height: int, scheme: str) -> None:
    page = open_page(width=width, height=height, scheme=scheme)
    bar = page.locator('[class*="st-key-oaken-pages"]')
    for name in ("Ask", "Library", "Model"):
        expect(bar.get_by_role("link", name=name, exact=True)).to_be_visible()
    box, edge = page.get_by_placeholder("Ask your documents").bounding_box(), bar.bounding_box()
    assert box is not None and edge is not None and box["y"] + box["height"] < edge["y"]
    assert edge["y"] + edge["height"] == height
    shot(page, f"phone-pages-{width}")
    bar.get_by_role("link", name="Library").click()
    expect(page.locator("h1.oaken-title")).to_have_text("Library")
    bar.get_by_role("link", name="Model").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1.oaken-title")).to_have_text("Model")
    assert serious(page) == []


def test_in_a_wide_window_they_stand_at_the_upper_edge_alone(open_page: Open) -> None:
    page = open_page()
    expect(page.get_by_role("link", name="Library", exact=True)).to_have_count(1)
    expect(page.locator('[class*="st-key-oaken-pages"]')).to_be_hidden()


@pytest.mark.parametrize("width", [390, 320])
def test_on_a_phone_the_list_of_documents_is_as_wide_as_the_window(open_page: Open, width: int) -> None:
    page = open_page(width=width, height=844)
    page.locator('[class*="st-key-oaken-pages"]').get_by_role("link", name="Library").click()
    grid = page.get_by_test_id("stDataFrame").locator(".dvn-scroller")
    expect(grid).to_be_visible()
    assert grid.evaluate("each => each.scrollWidth - each.clientWidth") <= 1
    shot(page, f"phone-list-{width}")
