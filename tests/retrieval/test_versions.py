"""Of two versions of a statement the newer one comes first, and the answer says that the other says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath

import pytest

from rag.answer.assistant import Assistant
from rag.library.library import Library
from rag.retrieval.versions import disagree
from rag.text.changes import Piece
from rag.types import AnswerStatus, Turn
from tests.doubles import BagEmbedder, file_away, paper

NOTE = "lease_2024.md (2024-03-01) says “910”; the older lease_2021.md (2021-05-01) said “820”."


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


def test_how_it_was_before_is_asked_of_the_older_one(leases: Assistant) -> None:
    before = [Turn("user", "What is the monthly rent?"), Turn("assistant", "The monthly rent is 910 euros.")]
    for question in ("Was it different before?", "And in the old one?", "What did the previous one say?"):
        answer = leases.ask(question, history=before, prose=False)
        assert answer.question == question and "820" in answer.quotes[0].quote and answer.note == NOTE
    assert "820" in leases.ask("And in the old lease?", history=before, prose=False).quotes[0].quote
    assert "820" in leases.ask("What is the monthly rent in the old lease?", prose=False).quotes[0].quote
    later = [*before, Turn("user", "Was it different before?"), Turn("assistant", "820 euros.")]
    assert "910" in leases.ask("And now?", history=later, prose=False).quotes[0].quote


def test_nothing_is_said_of_before_where_there_is_no_older_version(leases: Assistant) -> None:
    file_away(leases.library, paper("rules.md", "The laundry opens at 7 in the morning."))
    leases.library.follow()
    before = [Turn("user", "When does the laundry open?"), Turn("assistant", "At 7 in the morning.")]
    assert leases.ask("When does the laundry open?", prose=False).status is AnswerStatus.QUOTED
    assert leases.ask("Was it different before?", history=before, prose=False).status is AnswerStatus.NOT_FOUND


def test_a_rewritten_clause_is_a_version_under_its_heading(tmp_path: Path) -> None:
    with Library.open(tmp_path / "clauses", BagEmbedder().card) as library:
        for path, day, pets in (
            ("lease_2021.md", "1 May 2021", "No dogs may be kept in the flat."),
            ("lease_2024.md", "1 March 2024", "Dogs may be kept in the flat, no birds."),
        ):
            file_away(library, paper(path, f"Date: {day}", pets, section="6. Pets"))
        library.follow()
        quotes = Assistant(library, BagEmbedder()).ask("May dogs be kept in the flat?", prose=False).quotes
        assert PurePath(quotes[0].source).name == "lease_2024.md"


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
