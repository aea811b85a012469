"""How sure it is that the documents answer a question: .5 parts "your documents do not say" from the rest.

Similarities can be compared neither between embedders nor between languages: a question and a text that has nothing to
do with it have .05 with one embedder, .75 with another, and .82 in Chinese where it is .75 in English. So similarity is
taken as a standard score: by how many standard deviations it lies above that of the question with other chunks of this
library in the same language (normalization against a cohort, as in speaker verification: Auckenthaler et al. 2000).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.answer.question import Query
from rag.answer.quotes import Sentence, trust
from rag.interfaces import Embedder, Vector
from rag.library.library import Library

_LOOKED_AT = 5  # sentences, best first
_EXPECTED = 8  # chunks that what is known of the embedder counts for, beside those of the library
_MEANING_FROM = 0.3  # trust from which on similarity is asked
_NOT_OFFERED = 0.35  # the most where the kind of thing asked for is nowhere near
# Logistic regressions: a constant, then a weight a feature (benchmarks/README.md, "Confidence").
_BY_MEANING = (-7.0, 1.3, 0.9, 0.9)  # standard score of the best passage, of the best sentence; coverage
_BY_WORDS = (-12.6, 30.0)  # score of the best sentence, where the embedder does not know the language


@dataclass(frozen=True, slots=True)
class Background:
    """Mean and standard deviation of a question's similarity with texts that need not have to do with it."""

    mean: float
    spread: float

    def standard(self, similarity: float) -> float:
        """The similarity in standard deviations above the mean."""
        return (similarity - self.mean) / self.spread


def background(vector: Vector, language: str, library: Library, embedder: Embedder) -> Background:
    """What the library's chunks in that language have in common with the question. What is known of the embedder
    counts as well: for the mean in a small library, for the spread, which varies more, in any."""
    mean, spread = embedder.card.unrelated
    sample = library.sample().get(language)
    if sample is None:
        return Background(mean, spread)
    near = np.asarray(sample @ vector)
    share = len(near) / (len(near) + _EXPECTED)
    own = share * float(near.std()) + (1.0 - share) * spread
    return Background(share * float(np.median(near)) + (1.0 - share) * mean, (own + spread) / 2)


def confidence(query: Query, ranked: Sequence[Sentence], library: Library, embedder: Embedder) -> float:
    """0 to 1: that the best sentences, and the passages around them, answer the question."""
    if not ranked:
        return 0.0
    best = ranked[:_LOOKED_AT]
    sure = 1.0 / (1.0 + math.exp(-_evidence(query, best, library, embedder)))
    if query.asks is not None and query.asks.offers is not None:
        near = [sentence for sentence in best if sentence.score >= 0.7 * ranked[0].score]
        if max(sentence.offer for sentence in near) < 0.5:
            return min(sure, _NOT_OFFERED)
    return sure


def _evidence(query: Query, best: Sequence[Sentence], library: Library, embedder: Embedder) -> float:
    """The log odds of an answer."""
    if trust(query, best[0].passage, embedder) < _MEANING_FROM:
        # Without the bonus for its kind: any date would lend weight to a question that begins with "when".
        constant, weight = _BY_WORDS
        return constant + weight * max(sentence.score - sentence.offered for sentence in best)
    backgrounds: dict[str, Background] = {}

    def standard(sentence: Sentence, similarity: float | None) -> float:
        language = sentence.passage.language
        if language not in backgrounds:
            backgrounds[language] = background(query.vector, language, library, embedder)
        return 0.0 if similarity is None else backgrounds[language].standard(similarity)

    by_passage = max(standard(sentence, sentence.around) for sentence in best)
    by_sentence = max(
        standard(sentence, None if sentence.near is None else embedder.card.similarity(sentence.near))
        for sentence in best
    )
    coverage = max(s.coverage if s.passage.language == query.language else 0.0 for s in best)
    constant, *weights = _BY_MEANING
    values = (by_passage, by_sentence, coverage)
    return constant + sum(weight * value for weight, value in zip(weights, values, strict=True))
