"""The map of a library: its documents in two dimensions by meaning, coloured by what they have in common.

A document selected on the map or by its name is described below it, with its nearest neighbours. The positions are
computed apart from the page, once for each change of the library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import streamlit as st

from rag.library.document_map import DocumentMap
from rag.library.library import Library
from rag.messages import marked
from rag.retrieval.filters import SearchFilter
from rag.types import FileRecord
from ui.shared import facets
from ui.shared.folders import place_names
from ui.shared.formatting import file_name
from ui.shared.i18n import day, file_size, number, tr, trn
from ui.web import html_views, pending_questions, routes, session
from ui.web.background_tasks import BackgroundTask, BackgroundTasks
from ui.web.library import library_views, map_chart
from ui.web.library.map_chart import CHOSEN
from ui.web.library.table_rows import folder_of
from ui.web.source import dialog as source_dialog

_DOCUMENT, _DRAWN, _ASKED = "map-document", "map-drawn", "map-asked"
_GROUPINGS = {"folder": marked("Folder"), "language": marked("Language"), "kind": marked("Type")}
_SOON, _LOOK = 1.5, 1.0  # seconds: how long a page waits for a map at first, then between two polls
_NEAREST, _FIRST_LINES = 5, 600


@st.cache_resource(show_spinner=False)
def _map_tasks() -> BackgroundTasks[DocumentMap]:
    return BackgroundTasks()


def show(library: Library) -> None:
    """Draw the map, and the selected document below it."""
    document_map = _document_map(library)
    if document_map is None:
        return
    place_of = {each: at for at, each in enumerate(document_map.document_ids)}
    records = [record for record in library.records() if record.id in place_of]
    if not records:
        st.html(html_views.quiet(tr("There is nothing to draw yet: no document here has text.")))
        return
    st.html(html_views.quiet(tr("Documents about similar things are close together. Select one for details.")))
    shown = _MapContents(
        records,
        document_map.positions[[place_of[record.id] for record in records]],
        {
            "folder": facets.folders(records, library.folder),
            "language": {record.id: facets.language(record) for record in records},
            "kind": {record.id: facets.kind(record) for record in records},
        },
    )
    if st.session_state.get(_DOCUMENT) not in place_of:
        st.session_state[_DOCUMENT] = None
    _redraw()
    _draw_map(library, document_map, shown)


@dataclass(frozen=True, slots=True, eq=False)
class _MapContents:
    """The contents of the map."""

    records: Sequence[FileRecord]
    positions: Any  # (n, 2), of these records
    groups_by: Mapping[str, Mapping[str, str]]  # attribute to colour by -> document id -> group


@st.fragment
def _draw_map(library: Library, document_map: DocumentMap, shown: _MapContents) -> None:
    """Draw the map and the selected document; a selection reruns only this part and leaves the chart as it is."""
    by_id = {record.id: record for record in shown.records}
    _map(library, shown)
    chosen = st.selectbox(
        tr("Document"),
        [record.id for record in sorted(shown.records, key=lambda each: file_name(each.source).casefold())],
        format_func=lambda each: file_name(by_id[each].source),
        key=_DOCUMENT,
        placeholder=tr("Choose by name"),
        on_change=_redraw,
    )
    if chosen in by_id:
        near = [(by_id[each], likeness) for each, likeness in document_map.nearest(chosen, _NEAREST) if each in by_id]
        _show_document(library, by_id[chosen], near)


def _document_map(library: Library) -> DocumentMap | None:
    """Return the positions of all documents; the previous ones while they are computed, None if there are none yet."""
    key, change = str(library.folder), library.ledger.last_change()
    last_map = _map_tasks().last(key)
    if last_map is not None and library.holder():  # during an ingest the library changes with each file
        return last_map
    task = _map_tasks().begin(key, change, lambda: DocumentMap.of(library.ledger))
    if not task.wait(0.0 if last_map is not None else _SOON):
        _wait(task, last_map is None)
    if task.over and task.problem is not None:
        session.problem_text(task.problem)
        st.button(tr("Try again"), key="map-again", on_click=_map_tasks().forget, args=(key,))
    return _map_tasks().last(key)


@st.fragment(run_every=_LOOK)
def _wait(task: BackgroundTask[DocumentMap], first: bool) -> None:
    if task.over:
        st.rerun()
    st.html(library_views.busy(tr("Drawing the map…") if first else tr("Redrawing the map…")))


def _map(library: Library, shown: _MapContents) -> None:
    some = [name for name in _GROUPINGS if len(set(shown.groups_by[name].values())) > 1]
    by = some[0] if some else "folder"
    if len(some) > 1:
        by = st.segmented_control(
            tr("Colour by"), some, default=by, required=True, key="map-by",
            format_func=lambda name: tr(_GROUPINGS[name]), on_change=_redraw,
        ) or by  # fmt: skip
    drawn = map_chart.groups(shown.groups_by[by], tr("Other"))
    st.html(library_views.legend(tr(_GROUPINGS[by]), drawn))
    number, first = st.session_state[_DRAWN]
    key = f"map-{library.folder.name}-{number}"
    count = len(shown.records)
    st.vega_lite_chart(
        map_chart.data(shown.records, shown.positions, shown.groups_by, by, drawn),
        map_chart.drawing(
            drawn,
            count,
            {"name": tr("Document"), "folder": tr("Folder"), "language": tr("Language")},
            ink="#e5e6dd" if st.context.theme.type == "dark" else "#23261f",
            chosen=first or "",
        ),
        key=key,
        on_select=partial(_picked, key),
        selection_mode=[CHOSEN],
        alt=trn(
            count,
            "A map of one document by meaning. Choose it below by its name.",
            "A map of {n} documents by meaning. Choose one below by its name.",
        ),
    )


def _picked(key: str) -> None:
    picked = [each["id"] for each in st.session_state[key].selection.get(CHOSEN, []) if "id" in each]
    if picked:
        st.session_state[_DOCUMENT] = picked[-1]


def _redraw() -> None:
    """Rebuild the chart with the current selection: the chart keeps clicks on it to itself."""
    number, _ = st.session_state.get(_DRAWN, (0, None))
    st.session_state[_DRAWN] = (number + 1, st.session_state.get(_DOCUMENT))


def _choose(document_id: str) -> None:
    st.session_state[_DOCUMENT] = document_id
    _redraw()


def _show_document(library: Library, record: FileRecord, near: Sequence[tuple[FileRecord, float]]) -> None:
    """Draw the selected document: facts, first lines, actions, nearest neighbours."""
    with st.container(border=True, key="map-chosen"):
        [beginning] = library.ledger.texts_between([(record.id, 0, _FIRST_LINES)])
        place = place_names({each.root for each in library.records()}, library.folder)(folder_of(record))
        st.html(library_views.document(record, place, facts(record), beginning))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            clicked = st.button(
                tr("Open"), key="map-open", icon=":material/open_in_full:",
                on_click=source_dialog.open_document, args=(record,),
            )  # fmt: skip
        with (
            st.form("map-ask", border=False, clear_on_submit=True),
            st.container(horizontal=True, vertical_alignment="bottom"),
        ):
            st.text_input(tr("Ask about this document"), key=_ASKED, placeholder=tr("What does it say about…"))
            clicked |= st.form_submit_button(tr("Ask"), icon=":material/forum:", on_click=_ask, args=(record,))
        if clicked:  # it leads out of this fragment
            st.rerun()
        if near:
            st.html(library_views.smaller(tr("Nearest in meaning")))
            with st.container(key="map-nearest", gap=None):
                for other, likeness in near:
                    st.button(
                        f"{session.escape_markdown(file_name(other.source))} &nbsp; :gray[{number(likeness, '.0%')}]",
                        key=f"near-{other.id}", type="tertiary", on_click=_choose, args=(other.id,),
                    )  # fmt: skip


def facts(record: FileRecord) -> list[tuple[str, str]]:
    """Return names and values of a document's facts."""
    rows = [(tr("Type"), facets.kind(record)), (tr("Language"), facets.language(record))]
    if record.pages:
        rows.append((tr("Pages"), number(record.pages)))
    rows += [(tr("Passages"), number(record.chunks)), (tr("Size"), file_size(record.stamp.size))]
    if facets.year(record):
        rows.append((tr("Changed"), day(datetime.fromtimestamp(record.stamp.mtime_ns / 1e9, UTC).date())))
    return rows


def _ask(record: FileRecord) -> None:
    """Ask the question of the form about this document only, on the page Ask."""
    words = str(st.session_state.get(_ASKED) or "").strip()
    if words:
        scope = SearchFilter(within=(record.source,))
        pending_questions.begin_in(scope)
        pending_questions.submit_question(words, scope)
        routes.request("ask")
