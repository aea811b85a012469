"""The page that keeps the library: add files and folders, see what became of each, remove documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from ingest.pipeline import ingest
from ingest.report import Progress, Report
from rag.errors import LibraryBusy, LibraryMissing, OakenError
from rag.library.library import Library
from rag.parts import open_embedder, open_library
from rag.settings import library_folder, load
from rag.types import Outcome, Record
from ui import opened, views
from ui.live import pace
from ui.removal import forget
from ui.serve import UPLOAD_MB
from ui.sources import file_name, one_line
from ui.uploads import Dropped, keep

_KINDS = "Documents, slides, tables, mail, pictures, source code"


def show() -> None:
    """Draw the page."""
    st.html(views.heading_line("Library", "What Oaken may answer from. Your files are read, never changed."))
    with opened.errors():
        _add()
        _last_run()
    with opened.errors():
        try:
            library = opened.opened().assistant.library
        except LibraryMissing:
            return
        _documents(library)


def _add() -> None:
    turn = st.session_state.setdefault("drops", 0)  # a new key empties the box after its files were taken
    files = st.file_uploader(
        f"Drop files here. {_KINDS}, up to {UPLOAD_MB} MB each.",
        accept_multiple_files=True,
        key=f"drop-{turn}",
        max_upload_size=UPLOAD_MB,
    )
    if files and st.button(f"Add {_count(len(files), 'file')}", type="primary", key="add-files"):
        dropped = [Dropped(file.name, file.getvalue()) for file in files]
        kept = keep(dropped, library_folder(load().home, opened.library_name()))
        refused = [(name, Outcome.FAILED.value, reason) for name, reason in kept.refused]
        _take_in(kept.paths, refused)
        st.session_state["drops"] = turn + 1
        st.rerun()
    with st.form("by-path", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        path = st.text_input("Or a file or folder on this computer", placeholder="~/Documents/manuals")
        if st.form_submit_button("Add", key="add-path") and path.strip():
            _take_in([Path(path.strip()).expanduser().absolute()], [])
            st.rerun()


def _take_in(paths: Sequence[Path], refused: list[tuple[str, str, str]]) -> None:
    """Ingest with the real progress, and remember the outcomes for the next drawing of the page."""
    report = Report()
    if paths:
        if not opened.WRITING.acquire(timeout=1):
            raise LibraryBusy("Another window is adding documents.", "Try again when it is done.")
        try:
            report = _ingest(paths)
        finally:
            opened.WRITING.release()
    rows = [(each.source, each.outcome.value, each.reason) for each in report.outcomes]
    gone = [(f"{report.removed} documents", "removed", "their files are gone")] if report.removed else []
    if not rows and not gone and not refused:
        raise OakenError(f"Nothing to add in {paths[0]}: there is no file.")
    st.session_state["last_run"] = (rows + gone + refused, report.stopped)


def _ingest(paths: Sequence[Path]) -> Report:
    bar = st.progress(0.0, "Getting ready …")

    def tell(progress: Progress) -> None:
        name = file_name(progress.source).replace("`", "'")
        words = [f"{progress.done} of {progress.total}", pace(progress), f"`{name}`" if name else ""]
        bar.progress(progress.done / max(progress.total, 1), "  ".join(filter(None, words)))

    try:
        assistant = opened.opened().assistant
    except LibraryMissing:
        settings = load()
        embedder = open_embedder(settings)
        with open_library(settings, opened.library_name(), create=True) as library:
            return ingest(paths, library, embedder, progress=tell)
    return ingest(paths, assistant.library, assistant.embedder, progress=tell)


def _last_run() -> None:
    if "last_run" not in st.session_state:
        return
    rows, stopped = st.session_state["last_run"]
    with st.container(border=True, key="last-run"):
        taken = sum(outcome in ("indexed", "moved", "duplicate", "unchanged") for _, outcome, _ in rows)
        words = f"{taken} of {_count(len(rows), 'file')} can be asked about now."
        st.html(views.quiet(f"{words} It was stopped before the end." if stopped else words))
        st.html(views.outcomes(rows))
        if st.button("Dismiss", key="dismiss", type="tertiary"):
            del st.session_state["last_run"]
            st.rerun()


def _documents(library: Library) -> None:
    records = library.records()
    if not records:
        return
    held = sum(1 for record in records if record.chunks)
    st.subheader(f"{_count(held, 'document')}", divider=False, anchor=False)
    wanted = st.text_input(
        "Find a document", placeholder="Name, folder, language or outcome", icon=":material/search:", key="find"
    )
    shown = [record for record in records if _matches(record, wanted)]
    if not shown:
        st.html(views.quiet("No document matches."))
        return
    chosen = _table(shown, key=f"documents-{wanted}-{len(records)}")
    if not chosen:
        st.html(views.quiet("Tick documents on the left to remove them from the library."))
        return
    with st.container(border=True, key="removal"):
        st.html(
            views.quiet(
                f"{_count(len(chosen), 'document')} chosen. Removing takes them out of the library only: your files "
                "stay where they are. Copies made by dropping files here are deleted."
            )
        )
        if st.button(f"Remove {_count(len(chosen), 'document')}", key="remove", type="primary"):
            with opened.WRITING:
                forget(library, chosen)
            st.session_state["last_run"] = ([(each.source, "removed", "") for each in chosen], False)
            st.rerun()


def _matches(record: Record, wanted: str) -> bool:
    words = f"{record.source} {record.language} {record.outcome.value} {record.reason}".casefold()
    return all(word in words for word in wanted.casefold().split())


def _table(records: Sequence[Record], key: str) -> list[Record]:
    """The documents, and those that are ticked. The cells are drawn as plain text on a canvas."""
    columns: dict[str, list[Any]] = {
        "Document": [file_name(record.source) for record in records],
        "Language": [record.language for record in records],
        "Pages": [record.pages for record in records],
        "Passages": [record.chunks or None for record in records],
        "Outcome": [
            f"{record.outcome.value.replace('_', ' ')}{': ' + one_line(record.reason) if record.reason else ''}"
            for record in records
        ],
        "Added": [record.ingested_at[:10] for record in records],
        "Folder": [one_line(str(Path(record.source).parent)) for record in records],
    }
    event: Any = st.dataframe(
        columns,
        key=key,
        hide_index=True,
        placeholder="",
        on_select="rerun",
        selection_mode="multi-row",
        height=min(460, 38 + 35 * len(records)),
    )
    return [records[row] for row in event.selection.rows if row < len(records)]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
