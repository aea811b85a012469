"""The tables of a library's conversations: here, for a backup holds them too. ``rag/conversation/chats`` uses them."""

from __future__ import annotations

import sqlalchemy as sa

from rag.messages import Message

CHATS_FORMAT = 2
ADDED_COLUMNS = {"questions": {"scope": ""}}  # by format 2: what the rows of format 1 hold there
RESTORED = Message("This answer came with a backup, and was not checked on this machine.")
RESTORED_HINT = Message("Ask again to have it checked.")

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
    sa.Column("scope", sa.String, nullable=False, server_default=""),  # JSON: where it is asked; "": everywhere
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
