"""Libraries that are deleted on the page; how it looks, and the rest of it, is seen in tests/browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from rag.settings import DEFAULT_LIBRARY, library_folder, library_names
from tests.doubles import BagEmbedder
from tests.town import TEXTS, filed_folder
from ui.web.library import ingest_progress, manage


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("OAKEN_HOME", str(tmp_path))
    for name in (DEFAULT_LIBRARY, "_old_"):
        filed_folder(library_folder(tmp_path, name), BagEmbedder(), TEXTS)
    yield tmp_path
    ingest_progress.runs.clear()


def drawn() -> None:
    from ui.web.library import manage

    manage.controls()


def test_a_library_that_was_deleted_is_told_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def agreed(_: str, __: object, ___: str, act: Callable[[], object], *, key: str) -> None:
        assert key == "delete-library"
        act()
        st.rerun()

    monkeypatch.setattr(manage, "confirm", agreed)
    page = AppTest.from_function(drawn, default_timeout=30)
    page.query_params["library"] = "_old_"
    page.run()
    assert not page.exception and not page.toast
    page.button(key="delete-library").click().run()
    assert not page.exception and library_names(home) == [DEFAULT_LIBRARY]
    [told] = page.toast
    assert told.value == "The library &#8220;&#95;old&#95;&#8221; was deleted."  # no Markdown
    page.run()
    assert not page.toast


def test_of_an_empty_library_no_documents_are_counted(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filed_folder(library_folder(home, "bare"), BagEmbedder(), {})
    monkeypatch.setattr(manage, "confirm", lambda _, draw, *__, **___: draw())
    for name, empty in (("bare", True), (DEFAULT_LIBRARY, False)):
        page = AppTest.from_string(f"from ui.web.library import manage\nmanage.confirm_deletion({name!r})").run()
        assert not page.exception
        told = " ".join(each.proto.body for each in page.get("html"))
        assert ("It is empty." in told) == empty and ("the text of" in told) != empty
