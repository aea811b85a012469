"""The library's map, charts and health at the real page: a document is chosen on the map, damage is seen and mended."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import oaken, shot
from tests.browser.test_access import serious
from tests.ui.conftest import DOCUMENTS

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

Open = Callable[..., Page]
HOSTILE = "<img src=x onerror=\"document.title='owned'\"> *b* :red[c].txt"
MORE = {
    "town/bell.txt": "The ferry bell was cast in 1802 by Ines Valverde.",
    "town/weir.md": "# The weir\n\nThe old weir of Aldergrove holds back the mill pond.",
    "town/rye.csv": "grain,price\nrye,3\nwheat,4\n",
    f"town/{HOSTILE}": "Nothing but a name.",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with documents in two folders, one of them with a hostile name."""
    folder = tmp_path_factory.mktemp("browser")
    documents = folder / "documents"
    (documents / "town").mkdir(parents=True)
    for name, words in (DOCUMENTS | MORE).items():
        (documents / name).write_text(words, encoding="utf-8")
    oaken(folder / "home", "ingest", str(documents))
    return folder / "home"


def to(page: Page, view: str) -> None:
    """Go to a view of the library."""
    page.get_by_role("link", name="Library", exact=True).click()
    page.get_by_test_id("stButtonGroup").get_by_text(view, exact=True).click()
    rest(page)


def rest(page: Page) -> None:
    """Wait for the script's end: a map that is about to be redrawn hears no click."""
    expect(page.locator(".stApp[data-test-script-state='notRunning']")).to_be_visible()
    expect(page.locator("[data-stale='true']")).to_have_count(0)


def point(page: Page, name: str) -> Locator:
    """The document of that name on the map."""
    return page.locator("path[aria-roledescription='point']").and_(page.get_by_label(name, exact=True))


def test_a_click_on_the_map_chooses_a_document(open_page: Open) -> None:
    page = open_page()
    to(page, "Map")
    points = page.locator("path[aria-roledescription='point']")
    expect(points).to_have_count(len(DOCUMENTS | MORE))
    point(page, "mill.txt").click()
    told = page.locator(".st-key-map-chosen")
    expect(told.locator(".oaken-smaller").first).to_have_text("mill.txt")
    expect(told).to_contain_text("The water mill of Aldergrove")
    expect(told.locator(".oaken-facts")).to_contain_text("English")
    shot(page, "map-chosen")
    rest(page)
    point(page, "weir.md").click()
    expect(told.locator(".oaken-smaller").first).to_have_text("weir.md")
    nearest = told.locator(".st-key-map-nearest button")
    expect(nearest).to_have_count(5)
    expect(nearest.first).to_contain_text("mill.txt")  # both are about the weir of Aldergrove
    nearest.first.click()
    expect(told.locator(".oaken-smaller").first).to_have_text("mill.txt")
    rest(page)
    point(page, "weir.md").click()  # again, though the map last knew of this one
    expect(told.locator(".oaken-smaller").first).to_have_text("weir.md")


def test_a_document_is_chosen_by_its_name_with_the_keyboard_and_asked_about(open_page: Open) -> None:
    page = open_page()
    to(page, "Map")
    box = page.get_by_role("combobox", name="Document")
    box.click()
    box.press_sequentially("bell")
    expect(page.get_by_role("option")).to_have_count(1)
    box.press("Enter")
    told = page.locator(".st-key-map-chosen")
    expect(told.locator(".oaken-smaller").first).to_have_text("bell.txt")
    told.get_by_role("button", name="Open").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("h3.oaken-file")).to_have_text("bell.txt")
    expect(dialog.locator(".oaken-source")).to_contain_text("The ferry bell was cast in 1802 by Ines Valverde.")
    expect(dialog.locator("mark")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    ask = told.get_by_label("Ask about this document")
    ask.fill("Who cast the bell?")
    ask.press("Enter")
    expect(page.locator(".oaken-card mark").first).to_contain_text("Ines Valverde", timeout=180_000)
    assert page.locator(".oaken-card figcaption").count() == 1


def test_colours_follow_what_is_chosen_and_a_hostile_name_stays_a_name(open_page: Open) -> None:
    page = open_page()
    to(page, "Map")
    legend = page.locator(".oaken-legend").last.locator("li")  # the overview has one too
    expect(legend).to_have_text(["documents 4", "town 4"])
    page.get_by_test_id("stButtonGroup").get_by_text("Language", exact=True).click()
    expect(legend.filter(has_text="Russian")).to_have_text(["Russian 1"])
    rest(page)
    point(page, HOSTILE).click()
    told = page.locator(".st-key-map-chosen")
    expect(told.locator(".oaken-smaller").first).to_have_text(HOSTILE)
    point(page, HOSTILE).hover()
    expect(page.locator("#vg-tooltip-element")).to_contain_text("onerror")
    page.get_by_test_id("stButtonGroup").get_by_text("Charts", exact=True).click()
    expect(page.locator(".oaken-charts")).to_be_visible()
    assert page.title() == "Oaken"
    assert page.locator("img[src='x']").count() == 0


def test_charts_count_the_library_and_fit_a_phone(open_page: Open) -> None:
    page = open_page()
    to(page, "Charts")
    page.set_viewport_size({"width": 390, "height": 900})
    kinds = page.get_by_role("table", name="By type, number of documents")
    expect(kinds.locator("tr")).to_have_count(3)
    expect(kinds.locator("tr").first).to_contain_text("Plain text")
    expect(page.locator(".oaken-figures")).to_contain_text("Passages")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shot(page, "charts-phone")


def test_damage_to_an_index_is_shown_and_repaired(open_page: Open, home: Path) -> None:
    page = open_page()
    to(page, "Health")
    page.get_by_role("button", name="Run check").click()
    card = page.locator(".st-key-health")
    expect(card).to_contain_text("Everything is in order.", timeout=120_000)
    library = home / "libraries" / "default"
    folder = library / "words" / json.loads((library / "words.json").read_text())["folder"]
    for path in folder.glob("*.store"):
        path.unlink()  # another file in its place: the page has mapped the old one into memory
        path.write_bytes(b"torn")
    page.get_by_role("button", name="Run again").click()
    expect(card).to_contain_text("One thing needs attention.", timeout=120_000)
    expect(card.locator("li", has=page.get_by_label("needs attention"))).to_contain_text("Search by words")
    shot(page, "health-damaged")
    assert serious(page) == []
    card.get_by_role("button", name="Repair").click()
    expect(card).to_contain_text("Everything is in order.", timeout=120_000)
    expect(card).to_contain_text("Both indexes were rebuilt")
    expect(card.get_by_label("needs attention")).to_have_count(0)
    assert json.loads(oaken(home, "doctor", "--json"))["healthy"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(open_page: Open, scheme: str) -> None:
    page = open_page(scheme=scheme)
    to(page, "Map")
    point(page, "mill.txt").click()
    expect(page.locator(".st-key-map-nearest button")).to_have_count(5)
    assert serious(page) == []
    shot(page, f"map-{scheme}")
    to(page, "Charts")
    expect(page.locator(".oaken-charts")).to_be_visible()
    assert serious(page) == []
    shot(page, f"charts-{scheme}")
    to(page, "Health")
    expect(page.locator(".st-key-health-look")).to_be_visible()
    if not page.locator(".st-key-health").count():
        page.get_by_role("button", name="Run check").click()
    expect(page.locator(".st-key-health .oaken-checks")).to_be_visible(timeout=120_000)
    page.get_by_text("The program and its models").click()
    assert serious(page) == []
    shot(page, f"health-{scheme}")
