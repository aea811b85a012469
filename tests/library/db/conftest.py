"""Ledgers: an empty one, and one as the first version wrote it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag.library.db.ledger import Ledger
from tests.library.db.ledgers import CARD, FIRST
from tests.postgres import linked


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """An empty ledger in each database that one may be in."""
    if request.param == "postgres":
        linked(tmp_path / "held", request.getfixturevalue("database"))
    held = Ledger.open(tmp_path / "held" / "ledger.sqlite", CARD)
    yield held
    held.close()


@pytest.fixture
def file_ledger(tmp_path: Path) -> Ledger:
    """An empty ledger in a file."""
    return Ledger.open(tmp_path / "held" / "ledger.sqlite", CARD)


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A ledger as the first version of Oaken wrote it."""
    path = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(FIRST.read_text())
        db.execute("PRAGMA journal_mode=WAL")
    return path
