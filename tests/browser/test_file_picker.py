"""A folder to add, and a model's file, are found in a list of this computer's folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import app, failures, shot
from tests.browser.test_library_page import outcome
from tests.model.conftest import write_gguf as write_gguf

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]


def entry(page: Page, name: str) -> None:
    page.locator('[class*="browse-entries"]').get_by_role("button", name=name).click()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_folder_and_a_model_are_chosen_from_lists(
    browser: Browser, tmp_path: Path, write_gguf: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    person = tmp_path / "person"
    (person / "papers *old*").mkdir(parents=True)
    (person / "papers *old*" / "key.txt").write_text("The key hangs in the mill.")
    (person / "models").mkdir()
    write_gguf(("<|im_start|>", "<|im_end|>"), name="tiny").replace(person / "models" / "tiny.gguf")
    monkeypatch.setenv("HOME", str(person))
    with app(tmp_path / "home", tmp_path / "ui.log") as (address, _):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.set_default_timeout(60_000)
        page.goto(f"{address}/library")
        page.get_by_role("button", name="Browse…").click()
        entry(page, "papers *old*")
        expect(page.get_by_text("1 file lies in it.")).to_be_visible()
        shot(page, f"picker-{width}")
        page.get_by_role("button", name="Choose this folder").click()
        expect(page.get_by_role("button", name="Choose this folder")).to_have_count(0)
        expect(page.get_by_label("Or a file or folder on this computer")).to_have_value(f"{person}/papers *old*")
        page.locator(".st-key-add-path button").click()
        expect(outcome(page, "key.txt")).to_contain_text("ready")

        page.goto(f"{address}/model")
        page.get_by_text("A model file of your own").click()
        page.get_by_role("button", name="Browse…").click()
        entry(page, "models")
        entry(page, "tiny.gguf")
        expect(page.get_by_label("Path of the file, or of its folder")).to_have_value(f"{person}/models/tiny.gguf")
        expect(page.get_by_role("button", name="Use this file")).to_be_visible()
        page.close()
    assert failures((tmp_path / "ui.log").read_text()) == []
