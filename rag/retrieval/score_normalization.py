"""Normalise similarities by those of unrelated texts to the same question.

Similarities can be compared neither between embedders nor between languages: a question and a text that has nothing to
do with it have .05 with one embedder, .75 with another; .82 in Chinese where it is .75 in English, and .71 between two
languages. So each question is compared with a sample of the library's chunks in each language (normalization against a
cohort, as in speaker verification: Auckenthaler et al. 2000).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rag.interfaces import EmbedderCard, Vector, Vectors

_PRIOR_CHUNKS = 8  # chunks that what is known beforehand counts for, beside those of the library


@dataclass(frozen=True, slots=True)
class ScoreBackground:
    """Mean and standard deviation of a question's similarity with texts that need not have to do with it."""

    mean: float
    spread: float

    def standard(self, similarity: float) -> float:
        """Return the similarity in standard deviations above the mean."""
        return (similarity - self.mean) / self.spread


def backgrounds(
    vector: Vector, language: str, sample: Mapping[str, Vectors], card: EmbedderCard
) -> dict[str, ScoreBackground]:
    """Return, by language, the similarities that unrelated chunks in it have to the question.

    Where the library has few chunks in a language, the embedder's known figures count as well. For a language other
    than the question's, the mean is that of the question's own language less the usual difference between two
    languages: all that a library holds in a language may be about the question's subject, and would hardly stand out
    among itself.
    """
    _, spread = card.unrelated
    own = ScoreBackground(card.unrelated_mean(cross_language=False), spread)
    apart = card.unrelated_mean(cross_language=False) - card.unrelated_mean(cross_language=True)
    own_sample = sample.get(language)
    if own_sample is not None:
        own = _measured(own_sample @ vector, own, spread)
    known = len(own_sample) / (len(own_sample) + _PRIOR_CHUNKS) if own_sample is not None else 0.0
    found = {language: own} if own_sample is not None else {}
    for code, vectors in sample.items():
        if code != language:
            other = _measured(
                vectors @ vector, ScoreBackground(card.unrelated_mean(cross_language=True), spread), spread
            )
            mean = known * (own.mean - apart) + (1.0 - known) * other.mean
            found[code] = ScoreBackground(mean, known * own.spread + (1.0 - known) * other.spread)
    return found


def _measured(near: Vector, expected: ScoreBackground, spread: float) -> ScoreBackground:
    """Return the background from these similarities and the expected one, weighted by how many there are.

    The spread varies more: half of it is the embedder's.
    """
    share = len(near) / (len(near) + _PRIOR_CHUNKS)
    own = share * float(near.std()) + (1.0 - share) * spread
    return ScoreBackground(share * float(np.median(near)) + (1.0 - share) * expected.mean, (own + spread) / 2)
