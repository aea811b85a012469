"""The language of the page: the one chosen, else the one remembered, else the browser's own."""

from __future__ import annotations

import streamlit as st

from ui.shared import i18n
from ui.shared.i18n import page_languages

COOKIE = "oaken-language"  # kept by the browser, so that a reload or another day finds the choice (assets/clicks.js)
_CHOSEN, _MENU = "language", "language-menu"


def follow_the_person() -> None:
    """Use the language of whoever views the page; outside of a page it is English."""
    i18n.set_language_source(_wanted)


def language_in_use() -> tuple[str, bool]:
    """Return the language in use, and whether it was chosen in this session."""
    return i18n.language(), _CHOSEN in st.session_state


def language_menu() -> None:
    """Draw the menu of languages, each named in itself."""
    st.menu_button(
        page_languages()[i18n.language()],
        list(page_languages()),
        key=_MENU,
        icon=":material/language:",
        type="tertiary",
        format_func=_named,
        on_click=_choose,
    )


def _named(each: str) -> str:
    """Return a language's own name, marked where it is the page's."""
    return f"{page_languages()[each]} ✓" if each == i18n.language() else page_languages()[each]


def _choose() -> None:
    if (picked := st.session_state[_MENU]) in page_languages():
        st.session_state[_CHOSEN] = picked


def _wanted() -> str:
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    if get_script_run_ctx(suppress_warning=True) is None:
        return "en"
    chosen = st.session_state.get(_CHOSEN) or st.context.cookies.get(COOKIE)
    return str(chosen) if chosen in page_languages() else i18n.nearest_language(st.context.locale)
