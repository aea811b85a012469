"""How sure it is that the documents answer a question: .5 parts "your documents do not say" from the rest.

Similarity is taken as a standard score: by how many standard deviations the best passage and the best sentence stand
out from what the question has in common with other chunks of this library in the same language (background.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from rag.answer.question import Query
from rag.answer.quotes import MEANING_FROM, Sentence, trust
from rag.interfaces import Embedder

_LOOKED_AT = 5  # sentences, best first
_NOT_OFFERED = 0.35  # the most where the kind of thing asked for is nowhere near
# Logistic regressions: a constant, then a weight a feature (benchmarks/README.md, "Confidence").
_BY_MEANING = (-7.0, 1.3, 0.9, 0.9)  # standard score of the best passage, of the best sentence; coverage
_BY_WORDS = (-12.6, 30.0)  # score of the best sentence, where the embedder does not know the language


def confidence(query: Query, ranked: Sequence[Sentence], embedder: Embedder) -> float:
    """0 to 1: that the best sentences, and the passages around them, answer the question."""
    if not ranked or not query.terms:
        return 0.0
    best = ranked[:_LOOKED_AT]
    sure = 1.0 / (1.0 + math.exp(-_evidence(query, best, embedder)))
    if query.asks is not None and query.asks.offers is not None:
        near = [sentence for sentence in best if sentence.score >= 0.7 * ranked[0].score]
        if max(sentence.offer for sentence in near) < 0.5:
            return min(sure, _NOT_OFFERED)
    return sure


def _evidence(query: Query, best: Sequence[Sentence], embedder: Embedder) -> float:
    """The log odds of an answer."""
    if trust(query, best[0].passage, embedder) < MEANING_FROM:
        # Without the bonus for its kind: any date would lend weight to a question that begins with "when".
        constant, weight = _BY_WORDS
        return constant + weight * max(sentence.score - sentence.offered for sentence in best)
    by_passage = max(_standard(query, sentence, sentence.around, embedder) for sentence in best)
    by_sentence = max(_standard(query, sentence, sentence.similarity, embedder) for sentence in best)
    coverage = max(s.coverage if s.passage.language == query.language else 0.0 for s in best)
    constant, *weights = _BY_MEANING
    values = (by_passage, by_sentence, coverage)
    return constant + sum(weight * value for weight, value in zip(weights, values, strict=True))


def _standard(query: Query, sentence: Sentence, similarity: float | None, embedder: Embedder) -> float:
    if similarity is None:
        return 0.0
    return query.background(sentence.passage.language, embedder.card).standard(similarity)
