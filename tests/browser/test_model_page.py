"""The choice of a model in a real browser: what is listed, and that the next question goes to what was chosen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Witness, app, failures, oaken, shot
from tests.model.conftest import write_gguf as write_gguf
from tests.model.hub import Hub, serving
from tests.ui.conftest import DOCUMENTS

pytestmark = [pytest.mark.real, pytest.mark.slow]


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
            expect(page.get_by_text("The model that writes the answers.")).to_be_visible()
            expect(page.get_by_text("SmolLM2 135M")).to_be_visible()
            expect(page.get_by_text("not checked by Oaken")).to_be_visible()
            expect(page.get_by_text("in use", exact=True)).to_have_count(1)
            page.get_by_text("More models").click()
            expect(page.get_by_text("Model to download")).to_be_visible()
            page.get_by_text("A model server").click()
            page.get_by_label("Address").fill("http://127.0.0.1:9")
            page.get_by_role("button", name="Test").click()
            expect(page.get_by_test_id("stAlert")).to_contain_text("127.0.0.1:9")
            shot(page, "model")
            page.get_by_role("button", name="Use", exact=True).click()
            _until(page, home, "tiny-<b>evil.gguf")
            page.get_by_role("link", name="Ask").first.click()
            question = page.get_by_placeholder("Ask your documents")
            question.fill("Who was the miller?")
            question.press("Enter")
            expect(page.locator(".oaken-card").first).to_contain_text("Tobias Wren")
            expect(page.get_by_text("How this was answered")).to_be_visible()
            page.get_by_role("link", name="Model").first.click()
            page.get_by_role("button", name="Use", exact=True).click()
            _until(page, home, "")
        finally:
            context.close()
    witness.check()
    assert failures((tmp_path / "ui.log").read_text()) == []


# Run in each of the app's processes before anything of ours: the table's checksum is that of the file we serve, which
# is small and comes in small pieces.
KNOWN = """
import dataclasses
from rag.model.files import download, known_models
download._DOWNLOAD_BYTES = 10_000
known_models.MODELS = tuple(
    dataclasses.replace(each, files=(dataclasses.replace(each.files[0], sha256="{sha}"),))
    if each.name == "qwen2.5-0.5b-instruct" else each
    for each in known_models.MODELS
)
"""


def test_one_click_downloads_a_model_and_has_it_write(
    browser: Browser, tmp_path: Path, write_gguf: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question in Spanish has quotes only; the line that says so leads to the models; one is had by one click."""
    home, documents, patch = tmp_path / "home", tmp_path / "documents", tmp_path / "patch"
    documents.mkdir()
    (documents / "panaderia.md").write_text(DOCUMENTS["panaderia.md"], encoding="utf-8")
    oaken(home, "ingest", str(documents))
    template = "{{ '<|im_start|>' }}"
    content = write_gguf(
        ("<|im_start|>", "<|im_end|>"), template=template, more={"llama.context_length": 1024}, layers=24
    ).read_bytes()
    patch.mkdir()
    (patch / "sitecustomize.py").write_text(KNOWN.format(sha=hashlib.sha256(content).hexdigest()))
    monkeypatch.setenv("PYTHONPATH", str(patch))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    witness = Witness()
    with serving(Hub(content, file="qwen2.5-0.5b-instruct-q4_k_m.gguf", pause=0.6)) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        with app(home, tmp_path / "ui.log") as (address, _):
            context = browser.new_context()
            try:
                page = context.new_page()
                page.set_default_timeout(60_000)
                witness.watch(page)
                page.goto(address)
                _ask(page, "¿Cuánto cuesta una hogaza de centeno?")
                notice = page.locator(".st-key-unwritten")
                expect(notice).to_contain_text("does not write Spanish")
                assert hub.requests == []
                notice.get_by_role("button", name="Models that write Spanish").click()
                expect(page.locator(".st-key-model-gemma-3-270m")).to_have_count(0)  # its package is not here
                offer = page.locator(".st-key-model-qwen2-5-0-5b-instruct")
                expect(offer).to_contain_text("apache-2.0")
                shot(page, "model-offers")
                offer.get_by_role("button", name="Download and use").click()
                expect(offer.get_by_role("progressbar")).to_be_visible()
                expect(offer.get_by_text("Downloading: ")).to_be_visible()
                shot(page, "model-download")
                offer.get_by_role("button", name="Pause").click()  # what has come is kept
                expect(offer.get_by_text("Paused: ")).to_be_visible()
                hub.pause = 0.0
                offer.get_by_role("button", name="Resume").click()
                expect(offer).to_have_count(0)
                assert any(each.startswith("bytes=") for each in hub.ranges())
                _until(page, home, "qwen2.5-0.5b-instruct-q4_k_m.gguf")
                page.get_by_role("link", name="Ask").first.click()
                _ask(page, "¿Cuánto cuesta una hogaza de centeno?")
                expect(page.locator(".st-key-unwritten")).to_have_count(0)
                page.get_by_text("How this was answered").last.click()
                expect(page.locator(".oaken-how").last).to_contain_text("of 1,024 tokens")
            finally:
                context.close()
    witness.check()
    assert failures((tmp_path / "ui.log").read_text()) == []


def test_the_queue_is_dismissed_for_good(browser: Browser, tmp_path: Path) -> None:
    home, documents = tmp_path / "home", tmp_path / "documents"
    documents.mkdir()
    (documents / "panaderia.md").write_text(DOCUMENTS["panaderia.md"], encoding="utf-8")
    oaken(home, "ingest", str(documents))
    with app(home, tmp_path / "ui.log") as (address, _):
        for visit in range(2):
            context = browser.new_context(locale="es-ES")
            try:
                page = context.new_page()
                page.set_default_timeout(60_000)
                page.goto(address)
                _ask(page, "¿Cuánto cuesta una hogaza de centeno?", "Pregunta a tus documentos", "Cómo se respondió")
                notice = page.locator(".st-key-unwritten")
                if visit == 0:
                    expect(notice).to_contain_text("no escribe en español")
                    notice.get_by_role("button", name="Entendido").click()
                expect(notice).to_have_count(0)
            finally:
                context.close()


def _ask(page: Page, words: str, box: str = "Ask your documents", told: str = "How this was answered") -> None:
    question = page.get_by_placeholder(box)
    question.wait_for()
    page.locator('[data-test-script-state="notRunning"]').wait_for()
    question.fill(words)
    question.press("Enter")
    expect(page.get_by_text(told).first).to_be_visible()


def _until(page: Page, home: Path, model: str) -> None:
    """Wait until the choice is kept, and drawn."""
    kept = home / "settings.json"
    for _ in range(600):
        if kept.exists() and Path(json.loads(kept.read_text())["model"]).name == model:
            break
        page.wait_for_timeout(100)
    assert Path(json.loads(kept.read_text())["model"]).name == model
    expect(page.get_by_role("button", name="Use", exact=True)).to_have_count(1)
    name = model.removesuffix(".gguf") or "SmolLM2 135M"
    row = page.locator("[data-testid=stLayoutWrapper], [data-testid=stVerticalBlock]").filter(has_text=name).last
    expect(row).to_contain_text("in use")
