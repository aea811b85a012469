"""The first page: what it says, and that the sample is one click away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from ui.shared import i18n


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    i18n.set_language_source(lambda: "en")


def script(problem: str = "", language: str = "en", sample: bool = True) -> None:
    import streamlit as st

    from rag.errors import LibraryBusyError
    from ui.shared import i18n
    from ui.web.welcome import welcome

    def add() -> None:
        if problem:
            raise LibraryBusyError(problem, "Try again.")
        st.session_state["added"] = st.session_state.get("added", 0) + 1

    i18n.set_language_source(lambda: language)
    welcome(add if sample else None)


def opened(**told: object) -> AppTest:
    return AppTest.from_function(script, kwargs=told, default_timeout=30).run()


def test_the_sample_is_one_click_away() -> None:
    page = opened()
    assert not page.exception and "added" not in page.session_state
    page.button(key="begin-sample").click().run()
    assert not page.exception and page.session_state["added"] == 1
    assert not [each for each in opened(sample=False).button if each.key == "begin-sample"]


@pytest.mark.parametrize(("language", "words"), [("en", ""), ("es", "Se está escribiendo"), ("ru", "идёт запись")])
def test_what_prevents_it_is_reported(language: str, words: str) -> None:
    page = opened(problem="Another window is adding.", language=language)
    page.button(key="begin-sample").click().run()
    [error] = page.error
    assert words in error.value and "Another window is adding." in error.value
    assert not page.code  # nothing that would be typed in a terminal
    assert any("Try again." in each.proto.body for each in page.get("html"))
