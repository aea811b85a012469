"""A comparison shows what differs side by side, each in the documents' own words."""

from __future__ import annotations

import pytest

from rag.answer.assistant import Assistant
from rag.citations import compared_pairs
from rag.evaluation.evaluate import is_quoted_in
from rag.types import Answer, Turn
from tests.conversation.comparison.leases import OLD, add

CHANGED = "What changed between the old and the new lease?"


def shown(answer: Answer) -> list[tuple[str, str]]:
    return [(a.quote if a else "", b.quote if b else "") for a, b in compared_pairs(answer)]


def test_figures_come_first_and_the_date_of_a_version_last(rental: Assistant) -> None:
    answer = rental.ask(CHANGED, prose=False)
    assert shown(answer) == [
        ("The monthly rent is 820 euros.", "The monthly rent is 910 euros."),
        ("Keeping dogs is not allowed.", "Keeping dogs is allowed after asking."),
        ("Subletting is permitted only with the consent of the owner.", ""),
        ("", "The garden behind the house belongs to everybody."),
        ("Date: 1 May 2021", "Date: 1 March 2024"),
    ]
    assert answer.reply == (
        "contracts/lease_2021.md (2021-05-01) and contracts/lease_2024.md (2024-03-01) differ in 5 places:"
    )
    assert answer.comparison is not None
    assert answer.comparison.sides == ("contracts/lease_2021.md (2021-05-01)", "contracts/lease_2024.md (2024-03-01)")


def test_each_side_is_a_citation_with_what_differs_marked(rental: Assistant) -> None:
    answer = rental.ask(CHANGED, prose=False)
    assert all(is_quoted_in(quote, rental.library) for quote in answer.quotes)
    first = answer.quotes[0]
    assert [first.quote[a - first.start : b - first.start] for a, b in first.marks] == ["820"]


def test_a_topic_leaves_the_rest_out_and_says_where_nothing_changed(rental: Assistant) -> None:
    about_rent = rental.ask("What changed in the rent between the old and the new lease?", prose=False)
    assert shown(about_rent) == [("The monthly rent is 820 euros.", "The monthly rent is 910 euros.")]
    about_cats = rental.ask("What changed about cats between the old and the new lease?", prose=False)
    assert about_cats.reply.endswith("say the same.")
    assert shown(about_cats) == [("One cat is allowed.", "One cat is allowed.")]


@pytest.mark.parametrize("question", ["Compare them", "What is the difference?", "What has changed?"])
def test_what_was_quoted_before_is_compared(rental: Assistant, question: str) -> None:
    before = [Turn("user", "What is the monthly rent?"), Turn("assistant", "910 euros.")]
    answer = rental.ask(question, history=before, prose=False)
    assert answer.comparison is not None and "differ in 5 places" in answer.reply
    assert rental.ask(question, prose=False).comparison is None


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Was hat sich zwischen lease_2021.md und lease_2024.md geändert?", "unterscheiden sich an 5 Stellen"),
        ("¿Qué cambió entre lease_2021.md y lease_2024.md?", "difieren en 5 puntos"),
        ("Что изменилось между lease_2021.md и lease_2024.md?", "различий: 5"),
    ],
)
def test_in_the_language_of_the_question(rental: Assistant, question: str, words: str) -> None:
    assert words in rental.ask(question, prose=False).reply


def test_of_very_many_changes_the_first_are_shown(rental: Assistant) -> None:
    for year in (2020, 2022):
        rules = [f"Rule number {at} of the yard says that gate {at} opens at {year + at}." for at in range(40)]
        add(rental.library, f"rules_{year}.md", *OLD, *rules)
    answer = rental.ask("Compare rules_2020.md and rules_2022.md", prose=False)
    assert len(shown(answer)) == 12 and answer.reply.endswith("and 28 more")


def test_copies_say_the_same(rental: Assistant) -> None:
    add(rental.library, "first.md", *OLD)
    add(rental.library, "second.md", *OLD)
    assert rental.ask("Compare first.md and second.md", prose=False).reply == "first.md and second.md say the same."
