"""Copies the rows of a stranger's ledger and conversations, each checked, into files that our own code makes.

What a backup says is taken as data and nothing else: no part of its schema is carried over, its changes are numbered
again, and where its documents lay is remembered as a place that nobody here has added (``restored_roots``).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa

from rag.errors import LibraryError
from rag.interfaces import EmbedderCard
from rag.library.db import chat_schema, checks, engines, schema
from rag.library.db.column_types import PathText
from rag.library.db.ledger import Ledger, card_of
from rag.library.db.migrations import columns_of
from rag.library.db.queries import text_hash
from rag.library.maintenance.archive import require
from rag.library.maintenance.foreign import ForeignDatabase
from rag.messages import Message, dump
from rag.types import FileRecord, chunk_id, document_id, is_address, is_elsewhere

_DOCUMENT_ID = re.compile(r"[0-9a-f]{16}")
_CHUNK_ID = re.compile(r"[0-9a-f]{20}")
_TEXT_HASH = re.compile(r"[0-9a-f]{32}")
_CONTENT_HASH = re.compile(r"(?:[0-9a-f]{64})?")
_CHAT_ID = re.compile(r"[0-9a-f]{32}")
_PREFERENCE_KEY = re.compile(r"preference_[a-z_]{1,40}")
_MAX_LABEL = 200  # characters of a name, a kind, a setting
_TIMES = {  # columns of conversations that the pages read as times
    "chats": ("created", "changed"),
    "questions": ("asked",),
    "replies": ("written",),
    "rankings": ("made",),
}
_NEW = {"links": None, "lines": None, "reader": "", "context": ""}  # columns that older formats do not have
_RESTORED = dump(chat_schema.RESTORED)
_PATHS = ("source", "root", "path")
_MAX_SQUARE = 4.0  # of a vector's length, which is one
_EMPTY_HEADINGS_LEFT_OUT = 3  # the format from which on an empty heading is no part of what was embedded
_bind_path = PathText().process_bind_param


@dataclass(frozen=True, slots=True)
class AdoptedLedger:
    """What the new ledger holds."""

    documents: int
    chunks: int
    roots: frozenset[str]  # the folders of its documents, without the uploads


@dataclass(frozen=True, slots=True)
class _AdoptedDocument:
    """A document that was copied: its id now, and the length of its text."""

    id: str
    length: int
    moved: bool


def adopt_ledger(source: Path, target: Path, ledger_format: int, uploads: tuple[str, str]) -> AdoptedLedger:
    """Copy a stranger's ledger of format ``ledger_format`` to the new file ``target``.

    ``uploads`` are the folders of the uploaded copies then and now: a document's id depends on its path. Raises
    RefusedError, DamagedRowError or sqlite3.Error for whatever is wrong with the source.
    """
    all_tables = columns_of(ledger_format, *schema.tables.sorted_tables)
    with ForeignDatabase(source, "ledger", schema.tables.tables.keys()) as foreign:
        foreign.require_plain(all_tables)
        meta = {str(row["key"]): row["value"] for row in foreign.rows("meta")}
        require(
            meta.get("schema") == str(ledger_format),
            Message(
                "its ledger is of format {found}, not {expected}",
                found=str(meta.get("schema"))[:20],
                expected=ledger_format,
            ),
        )
        card = _card(meta)
        Ledger.open(target, card).close()
        with _filling(target) as db:
            copied = _Copying(foreign, db, card, uploads, ledger_format)
            copied.run()
            preferences = [(key, value) for key, value in meta.items() if _is_preference(key, value)]
            db.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", preferences)
    return AdoptedLedger(len(copied.documents), copied.chunks, frozenset(copied.roots))


def adopt_chats(source: Path, target: Path, own: Collection[StoredReply] = ()) -> None:
    """Copy a stranger's conversations to the new file ``target``. Raises as :func:`adopt_ledger`.

    An answer that is none of ``own``, which were written on this machine, says that it came with a backup.
    """
    tables = chat_schema.tables.tables
    with ForeignDatabase(source, "conversations", tables.keys()) as foreign:
        added = chat_schema.ADDED_COLUMNS
        foreign.require_plain({name: [column.name for column in table.c] for name, table in tables.items()}, added)
        meta = {str(row["key"]): row["value"] for row in foreign.rows("meta")}
        require(
            meta.get("format") in [str(known) for known in range(1, chat_schema.CHATS_FORMAT + 1)],
            Message("its conversations are of format {found}", found=str(meta.get("format"))[:20]),
        )
        rows = {
            name: [checks.typed(tables[name], added.get(name, {}) | row) for row in foreign.rows(name)]
            for name in tables
            if name != "meta"
        }
    _require_linked(rows)
    _mark_restored(rows, own)
    engine = sa.create_engine(f"sqlite:///{target}")
    chat_schema.tables.create_all(engine)
    engine.dispose()
    with _filling(target) as db:
        for name in ("chats", "questions", "replies", "rankings"):
            _insert(db, tables[name], rows[name])
        kept = [("format", str(chat_schema.CHATS_FORMAT))]
        kept += [("profile", meta["profile"])] if _is_profile(meta.get("profile")) else []
        db.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", kept)


class StoredReply(NamedTuple):
    """A stored answer as its row has it, with the question before it."""

    id: str
    question: str
    answer: str | None
    problem: str
    hint: str


class _Copying:
    """One ledger's rows on their way. Documents come first: the others belong to them."""

    def __init__(
        self,
        foreign: ForeignDatabase,
        db: sqlite3.Connection,
        card: EmbedderCard,
        uploads: tuple[str, str],
        ledger_format: int,
    ) -> None:
        self.documents: dict[str, _AdoptedDocument] = {}  # by the id in the source
        self.roots: set[str] = set()
        self.chunks = 0
        self._foreign = foreign
        self._db = db
        self._card = card
        self._uploads = uploads
        self._hashed_otherwise = ledger_format < _EMPTY_HEADINGS_LEFT_OUT
        self._has_tags = bool(columns_of(ledger_format, schema.tags))

    def run(self) -> None:
        """Copy all tables."""
        for table, rows in (
            (schema.documents, self._documents()),
            (schema.elements, self._elements()),
            (schema.vectors, self._vectors()),
            (schema.chunks, self._chunks()),
            (schema.tags, self._tags()),
        ):
            _insert(self._db, table, rows)
        # A vector without a chunk would wait for the text of a document that is added here.
        self._db.execute("DELETE FROM vectors WHERE text_hash NOT IN (SELECT text_hash FROM chunks)")
        self._require_quoted()
        tokens = [(adopted.id, secrets.token_hex(8)) for adopted in self.documents.values()]
        self._db.executemany("INSERT INTO changes (document_id, token) VALUES (?, ?)", tokens)

    def _documents(self) -> Iterator[dict[str, Any]]:
        bulky = ("text", "links", "lines")
        for row in self._foreign.rows("documents"):
            held = _NEW | row | {name: _path(row[name]) for name in _PATHS}
            held.pop("context")
            record = schema.record({key: value for key, value in held.items() if key not in bulky})
            _require_form(record)
            text = held["text"]
            checks.require(text is None or type(text) is str, "documents", "text", text)
            if text is not None:
                schema.document(held, ())
            else:
                held |= {"links": None, "lines": None}
            before, now = self._uploads
            moved = record.root == before != now
            if moved:
                held |= {"id": document_id(now, record.path), "root": now}
                if not is_address(record.source):
                    held["source"] = str(Path(now, record.path))
            elif record.root != now:
                self.roots.add(record.root)
            self.documents[record.id] = _AdoptedDocument(held["id"], len(text or ""), moved)
            yield held | {name: _bind_path(held[name], None) for name in _PATHS}

    def _elements(self) -> Iterator[dict[str, Any]]:
        for row in self._foreign.rows("elements"):
            element = schema.element(row)
            adopted = self._adopted_document("elements", row)
            checks.require_span("elements", element.start, element.end, adopted.length)
            checks.require_numbers("elements", row, "page")
            _require_label("elements", row, "kind")
            yield row | {"document_id": adopted.id}

    def _chunks(self) -> Iterator[dict[str, Any]]:
        for row in self._foreign.rows("chunks"):
            held = {"context": ""} | row
            chunk = schema.chunk(held)
            adopted = self._adopted_document("chunks", row)
            checks.require_span("chunks", chunk.start, chunk.end, adopted.length)
            checks.require_numbers("chunks", row, "page", "ordinal")
            checks.require(len(chunk.text) == chunk.end - chunk.start, "chunks", "text", chunk.text)
            _require_label("chunks", row, "language")
            _require_id("chunks", row, "id", _CHUNK_ID)
            _require_id("chunks", row, "text_hash", _TEXT_HASH)
            own = row["text_hash"] == text_hash(chunk.embedding_text)
            checks.require(own or (self._hashed_otherwise and "" in chunk.section), "chunks", "text_hash", chunk.id)
            self.chunks += 1
            if adopted.moved:
                held |= {"id": chunk_id(adopted.id, chunk.start, chunk.text)}
            yield held | {"document_id": adopted.id}

    def _tags(self) -> Iterator[dict[str, Any]]:
        for row in self._foreign.rows("tags") if self._has_tags else ():
            _, tag = schema.tag(row)
            yield {"document_id": self._adopted_document("tags", row).id, "tag": tag}

    def _require_quoted(self) -> None:
        """Raise DamagedRowError for a chunk that is no part of its document's text: it would be quoted, and proved."""
        for document, whole in self._db.execute("SELECT id, text FROM documents WHERE text IS NOT NULL"):
            chunks = self._db.execute('SELECT start, "end", text FROM chunks WHERE document_id = ?', (document,))
            for start, end, text in chunks:
                checks.require(whole[start:end] == text, "chunks", "text", text)

    def _vectors(self) -> Iterator[dict[str, Any]]:
        for row in self._foreign.rows("vectors"):
            _require_id("vectors", row, "text_hash", _TEXT_HASH)
            vector = checks.vector(row["vector"], self._card.dimension)
            with np.errstate(over="ignore", invalid="ignore"):  # a long one would be found by every question
                fine = bool(vector @ vector <= _MAX_SQUARE)
            checks.require(fine, "vectors", "vector", row["text_hash"])
            yield row

    def _adopted_document(self, table: str, row: Mapping[str, Any]) -> _AdoptedDocument:
        adopted = self.documents.get(row["document_id"])
        checks.require(adopted is not None, table, "document_id", row["document_id"])
        assert adopted is not None
        return adopted


def _card(meta: Mapping[str, Any]) -> EmbedderCard:
    for key in ("embedder", "document_prefix"):
        _require_label("meta", {key: meta.get(key) or ""}, key)
    return card_of(meta)


def _is_preference(key: str, value: Any) -> bool:
    """Tell whether that is a person's choice; other rows of the source's meta stay there."""
    return (
        bool(_PREFERENCE_KEY.fullmatch(key)) and type(value) is str and len(value) <= _MAX_LABEL and value.isprintable()
    )


def _is_profile(value: Any) -> bool:
    try:
        held = json.loads(value)
    except (ValueError, TypeError, RecursionError):
        return False
    return isinstance(held, dict) and all(type(each) is str for each in held.values())


def _path(value: Any) -> Any:
    return value.decode(errors="surrogateescape") if isinstance(value, bytes) else value


def _require_form(record: FileRecord) -> None:
    """Raise DamagedRowError where a record is of another form than any that Oaken writes."""
    root, path = record.root, record.path
    on_host = root.partition(":")[2] if is_elsewhere(root) else root  # another machine's: host:/path
    is_absolute = PurePosixPath(on_host).is_absolute() or PureWindowsPath(root).is_absolute()
    checks.require(is_absolute and ".." not in re.split(r"[/\\]", root), "documents", "root", root)
    inside = not PureWindowsPath(path).drive and not path.startswith(("/", "\\"))
    checks.require(inside and not {"", ".."} & set(path.split("/")), "documents", "path", path)
    for name, value in (("source", record.source), ("root", root), ("path", path)):
        checks.require("\0" not in value, "documents", name, value)
    checks.require(record.id == document_id(root, path), "documents", "id", record.id)
    hashed = record.stamp.content_hash
    checks.require(_CONTENT_HASH.fullmatch(hashed) is not None, "documents", "content_hash", hashed)
    if record.ingested_at:
        checks.require_times("documents", {"ingested_at": record.ingested_at}, "ingested_at")
    for name in ("media_type", "language", "ingested_at", "reader_fingerprint"):
        _require_label("documents", {name: getattr(record, name)}, name)


def _require_label(table: str, row: Mapping[str, Any], column: str) -> None:
    value = row[column]
    fine = type(value) is str and len(value) <= _MAX_LABEL and value.isprintable()
    checks.require(fine, table, column, value)


def _require_id(table: str, row: Mapping[str, Any], column: str, form: re.Pattern[str]) -> None:
    value = row[column]
    checks.require(type(value) is str and form.fullmatch(value) is not None, table, column, value)


def _require_linked(rows: Mapping[str, list[dict[str, Any]]]) -> None:
    """Raise DamagedRowError unless the rows of conversations are trees; forget a choice of branch that is none.

    Each question follows a reply to an earlier question of its chat: what walks up a branch comes to its beginning.
    """
    asked = {row["id"]: row for row in rows["questions"]}
    said = {row["id"]: row for row in rows["replies"]}
    for name, times in _TIMES.items():
        for row in rows[name]:
            checks.require_times(name, row, *times)
    for name in ("chats", "questions", "replies"):
        for row in rows[name]:
            _require_id(name, row, "id", _CHAT_ID)
    for row in rows["replies"]:
        of = asked.get(row["question"])
        checks.require(of is not None and of["chat"] == row["chat"], "replies", "question", row["question"])
        checks.require(row["vote"] in (-1, 0, 1), "replies", "vote", row["vote"])
        checks.require_numbers("replies", row, "seconds")
        row["shown"] = row["shown"] if _parent(asked, row["shown"]) == row["id"] else ""
    for row in rows["questions"]:
        reply = said.get(row["parent"])
        earlier = (
            reply is not None and reply["chat"] == row["chat"] and asked[reply["question"]]["number"] < row["number"]
        )
        checks.require(row["parent"] is None or earlier, "questions", "parent", row["parent"])
        shown = said.get(row["shown"])
        row["shown"] = row["shown"] if shown is not None and shown["question"] == row["id"] else ""
    for row in rows["chats"]:
        first = asked.get(row["shown"])
        own = first is not None and first["chat"] == row["id"] and first["parent"] is None
        row["shown"] = row["shown"] if own else ""


def answers_written_here(chats: Path) -> frozenset[StoredReply]:
    """Return the answers in a file of conversations that did not come with a backup; none where it cannot be read."""
    said, asked = chat_schema.replies.c, chat_schema.questions.c
    query = sa.select(said.id, asked.text, said.answer, said.problem, said.hint).join(chat_schema.questions)
    try:
        with engines.stored_chats(chats) as db:
            rows = db.execute(query).all() if db is not None else []
            return frozenset(StoredReply(*row) for row in rows if row.problem != _RESTORED)
    except (LibraryError, sa.exc.SQLAlchemyError):
        return frozenset()


def _mark_restored(rows: Mapping[str, list[dict[str, Any]]], own: Collection[StoredReply]) -> None:
    questions = {row["id"]: row["text"] for row in rows["questions"]}
    for row in rows["replies"]:
        reply = StoredReply(row["id"], questions[row["question"]], row["answer"], row["problem"], row["hint"])
        if row["answer"] is not None and reply not in own:
            row |= {"problem": _RESTORED, "hint": dump(chat_schema.RESTORED_HINT)}


def _parent(asked: Mapping[str, Mapping[str, Any]], question: str) -> Any:
    return asked[question]["parent"] if question in asked else None


@contextlib.contextmanager
def _filling(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection to a new file that nobody else has, in one transaction; whole on the disk afterwards."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        for setting in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=ON", "trusted_schema=OFF"):
            db.execute(f"PRAGMA {setting}")
        db.execute("BEGIN")
        yield db
        db.execute("COMMIT")
    path.chmod(0o600)
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _insert(db: sqlite3.Connection, table: sa.Table, rows: Iterable[Mapping[str, Any]]) -> None:
    names: Collection[str] = [column.name for column in table.c]
    columns, gaps = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
    db.executemany(
        f'INSERT INTO "{table.name}" ({columns}) VALUES ({gaps})', ([row[name] for name in names] for row in rows)
    )
