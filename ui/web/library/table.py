"""The documents of a library on the page: find and filter them, tick some, and read them again or take them out.

The whole list is one grid that draws only the rows in sight; what it shows is made once for each change of the library.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import streamlit as st

from rag.library.library import Library
from rag.types import FileRecord
from ui.shared.facets import language_name
from ui.shared.folders import folder_names
from ui.shared.formatting import file_name
from ui.shared.i18n import language, tr, trn, word
from ui.web import html_views, session
from ui.web.library import add_files
from ui.web.library.ingest_jobs import IngestRequest
from ui.web.library.table_rows import (
    CITED,
    WITHOUT_TEXT,
    DocumentFilter,
    FilterChoices,
    choices,
    columns,
    found,
    has_text,
)
from ui.web.source import dialog as source_dialog
from ui.web.timezone import zone

_MAX_NAMED_REMOVALS = 5  # documents named before they are taken out
_TALLEST = 560  # pixels
_OUTCOME_GROUPS = {CITED: word("Can be asked about"), WITHOUT_TEXT: word("Gave no text")}
_TABLE_COLUMNS = {
    "document": word("Document"),
    "outcome": word("Outcome"),
    "language": word("Language"),
    "pages": word("Pages"),
    "passages": word("Passages"),
    "size": word("Size"),
    "file": word("File date"),
    "added": word("Added"),
    "folder": word("Folder"),
}


def show(library: Library) -> None:
    """Draw the list of a library that holds some documents."""
    _list(library)


@st.fragment
def _list(library: Library) -> None:
    """A part of the page that is redrawn by itself: typing and ticking draw nothing else."""
    with session.errors():
        records = library.records()
        if not records:
            st.rerun()
        name = session.library_name()
        there = choices(records)
        _without_text(records, name)
        wanted = _filter(there, library, name)
        shown = found(records, wanted, html_views.outcome_name)
        above = st.container(horizontal=True, vertical_alignment="center", key="ticked")
        above.html(html_views.quiet(_how_many(len(shown), len(records))), width="content")
        if not shown:
            _nothing(name)
            return
        ticked = _grid(shown, library, name)
        with above:
            _actions(ticked)


def _without_text(records: Sequence[FileRecord], name: str) -> None:
    """What gave no text: how many, one click to see them and one to try them again."""
    number = sum(not has_text(record.outcome.value) for record in records)
    if not number:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="without-text"):
        words = trn(number, "{n} file gave no text: it is not asked.", "{n} files gave no text: they are not asked.")
        st.html(f'<p class="oaken-warning">{html_views.text(words)}</p>', width="content")
        st.button(
            tr("Show them"), key="show-without-text", type="tertiary", icon=":material/filter_list:",
            on_click=_only, args=(name, WITHOUT_TEXT),
        )  # fmt: skip
        if st.button(tr("Try them again"), key="try-again", type="tertiary", icon=":material/refresh:"):
            add_files.ingest_paths(IngestRequest(again=True))
            st.rerun()


def _key(part: str, name: str) -> str:
    return f"filter-{part}-{name}"


def _only(name: str, outcome: str) -> None:
    _forget_filter(name)
    st.session_state[_key("outcome", name)] = outcome


def _forget_filter(name: str) -> None:
    for part in ("words", "outcome", "language", "kind", "folder"):
        st.session_state[_key(part, name)] = ""


def _filter(there: FilterChoices, library: Library, name: str) -> DocumentFilter:
    """The line above the list; what is not there to choose from is not offered."""
    known = folder_names(library.folder)
    cited = sum(number for outcome, number in there.outcomes.items() if has_text(outcome))
    rest = sum(there.outcomes.values()) - cited
    outcomes = {CITED: cited, WITHOUT_TEXT: rest, **there.outcomes} if cited and rest else there.outcomes
    with st.container(horizontal=True, key="filters"):
        words = st.text_input(
            tr("Find a document"), key=_key("words", name), type="search", live=True, max_chars=200,
            placeholder=tr("Name, reason …"), icon=":material/search:", width=280,
        )  # fmt: skip
        return DocumentFilter(
            words or "",
            _choose(tr("Outcome"), "outcome", outcomes, name, _outcome),
            _choose(tr("Language"), "language", there.languages, name, language_name),
            _choose(tr("Kind of file"), "kind", there.kinds, name),
            _choose(tr("Folder"), "folder", there.folders, name, known),
        )


def _choose(label: str, part: str, values: dict[str, int], name: str, named: Any = str) -> str:
    """What is chosen is kept beside the widget: Streamlit knows a choice by its label, and the labels tell numbers."""
    key = _key(part, name)
    chosen = str(st.session_state.get(key, ""))
    if chosen not in ("", *values):
        chosen = st.session_state[key] = ""  # it is gone
    if len(values) < 2 and not chosen:
        return ""
    labels = {"": tr("All")} | {value: f"{named(value)} ({number:,})" for value, number in values.items()}
    widget = f"{key}-{zlib.crc32(repr(labels).encode())}"
    st.session_state[widget] = chosen
    st.selectbox(label, list(labels), format_func=labels.__getitem__, key=widget, on_change=_take, args=(key, widget))
    return chosen


def _take(key: str, widget: str) -> None:
    st.session_state[key] = st.session_state[widget]


def _outcome(outcome: str) -> str:
    return tr(_OUTCOME_GROUPS[outcome]) if outcome in _OUTCOME_GROUPS else html_views.outcome_name(outcome)


def _how_many(shown: int, all_of_them: int) -> str:
    if shown == all_of_them:
        return trn(shown, "{n} document", "{n} documents")
    return trn(all_of_them, "{shown} of {n} document", "{shown} of {n} documents", shown=f"{shown:,}")


def _nothing(name: str) -> None:
    st.html(html_views.quiet(tr("No document matches.")))
    st.button(tr("Show all"), key="show-all", on_click=_forget_filter, args=(name,))


def _grid(records: Sequence[FileRecord], library: Library, name: str) -> list[FileRecord]:
    """The documents, and those that are ticked. The cells are drawn as plain text on a canvas."""
    told = columns(records, html_views.outcome_name, folder_names(library.folder), zone())
    about: dict[str, Any] = {each: tr(label) for each, label in _TABLE_COLUMNS.items()}
    about["size"] = st.column_config.NumberColumn(about["size"], format="%d kB")
    about["document"] = st.column_config.TextColumn(about["document"], width="medium")
    about["outcome"] = st.column_config.TextColumn(about["outcome"], width="medium")
    drawn = [each for each, cells in told.items() if any(cell not in (None, "") for cell in cells)]
    # Rows are ticked by their number: another list is another grid.
    which = sha256("\n".join(record.id for record in records).encode()).hexdigest()[:12]
    event: Any = st.dataframe(
        told,
        key=f"documents-{name}-{which}-{language()}",
        hide_index=True,
        placeholder="",
        column_order=drawn,
        column_config=about,
        on_select="rerun",
        selection_mode="multi-row",
        height=min(_TALLEST, 38 + 35 * len(records)),
        alt=tr("The documents of the library"),
    )
    return [records[row] for row in event.selection.rows if row < len(records)]


def _actions(ticked: Sequence[FileRecord]) -> None:
    if not ticked:
        st.html(html_views.quiet(tr("Tick documents to read them again or to take them out.")), width="content")
        return
    st.html(html_views.quiet(trn(len(ticked), "{n} document ticked", "{n} documents ticked")), width="content")
    if len(ticked) == 1 and ticked[0].chunks and st.button(tr("Open"), key="open", icon=":material/open_in_full:"):
        source_dialog.open_document(ticked[0])
        st.rerun()
    if st.button(tr("Read again"), key="again", icon=":material/refresh:"):
        add_files.ingest_paths(IngestRequest(anew=tuple(record.id for record in ticked)))
        st.rerun()
    if st.button(tr("Remove …"), key="remove", icon=":material/delete:"):
        _sure(ticked)


def _sure(ticked: Sequence[FileRecord]) -> None:
    title = trn(len(ticked), "Take {n} document out of the library?", "Take {n} documents out of the library?")

    @st.dialog(title)
    def ask() -> None:
        names = [file_name(record.path) for record in ticked[:_MAX_NAMED_REMOVALS]]
        if (more := len(ticked) - len(names)) > 0:
            names.append(trn(more, "and {n} more", "and {n} more"))
        st.html(html_views.listed(names))
        st.html(
            html_views.quiet(
                tr(
                    "Your files stay where they are: only what the library holds of them goes. Copies that were made "
                    "by dropping files here are deleted."
                )
            )
        )
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button(tr("Keep them"), key="keep-documents"):
                st.rerun()
            if st.button(tr("Take them out"), key="really-remove", type="primary"):
                add_files.remove_documents([record.id for record in ticked])
                st.rerun()

    ask()
