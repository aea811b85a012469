"""Quotes as a person sees them: lists, tables and code within their cards, on a phone and by keyboard too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.conversation.chats.store import ChatStore
from rag.quote_blocks import UNSURE
from rag.settings import library_folder
from rag.types import Citation, document_id
from tests.browser.conftest import app, oaken, shot
from tests.browser.test_access import serious
from tests.ui.quoted import ANSWER, TEXT, cut

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page of a conversation whose answer quotes a list, code, a table and a section."""
    folder = tmp_path_factory.mktemp("quotes")
    (folder / "docs").mkdir()
    (folder / "docs" / "shop.md").write_text(TEXT.replace("echo", f"echo {'x' * 90}"), encoding="utf-8")
    oaken(folder / "home", "ingest", str(folder / "docs"))

    def there(quote: Citation) -> Citation:
        return replace(quote, document_id=document_id(str(folder / "docs"), "shop.md"))

    assert ANSWER.short is not None
    answer = replace(ANSWER, quotes=tuple(map(there, ANSWER.quotes)), short=there(ANSWER.short))
    long = cut("Start it:", "fi")
    code = replace(there(long), quote=long.quote.replace("echo", f"echo {'x' * 90}"), source="docs/shop.sh", parts=())
    with ChatStore.open(library_folder(folder / "home", "default")) as chats:
        chat = chats.new().id
        asked = chats.ask(chat, "What torque?", None)
        chats.ask(chat, "And the code?", chats.keep(asked.id, answer).id)
        last = chats.path(chat)[-1].question.id
        chats.keep(last, replace(answer, quotes=(code,), short=None, verdict=answer.verdict))
    with app(folder / "home", folder / "ui.log") as (address, _):
        yield f"{address}?chat={chat}"


def opened(browser: Browser, address: str, scheme: str, width: int) -> Page:
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]
    page.goto(address)
    page.locator('[data-test-script-state="notRunning"]').wait_for()
    expect(page.locator(".oaken-short")).to_have_text("42 Nm1")
    return page


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_quotes_are_drawn_as_what_they_are_and_nothing_is_wider_than_the_page(
    browser: Browser, address: str, scheme: str, width: int
) -> None:
    page = opened(browser, address, scheme, width)
    expect(page.locator(".oaken-card .oaken-bullets li")).to_have_text(["the tyres", "the chain & the bell"])
    expect(page.locator(".oaken-card .oaken-table td").nth(1)).to_have_text("42 Nm")
    expect(page.locator(".oaken-partly").first).to_have_text(UNSURE)
    main = page.locator('[data-testid="stMain"]')
    assert main.evaluate("each => each.scrollWidth <= each.clientWidth")
    long = page.locator(".oaken-code[tabindex]")
    assert long.evaluate("each => each.scrollWidth > each.clientWidth && each.clientWidth < innerWidth")
    long.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "() => document.activeElement.matches('.oaken-code') && document.activeElement.scrollLeft > 0"
    )
    assert serious(page) == []
    shot(page, f"quotes-{scheme}-{width}")
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("dialog").locator(".oaken-source")).to_contain_text("the lights")
    page.close()
