"""A library on the bag-of-words embedder, whose vectors Chroma serves however few they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.library.library import Library
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
