"""What the pages share: one assistant for each library, kept for all sessions, and one way to show an error."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from rag.answer.assistant import Assistant
from rag.errors import LibraryMissing, ModelError, OakenError
from rag.settings import DEFAULT_LIBRARY, existing_library, load
from ui.serve import LIBRARY_VARIABLE
from ui.sources import one_line

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
    return _opened(library_name())


@st.cache_resource(show_spinner="Opening your library …")
def _opened(name: str) -> Opened:
    try:
        return Opened(Assistant.open(name))
    except LibraryMissing:
        raise
    except ModelError as error:
        return Opened(Assistant.open(name, prose=False), str(error))


@contextmanager
def errors() -> Iterator[None]:
    """The one place where an error becomes a sentence on the page, with the next step."""
    try:
        yield
    except OakenError as error:
        say(error)


def say(error: OakenError) -> None:
    """Show an error as plain text: what happened, and what to do next."""
    st.error(_plain(error.message), icon=":material/error:")
    if error.hint:
        st.code(one_line(error.hint), language=None, wrap_lines=True)


def _plain(words: str) -> str:
    """Text that Markdown shows as it is: every sign that could begin markup is written as an entity."""
    return "".join(
        letter if letter.isalnum() or letter in " ,.-'" else f"&#{ord(letter)};" for letter in one_line(words)
    )
