"""The tables of a library's conversations, and how their file is opened. What is done with them is in store.py."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from rag.errors import LibraryError
from rag.library.db import sqlite
from rag.messages import Message

CHATS_FORMAT = 1
_DATABASE_NAME = Message("conversations")

tables = sa.MetaData()

meta = sa.Table(
    "meta",
    tables,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("value", sa.String, nullable=False),
)

chats = sa.Table(
    "chats",
    tables,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("id", sa.String, nullable=False, unique=True),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("words", sa.String, nullable=False),  # the title, folded for the search
    sa.Column("created", sa.String, nullable=False),
    sa.Column("changed", sa.String, nullable=False),
    sa.Column("shown", sa.String, nullable=False, default=""),  # the question that begins the branch shown
)

questions = sa.Table(
    "questions",
    tables,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("id", sa.String, nullable=False, unique=True),
    sa.Column("chat", sa.ForeignKey(chats.c.id, ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("parent", sa.String),  # the reply it follows
    sa.Column("text", sa.String, nullable=False),
    sa.Column("words", sa.String, nullable=False),
    sa.Column("asked", sa.String, nullable=False),
    sa.Column("shown", sa.String, nullable=False, default=""),  # the reply shown
)

replies = sa.Table(
    "replies",
    tables,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("id", sa.String, nullable=False, unique=True),
    sa.Column("chat", sa.ForeignKey(chats.c.id, ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("question", sa.ForeignKey(questions.c.id, ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("words", sa.String, nullable=False),
    sa.Column("shown", sa.String, nullable=False, default=""),  # the question after it that is shown
    sa.Column("problem", sa.String, nullable=False),
    sa.Column("hint", sa.String, nullable=False),
    sa.Column("model", sa.String, nullable=False),
    sa.Column("preset", sa.String, nullable=False),
    sa.Column("written", sa.String, nullable=False),
    sa.Column("vote", sa.Integer, nullable=False, default=0),
    sa.Column("labels", sa.String, nullable=False, default=""),  # names between spaces
    sa.Column("insist", sa.Boolean, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("answer", sa.String),  # kept.dump; last, for it is long
)

rankings = sa.Table(
    "rankings",
    tables,
    sa.Column("question", sa.ForeignKey(questions.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("order", sa.String, nullable=False),  # ids of replies between spaces, best first
    sa.Column("made", sa.String, nullable=False),
)


class ChatDatabase:
    """The file, open. Safe across threads and processes: SQLite lets one write at a time."""

    def __init__(self, engine: sa.Engine, path: Path, repair_advice: str) -> None:
        self._engine = engine
        self._path = path
        self._repair_advice = repair_advice

    @classmethod
    def open(cls, path: Path) -> ChatDatabase:
        """Open, or make where there is none. Raises LibraryError: damaged, or of a newer Oaken."""
        repair_advice = sqlite.move_aside(path)
        opened = cls(sqlite.engine(path, _DATABASE_NAME, repair_advice), path, repair_advice)
        try:
            opened._make()
        except BaseException:
            opened.close()
            raise
        return opened

    def _make(self) -> None:
        with self.reading() as db:
            if sa.inspect(db).has_table("meta"):
                self._check_format(db)
                return
        with self.writing() as db:
            if sa.inspect(db).get_table_names() and not sa.inspect(db).has_table("meta"):
                raise sqlite.unreadable_error(
                    self._path, ValueError("it holds something else"), _DATABASE_NAME, self._repair_advice
                )
            tables.create_all(db)
            db.execute(insert(meta).on_conflict_do_nothing(), {"key": "format", "value": str(CHATS_FORMAT)})
        sqlite.make_owner_only(self._path)

    def _check_format(self, db: sa.Connection) -> None:
        stored = db.execute(sa.select(meta.c.value).where(meta.c.key == "format")).scalar()
        if stored is None or not stored.isdecimal():
            raise sqlite.unreadable_error(
                self._path, ValueError(f"it does not say its format ({stored!r})"), _DATABASE_NAME, self._repair_advice
            )
        if int(stored) != CHATS_FORMAT:
            raise LibraryError(
                Message(
                    "The conversations {path} were kept by another version of Oaken (format {held}, this one "
                    "reads {own}).",
                    path=self._path,
                    held=stored,
                    own=CHATS_FORMAT,
                ),
                Message("Update Oaken: pip install --upgrade oaken"),
            )

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield a connection that sees one state of the file throughout."""
        with self._connected("BEGIN") as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Yield a transaction, the only one that writes; committed unless something is raised, else rolled back."""
        with self._connected("BEGIN IMMEDIATE") as db:
            yield db
            db.commit()

    @contextmanager
    def _connected(self, begin: str) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect() as db:
                db.exec_driver_sql(begin)
                yield db
        except sqlite3.DatabaseError as error:  # on connecting, where SQLAlchemy does not translate
            raise sqlite.failure(error, self._path, _DATABASE_NAME, self._repair_advice) from error
