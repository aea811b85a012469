"""The sentences of the passages that best answer a question, and how likely it is that they do.

A sentence is scored by how much of the question it and its surroundings hold (words by weight), by meaning where
the embedder knows the language, and by whether it offers what is asked for (a number, a name).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import regex

from rag.answer.asked import offered
from rag.answer.meant import vectors_of
from rag.answer.question import Query, QueryTerm
from rag.interfaces import Embedder
from rag.library.terms import codes, sound, terms, words
from rag.sentences import sentences
from rag.text.scripts import ENDS, word_count
from rag.types import Chunk, Passage, QuotePart

_NEAR = 0.55  # what a word is worth that stands not in the sentence but beside it, or in its heading
_BESIDE = 0.5  # what a word is worth that stands beside the sentence in its chunk
_SOUND = 0.7  # ... that is met by sound only, across languages
_ABROAD = 0.25  # what a common word weighs that is looked for in another language
_FOREIGN = 0.75  # what a passage in another language is worth
_OFFER = 0.12  # for offering what is asked for
_OFFER_AGAIN = 0.1  # ... and once more when sentences of all passages are compared
_OFFERS = _OFFER + _OFFER_AGAIN
_OF_PASSAGE = 0.375  # what the passage's score adds to its sentences'
_OF_PASSAGE_KNOWN = 0.6  # ... and more as far as the embedder is trusted
_BARE = 0.5  # what a heading or a signature loses
_HEADING = 8  # words below which a line without an end is one
# It ends as a sentence does, or is a list's or a table's.
_SAYS = regex.compile(rf"[{ENDS}:;：；]\W*$|^\W*[-*•–]|: | \| |\t")
_MEANT_OF_EACH = 2  # sentences of a passage that the embedder is asked about: 4 ms each
_MEANT_OF_FIRST, _FIRST = 8, 2  # ... of the first passages
MEANING_FROM = 0.3  # below this trust the embedder's similarity is not asked


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
    by_words: float = 0.0  # the score without the embedder's opinion
    pairs: float = 0.0  # share of the question's neighbouring words that are neighbours here
    near: float | None = None  # nearness to the question, where the embedder was asked
    offered: float = 0.0  # what the kind of answer adds to the score
    similarity: float | None = None  # ... as cosine
    around: float | None = None  # cosine similarity of its passage's nearest chunk with the question
    parts: tuple[QuotePart, ...] = ()  # of a block that is quoted (retrieval/choose.py); () of a mere sentence
    marks: tuple[tuple[int, int], ...] = ()
    items: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Bag:
    """What is looked for in a text: its stems and codes, sounds, and neighbouring stems."""

    stems: frozenset[str]
    sounds: frozenset[str]
    pairs: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Part:
    start: int  # in the passage
    end: int
    text: str
    bag: _Bag


@lru_cache(maxsize=8192)
def _bag(text: str, language: str) -> _Bag:
    row = terms(text, language)
    sounds = frozenset(filter(None, map(sound, words(text, language))))
    return _Bag(frozenset((*row, *codes(text))), sounds, frozenset(pairwise(row)))


@lru_cache(maxsize=4096)
def _parts(text: str, language: str) -> tuple[_Part, ...]:
    return tuple(
        _Part(start, end, text[start:end], _bag(text[start:end], language)) for start, end in sentences(text, language)
    )


def _met(term: QueryTerm, bag: _Bag, foreign: bool) -> float:
    """How far the term stands in the text: 1 by stem, less by sound across languages."""
    if term.stems & bag.stems:
        return 1.0
    if foreign and term.sound and term.sound in bag.sounds:
        return _SOUND if term.abroad is None else 1.0
    return 0.0


def trust(query: Query, text: Passage | Chunk, embedder: Embedder) -> float:
    """0 to 1: how far similarity between the question and the text can be trusted."""
    return min(embedder.card.trust_in(query.language), embedder.card.trust_in(text.language))


def by_words(query: Query, passage: Passage) -> list[Sentence]:
    """The passage's sentences in order, scored by the question's words and by what they offer."""
    parts = _parts(passage.text, passage.language)
    foreign = passage.language != query.language
    heading = _bag(" ".join(passage.section), passage.language)
    whole = _bag(passage.text, passage.language)
    # In another language only names and numbers can be met: the other words count little, and so
    # does what is found.
    weights = [term.weight for term in query.terms]
    if foreign:
        weights = [_ABROAD * term.weight if term.abroad is None else term.abroad for term in query.terms]
    total = (sum(weights) or 1.0) / (_FOREIGN if foreign else 1.0)
    shares = [weight / total for weight in weights]
    beside = [max(_met(term, heading, foreign), 0.6 * _met(term, whole, foreign)) for term in query.terms]
    here = [[_met(term, part.bag, foreign) for term in query.terms] for part in parts]
    scored = []
    for i, part in enumerate(parts):
        around = here[max(0, i - 1) : i + 2]
        coverage = sum(
            share * max(here[i][t], _NEAR * max(beside[t], *(row[t] for row in around)))
            for t, share in enumerate(shares)
        )
        offer = offered(query.asks, part.text, query.asked, passage.language)
        plain = coverage + _OFFER * offer - (_BARE if _is_bare(part.text) else 0.0)
        pairs = _side_by_side(query, part.bag, shares)
        start, end = passage.start + part.start, passage.start + part.end
        scored.append(Sentence(passage, start, end, part.text, plain, coverage, offer, plain, pairs))
    return scored


def coverage(query: Query, chunk: Chunk, text: str) -> float:
    """0 to 1: the share of the question's words, by weight, that a sentence of a chunk holds. What the path and the
    headings give counts as held; what stands beside it in the chunk, half."""
    foreign = chunk.language != query.language
    weights = [term.weight for term in query.terms]
    if foreign:
        weights = [_ABROAD * term.weight if term.abroad is None else term.abroad for term in query.terms]
    said = _bag(text, chunk.language)
    above = _bag(" ".join((chunk.context, *chunk.section)), chunk.language)
    beside = _bag(chunk.text, chunk.language)
    met = (
        weight * max(_met(term, said, foreign), _met(term, above, foreign), _BESIDE * _met(term, beside, foreign))
        for term, weight in zip(query.terms, weights, strict=True)
    )
    return sum(met) / (sum(weights) or 1.0)


def holds(term: QueryTerm, text: str, asked_in: str, language: str) -> bool:
    """Whether a text in ``language`` holds the term of a question, be it by its sound."""
    return bool(_met(term, _bag(text, language), asked_in != language))


def exact(query: Query, text: str) -> float:
    """How many of the question's quoted phrases a text holds, and the share of its identifiers and numbers."""
    wanted = {term.word for term in query.terms if term.code or term.word[0].isdigit()}
    held = len(wanted & {*codes(text), *words(text)}) / len(wanted) if wanted else 0.0
    return held + query.scope.literal(text)


def _is_bare(text: str) -> bool:
    """Whether it is a heading or a signature: it names things and says nothing of them."""
    if any(c.isdigit() for c in text):
        return False
    size = word_count(text)
    return size < 4 or (size < _HEADING and not _SAYS.search(text))


def _side_by_side(query: Query, bag: _Bag, shares: Sequence[float]) -> float:
    """The weight of neighbouring words of the question that are neighbours here too; 1 is all of them."""
    most = sum(shares[a] + shares[b] for a, b in query.pairs)
    if not most or not bag.pairs:
        return 0.0
    met = sum(
        shares[a] + shares[b]
        for a, b in query.pairs
        if any((one, other) in bag.pairs for one in query.terms[a].stems for other in query.terms[b].stems)
    )
    return met / most


def by_meaning(query: Query, rows: Sequence[list[Sentence]], embedder: Embedder) -> list[list[Sentence]]:
    """The sentences of passages with the embedder's opinion of the best few of each, as far as it knows the
    languages; in the order given. A sentence is compared by itself and after the one before it: the nearer counts."""
    asked: list[Sentence] = []
    for place, row in enumerate(rows):
        if row and trust(query, row[0].passage, embedder) >= MEANING_FROM:
            most = _MEANT_OF_FIRST if place < _FIRST else _MEANT_OF_EACH
            asked += sorted(row, key=lambda sentence: -sentence.by_words)[:most]
    if not asked:
        return list(rows)
    before = _sentences_before(rows)
    alone = [sentence.text for sentence in asked]
    led = [f"{before[s.passage.document_id, s.start]} {s.text}".strip() for s in asked]
    near = (vectors_of([*alone, *led], embedder) @ query.vector).reshape(2, -1).max(axis=0)
    meant = {}
    for sentence, similarity in zip(asked, near, strict=True):
        nearness = query.nearness(float(similarity), sentence.passage.language, embedder.card)
        meant[sentence.passage.document_id, sentence.start] = replace(
            sentence, near=nearness, similarity=float(similarity)
        )
    return [[meant.get((s.passage.document_id, s.start), s) for s in row] for row in rows]


def _sentences_before(rows: Sequence[list[Sentence]]) -> dict[tuple[str, int], str]:
    """What each sentence follows: the one before it in its passage, of the first one the heading. What answers often
    stands after what names the thing that is asked about."""
    before: dict[tuple[str, int], str] = {}
    for row in rows:
        last = row[0].passage.section[-1] if row and row[0].passage.section else ""
        for sentence in row:
            before[sentence.passage.document_id, sentence.start] = last
            last = sentence.text
    return before


def settle(query: Query, sentences: Sequence[Sentence], embedder: Embedder) -> list[Sentence]:
    """The sentences of all passages, best first, with scores from 0 to about 1 that can be compared across languages:
    what the words, the passage and, as far as it can be trusted, the meaning say, as a share of the most they can."""
    settled = []
    for sentence in sentences:
        sure = trust(query, sentence.passage, embedder)
        total = sentence.by_words + sentence.passage.score * (_OF_PASSAGE + _OF_PASSAGE_KNOWN * sure)
        total += sure * (sentence.near or 0.0) + _OFFER_AGAIN * sentence.offer
        settled.append(replace(sentence, score=total / _most(sure), offered=_OFFERS * sentence.offer / _most(sure)))
    return sorted(settled, key=lambda sentence: (-sentence.score, sentence.passage.document_id, sentence.start))


def _most(sure: float) -> float:
    return 1.0 + _OF_PASSAGE + _OF_PASSAGE_KNOWN * sure + sure
