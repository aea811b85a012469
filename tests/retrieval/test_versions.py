"""Of two versions of a statement the newer one comes first, and the answer says that the other says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answer.assistant import Assistant
from rag.library.library import Library
from rag.retrieval.versions import disagree
from rag.text.changes import Piece
from tests.doubles import BagEmbedder, file_away, paper

NOTE = "Other sources disagree: lease_2024.md is newer (2024-03-01) than lease_2021.md (2021-05-01)."


@pytest.fixture
def leases(tmp_path: Path) -> Iterator[Assistant]:
    with Library.open(tmp_path / "leases", BagEmbedder().card) as library:
        for path, day, rent in (("lease_2021.md", "1 May 2021", 820), ("lease_2024.md", "1 March 2024", 910)):
            rooms = "The flat has three rooms and a kitchen."
            file_away(library, paper(path, f"Date: {day}", f"The monthly rent is {rent} euros.", rooms))
        library.follow()
        yield Assistant(library, BagEmbedder())


def test_the_newer_one_comes_first_with_a_note(leases: Assistant) -> None:
    answer = leases.ask("What is the monthly rent?", prose=False)
    assert [quote.quote for quote in answer.quotes[:2]] == [
        "The monthly rent is 910 euros.",
        "The monthly rent is 820 euros.",
    ]
    assert answer.note == NOTE


def test_a_year_in_the_question_decides(leases: Assistant) -> None:
    answer = leases.ask("What is the monthly rent in lease 2021?", prose=False)
    assert "820" in answer.quotes[0].quote


def test_documents_that_agree_have_no_note(leases: Assistant) -> None:
    assert leases.ask("How many rooms has the flat?", prose=False).note == ""


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("The rent is 820 euros.", "The rent is 910 euros.", True),
        ("Dogs are not allowed here.", "Dogs are allowed here.", True),
        ("Dogs are allowed here.", "Dogs are allowed here too.", False),
        ("The rent is 820 euros.", "The rent is 820 euros.", False),
        ("The rent is 820 euros.", "A kettle takes 910 seconds to boil.", False),
    ],
)
def test_figures_and_denials_disagree(one: str, other: str, told: bool) -> None:
    assert disagree(Piece(one), Piece(other), "en") is told
    assert disagree(Piece(other), Piece(one), "en") is told
