"""Files that are meant to do harm, dropped into the page: each is told with its reason, and the page goes on."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import LIBRARY_FILES, Witness, app, oaken, shot
from tests.ingest import made_pdf

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

TOLD = {
    "bell.txt": "ready",
    "page-again.pdf": "it has more than 20,000 pages; split it",
    "draws-itself.pdf": "reading it takes more memory than one file may use",
    "bomb.docx": "it would take 400 MB when unpacked",
    "deep.json": "nested too deeply",
    "xxe.xml": "entity 'x' not defined",
}


def write_hostile(folder: Path) -> None:
    for name in ("page-again", "draws-itself"):
        made_pdf.write_objects(folder / f"{name}.pdf", made_pdf.hostile(name))
    with zipfile.ZipFile(folder / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (400 * 2**20))
    (folder / "deep.json").write_text("[" * 200_000)
    (folder / "xxe.xml").write_text('<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l>A bell &x; rings.</l>')
    (folder / "bell.txt").write_text("The ferry bell was cast in 1802 by Ines Valverde.")


def test_each_is_told_with_its_reason_and_the_page_goes_on(browser: Browser, tmp_path: Path) -> None:
    home, files, witness = tmp_path / "home", tmp_path / "files", Witness()
    files.mkdir()
    write_hostile(files)
    oaken(home, "ingest", str(files / "bell.txt"))
    with app(home, tmp_path / "log") as (address, _):
        context = browser.new_context(viewport={"width": 1280, "height": 1000})
        page = context.new_page()
        witness.watch(page)
        page.goto(f"{address}/library?library=dropped")
        page.locator(LIBRARY_FILES).set_input_files([str(files / name) for name in TOLD])
        page.locator(".st-key-add-files button").click()
        expect(page.get_by_text(f"of {len(TOLD)} files are ready.")).to_be_visible(timeout=120_000)
        shot(page, "hostile-files")
        for name, why in TOLD.items():
            expect(page.locator('[class*="st-key-ended-"] tr', has_text=name)).to_contain_text(why)
        page.goto(f"{address}/?library=dropped")
        expect(page.get_by_placeholder("Ask your documents")).to_be_enabled()
        context.close()
    assert oaken(home, "show", "xxe.xml", "--library", "dropped", "--text").strip() == "A bell &x; rings."
