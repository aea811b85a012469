"""Which of the three languages the page speaks: the one chosen, else the one remembered, else the browser's own."""

from __future__ import annotations

import streamlit as st

from ui.shared import i18n
from ui.shared.i18n import PAGE_LANGUAGES

COOKIE = "oaken-language"  # kept by the browser, so that a reload or another day finds the choice (assets/clicks.js)
_CHOSEN, _MENU = "language", "language-menu"


def follow_the_person() -> None:
    """From now on words are those of whoever looks at the page; outside of a page they are English."""
    i18n.follow(_wanted)


def spoken() -> tuple[str, bool]:
    """The language that holds, and whether a person chose it in this session."""
    return i18n.language(), _CHOSEN in st.session_state


def chooser() -> None:
    """Draw the menu of languages, each named in itself."""
    st.menu_button(
        PAGE_LANGUAGES[i18n.language()],
        list(PAGE_LANGUAGES),
        key=_MENU,
        icon=":material/language:",
        type="tertiary",
        format_func=lambda each: PAGE_LANGUAGES[each],
        on_click=_choose,
    )


def _choose() -> None:
    if (picked := st.session_state[_MENU]) in PAGE_LANGUAGES:
        st.session_state[_CHOSEN] = picked


def _wanted() -> str:
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    if get_script_run_ctx(suppress_warning=True) is None:
        return "en"
    chosen = st.session_state.get(_CHOSEN) or st.context.cookies.get(COOKIE)
    return str(chosen) if chosen in PAGE_LANGUAGES else i18n.nearest_language(st.context.locale)
