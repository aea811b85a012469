"""A library on the bag-of-words embedder, whose vectors Chroma serves however few they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.library.library import Library
from tests import faults
from tests.doubles import BagEmbedder


@pytest.fixture
def embedder() -> BagEmbedder:
    return BagEmbedder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "libraries" / "mill"


@pytest.fixture
def library(folder: Path, embedder: BagEmbedder) -> Iterator[Library]:
    with Library.open(folder, embedder.card, exact_up_to=0) as held:
        yield held


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults") / "base"
    faults.build(folder, 40)
    files = {path.name for path in (folder / "vectors").rglob("*")}
    assert {"index_metadata.pickle", "data_level0.bin", "link_lists.bin", "chroma.sqlite3"} <= files
    return folder
