"""The ledger's tables, and the conversion of rows from and to the types of rag/types.py."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from rag.library.db.checks import (
    damaged_row_error,
    packed,
    require,
    require_numbers,
    require_span,
    section,
    typed,
    unpacked,
)
from rag.library.db.column_types import BLOB, NUMBER, PathText, StoredText
from rag.messages import dump, load
from rag.types import MAX_TAG_CHARS, Chunk, Document, Element, FileRecord, FileStamp, Link, Outcome, PageLine

tables = sa.MetaData()
meta = sa.Table("meta", tables, sa.Column("key", StoredText, primary_key=True), sa.Column("value", StoredText))
documents = sa.Table(
    "documents",
    tables,
    sa.Column("id", StoredText, primary_key=True),
    sa.Column("source", PathText, nullable=False),
    sa.Column("root", PathText, nullable=False),
    sa.Column("path", PathText, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("mtime_ns", sa.BigInteger, nullable=False),
    sa.Column("content_hash", StoredText, nullable=False, index=True),
    sa.Column("outcome", StoredText, nullable=False),
    sa.Column("reason", StoredText, nullable=False),
    sa.Column("media_type", StoredText, nullable=False),
    sa.Column("language", StoredText, nullable=False),
    sa.Column("pages", sa.Integer),
    sa.Column("chunks", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("ingested_at", StoredText, nullable=False),
    sa.Column("text", StoredText),
    sa.Column("links", BLOB),  # packed rows, NULL for none
    sa.Column("lines", BLOB),
    sa.Column("reader", StoredText, nullable=False, server_default=""),
)
elements = sa.Table(
    "elements",
    tables,
    sa.Column("document_id", StoredText, sa.ForeignKey("documents.id"), primary_key=True),
    sa.Column("start", sa.Integer, primary_key=True),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("kind", StoredText, nullable=False),
    sa.Column("page", sa.Integer),
    sa.Column("section", StoredText, nullable=False),  # JSON
)
chunks = sa.Table(
    "chunks",
    tables,
    sa.Column("id", StoredText, primary_key=True),
    sa.Column("document_id", StoredText, sa.ForeignKey("documents.id"), nullable=False, index=True),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("text", StoredText, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("page", sa.Integer),
    sa.Column("section", StoredText, nullable=False),
    sa.Column("language", StoredText, nullable=False),
    sa.Column("text_hash", StoredText, nullable=False, index=True),
    sa.Column("context", StoredText, nullable=False, server_default=""),
)
vectors = sa.Table(
    "vectors",
    tables,
    sa.Column("text_hash", StoredText, primary_key=True),
    sa.Column("vector", BLOB, nullable=False),  # float32, little endian
)
changes = sa.Table(
    "changes",
    tables,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("document_id", StoredText, nullable=False, index=True),
    # Random: distinguishes this ledger's change from the same number in another copy of it.
    sa.Column("token", StoredText, nullable=False, server_default=""),
    # 1: the document has all its vectors now; its text and chunks stayed.
    sa.Column("vectors_only", sa.Integer, nullable=False, server_default="0"),
    sqlite_autoincrement=True,  # numbers are never reused, even after the last row is gone
)
# What a person has labelled documents with. A file keeps its tags when it is read again.
tags = sa.Table(
    "tags",
    tables,
    sa.Column("document_id", StoredText, primary_key=True),
    sa.Column("tag", StoredText, primary_key=True),
)
# What another embedder has produced so far, next to what it will replace (maintenance/reembed.py).
next_documents = sa.Table(
    "next_documents",
    tables,
    sa.Column("document_id", StoredText, primary_key=True),
    sa.Column("number", NUMBER, nullable=False),  # the document's last change when it was embedded
    sa.Column("chunks", BLOB),  # packed rows of chunks cut again, NULL where they stay
)
next_vectors = sa.Table(
    "next_vectors",
    tables,
    sa.Column("text_hash", StoredText, primary_key=True),
    sa.Column("vector", BLOB, nullable=False),
)

NON_PROSE_KINDS = ("title", "row", "code", "furniture")  # kinds of elements that hold no sentences
_BULKY = {"text", "links", "lines"}
_OUTCOMES = frozenset(Outcome)
_NUMBER_TYPES = frozenset({int, float})
_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_FAR = 1e9  # points: no page is so large
record_columns = [column for column in documents.c if column.name not in _BULKY]


def document_row(file_record: FileRecord) -> dict[str, Any]:
    """Return the columns of a record, without the text."""
    return {
        "id": file_record.id,
        "source": file_record.source,
        "root": file_record.root,
        "path": file_record.path,
        "size": file_record.stamp.size,
        "mtime_ns": file_record.stamp.mtime_ns,
        "content_hash": file_record.stamp.content_hash,
        "outcome": file_record.outcome.value,
        "reason": dump(file_record.reason),
        "media_type": file_record.media_type,
        "language": file_record.language,
        "pages": file_record.pages,
        "chunks": file_record.chunks,
        "seconds": file_record.seconds,
        "ingested_at": file_record.ingested_at,
        "reader": file_record.reader_fingerprint,
    }


def record(row: Any, tags: Sequence[str] = ()) -> FileRecord:
    """Return the record of a row of ``record_columns``. Raises DamagedRowError."""
    held = typed(documents, row)
    require_numbers("documents", held, "size", "pages", "chunks", "seconds")
    require(held["outcome"] in _OUTCOMES, "documents", "outcome", held["outcome"])
    stamp = FileStamp(held.pop("size"), held.pop("mtime_ns"), held.pop("content_hash"))
    outcome, reason = Outcome(held.pop("outcome")), load(held.pop("reason"))
    fingerprint = held.pop("reader")
    return FileRecord(
        stamp=stamp, outcome=outcome, reason=reason, reader_fingerprint=fingerprint, tags=tuple(tags), **held
    )


def tag(row: Any) -> tuple[str, str]:
    """Return the document's id and the tag of a row. Raises DamagedRowError."""
    held = typed(tags, row)
    tag = held["tag"]
    on_one_line = " ".join(tag.split()) == tag and _CONTROL_CHARACTER.search(tag) is None
    require(0 < len(tag) <= MAX_TAG_CHARS and on_one_line, "tags", "tag", tag)
    return held["document_id"], tag


def document_columns(document: Document) -> dict[str, Any]:
    """Return the columns of a document's text, links and printed lines."""
    return {
        "text": document.text,
        "links": packed([(link.start, link.end, link.target) for link in document.links]),
        "lines": packed([(line.start, line.end, line.page, *line.box) for line in document.lines]),
    }


def document(row: Any, elements: Sequence[Element]) -> Document:
    """Return the document of a row of all columns. Raises DamagedRowError."""
    held = typed(documents, row)
    length = len(held["text"])
    return Document(
        held["text"],
        tuple(elements),
        held["media_type"],
        held["language"],
        held["pages"],
        tuple(_link(each, length) for each in unpacked(held["links"], "documents", "links")),
        tuple(_line(each, length) for each in unpacked(held["lines"], "documents", "lines")),
    )


def _link(packed_row: Any, length: int) -> Link:
    if type(packed_row) is not list or [type(each) for each in packed_row] != [int, int, str]:
        raise damaged_row_error("documents", "links")
    start, end, target = packed_row
    require_span("documents", start, end, length)
    return Link(start, end, target)


def _line(packed_row: Any, length: int) -> PageLine:
    if type(packed_row) is not list or len(packed_row) != 7 or not _NUMBER_TYPES.issuperset(map(type, packed_row)):
        raise damaged_row_error("documents", "lines")
    start, end, page, *box = packed_row
    require_span("documents", start, end, length)
    if type(page) is not int or min(box) < -_FAR or max(box) > _FAR:
        raise damaged_row_error("documents", "lines")
    return PageLine(start, end, page, (box[0], box[1], box[2], box[3]))


def element(row: Any) -> Element:
    """Return the element of a row. Raises DamagedRowError."""
    held = typed(elements, row)
    require_span("elements", held["start"], held["end"])
    headings = section(held["section"], "elements")
    return Element(held["kind"], held["start"], held["end"], held["page"], headings)


def chunk_row(piece: Chunk, text_hash: str) -> dict[str, Any]:
    """Return the columns of a chunk; ``text_hash`` is its vector's key."""
    return {
        "id": piece.id,
        "document_id": piece.document_id,
        "ordinal": piece.ordinal,
        "text": piece.text,
        "start": piece.start,
        "end": piece.end,
        "page": piece.page,
        "section": json.dumps(piece.section, ensure_ascii=False),
        "language": piece.language,
        "text_hash": text_hash,
        "context": piece.context,
    }


def chunk(row: Any) -> Chunk:
    """Return the chunk of a row. Raises DamagedRowError."""
    held = typed(chunks, row)
    require_span("chunks", held["start"], held["end"])
    held.pop("text_hash", None)
    return Chunk(**held | {"section": section(held["section"], "chunks")})
