"""The opening of each document: its title and its first text, read in one query."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from rag.library.db import checks, schema
from rag.library.db.ledger import Ledger
from rag.library.db.queries import batches


@dataclass(frozen=True, slots=True)
class DocumentOpening:
    """A document's title ("" where it has none), its outermost headings within its first chunk, and its first text."""

    title: str
    text: str
    language: str
    start: int  # of the text in the document
    page: int | None
    section: tuple[str, ...]


def openings(ledger: Ledger, document_ids: Collection[str] | None = None) -> dict[str, DocumentOpening]:
    """Return the openings of these documents (None: all that have text), by id."""
    table = schema.chunks.c
    query = sa.select(table.document_id, table.section, table.text, table.language, table.start, table.page)
    query = query.where(table.ordinal == 0)
    some = sorted(document_ids) if document_ids is not None else None
    rows = []
    with ledger.engine.connect() as db:
        if some is None:
            rows = list(db.execute(query))
        else:
            for ids in batches(some):
                rows += db.execute(query.where(table.document_id.in_(ids)))
    found = {}
    for ident, section, text, language, start, page in rows:
        checks.require(type(text) is str and type(start) is int, "chunks", "text", text)
        headings = checks.section(section, "chunks")
        found[ident] = DocumentOpening(
            " ".join(headings[0].split()) if headings else "", text, language, start, page, headings
        )
    return found
