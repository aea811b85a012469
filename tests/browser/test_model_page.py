"""The choice of a model in a real browser: what is listed, and that the next question goes to what was chosen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Witness, app, oaken, shot
from tests.model.conftest import write_gguf as write_gguf
from tests.ui.conftest import DOCUMENTS

pytestmark = pytest.mark.real


def test_a_model_is_chosen_and_answers_the_next_question(
    browser: Browser, tmp_path: Path, write_gguf: Callable[..., Path]
) -> None:
    home, documents = tmp_path / "home", tmp_path / "documents"
    documents.mkdir()
    (documents / "mill.txt").write_text(DOCUMENTS["mill.txt"], encoding="utf-8")
    oaken(home, "ingest", str(documents))
    path = write_gguf(
        ("<|prompter|>", "<|assistant|>", "<|system|>"), name="tiny-<b>evil", more={"llama.context_length": 1024}
    )
    oaken(home, "models", "add", str(path), "--allow-unverified")
    witness = Witness()
    with app(home, tmp_path / "ui.log") as (address, _):
        context = browser.new_context()
        try:
            page = context.new_page()
            page.set_default_timeout(60_000)
            witness.watch(page)
            page.goto(address)
            page.get_by_role("link", name="Model").first.click()
            expect(page.get_by_text("Who writes the answers.")).to_be_visible()
            expect(page.get_by_text("smollm2-135m-instruct")).to_be_visible()
            expect(page.get_by_text("unverified file")).to_be_visible()
            expect(page.get_by_text("in use", exact=True)).to_have_count(1)
            page.get_by_text("OpenAssistant's models").click()
            expect(page.get_by_text("oaken models pull NAME")).to_be_visible()
            shot(page, "model")
            page.get_by_role("button", name="Use").click()
            _until(page, home, "tiny-<b>evil.gguf")
            page.get_by_role("link", name="Ask").first.click()
            question = page.get_by_placeholder("Ask your documents")
            question.fill("Who was the miller?")
            question.press("Enter")
            expect(page.locator(".oaken-card").first).to_contain_text("Tobias Wren")
            expect(page.get_by_text("How this was answered")).to_be_visible()
            page.get_by_role("link", name="Model").first.click()
            page.get_by_role("button", name="Use").click()
            _until(page, home, "")
        finally:
            context.close()
    witness.check()
    assert "Traceback" not in (tmp_path / "ui.log").read_text()


def _until(page: Page, home: Path, model: str) -> None:
    """Wait until the choice is kept, and drawn."""
    kept = home / "settings.json"
    for _ in range(600):
        if kept.exists() and Path(json.loads(kept.read_text())["model"]).name == model:
            break
        page.wait_for_timeout(100)
    assert Path(json.loads(kept.read_text())["model"]).name == model
    expect(page.get_by_role("button", name="Use")).to_have_count(1)
    name = model.removesuffix(".gguf") or "smollm2-135m-instruct"
    row = page.locator("[data-testid=stLayoutWrapper], [data-testid=stVerticalBlock]").filter(has_text=name).last
    expect(row).to_contain_text("in use")
