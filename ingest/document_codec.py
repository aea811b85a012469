"""A document and its chunks as plain data, for the pipe between a worker and the process that asked it.

What comes out of the pipe may be from a worker that a file has taken over. So each value is checked here as the ledger
checks it when it is read again (rag/library/db/checks.py): one row that cannot be read would stop every later run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.messages import from_data, to_data, whole_characters
from rag.types import Chunk, Document, Element, Link, PageLine, chunk_id

_MAX_LABEL_CHARS = 200  # characters of a media type, a language, a kind of element
_MAX_PAGE = 2**31 - 1
_FAR = 1e9  # points: no page is so large


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
    text = _text(data["text"])
    length, sections = len(text), _sections(data)
    return Document(
        text=text,
        elements=tuple(
            Element(_label(kind), *_span(start, end, length), _count(page), _item(sections, section))
            for kind, start, end, page, section in data["elements"]
        ),
        media_type=_label(data["media_type"]),
        language=_label(data["language"]),
        pages=_count(data["pages"]),
        links=tuple(Link(*_span(start, end, length), _target(target)) for start, end, target in data["links"]),
        lines=tuple(
            PageLine(*_span(start, end, length), _number(page), _box(box)) for start, end, page, box in data["lines"]
        ),
        remark=from_data(data["remark"]),
    )


def chunks_data(chunks: Sequence[Chunk]) -> dict[str, Any]:
    """Return the chunks of a document as plain data, without what the document itself says."""
    sections, number = _listed([chunk.section for chunk in chunks])
    spans = [(chunk.start, chunk.end, chunk.page, number[chunk.section]) for chunk in chunks]
    return {"context": chunks[0].context if chunks else "", "sections": sections, "spans": spans}


def chunks_from(data: dict[str, Any], document: Document, document_id: str) -> list[Chunk]:
    """Return the chunks of that document; raise as :func:`document_from`, also for what lies outside its text."""
    sections, context = _sections(data), _text(data["context"])
    chunks = []
    for ordinal, (start, end, page, section) in enumerate(data["spans"]):
        _span(start, end, len(document.text))
        text, above = document.text[start:end], _item(sections, section)
        place = (ordinal, text, start, end, _count(page), above, document.language, context)
        chunks.append(Chunk(chunk_id(document_id, start, text), document_id, *place))
    return chunks


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError("not a text")
    return whole_characters(value)


def _target(value: Any) -> str:
    """Return a link's target: half characters stand for the bytes of a file's name that is not UTF-8."""
    if type(value) is not str:
        raise TypeError("not a target")
    return value


def _label(value: Any) -> str:
    if type(value) is not str or len(value) > _MAX_LABEL_CHARS or not value.isprintable():
        raise ValueError("not a label")
    return value


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _MAX_PAGE:
        raise ValueError("not a number of pages or places")
    return value


def _count(value: Any) -> int | None:
    return None if value is None else _number(value)


def _span(start: Any, end: Any, length: int) -> tuple[int, int]:
    if type(start) is not int or type(end) is not int or not 0 <= start <= end <= length:
        raise ValueError("it lies outside its document")
    return start, end


def _box(value: Any) -> tuple[float, float, float, float]:
    left, bottom, right, top = value
    for side in value:
        if type(side) not in (int, float) or not abs(side) <= _FAR:  # NaN is not below anything
            raise ValueError("not a place on a page")
    return left, bottom, right, top


def _sections(data: dict[str, Any]) -> list[tuple[str, ...]]:
    if not all(type(section) is list for section in data["sections"]):
        raise TypeError("not a list of headings")
    return [tuple(map(_text, section)) for section in data["sections"]]


def _item(sections: list[tuple[str, ...]], at: Any) -> tuple[str, ...]:
    return sections[_number(at)]


def _listed(sections: Sequence[tuple[str, ...]]) -> tuple[list[tuple[str, ...]], dict[tuple[str, ...], int]]:
    each = list(dict.fromkeys(sections))
    return each, {section: at for at, section in enumerate(each)}
