"""Estimates how likely it is that the best sentences answer a question: answered, partly, or not said.

A logistic regression over what retrieval knows: how far the best sentence stands out in meaning from other chunks of
this library (score_normalization.py) and from what is unrelated in general, how much of the question it holds, how sure
the reader is that it answers, whether it offers the kind of thing asked for, and whether a name is missing. Fitted over
seven corpora, tried on each with the others (benchmarks/HISTORY.md, "Confidence").
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import PurePath

from rag.interfaces import Embedder
from rag.retrieval.answer_type import MIN_ANSWER_TYPE_MATCH
from rag.retrieval.coverage import (
    MIN_TRUST_FOR_MEANING,
    CoveredSentence,
    bounded_words,
    holds_term,
    language_trust,
)
from rag.retrieval.query import Query
from rag.retrieval.short_answer import asks_whether
from rag.text.analyzer import words
from rag.text.names import capitals_tell_names, certain_names
from rag.types import AnswerVerdict

REFUSE_BELOW = 0.3
ANSWERED_FROM = 0.6
_SENTENCES_JUDGED = 5  # sentences, best first
# Coefficients of the regression, in log odds.
_CONSTANT = -4.0  # the intercept
_SENTENCE_WEIGHT = 0.36  # per standard deviation of the best sentence above this library's chunks
_BLOCK_WEIGHT = 0.48  # per standard deviation of the best sentence's block above unrelated texts in general
_COVERAGE_WEIGHT = 2.5  # times the share of the question's words that the best sentences hold
_MIN_COVERAGE_CROSS_LANGUAGE = 0.3  # least such share of a passage in another language, whose words differ anyway
_READER_WEIGHT = 1.35  # times the logarithm of the span reader's probability that one of the best sentences answers
_SENTENCES_READ = 3  # best sentences that the span reader reads
_MIN_ANSWER_PROBABILITY = 0.1  # taken at least, however low the span reader's probability is
_PROBABILITY_WITHOUT_READER = 0.5
# Taken at least for a yes-no question whose words all stand there, and for what reports a payment or a decision ("TOTAL
# £154.80"): few of these answers are a span that a reader knows.
_MIN_PROBABILITY_OF_WHETHER = 0.3
_MAX_PROBABILITY_OF_ANNOUNCED = 0.55  # what is only announced does not answer whether it happened
_ANSWER_TYPE_MISSING = -1.94  # added if none of the best sentences holds the kind of thing asked for
_NAME_MISSING = -1.5  # added if a name in the question is missing from the best passage
_WORDS_ONLY_ODDS = (-5.0, 8.0)  # intercept, and weight of coverage, for a language that the embedder does not know


def verdict(probability: float) -> AnswerVerdict:
    """Return the verdict that a confidence (0 to 1) stands for."""
    if probability < REFUSE_BELOW:
        return AnswerVerdict.NOT_SAID
    return AnswerVerdict.ANSWERED if probability >= ANSWERED_FROM else AnswerVerdict.PARTLY


def confidence(query: Query, ranked: Sequence[CoveredSentence], embedder: Embedder) -> float:
    """Return the probability (0 to 1) that the best sentences, and the passages around them, answer the question."""
    if not ranked or not query.terms:
        return 0.0
    probability = 1.0 / (1.0 + math.exp(-_log_odds(query, ranked[:_SENTENCES_JUDGED], embedder)))
    return min(probability, _MAX_PROBABILITY_OF_ANNOUNCED) if ranked[0].event_match < 0 else probability


def _log_odds(query: Query, best: Sequence[CoveredSentence], embedder: Embedder) -> float:
    """Return the log odds that the best sentences answer the question."""
    covered = max(sentence.coverage for sentence in best)
    first = best[0]
    language = first.passage.language
    if language_trust(query, first.passage, embedder) < MIN_TRUST_FOR_MEANING:
        constant, weight = _WORDS_ONLY_ODDS
        return constant + weight * covered
    card = embedder.card
    if language != query.language:
        covered = max(covered, _MIN_COVERAGE_CROSS_LANGUAGE)
    read = _reader_probability(best[:_SENTENCES_READ])
    if covered >= 1.0 and (asks_whether(query.text, query.language) or first.event_match >= 1.0):
        read = max(read, _MIN_PROBABILITY_OF_WHETHER)
    odds = _CONSTANT + _COVERAGE_WEIGHT * covered + _READER_WEIGHT * math.log(read)
    if first.similarity is not None and first.around is not None:
        odds += _SENTENCE_WEIGHT * query.background(language, card).standard(first.similarity)
        odds += (
            _BLOCK_WEIGHT
            * (first.around - card.unrelated_mean(cross_language=language != query.language))
            / card.unrelated[1]
        )
    if query.answer_type is not None and max(sentence.answer_type_match for sentence in best) < MIN_ANSWER_TYPE_MATCH:
        odds += _ANSWER_TYPE_MISSING
    return odds + _NAME_MISSING * _misses_a_name(query, first)


def _reader_probability(best: Sequence[CoveredSentence]) -> float:
    """Return the reader's probability that one of these sentences answers."""
    probabilities = [each.answer_probability for each in best if each.answer_probability is not None]
    return max(_MIN_ANSWER_PROBABILITY, *probabilities) if probabilities else _PROBABILITY_WITHOUT_READER


def _misses_a_name(query: Query, sentence: CoveredSentence) -> bool:
    """Tell whether the question gives a name or a number that occurs neither in the passage nor in its headings."""
    passage = sentence.passage
    passage_text = " ".join([passage.text, *passage.section, PurePath(passage.source).stem])
    certain = {
        word for start, end in certain_names(query.text, query.language) for word in words(query.text[start:end])
    }
    telling = capitals_tell_names(query.language)
    names = [
        term
        for term in query.terms
        if term.cross_language_weight is not None
        and (len(term.word) > 1 if term.word[0].isdigit() else term.sound and (telling or term.word in certain))
    ]
    bounded = bounded_words(query, sentence.text, passage.language)
    return any(
        name.word not in bounded and not holds_term(name, passage_text, query.language, passage.language)
        for name in names
    )
