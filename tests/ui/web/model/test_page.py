"""What the page Model says, on Streamlit's own test bench; choosing and downloading is seen in tests/browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from rag.errors import ModelError
from rag.model.files.download import UNREACHED_HINT
from ui.shared import model_catalog
from ui.shared.model_catalog import ModelCatalog
from ui.web.model.downloads import downloads
from ui.web.server.launcher import FOLDERS_VARIABLE


def whole() -> None:
    from ui.web.model import page as model_page

    model_page.show()


def after_a_download() -> None:
    from types import SimpleNamespace

    from ui.web.model import page as model_page
    from ui.web.model.downloads import downloads

    model_page._before(SimpleNamespace(terms="", name="one"), downloads().newest("one"))  # type: ignore[arg-type]


def told(drawing: Callable[[], None]) -> str:
    page = AppTest.from_function(drawing, default_timeout=30).run()
    assert not page.exception
    return " ".join(each.proto.body for each in page.get("html"))


def test_it_says_at_once_what_larger_models_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_catalog, "listing", lambda _: ModelCatalog((), 10**9, 4096, "http://localhost:8080"))
    assert "Larger models write better sentences, in more languages." in told(whole)


@pytest.mark.parametrize(
    ("hint", "folders", "says"),
    [
        (UNREACHED_HINT, None, True),
        (UNREACHED_HINT, "[]", False),  # others reach this page, and no file of this computer may be chosen
        ("Make room.", None, False),
    ],
)
def test_after_a_download_without_a_connection_it_says_where_a_file_is_chosen(
    monkeypatch: pytest.MonkeyPatch, hint: str, folders: str | None, says: bool
) -> None:
    if folders is not None:
        monkeypatch.setenv(FOLDERS_VARIABLE, folders)

    def fail(_: object) -> None:
        raise ModelError("The model could not be downloaded.", hint)

    downloads.clear()
    download = downloads().begin("one", fail)
    assert download.wait(20)
    assert ("under “A model file of your own”" in told(after_a_download)) == says
    downloads.clear()
