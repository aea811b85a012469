"""The sentences of the passages that best answer a question, and how likely it is that they do.

A sentence is scored by how much of the question it and its surroundings hold (words by weight), by meaning where
the embedder knows the language, and by whether it offers what is asked for (a number, a name).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile

from rag.answer.asked import offered
from rag.answer.question import Query, QueryTerm
from rag.interfaces import Embedder
from rag.library.terms import sound, terms, words
from rag.sentences import sentences
from rag.types import Passage

_NEAR = 0.55  # what a word is worth that stands not in the sentence but beside it, or in its heading
_SOUND = 0.7  # ... that is met by sound only, across languages
_ABROAD = 0.25  # what a common word weighs that is looked for in another language
_FOREIGN = 0.75  # what a passage in another language is worth
_ROOT = 0.65  # share of the longer word that two words of one root have in common, from the first letter
_OFFER = 0.12  # for offering what is asked for
_QUOTES = 3  # sentences quoted at most
_WORDS = 60  # words quoted at most, twice that where another sentence is as good: it may say otherwise
_AS_GOOD, _CLOSE = 0.9, 0.6  # share of the best score
_MET_FROM = 0.42  # sentence score at which an answer is as likely as not
_STEEP = 20.0
_NOT_OFFERED = 0.35  # confidence where the kind of thing asked for is nowhere near
_MEANT = 24  # sentences that the embedder is asked about: 4 ms each
_MEANING_FROM = 0.3  # below this trust the embedder's similarity is not asked


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage with its score for a question."""

    passage: Passage
    start: int  # in the document
    end: int
    text: str
    score: float
    coverage: float  # share of the question's weight that stands in the sentence or its surroundings
    offer: float  # how far it offers the kind of answer asked for


@lru_cache(maxsize=8192)
def _bag(text: str, language: str) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(terms(text, language)), frozenset(filter(None, map(sound, words(text))))


def met(term: QueryTerm, text: str, language: str, foreign: bool, *, roots: bool = True) -> float:
    """How far the term stands in the text: 1 by stem, less by a shared root or, across languages, by sound."""
    stems, sounds = _bag(text, language)
    if term.stems & stems:
        return 1.0
    if foreign and term.sound and term.sound in sounds:
        return _SOUND if term.abroad is None else 1.0
    if (
        roots
        and not foreign
        and len(term.word) >= 6
        and any(_akin(form, other) for form in term.stems for other in stems)
    ):
        return _SOUND
    return 0.0


def _akin(one: str, other: str) -> bool:
    """A shared root: the same first four letters at least, and two thirds of the longer word."""
    if one[:4] != other[:4] or one[0].isdigit():
        return False
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return same >= 4 and same >= _ROOT * max(len(one), len(other))


def score(query: Query, passages: Sequence[Passage], embedder: Embedder) -> list[Sentence]:
    """Every sentence of the passages, best first."""
    plain = [sentence for passage in passages for sentence in _by_words(query, passage)]
    plain.sort(key=lambda sentence: -sentence.score)
    meant = _by_meaning(query, plain[:_MEANT], embedder)
    return sorted([*meant, *plain[_MEANT:]], key=lambda sentence: -sentence.score)


def _by_words(query: Query, passage: Passage) -> Iterator[Sentence]:
    """The passage's sentences, scored by the question's words and by what they offer."""
    spans = sentences(passage.text, passage.language)
    foreign = passage.language != query.language
    heading = " ".join(passage.section)
    # In another language only names, numbers and shared roots can be met: the other words count little, and so
    # does what is found.
    weights = [term.weight for term in query.terms]
    if foreign:
        weights = [_ABROAD * term.weight if term.abroad is None else term.abroad for term in query.terms]
    whole = (sum(weights) or 1.0) / (_FOREIGN if foreign else 1.0)
    beside = [
        max(met(term, heading, passage.language, foreign), 0.6 * met(term, passage.text, passage.language, foreign))
        for term in query.terms
    ]
    for i, (start, end) in enumerate(spans):
        text = passage.text[start:end]
        around = passage.text[spans[max(0, i - 1)][0] : spans[min(len(spans) - 1, i + 1)][1]]
        coverage = 0.0
        for term, weight, there in zip(query.terms, weights, beside, strict=True):
            here = met(term, text, passage.language, foreign)
            near = max(there, met(term, around, passage.language, foreign))
            coverage += weight * max(here, _NEAR * near)
        offer = offered(query.asks, text, query.asked)
        bare = len(text.split()) < 4 and not any(c.isdigit() for c in text)  # a heading, a signature
        total = coverage / whole + _OFFER * offer + 0.05 * passage.score - (0.2 if bare else 0.0)
        yield Sentence(passage, passage.start + start, passage.start + end, text, total, coverage / whole, offer)


def _by_meaning(query: Query, ranked: Sequence[Sentence], embedder: Embedder) -> list[Sentence]:
    """The same sentences with the embedder's opinion, as far as it knows the two languages."""
    card = embedder.card
    asked = [
        s for s in ranked if min(card.trust_in(query.language), card.trust_in(s.passage.language)) >= _MEANING_FROM
    ]
    if not asked:
        return list(ranked)
    near = embedder.embed_documents([sentence.text for sentence in asked]) @ query.vector
    meant = {}
    for sentence, similarity in zip(asked, near, strict=True):
        weight = 0.5 * min(card.trust_in(query.language), card.trust_in(sentence.passage.language))
        similarity = max(0.0, float(similarity))
        total = sentence.score + weight * (similarity - sentence.coverage)
        meant[sentence.passage.chunk_ids, sentence.start] = replace(sentence, score=total)
    return [meant.get((sentence.passage.chunk_ids, sentence.start), sentence) for sentence in ranked]


def choose(ranked: Sequence[Sentence]) -> list[Sentence]:
    """The one to three sentences to quote: the best, those as good as it, and those that come close and are short."""
    chosen: list[Sentence] = []
    length = 0
    for sentence in ranked:
        size = len(sentence.text.split())
        if chosen:
            share = sentence.score / chosen[0].score if chosen[0].score > 0 else 0.0
            room = _WORDS if share < _AS_GOOD else 2 * _WORDS
            if share < _CLOSE or length + size > room or any(sentence.text == other.text for other in chosen):
                continue
        chosen.append(sentence)
        length += size
        if len(chosen) == _QUOTES:
            break
    return chosen


def confidence(query: Query, ranked: Sequence[Sentence]) -> float:
    """0 to 1: that the passages hold an answer; .5 parts "your documents do not say" from the rest.

    Two things are asked: how much of the question the best sentence meets (fitted on XQuAD with half of its articles
    left out, see benchmarks/README.md), and whether anything near it offers the kind of thing that is asked for.
    """
    if not ranked or not query.terms:
        return 0.0
    # Without the bonus for its kind: any date would lend weight to a question that begins with "when".
    best = max(sentence.score - _OFFER * sentence.offer for sentence in ranked[:5])
    met_by_best = 1.0 / (1.0 + math.exp(-_STEEP * (best - _MET_FROM)))
    if query.asks is not None and query.asks.offers is not None:
        near = [sentence for sentence in ranked[:5] if sentence.score >= 0.7 * ranked[0].score]
        if max(sentence.offer for sentence in near) < 0.5:
            return min(met_by_best, _NOT_OFFERED)
    return met_by_best
