"""The library that the page shows: select one, or create one. Each browser tab may show another."""

from __future__ import annotations

import streamlit as st

from rag.errors import UsageError
from rag.factory import open_library
from rag.settings import library_folder, library_names, load
from ui.shared.formatting import one_line
from ui.shared.i18n import tr
from ui.web import html_views, pending_questions, session

_EDGE, _CHOICE = "library-menu", "library-choice"


def library_names_shown() -> list[str]:
    """Return the libraries that exist, and the one shown even before it is created."""
    return sorted({*library_names(load().home), session.library_name()})


def switch(name: str) -> None:
    """Show another library: its documents, and none of the other's conversations."""
    if name != session.library_name():
        pending_questions.leave()
        session.use_library(name)


def menu() -> None:
    """Draw the menu at the page's upper edge, where there are several libraries."""
    there = library_names_shown()
    if len(there) < 2:
        return
    st.menu_button(
        session.library_name(),
        there,
        key=_EDGE,
        icon=":material/local_library:",
        type="tertiary",
        on_click=lambda: switch(str(st.session_state[_EDGE])),
    )


def chooser() -> None:
    """Draw the selection on the page Library, with the form for a new library."""
    now, there = session.library_name(), library_names_shown()
    with st.container(horizontal=True, vertical_alignment="bottom", key="library-choice", width="content"):
        st.selectbox(
            tr("Library"),
            there,
            there.index(now),
            key=f"{_CHOICE}-{now}-{len(there)}",
            on_change=lambda: switch(str(st.session_state[f"{_CHOICE}-{now}-{len(there)}"])),
            width=200,
        )
        # Another key for each library: once one was created, the form is closed and empty.
        with (
            st.popover(tr("New library"), icon=":material/add:", key=f"library-new-{now}"),
            st.form(f"new-library-{now}", border=False),
        ):
            name = st.text_input(tr("Name"), key=f"library-name-{now}", max_chars=64, placeholder=tr("manuals"))
            st.html(html_views.quiet(tr("Letters, digits, '-', '_' and '.'; it begins with a letter or a digit.")))
            if st.form_submit_button(tr("Create"), type="primary"):
                with session.errors_shown():
                    make(one_line(name or ""))
                    st.rerun()


def make(name: str) -> None:
    """Create an empty library and show it. Raises UsageError for a bad name, or one that is taken."""
    settings = load()
    try:
        library_folder(settings.home, name)
    except UsageError:
        raise UsageError(
            tr("{name} cannot be used as a library name.", name=repr(name)),
            tr("Letters, digits, '-', '_' and '.'; it begins with a letter or a digit."),
        ) from None
    if name.casefold() in {each.casefold() for each in library_names(settings.home)}:
        raise UsageError(tr("A library with that name already exists."), tr("Choose it from the list."))
    open_library(settings, name, create=True).close()
    switch(name)
