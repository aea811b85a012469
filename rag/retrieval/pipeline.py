"""Find the quotes that answer a question: parse, retrieve, rank and choose sentences, estimate the confidence.

A question that asks two things is searched part by part; the answer quotes what is found for one and names what is
missing for the other. No model is called.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from pathlib import PurePath
from typing import TypeVar

from rag.interfaces import Embedder, Reranker, SpanReader
from rag.library.indexing import indexing_note, indexing_state
from rag.library.reader import LibraryReader
from rag.messages import Message, joined
from rag.retrieval.answer_type import MIN_ANSWER_TYPE_MATCH
from rag.retrieval.choose import MAX_QUOTES, choose
from rag.retrieval.confidence import ANSWERED_FROM, REFUSE_BELOW, confidence, verdict
from rag.retrieval.coverage import CoveredSentence, evidence_note, holds_term
from rag.retrieval.decompose import split_question
from rag.retrieval.decompose_comparison import ComparisonParts, asks_to_compare, comparison_parts, own_words, whole_name
from rag.retrieval.feedback.rated_quotes import Ratings, rated_for
from rag.retrieval.filters import SearchFilter, apply_filter
from rag.retrieval.followup import asks_for_earlier, repeated_question
from rag.retrieval.passages import drop_duplicates
from rag.retrieval.query import Query, parse_query
from rag.retrieval.retrieve import rerank_sentences, retrieve
from rag.retrieval.sentence_vectors import vectors_of
from rag.retrieval.short_answer import asks_for_something, asks_whether, is_in_any_language, short_citation
from rag.retrieval.versions import by_version, disagreement
from rag.retrieval.weights import WEIGHTS, RankingWeights
from rag.text.languages import rules_for
from rag.types import Answer, AnswerStatus, AnswerVerdict, Citation, Passage, Turn

Item = TypeVar("Item")
_MIN_SIDE_SHARE = 0.5  # of the weight of a side's own words
_MIN_PROBABILITY_OF_OTHER_PART = 0.5  # how sure the reader is to see an answer in what was quoted for another part
_MIN_WHETHER_CONFIDENCE = 0.45  # least confidence that the second of two questions, a yes-no question, is answered
_READER_POINTS_UNANSWERED = 2.0  # points for a sentence that the reader is sure of, where nothing is sure enough
_SENTENCES_OF_BOTH_SIDES = 3  # sentences of the whole question that may speak of both sides


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """One thing that is asked, or several at once, and what a model is given to answer it."""

    question: str
    parts: tuple[str, ...]  # the questions in it
    evidence: tuple[CoveredSentence, ...]  # the best first


@dataclass(frozen=True, slots=True)
class DraftInput:
    """An answer that has its quotes, and what a model needs to write to it."""

    answer: Answer
    whole: DraftRequest
    requests: tuple[DraftRequest, ...]  # thing by thing
    language: str
    compares: bool = False  # a comparison is asked for, and no sentence of the documents makes it


@dataclass(frozen=True, slots=True)
class _Part:
    question: str
    query: Query
    passages: Sequence[Passage]
    ranked: Sequence[CoveredSentence]
    confidence: float
    own_words: frozenset[str] = frozenset()  # words that the other side of a comparison has not
    is_whether: bool = False  # it asks whether something is so, beside another question

    @property
    def is_answered(self) -> bool:
        return bool(self.ranked) and self.confidence >= REFUSE_BELOW


@dataclass(frozen=True, slots=True)
class RetrievalPipeline:
    """Searches a library for the quotes that answer a question."""

    library: LibraryReader
    embedder: Embedder
    reranker: Reranker | None
    reader: SpanReader | None = None
    weights: RankingWeights = WEIGHTS
    ratings: Ratings | None = None  # of earlier answers

    def passages(self, question: str, k: int, scope: SearchFilter) -> list[Passage]:
        """Return up to ``k`` passages for a question as a whole, best first."""
        query = parse_query(question, self.library, self.embedder, (), scope)
        return list(self._search_part(query, question, k, self.reader).passages)

    def find(
        self, question: str, history: Sequence[Turn], k: int, scope: SearchFilter, *, insist: bool = False
    ) -> DraftInput:
        """Return the quotes that answer a question, from up to ``k`` passages.

        With ``insist`` they are quoted even where they seem not to answer it. Of two things asked, what is found of
        either is quoted, and the answer's note names what is not.
        """
        started = time.perf_counter()
        bare, scope = apply_filter(question, scope)
        query = parse_query(bare, self.library, self.embedder, history, scope)
        older = asks_for_earlier(bare, query.language)
        repeated = repeated_question(bare, history, query.language)
        asked = question
        if repeated is not None:
            asked, history = repeated
            bare = asked
            query = parse_query(bare, self.library, self.embedder, history, scope)
        questions = split_question(bare, query.language)
        if len(questions) > 1:
            parts = self._search_both(questions, history, k, scope)
        else:
            parts = self._compare_sides(self._search_part(query, asked, k, self.reader), bare, k, scope)
        retrieved = time.perf_counter()
        parts = self._answer_from_other_quotes(parts)
        if not any(letter.isdigit() for letter in bare):  # a year in the question says which version is meant
            parts = [self._by_version(part, older=older, only=older and repeated is not None) for part in parts]
        answered = [part for part in parts if part.is_answered or insist]
        shown = [part if part.is_answered else _by_reader(part) for part in answered or parts]
        most = MAX_QUOTES + len(shown) - 1  # for two questions one more
        chosen = _without_repetition(_interleaved([choose(part.query, part.ranked, self.library) for part in shown]))[
            :most
        ]
        missing = [part.question for part in parts if answered and not (part.is_answered or insist)]
        quotes = tuple(self._cite(sentence) for sentence in chosen)
        found = bool(answered and chosen)
        indexing = indexing_state(
            self.library, scope.documents, [each.passage.document_id for part in parts for each in part.ranked]
        )
        overall = AnswerVerdict.PARTLY if missing else verdict(max(part.confidence for part in parts))
        answer = Answer(
            question=question,
            status=AnswerStatus.QUOTED if found else AnswerStatus.NOT_FOUND,
            confidence=max(part.confidence for part in parts),
            quotes=quotes,
            passages=tuple(_distinct(_interleaved([part.passages for part in parts]), k)),
            timings={"retrieve": retrieved - started, "quote": time.perf_counter() - retrieved},
            note=joined(
                " ",
                (
                    _missing_note(missing),
                    _evidence_note(shown, chosen) if found else "",
                    disagreement(quotes, self.library, query.language)
                    if found and not missing and overall is AnswerVerdict.ANSWERED
                    else "",
                    indexing_note(indexing, overall),
                ),
            ),
            short=self._short_answer(bare, query, parts, chosen)
            if found and overall is AnswerVerdict.ANSWERED
            else None,
            verdict=overall,
            missing=tuple(missing),
            indexing=indexing,
        )
        whole = DraftRequest(question, tuple(part.question for part in shown), tuple(chosen[:2]))
        best = [_place(part.ranked[0]) for part in shown if part.ranked]
        compares = asks_to_compare(bare, query.language) and (
            len(parts) > 1 or overall is not AnswerVerdict.ANSWERED or not found
        )
        if len(shown) == 1 or len(set(best)) < len(shown):  # one sentence answers both
            return DraftInput(answer, whole, (whole,), query.language, compares)
        each = tuple(DraftRequest(part.query.text, (part.question,), tuple(part.ranked[:1])) for part in shown)
        return DraftInput(answer, whole, each, query.language, compares)

    def _by_version(self, part: _Part, *, older: bool, only: bool) -> _Part:
        """Return a part with the newest version of what answers it first, or the ``older`` one.

        With ``only`` it is not answered where there are no versions: nothing tells how it was before.
        """
        ranked, has_versions = by_version(part.ranked, self.library, older=older)
        return replace(part, ranked=ranked, confidence=part.confidence if has_versions or not only else 0.0)

    def _search_part(self, query: Query, question: str, k: int, reader: SpanReader | None) -> _Part:
        rated = rated_for(query, self.embedder, self.ratings) if self.ratings is not None else ()
        passages, ranked = retrieve(query, self.library, self.embedder, k, self.reranker, reader, self.weights, rated)
        return _Part(question, query, passages, ranked, confidence(query, ranked, self.embedder))

    def _short_answer(
        self, bare: str, query: Query, parts: Sequence[_Part], chosen: Sequence[CoveredSentence]
    ) -> Citation | None:
        """Return the few words that answer the question; None for a question of two parts.

        Nor are words of another language than the question's an answer, unless they are a name or a quantity.
        """
        if self.reader is None or len(parts) > 1:
            return None
        asked = query.read_as
        if asks_whether(asked, query.language):
            chosen = _best_sentence_alone(parts[0], chosen)
        quotes = [self._cite(sentence) for sentence in chosen]
        short = short_citation(asked, query.language, quotes, self.reader)
        if short is None:
            return None
        language = next(
            each.passage.language
            for each in chosen
            if each.passage.document_id == short.document_id and each.start <= short.start and short.end <= each.end
        )
        return short if language in ("", query.language) or is_in_any_language(short.quote, language) else None

    def _compare_sides(self, whole: _Part, question: str, k: int, scope: SearchFilter) -> list[_Part]:
        """Return a part for each side of a comparison, or the whole question alone.

        It stays whole where it compares nothing, where one sentence speaks of both sides, or where neither is found.
        """
        comparison = comparison_parts(question, whole.query.language)
        if comparison is None:
            return [whole]
        first = self._search_side(comparison, comparison.sides[0], "", whole.query, k, scope)
        second = self._search_side(comparison, comparison.sides[1], first.question, whole.query, k, scope)
        if len(comparison.sides[0]) > 1:  # what is shared stands beside the second: "the red or the blue jar"
            first = self._search_side(comparison, comparison.sides[0], second.question, whole.query, k, scope)
        first = self._keep_about(first, own_words(first.question, second.question, whole.query.language))
        if not (first.is_answered or second.is_answered):
            return [whole]
        sides = [
            part if part.is_answered else replace(part, question=self._whole_name(name, other, whole.query.language))
            for part, name, other in zip((first, second), comparison.names, comparison.names[::-1], strict=True)
        ]
        both = _sentence_about_both(whole, first, second)
        enough = both is not None and (not comparison.of_both or _is_best(both, sides))
        return [whole] if enough else sides

    def _whole_name(self, side: str, other: str, language: str) -> str:
        return whole_name(side, other, language, lambda texts: vectors_of(list(texts), self.embedder))

    def _search_side(
        self,
        comparison: ComparisonParts,
        readings: Sequence[str],
        other: str,
        whole: Query,
        k: int,
        scope: SearchFilter,
    ) -> _Part:
        """Return a side of a comparison in the reading of highest confidence."""
        reader = self.reader if comparison.is_natural else None  # which was not taught by halves of comparisons
        looked: list[_Part] = []
        for way in readings:
            phrases = tuple(phrase for phrase in scope.phrases if phrase.casefold() in way.casefold())
            query = parse_query(
                comparison.question(way), self.library, self.embedder, (), replace(scope, phrases=phrases)
            )
            kept = tuple(term for term in query.terms if term.word not in comparison.degrees) or query.terms
            query = replace(query, terms=kept, is_brief=whole.is_brief, language=whole.language)
            looked.append(
                self._keep_about(self._search_part(query, way, k, reader), own_words(way, other, whole.language))
            )
            if looked[-1].confidence >= ANSWERED_FROM:
                break
        return max(looked, key=lambda part: part.confidence)

    def _keep_about(self, part: _Part, own: frozenset[str]) -> _Part:
        """Return a side with only the sentences whose passage or headings hold most of the side's own words."""
        about_side = [
            each for each in part.ranked if _share(part.query, own, _surroundings(each), each) >= _MIN_SIDE_SHARE
        ]
        return replace(
            part, ranked=about_side, confidence=confidence(part.query, about_side, self.embedder), own_words=own
        )

    def _search_both(
        self, questions: Sequence[str], history: Sequence[Turn], k: int, scope: SearchFilter
    ) -> list[_Part]:
        """Return a part for each of two questions; the second may depend on the first, as a follow-up does."""
        histories = (history, [*history, Turn("user", questions[0])])
        queries = [
            parse_query(part, self.library, self.embedder, before, scope)
            for part, before in zip(questions, histories, strict=True)
        ]
        parts = [self._search_part(query, part, k, self.reader) for query, part in zip(queries, questions, strict=True)]
        return [self._as_whether(part) for part in parts]

    def _as_whether(self, part: _Part) -> _Part:
        """Return a part that asks whether something is so with its confidence read from its own words alone.

        What answers the question before it would pass for its answer, and a reader finds something like yes or no in
        most sentences: less sure than ``_MIN_WHETHER_CONFIDENCE``, it is not answered.
        """
        if rules_for(part.query.language) is None or asks_for_something(part.question, part.query.language):
            return part
        ranked = part.ranked
        if self.reader is not None:
            ranked = rerank_sentences(replace(part.query, read_as=part.question), ranked, self.reader, self.weights)
        sure = confidence(part.query, ranked, self.embedder)
        if sure < _MIN_WHETHER_CONFIDENCE:
            sure *= REFUSE_BELOW / _MIN_WHETHER_CONFIDENCE
        return replace(part, ranked=ranked, confidence=sure, is_whether=True)

    def _answer_from_other_quotes(self, parts: list[_Part]) -> list[_Part]:
        """Return the parts, with the unanswered ones read again in the quotes of the others.

        A passage found for one part may also answer another.
        """
        found = [quote for part in parts if part.is_answered for quote in choose(part.query, part.ranked, self.library)]
        if not found or all(part.is_answered for part in parts):
            return parts
        return [
            part if part.is_answered or part.own_words or part.is_whether else self._search_quotes(part, found)
            for part in parts
        ]

    def _search_quotes(self, part: _Part, found: Sequence[CoveredSentence]) -> _Part:
        among = [sentence for sentence in part.ranked if any(sentence.within(quote) for quote in found)]
        if self.reader is not None:
            among = rerank_sentences(replace(part.query, read_as=part.question), among, self.reader, self.weights)
        probability = confidence(part.query, among, self.embedder)
        answered = any(
            (each.answer_probability or 0.0) >= _MIN_PROBABILITY_OF_OTHER_PART
            for each in among[:_SENTENCES_OF_BOTH_SIDES]
            if each.answer_type_match >= MIN_ANSWER_TYPE_MATCH
        )
        return (
            replace(part, ranked=among, confidence=max(probability, REFUSE_BELOW if answered else 0.0))
            if among
            else part
        )

    def _cite(self, sentence: CoveredSentence) -> Citation:
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
        return with_places(quote, self.library)


def _best_sentence_alone(part: _Part, chosen: Sequence[CoveredSentence]) -> list[CoveredSentence]:
    """Return the first quote with its best sentence marked alone, for a question that asks whether something is so.

    A reader sees a yes or a no in what is said of another thing too: "Keeping dogs is not allowed" where a cat is
    asked for.
    """
    best = next((each for each in part.ranked if chosen and each.within(chosen[0])), None)
    return [] if best is None else [replace(chosen[0], marks=((best.start, best.end),))]


def _by_reader(part: _Part) -> _Part:
    """Return an unanswered part with its closest sentences in the order in which the reader sees an answer in them."""
    ranked = [
        replace(each, score=each.score + _READER_POINTS_UNANSWERED * (each.answer_probability or 0.0))
        for each in part.ranked
    ]
    return replace(part, ranked=sorted(ranked, key=lambda each: -each.score))


def _share(query: Query, own: frozenset[str], text: str, sentence: CoveredSentence) -> float:
    """Return the share of a question's ``own`` words, by weight, that a text in the sentence's language holds.

    It is 1 where the question has none of them.
    """
    terms = [term for term in query.terms if term.word in own]
    met = sum(term.weight for term in terms if holds_term(term, text, query.language, sentence.passage.language))
    return met / sum(term.weight for term in terms) if terms else 1.0


def _surroundings(sentence: CoveredSentence) -> str:
    passage = sentence.passage
    return " ".join([passage.text, *passage.section, PurePath(passage.source).stem])


def _sentence_about_both(whole: _Part, first: _Part, second: _Part) -> CoveredSentence | None:
    """Return one of the best sentences that holds the words of both sides, or None."""
    for sentence in whole.ranked[:_SENTENCES_OF_BOTH_SIDES]:
        if all(_share(side.query, side.own_words, sentence.text, sentence) >= 1.0 for side in (first, second)):
            return sentence
    return None


def _is_best(sentence: CoveredSentence, sides: Sequence[_Part]) -> bool:
    """Tell whether the sentence is also the best answer for a side alone."""
    return any(_place(sentence) == _place(side.ranked[0]) for side in sides if side.ranked)


def _place(sentence: CoveredSentence) -> tuple[str, int]:
    return sentence.passage.document_id, sentence.start


def with_places(citation: Citation, library: LibraryReader) -> Citation:
    """Return the citation with the page and section of its first character: a passage may span a page break."""
    page, section = library.page_and_section(citation.document_id, citation.start)
    return replace(citation, page=page, section=section)


def _interleaved(rows: Sequence[Sequence[Item]]) -> list[Item]:
    """Return the first item of each row, then the second of each, and so on."""
    return [item for item in chain.from_iterable(zip_longest(*rows)) if item is not None]


def _without_repetition(ranked: Sequence[CoveredSentence]) -> list[CoveredSentence]:
    """Return the sentences without repetition: one may answer both parts."""
    kept: list[CoveredSentence] = []
    for each in ranked:
        if not any(each.within(other) for other in kept):
            kept = [*(other for other in kept if not other.within(each)), each]
    return kept


def _distinct(passages: Sequence[Passage], k: int) -> list[Passage]:
    """Return up to ``k`` passages, none of which lies within an earlier one or repeats it."""
    kept: list[Passage] = []
    for passage in passages:
        if not any(set(passage.chunk_ids) <= set(other.chunk_ids) for other in kept):
            kept.append(passage)
    return drop_duplicates(kept, k)


def _evidence_note(parts: Sequence[_Part], chosen: Sequence[CoveredSentence]) -> str:
    """Return the note on the best sentence where one thing is asked and that sentence is quoted first."""
    best = parts[0].ranked[0] if len(parts) == 1 and parts[0].ranked else None
    return evidence_note(parts[0].query, best) if best is not None and best.within(chosen[0]) else ""


def _missing_note(missing: Sequence[str]) -> str:
    return Message("Your documents do not say: {part}", part=missing[0]) if missing else ""
