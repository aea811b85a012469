"""A library of rental papers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answer.assistant import Assistant
from rag.library.library import Library
from tests.conversation.comparison.leases import fill
from tests.copies import copied
from tests.doubles import BagEmbedder


@pytest.fixture
def rental(tmp_path: Path) -> Iterator[Assistant]:
    with Library.open(copied(tmp_path / "rental", "rental papers", _filled), BagEmbedder().card) as library:
        yield Assistant(library, BagEmbedder())


def _filled(folder: Path) -> None:
    with Library.open(folder, BagEmbedder().card) as library:
        fill(library)
