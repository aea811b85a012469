"""A library to measure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.library.library import Library
from tests.doubles import BagEmbedder
from tests.town import TEXTS, filed


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with filed(tmp_path, BagEmbedder(), TEXTS) as library:
        yield library
