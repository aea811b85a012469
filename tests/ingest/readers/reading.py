"""What the tests of readers look at: the elements of a document, and its sections."""

from __future__ import annotations

from pathlib import Path

from ingest.parse import Parser
from ingest.readers import UnreadableError, read
from rag.types import Document, Outcome


def told(document: Document) -> list[tuple[str, str]]:
    return [(element.kind, document.text[element.start : element.end]) for element in document.elements]


def section_of(document: Document, words: str) -> tuple[str, ...]:
    at = document.text.index(words)
    return next(element.section for element in document.elements if element.start <= at < element.end)


def parsed(parser: Parser, path: Path) -> Document:
    result = parser.parse(path)
    assert result.document is not None, result.reason
    return result.document


def document_of(folder: Path, name: str, content: str | bytes) -> Document:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(folder / name)


FILES = Path(__file__).parents[1] / "files"


def outcome_of(path: Path, content: bytes | str) -> tuple[Outcome, str]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    try:
        return Outcome.INDEXED, read(path).text
    except UnreadableError as error:
        assert error.reason
        return error.outcome, error.reason
