"""Baselines: what the library's own indexes show without Oaken's ranking, choice of sentences or refusals.

Each shows its first three chunks as quotes. A follow-up is asked unchanged, without its history.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.evaluation.evaluate import PASSAGES_CHECKED, QuestionResult, judge
from rag.evaluation.questions import LabelledQuestion
from rag.interfaces import Embedder
from rag.library.library import Library
from rag.text.analyzer import terms
from rag.types import Answer, AnswerStatus, Chunk, Citation, Passage

BASELINES = {"bm25": "BM25 alone, first 3 chunks", "dense": "dense vectors alone, first 3 chunks"}

Found = list[tuple[str, float]]


def baseline(
    name: str, questions: Sequence[LabelledQuestion], library: Library, embedder: Embedder
) -> Iterator[QuestionResult]:
    """Yield what the baseline of that name shows for each question, judged like an answer.

    Its confidence is the first chunk's score.
    """
    for question in questions:
        found = _bm25(question, library) if name == "bm25" else _dense(question, library, embedder)
        yield judge(question, _answer_of(question, found, library), library)


def _bm25(question: LabelledQuestion, library: Library) -> Found:
    weights = dict.fromkeys(terms(question.question, question.language), 1.0)
    return library.search_words(weights, PASSAGES_CHECKED) if weights else []


def _dense(question: LabelledQuestion, library: Library, embedder: Embedder) -> Found:
    return library.search_vector(embedder.embed_query(question.question), PASSAGES_CHECKED)


def _answer_of(question: LabelledQuestion, found: Found, library: Library) -> Answer:
    chunks = library.chunks([chunk_id for chunk_id, _ in found])
    records = library.records_of({chunk.document_id for chunk in chunks.values()})
    ranked = [(chunks[chunk_id], score) for chunk_id, score in found if chunk_id in chunks]
    return quote_baseline(
        question, [_passage(chunk, records[chunk.document_id].source, score) for chunk, score in ranked]
    )


def quote_baseline(question: LabelledQuestion, passages: Sequence[Passage]) -> Answer:
    """Return the passages, best first, as an answer that quotes each whole; its confidence is the first one's score."""
    quotes = [
        Citation(each.document_id, each.source, each.page, each.section, each.start, each.end, each.text)
        for each in passages
    ]
    return Answer(
        question.question,
        AnswerStatus.QUOTED if quotes else AnswerStatus.NOT_FOUND,
        passages[0].score if passages else 0.0,
        quotes=tuple(quotes),
        passages=tuple(passages),
    )


def _passage(chunk: Chunk, source: str, score: float) -> Passage:
    return Passage(
        chunk.document_id, source, chunk.text, chunk.start, chunk.end, chunk.page, chunk.section, chunk.language, score
    )
