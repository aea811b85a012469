"""The tables that only a ledger on a server has: who uses it, from which machine, and what its folders are called."""

from __future__ import annotations

import sqlalchemy as sa

shared_tables = sa.MetaData()
# Where the folders of documents are on each machine. A folder that two machines mount has two places and one root.
places = sa.Table(
    "places",
    shared_tables,
    sa.Column("machine", sa.Text, primary_key=True),
    sa.Column("path", sa.LargeBinary, primary_key=True),  # absolute, as bytes: a path need not be UTF-8
    sa.Column("host", sa.Text, nullable=False),  # what other machines call that machine
    sa.Column("root", sa.Text, nullable=False),  # random, or made of the name that a person gave it
)
# Whoever holds the write lock; the lock itself is the session's, and ends with it.
write_lock = sa.Table(
    "write_lock",
    shared_tables,
    sa.Column("backend", sa.Integer, primary_key=True, autoincrement=False),  # the server's process of that session
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("command", sa.Text, nullable=False),
    sa.Column("since", sa.Text, nullable=False),
)
