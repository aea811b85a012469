"""The page that keeps the library: which one, adding files, what became of each, and the documents it holds."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from rag.errors import LibraryMissing
from rag.library.library import Library
from ui import (
    library_add,
    library_charts,
    library_choice,
    library_health,
    library_map,
    library_offer,
    library_runs,
    library_table,
    opened,
    source_view,
    views,
)
from ui.places import sample_folder
from ui.tongue import tr, word

# What there is to see of a library. Only the chosen one is drawn.
_VIEWS: dict[str, tuple[str, Callable[[Library], None]]] = {
    "documents": (word("Documents"), library_table.show),
    "map": (word("Map"), library_map.show),
    "charts": (word("Charts"), library_charts.show),
    "health": (word("Health"), library_health.show),
}


def show() -> None:
    """Draw the page.

    Each part has its place whether or not it has something to show: Streamlit knows a fragment by where it stands, and
    a click on one that has just moved would be lost.
    """
    with st.container(key="library-page"):
        with st.container(horizontal=True, vertical_alignment="bottom", key="library-head"):
            below = tr("What Oaken may answer from. Your files are read, never changed.")
            st.html(views.heading_line(tr("Library"), below), width="stretch")
            with opened.errors():
                library_choice.chooser()
        for part in (library_add.show, library_runs.show, library_offer.show, _held):
            with st.container(), opened.errors():
                part()


def _held() -> None:
    try:
        library = opened.opened().assistant.library
        held = not library.ledger.is_empty()
    except LibraryMissing:
        held = False
    if held:
        _views(library)
        source_view.keep_open(library)
    else:
        _empty()


def _views(library: Library) -> None:
    first = next(iter(_VIEWS))
    picked = st.segmented_control(
        tr("What to see"),
        list(_VIEWS),
        default=first,
        required=True,
        format_func=lambda each: tr(_VIEWS[each][0]),
        key="library-view",
        label_visibility="collapsed",
    )
    _VIEWS[picked or first][1](library)


def _empty() -> None:
    if library_runs.live(opened.library_name()):
        return
    st.html(views.quiet(tr("This library is empty so far. Drop files above, or name a folder.")))
    if sample_folder().is_dir() and st.button(
        tr("Try it with sample documents"), icon=":material/local_library:", key="library-sample"
    ):
        library_add.add_sample()
        st.rerun()
