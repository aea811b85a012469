"""A library of an older version is offered today's embedder, and gets it while answers go on. Real server, real
Chromium, real models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rag.library.db.ledger import remembered
from tests.browser.conftest import oaken, shot
from tests.browser.test_access import serious
from tests.ui.conftest import DOCUMENTS

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

Open = Callable[..., Page]
MORE = 60  # paragraphs of a document that takes some seconds to embed


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose library was made with the embedder of older versions."""
    folder = tmp_path_factory.mktemp("older")
    documents = folder / "documents"
    documents.mkdir()
    for name, words in DOCUMENTS.items():
        (documents / name).write_text(words, encoding="utf-8")
    for n in range(MORE):
        words = f"Ledger {n} lists what the mill ground that year: rye, wheat and barley, sack by sack. " * 8
        (documents / f"ledger-{n}.txt").write_text(words, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OAKEN_EMBEDDER", "all-MiniLM-L6-v2")
        oaken(folder / "home", "ingest", str(documents))
    return folder / "home"


def ask(page: Page, question: str, answer: str) -> None:
    box = page.get_by_placeholder("Ask your documents")
    box.fill(question)
    box.press("Enter")
    expect(page.get_by_text(answer).first).to_be_visible()
    expect(page.get_by_text("How this was answered").first).to_be_visible(timeout=180_000)


def test_an_older_library_is_changed_over_while_answers_go_on(open_page: Open, address: str, home: Path) -> None:
    asking, page = open_page(), open_page()
    page.get_by_role("link", name="Library", exact=True).click()
    offer, run = page.locator(".st-key-embedder-offer"), page.locator(".st-key-taking-in")
    expect(offer).to_contain_text("by meaning")
    assert serious(page) == []
    shot(page, "embedder-offer")
    offer.get_by_role("button", name="Switch").click()
    expect(run).to_contain_text("You can keep asking meanwhile")
    expect(run).to_contain_text(" left")  # measured on the first batch
    expect(offer).to_have_count(0)
    shot(page, "embedder-change")
    run.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped. What is done is kept")).to_be_visible()
    assert remembered(home / "libraries" / "default" / "ledger.sqlite") == "all-MiniLM-L6-v2"
    ask(asking, "Who was the miller?", "Tobias Wren")  # by the old vectors
    offer.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("in any language are now matched by meaning")).to_be_visible(timeout=120_000)
    expect(page.get_by_text("Stopped. What is done is kept")).to_have_count(0)
    expect(offer).to_have_count(0)
    shot(page, "embedder-changed")
    assert remembered(home / "libraries" / "default" / "ledger.sqlite") == "multilingual-e5-small"
    ask(asking, "Как звали смотрителя маяка?", "Афанасий Лугин")  # the tab that was open all along
