"""An assistant that plays an answer, and a library to measure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.answer.assistant import Assistant
from rag.library.library import Library
from rag.types import (
    Answer,
)
from tests.doubles import BagEmbedder
from tests.town import TEXTS, filed_folder
from tests.ui.cli.measuring import LINES
from tests.ui.cli.playing import Player


@pytest.fixture
def player(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> Player:
    playing = Player(answer, fails_on="explode")
    monkeypatch.setattr(Assistant, "open", lambda *_, **__: playing)
    return playing


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of questions; any library opened is the town's."""
    embedder = BagEmbedder()
    folder = filed_folder(tmp_path / "library", embedder, TEXTS)

    def opened(*_: Any, **__: Any) -> Assistant:
        return Assistant(Library.open(folder, embedder.card), embedder)

    monkeypatch.setattr(Assistant, "open", opened)
    (tmp_path / "q.jsonl").write_text("\n".join(json.dumps(line) for line in LINES))
    return tmp_path
