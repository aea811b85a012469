"""A model of one's own on the page Model: a GGUF file by its path, or a server."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rag.errors import UsageError
from rag.messages import Message, marked
from rag.model.files import store
from rag.model.files.known_models import known_file
from rag.model.files.store import ProgressCallback
from rag.model.prompting.families import FAMILIES
from rag.settings import Settings, load
from ui.shared import model_catalog, model_server
from ui.shared.formatting import one_line
from ui.shared.i18n import show_message, tr
from ui.shared.model_catalog import ModelCatalog
from ui.web import file_picker, html_views, session
from ui.web.library.allowed_paths import NO_PATHS, allowed_folders, allowed_path
from ui.web.model.downloads import downloads

FILE_SECTION = marked("A model file of your own")
_OWN = "own-file"  # the key of its work among the downloads
_MAX_FILES_LISTED = 100  # GGUF files of a folder that are offered
_REFRESH_SECONDS = 0.7  # seconds between two polls
_SERVER_REQUEST = "server-request"  # in the session: "test" or "use" the server of the form
_AUTOMATIC = marked("Automatic")


def file_section() -> None:
    """Draw the choice of a GGUF file that lies on this computer."""
    with st.expander(tr(FILE_SECTION), icon=":material/draft:", key="own-model"):
        folders = allowed_folders()
        if folders == ():
            st.html(html_views.quiet(show_message(NO_PATHS)))
            return
        work = downloads().newest(_OWN)
        if work is not None and not work.over:
            _follow()
            return
        if work is not None and work.problem is not None:
            session.problem_text(work.problem)
        st.html(html_views.quiet(tr("A file that ends in .gguf, as most sites offer models.")))
        with st.container(horizontal=True, vertical_alignment="bottom", key="own-place"):
            given = st.text_input(tr("Path of the file, or of its folder"), key="own-path", placeholder="~/Downloads")
            file_picker.browse("own-browse", folders, _take_path, ".gguf")
        path = allowed_path(given.strip(), folders) if given.strip() else None
        if path is not None and path.is_dir():
            path = _file_in(path)
        if path is not None:
            _confirm_file(path)


def _take_path(path: Path) -> None:
    st.session_state["own-path"] = str(path)


def _file_in(folder: Path) -> Path | None:
    """Draw the GGUF files of a folder and return the chosen one, or None."""
    files = sorted(each for each in folder.glob("*.[gG][gG][uU][fF]") if each.is_file())[:_MAX_FILES_LISTED]
    if not files:
        st.html(html_views.quiet(tr("There is no model file (.gguf) in this folder.")))
        return None
    return st.selectbox(tr("File"), files, format_func=lambda each: one_line(each.name), key=f"own-file-{folder}")


def _confirm_file(path: Path) -> None:
    """Draw what is to be known before a file is used, and the button that uses it."""
    with st.expander(tr("Details"), key="own-details"):
        formats = ["", *FAMILIES]
        st.selectbox(
            tr("Prompt format"), formats, format_func=lambda each: each or tr(_AUTOMATIC), key="own-family",
            help=tr("Oaken finds it in the file. Choose one only where it says that it cannot."),
        )  # fmt: skip
    trusted = st.checkbox(
        tr("I trust whoever made this file. A harmful file could damage this computer."), key=f"own-trusted-{path}"
    )
    named = known_file(path.name)
    terms = named[0].terms if named else ""
    agreed = not terms or st.checkbox(
        tr("I have read and accept the [terms of use]({address}).", address=terms), key=f"own-terms-{path}"
    )
    st.button(
        tr("Use this file"), key="own-use", type="primary", disabled=not (trusted and agreed),
        on_click=_begin, args=(path,),
    )  # fmt: skip


def _begin(path: Path) -> None:
    home, family = load().home, str(st.session_state.get("own-family") or "")

    def work(on_progress: ProgressCallback) -> None:
        held = store.add(path, home, allow=True, accepted=True, on_progress=on_progress)
        model_catalog.choose(load(), held.name, family=family)
        session.change_model()

    downloads().begin(_OWN, work)


@st.fragment(run_every=_REFRESH_SECONDS)
def _follow() -> None:
    """Watch the check of the file; redraw the page at its end."""
    work = downloads().newest(_OWN)
    if work is None or work.over:
        st.rerun()
    st.progress(work.done / work.total if work.total else 0.0, text=tr("Checking the file…"))


def server_section(found: ModelCatalog) -> None:
    """Draw the form for a model server: tried first, then used."""
    with st.expander(tr("A model server"), icon=":material/dns:", key="model-server"):
        if allowed_folders() is not None:
            words = tr("Other computers can reach this page. So a server is chosen where Oaken is started: {variable}",
                       variable="OAKEN_MODEL_URL")  # fmt: skip
            st.html(html_views.quiet(words))
            return
        words = tr(
            "A program that runs models, here or on another computer: Ollama, LM Studio, llama-server, vLLM. "
            "Questions, and the passages that answer them, are sent there."
        )
        st.html(html_views.quiet(words))
        settings = load()
        with st.form("server", border=False):
            url = st.text_input(tr("Address"), settings.model_url, placeholder="http://localhost:8080")
            name = st.text_input(tr("Model (leave empty for its first)"), settings.model_name)
            key = st.text_input(tr("Key (if it needs one)"), type="password", autocomplete="off")
            with st.container(horizontal=True):
                st.form_submit_button(
                    tr("Test"), icon=":material/network_check:", on_click=_request_server, args=("test",)
                )
                st.form_submit_button(tr("Use this server"), on_click=_request_server, args=("use",))
        url = model_server.with_scheme(url.strip())
        same = url == settings.model_url  # a remembered key goes to no other address
        given = {"key": key or (settings.model_key if same else ""), "name": one_line(name)}
        if (wanted := st.session_state.get(_SERVER_REQUEST)) is not None:
            with session.errors_shown():
                _ask_server(settings, url, given, use=wanted == "use")
            st.session_state.pop(_SERVER_REQUEST, None)


def _request_server(what: str) -> None:
    st.session_state[_SERVER_REQUEST] = what  # until it was carried out: the server takes its time


def _ask_server(settings: Settings, url: str, given: dict[str, str], *, use: bool) -> None:
    """Try a server and, to ``use`` it, choose it. Raises UsageError or ModelError."""
    with st.spinner(tr("Asking the server…")):
        card = model_server.try_server(settings, url, **given)
    st.success(session.escape_markdown(tr("It answers: {model}.", model=card.name)), icon=":material/check:")
    if not use:
        return
    variable = model_server.use_server(settings, url, **given)
    if variable:
        raise UsageError(Message("{variable} is set and overrides this choice.", variable=variable))
    session.change_model()
    st.session_state.pop(_SERVER_REQUEST, None)
    st.rerun()
