"""A document and its chunks as plain data, for the pipe between a worker and the process that asked it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.messages import from_data, to_data
from rag.types import Chunk, Document, Element, Link, PageLine, chunk_id


@dataclass(frozen=True, slots=True)
class Chunking:
    """What a worker needs to know to split a document into chunks."""

    document_id: str
    path: str  # of its file below the folder it was found in
    tokenizer_files: tuple[Path, ...]  # the embedder's
    limit: int  # tokens of a chunk

    def to_data(self, tokenizer: Path) -> dict[str, Any]:
        """Return it as plain data, with the folder of the tokenizer's files; the document's id stays here."""
        return {"path": self.path, "tokenizer": str(tokenizer), "limit": self.limit}


def document_data(document: Document) -> dict[str, Any]:
    """Return a document as plain data. Sections are listed once: adjacent elements share them."""
    sections, number = _listed([element.section for element in document.elements])
    return {
        "text": document.text,
        "media_type": document.media_type,
        "language": document.language,
        "pages": document.pages,
        "sections": sections,
        "elements": [
            (element.kind, element.start, element.end, element.page, number[element.section])
            for element in document.elements
        ],
        "links": [(link.start, link.end, link.target) for link in document.links],
        "lines": [(line.start, line.end, line.page, line.box) for line in document.lines],
        "remark": to_data(document.remark),
    }


def document_from(data: dict[str, Any]) -> Document:
    """Return the document.

    Data that is not a document raises KeyError, TypeError, ValueError, IndexError or AttributeError.
    """
    sections = [tuple(section) for section in data["sections"]]
    elements = tuple(
        Element(kind, start, end, page, sections[section]) for kind, start, end, page, section in data["elements"]
    )
    return Document(
        text=data["text"],
        elements=elements,
        media_type=data["media_type"],
        language=data["language"],
        pages=data["pages"],
        links=tuple(Link(start, end, target) for start, end, target in data["links"]),
        lines=tuple(PageLine(start, end, page, tuple(box)) for start, end, page, box in data["lines"]),
        remark=from_data(data["remark"]),
    )


def chunks_data(chunks: Sequence[Chunk]) -> dict[str, Any]:
    """Return the chunks of a document as plain data, without what the document itself says."""
    sections, number = _listed([chunk.section for chunk in chunks])
    spans = [(chunk.start, chunk.end, chunk.page, number[chunk.section]) for chunk in chunks]
    return {"context": chunks[0].context if chunks else "", "sections": sections, "spans": spans}


def chunks_from(data: dict[str, Any], document: Document, document_id: str) -> list[Chunk]:
    """Return the chunks of that document; raise as :func:`document_from`, also for what lies outside its text."""
    sections, context = [tuple(section) for section in data["sections"]], data["context"]
    chunks = []
    for ordinal, (start, end, page, section) in enumerate(data["spans"]):
        if not 0 <= start <= end <= len(document.text):
            raise ValueError("a chunk lies outside its document")
        text, above = document.text[start:end], sections[section]
        place = (ordinal, text, start, end, page, above, document.language, context)
        chunks.append(Chunk(chunk_id(document_id, start, text), document_id, *place))
    return chunks


def _listed(sections: Sequence[tuple[str, ...]]) -> tuple[list[tuple[str, ...]], dict[tuple[str, ...], int]]:
    each = list(dict.fromkeys(sections))
    return each, {section: at for at, section in enumerate(each)}
