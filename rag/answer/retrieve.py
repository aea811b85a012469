"""Question to passages: three legs find candidates (vectors, words, letters), one score ranks them.

The score adds up what the words say (BM25 of stems and of letters), how much of the question the best sentence holds,
and, as far as the embedder knows the languages at hand, how near the passage and its sentences are in meaning. The
similarities are taken as they are: where the embedder sees nothing in particular they are all alike and move nothing,
where both legs agree they add up. Each weight is measured in benchmarks/README.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from rag.answer.passages import Found, assemble, fold
from rag.answer.question import Query
from rag.answer.quotes import Sentence, by_meaning, by_words, settle, trust
from rag.answer.strength import strengths
from rag.interfaces import Embedder, Reranker, Vector
from rag.library.library import Library
from rag.library.terms import codes
from rag.types import Passage

_DEPTH = 60  # candidates of each leg
_READ = 60  # passages whose sentences are scored by words
_MEANT = 12  # ... and by meaning
_STEMS = 0.25
_LETTERS = 0.25
_COVERED = 0.5
_PAIRS = 0.15
_OFFERED = 0.1
_FOREIGN = 0.25  # what words are worth in a passage in another language: names and numbers, and what sounds alike
_NEAR = 2.0  # of the passage and of its nearest sentence, times the trust in the embedder
_MOST_BY_WORDS = _STEMS + _LETTERS + _COVERED + _PAIRS + _OFFERED
_FACT, _SUBJECT = 5, 10  # content words of a question that asks for a fact, or describes a subject
_LEADERS = 5  # passages that others gain by being near to
_STEEP = 8.0  # how much the first of them counts before the others
_ANSWERS_ILL, _ANSWERS_WELL = 0.5, 0.6  # share from which on passages in other languages stand back
_LITERAL = 1.0  # for a phrase in quotation marks, and for an identifier, that stand there as they are written
_SOUND_WEIGHT = 0.6
_CODE_WEIGHT = 2.0

Leg = list[tuple[str, float]]


def retrieve(
    query: Query, library: Library, embedder: Embedder, k: int, reranker: Reranker | None = None
) -> tuple[list[Passage], list[Sentence]]:
    """The best k passages and all their sentences, each best first."""
    found = _found(query, library, embedder)
    found_near = {each.chunk.id: each.near for each in found}
    passages = assemble(found, library, max(_READ, k))
    rows = []
    for passage, (stems, letters) in zip(passages, strengths(query, passages), strict=True):
        row = by_words(query, passage)
        literal = _LITERAL * (query.scope.literal(passage.text) + _codes_held(query, passage))
        rows.append(_scored(row, _worth(query, passage, embedder) * _words_say(row, stems, letters) + literal))
    rows = _ranked(rows)
    rows = [*by_meaning(query, rows[:_MEANT], embedder), *rows[_MEANT:]]
    rows = _ranked([_scored(row, _meaning_says(query, row, found_near, embedder)) for row in rows])
    rows = _ranked(_with_kindred(query, rows, {each.chunk.id: each.vector for each in found}, embedder))
    if reranker is not None:
        rows = _ranked([*_read_again(query, rows[: max(_MEANT, k)], reranker), *rows[max(_MEANT, k) :]])
    rows = _ranked(_as_shares(query, rows, embedder))
    top = fold([row[0].passage for row in rows], k)
    kept = {passage.chunk_ids for passage in top}
    near = {each.chunk.id: float(each.vector @ query.vector) for each in found}
    every = [
        replace(sentence, around=max((near[i] for i in sentence.passage.chunk_ids if i in near), default=None))
        for row in rows
        for sentence in row
        if sentence.passage.chunk_ids in kept
    ]
    return top, settle(query, every, embedder)


def _ranked(rows: Iterable[list[Sentence]]) -> list[list[Sentence]]:
    """The sentences of each passage, best passage first."""
    return sorted((row for row in rows if row), key=lambda row: (-row[0].passage.score, row[0].passage.chunk_ids))


def _scored(row: Sequence[Sentence], more: float) -> list[Sentence]:
    """The sentences of a passage whose score is that much higher."""
    if not row:
        return []
    passage = replace(row[0].passage, score=row[0].passage.score + more)
    return [replace(sentence, passage=passage) for sentence in row]


def _codes_held(query: Query, passage: Passage) -> float:
    """The share of the question's identifiers that the passage holds; 0 where it names none."""
    wanted = [term.stems for term in query.terms if term.code]
    held = set(codes(passage.text)) if wanted else set()
    return sum(not stems.isdisjoint(held) for stems in wanted) / len(wanted) if wanted else 0.0


def _as_shares(query: Query, rows: Sequence[list[Sentence]], embedder: Embedder) -> list[list[Sentence]]:
    """Scores as shares of the most that a passage can score. In another language neither letters nor, as far as it is
    not to be trusted, meaning can say anything for a passage: it is measured by what can, unless a passage in the
    question's own language answers well."""
    most = {row[0].passage.language: _most(query, row[0].passage, embedder) for row in rows}
    own = max((row[0].passage.score for row in rows if row[0].passage.language == query.language), default=0.0)
    own /= most.get(query.language, 1.0)
    open_to_others = min(1.0, max(0.0, (_ANSWERS_WELL - own) / (_ANSWERS_WELL - _ANSWERS_ILL)))
    shares = []
    for row in rows:
        passage = row[0].passage
        as_its_own = passage.score / most[passage.language]
        as_ours = min(as_its_own, passage.score / most.get(query.language, most[passage.language]))
        share = as_ours + open_to_others * (as_its_own - as_ours)
        shares.append([replace(sentence, passage=replace(passage, score=min(1.0, share))) for sentence in row])
    return shares


def _most(query: Query, passage: Passage, embedder: Embedder) -> float:
    """The most that a passage in that language can score."""
    letters = _LETTERS if passage.language != query.language else 0.0
    words = _worth(query, passage, embedder) * (_MOST_BY_WORDS - letters)
    return words + 2 * _NEAR * trust(query, passage, embedder)  # its own nearness, and that of its kin


def _worth(query: Query, passage: Passage, embedder: Embedder) -> float:
    """What words say for a passage: less in another language that the embedder knows."""
    foreign = passage.language != query.language
    return 1.0 - (1.0 - _FOREIGN) * trust(query, passage, embedder) if foreign else 1.0


def _words_say(row: Sequence[Sentence], stems: float, letters: float) -> float:
    if not row:
        return 0.0
    best = max(row, key=lambda sentence: sentence.by_words)
    pairs = max(sentence.pairs for sentence in row)
    return _STEMS * stems + _LETTERS * letters + _COVERED * best.coverage + _OFFERED * best.offer + _PAIRS * pairs


def _meaning_says(query: Query, row: Sequence[Sentence], found_near: Mapping[str, float], embedder: Embedder) -> float:
    """How near the nearest sentence is, times the trust; of a passage whose sentences were not looked at, how near
    the passage is: a sentence is rarely farther."""
    near = [sentence.near for sentence in row if sentence.near is not None]
    if near:
        return _NEAR * trust(query, row[0].passage, embedder) * max(near)
    return _NEAR * max((found_near.get(chunk, 0.0) for chunk in row[0].passage.chunk_ids), default=0.0)


def _read_again(query: Query, rows: Sequence[list[Sentence]], reranker: Reranker) -> list[list[Sentence]]:
    """What a re-ranker says of the first passages weighs as much as all that was said before."""
    opinions = reranker.score(query.text, [row[0].passage.text for row in rows])
    best = max((row[0].passage.score for row in rows), default=0.0)
    return [_scored(row, best * float(opinion)) for row, opinion in zip(rows, opinions, strict=True)]


def _with_kindred(
    query: Query, rows: list[list[Sentence]], vectors: Mapping[str, Vector], embedder: Embedder
) -> list[list[Sentence]]:
    """What is near the best passages gains with them, the more the longer the question: a long one describes a
    subject, on which several passages have something to say; a short one asks for a fact, which one of them holds."""
    words = sum(not term.code for term in query.terms)
    share = min(1.0, max(0.0, (words - _FACT) / (_SUBJECT - _FACT)))
    if not share or len(rows) < 2:
        return rows
    own = [[vectors[i] for i in row[0].passage.chunk_ids if i in vectors] for row in rows]
    middle = np.stack([np.mean(each, axis=0) for each in own])
    near = np.maximum(0.0, middle @ middle[:_LEADERS].T)
    scores = np.array([row[0].passage.score for row in rows[:_LEADERS]])
    weights = np.tile(np.exp(_STEEP * (scores - scores[0])), (len(rows), 1))
    weights[np.arange(len(scores)), np.arange(len(scores))] = 0.0  # nothing is its own kin
    kindred = (near * weights).sum(axis=1) / weights.sum(axis=1)
    return [
        _scored(row, _NEAR * share * trust(query, row[0].passage, embedder) * float(more))
        for row, more in zip(rows, kindred, strict=True)
    ]


def _found(query: Query, library: Library, embedder: Embedder) -> list[Found]:
    """The chunks that any leg found, each with what the legs say of it, best first."""
    found_by = legs(query, library)
    ids = list(dict.fromkeys(chunk_id for leg in found_by.values() for chunk_id, _ in leg))
    chunks = library.chunks(ids)
    vectors = library.known_vectors([chunk.embedding_text for chunk in chunks.values()])
    shares = {name: _shares(leg) for name, leg in found_by.items() if name != "vector"}
    ranks = {name: {chunk_id: rank for rank, (chunk_id, _) in enumerate(leg, 1)} for name, leg in found_by.items()}
    found = []
    for chunk_id, chunk in chunks.items():
        if not query.scope.admits(chunk.text, chunk.language):
            continue
        vector = vectors[chunk.embedding_text]
        similarity = float(vector @ query.vector)
        near = trust(query, chunk, embedder) * query.nearness(similarity, chunk.language, embedder.card)
        score = _STEMS * shares["words"].get(chunk_id, 0.0) + _LETTERS * shares["letters"].get(chunk_id, 0.0)
        score += _NEAR * near
        found.append(
            Found(chunk, score, near, vector, {name: at[chunk_id] for name, at in ranks.items() if chunk_id in at})
        )
    return sorted(found, key=lambda each: (-each.score, each.chunk.id))


def _shares(leg: Leg) -> dict[str, float]:
    """Scores as shares of the best one."""
    best = max((score for _, score in leg), default=0.0) or 1.0
    return {chunk_id: score / best for chunk_id, score in leg}


def legs(query: Query, library: Library, depth: int = _DEPTH) -> dict[str, Leg]:
    """What each leg finds by itself: up to ``depth`` (chunk id, score), best first."""
    scope = query.scope
    among = scope.documents(library.records()) if scope.by_document else None
    phrases = [query.forms(phrase) for phrase in scope.phrases]
    plain = [term for term in query.terms if not term.code]
    words = library.search_words(
        {form: 1.0 for term in plain for form in term.stems},
        depth,
        sounds={term.sound: _SOUND_WEIGHT for term in plain if term.sound},
        codes={form: _CODE_WEIGHT for term in query.terms if term.code for form in term.stems},
        phrases=phrases,
        among=among,
    )
    letters = library.search_words({}, depth, grams=dict.fromkeys(query.grams, 1.0), phrases=phrases, among=among)
    return {"vector": library.search_vector(query.vector, depth, among=among), "words": words, "letters": letters}
