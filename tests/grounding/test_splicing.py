"""What stands apart in a source may not stand together in a claim."""

from __future__ import annotations

import pytest

from rag.grounding.sentence_facts import facts
from rag.grounding.splicing import is_spliced

RHINE = "Between Bingen and Bonn, the Middle Rhine flows through the Rhine Gorge, a formation created by erosion."
BILLS = (
    "The newspaper reported in 2012 that the benefits agency was checking claimants' \"Sky TV bills to establish if a "
    'woman is wrongly claiming to be living alone" – as, it claimed, subscription to channels would betray a man.'
)
GROWTH = (
    "Analyses based on comparing yearly equality figures to yearly growth rates were misleading because it takes "
    "several years for effects to manifest as changes to economic growth."
)
TESLA = (
    "After leaving Edison's company Tesla partnered with two businessmen in 1886, Robert Lane and Benjamin Vail, who "
    "agreed to finance an electric lighting company in Tesla's name."
)
COUNCIL = "It is understood in the council that special efforts must be made to ensure that the ferry runs."
MIMED = "The first sign that the group was miming came in 1989."
SCHOOLS = (
    "The act recognises independent schools (which includes private schools and schools which are privately governed)."
)
TRAM = "The tram line, which had been planned for years by the council, opened in 1911 and closed for good in 1950."
TROLLEY = "Трамвай, о котором много лет спорили в городском совете, пустили в 1911 году между пристанью и рынком."
PUENTE = "El puente cruza el río junto al viejo molino de agua, una construcción levantada por los monjes."


@pytest.mark.parametrize(
    ("claim", "source", "language"),
    [
        ("The Middle Rhine is a formation created by erosion.", RHINE, "en"),
        ("The benefits agency was checking subscription to channels.", BILLS, "en"),
        ("The effects of economic growth take several years to manifest as changes to economic growth.", GROWTH, "en"),
        ("Two businessmen agreed to finance an electric lighting company.", TESLA, "en"),
        ("The council must ensure that the ferry runs.", COUNCIL, "en"),
        (
            "These are private schools and private schools.",
            "These are private schools and schools which are privately governed.",
            "en",
        ),
        ("The bridge is also known as the bridge.", "The bridge is also known as the Long One.", "en"),
        ("El puente es una construcción levantada por los monjes.", PUENTE, "es"),
    ],
)
def test_words_taken_from_far_apart_are_no_claim_of_the_source(claim: str, source: str, language: str) -> None:
    assert is_spliced(facts(claim, language), facts(source, language))


@pytest.mark.parametrize(
    ("claim", "source", "language"),
    [
        ("The tram line opened in 1911.", TRAM, "en"),
        ("The tram line closed in 1950.", TRAM, "en"),
        ("The Middle Rhine flows through the Rhine Gorge.", RHINE, "en"),
        ("Tesla partnered with two businessmen, Robert Lane and Benjamin Vail.", TESLA, "en"),
        ("It is understood that efforts must be made to ensure that the ferry runs.", COUNCIL, "en"),
        ("The first sign that the Choir was miming came in 1989.", MIMED, "en"),
        ("Трамвай пустили в 1911 году.", TROLLEY, "ru"),
        ("El puente cruza el río.", PUENTE, "es"),
    ],
)
def test_whole_clauses_and_a_word_or_two_may_be_left_out(claim: str, source: str, language: str) -> None:
    assert not is_spliced(facts(claim, language), facts(source, language))


@pytest.mark.parametrize("source", [RHINE, BILLS, GROWTH, TESLA, TRAM, SCHOOLS, COUNCIL])
def test_a_sentence_supports_itself(source: str) -> None:
    assert not is_spliced(facts(source, "en"), facts(source, "en"))


def test_across_languages_order_says_nothing() -> None:
    assert not is_spliced(facts("The bridge is a construction of the monks.", "en"), facts(PUENTE, "es"))
