"""The documents of a library on the page: find, filter and select them, then re-read or remove them.

The whole list is one grid that draws only the visible rows; its contents are made once for each change of the library.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

import streamlit as st

from ingest.content_index import may_be_read_now
from ingest.next_steps import next_step
from rag.conversation.suggestions import compare_question
from rag.library.library import Library
from rag.messages import marked
from rag.retrieval.filters import SearchFilter
from rag.types import FileRecord
from ui.shared.deletion import sample_records
from ui.shared.facets import language_name
from ui.shared.folders import place_names
from ui.shared.formatting import record_name
from ui.shared.i18n import day_format, file_size, language, number, tr, trn
from ui.web import added_offer, browser, html_views, reveal, session
from ui.web.confirm import confirm
from ui.web.library import add_files, document_tags, library_views
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
    reason_lines,
)
from ui.web.source import dialog as source_dialog

_MAX_NAMED_REMOVALS = 5  # documents named in the confirmation of a removal
_MAX_LOOKED_AT = 500  # files without text that are looked at for whether another try may help
_FEW_UNREAD = 3  # files without text that are all shown without being asked for
_UNREAD_SHOWN = 20  # files without text whose reasons are drawn above the list
_MAX_REASONS = 5  # selected documents whose whole reason is drawn: a cell of the list cuts it
_MAX_HEIGHT_PIXELS = 560  # pixels
_OUTCOME_GROUPS = {CITED: marked("Ready"), WITHOUT_TEXT: marked("No text found")}
_LINE_PIXELS, _CELL_PIXELS = 19, 16  # pixels of a line in a cell, and of what is around its lines
_MIN_BROKEN_PIXELS = 66  # pixels of a row whose lines are broken
_CHARACTER_PIXELS = 8  # pixels of a wide letter of a name
_BESIDE_NAMES_PIXELS = 32 + 40 + 100  # pixels of a narrow window's edges, ticks and outcomes
_NARROW_COLUMNS = ("document", "outcome")
_TABLE_COLUMNS = {
    "document": marked("Document"),
    "outcome": marked("Outcome"),
    "tags": marked("Tags"),
    "folder": marked("Folder"),
    "language": marked("Language"),
    "pages": marked("Pages"),
    "passages": marked("Passages"),
    "size": marked("Size"),
    "file": marked("File date"),
    "added": marked("Added"),
    "reason": marked("Reason"),
}
_COLUMN_PIXELS = {"document": 300, "outcome": 100, "tags": 130, "folder": 160, "reason": 480}
_ALL_REASONS_PIXELS = 600  # pixels of the reasons where each document of the list has one
_MAX_REASON_LINES = 4  # in a cell


def show(library: Library) -> None:
    """Draw the list of a library that holds documents."""
    _list(library)


@st.fragment
def _list(library: Library) -> None:
    """Draw the list as a fragment: typing and selecting redraw nothing else."""
    with session.errors_shown():
        records = library.records()
        if not records:
            st.rerun()
        name = session.library_name()
        there = choices(records)
        _without_text(records, name)
        _sample(records)
        known = place_names({record.root for record in records}, library.folder)
        wanted = _filter(there, known, name)
        shown = found(records, wanted, html_views.outcome_name)
        above = st.container(horizontal=True, vertical_alignment="center", key="ticked")
        with above:
            st.html(html_views.quiet(_how_many(len(shown), len(records))), width="content")
            if wanted != DocumentFilter():
                st.button(
                    tr("Clear filters"), key="clear-filters", type="tertiary", icon=":material/filter_list_off:",
                    on_click=_forget_filter, args=(name,),
                )  # fmt: skip
        if not shown:
            st.html(html_views.quiet(tr("No document matches.")))
            return
        selected = _grid(shown, known, name)
        with above:
            _actions(selected, library)
        if told := [record for record in selected[:_MAX_REASONS] if record.reason]:
            st.html(html_views.listed(reason_lines(told)))
        if len(selected) == 1:
            st.html(library_views.full_path(selected[0]))
        reveal.listen("documents")


def _without_text(records: Sequence[FileRecord], name: str) -> None:
    """Draw how many files gave no text, with a button to list them and one to try them again."""
    unread = [record for record in records if not has_text(record.outcome.value)]
    number = len(unread)
    if not number:
        return
    key = f"unread-shown-{name}"
    opened = st.session_state.setdefault(key, number <= _FEW_UNREAD)
    with st.container(horizontal=True, vertical_alignment="center", key="without-text"):
        words = trn(
            number,
            "{n} file contains no readable text and is not searched.",
            "{n} files contain no readable text and are not searched.",
        )
        st.html(f'<p class="oaken-warning">{html_views.text(words)}</p>', width="content")
        st.button(
            tr("Hide them") if opened else tr("Show them"), key="show-without-text", type="tertiary",
            icon=":material/expand_less:" if opened else ":material/expand_more:",
            on_click=st.session_state.__setitem__, args=(key, not opened),
        )  # fmt: skip
        can_help = any(map(may_be_read_now, unread[:_MAX_LOOKED_AT]))
        if can_help and st.button(
            tr("Retry"), key="try-again", type="tertiary", icon=":material/refresh:",
            on_click=session.attempt, args=("table", add_files.ingest_paths, IngestRequest(retry_incomplete=True)),
        ):  # fmt: skip
            st.rerun()
    if opened:
        _unread(unread, name)


def _unread(records: Sequence[FileRecord], name: str) -> None:
    """Draw why these files gave no text and what may help, and a button that filters the list for them."""
    with st.container(key="unread"):
        st.html(html_views.outcomes(
            (record.source, record.outcome.value, record.reason, next_step(record.outcome, record.reason))
            for record in records[:_UNREAD_SHOWN]
        ))  # fmt: skip
        if (more := len(records) - _UNREAD_SHOWN) > 0:
            st.html(html_views.quiet(trn(more, "and {n} more", "and {n} more")))
        st.button(
            tr("Select them in the list"), key="filter-without-text", type="tertiary", icon=":material/filter_list:",
            on_click=_show_only, args=(name, WITHOUT_TEXT),
        )  # fmt: skip


def _sample(records: Sequence[FileRecord]) -> None:
    """Draw a button that takes the sample out, where it lies beside documents of the person's own."""
    sample = sample_records(records)
    if not sample or len(sample) == len(records):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="sample-held"):
        words = trn(len(sample), "{n} of these documents is a sample.", "{n} of these documents are samples.")
        st.html(html_views.quiet(words), width="content")
        if st.button(
            tr("Remove the sample"), key="remove-sample", type="tertiary", icon=":material/delete:",
            on_click=session.attempt, args=("table", add_files.remove_documents, [record.id for record in sample]),
        ):  # fmt: skip
            st.rerun(scope="app")


def _key(part: str, name: str) -> str:
    return f"filter-{part}-{name}"


def _show_only(name: str, outcome: str) -> None:
    _forget_filter(name)
    reveal.request("ticked")
    st.session_state[_key("outcome", name)] = outcome


def _forget_filter(name: str) -> None:
    for part in ("words", "outcome", "language", "kind", "folder", "tag"):
        st.session_state[_key(part, name)] = ""


def _filter(choices: FilterChoices, known: Callable[[str], str], name: str) -> DocumentFilter:
    """Draw the filters above the list; a filter with nothing to choose from is left out."""
    cited = sum(number for outcome, number in choices.outcomes.items() if has_text(outcome))
    rest = sum(choices.outcomes.values()) - cited
    outcomes = {CITED: cited, WITHOUT_TEXT: rest, **choices.outcomes} if cited and rest else choices.outcomes
    with st.container(horizontal=True, key="filters"):
        words = st.text_input(
            tr("Find a document"), key=_key("words", name), type="search", live=True, max_chars=200,
            placeholder=tr("Name, reason…"), icon=":material/search:", width=280,
        )  # fmt: skip
        return DocumentFilter(
            words or "",
            _choose(tr("Outcome"), "outcome", outcomes, name, _outcome),
            _choose(tr("Language"), "language", choices.languages, name, language_name),
            _choose(tr("Kind of file"), "kind", choices.kinds, name),
            _choose(tr("Folder"), "folder", choices.folders, name, known),
            _choose(tr("Tag"), "tag", choices.tags, name, least=1),
        )


def _choose(
    label: str, part: str, values: dict[str, int], name: str, named: Callable[[str], str] = str, *, least: int = 2
) -> str:
    """Draw one filter, where it has ``least`` values, and return its value, which is kept beside the widget.

    Streamlit identifies a choice by its label, and the labels hold counts.
    """
    key = _key(part, name)
    chosen = str(st.session_state.get(key, ""))
    if chosen not in ("", *values):
        chosen = st.session_state[key] = ""  # it is gone
    if len(values) < least and not chosen:
        return ""
    labels = {"": tr("All")} | {value: f"{named(value)} ({number(count)})" for value, count in values.items()}
    widget = f"{key}-{zlib.crc32(repr(labels).encode())}"
    st.session_state[widget] = chosen
    st.selectbox(
        label, list(labels), format_func=labels.__getitem__, key=widget, on_change=_keep_choice, args=(key, widget)
    )
    return chosen


def _keep_choice(key: str, widget: str) -> None:
    st.session_state[key] = st.session_state[widget]


def _outcome(outcome: str) -> str:
    return tr(_OUTCOME_GROUPS[outcome]) if outcome in _OUTCOME_GROUPS else html_views.outcome_name(outcome)


def _how_many(shown: int, total: int) -> str:
    if shown == total:
        return trn(shown, "{n} file", "{n} files")
    return trn(total, "{shown} of {n} file", "{shown} of {n} files", shown=number(shown))


def _grid(records: Sequence[FileRecord], known: Callable[[str], str], name: str) -> list[FileRecord]:
    """Draw the documents and return the selected ones. Cells are drawn as plain text on a canvas.

    A canvas cuts what does not fit its cell: of a long name both ends are shown. A narrow window has room for name and
    outcome; the rest is told of the document that is selected.
    """
    narrow = browser.narrow_width()
    widths = _COLUMN_PIXELS | ({"document": narrow - _BESIDE_NAMES_PIXELS} if narrow else {})
    line_chars = widths["document"] // _CHARACTER_PIXELS
    lines = 2 if narrow and any(len(record_name(record)) > line_chars for record in records) else 1
    only_reasons = not narrow and all(record.reason for record in records)
    table = columns(
        records, html_views.outcome_name, known, browser.zone(), line_chars * lines - 4 * (lines - 1),
        advised=only_reasons,
    )  # fmt: skip
    if only_reasons:
        widths["reason"] = _ALL_REASONS_PIXELS
        longest = max(map(len, table["reason"])) * _CHARACTER_PIXELS
        lines = max(lines, min(_MAX_REASON_LINES, -(-longest // _ALL_REASONS_PIXELS)))
    about: dict[str, Any] = {each: tr(label) for each, label in _TABLE_COLUMNS.items()}
    about["size"] = st.column_config.NumberColumn(about["size"], format=file_size(1000).replace("1", "%d"))
    for each in ("file", "added"):
        about[each] = st.column_config.DateColumn(about[each], format=day_format())
    for each, pixels in widths.items():
        about[each] = st.column_config.TextColumn(about[each], width=pixels)
    drawn = [each for each in _shown_columns(records) if any(cell not in (None, "") for cell in table[each])]
    # Rows are selected by number: another list is another grid.
    which = sha256("\n".join(record.id for record in records).encode()).hexdigest()[:12]
    event: Any = st.dataframe(
        table,
        key=f"documents-{name}-{which}-{language()}-{narrow}",
        hide_index=True,
        placeholder="",
        column_order=[each for each in drawn if not narrow or each in _NARROW_COLUMNS],
        column_config=about,
        on_select="rerun",
        selection_mode="multi-row",
        row_height=(row := _row_pixels(lines)),
        height=min(_MAX_HEIGHT_PIXELS, 38 + row * len(records)),
        alt=tr("The documents of the library"),
    )
    return [records[row] for row in event.selection.rows if row < len(records)]


def _row_pixels(lines: int) -> int:
    """Return the height of a row of so many lines; Streamlit breaks no lines in a row of 4rem or less."""
    return max(_CELL_PIXELS + _LINE_PIXELS * lines, _MIN_BROKEN_PIXELS if lines > 1 else 0)


def _shown_columns(records: Sequence[FileRecord]) -> list[str]:
    """Return the columns in their order: reasons right after the outcome, where there are any."""
    first = ["document", "outcome", "reason"] if any(record.reason for record in records) else ["document", "outcome"]
    return [*first, *(each for each in _TABLE_COLUMNS if each not in first)]


def _actions(selected: Sequence[FileRecord], library: Library) -> None:
    if not selected:
        st.html(html_views.quiet(tr("Select documents to tag, re-read or remove them.")), width="content")
        return
    st.html(html_views.quiet(trn(len(selected), "{n} document selected", "{n} documents selected")), width="content")
    scope = SearchFilter(within=tuple(record.source for record in selected))
    clicked = len(selected) == 1 and bool(selected[0].chunks) and st.button(
        tr("Open"), key="open", icon=":material/open_in_full:",
        on_click=source_dialog.open_document, args=(selected[0],),
    )  # fmt: skip
    if any(record.chunks for record in selected):
        clicked |= st.button(
            trn(len(selected), "Ask about it", "Ask about them"), key="ask-selected", icon=":material/forum:",
            on_click=added_offer.ask_about, args=(scope,),
        )  # fmt: skip
    if len(selected) == 2 and all(record.chunks for record in selected):
        clicked |= st.button(
            tr("Compare"), key="compare-selected", icon=":material/compare:",
            on_click=added_offer.ask_about, args=(scope, compare_question(language())),
        )  # fmt: skip
    document_tags.edit(library, selected)
    clicked |= st.button(
        tr("Read again"), key="again", icon=":material/refresh:",
        on_click=session.attempt,
        args=("table", add_files.ingest_paths, IngestRequest(read_again=tuple(each.id for each in selected))),
    )  # fmt: skip
    if clicked:  # it is told of outside of this fragment
        st.rerun()
    if st.button(tr("Remove…"), key="remove", icon=":material/delete:"):
        _confirm_removal(selected)


def _confirm_removal(selected: Sequence[FileRecord]) -> None:
    def draw() -> None:
        names = [record_name(record) for record in selected[:_MAX_NAMED_REMOVALS]]
        if (more := len(selected) - len(names)) > 0:
            names.append(trn(more, "and {n} more", "and {n} more"))
        st.html(html_views.listed(names))
        st.html(
            html_views.quiet(
                tr(
                    "Your files stay where they are: only Oaken's copy of the text is deleted. Copies made by "
                    "dropping files here are deleted too."
                )
            )
        )
        add_files.quotes_stay()

    confirm(
        trn(len(selected), "Remove {n} document from the library?", "Remove {n} documents from the library?"),
        draw,
        tr("Remove"),
        lambda: add_files.remove_documents([record.id for record in selected]),
        key="remove",
    )
