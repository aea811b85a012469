"""Retrieve passages for a question: dense, BM25 and n-gram retrievers find chunks, which are ranked by points.

A chunk's points are the sum of its similarity, in standard deviations above that of unrelated chunks of the library,
and of its BM25 scores by words and n-grams. A passage has the points of its best sentence. The weights are in
weights.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rag.interfaces import Embedder, Reranker, SpanReader, Vector
from rag.library.reader import LibraryReader
from rag.retrieval.coverage import CoveredSentence, exact_match, language_trust
from rag.retrieval.feedback.rated_quotes import RatedQuotes, opinion_of
from rag.retrieval.passages import RankedChunk, assemble, drop_duplicates
from rag.retrieval.query import Query
from rag.retrieval.sentence_scores import MAX_BLOCKS_READ, rank_sentences
from rag.retrieval.sentence_vectors import vectors_of
from rag.retrieval.short_answer import AnswerSpan, best_span, span_match
from rag.retrieval.weights import WEIGHTS, RankingWeights
from rag.types import Chunk, Passage

_CANDIDATES_PER_RETRIEVER = 60  # candidates of each retriever
_PASSAGES_BUILT = 24  # passages that are put together: those of the blocks that are read, and more for the duplicates
_SENTENCES_RERANKED = 8  # sentences that the reader reads together with the question: 18 ms each on one core
_EMBEDDED_WHEN_ASKED = 16  # found chunks that are embedded for a question, while they wait for their vectors
_WRONG_KIND = 0.5  # share of the reader's points taken off where it is sure of a span of the wrong kind
_POINTS_AT_HALF = 4.5  # points that a score of .5 stands for

Ranking = list[tuple[str, float]]


def retrieve(
    query: Query,
    library: LibraryReader,
    embedder: Embedder,
    k: int,
    reranker: Reranker | None = None,
    reader: SpanReader | None = None,
    weights: RankingWeights = WEIGHTS,
    rated: Sequence[RatedQuotes] = (),
) -> tuple[list[Passage], list[CoveredSentence]]:
    """Return the best k passages, and the sentences of the best blocks, each best first.

    ``rated`` answers to like questions move up or down what they quoted.

    A ``reader`` reads the best few sentences together with the question, and moves up those in which it sees an answer.
    """
    found = _candidates(query, library, embedder, weights, rated)
    passages = assemble(found, library, max(_PASSAGES_BUILT, k))
    ranked = rank_sentences(query, found, passages, library, embedder, weights)
    if reader is not None:
        ranked = rerank_sentences(query, ranked, reader, weights)
    best: dict[tuple[str, ...], float] = {}
    for sentence in ranked:
        best.setdefault(sentence.passage.chunk_ids, sentence.score)
    scored = [replace(p, score=best.get(p.chunk_ids, p.score)) for p in passages]
    ordered = [*_by_score(p for p in scored if p.chunk_ids in best), *(p for p in scored if p.chunk_ids not in best)]
    if reranker is not None:
        many = max(MAX_BLOCKS_READ, k)
        opinions = reranker.score(query.text, [passage.text for passage in ordered[:many]])
        again = [
            replace(p, score=p.score + weights.reranker * float(o)) for p, o in zip(ordered, opinions, strict=False)
        ]
        ordered = [*_by_score(again), *ordered[many:]]
    top = drop_duplicates(ordered, k)
    return [replace(passage, score=_logistic(passage.score)) for passage in top], ranked


def rerank_sentences(
    query: Query, ranked: Sequence[CoveredSentence], reader: SpanReader, weights: RankingWeights = WEIGHTS
) -> list[CoveredSentence]:
    """Return the sentences re-ranked by the reader's score of the first few, best first.

    The order stays where more than a few words are asked for.
    """
    worth = weights.span_reader if query.is_brief else 0.0
    spans = [best_span(query.read_as, [sentence.text], reader) for sentence in ranked[:_SENTENCES_RERANKED]]
    again = [
        replace(
            sentence,
            answer_probability=span.answer_probability if span is not None else 0.0,
            score=sentence.score + worth * _span_worth(query, sentence, span),
        )
        for sentence, span in zip(ranked, spans, strict=False)
    ]
    every = [*again, *ranked[_SENTENCES_RERANKED:]]
    return sorted(every, key=lambda sentence: (-sentence.score, sentence.passage.document_id, sentence.start))


def _span_worth(query: Query, sentence: CoveredSentence, span: AnswerSpan | None) -> float:
    """Return the probability that a span answers, less than 0 for one of another kind than is asked for.

    "Three months' notice" is no answer to "when does it end", however sure the reader is; nor is what will be decided
    to what was.
    """
    if span is None or sentence.event_match < 0:
        return 0.0
    match = span_match(query.answer_type, sentence.text, span, query.words, sentence.passage.language)
    return span.answer_probability * max(-_WRONG_KIND, 2.0 * match - 1.0)


def _by_score(passages: Iterable[Passage]) -> list[Passage]:
    return sorted(passages, key=lambda passage: (-passage.score, passage.chunk_ids))


def _logistic(points: float) -> float:
    """Return points scaled to 0 to 1 (logistic)."""
    return 1.0 / (1.0 + math.exp(_POINTS_AT_HALF - points))


def _candidates(
    query: Query,
    library: LibraryReader,
    embedder: Embedder,
    weights: RankingWeights = WEIGHTS,
    rated: Sequence[RatedQuotes] = (),
) -> list[RankedChunk]:
    """Return the chunks that any retriever found, each with its score and its rank in each retriever, best first."""
    found_by = retriever_scores(query, library, weights=weights)
    ids = list(dict.fromkeys(chunk_id for ranking in found_by.values() for chunk_id, _ in ranking))
    chunks = library.chunks(ids)
    shares = {name: _shares(ranking) for name, ranking in found_by.items() if name != "vector"}
    by_words = {
        chunk_id: (1.0 - weights.ngram_share) * shares["words"].get(chunk_id, 0.0)
        + weights.ngram_share * shares["letters"].get(chunk_id, 0.0)
        for chunk_id in chunks
    }
    vectors = _vectors(sorted(chunks.values(), key=lambda chunk: (-by_words[chunk.id], chunk.id)), library, embedder)
    ranks = {
        name: {chunk_id: rank for rank, (chunk_id, _) in enumerate(ranking, 1)} for name, ranking in found_by.items()
    }
    found = []
    for chunk_id, chunk in chunks.items():
        if not query.scope.admits(chunk.text, chunk.language):
            continue
        vector = vectors.get(chunk.embedding_text)
        background = query.background(chunk.language, embedder.card)
        standard = background.standard(float(vector @ query.vector)) if vector is not None else 0.0
        trust = language_trust(query, chunk, embedder) if vector is not None else 0.0
        word_score = by_words[chunk_id]
        foreign = chunk.language != query.language
        if foreign:  # its words can say little, where the embedder knows both languages
            word_score -= trust * word_score
        score = trust * standard + (weights.words + weights.words_alone * (1.0 - trust)) * word_score
        score += weights.other_language * foreign
        score += weights.exact_match * exact_match(query, chunk.text)
        opinion = opinion_of(chunk, rated)
        score += weights.rated * opinion
        in_rankings = {name: at[chunk_id] for name, at in ranks.items() if chunk_id in at}
        found.append(RankedChunk(chunk, score, vector, in_rankings, opinion))
    return sorted(found, key=lambda each: (-each.score, each.chunk.id))


def _vectors(chunks: Sequence[Chunk], library: LibraryReader, embedder: Embedder) -> dict[str, Vector]:
    """Return the vectors of chunks by their text: those held, and of the others those of the first few, made now."""
    held = library.known_vectors([chunk.embedding_text for chunk in chunks])
    waiting = [chunk.embedding_text for chunk in chunks if chunk.embedding_text not in held][:_EMBEDDED_WHEN_ASKED]
    return held | dict(zip(waiting, vectors_of(waiting, embedder), strict=True))


def _shares(ranking: Ranking) -> dict[str, float]:
    """Return scores as shares of the best one."""
    best = max((score for _, score in ranking), default=0.0) or 1.0
    return {chunk_id: score / best for chunk_id, score in ranking}


def retriever_scores(
    query: Query, library: LibraryReader, depth: int = _CANDIDATES_PER_RETRIEVER, *, weights: RankingWeights = WEIGHTS
) -> dict[str, Ranking]:
    """Return what each retriever finds by itself: up to ``depth`` pairs (chunk id, score), best first."""
    scope = query.scope
    among = scope.documents(library.records()) if scope.by_document else None
    phrases = [query.forms(phrase) for phrase in scope.phrases]
    plain = [term for term in query.terms if not term.code]
    words = library.search_words(
        {form: 1.0 for term in plain for form in term.stems},
        depth,
        sounds={term.sound: weights.sound for term in plain if term.sound},
        codes={
            form: weights.code for term in query.terms if term.cross_language_weight is not None for form in term.stems
        },
        phrases=phrases,
        among=among,
    )
    letters = library.search_words({}, depth, grams=dict.fromkeys(query.grams, 1.0), phrases=phrases, among=among)
    return {"vector": library.search_vector(query.vector, depth, among=among), "words": words, "letters": letters}
