"""The map of a library: its documents in two dimensions by meaning, coloured by what they have in common. One that is
chosen, on the map or by its name, is told of below, with those that are nearest to it.

The places are worked out apart from the page, once for each change of the library.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from rag.library.layout import Layout
from rag.library.library import Library
from rag.model.store import in_units
from rag.types import Record
from ui import ask_page, asking, library_views, map_drawing, opened, traits, views
from ui.errands import Errand, Errands
from ui.map_drawing import CHOSEN
from ui.sources import file_name
from ui.tongue import tr, trn, word

OPEN = "open-document"  # in the session: the document that the viewer shall show
_DOCUMENT, _DRAWN = "map-document", "map-drawn"
_BY = {"folder": word("Folder"), "language": word("Language"), "kind": word("Type")}
_SOON, _LOOK = 1.5, 1.0  # seconds: a page waits for a map so long, then looks again so often
_NEAREST, _FIRST_LINES, _LONGEST_QUESTION = 5, 600, 1000


@st.cache_resource(show_spinner=False)
def _layouts() -> Errands[Layout]:
    return Errands()


def show(library: Library) -> None:
    """Draw the map, and what is told of the chosen document."""
    layout = _layout(library)
    if layout is None:
        return
    place_of = {each: at for at, each in enumerate(layout.document_ids)}
    records = [record for record in library.records() if record.id in place_of]
    if not records:
        st.html(views.quiet(tr("There is nothing to draw yet: no document here has text.")))
        return
    st.html(views.quiet(tr("Documents that mean the like lie near to each other. Choose one to see what it is.")))
    by_id = {record.id: record for record in records}
    if st.session_state.get(_DOCUMENT) not in by_id:
        st.session_state[_DOCUMENT] = None
    _map(library, records, layout.places[[place_of[record.id] for record in records]])
    chosen = st.selectbox(
        tr("Document"),
        [record.id for record in sorted(records, key=lambda each: file_name(each.source).casefold())],
        format_func=lambda each: file_name(by_id[each].source),
        key=_DOCUMENT,
        placeholder=tr("Choose by name"),
        on_change=_drawn_anew,
    )
    if chosen is not None:
        near = [(by_id[each], likeness) for each, likeness in layout.nearest(chosen, _NEAREST) if each in by_id]
        _told(library, by_id[chosen], near)


def _layout(library: Library) -> Layout | None:
    """The places of all documents; while they are worked out those of before, or None where there are none yet."""
    key, change = str(library.folder), library.ledger.last_change()
    held = _layouts().last(key)
    if held is not None and library.holder():  # while files are taken in the library changes with each of them
        return held
    errand = _layouts().begin(key, change, lambda: Layout.of(library.ledger))
    if not errand.wait(0.0 if held is not None else _SOON):
        _wait(errand, held is None)
    if errand.over and errand.problem is not None:
        opened.say(errand.problem)
        if st.button(tr("Try again"), key="map-again"):
            _layouts().forget(key)
            st.rerun()
    return _layouts().last(key)


@st.fragment(run_every=_LOOK)
def _wait(errand: Errand[Layout], first: bool) -> None:
    if errand.over:
        st.rerun()
    st.html(library_views.busy(tr("Drawing the map …") if first else tr("Drawing the map anew …")))


def _map(library: Library, records: Sequence[Record], places: Any) -> None:
    folders = traits.folders(records, library.folder)
    languages = {record.id: traits.language(record) for record in records}
    of = {
        "folder": folders,
        "language": languages,
        "kind": {record.id: traits.kind(record) for record in records},
    }
    some = [name for name in _BY if len(set(of[name].values())) > 1]
    by = some[0] if some else "folder"
    if len(some) > 1:
        by = (
            st.segmented_control(
                tr("Colour by"), some, default=by, required=True, key="map-by", format_func=lambda name: tr(_BY[name])
            )
            or by
        )
    drawn = map_drawing.groups(of[by], tr("Other"))
    st.html(library_views.legend(tr(_BY[by]), drawn))
    event: Any = st.vega_lite_chart(
        map_drawing.data(
            records, places, of[by], drawn, st.session_state[_DOCUMENT] or "", languages, folders
        ),
        map_drawing.drawing(
            drawn,
            len(records),
            {"name": tr("Document"), "folder": tr("Folder"), "language": tr("Language")},
            "#e5e6dd" if st.context.theme.type == "dark" else "#23261f",
        ),
        key=f"map-{library.folder.name}-{by}-{st.session_state.get(_DRAWN, 0)}",
        on_select="rerun",
        selection_mode=[CHOSEN],
        alt=trn(
            len(records), "A map of one document by meaning. Choose it below by its name.",
            "A map of {n} documents by meaning. Choose one below by its name.",
        ),
    )  # fmt: skip
    picked = [each["id"] for each in event.selection.get(CHOSEN, []) if "id" in each]
    if picked and picked != st.session_state.get("map-picked"):
        st.session_state["map-picked"] = picked
        if picked[-1] in of[by] and picked[-1] != st.session_state[_DOCUMENT]:
            st.session_state[_DOCUMENT] = picked[-1]
            st.rerun()  # the ring is in the drawing above


def _drawn_anew() -> None:
    """What was chosen by its name was not on the map: the drawing forgets what was, so that it can be clicked again."""
    st.session_state[_DRAWN] = st.session_state.get(_DRAWN, 0) + 1
    st.session_state.pop("map-picked", None)


def _choose(document_id: str) -> None:
    st.session_state[_DOCUMENT] = document_id
    _drawn_anew()


def _told(library: Library, record: Record, near: Sequence[tuple[Record, float]]) -> None:
    """The chosen document: what it is, how it begins, what can be done with it, what is nearest."""
    with st.container(border=True, key="map-chosen"):
        [beginning] = library.ledger.texts_between([(record.id, 0, _FIRST_LINES)])
        st.html(library_views.document(record, facts(record), beginning))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if st.button(tr("Open"), key="map-open", icon=":material/open_in_full:"):
                st.session_state[OPEN] = record.id
                st.rerun()
        with (
            st.form("map-ask", border=False, clear_on_submit=True),
            st.container(horizontal=True, vertical_alignment="bottom"),
        ):
            asked = st.text_input(
                tr("Ask about this document"), max_chars=_LONGEST_QUESTION, placeholder=tr("What does it say about …")
            )
            if st.form_submit_button(tr("Ask"), icon=":material/forum:") and asked.strip():
                _ask(record, asked.strip())
        if near:
            st.html(library_views.smaller(tr("Nearest in meaning")))
            with st.container(key="map-nearest", gap=None):
                for other, likeness in near:
                    st.button(
                        f"{opened.plain(file_name(other.source))} &nbsp; :gray[{likeness:.0%}]",
                        key=f"near-{other.id}", type="tertiary", on_click=_choose, args=(other.id,),
                    )  # fmt: skip


def facts(record: Record) -> list[tuple[str, str]]:
    """Names and values of what is known of a document."""
    rows = [(tr("Type"), traits.kind(record)), (tr("Language"), traits.language(record))]
    if record.pages:
        rows.append((tr("Pages"), f"{record.pages:,}"))
    rows += [(tr("Passages"), f"{record.chunks:,}"), (tr("Size"), in_units(record.stamp.size))]
    if traits.year(record):
        rows.append((tr("Changed"), datetime.fromtimestamp(record.stamp.mtime_ns / 1e9, UTC).date().isoformat()))
    return rows


def _ask(record: Record, words: str) -> None:
    """Put the question to this document only, on the page where answers are."""
    name = record.source.replace('"', "?")
    asking.ask(opened.opened(), f'file:"{name}" {words}', [])
    st.switch_page(st.Page(ask_page.show, url_path="ask"))
