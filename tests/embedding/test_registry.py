from __future__ import annotations

from pathlib import Path

import pytest

from rag import factory
from rag.embedding import registry
from rag.errors import ModelBrokenError, UsageError
from rag.interfaces import EmbedderCard
from rag.settings import Settings

TEXTS = ["the tram line opened in 1911", "паром ходит с 1974 года", "la línea abrió", "", "the " * 90]


def test_the_default_is_the_multilingual_one_and_both_are_in_the_box(tmp_path: Path) -> None:
    assert registry.embedder_names(tmp_path) == ["multilingual-e5-small", "all-MiniLM-L6-v2"]
    assert factory.embedder_name(Settings(home=tmp_path), "new") == "multilingual-e5-small"
    assert registry.card_of(tmp_path, "all-MiniLM-L6-v2") == registry.MINILM


def test_a_damaged_card_is_reported(tmp_path: Path) -> None:
    folder = registry.added_folder(tmp_path, "mine")
    folder.mkdir(parents=True)
    for text in ("no card", "[]", '{"dimension": 4, "colour": "red"}'):
        (folder / "card.json").write_text(text)
        with pytest.raises(ModelBrokenError, match="cannot be read"):
            registry.card_of(tmp_path, "mine")


@pytest.mark.parametrize("name", ["../libraries/default/uploads/mine", "mine/../mine", ".", "..", "", "a" * 65])
def test_a_name_that_leads_elsewhere_names_no_embedder(tmp_path: Path, name: str) -> None:
    """A ledger's own, which may be a stranger's: the graph that he sent with it as an upload is not loaded."""
    for folder in (registry.added_folder(tmp_path, name), registry.added_folder(tmp_path, "mine")):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "card.json").write_text('{"dimension": 4, "max_tokens": 8}')
        (folder / "source.json").write_text('{"source": "elsewhere"}')
    for ask in (registry.card_of, registry.load):
        with pytest.raises(UsageError, match="no embedder"):
            ask(tmp_path, name)
    assert not registry.is_prepared(tmp_path, name) and not registry.source_of(tmp_path, name)
    assert registry.card_of(tmp_path, "mine").dimension == 4


def test_languages_that_an_embedder_knows_little_of() -> None:
    assert registry.weak_languages(registry.MINILM, {"en": 90, "ru": 10}) == ["ru"]
    assert registry.weak_languages(registry.MINILM, {"en": 100}) == []
    assert registry.weak_languages(registry.MINILM, {"en": 1000, "ru": 1}) == []  # one stray chunk
    assert registry.weak_languages(registry.E5, {"ru": 10, "tr": 3}) == []
    assert registry.weak_languages(registry.MINILM, {}) == registry.weak_languages(registry.MINILM, {"": 5}) == []


def test_what_the_default_would_serve_better() -> None:
    outdone, languages = registry.default_is_better, {"en": 10}
    assert outdone(registry.MINILM, languages) and not outdone(registry.E5, languages)
    mine = EmbedderCard("mine", 2, 8, trust_by_language={"en": 1.0, "": 0.2})
    assert not outdone(mine, languages) and outdone(mine, {"en": 10, "fi": 5})
