"""The tables of a library's conversations: here, for a backup holds them too. ``rag/conversation/chats`` uses them."""

from __future__ import annotations

import sqlalchemy as sa

from rag.library.db.column_types import StoredText
from rag.messages import Message

CHATS_FORMAT = 3
# By formats 2 (scope) and 3: what rows of an earlier format hold there.
ADDED_COLUMNS = {"questions": {"scope": "", "imported": ""}, "replies": {"imported": ""}}
RESTORED = Message("This answer came with a backup, and was not checked on this machine.")
RESTORED_HINT = Message("Ask again to have it checked.")

tables = sa.MetaData()

meta = sa.Table(
    "meta",
    tables,
    sa.Column("key", StoredText, primary_key=True),
    sa.Column("value", StoredText, nullable=False),
)

chats = sa.Table(
    "chats",
    tables,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("id", StoredText, nullable=False, unique=True),
    sa.Column("title", StoredText, nullable=False),
    sa.Column("words", StoredText, nullable=False),  # the title, folded for the search
    sa.Column("created", StoredText, nullable=False),
    sa.Column("changed", StoredText, nullable=False),
    sa.Column("shown", StoredText, nullable=False, default=""),  # the question that begins the branch shown
)

questions = sa.Table(
    "questions",
    tables,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("id", StoredText, nullable=False, unique=True),
    sa.Column("chat", sa.ForeignKey(chats.c.id, ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("parent", StoredText),  # the reply it follows
    sa.Column("text", StoredText, nullable=False),
    sa.Column("words", StoredText, nullable=False),
    sa.Column("asked", StoredText, nullable=False),
    sa.Column("shown", StoredText, nullable=False, default=""),  # the reply shown
    sa.Column("scope", StoredText, nullable=False, server_default=""),  # JSON: where it is asked; "": everywhere
    sa.Column("imported", StoredText, nullable=False, server_default=""),  # JSON: the rest of a message from elsewhere
)

replies = sa.Table(
    "replies",
    tables,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("id", StoredText, nullable=False, unique=True),
    sa.Column("chat", sa.ForeignKey(chats.c.id, ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("question", sa.ForeignKey(questions.c.id, ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("words", StoredText, nullable=False),
    sa.Column("shown", StoredText, nullable=False, default=""),  # the question after it that is shown
    sa.Column("problem", StoredText, nullable=False),
    sa.Column("hint", StoredText, nullable=False),
    sa.Column("model", StoredText, nullable=False),
    sa.Column("preset", StoredText, nullable=False),
    sa.Column("written", StoredText, nullable=False),
    sa.Column("vote", sa.Integer, nullable=False, default=0),
    sa.Column("labels", StoredText, nullable=False, default=""),  # names between spaces
    sa.Column("insist", sa.Boolean, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("imported", StoredText, nullable=False, server_default=""),  # as in questions
    sa.Column("answer", StoredText),  # kept.dump; last, for it is long
)

rankings = sa.Table(
    "rankings",
    tables,
    sa.Column("question", sa.ForeignKey(questions.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("order", StoredText, nullable=False),  # ids of replies between spaces, best first
    sa.Column("made", StoredText, nullable=False),
)
