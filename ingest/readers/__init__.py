"""Readers: one for each kind of file, chosen by its suffix. They run in the worker process only.

A reader takes a path and gives back a Document, or raises Unreadable. Each module is imported when its first file
comes, so that a text file does not wait for the libraries of Word files.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from rag.types import Document, Outcome


class Unreadable(Exception):
    """A file gives no text: what became of it, and why in plain words."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reader:
    """A kind of file: the module whose ``read(path)`` reads it, and its media type."""

    module: str
    media_type: str


READERS = {
    ".txt": Reader("ingest.readers.text", "text/plain"),
    ".md": Reader("ingest.readers.markdown", "text/markdown"),
    ".markdown": Reader("ingest.readers.markdown", "text/markdown"),
    ".html": Reader("ingest.readers.html", "text/html"),
    ".htm": Reader("ingest.readers.html", "text/html"),
    ".docx": Reader("ingest.readers.word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".pdf": Reader("ingest.readers.pdf", "application/pdf"),
}


def reader_of(path: Path) -> Reader | None:
    """The reader for a file of that name, or None."""
    return READERS.get(path.suffix.lower())


def read(path: Path) -> Document:
    """The document in a file. Raises Unreadable, OSError, or whatever a library raises on a damaged file."""
    reader = reader_of(path)
    if reader is None:
        raise Unreadable(Outcome.UNSUPPORTED, f"Oaken does not read {path.suffix or 'such'} files yet")
    document = cast("Document", importlib.import_module(reader.module).read(path))
    if not document.text.strip():
        raise Unreadable(Outcome.EMPTY, "there is no text in it")
    return document
