"""Names across languages: by spelling, by sound, by letters, and by meaning."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.grounding.alignment import (
    MIN_NAME_SIMILARITY,
    by_meaning,
    codes_match,
    letters_shared,
    names_match,
    unmatched_words,
)
from rag.grounding.sentence_facts import facts
from rag.interfaces import Vectors

WORDS = st.text(st.characters(categories=["L"]), max_size=12)
TRANSLATED = {"alemania": "germany", "londres": "london", "es": "is", "grande": "large"}


def meaning(texts: Sequence[str]) -> Vectors:
    """A direction for each word, the same for a word and its translation."""
    rows = np.zeros((len(texts), 64), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        word = text.strip("«»").lower()
        word = TRANSLATED.get(word, word)
        row[sum(map(ord, word)) % 64] = 1.0
    return rows


def matched(said: str, held: str, language: str = "en", other: str = "es") -> bool:
    return names_match(facts(said, language), facts(held, other), (said, held), meaning)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Лука", "Luka"), ("Вершинин", "Vershinin"), ("Gorbachov", "Gorbachova"), ("Ереван", "Ереване")],
)
def test_names_in_other_letters_or_with_an_ending_are_alike(one: str, other: str) -> None:
    assert letters_shared(one.lower(), other.lower()) >= 0.85


def test_other_names_and_short_ones_are_not_alike() -> None:
    assert letters_shared("london", "berlin") < 0.85
    assert letters_shared("ada", "ada") == 0.0


@given(WORDS, WORDS)
def test_letters_shared_is_a_share_and_the_same_both_ways_for_one_word(one: str, other: str) -> None:
    assert 0.0 <= letters_shared(one, other) <= 1.0
    assert letters_shared(one, one) in (0.0, 1.0)


def test_names_that_stand_there_are_matched_and_others_are_named() -> None:
    said = facts("The captain is Luka Vershinin of Aldergrove.", "en")
    held = facts("Капитан парома — Лука Вершинин.", "ru")
    assert [word.text for word in unmatched_words(said, held)] == ["aldergrove"]
    assert unmatched_words(held, said) == [] or all(word.name for word in unmatched_words(held, said))


def test_days_of_the_week_are_compared_elsewhere() -> None:
    said, held = facts("The market opens on Tuesday.", "en"), facts("El mercado abre los martes.", "es")
    assert [word.text for word in unmatched_words(said, held)] == []


@pytest.mark.parametrize(
    ("said", "held", "met"),
    [
        ("The cDNA is here.", "Aquí está el cDNA.", True),
        ("The cDNA is here.", "Aquí está el CDNA.", False),
        ("The iPhone is here.", "Aquí está el teléfono.", False),
        ("Nothing special.", "Aquí está el cDNA.", True),
    ],
)
def test_camel_case_is_met_letter_for_letter(said: str, held: str, met: bool) -> None:
    assert codes_match(facts(said, "en"), facts(held, "es")) is met


def test_a_translated_name_is_met_by_meaning() -> None:
    said, held = facts("Berlin lies in Germany.", "en"), facts("Berlin se encuentra en Alemania.", "es")
    missing = unmatched_words(said, held)
    assert [word.text for word in missing] == ["germany"]
    assert by_meaning(missing, said, held, (said.text, held.text), meaning)[0] >= MIN_NAME_SIMILARITY
    assert names_match(said, held, (said.text, held.text), meaning)


def test_another_name_within_the_claim_is_not_met() -> None:
    assert not matched("The tower stands in Germany.", "La torre se alza en Londres.")


def test_a_claim_without_names_is_met_by_any_sentence() -> None:
    assert matched("the tower is high.", "La torre es alta.")


def test_a_sentence_without_words_holds_no_name() -> None:
    assert not matched("The tower stands in Germany.", "…")
