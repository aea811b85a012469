"""What the pages share: the library shown, its assistant, the models (once for all sessions), and errors."""

from __future__ import annotations

import contextlib
import os
import secrets
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from rag.answer.assistant import Assistant
from rag.embedding.registry import is_prepared
from rag.errors import (
    EmbedderMismatchError,
    LibraryBusyError,
    LibraryError,
    LibraryNotFoundError,
    ModelBrokenError,
    ModelBusyError,
    ModelError,
    ModelNotFoundError,
    OakenError,
    UsageError,
)
from rag.factory import embedder_name, model_loader, open_embedder, open_library, open_reranker, open_span_reader
from rag.interfaces import ChatModel, Embedder, Reranker, SpanReader
from rag.library.library_group import LibraryGroup
from rag.library.reader import LibraryReader
from rag.messages import marked
from rag.settings import DEFAULT_LIBRARY, existing_library, library_folder, library_names, load
from rag.types import Sampling
from ui.shared.formatting import one_line
from ui.shared.i18n import is_translated, show_message, tr
from ui.web import html_views
from ui.web.page_words import is_command, on_page
from ui.web.server.launcher import LIBRARY_VARIABLE

_PROBLEM_TEXTS: dict[type, str] = {
    LibraryNotFoundError: marked("There is no such library yet: add documents on the page Library."),
    LibraryBusyError: marked("The library is being written to. Try again in a moment."),
    EmbedderMismatchError: marked("The library was made with another embedding model."),
    LibraryError: marked("The library cannot be used."),
    ModelNotFoundError: marked("The language model is missing. Choose one on the page Model."),
    ModelBrokenError: marked("The language model does not work. Choose another on the page Model."),
    ModelBusyError: marked("Too many questions are already waiting for the model. Try again in a moment."),
    ModelError: marked("The model cannot be used."),
    UsageError: marked("This request could not be carried out."),
    OakenError: marked("That did not work."),
}
LIBRARY = "library"  # in the session and in the page's address
_CLICK_PROBLEM = "problem-"  # in the session, before the place: the visit, and what prevented the last click there
_VISIT, _VISITED_PAGE = "visit", "visited-page"  # in the session
_OPEN_LIBRARIES = 8  # libraries kept open


@dataclass(frozen=True, slots=True)
class OpenLibrary:
    """An assistant, and why it gives quotes only where that is so."""

    assistant: Assistant
    without_prose: str = ""


def own_library() -> str:
    """Return the library that this app was started for."""
    return os.environ.get(LIBRARY_VARIABLE, DEFAULT_LIBRARY)


def library_name() -> str:
    """Return the library this page shows: the one chosen in this session or in its address, else the app's own."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    if get_script_run_ctx(suppress_warning=True) is None:
        return own_library()
    wanted = str(st.session_state.get(LIBRARY) or st.query_params.get(LIBRARY, ""))
    return wanted if _is_name(wanted) else own_library()


def use_library(name: str) -> None:
    """Show a library on this page from now on; its name goes into the address, so that a reload finds it."""
    st.session_state[LIBRARY] = name
    if name == own_library():
        st.query_params.pop(LIBRARY, None)
    elif st.query_params.get(LIBRARY) != name:
        st.query_params[LIBRARY] = name


def is_unknown() -> bool:
    """Tell whether the page was asked for a library that does not exist; the app's own is made when files are added."""
    name = library_name()
    return name != own_library() and name not in library_names(load().home)


def note_visit(page: str) -> None:
    """Record which page is shown: a new visit begins with each other page, and with each load of one."""
    if st.session_state.get(_VISITED_PAGE) != page:
        st.session_state[_VISITED_PAGE] = page
        st.session_state[_VISIT] = secrets.token_hex(8)


def visit() -> str:
    """Return what identifies this visit to the page, across all sessions; "" outside one."""
    return str(st.session_state.get(_VISIT, ""))


def _is_name(wanted: str) -> bool:
    try:
        library_folder(load().home, wanted)
    except UsageError:
        return False
    return True


def open_for_page() -> OpenLibrary:
    """Return the assistant of the library this page shows; without a model where none can be loaded.

    Raises LibraryNotFoundError before anything was added, OakenError where the library cannot be opened.
    """
    name = library_name()
    existing_library(load().home, name)
    with st.spinner(_waiting_for(name)):
        writer = _writer().now
        return OpenLibrary(assistant_of(name).with_model(writer.load, writer.sampling), writer.problem)


def _waiting_for(name: str) -> str:
    settings = load()
    if is_prepared(settings.home / "models", embedder_name(settings, name)):
        return tr("Opening your library…")
    return tr("Preparing the embedding model: once, a few seconds…")


def assistant_of(name: str) -> Assistant:
    """Return the assistant of an existing library, without a model, cached for all sessions. Thread-safe.

    Raises LibraryNotFoundError, OakenError where the library cannot be opened.
    """
    existing_library(load().home, name)
    cached = _cached_assistant(name)
    if not cached.is_current:  # it was re-embedded by another process
        _cached_assistant.clear(name)
        cached = _cached_assistant(name)
    return cached


def reopen(name: str, sampling: Sampling) -> Assistant:
    """Return the assistant of a library with the model that is selected now. Thread-safe."""
    return assistant_of(name).with_model(_writer().now.load, sampling)


def together(assistant: Assistant, others: Iterable[str]) -> Assistant:
    """Return the assistant over its library and others, by their names; itself where none is named. Thread-safe.

    Raises LibraryNotFoundError, and UsageError for one of another embedder.
    """
    libraries = [assistant.library, *(assistant_of(name).library for name in others)]
    return assistant.with_library(LibraryGroup(libraries)) if len(libraries) > 1 else assistant


def reader_of(assistant: Assistant, others: Iterable[str]) -> LibraryReader:
    """Return what reads the assistant's library and those of the others that can be read, for what was cited."""
    readable: list[str] = []
    for name in others:
        with contextlib.suppress(OakenError):
            together(assistant, [name])
            readable.append(name)
    return together(assistant, readable).reader


def forget_library(name: str) -> None:
    """Release a library that was renamed or deleted; whoever still holds it keeps it until then."""
    _cached_assistant.clear(name)


def embedder(name: str) -> Embedder:
    """Return the embedder of that name, loaded once for all libraries.

    Raises ModelNotFoundError or ModelBrokenError.
    """
    return _embedder(name)


def forget_embedder(name: str) -> None:
    """Release an embedder that a library has replaced; whoever still holds it keeps it."""
    _embedder.clear(name)


def change_model() -> None:
    """Use the selected model from the next question on.

    An answer being generated is finished by the old model, which ends when nothing holds it any more. Raises
    ModelNotFoundError, ModelBrokenError or UsageError, and changes nothing then.
    """
    settings = load()
    _writer().now = _SessionModel(model_loader(settings), Sampling(max_tokens=settings.max_tokens))


@dataclass(frozen=True, slots=True)
class _SessionModel:
    """The model that writes the prose for all libraries: None, and why, where none can be used."""

    load: Callable[[], ChatModel] | None
    sampling: Sampling
    problem: str = ""


@dataclass
class _SessionSettings:
    """What is cached for all sessions."""

    now: _SessionModel


@st.cache_resource(show_spinner=False)
def _writer() -> _SessionSettings:
    settings = load()
    sampling = Sampling(max_tokens=settings.max_tokens)
    try:
        return _SessionSettings(_SessionModel(model_loader(settings), sampling))
    except ModelError as error:
        return _SessionSettings(_SessionModel(None, sampling, error.text))


@st.cache_resource(show_spinner=False)
def _embedder(name: str) -> Embedder:
    return open_embedder(load(), name)


@st.cache_resource(show_spinner=False)
def _reranker() -> Reranker | None:
    return open_reranker(load())


@st.cache_resource(show_spinner=False)
def _reader() -> SpanReader:
    return open_span_reader(load())


@st.cache_resource(show_spinner=False, max_entries=_OPEN_LIBRARIES)
def _cached_assistant(name: str) -> Assistant:
    settings = load()
    library = open_library(settings, name)
    try:
        found = _embedder(library.embedder.name), _reranker(), _reader()
    except BaseException:
        library.close()
        raise
    # An evicted one may still be answering: it is closed when nothing holds it any more.
    weakref.finalize(library, _close_all, library.chroma, library.words, library.ledger).atexit = False
    embedder, reranker, reader = found
    return Assistant(
        library,
        embedder,
        passages=settings.passages,
        reranker=reranker,
        reader=reader,
        strict=settings.strict,
        feedback=settings.feedback,
    )


def _close_all(*parts: object) -> None:
    for part in parts:
        with contextlib.suppress(Exception):
            part.close()  # type: ignore[attr-defined]


def attempt(place: str, act: Callable[..., object], *args: object) -> None:
    """Carry out a click, as its callback: that is never lost to a later click. :func:`show_problem` tells its error."""
    st.session_state.pop(_CLICK_PROBLEM + place, None)
    try:
        act(*args)
    except OakenError as error:
        st.session_state[_CLICK_PROBLEM + place] = (visit(), error)


def problem_of(place: str) -> OakenError | None:
    """Return what prevented the last click at a place of this page, until the next click there or another visit."""
    then, error = st.session_state.get(_CLICK_PROBLEM + place, ("", None))
    return error if then == visit() else None


def show_problem(place: str) -> None:
    """Draw what prevented the last click at a place; nothing where it was carried out."""
    if (error := problem_of(place)) is not None:
        problem_text(error)


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show an error as a sentence on the page, with the next step; the one place that does."""
    try:
        yield
    except OakenError as error:
        problem_text(error)


def problem_text(error: OakenError) -> None:
    """Show an error as plain text: what happened, and what to do next; a command only where the page cannot do it.

    Where its words are not translated, a sentence for the kind of error goes before them.
    """
    short = tr(_PROBLEM_TEXTS[next(kind for kind in type(error).__mro__ if kind in _PROBLEM_TEXTS)])
    lead = "" if is_translated(error.message) else f"**{short}** "
    st.error(lead + escape_markdown(show_message(on_page(error.message))), icon=":material/error:")
    hint = on_page(error.hint)
    if is_command(hint):
        st.code(one_line(show_message(hint)), language=None, wrap_lines=True)
    elif hint:
        st.html(
            html_views.listed(show_message(hint).splitlines()) if "\n" in hint else html_views.quiet(show_message(hint))
        )


def escape_markdown(words: str) -> str:
    """Return text that Markdown shows as it is: every character that could begin markup is written as an entity."""
    return "".join(
        letter if letter.isalnum() or letter in " ,.-'" else f"&#{ord(letter)};" for letter in one_line(words)
    )
