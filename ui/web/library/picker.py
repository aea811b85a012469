"""The library that the page shows: the menu at the page's upper edge. Each browser tab may show another."""

from __future__ import annotations

import streamlit as st

from rag.settings import library_names, load
from ui.shared.i18n import tr, trn
from ui.web import html_views, pending_questions, session

MOST_IN_MENU = 100  # libraries; a browser takes half a minute to open a menu of 2,000
MOST_BUTTONS = 20  # libraries offered where one is not there
_LIBRARY_MENU_KEY = "library-menu"


def library_names_shown() -> list[str]:
    """Return the libraries that exist, and the one shown even before it is created."""
    return sorted({*library_names(load().home), session.library_name()})


def switch(name: str) -> None:
    """Show another library: its documents, and none of the other's conversations."""
    if name != session.library_name():
        pending_questions.leave()
        session.use_library(name)


def menu() -> None:
    """Draw the menu of the libraries, on every page and even where there is one; of very many, a box to type into."""
    now, names = session.library_name(), library_names_shown()
    told = tr("Which library to ask. Libraries are made, renamed and deleted on the page Library.")
    if len(names) > MOST_IN_MENU:
        key = f"{_LIBRARY_MENU_KEY}-{now}"
        chosen = lambda: switch(str(st.session_state[key]))  # noqa: E731
        st.selectbox(told, names, names.index(now), key=key, on_change=chosen, label_visibility="collapsed")
        return
    st.menu_button(
        now,
        names,
        key=_LIBRARY_MENU_KEY,
        icon=":material/local_library:",
        type="tertiary",
        on_click=lambda: switch(str(st.session_state[_LIBRARY_MENU_KEY])),
        help=told,
    )


def unknown() -> None:
    """Draw that the page was asked for a library that does not exist, and which do."""
    name = session.library_name()
    st.warning(
        session.escape_markdown(tr("There is no library “{name}”. It may have been renamed or deleted.", name=name)),
        icon=":material/search_off:",
    )
    there = library_names(load().home) or [session.own_library()]
    st.html(html_views.quiet(tr("Libraries here:")))
    with st.container(horizontal=True, key="libraries-here"):
        for each in there[:MOST_BUTTONS]:
            st.button(each, key=f"go-{each}", icon=":material/local_library:", on_click=switch, args=(each,))
    if (more := len(there) - MOST_BUTTONS) > 0:
        st.html(html_views.quiet(trn(more, "and {n} more", "and {n} more")))
