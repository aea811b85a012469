"""Measure how much of a question a text holds: words, names, identifiers; and the type of a scored sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.interfaces import Embedder
from rag.messages import Message
from rag.retrieval.query import Query, QueryTerm
from rag.retrieval.short_answer import asks_whether
from rag.text.analyzer import codes, sound, symbols, terms, words
from rag.text.bounds import relations
from rag.text.languages import rules_for
from rag.types import Chunk, Passage, QuotePart

_SHORTEST_NUMBER_TOLD = 3  # digits of a number that is looked for as it stands in a yes-no question
_CONTEXT_WEIGHT = 0.5  # share of its weight for a word that stands beside the sentence in its chunk
_TRANSLATION_MATCH = 0.7  # share of its weight for a word whose translation is there
_SOUND_MATCH = 0.7  # share of its weight for a word that matches by sound only, across languages
_COMMON_WORD_FACTOR_CROSS_LANGUAGE = 0.25  # share of its weight for a common word in a text of another language
_MONTH = "(0[1-9]|1[0-2])"
# A path is words there: "2024-04-11" and "2024_04" have blanks.
_DATE_IN_PATH = re.compile(rf"(?<!\d)(?:19|20)\d\d(?: {_MONTH}(?!\d)|{_MONTH}(?:0[1-9]|[12]\d|3[01])(?!\d))")
MIN_TRUST_FOR_MEANING = 0.3  # least trust at which the embedder's similarity is used


@dataclass(frozen=True, slots=True)
class CoveredSentence:
    """A sentence of a passage, or a block of its document around it, with its score for a question."""

    passage: Passage
    start: int  # in the document
    end: int
    text: str
    score: float  # points (weights.py)
    coverage: float  # 0 to 1: share of the question's weight that it holds, or has above it
    answer_type_match: float  # 0 to 1: how far it offers the kind of answer asked for
    event_match: float = 0.0  # -1 to 1: how far it reports the event asked for, or only announces it
    similarity: float | None = None  # cosine with the question, read under its document's path and headings
    around: float | None = None  # cosine of its chunk with the question
    answer_probability: float | None = None  # 0 to 1: that a few of its words answer (span_reader.py)
    parts: tuple[QuotePart, ...] = ()  # of a block that is quoted (retrieval/choose.py); () of a mere sentence
    marks: tuple[tuple[int, int], ...] = ()
    items: tuple[int, int] | None = None

    def within(self, other: CoveredSentence) -> bool:
        """Tell whether it lies within another one of the same document."""
        return self._is_same_document(other) and other.start <= self.start and self.end <= other.end

    def overlaps(self, other: CoveredSentence) -> bool:
        """Tell whether the two share characters of the same document."""
        return self._is_same_document(other) and self.start < other.end and other.start < self.end

    def _is_same_document(self, other: CoveredSentence) -> bool:
        return self.passage.document_id == other.passage.document_id


@dataclass(frozen=True, slots=True)
class _Bag:
    """What is looked for in a text: its stems and codes, and its sounds."""

    stems: frozenset[str]
    sounds: frozenset[str]


@lru_cache(maxsize=8192)
def _bag(text: str, language: str) -> _Bag:
    sounds = frozenset(filter(None, map(sound, words(text, language))))
    return _Bag(frozenset((*terms(text, language), *codes(text))), sounds)


def _match_score(term: QueryTerm, bag: _Bag, *, foreign: bool) -> float:
    """Return how far a text matches the term: 1 by stem, less by sound across languages."""
    if term.stems & bag.stems:
        return 1.0
    if foreign and term.translations & bag.stems:
        return _TRANSLATION_MATCH
    if foreign and term.sound and term.sound in bag.sounds:
        return _SOUND_MATCH if term.cross_language_weight is None else 1.0
    return 0.0


def language_trust(query: Query, text: Passage | Chunk, embedder: Embedder) -> float:
    """Return how far (0 to 1) the embedder's similarity of question and text can be trusted in their languages."""
    return min(embedder.card.language_trust(query.language), embedder.card.language_trust(text.language))


def question_coverage(query: Query, chunk: Chunk, text: str, event: float = 0.0) -> float:
    """Return the share (0 to 1) of the question's words, by weight, that a sentence of a chunk holds.

    Words in the path and the headings count in full; words elsewhere in the chunk count half. "Decided" is held by a
    sentence that reports the ``event`` asked for in whatever words (1), and not by one that announces it (-1).
    """
    foreign = chunk.language != query.language
    weights = [term.weight for term in query.terms]
    if foreign:
        weights = [
            _COMMON_WORD_FACTOR_CROSS_LANGUAGE * term.weight
            if term.cross_language_weight is None
            else term.cross_language_weight
            for term in query.terms
        ]
    in_sentence = _bag(text, chunk.language)
    in_headings = _bag(
        " ".join((chunk.context, *chunk.section, *_months(chunk.context, chunk.language))), chunk.language
    )
    in_chunk = _bag(chunk.text, chunk.language)
    bounded = bounded_words(query, text, chunk.language)
    met = (
        weight
        * max(
            float(term.word in bounded),
            _match_score(term, in_sentence, foreign=foreign),
            _match_score(term, in_headings, foreign=foreign),
            _CONTEXT_WEIGHT * _match_score(term, in_chunk, foreign=foreign),
        )
        if not event or term.word != query.event_word
        else weight * float(event > 0)
        for term, weight in zip(query.terms, weights, strict=True)
    )
    return sum(met) / (sum(weights) or 1.0)


def bounded_words(query: Query, text: str, language: str) -> frozenset[str]:
    """Return the words of the question's amounts, days and hours that a bound of a text speaks of: 500 in "over £250".

    Whether something is so is also answered by a bound that it lies outside of.
    """
    whether = asks_whether(query.text, query.language)
    found = relations(query.text, query.language, text, language)
    return frozenset(word for relation in found if relation.is_within or whether for word in relation.words)


@lru_cache(maxsize=1024)
def _months(context: str, language: str) -> tuple[str, ...]:
    """Return the names of the months of the dates in a document's path: "minutes 2024 04 11" is of April."""
    known = rules_for(language)
    numbers = [int(match[1] or match[2]) for match in _DATE_IN_PATH.finditer(context)]
    return tuple(known.text.months[number - 1] for number in numbers) if known else ()


def holds_term(term: QueryTerm, text: str, question_language: str, language: str) -> bool:
    """Tell whether a text in ``language`` holds the term of a question, by its stem or its sound."""
    return bool(_match_score(term, _bag(text, language), foreign=question_language != language))


def evidence_note(query: Query, best: CoveredSentence) -> str:
    """Return what the best sentence says of a yes-no question's amount, day or hour, or of an event; "" for nothing.

    It says no only where that is certain ("only from …"); a bound alone permits nothing, so it never says yes.
    """
    if best.event_match < 0:
        return Message("Your documents only announce or offer this; they do not say that it happened.")
    if best.passage.language != query.language or not asks_whether(query.text, query.language):
        return ""
    found = relations(query.text, query.language, best.text, query.language)
    if len(found) != 1:
        return ""
    [relation] = found
    told = {"asked": relation.asked, "bound": relation.bound}
    if relation.forbids and relation.is_within:
        return Message("No: {asked} is within “{bound}”.", **told)
    if relation.forbids:
        return Message("No: {asked} is not within “{bound}”.", **told)
    if relation.is_within:
        return Message("{asked} is within “{bound}”.", **told)
    return Message("{asked} is not within “{bound}”.", **told)


def exact_match(query: Query, text: str) -> float:
    """Return the share of the question's identifiers and numbers in a text plus that of its quoted phrases, 0 to 2.

    "Is it open at 9 pm?" is answered by other hours: small numbers of a yes-no question are not looked for.
    """
    shortest = _SHORTEST_NUMBER_TOLD if asks_whether(query.text, query.language) else 1
    bounded = bounded_words(query, text, query.language)
    wanted = [
        term.stems
        for term in query.terms
        if term.code or (term.word[0].isdigit() and (len(term.word) >= shortest or term.word in bounded))
    ]
    within = [term.stems for term in query.terms if term.word in bounded]
    signs = symbols(query.text)
    text_words = {*codes(text), *words(text)} if wanted else set()
    matched = sum(stems in within or not stems.isdisjoint(text_words) for stems in wanted) + sum(
        _contains_token(sign, text.casefold()) for sign in signs
    )
    return matched / (len(wanted) + len(signs) or 1) + query.scope.phrase_share(text)


def _contains_token(sign: str, text: str) -> bool:
    """Tell whether a lower-case text holds a token, not within a longer word."""
    before, after = (r"(?<!\w)" if sign[0].isalnum() else ""), (r"(?!\w)" if sign[-1].isalnum() else "")
    return bool(re.search(before + re.escape(sign) + after, text))
