"""What the pages share: one assistant for each library, kept for all sessions, and one way to show an error."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from rag.answer.assistant import Assistant
from rag.errors import (
    EmbedderMismatch,
    LibraryBusy,
    LibraryError,
    LibraryMissing,
    ModelBroken,
    ModelBusy,
    ModelError,
    ModelMissing,
    OakenError,
    UsageError,
)
from rag.parts import model_loader
from rag.settings import DEFAULT_LIBRARY, existing_library, load
from rag.types import Sampling
from ui.serve import LIBRARY_VARIABLE
from ui.sources import one_line
from ui.tongue import language, tr, word

_KINDS: dict[type, str] = {
    LibraryMissing: word("There is no such library yet: add documents on the page Library."),
    LibraryBusy: word("The library is being written to. Try again in a moment."),
    EmbedderMismatch: word("The library was made with another embedding model."),
    LibraryError: word("The library cannot be used."),
    ModelMissing: word("The language model is not there. Choose one on the page Model."),
    ModelBroken: word("The language model does not work. Choose another on the page Model."),
    ModelBusy: word("Too many questions wait for the model already. Try again in a moment."),
    ModelError: word("The model cannot be used."),
    UsageError: word("It cannot be done as it was asked."),
    OakenError: word("That did not work."),
}
WRITING = threading.Lock()  # one session adds or removes at a time


@dataclass(frozen=True, slots=True)
class Opened:
    """An assistant, and why it gives quotes only where it does."""

    assistant: Assistant
    without_prose: str = ""


def library_name() -> str:
    """The library that this app was started for."""
    return os.environ.get(LIBRARY_VARIABLE, DEFAULT_LIBRARY)


def opened() -> Opened:
    """The assistant of the app's library; without its language model where that cannot be used.

    Raises LibraryMissing before anything was added, OakenError where the library cannot be opened.
    """
    existing_library(load().home, library_name())
    with st.spinner(tr("Opening your library …")):
        held = _held(library_name()).opened
        if not held.assistant.current:  # it was embedded anew, from elsewhere
            _held.clear(library_name())
            held = _held(library_name()).opened
    return held


def change_model() -> None:
    """Let the model that is chosen now write from the next question on. An answer being written is finished by the
    old one, which ends when nobody holds it any more. Raises ModelMissing, ModelBroken or UsageError: nothing changes
    then."""
    settings = load()
    loader = model_loader(settings)
    try:
        existing_library(settings.home, library_name())
    except LibraryMissing:
        return
    held = _held(library_name())
    old = held.opened.assistant
    held.opened = Opened(old.with_model(loader, Sampling(max_tokens=settings.max_tokens)))


@dataclass
class _Held:
    """What is kept for all sessions."""

    opened: Opened


@st.cache_resource(show_spinner=False)
def _held(name: str) -> _Held:
    try:
        return _Held(Opened(Assistant.open(name)))
    except LibraryMissing:
        raise
    except ModelError as error:
        return _Held(Opened(Assistant.open(name, prose=False), str(error)))


@contextmanager
def errors() -> Iterator[None]:
    """The one place where an error becomes a sentence on the page, with the next step."""
    try:
        yield
    except OakenError as error:
        say(error)


def say(error: OakenError) -> None:
    """Show an error as plain text: what happened, and what to do next.

    The core speaks English; in another language a sentence for the kind of error goes before its words.
    """
    short = tr(_KINDS[next(kind for kind in type(error).__mro__ if kind in _KINDS)])
    message = plain(error.message) if language() == "en" else f"**{short}** {plain(error.message)}"
    st.error(message, icon=":material/error:")
    if error.hint:
        st.code(one_line(error.hint), language=None, wrap_lines=True)


def plain(words: str) -> str:
    """Text that Markdown shows as it is: every sign that could begin markup is written as an entity."""
    return "".join(
        letter if letter.isalnum() or letter in " ,.-'" else f"&#{ord(letter)};" for letter in one_line(words)
    )
