"""Documents whose vectors are yet to come: found by their words, and the answer says so where it matters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answer.assistant import Assistant
from rag.library.indexing import indexing_note, indexing_state
from rag.library.library import Library
from rag.retrieval import retrieve as module
from rag.retrieval.filters import EVERYWHERE, SearchFilter
from rag.serialize import answer_json
from rag.types import AnswerVerdict, Indexing
from tests.doubles import BagEmbedder, file_away, paper

HELD = paper("weir.txt", "The weir was painted green by the miller's daughter.", root="/held")
WAITING = [
    paper(f"{name}.txt", f"The {name} was built in {year} by the town of Tresvado.", root="/new")
    for name, year in (("tram", 1901), ("ferry", 1884), ("mill", 1870))
]


@pytest.fixture
def half(tmp_path: Path) -> Iterator[Library]:
    """A library of one document with vectors and three without."""
    with Library.open(tmp_path / "library", BagEmbedder().card) as library:
        file_away(library, HELD)
        for each in WAITING:
            library.replace(*each)
        library.follow()
        yield library


@pytest.mark.parametrize("embedded", [0, 16])
def test_what_has_no_vectors_yet_is_found_by_its_words(
    half: Library, embedded: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_EMBEDDED_WHEN_ASKED", embedded)
    answer = Assistant(half, BagEmbedder(), None).ask("When was the ferry built?")
    assert "1884" in answer.quotes[0].quote and answer.indexing == Indexing(3, 4)
    assert answer_json(answer)["indexing"] == {"waiting": 3, "documents": 4}
    answer = Assistant(half, BagEmbedder(), None).ask("Who painted the weir?")
    assert "daughter" in answer.quotes[0].quote


def test_the_folder_that_was_asked_about_is_embedded_first(half: Library) -> None:
    for name in ("a", "b"):
        half.replace(*paper(f"other/{name}.txt", f"Paper {name} tells of the river.", root="/"))
    Assistant(half, BagEmbedder(), None).ask("When was the ferry built?")
    assert half.next_texts(1).source.startswith("/new/")


def test_an_unsure_answer_says_what_is_still_to_come_and_a_sure_one_does_not(half: Library) -> None:
    assert "3 of 4 documents are still being indexed" in indexing_note(Indexing(3, 4), AnswerVerdict.NOT_SAID)
    assert indexing_note(Indexing(3, 4), AnswerVerdict.ANSWERED) == "" == indexing_note(None, AnswerVerdict.PARTLY)
    answer = Assistant(half, BagEmbedder(), None).ask("Which dentist sees patients on Saturdays?")
    assert "3 of 4 documents are still being indexed" in answer.note


def test_only_the_documents_that_were_searched_count(half: Library) -> None:
    assert indexing_state(half, SearchFilter(files=("weir.txt",)).documents, []) is None
    assert indexing_state(half, EVERYWHERE.documents, [HELD[0].id]) == Indexing(3, 4)


def test_a_library_whose_documents_all_have_vectors_says_nothing(half: Library) -> None:
    texts = half.next_texts(100).texts
    half.add_vectors(dict(zip(texts, BagEmbedder().embed_documents(list(texts.values())), strict=True)))
    assert indexing_state(half, EVERYWHERE.documents, []) is None
    assert Assistant(half, BagEmbedder(), None).ask("When was the ferry built?").indexing is None
    half.follow()
    assert half.chroma.count() == half.ledger.size() == 4
