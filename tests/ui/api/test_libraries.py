"""The libraries that are served, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answer.assistant import Assistant
from rag.errors import LibraryNotFoundError
from rag.library.library import Library
from rag.settings import Settings
from tests.doubles import BagEmbedder, paper, papers_folder
from ui.api.libraries import ServedLibraries


def test_only_what_was_named_is_served_and_the_first_is_meant_where_none_is(library: Library, tmp_path: Path) -> None:
    served = ServedLibraries(Settings(tmp_path), ["library", "other"], Assistant(library, BagEmbedder()))
    assert served.name() == "library" and served.name("other") == "other"
    assert served.assistant().library is library
    for wrong in ("secret", "../library", ""):
        with pytest.raises(LibraryNotFoundError):
            ServedLibraries(Settings(tmp_path), []).name(wrong) if not wrong else served.name(wrong)


def test_a_second_library_of_the_same_embedder_shares_its_models(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = BagEmbedder()
    other = Library.open(papers_folder(tmp_path / "other", embedder, paper("tram.txt", "It ran.")), embedder.card)
    monkeypatch.setattr("rag.factory.embedder_name", lambda settings, name: "bag-of-words")
    monkeypatch.setattr("rag.factory.open_library", lambda settings, name: other)
    served = ServedLibraries(Settings(tmp_path), ["library", "other"], Assistant(library, embedder))
    assert served.assistant("other").library is other and served.assistant("other").embedder is embedder
    assert served.assistant("library").library is library
    served.close()


def test_several_are_one_assistant_and_each_must_be_served(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = BagEmbedder()
    tram = paper("tram.txt", "The tram line opened in 1911.")
    opened = {"library": library.folder, "other": papers_folder(tmp_path / "other", embedder, tram)}
    monkeypatch.setattr("rag.factory.embedder_name", lambda settings, name: "bag-of-words")
    monkeypatch.setattr("rag.factory.open_library", lambda settings, name: Library.open(opened[name], embedder.card))
    served = ServedLibraries(Settings(tmp_path), ["library", "other"], Assistant(library, embedder))
    assert served.name("library, other") == "library,other"
    both = served.assistant("library,other")
    assert [each.folder.name for each in both.reader.libraries] == ["library", "other"]
    for question, words in (("Who was the miller?", "Tobias Wren"), ("When did the tram line open?", "1911")):
        assert words in both.ask(question, prose=False).quotes[0].quote
    with pytest.raises(LibraryNotFoundError, match="'secret'"):
        served.name("library,secret")
    served.close()
