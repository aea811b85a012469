"""Language and theme are chosen in one place; that they hold is seen in tests/browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from ui.shared import i18n


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    i18n.set_language_source(lambda: "en")


def script() -> None:
    from ui.web import language

    language.follow_the_person()
    language.settings_menu()


def test_the_language_is_chosen_among_all_and_named_in_itself() -> None:
    page = AppTest.from_function(script, default_timeout=30).run()
    assert page.radio[0].options == [*i18n.page_languages().values()] and page.radio[0].value == "en"
    page.radio[0].set_value("ru").run()
    assert not page.exception and page.radio[0].value == "ru" and page.radio[0].label == "Язык"
