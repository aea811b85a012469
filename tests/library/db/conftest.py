"""Ledgers: an empty one, and one as the first version wrote it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rag.library.db.ledger import Ledger
from tests.library.db.ledgers import CARD, FIRST


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path / "held" / "ledger.sqlite", CARD)


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A ledger as the first version of Oaken wrote it."""
    path = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(FIRST.read_text())
        db.execute("PRAGMA journal_mode=WAL")
    return path
