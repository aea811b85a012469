"""A library to measure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.library.library import Library
from tests.doubles import BagEmbedder
from tests.town import TEXTS, file_away


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    embedder = BagEmbedder()
    with Library.open(tmp_path / "library", embedder.card) as held:
        for name, (language, text) in TEXTS.items():
            file_away(held, name, text, language, embedder)
        held.follow()
        yield held
