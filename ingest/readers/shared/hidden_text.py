"""Leaves letters out that nobody sees, and notes it for the remark on the file being read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace

from rag.messages import Message, joined
from rag.text.invisible import hidden_characters, visible
from rag.types import Document

_NOTE = Message("invisible characters, which may hide words, were left out")
_files: ContextVar[tuple[list[Message], ...]] = ContextVar("files", default=())  # those being read, an attachment last


def without_hidden(text: str) -> str:
    """Return what of the text is seen."""
    files = _files.get()
    if files and _NOTE not in files[-1] and hidden_characters(text):
        note_left_out(_NOTE)
    return visible(text)


def note_left_out(what: Message) -> None:
    """Note what was left out of the file that is being read, once."""
    files = _files.get()
    if files and what not in files[-1]:
        files[-1].append(what)


@contextmanager
def noting_hidden() -> Iterator[list[Message]]:
    """Yield a list of what is left out of the file that is read meanwhile."""
    found: list[Message] = []
    token = _files.set((*_files.get(), found))
    try:
        yield found
    finally:
        _files.reset(token)


def with_note(document: Document, found: list[Message]) -> Document:
    """Return the document with the remarks that are not there already."""
    new = [note for note in found if note not in document.remark]
    return replace(document, remark=joined("; ", (document.remark, *new))) if new else document
