"""A web page is added in the browser, and its citation leads back to its address. Real server, Chromium and models."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import REPOSITORY, app, failures, shot
from tests.browser.test_library_page import outcome
from tests.browser.test_page import answered, ask
from tests.ingest.web.page_server import serving

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]
MILL = (
    "<html><head><title>The mill of Aldergrove</title></head><body><h1>The mill of Aldergrove</h1>"
    "<p>The mill stands below the old weir. The miller was called Tobias Wren.</p></body></html>"
)
# In the page's process alone, and never by a setting: each name leads to the tests' server, whose port is allowed.
ONE_PORT = """
from ingest.web import fetch
fetch.INTERNET = fetch.Network(lambda host, port: ["127.0.0.1"], lambda ip, port: (ip, port) == ("127.0.0.1", {port}))
"""


def test_a_page_is_added_by_its_address_and_its_citation_leads_there(
    home: Path, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as server:
        (tmp_path / "sitecustomize.py").write_text(ONE_PORT.format(port=server.port))
        monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{REPOSITORY}")
        server.page("/guide/mill", MILL)
        log = tmp_path / "ui.log"
        with app(home, log) as (address, _):
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            page.goto(f"{address}/library")
            box = page.get_by_role("textbox", name="Or a web page")
            box.fill("http://localhost:8600/")
            page.locator(".st-key-add-address button").click()
            expect(page.get_by_test_id("stAlert")).to_contain_text("on this computer or in a local network")
            shot(page, "web-page-refused")
            box.fill(server.url("/guide/mill"))
            page.locator(".st-key-add-address button").click()
            expect(outcome(page, f"pages.example:{server.port}/guide/mill")).to_contain_text("ready")
            shot(page, "web-page-added")
            page.goto(address)
            ask(page, "Who was the miller of the mill below the old weir in Aldergrove?")
            answered(page)
            shot(page, "web-page-answer")
            page.locator('[data-oaken^="cite:"]').first.click()
            link = page.locator(f'.st-key-source-foot a[href="{server.url("/guide/mill")}"]')
            expect(link).to_be_visible()
            expect(page.locator(".st-key-source-foot")).to_contain_text("Fetched on ")
            assert link.get_attribute("rel") == "noopener noreferrer"
            expect(page.get_by_role("button", name="Download the kept copy")).to_be_visible()
            shot(page, "web-page-source")
            page.close()
        assert failures(log.read_text()) == []
