"""Everyday tools of the page: where a question is asked, files dropped into it, copying, shortcuts, printing."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import shot
from tests.browser.test_page import answered, ask

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

Open = Callable[..., Page]
READ = """async type => {
  const [item] = await navigator.clipboard.read()
  return item.types.includes(type) ? await (await item.getType(type)).text() : null
}"""


CHIP = ".st-key-ask-where .react-aria-ComboBox [data-tag]"


def test_a_question_is_asked_where_it_was_chosen_and_so_is_the_next(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("/")
    page.keyboard.type("@mill")  # the choice opens, and is searched
    page.get_by_role("option", name="mill", exact=False).first.wait_for()
    page.keyboard.press("Enter")
    expect(page.locator(CHIP)).to_have_count(1)
    chosen = page.locator(CHIP).inner_text()
    ask(page, "How many paddles has the mill wheel?")
    answered(page)
    expect(page.locator(".oaken-asked-in")).to_contain_text("in: ")
    expect(page.locator(CHIP)).to_have_count(1)  # the box before it goes a moment later
    expect(page.locator(CHIP)).to_have_text(chosen)
    shot(page, "asked-in")
    page.get_by_role("button", name="Regenerate", exact=True).first.click()
    expect(page.get_by_text("2 of 2", exact=True)).to_be_visible(timeout=180_000)
    expect(page.locator(".oaken-asked-in")).to_have_count(1)
    page.reload()
    expect(page.locator(CHIP)).to_have_count(1)


def test_a_dropped_file_is_read_and_asked_about(open_page: Open) -> None:
    page = open_page()
    box = page.locator('[data-testid="stChatInput"] input[type="file"]')
    box.set_input_files([
        {"name": "ferry.txt", "mimeType": "text/plain", "buffer": b"The ferry of Orvalle crosses at six and at nine."},
        {"name": "broken.pdf", "mimeType": "application/pdf", "buffer": b"no pdf"},
    ])  # fmt: skip
    expect(page.get_by_text("ferry.txt").first).to_be_visible()
    shot(page, "dropped-into-the-box")
    page.get_by_placeholder("Ask your documents").fill("When does the ferry of Orvalle cross?")
    page.get_by_placeholder("Ask your documents").press("Enter")
    expect(page.locator(".oaken-refused")).to_contain_text("broken.pdf was not added")
    expect(page.locator(".oaken-asked-in")).to_have_text("in: ferry.txt", timeout=180_000)  # once it is read
    answered(page)
    expect(page.locator(".oaken-card").first).to_contain_text("crosses at six")


def test_copy_shortcuts_and_print(open_page: Open) -> None:
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#oaken-keys").wait_for(state="attached")
    page.keyboard.press("?")
    expect(page.locator("#oaken-keys dialog")).to_be_visible()
    expect(page.locator("#oaken-keys")).to_contain_text("New conversation")
    shot(page, "shortcuts")
    page.keyboard.press("Escape")
    expect(page.locator("#oaken-keys dialog")).not_to_be_visible()
    ask(page, "How many paddles has the mill wheel?")
    answered(page)
    page.get_by_placeholder("Ask your documents").evaluate("box => box.blur()")
    page.keyboard.press("c")
    expect(page.locator(".oaken-copied")).to_have_count(1)
    plain, formatted = page.evaluate(READ, "text/plain"), page.evaluate(READ, "text/html")
    assert "Sources" in plain and "\\" not in plain and "**" not in plain and "/" not in plain
    assert "<ol>" in formatted and "<strong>Sources</strong>" in formatted
    page.get_by_role("button", name="Copy as Markdown").first.click()
    expect(page.locator(".oaken-copied", has_text="Markdown")).to_have_count(1)
    assert "**Sources**" in page.evaluate(READ, "text/plain")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.dataset.oaken || ''").startswith("cite:")
    page.keyboard.press("/")
    page.keyboard.type("n?")  # typed, not obeyed
    expect(page.get_by_placeholder("Ask your documents")).to_have_value("n?")
    expect(page.locator("#oaken-keys dialog")).not_to_be_visible()
    printed = " ".join(each.extract_text() for each in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages)
    assert "How many paddles" in printed
    for hidden in ("Regenerate", "New conversation", "You could ask", "Ask in all documents"):
        assert hidden not in printed
    manifest = urljoin(page.url, page.locator('link[rel="manifest"]').get_attribute("href") or "")
    told = json.loads(page.request.get(manifest).text())
    assert told["display"] == "standalone" and page.request.get(urljoin(manifest, told["icons"][0]["src"])).ok
    page.get_by_placeholder("Ask your documents").evaluate("box => box.blur()")
    page.keyboard.press("n")
    expect(page.locator(".oaken-question")).to_have_count(0)
