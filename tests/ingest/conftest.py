"""Documents to take in, and workers that do mischief."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from ingest.parse import Parser
from tests.ingest.doubles import BagEmbedder, MemoryLibrary
from tests.ingest.parsing import MISCHIEF
from tests.ingest.runs import LONG_AGO


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    (tmp_path / "papers" / "sub").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "sub/c.txt", "sub/empty.txt", "song.mp3"):
        words = "" if name == "sub/empty.txt" else f"The paper {name} tells of the mill."
        (tmp_path / "papers" / name).write_text(words)
        os.utime(tmp_path / "papers" / name, ns=(LONG_AGO, LONG_AGO))
    return tmp_path / "papers"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "papers"
    path.mkdir()
    (path / "mill.txt").write_text("The mill stands by the river.\n\nIt was built in 1884.\n")
    (path / "ferry.txt").write_text("The ferry leaves the eastern pier at six.\n")
    (path / "sound.mp3").write_text("x")
    (path / "blank.txt").write_text(" \n")
    return path


@pytest.fixture
def library() -> MemoryLibrary:
    return MemoryLibrary()


@pytest.fixture
def embedder() -> BagEmbedder:
    return BagEmbedder()


@pytest.fixture
def mischief() -> Parser:
    return Parser(1.5, (sys.executable, "-c", MISCHIEF))
