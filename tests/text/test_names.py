"""A capital tells a name, but for languages in which every noun has one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.languages import known_languages
from rag.text.names import capitals_tell_names, certain_names

ALL_NOUNS = [code for code, known in known_languages().items() if known.text.capital_nouns]


def found(text: str, language: str = "de") -> list[str]:
    return [text[start:end] for start, end in certain_names(text, language)]


def test_where_every_noun_has_a_capital_it_tells_no_name() -> None:
    assert ALL_NOUNS == ["de"]
    assert not capitals_tell_names("de") and not capitals_tell_names("lb")  # Luxembourgish has no folder
    assert all(map(capitals_tell_names, ("en", "es", "ru", "fr", "")))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Die Fähre wird von Ada Lamm gesteuert.", ["Ada Lamm"]),
        ("Ada Lamm steuert die Fähre.", ["Ada Lamm"]),
        ("Der Bürgermeister fragte Dr. Lamm.", ["Dr. Lamm"]),
        ("Die Kapitänin heißt Frau Lamm.", ["Frau Lamm"]),
        ("Das Museum zeigt die NATO und das iPhone.", ["NATO", "iPhone"]),
        ("Die Straßenbahn hält am Museum Ludwig.", ["Museum Ludwig"]),
        ("Die Küste ist trocken.", []),
        ("Viele Kinder und alle Boote kamen in den Hafen.", []),
        ("Frische Fische kosten zwei Kronen.", []),
        ("Zehn Tassen Kaffee und 3 Tassen Tee.", []),
        ("Wer leitet die Bahn? Die Antwort steht im Vertrag.", []),
        ("Im Mai Regen, Ende Mai Sonne.", []),
    ],
)
def test_names_are_recognised_by_their_neighbours(text: str, names: list[str]) -> None:
    assert found(text) == names


def test_elsewhere_the_capital_is_enough_and_nothing_else_is_looked_for() -> None:
    assert found("Ada Lamb steers the ferry.", "en") == []


@given(st.text(max_size=80), st.sampled_from([*known_languages(), "lb", "fr", ""]))
def test_spans_follow_each_other_within_the_text(text: str, language: str) -> None:
    spans = certain_names(text, language)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
