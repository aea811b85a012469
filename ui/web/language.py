"""The page's settings: its language, the one chosen, else remembered, else the browser's own, and its theme."""

from __future__ import annotations

import streamlit as st

from ui.shared import i18n
from ui.shared.i18n import page_languages
from ui.web import html_views

COOKIE = "oaken-language"  # kept by the browser, so that a reload or another day finds the choice (assets/clicks.js)
_CHOSEN, _CHOICE = "language", "language-choice"


def follow_the_person() -> None:
    """Use the language of whoever views the page; outside of a page it is English."""
    i18n.set_language_source(_wanted)


def language_in_use() -> tuple[str, bool]:
    """Return the language in use, and whether it was chosen in this session."""
    return i18n.language(), _CHOSEN in st.session_state


def settings_menu() -> None:
    """Draw the button that opens the page's own settings, the same on every page: language and theme."""
    with st.popover(i18n.tr("Settings"), icon=":material/settings:", type="tertiary", key="oaken-settings"):
        _language_choice()
        st.html(html_views.theme_switch())


def _language_choice() -> None:
    """Draw the choice of a language, each named in itself."""
    st.session_state[_CHOICE] = i18n.language()
    st.radio(
        i18n.tr("Language"), list(page_languages()), key=_CHOICE, format_func=page_languages().__getitem__,
        on_change=_choose,
    )  # fmt: skip


def _choose() -> None:
    if (picked := st.session_state[_CHOICE]) in page_languages():
        st.session_state[_CHOSEN] = picked


def _wanted() -> str:
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    if get_script_run_ctx(suppress_warning=True) is None:
        return "en"
    chosen = st.session_state.get(_CHOSEN) or st.context.cookies.get(COOKIE)
    return str(chosen) if chosen in page_languages() else i18n.nearest_language(st.context.locale)
