"""The section that adds files: dropped, by their path, or the sample.

The work runs apart from the page (ingest_jobs.py); ingest_progress.py shows how it goes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from ingest.report import IngestProgress, IngestReport
from ingest.web.addresses import looks_like_address
from rag.errors import LibraryError, OakenError
from rag.messages import Message
from rag.settings import UPLOADS_FOLDER, holds_library, library_folder, load
from rag.types import FileRecord
from ui.shared.adding.added_folders import note_added
from ui.shared.adding.uploads import DroppedFile, UploadResult, keep
from ui.shared.adding.web_pages import fetch_pages, sources_of
from ui.shared.deletion import forget
from ui.shared.folders import sample_folder
from ui.shared.formatting import one_line
from ui.shared.i18n import show_message, tr, trn
from ui.web import file_picker, html_views, pending_questions, reveal, session
from ui.web.library import ingest_progress, library_views, picker
from ui.web.library.allowed_paths import (
    NO_PATHS,
    Folders,
    allowed_folders,
    allowed_path,
    confined,
    folder_list,
    may_add_by_path,
)
from ui.web.library.ingest_jobs import IngestJob, IngestRequest, OnProgress, Work
from ui.web.server.launcher import UPLOAD_MB
from ui.web.welcome import welcome

_TURN = "taken"  # in the session


def show() -> None:
    """Draw the box for files, and the line for a path where any may be added."""
    turn = st.session_state.setdefault(_TURN, 0)  # new keys empty both once their files were accepted
    st.html(library_views.drop_zone_words(tr("or drop files and folders here")))
    files = st.file_uploader(
        tr("Drop files or folders here. Documents, slides, tables, mail, pictures, source code, archives: up to {size} "
           "MB each.", size=UPLOAD_MB),
        accept_multiple_files=True,
        key=f"drop-{turn}",
        max_upload_size=UPLOAD_MB,
    )  # fmt: skip
    # Streamlit's box refuses a file by itself, and tells why to who points at it: the style shows this line then.
    advice = tr("The red file is larger than {size} MB. Add it by its path instead, below.", size=UPLOAD_MB)
    if not may_add_by_path():
        advice = tr("The red file is larger than {size} MB and cannot be added here.", size=UPLOAD_MB)
    st.html(f'<p class="oaken-refused" role="status">{html_views.text(advice)}</p>')
    if files:
        st.button(
            trn(len(files), "Add {n} file", "Add {n} files"), type="primary", key="add-files",
            on_click=session.attempt, args=("add-files", _add_dropped, files, turn),
        )  # fmt: skip
    session.show_problem("add-files")
    _by_path(allowed_folders(), turn)
    _by_address(turn)


def _by_path(folders: Folders, turn: int) -> None:
    if folders == ():
        st.html(html_views.quiet(show_message(NO_PATHS)))
        return
    label, example = tr("Or a file or folder on this computer"), "~/Documents/manuals"
    if folders:
        label = tr("Or a file or folder in {folders}", folders=one_line(folder_list(folders)))
        example = str(folders[0] / "…")
    with st.container(horizontal=True, vertical_alignment="bottom", key="path-row"):
        with (
            st.form("by-path", border=False),
            st.container(horizontal=True, vertical_alignment="bottom"),
        ):
            st.text_input(label, key=f"path-{turn}", placeholder=example)
            st.form_submit_button(
                tr("Add"), key="add-path", on_click=session.attempt, args=("add-path", _add_path, folders, turn)
            )
        file_picker.browse("path-browse", folders, partial(_take_path, f"path-{turn}"))
    session.show_problem("add-path")


def _by_address(turn: int) -> None:
    with (
        st.form("by-address", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        st.text_input(
            tr("Or a web page"), key=f"address-{turn}", placeholder="https://…",
            help=tr("The page is fetched now, and not again until you add it again. A copy of it is kept here."),
        )  # fmt: skip
        st.form_submit_button(
            tr("Fetch page"), key="add-address", on_click=session.attempt, args=("add-address", _add_address, turn)
        )
    session.show_problem("add-address")


def _take_path(key: str, path: Path) -> None:
    st.session_state[key] = str(path)


def _add_dropped(files: Sequence[Any], turn: int) -> None:
    kept = keep_files([DroppedFile(file.name, file.getvalue()) for file in files])
    ingest_paths(IngestRequest(kept.paths, refused=kept.refused))
    st.session_state[_TURN] = turn + 1


def _add_path(folders: Folders, turn: int) -> None:
    if path := str(st.session_state.get(f"path-{turn}") or "").strip():
        ingest_paths(IngestRequest((allowed_path(path, folders),)))
        st.session_state[_TURN] = turn + 1


def _add_address(turn: int) -> None:
    if given := str(st.session_state.get(f"address-{turn}") or "").strip():
        sources = sources_of([given if looks_like_address(given) else f"https://{given}"])
        ingest_paths(IngestRequest(addresses=tuple(map(str, sources.addresses))))
        st.session_state[_TURN] = turn + 1


def keep_files(files: Sequence[DroppedFile]) -> UploadResult:
    """Copy dropped files into the library's folder. Raises LibraryError where it cannot be written."""
    folder = library_folder(load().home, session.library_name())
    try:
        return keep(files, folder, by_path=may_add_by_path())
    except OSError as error:
        raise LibraryError(
            Message("The folder {folder} cannot be written: {why}.", folder=folder, why=error),
            f"ls -ld {folder}",
        ) from error


def remove_documents(documents: Sequence[str]) -> IngestJob:
    """Begin to remove these documents from the library that this page shows, without waiting for an ingest."""
    name, request = session.library_name(), IngestRequest(gone=tuple(documents))

    def work(on_progress: OnProgress, stop: Callable[[], bool]) -> IngestReport:
        library = session.assistant_of(name).library
        records = library.records_of(request.gone)
        gone: list[str] = []

        def on_removed(record: FileRecord) -> None:
            gone.append(record.source)
            on_progress(IngestProgress(len(gone), len(records), record.source))

        _, note = forget(library, records.values(), on_removed=on_removed, stop=stop)
        return IngestReport(gone=tuple(gone), stopped=len(gone) < len(records), note=note)

    reveal.request(ingest_progress.JOBS)
    return ingest_progress.runs().add(name + ingest_progress.REMOVALS, request, work)


def quotes_stay() -> None:
    """Draw what a removal leaves: the quotes in conversations, where there are any."""
    if pending_questions.any_readable():
        st.html(html_views.quiet(tr("Conversations keep what they quoted from your documents.")))


@st.cache_resource(show_spinner=False)
def resume(name: str) -> None:
    """Begin to embed, once for each library, what an ingest left without vectors; documents are asked meanwhile."""
    with contextlib.suppress(OakenError):  # the page says why it cannot be opened
        library = session.assistant_of(name).library
        if library.pending().documents and not library.holder():
            request = IngestRequest(vectors=True)
            ingest_progress.runs().add(name, request, _work(name, request))


def ingest_paths(request: IngestRequest) -> IngestJob:
    """Queue a request to ingest into the library that this page shows."""
    name = session.library_name()
    reveal.request(ingest_progress.JOBS)
    return ingest_progress.runs().add(name, request, _work(name, request))


def _work(name: str, request: IngestRequest) -> Work:
    def work(on_progress: OnProgress, stop: Callable[[], bool]) -> IngestReport:
        if not (
            request.paths or request.addresses or request.retry_incomplete or request.read_again or request.vectors
        ):
            return IngestReport()  # all of it was refused
        from ingest.pipeline import ingest

        pages = fetch_pages(
            sources_of(request.addresses),
            library_folder(load().home, name),
            on_page=lambda address: on_progress(Message("Fetching {address}…", address=address)),
            stop=stop,
        )
        if request.addresses and not pages.pages:
            return IngestReport(stopped=True)  # what cannot be fetched raises its error
        on_progress(Message("Loading the search model…"))
        _make(name)
        assistant = session.assistant_of(name)
        on_progress(Message("Looking for files…"))
        own = (assistant.library.folder / UPLOADS_FOLDER, sample_folder())
        kept = pages.keep(assistant.library.folder)
        held = () if request.paths or kept else [record.root for record in assistant.library.records()]
        paths, within = confined((*request.paths, *kept), allowed_folders(), own, held)
        note_added(assistant.library.folder, [each for each in paths if each != sample_folder()])
        # What is re-read is not forgotten because a disk is unmounted.
        report = ingest(
            paths, assistant.library, assistant.embedder, progress=on_progress, stop=stop,
            retry_incomplete=request.retry_incomplete, read_again=request.read_again,
            keep_missing=bool(request.read_again), within=within, addresses=kept,
        )  # fmt: skip
        return pages.finish(assistant.library, report, kept)

    return work


def _make(name: str) -> None:
    """Create the library if it does not exist, once its embedder is known to load."""
    from rag.factory import embedder_name, open_library

    settings = load()
    if not holds_library(library_folder(settings.home, name)):
        session.embedder(embedder_name(settings, name))
        open_library(settings, name, create=True).close()


def add_sample() -> IngestJob:
    """Begin to ingest the sample documents; they are read where they lie."""
    return ingest_paths(IngestRequest((sample_folder(),)))


def first_steps() -> None:
    """Draw what a page without anything to ask shows: how to begin, or the progress of the first ingest."""
    if ingest_progress.live(session.library_name()):
        ingest_progress.beginning()
        return
    ingest_progress.problems()
    if session.is_unknown():
        picker.unknown()
        return
    welcome(add_sample, by_path=may_add_by_path())
