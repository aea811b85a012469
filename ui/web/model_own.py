"""A model of one's own on the page Model: a GGUF file by its path, or a server."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rag.messages import marked
from rag.model.files import store
from rag.model.files.known_models import known_file
from rag.model.files.store import ProgressCallback
from rag.model.prompting.families import FAMILIES
from rag.settings import load
from ui.shared import model_catalog, model_server
from ui.shared.formatting import one_line
from ui.shared.i18n import number, show_message, tr
from ui.shared.model_catalog import ModelCatalog
from ui.web import html_views, session
from ui.web.library.allowed_paths import NO_PATHS, allowed_folders, allowed_path
from ui.web.model_downloads import downloads

FILE_SECTION = marked("A model file of yours (GGUF)")
_OWN = "own-file"  # the key of its work among the downloads
_MAX_FILES_LISTED = 100  # GGUF files of a folder that are offered
_REFRESH_SECONDS = 0.7  # seconds between two polls
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
        given = st.text_input(tr("Path of the file, or of its folder"), key="own-path", placeholder="~/Downloads")
        path = allowed_path(given.strip(), folders) if given.strip() else None
        if path is not None and path.is_dir():
            path = _file_in(path)
        if path is not None:
            _confirm_file(path)


def _file_in(folder: Path) -> Path | None:
    """Draw the GGUF files of a folder and return the chosen one, or None."""
    files = sorted(each for each in folder.glob("*.[gG][gG][uU][fF]") if each.is_file())[:_MAX_FILES_LISTED]
    if not files:
        st.html(html_views.quiet(tr("There is no GGUF file in this folder.")))
        return None
    return st.selectbox(tr("File"), files, format_func=lambda each: one_line(each.name), key=f"own-file-{folder}")


def _confirm_file(path: Path) -> None:
    """Draw what is to be known before a file is used, and the button that uses it."""
    formats = ["", *FAMILIES]
    family = st.selectbox(
        tr("Prompt format"), formats, format_func=lambda each: each or tr(_AUTOMATIC), key="own-family",
        help=tr("Oaken finds it in the file. Choose one only where it says that it cannot."),
    )  # fmt: skip
    trusted = st.checkbox(
        tr("I trust whoever made this file. A model's file is read by native code."), key=f"own-trusted-{path}"
    )
    named = known_file(path.name)
    terms = named[0].terms if named else ""
    agreed = not terms or st.checkbox(
        tr("I have read and accept the [terms of use]({address}).", address=terms), key=f"own-terms-{path}"
    )
    if st.button(tr("Use this file"), key="own-use", type="primary", disabled=not (trusted and agreed)):
        _begin(path, family)
        st.rerun()


def _begin(path: Path, family: str) -> None:
    home = load().home

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
            "Any server that speaks OpenAI's protocol: llama-server, Ollama, LM Studio, vLLM. Questions, and the "
            "passages that answer them, are sent there."
        )
        st.html(html_views.quiet(words))
        settings = load()
        with st.form("server", border=False):
            url = st.text_input(tr("Address"), settings.model_url, placeholder="http://localhost:8080")
            name = st.text_input(tr("Model (leave empty for its first)"), settings.model_name)
            key = st.text_input(tr("Key (if it needs one)"), type="password", autocomplete="off")
            with st.container(horizontal=True):
                tried = st.form_submit_button(tr("Test"), icon=":material/network_check:")
                used = st.form_submit_button(tr("Use this server"))
        same = url.strip() == settings.model_url  # a remembered key goes to no other address
        given = {"key": key or (settings.model_key if same else ""), "name": one_line(name)}
        with session.errors_shown():
            if tried or used:
                with st.spinner(tr("Asking the server…")):
                    card = model_server.try_server(settings, url.strip(), **given)
                window = number(card.window)
                answers = tr("It answers: {model}, with a window of {window} tokens.", model=card.name, window=window)
                st.success(session.escape_markdown(answers), icon=":material/check:")
            if used:
                variable = model_server.use_server(settings, url.strip(), **given)
                if variable:
                    st.warning(tr("{variable} is set and overrides this choice.", variable=variable))
                    return
                session.change_model()
                st.rerun()
