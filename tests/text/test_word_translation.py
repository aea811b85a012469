"""A word of another language is met by the words that stand out in nearness to it, and only by these."""

from __future__ import annotations

import numpy as np

from rag.text.word_translation import translations

WORDS = [f"word{number}" for number in range(60)]


def near(**cosines: float) -> np.ndarray:
    """Return the vectors of ``WORDS`` in two dimensions, each with its cosine to the first axis."""
    held = np.array([cosines.get(word, 0.3 + 0.001 * at) for at, word in enumerate(WORDS)], dtype=np.float32)
    return np.stack([held, np.sqrt(1.0 - held**2)], axis=1)


ASKED = np.array([[1.0, 0.0]], dtype=np.float32)


def test_a_word_that_stands_out_is_the_translation_and_one_that_is_as_near_too() -> None:
    assert translations(ASKED, WORDS, near(word7=0.9)) == [["word7"]]
    assert translations(ASKED, WORDS, near(word7=0.9, word9=0.895, word11=0.8)) == [["word7", "word9"]]


def test_where_none_stands_out_or_few_words_are_there_is_no_translation() -> None:
    assert translations(ASKED, WORDS, near()) == [[]]
    assert translations(ASKED, WORDS[:9], near(word7=0.9)[:9]) == [[]]
    assert translations(np.empty((0, 2), np.float32), WORDS, near()) == []
