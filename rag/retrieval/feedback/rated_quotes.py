"""Ratings of earlier answers, as points for the passages that those quoted: for like questions only, and bounded.

Computed for each question from the ratings there are, so one that is taken back counts no more. Reads no store:
see rag/conversation/chats/ratings.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.interfaces import Embedder, EmbedderCard
from rag.retrieval.answer_type import answer_type_of
from rag.retrieval.coverage import MIN_TRUST_FOR_MEANING
from rag.retrieval.query import Query
from rag.retrieval.sentence_vectors import vectors_of
from rag.text.analyzer import codes, words
from rag.types import Chunk, Citation

_LATER_QUOTE = 0.5  # share of a rating that counts for the second and third quote of an answer
# Two questions are alike from this cosine on, and this relatedness: from a cosine of .88 on for multilingual-e5-small,
# for which unrelated texts have .76, and of .7 for all-MiniLM-L6-v2.
_LIKE_COSINE, _LIKE_RELATEDNESS = 0.7, 0.5
_NEAREST_MARGIN = 0.04  # relatedness by which a question may be less near than the nearest and still count


@dataclass(frozen=True, slots=True)
class RatedQuestion:
    """A question whose answer was rated; its quotes are read where it is like the one that is asked."""

    reply: str  # id of the answer
    text: str
    opinion: int  # 1: its quotes were right; -1: wrong


class Ratings(Protocol):
    """The ratings of a library's answers."""

    def questions(self) -> Sequence[RatedQuestion]:
        """Return the rated questions, the newest first."""
        ...

    def quotes(self, replies: Sequence[str]) -> dict[str, tuple[Citation, ...]]:
        """Return the quotes of these answers, by their ids."""
        ...


@dataclass(frozen=True, slots=True)
class RatedQuotes:
    """The quotes of one rated answer to a like question."""

    opinion: int
    quotes: tuple[Citation, ...]

    def share(self, chunk: Chunk) -> float:
        """Return how far the rating is one of the chunk: 1 for the first quote, less for others, 0 for none of them.

        Words that no longer stand there were not quoted.
        """
        place = next((at for at, quote in enumerate(self.quotes) if _overlaps(quote, chunk)), None)
        return 0.0 if place is None else _LATER_QUOTE if place else 1.0


def rated_for(query: Query, embedder: Embedder, ratings: Ratings) -> list[RatedQuotes]:
    """Return the rated answers to questions like this one."""
    known = list(ratings.questions())
    if not known:
        return []
    near = vectors_of([each.text for each in known], embedder) @ vectors_of([query.text], embedder)[0]
    like = [
        (embedder.card.relatedness(cosine), each)
        for each, cosine in zip(known, near.tolist(), strict=True)
        if _means_alike(each.text, query, cosine, embedder.card) and _asks_alike(each, query)
    ]
    nearest = max((how for how, _ in like), default=0.0)
    like = [(how, each) for how, each in like if how >= nearest - _NEAREST_MARGIN]
    quotes = ratings.quotes([each.reply for _, each in like])
    return [RatedQuotes(each.opinion, quotes[each.reply]) for _, each in like if quotes.get(each.reply)]


def opinion_of(chunk: Chunk, rated: Sequence[RatedQuotes]) -> float:
    """Return what ratings say of a chunk, from -1 (wrong) to 1 (right); 0 where they say nothing, or both."""
    balance = sum(each.opinion * each.share(chunk) for each in rated)
    return max(-1.0, min(1.0, balance))


def _means_alike(text: str, query: Query, cosine: float, card: EmbedderCard) -> bool:
    """Tell whether two questions are as near as paraphrases; in a language the embedder does not know, the same."""
    if card.language_trust(query.language) < MIN_TRUST_FOR_MEANING:
        return words(text) == words(query.text)
    return cosine >= _LIKE_COSINE and card.relatedness(cosine) >= _LIKE_RELATEDNESS


def _asks_alike(rated: RatedQuestion, query: Query) -> bool:
    """Tell whether both ask of the same numbers and identifiers, and for the same kind of thing, where that is told.

    "Who founded the museum?" is nearer to "When is the museum open?" than most paraphrases are to each other.
    """
    kind = answer_type_of(rated.text, query.language)
    of_one_kind = kind is None or query.answer_type is None or kind == query.answer_type
    return of_one_kind and _exact_words(rated.text) == _exact_words(query.text)


def _exact_words(question: str) -> frozenset[str]:
    """Return the numbers and identifiers of a question: questions that differ in these are not alike."""
    return frozenset(codes(question)) | frozenset(word for word in words(question) if word[0].isdigit())


def _overlaps(quote: Citation, chunk: Chunk) -> bool:
    start, end = max(quote.start, chunk.start), min(quote.end, chunk.end)
    if quote.document_id != chunk.document_id or start >= end:
        return False
    return quote.quote[start - quote.start : end - quote.start] == chunk.text[start - chunk.start : end - chunk.start]
