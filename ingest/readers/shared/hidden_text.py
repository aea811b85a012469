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
_files: ContextVar[tuple[list[bool], ...]] = ContextVar("files", default=())  # those being read, an attachment last


def without_hidden(text: str) -> str:
    """Return what of the text is seen."""
    files = _files.get()
    if files and not files[-1] and hidden_characters(text):
        files[-1].append(True)
    return visible(text)


@contextmanager
def noting_hidden() -> Iterator[list[bool]]:
    """Yield a list that is no longer empty once something of the file was left out."""
    found: list[bool] = []
    token = _files.set((*_files.get(), found))
    try:
        yield found
    finally:
        _files.reset(token)


def with_note(document: Document, found: list[bool]) -> Document:
    """Return the document with the remark, if it is not there already."""
    if not found or _NOTE in document.remark:
        return document
    return replace(document, remark=joined("; ", (document.remark, _NOTE)))
