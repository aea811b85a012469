"""The baselines of a measurement."""

from __future__ import annotations

import pytest

from rag.evaluation.baselines import BASELINES, baseline
from rag.evaluation.questions import LabelledQuestion
from rag.library.library import Library
from tests.doubles import BagEmbedder


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_quotes_its_first_three_chunks(name: str, library: Library) -> None:
    question = LabelledQuestion(
        "1", "en", "How many stops does the tram line have?", ("fourteen stops",), "tram.md", "fact"
    )
    (result,) = baseline(name, [question], library, BagEmbedder())
    assert 1 <= len(result.answer.quotes) <= 3 and result.valid and result.quoted
    assert [quote.quote for quote in result.answer.quotes] == [passage.text for passage in result.answer.passages]
    scores = [passage.score for passage in result.answer.passages]
    assert scores == sorted(scores, reverse=True) and result.answer.confidence == scores[0]


def test_bm25_shows_nothing_for_a_question_of_stop_words(library: Library) -> None:
    (result,) = baseline(
        "bm25", [LabelledQuestion("1", "en", "What is it?", ("x",), "a", "fact")], library, BagEmbedder()
    )
    assert result.refused and result.answer.quotes == () and result.measured["confidence"] == 0.0
