"""The menu of the libraries, on Streamlit's own test bench; how it looks is in browser/test_library_page.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui.web.library.picker import MOST_BUTTONS, MOST_IN_MENU


def menu() -> None:  # its source alone is run
    from ui.web import session
    from ui.web.library import picker

    picker.menu()
    picker.unknown()
    import streamlit as st

    st.session_state["shown"] = session.library_name()


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("OAKEN_HOME", str(tmp_path))
    names = [f"number-{number:03}" for number in range(MOST_IN_MENU + 20)]
    for name in names:
        (tmp_path / "libraries" / name).mkdir(parents=True)
        (tmp_path / "libraries" / name / "ledger.sqlite").touch()
    return names


def test_very_many_libraries_are_found_by_their_names(many: list[str]) -> None:
    page = AppTest.from_function(menu)
    page.query_params["library"] = many[0]
    page.run(timeout=30)
    assert not page.exception
    [box] = page.selectbox
    assert set(many) <= set(box.options) and box.value == many[0]
    box.set_value(many[-1]).run()
    assert page.session_state["shown"] == many[-1] == page.selectbox[0].value


def test_where_a_library_is_not_there_few_of_many_others_are_named(many: list[str]) -> None:
    page = AppTest.from_function(menu)
    page.query_params["library"] = "none"
    page.run(timeout=30)
    assert not page.exception
    assert [button.label for button in page.button] == many[:MOST_BUTTONS]
    assert any(f"and {len(many) - MOST_BUTTONS} more" in str(each.proto) for each in page.get("html"))
