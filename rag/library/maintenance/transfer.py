"""Copies a ledger, and its conversations, from one database to another: from a server to a backup, and back.

Each database has its own names for the folders of documents, so the ids of documents and chunks change on the way, and
stored answers follow them. The target holds what the source holds, or what it held before: it is one transaction.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import sqlalchemy as sa

from rag.library.db import chat_schema, schema
from rag.library.db.engines import SqlEngine
from rag.library.db.ledger import PREFERENCE, Ledger, card_rows
from rag.types import chunk_id

_ROWS_TOGETHER = 500
_ID = re.compile(r"\b(?:[0-9a-f]{16}|[0-9a-f]{20})\b")


def copy_ledger(source: Ledger, target: Ledger) -> dict[str, str]:
    """Put what ``source`` holds in place of all that ``target`` holds; return old id -> new id of what changed.

    Every document counts as changed, so no index goes on from where it was.
    """
    restored = source.restored_roots()
    with source.engine.connect() as read:
        source.database.begin_read(read)
        documents, roots = _new_ids(read, source, target)
        changed = {old: new for old, new in documents.items() if old != new}
        with target.transaction() as write:
            _clear(write)
            _fill(write, schema.documents, _documents(read, documents, roots))
            for table in (schema.elements, schema.tags):
                _fill(write, table, (row | _of_document(row, documents) for row in _rows(read, table)))
            _fill(write, schema.vectors, _rows(read, schema.vectors))
            _fill(write, schema.chunks, _chunks(read, documents, changed))
            _fill(write, schema.meta, _meta(read, source))
            changes = ({"document_id": each, "token": secrets.token_hex(8)} for each in sorted(documents.values()))
            _fill(write, schema.changes, changes)
    target.set_restored_roots(restored)
    return changed


def copy_chats(source: SqlEngine, target: SqlEngine, changed: Mapping[str, str]) -> None:
    """Put the conversations of ``source`` in place of all that ``target`` holds; answers name the ``changed`` ids."""
    order = [chat_schema.chats, chat_schema.questions, chat_schema.replies, chat_schema.rankings, chat_schema.meta]
    with source.sql.connect() as read, target.sql.begin() as write:
        source.begin_read(read)
        target.begin_write(write)
        if not target.exists(write):
            target.create(write, chat_schema.tables)
        for table in reversed(order):
            write.execute(sa.delete(table))
        for table in order:
            _fill(write, table, (_without_number(row, changed) for row in _rows(read, table)))


def renamed(answer: str, changed: Mapping[str, str]) -> str:
    """Return a stored answer with the new ids of documents and chunks."""
    return _ID.sub(lambda found: changed.get(found.group(), found.group()), answer)


def _new_ids(read: sa.Connection, source: Ledger, target: Ledger) -> tuple[dict[str, str], dict[str, str]]:
    """Return old -> new of the documents' ids and of what is stored for their roots."""
    columns = schema.documents.c
    rows = read.execute(sa.select(columns.id, columns.root, columns.path)).all()
    shown = {root: source.database.folders.shown(root) for root in sorted({row.root for row in rows})}
    folders = target.database.folders
    roots = {root: folders.stored(there) for root, there in shown.items()}
    return {row.id: folders.document_id(shown[row.root], row.path) for row in rows}, roots


def _documents(read: sa.Connection, ids: Mapping[str, str], roots: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for row in _rows(read, schema.documents):
        yield row | {"id": ids[row["id"]], "root": roots[row["root"]]}


def _chunks(read: sa.Connection, ids: Mapping[str, str], changed: dict[str, str]) -> Iterator[dict[str, Any]]:
    for row in _rows(read, schema.chunks):
        fresh = row | _of_document(row, ids)
        if row["document_id"] in changed:
            fresh["id"] = changed[row["id"]] = chunk_id(fresh["document_id"], row["start"], row["text"])
        yield fresh


def _of_document(row: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, str]:
    return {"document_id": ids[row["document_id"]]}


def _meta(read: sa.Connection, source: Ledger) -> Iterator[dict[str, Any]]:
    """Yield the embedder, the format and a person's choices; other rows belong to the database they are in."""
    kept = {*card_rows(source.embedder), "schema"}
    for row in _rows(read, schema.meta):
        if row["key"] in kept or row["key"].startswith(PREFERENCE):
            yield row


def _without_number(row: dict[str, Any], changed: Mapping[str, str]) -> dict[str, Any]:
    row.pop("number", None)  # they are numbered again, in their order
    if row.get("answer"):
        row["answer"] = renamed(row["answer"], changed)
    return row


def _clear(write: sa.Connection) -> None:
    for table in reversed(schema.tables.sorted_tables):
        write.execute(sa.delete(table))


def _rows(read: sa.Connection, table: sa.Table) -> Iterator[dict[str, Any]]:
    query = sa.select(table).order_by(*(table.c[name] for name in ("number",) if name in table.c))
    for row in read.execution_options(yield_per=_ROWS_TOGETHER).execute(query).mappings():
        yield dict(row)


def _fill(write: sa.Connection, table: sa.Table, rows: Iterator[dict[str, Any]]) -> None:
    while some := list(islice(rows, _ROWS_TOGETHER)):
        write.execute(sa.insert(table), some)
