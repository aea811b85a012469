"""A question to its quotes: read, retrieved, the sentences chosen that answer it, and how sure that is.

A question that asks two things is looked for part by part, and what is found of one is said beside what is not of the
other. No model is asked.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from typing import TypeVar

from rag.answer.confidence import NOT_SAID_BELOW, confidence, verdict
from rag.answer.parted import parted
from rag.answer.passages import fold
from rag.answer.question import Query, read
from rag.answer.quotes import Sentence
from rag.answer.retrieve import retrieve
from rag.answer.scope import Scope, scoped
from rag.answer.short_answer import short_citation
from rag.interfaces import Embedder, Reranker, SpanReader
from rag.library.library import Library
from rag.retrieval.choose import MOST_QUOTES, choose
from rag.types import Answer, Citation, Passage, Status, Turn, Verdict

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that is asked, or several at once, and what a model is given to answer it."""

    question: str
    parts: tuple[str, ...]  # the questions in it
    evidence: tuple[Sentence, ...]  # the best first


@dataclass(frozen=True, slots=True)
class Brief:
    """An answer that has its quotes, and what a model needs to write to it."""

    answer: Answer
    whole: Wanted
    wanted: tuple[Wanted, ...]  # thing by thing
    language: str


@dataclass(frozen=True, slots=True)
class _Part:
    asked: str
    query: Query
    passages: Sequence[Passage]
    ranked: Sequence[Sentence]
    sure: float

    @property
    def said(self) -> bool:
        return bool(self.ranked) and self.sure >= NOT_SAID_BELOW


@dataclass(frozen=True, slots=True)
class Finder:
    """What a question is looked for with."""

    library: Library
    embedder: Embedder
    reranker: Reranker | None
    reader: SpanReader | None = None

    def passages(self, question: str, k: int, scope: Scope) -> list[Passage]:
        """Up to ``k`` passages to a question as a whole, best first."""
        return list(self._look(read(question, self.library, self.embedder, (), scope), question, k).passages)

    def find(self, question: str, history: Sequence[Turn], k: int, scope: Scope, *, insist: bool = False) -> Brief:
        """The quotes that answer a question, among up to ``k`` passages; with ``insist`` even where they seem not to.

        Of two things asked, what is found of either is quoted, and the answer's note names what is not.
        """
        started = time.perf_counter()
        bare, scope = scoped(question, scope)
        query = read(bare, self.library, self.embedder, history, scope)
        asked = parted(bare, query.language)
        parts = self._look_for_both(asked, history, k, scope) if len(asked) > 1 else [self._look(query, question, k)]
        retrieved = time.perf_counter()
        said = [part for part in parts if part.said or insist]
        shown = said or parts
        most = MOST_QUOTES + len(shown) - 1  # for two questions one more
        chosen = _once(_in_turn([choose(part.query, part.ranked, self.library) for part in shown]))[:most]
        missing = [part.asked for part in parts if said and not (part.said or insist)]
        quotes = tuple(self._cite(sentence) for sentence in chosen)
        found = bool(said and chosen)
        said_of = Verdict.PARTLY if missing else verdict(max(part.sure for part in parts))
        answer = Answer(
            question=question,
            status=Status.QUOTED if found else Status.NOT_FOUND,
            confidence=max(part.sure for part in parts),
            quotes=quotes,
            passages=tuple(_unlike(_in_turn([part.passages for part in parts]), k)),
            timings={"retrieve": retrieved - started, "quote": time.perf_counter() - retrieved},
            note=f"Your documents do not say: {missing[0]}" if missing else "",
            short=self._short(query, parts, quotes) if found and said_of is Verdict.ANSWERED else None,
            verdict=said_of,
        )
        whole = Wanted(question, tuple(part.asked for part in shown), tuple(chosen[:2]))
        best = [(part.ranked[0].passage.document_id, part.ranked[0].start) for part in shown if part.ranked]
        if len(shown) == 1 or len(set(best)) < len(shown):  # one sentence answers both
            return Brief(answer, whole, (whole,), query.language)
        each = tuple(Wanted(part.query.text, (part.asked,), tuple(part.ranked[:1])) for part in shown)
        return Brief(answer, whole, each, query.language)

    def _look(self, query: Query, asked: str, k: int) -> _Part:
        passages, ranked = retrieve(query, self.library, self.embedder, k, self.reranker, self.reader)
        return _Part(asked, query, passages, ranked, confidence(query, ranked, self.embedder))

    def _short(self, query: Query, parts: Sequence[_Part], quotes: Sequence[Citation]) -> Citation | None:
        """The few words that answer; of two things asked none."""
        if self.reader is None or len(parts) > 1:
            return None
        return short_citation(query.text, query.language, quotes, self.reader)

    def _look_for_both(self, asked: Sequence[str], history: Sequence[Turn], k: int, scope: Scope) -> list[_Part]:
        """The second part may lean on the first, as a follow-up does."""
        told = (history, [*history, Turn("user", asked[0])])
        queries = [
            read(part, self.library, self.embedder, before, scope) for part, before in zip(asked, told, strict=True)
        ]
        return [self._look(query, part, k) for query, part in zip(queries, asked, strict=True)]

    def _cite(self, sentence: Sentence) -> Citation:
        passage = sentence.passage
        quote = Citation(
            passage.document_id,
            passage.source,
            passage.page,
            passage.section,
            sentence.start,
            sentence.end,
            sentence.text,
            max(0.0, min(1.0, sentence.score)),
            sentence.parts,
            sentence.marks,
            sentence.items,
        )
        return placed(quote, self.library)


def placed(citation: Citation, library: Library) -> Citation:
    """With the page and section of its first character: a passage may run over a page's end."""
    page, section = library.place(citation.document_id, citation.start)
    return replace(citation, page=page, section=section)


def _in_turn(rows: Sequence[Sequence[Item]]) -> list[Item]:
    """The first of each row, then the second of each."""
    return [item for item in chain.from_iterable(zip_longest(*rows)) if item is not None]


def _once(ranked: Sequence[Sentence]) -> list[Sentence]:
    """Each place once: both parts may be answered by one sentence."""
    places: dict[tuple[str, int], Sentence] = {}
    for each in ranked:
        places.setdefault((each.passage.document_id, each.start), each)
    return list(places.values())


def _unlike(passages: Sequence[Passage], k: int) -> list[Passage]:
    """Up to ``k``, none of which lies within one before it or says the same."""
    kept: list[Passage] = []
    for passage in passages:
        if not any(set(passage.chunk_ids) <= set(other.chunk_ids) for other in kept):
            kept.append(passage)
    return fold(kept, k)
