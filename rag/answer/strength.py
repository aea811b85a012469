"""How strongly passages hold the words of a question, and its letters: BM25 over whole passages.

The word index has the same over chunks and finds the candidates; but a question's words may be spread over two chunks
that a passage joins. Frequencies come from the index, by way of the query.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath

from rag.answer.question import Query
from rag.library.terms import codes, grams, sound, terms, words
from rag.types import Passage

_K1, _B = 1.2, 0.75  # as in the word index
_HEADING, _NAME = 0.6, 0.3  # what a word is worth that stands there
_BY_SOUND = 0.6  # ... that is met by sound only, across languages


@dataclass(frozen=True, slots=True)
class _Counts:
    terms: Mapping[str, int]
    grams: Mapping[str, int]
    sounds: frozenset[str]


@lru_cache(maxsize=4096)
def _counts(text: str, language: str) -> _Counts:
    stems = Counter(terms(text, language))
    stems.update(codes(text))
    sounds = frozenset(filter(None, map(sound, words(text, language))))
    return _Counts(stems, Counter(grams(text, language)), sounds)


def strengths(query: Query, passages: Sequence[Passage]) -> list[tuple[float, float]]:
    """For each passage its BM25 score for the question's words and for its letters, as shares of the best one's."""
    held = [_counts(passage.text, passage.language) for passage in passages]
    terms_norm, grams_norm = _norms([each.terms for each in held]), _norms([each.grams for each in held])
    by_words = [_of_words(query, *row) for row in zip(passages, held, terms_norm, strict=True)]
    by_letters = [_of_letters(query, *row) for row in zip(held, grams_norm, strict=True)]
    return list(zip(_shares(by_words), _shares(by_letters), strict=True))


def _shares(scores: Sequence[float]) -> list[float]:
    best = max(scores, default=0.0) or 1.0
    return [score / best for score in scores]


def _of_letters(query: Query, counts: _Counts, norm: float) -> float:
    return sum(weight * _saturated(counts.grams.get(gram, 0), norm) for gram, weight in query.grams.items())


def _of_words(query: Query, passage: Passage, counts: _Counts, norm: float) -> float:
    foreign = passage.language != query.language
    heading = _counts(" ".join(passage.section), passage.language).terms
    name = _counts(PurePath(passage.source).stem, passage.language).terms
    total = 0.0
    for term in query.terms:
        often = float(max(counts.terms.get(form, 0) for form in term.stems))
        often += _HEADING * any(form in heading for form in term.stems)
        often += _NAME * any(form in name for form in term.stems)
        weight = term.weight
        if not often and foreign and term.sound and term.sound in counts.sounds:
            often, weight = 1.0, _BY_SOUND * (term.weight if term.abroad is None else term.abroad)
        total += weight * _saturated(often, norm)
    return total


def _norms(every: Sequence[Mapping[str, int]]) -> list[float]:
    """How long each is beside the mean, as BM25 weighs it."""
    lengths = [sum(counts.values()) for counts in every]
    mean = sum(lengths) / len(lengths) if any(lengths) else 1.0
    return [1 - _B + _B * length / mean for length in lengths]


def _saturated(often: float, norm: float) -> float:
    return often * (_K1 + 1) / (often + _K1 * norm)
