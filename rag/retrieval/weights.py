"""The weights of ranking. `python -m benchmarks.quality.retrieval FOLDER --ablate` measures each.

A point is a standard deviation of similarity above unrelated chunks (score_normalization.py).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RankingWeights:
    """What each sign that a chunk or a sentence answers is worth, in points unless said otherwise."""

    words: float = 2.0  # the BM25 score of a chunk, as a share of the best chunk's
    words_alone: float = 6.0  # added to ``words`` where the embedder does not know the language
    ngram_share: float = 0.5  # (0 to 1) how much of the BM25 score is by character n-grams, the rest by words
    sound: float = 0.6  # (factor) a word that only sounds like one of the question, in BM25
    code: float = 2.0  # (factor) an identifier's parts, in BM25
    other_language: float = -0.5  # a chunk in another language than the question
    exact_match: float = 4.0  # a chunk that holds a quoted phrase or an identifier as it is written
    sentence: float = 0.5  # (factor) a sentence's own standard score, beside its block's
    coverage: float = 2.0  # a sentence that holds all words of the question, or stands under them
    says_nothing: float = -3.0  # a sentence without a content word that is not the question's
    answer_type: float = 0.75  # a sentence that holds the kind of thing asked for
    event: float = 1.5  # a sentence that reports the decision or payment asked for; less where it only announces it
    sentence_exact_match: float = 1.0  # a sentence that holds the question's phrases, identifiers and numbers
    span_reader: float = 1.5  # a sentence in which the span reader is sure to see an answer
    reranker: float = 6.0  # a passage that the re-ranker is sure of
    rated: float = 1.5  # a chunk that was quoted in answers to like questions, which were rated good; taken off if bad


WEIGHTS = RankingWeights()
