"""Conversations are there to be read, searched and taken along when the library they were about cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from rag.conversation.chats.store import ChatStore
from rag.settings import LEDGER_FILE
from rag.types import Answer, AnswerStatus, Citation, Claim
from tests.browser.conftest import app, failures, shot

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

QUOTE = Citation("d", "mill.txt", None, (), 0, 35, "The miller's name was Tobias Wren.", 0.9)
SAID = Answer(
    "Who?", AnswerStatus.ANSWERED, 0.9, (QUOTE,), (Claim("Tobias Wren was the miller.", True, 0.9, (QUOTE,)),)
)


def test_they_are_read_and_exported_over_a_damaged_ledger(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "home" / "libraries" / "default"
    with ChatStore.open(folder) as chats:
        chat = chats.new().id
        chats.keep(chats.ask(chat, "Who was the miller?", None).id, SAID)
    (folder / LEDGER_FILE).write_bytes(b"this is no ledger" * 500)
    with app(tmp_path / "home", tmp_path / "log") as (address, _):
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        expect(page.get_by_test_id("stAlert")).to_contain_text("ledger")
        page.get_by_role("button", name="Who was the miller?").click()
        expect(page.locator(".oaken-question")).to_have_text(["Who was the miller?"])
        expect(page.locator(".oaken-prose")).to_contain_text("Tobias Wren was the miller.")
        for name in ("Regenerate", "Edit"):  # which would ask the library
            expect(page.get_by_role("button", name=name)).to_have_count(0)
        page.get_by_role("button", name="This conversation").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Markdown, to read").click()
        assert "Tobias Wren" in Path(download.value.path()).read_text()
        page.keyboard.press("Escape")
        shot(page, "unusable")
        page.close()
    assert failures((tmp_path / "log").read_text()) == []
