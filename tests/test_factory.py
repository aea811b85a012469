"""Settings to parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import factory
from rag.embedding import registry
from rag.errors import UsageError
from rag.settings import Settings


def test_an_embedder_that_is_not_known_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as unknown:
        factory.open_embedder(Settings(home=tmp_path, embedder="word2vec"))
    assert "multilingual-e5-small" in unknown.value.message and "oaken embedder add word2vec" in unknown.value.hint


def test_an_old_library_goes_on_with_its_own_embedder(tmp_path: Path) -> None:
    from rag.library.library import Library

    Library.open(tmp_path / "libraries" / "old", registry.MINILM).close()
    settings = Settings(home=tmp_path)
    assert factory.embedder_name(settings, "old") == "all-MiniLM-L6-v2"
    with factory.open_library(settings, "old") as library:
        assert library.embedder == registry.MINILM
