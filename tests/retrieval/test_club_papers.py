"""What a member asks of the papers of a club: amounts and days against bounds, decisions, payments, follow-ups."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath

import pytest

from rag.answer.assistant import Assistant
from rag.types import AnswerStatus, AnswerVerdict, Turn
from tests.retrieval.papers import papers, shown

FILES = {
    "minutes_2024-03-14.md": "# Minutes of the annual general meeting, 14 March 2024\n\n## Treasurer's report\n\n"
    "The balance on 31 December 2023 was £2,871.40. Payments over £250 need two signatures: the treasurer and the "
    "chair. Smaller payments may be signed by the treasurer alone.\n\n## Compost toilet\n\nOlive presented two "
    "quotations for a compost toilet. Members discussed its place behind the hut. It was resolved to buy the larger "
    "model for £1,240, by 17 votes to 4.\n\n## Rents\n\nRents for 2025 stay as they are: a half plot costs £32 a year, "
    "a full plot £58 a year.\n",
    "agenda_2024-03-14.md": "# Agenda of the annual general meeting, 14 March 2024\n\n1. Treasurer's report\n"
    "2. Compost toilet: shall we buy one? Whether we buy the compost toilet will be decided there.\n"
    "3. Hives: whether we allow hives on the top field will be decided there.\n",
    "newsletter_2024-02.md": "# Newsletter, February 2024\n\nDear members, spring is coming. At the meeting on 14 "
    "March we want to talk about the compost toilet: whether to buy the compost toilet will be decided there.\n\n"
    "The hut is open every Saturday from 10 am to noon.\n",
    "pricelist_2024.csv": "Article,Unit,Price\nHorse manure,bag 50 l,£4.50\nHorse manure,trailer load,£38.00\n"
    "Mushroom compost,bag 50 l,£5.20\nBamboo canes,bundle of 10,£3.75\n",
    "receipt_2024-04-06.txt": "BARLEY FARM SUPPLIES\nMill Lane 4\n\nRECEIPT No. 20931\nDate: 06/04/2024\n\n"
    "Well-rotted horse manure\n  3 trailer loads @ 38.00        114.00\nDelivery                          15.00\n\n"
    "Net                              129.00\nVAT 20 %                          25.80\n\n"
    "TOTAL £154.80\nPaid by card.\n",
    "rules.md": "# Rules of the club\n\n## Fires\n\n- Bonfires only from 1 November to 31 March, and never within 10 m "
    "of a shed.\n- Barbecues are allowed all year.\n\n## Animals\n\n- Up to 6 hens may be kept on a full plot.\n"
    "- Ask the committee first.\n",
    "satzung.md": "# Satzung\n\n## Kasse\n\nZahlungen über 300 Euro unterschreiben der Kassenwart und der Vorsitzende "
    "gemeinsam. Das Geschäftsjahr ist das Kalenderjahr.\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Assistant]:
    with papers(tmp_path_factory.mktemp("club"), models, FILES) as assistant:
        yield assistant


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Who has to sign a payment of £500?", "two signatures: the treasurer and the chair"),
        ("Wer muss eine Zahlung von 500 Euro unterschreiben?", "der Kassenwart und der Vorsitzende"),
    ],
)
def test_an_amount_is_answered_by_the_threshold_that_it_exceeds(question: str, words: str, club: Assistant) -> None:
    answer = club.ask(question, prose=False)
    assert answer.verdict is AnswerVerdict.ANSWERED and words in answer.quotes[0].quote and answer.note == ""


@pytest.mark.parametrize(
    ("question", "note"),
    [
        ("Am I allowed to light a bonfire in April?", "No: April is not within “from 1 November to 31 March”."),
        ("Am I allowed to light a bonfire in December?", "December is within “from 1 November to 31 March”."),
        ("May I keep 8 hens?", "No: 8 hens is not within “Up to 6 hens”."),
        ("May I keep 4 hens?", "4 hens is within “Up to 6 hens”."),
    ],
)
def test_whether_something_is_allowed_is_told_by_its_bound(question: str, note: str, club: Assistant) -> None:
    answer = club.ask(question, prose=False)
    assert answer.verdict is AnswerVerdict.ANSWERED and answer.note == note


def test_a_decision_comes_from_what_reports_it(club: Assistant) -> None:
    for question in ("Did we decide to buy the compost toilet?", "What was decided about the compost toilet?"):
        answer = club.ask(question, prose=False)
        assert answer.status is AnswerStatus.QUOTED and "It was resolved to buy" in answer.quotes[0].quote
        assert answer.note == "" and "will be decided" not in (answer.short.quote if answer.short else "")


def test_what_is_only_announced_is_said_to_be(club: Assistant) -> None:
    for question in ("Did we decide to allow hives?", "How much did we pay for the bamboo canes?"):
        answer = club.ask(question, prose=False)
        assert answer.note == "Your documents only announce or offer this; they do not say that it happened."
        assert answer.verdict is AnswerVerdict.PARTLY and answer.short is None


def test_what_was_paid_stands_on_the_receipt_up_to_its_total(club: Assistant) -> None:
    answer = club.ask("How much did we pay for the manure?", prose=False)
    assert PurePath(answer.quotes[0].source).name == "receipt_2024-04-06.txt"
    assert "manure" in answer.quotes[0].quote and "TOTAL £154.80" in answer.quotes[0].quote
    asked = club.ask("What does a trailer load of manure cost?", prose=False)
    assert "£38.00" in shown(asked) and PurePath(asked.quotes[0].source).name == "pricelist_2024.csv"


def test_the_other_kind_of_the_thing_asked_about_before(club: Assistant) -> None:
    history = [Turn("user", "How much is a half plot?"), Turn("assistant", "£32 a year.")]
    answer = club.ask("And a full one?", history=history, prose=False)
    assert answer.verdict is AnswerVerdict.ANSWERED and "a full plot £58 a year" in shown(answer)
