"""The two documents that a question compares are found by name, year, age or choice, or the person is asked."""

from __future__ import annotations

import pytest

from rag.answer.assistant import Assistant
from rag.retrieval.filters import SearchFilter
from rag.types import Answer, AnswerStatus
from tests.conversation.comparison.leases import MINUTES, NEW, OLD, add

LEASES = ["contracts/lease_2021.md", "contracts/lease_2024.md"]


def compared(rental: Assistant, question: str, *within: str) -> list[str]:
    scope = SearchFilter(within=tuple(each.source for each in rental.library.records() if each.path in within))
    return paths(rental.ask(question, prose=False, scope=scope))


def paths(answer: Answer) -> list[str]:
    return [each.path for each in answer.documents] if answer.status is AnswerStatus.TOLD else []


@pytest.mark.parametrize(
    "question",
    [
        "What changed between the old and the new lease?",
        "Compare the new lease with the old one",
        "Compare lease_2024.md and lease_2021.md",
        "Compare file:lease_2021 and file:lease_2024",
        "What is the difference between the 2021 lease and the 2024 lease?",
        "How do the two leases differ?",
        "What is new in the 2024 lease?",
        "What changed in lease_2024.md?",
        "lease_2024.md vs lease_2021.md",
    ],
)
def test_the_older_one_comes_first(rental: Assistant, question: str) -> None:
    assert compared(rental, question) == LEASES


@pytest.mark.parametrize(
    "question", ["Compare", "What changed?", "Compare them", "¿Qué ha cambiado?", "Что изменилось?"]
)
def test_the_two_that_are_chosen(rental: Assistant, question: str) -> None:
    assert compared(rental, question, *LEASES) == LEASES
    assert compared(rental, question) == []


def test_names_tell_the_age_before_dates_do(rental: Assistant) -> None:
    add(rental.library, "old/permit.md", *(f"{each} Permit." for each in NEW))
    add(rental.library, "new/permit.md", *(f"{each} Permit." for each in OLD))
    assert compared(rental, "What changed between the old and the new permit?") == ["old/permit.md", "new/permit.md"]


def test_of_three_versions_the_person_is_asked(rental: Assistant) -> None:
    add(rental.library, "contracts/lease_2022.md", *OLD[:3])
    answer = rental.ask("What changed between the old and the new lease?", prose=False)
    assert answer.reply.startswith("Several documents fit. Which two do you mean?")
    assert paths(answer) == ["contracts/lease_2021.md", "contracts/lease_2022.md", "contracts/lease_2024.md"]
    assert compared(rental, "Compare the lease of 2021 with that of 2022") == [LEASES[0], "contracts/lease_2022.md"]


@pytest.mark.parametrize(
    "question",
    [
        "What is the difference between the old and the new boiler?",
        "Who do I tell when my address changes?",
        "How do the prices differ?",
        "Compare the rent and the notice period",
        "What changed in the budget?",
    ],
)
def test_things_are_no_documents(rental: Assistant, question: str) -> None:
    assert compared(rental, question) == []


def test_documents_of_one_name_that_are_no_versions_are_told_to_be_none(rental: Assistant) -> None:
    add(rental.library, "minutes_of_june.md", "The bicycle cellar is too full of bicycles.")
    answer = rental.ask("Compare minutes.md and minutes_of_june.md", prose=False)
    assert "are not two versions of one text" in answer.reply
    assert [quote.quote for quote in answer.quotes] == [MINUTES[0], "The bicycle cellar is too full of bicycles."]
