"""The settings of .streamlit/config.toml hold in the running page, whatever a person's own Streamlit settings say."""

from __future__ import annotations

import socket
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect

import ui
from tests.browser.conftest import app, failures
from ui.web.server.addresses import reach

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

FILE = Path(ui.__file__).parent / "web" / ".streamlit" / "config.toml"
OTHERS = """
[server]
address = "0.0.0.0"
maxUploadSize = 900
enableXsrfProtection = false
[browser]
gatherUsageStats = true
[client]
toolbarMode = "developer"
[theme]
primaryColor = "#ff00ff"
backgroundColor = "#ff0000"
[theme.light]
backgroundColor = "#ff0000"
"""


def colour(page: Page, selector: str, name: str) -> str:
    found = page.locator(selector).first.evaluate("(each, name) => getComputedStyle(each)[name]", name)
    return "#" + "".join(f"{int(part):02x}" for part in found.strip("rgba()").split(",")[:3])


def test_they_hold_from_any_folder_and_over_a_person_s_own(
    browser: Browser, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tomllib.loads(FILE.read_text())
    for folder in (home.parent, tmp_path):  # the folder it is started from, and the person's own
        (folder / ".streamlit").mkdir(exist_ok=True)
        (folder / ".streamlit" / "config.toml").write_text(OTHERS)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "0.0.0.0")
    monkeypatch.setenv("STREAMLIT_SERVER_MAX_UPLOAD_SIZE", "800")
    monkeypatch.setenv("STREAMLIT_THEME_LIGHT_BACKGROUND_COLOR", "#00ff00")
    monkeypatch.setenv("STREAMLIT_BROWSER_GATHER_USAGE_STATS", "true")
    with app(home, tmp_path / "log") as (address, _):
        for scheme in ("light", "dark"):
            page = browser.new_page(color_scheme=scheme)  # type: ignore[arg-type]
            page.goto(address)
            page.get_by_placeholder("Ask your documents").wait_for()
            assert colour(page, ".stApp", "backgroundColor") == told["theme"][scheme]["backgroundColor"]
            assert colour(page, ".stApp", "color") == told["theme"][scheme]["textColor"]
            page.close()
        for other in reach("0.0.0.0").names[2:]:  # this machine's addresses on its networks
            if other != socket.gethostname().lower():
                with pytest.raises(OSError), socket.create_connection((other, urlsplit(address).port), timeout=2):
                    pass
        _more_than_the_limit_is_refused(browser, address, told["server"]["maxUploadSize"])
    assert failures((tmp_path / "log").read_text()) == []


def _more_than_the_limit_is_refused(browser: Browser, address: str, limit: int) -> None:
    """Said on the page, and held by the server against who does not go by the page."""
    page = browser.new_page()
    page.goto(address)
    page.get_by_role("link", name="Library", exact=True).click()
    expect(page.get_by_text(f"up to {limit} MB").first).to_be_visible()
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "PUT" else None)
    small = {"name": "small.txt", "mimeType": "text/plain", "buffer": b"small"}
    page.locator("input[type=file]").first.set_input_files([small])  # type: ignore[list-item]
    expect(page.get_by_role("button", name="Add 1 file")).to_be_visible()
    [request] = sent
    headers = {name: value for name, value in request.headers.items() if "xsrf" in name}
    status = """async ([url, headers, megabytes]) => {
      const body = new FormData()
      body.append('file', new Blob([new Uint8Array(megabytes * 2 ** 20)]), 'large.txt')
      return (await fetch(url, { method: 'PUT', headers, body })).status
    }"""
    assert headers and page.evaluate(status, [request.url, headers, 1]) == 204
    assert page.evaluate(status, [request.url, headers, limit + 2]) == 413
    assert page.evaluate(status, [request.url, {}, 1]) == 403  # without the token that only our page knows
    page.close()
