"""What similarity is measured against: the library's own chunks, and what is known of the embedder."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.interfaces import EmbedderCard, Vectors
from rag.retrieval.score_normalization import ScoreBackground, backgrounds

CARD = EmbedderCard("x", 2, 8, unrelated=(0.76, 0.02), across=0.71)
QUESTION = np.array([1.0, 0.0], np.float32)


def at(*similarities: float) -> Vectors:
    """Unit vectors that have these cosines with the question."""
    return np.array([(c, np.sqrt(1 - c * c)) for c in similarities], np.float32)


def test_a_large_library_speaks_for_itself() -> None:
    held = backgrounds(QUESTION, "zh", {"zh": at(*[0.82] * 400)}, CARD)["zh"]
    assert held.mean == pytest.approx(0.82, abs=0.002)
    assert held.spread == pytest.approx(0.01, abs=0.001)  # half of the embedder's: the library has none


def test_a_small_one_is_taken_to_be_as_the_embedder_usually_is() -> None:
    held = backgrounds(QUESTION, "en", {"en": at(0.9)}, CARD)["en"]
    assert 0.76 < held.mean < 0.78


def test_another_language_is_distinguished_from_the_questions() -> None:
    own, apart = 0.8, CARD.unrelated_mean(cross_language=False) - CARD.unrelated_mean(cross_language=True)
    sample = {"en": at(*[own] * 400), "ru": at(*[0.9] * 400)}  # all of the Russian ones are about the subject
    held = backgrounds(QUESTION, "en", sample, CARD)
    assert held["ru"].mean == pytest.approx(own - apart, abs=0.01)
    assert held["ru"].standard(0.9) > 3.0


def test_where_nothing_is_in_the_questions_language_the_others_speak_for_themselves() -> None:
    held = backgrounds(QUESTION, "en", {"ru": at(*[0.8] * 400)}, CARD)
    assert set(held) == {"ru"} and held["ru"].mean == pytest.approx(0.8, abs=0.01)


@given(st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=40), st.floats(-1.0, 1.0))
def test_the_more_similar_the_higher_the_standard_score(similarities: list[float], one: float) -> None:
    held = backgrounds(QUESTION, "en", {"en": at(*similarities)}, CARD)["en"]
    assert held.spread >= 0.01 and held.standard(held.mean) == 0.0
    assert held.standard(one + 0.1) > held.standard(one)


def test_a_mean_of_zero_across_languages_is_a_mean() -> None:
    card = EmbedderCard("x", 2, 8, unrelated=(0.05, 0.08), across=0.0)
    assert card.unrelated_mean(cross_language=True) == 0.0 and card.unrelated_mean(cross_language=False) == 0.05
    assert EmbedderCard("x", 2, 8, unrelated=(0.05, 0.08)).unrelated_mean(cross_language=True) == 0.05
    assert ScoreBackground(0.0, 0.1).standard(0.2) == pytest.approx(2.0)
