"""How often letters are written, in languages with rules and without."""

from __future__ import annotations

import math

import pytest

from rag.text.languages import known_languages
from rag.text.letters import letter_costs


@pytest.mark.parametrize("language", [*known_languages(), "fr", "pl", "el", "uk", "he", "th"])
def test_shares_of_an_alphabet_make_one(language: str) -> None:
    costs = letter_costs(language)
    assert 20 < len(costs) < 80 and all(len(letter) == 1 and letter == letter.lower() for letter in costs)
    own = [cost for cost in costs.values() if cost != 9.5]
    assert sum(math.exp(-cost) for cost in own) == pytest.approx(1)


def test_frequent_letters_cost_less_and_borrowed_ones_most() -> None:
    spanish = letter_costs("es")
    assert spanish["e"] < spanish["ñ"] < spanish["w"] < spanish["ç"]
    assert "ñ" not in letter_costs("ru") and "ł" in letter_costs("pl") and "ł" not in spanish
    assert (
        letter_costs("ja")["の"] < letter_costs("ja")["駅"]
        and "一" in letter_costs("zh")
        and "가" in letter_costs("ko")
    )
    assert letter_costs("xx") == {}


@pytest.mark.parametrize("code", known_languages())
def test_a_language_lists_the_letters_of_its_own_words(code: str) -> None:
    known = known_languages()[code].text
    listed = set(known.letters)
    written = " ".join((*known.months, *known.weekdays, known.number_words, known.stop_words, known.example)).lower()
    assert {letter for letter in written if letter.isalpha()} - set("º") <= listed
    assert len(known.letters) == len(listed)
