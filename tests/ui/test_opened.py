"""One assistant for all sessions of the page, as long as it is the right one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answer.assistant import Assistant
from rag.errors import EmbedderMismatch
from rag.library.ledger import remembered
from rag.library.library import Library
from rag.library.reembed import reembed
from tests.doubles import BagEmbedder, file_away, paper
from ui import opened as module

OLD, NEW = BagEmbedder(), BagEmbedder(64, 96, "other-words")
EMBEDDERS = {each.card.name: each for each in (OLD, NEW)}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "libraries" / "default"

    def open_one(name: str, *, prose: bool = True) -> Assistant:
        embedder = EMBEDDERS[remembered(folder / "ledger.sqlite") or OLD.card.name]
        return Assistant(Library.open(folder, embedder.card), embedder)

    monkeypatch.setenv("OAKEN_HOME", str(tmp_path))
    monkeypatch.setattr(Assistant, "open", open_one)
    with Library.open(folder, OLD.card) as library:
        file_away(library, paper("mill.txt", "The sundial tells time in the garden."))
        library.follow()
    yield folder
    module._held.clear()


def test_a_library_that_was_embedded_anew_elsewhere_is_opened_anew(folder: Path) -> None:
    first = module.opened().assistant
    assert module.opened().assistant is first and first.current
    reembed(folder, NEW, lambda document, identity: [])
    with pytest.raises(EmbedderMismatch, match="embedded with other-words") as caught:
        first.search("Where is the sundial?")
    assert "Open it anew" in caught.value.hint and not first.current
    second = module.opened().assistant
    assert second.embedder is NEW and second.search("Where is the sundial?")
    assert module.opened().assistant is second
    first.close()
    second.close()
