"""How the tests of AsciiDoc read a text."""

from __future__ import annotations

from pathlib import Path

from ingest.readers import read
from rag.types import Document


def told(document: Document) -> list[tuple[str, str]]:
    return [(element.kind, document.text[element.start : element.end]) for element in document.elements]


def document_of(folder: Path, content: str, name: str = "a.adoc") -> Document:
    (folder / name).write_text(content, encoding="utf-8")
    return read(folder / name)
