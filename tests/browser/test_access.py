"""Whoever uses the page by keyboard or by ear: axe finds nothing serious on any page, and every part can be reached."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import app, shot

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

Open = Callable[..., Page]
AXE = Axe()
SCHEMES = ["light", "dark"]
# What Streamlit draws itself and leaves no way to change: rule -> the part of the page, each with its reason.
STREAMLIT_S_OWN: dict[str, tuple[str, ...]] = {}


def at_rest(page: Page) -> None:
    """The script has come to its end: until then Streamlit shows what may yet change in paler letters. The pages of
    the door have no script."""
    if page.locator("body.door").count():
        return
    expect(page.locator(".stApp[data-test-script-state='notRunning']")).to_be_visible()
    expect(page.locator("[data-stale='true']")).to_have_count(0)
    page.wait_for_function(
        """() => document.getAnimations().every(
             each => each.playState !== 'running' || each.effect.getComputedTiming().iterations === Infinity)"""
    )


def serious(page: Page) -> list[str]:
    """What axe finds that keeps somebody out, but for what is Streamlit's own: "rule: selector (why)"."""
    at_rest(page)
    found: Any = AXE.run(page).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:160]} {node['failureSummary'][:300]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
        if not any(part in str(node["target"]) for part in STREAMLIT_S_OWN.get(rule["id"], ()))
    ]


def ask(page: Page, question: str) -> None:
    box = page.get_by_placeholder("Ask your documents")
    box.fill(question)
    box.press("Enter")
    expect(page.locator(".oaken-question").last).to_have_text(question)


def to(page: Page, title: str) -> None:
    page.get_by_role("link", name=title, exact=True).click()
    expect(page.locator("h1.oaken-title")).to_have_text(title)


def test_axe_is_awake(open_page: Open) -> None:
    page = open_page()
    page.evaluate("document.querySelector('.oaken-lead').style.color = '#eee'")
    [found] = serious(page)
    assert "color-contrast" in found


@pytest.mark.parametrize("scheme", SCHEMES)
def test_answers_and_what_stands_around_them(open_page: Open, scheme: str) -> None:
    page = open_page(scheme=scheme)
    assert serious(page) == []
    ask(page, "Who was the miller?")
    expect(page.get_by_text("How this was answered").first).to_be_visible(timeout=180_000)
    assert serious(page) == []
    page.get_by_text("Sources and passages").click()
    page.get_by_text("How this was answered").click()
    expect(page.locator(".oaken-how")).to_be_visible()
    assert serious(page) == []
    ask(page, "Who won the chess olympiad in Havana?")
    expect(page.locator(".oaken-notfound")).to_be_visible(timeout=180_000)
    assert serious(page) == []
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_role("radio", name="Español")).to_be_visible()
    assert serious(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_library_and_the_models(open_page: Open, scheme: str, tmp_path: Path) -> None:
    page = open_page(scheme=scheme)
    to(page, "Library")
    grid = page.get_by_test_id("stDataFrame")
    expect(grid.locator("canvas").first).to_be_visible()
    assert serious(page) == []
    page.get_by_label("Or a file or folder on this computer").fill("/nowhere")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_test_id("stAlert")).to_be_visible()
    assert serious(page) == []
    page.get_by_role("button", name="New library").click()
    expect(page.get_by_label("Name", exact=True)).to_be_visible()
    assert serious(page) == []
    page.keyboard.press("Escape")
    blank = tmp_path / f"blank-{scheme}.txt"
    blank.write_text(" ")
    page.get_by_label("Or a file or folder on this computer").fill(str(blank))
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".st-key-unread tr", has_text=blank.name)).to_contain_text("empty")
    expect(page.locator(".oaken-warning")).to_be_visible()
    at_rest(page)
    for _ in range(4):  # drawn on a canvas: nothing else tells when it hears a click
        grid.click(position={"x": 16, "y": 53})
        with contextlib.suppress(AssertionError):
            expect(page.get_by_text("1 document selected")).to_be_visible(timeout=15_000)
            break
    assert serious(page) == []
    page.get_by_role("button", name="Remove…").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert serious(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    to(page, "Model")
    expect(page.get_by_text("On this computer")).to_be_visible()
    assert serious(page) == []
    page.get_by_text("More models").click()
    expect(page.locator(".st-key-more-models .oaken-table")).to_be_visible()
    assert serious(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_before_anything_was_added(browser: Browser, tmp_path: Path, scheme: Any) -> None:
    with app(tmp_path / "home", tmp_path / "log") as (address, _):
        page = browser.new_page(color_scheme=scheme)
        page.goto(address)
        expect(page.get_by_text("Answers from your own documents")).to_be_visible(timeout=30_000)
        assert serious(page) == []
        shot(page, f"first-{scheme}")
        page.close()


_MARK_ALL = """() => {
  const seen = each => each.getClientRects().length && each.checkVisibility({visibilityProperty: true})
  const all = [...document.querySelectorAll('a[href], button, input, textarea, select, summary, [data-oaken]')]
  return all.filter(each => seen(each) && !each.disabled && (each.tabIndex >= 0 || each.dataset.oaken))
    .map((each, at) => (each.dataset.place = at, each.outerHTML.slice(0, 160)))
}"""


def test_every_part_is_reached_by_tab_and_opened_by_enter(open_page: Open) -> None:
    page = open_page()
    ask(page, "Who was the miller?")
    expect(page.get_by_text("How this was answered").first).to_be_visible(timeout=180_000)
    at_rest(page)
    parts: list[str] = page.evaluate(_MARK_ALL)
    assert len(parts) >= 6  # three pages, the language, the question, what is below the answer
    page.get_by_placeholder("Ask your documents").focus()
    reached = set()
    for _ in range(3 * len(parts) + 20):
        reached.add(page.evaluate("document.activeElement.dataset.place"))
        page.keyboard.press("Tab")
    missed = [part for at, part in enumerate(parts) if str(at) not in reached]
    assert missed == []
    page.locator("summary", has_text="Sources and passages").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".oaken-passage").first).to_be_visible()
    page.get_by_role("link", name="Model", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1.oaken-title")).to_have_text("Model")
