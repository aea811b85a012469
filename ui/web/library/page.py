"""The page Library: which one, adding files, the outcome of each, and the documents it holds."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from rag.errors import LibraryNotFoundError
from rag.library.library import Library
from rag.messages import marked
from ui.shared.folders import sample_folder
from ui.shared.i18n import tr
from ui.web import html_views, reveal, session
from ui.web.library import add_files, charts, embedder_section, folders_section, ingest_progress, manage, overview
from ui.web.library import health as library_health
from ui.web.library import map as library_map
from ui.web.library import picker as library_picker
from ui.web.library import table as library_table
from ui.web.library.allowed_paths import may_add_by_path
from ui.web.source import dialog as source_dialog

# The parts of a library. Only the selected one is drawn.
_VIEWS: dict[str, tuple[str, Callable[[Library], None]]] = {
    "documents": (marked("Documents"), library_table.show),
    "map": (marked("Map"), library_map.show),
    "charts": (marked("Charts"), charts.show),
    "health": (marked("Health"), library_health.show),
}


def show() -> None:
    """Draw the page.

    Each part has its place whether or not it has something to show: Streamlit identifies a fragment by its position,
    and a click on one that has just moved would be lost.
    """
    with st.container(key="library-page"):
        with st.container(horizontal=True, vertical_alignment="bottom", key="library-head"):
            below = tr("The documents Oaken answers from. Your files are read, never changed.")
            st.html(html_views.heading_line(tr("Library"), below), width="stretch")
            with session.errors_shown():
                manage.controls()
        for part in (add_files.show, ingest_progress.show, embedder_section.show, _held):
            with st.container(), session.errors_shown():
                part()
    reveal.listen("page")


def _held() -> None:
    try:
        library = session.open_for_page().assistant.library
        has_documents = not library.ledger.is_empty()
    except LibraryNotFoundError:
        has_documents = False
    if has_documents:
        overview.show(library, library.records())
        folders_section.show(library)
        _views(library)
        source_dialog.keep_open(library)
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
    if ingest_progress.live(session.library_name()):
        return
    if session.is_unknown():
        library_picker.unknown()
        st.html(html_views.quiet(tr("Files that you add above create it.")))
        return
    words = tr("This library is empty. Drop files above, or enter a folder path.")
    st.html(html_views.quiet(words if may_add_by_path() else tr("This library is empty. Drop files above.")))
    if sample_folder().is_dir():
        st.button(
            tr("Try it with sample documents"), icon=":material/local_library:", key="library-sample",
            on_click=session.attempt, args=("page", add_files.add_sample),
        )  # fmt: skip
