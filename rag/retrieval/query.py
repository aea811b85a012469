"""A question as retrieval sees it: its language, its content words with their weights, its vector, what it asks for.

Does not look anything up but how common the words are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np
import regex

from rag.interfaces import Embedder, EmbedderCard, Vector
from rag.library.reader import LibraryReader
from rag.retrieval.answer_type import (
    AnswerType,
    Event,
    answer_type_of,
    asking_words,
    event_of,
    event_word,
    is_brief,
    permission_words,
)
from rag.retrieval.filters import EVERYWHERE, SearchFilter, apply_filter
from rag.retrieval.followup import resolve_followup
from rag.retrieval.score_normalization import ScoreBackground, backgrounds
from rag.retrieval.short_answer import asks_for_something, asks_whether
from rag.text.analyzer import codes, fold, grams, has_stop_words, is_stop, runs, sound, stem, terms, words
from rag.text.dates import dates
from rag.text.detect import language_of_question
from rag.text.function_words import function_words
from rag.text.languages import known_languages
from rag.text.names import capitals_tell_names, certain_names
from rag.text.scripts import ENDS, clusters
from rag.text.units import units_asked
from rag.types import Turn

_STOP_WORD_LANGUAGES = tuple(known_languages())  # languages whose stop words are complete
_EARLIER_WORD_WEIGHT = 0.5  # weight factor for words of an earlier question that a follow-up leans on
_FUNCTION_WORD_WEIGHT = 0.25  # weight factor for function words that are no stop words


CAPITAL = regex.compile(r"\p{Lu}[\w’'-]*")
_QUERY_SENTENCE_END = regex.compile(rf"[{ENDS}:]")


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A content word of the question."""

    word: str
    stems: frozenset[str]  # one for each language of the library
    sound: str  # "" where it is too short to be compared by sound
    weight: float  # inverse document frequency in this library; a word it does not hold weighs most
    # The weight by sound of a name or a number, which stays the same in any language; None for other words.
    cross_language_weight: float | None = None
    code: bool = False  # an identifier, found as it is written
    translations: frozenset[str] = frozenset()  # stems of words in other languages that seem to mean the same
    is_function_word: bool = False  # a function word of a generous list: it may be one, and weighs little


@dataclass(frozen=True, slots=True)
class Query:
    """A question made ready."""

    text: str  # a follow-up with the words of the questions that it leans on
    language: str
    terms: tuple[QueryTerm, ...]
    vector: Vector
    answer_type: AnswerType | None = None  # the kind of answer wanted
    event: Event | None = None  # what happened is asked for: a decision, a payment
    event_word: str = ""  # by which it asks for that
    words: frozenset[str] = frozenset()  # all words of the question
    grams: Mapping[str, float] = field(default_factory=dict)  # character n-grams, with their weights
    scope: SearchFilter = EVERYWHERE
    languages: tuple[str, ...] = ()  # languages in which its words were analysed
    backgrounds: Mapping[str, ScoreBackground] = field(default_factory=dict)  # by language, as far as it is sampled
    is_brief: bool = False  # whether a few words answer it: no how-to, reason, comparison or description is asked for
    read_as: str = ""  # what the span reader is asked: a follow-up that asks for something itself stands alone
    function_words_known: bool = True  # whether those of its language are known: else a missing word may be one

    def background(self, language: str, card: EmbedderCard) -> ScoreBackground:
        """Return the scores that unrelated texts in that language have for the question."""
        expected = ScoreBackground(card.unrelated_mean(cross_language=language != self.language), card.unrelated[1])
        return self.backgrounds.get(language, expected)

    def forms(self, phrase: str) -> set[tuple[str, ...]]:
        """Return the phrase as tuples of terms, one for each language; empty where it has no content words."""
        return {row for language in self.languages if (row := tuple(terms(phrase, language)))}

    @property
    def weight(self) -> float:
        """The sum of the terms' weights."""
        return sum(term.weight for term in self.terms)


def parse_query(
    question: str,
    library: LibraryReader,
    embedder: Embedder,
    history: Sequence[Turn] = (),
    scope: SearchFilter = EVERYWHERE,
) -> Query:
    """Analyse a question: its language, terms, vector and answer type.

    Where it depends on the question before it, that one's words count too, at a lower weight. Filters in it (``file:``,
    ``-word``, quotation marks) narrow the scope.
    """
    question, scope = apply_filter(question, scope)
    chunks_by_language = library.languages()
    spoken = sorted(
        (language for language in chunks_by_language if language), key=lambda language: -chunks_by_language[language]
    )
    language = language_of_question(question, [*spoken, *_STOP_WORD_LANGUAGES]) or (spoken[0] if spoken else "en")
    languages = tuple(dict.fromkeys([language, *spoken, *([""] if "" in chunks_by_language else [])]))
    text = resolve_followup(question, history, language)
    read_as = _read_as(question, text, language)
    measures, bare = _days_and_units(text, languages, library)
    every = words(bare, language)
    asking = asking_words(bare, language)  # "HOW HIGH is the deposit": no text need say "high"
    if asks_whether(question, language):
        asking |= permission_words(bare, language)
    plain = list(dict.fromkeys(word for word in every if not is_stop(word, language)))
    plain = [word for word in plain if word not in asking] or plain
    if not plain and not measures:  # nothing but function words: better those than nothing
        plain = list(dict.fromkeys(every))
    found = _terms(text, plain, languages, library)
    vector = embedder.embed_query(text)
    event = event_of(text, language)
    if text != question:  # what is new in a follow-up decides
        new = set(words(question, language))
        found = [
            term if term.word in new else replace(term, weight=_EARLIER_WORD_WEIGHT * term.weight) for term in found
        ]
        vector = vector + embedder.embed_query(question)
        vector /= np.linalg.norm(vector)
    return Query(
        text,
        language,
        (*found, *measures, *_codes(bare, library)),
        vector,
        answer_type=answer_type_of(question, language) or answer_type_of(read_as, language),
        event=event,
        event_word=event_word(text, language, event),
        words=frozenset(words(text, language)),
        grams=_grams(text, language, library),
        scope=scope,
        languages=languages,
        backgrounds=backgrounds(vector, language, library.sample(), embedder.card),
        is_brief=is_brief(question, language),
        read_as=read_as,
        function_words_known=has_stop_words(language) or bool(function_words(language)),
    )


def _read_as(question: str, text: str, language: str) -> str:
    """Return what a reader is asked: the question alone where it asks for something and says of what."""
    alone = asks_for_something(question, language) and not all(is_stop(word, language) for word in words(question))
    return question if alone else text


def _terms(text: str, plain: Sequence[str], languages: Iterable[str], library: LibraryReader) -> list[QueryTerm]:
    """Return a term for each word, with its stems in all the languages (the question's first).

    Left out are words that no document holds and that may be function words, or bridge two words of a script without
    spaces.
    """
    stems = {word: frozenset(stem(word, each) for each in languages) for word in plain}
    total, frequency = library.frequencies(sorted({form for forms in stems.values() for form in forms}))
    language = next(iter(languages), "")
    often = {word: max(frequency.get(form, 0) for form in stems[word]) for word in plain}
    names = _names(text, language, often)
    heard = {word: sound(word) for word in plain if word in names or word[0].isdigit()}
    _, cross_language_weight = library.frequencies([key for key in heard.values() if key], sounds=True)
    found = [
        QueryTerm(
            word,
            stems[word],
            sound(word),
            weight=_inverse_document_frequency(often[word], total),
            cross_language_weight=_inverse_document_frequency(cross_language_weight.get(heard[word], 0), total)
            if word in heard
            else None,
        )
        for word in plain
    ]
    usual = _listed_function_words(plain, language)
    bridges = _bridges(text, lambda pair: bool(often.get(pair, 0)), function_words(language))
    kept = [
        replace(term, weight=_FUNCTION_WORD_WEIGHT * term.weight, is_function_word=True) if term.word in usual else term
        for term in found
        if often[term.word] or (term.word not in usual and term.word not in bridges)
    ]
    return kept or found


def _listed_function_words(plain: Sequence[str], language: str) -> frozenset[str]:
    """Return the function words among the words, in a language without a short stop list of its own."""
    known = function_words(language) if language not in _STOP_WORD_LANGUAGES else frozenset()
    return frozenset(word for word in plain if not word[0].isdecimal() and (word in known or fold(word) in known))


def _bridges(text: str, is_held: Callable[[str], bool], function: frozenset[str]) -> frozenset[str]:
    """Return the character pairs, in text without spaces, that no document holds although no word is missing.

    These are pairs that leave at most one letter, function words not counted, beside pairs that are held (the end of
    one word and the beginning of the next, a particle), pairs of hiragana alone, and every second one of the others.
    """
    found: list[str] = []
    for run in runs(text):
        at = 0
        for there, group in groupby(run, is_held):
            pairs = list(group)
            before, after = at > 0, at + len(pairs) < len(run)
            if not there:
                letters = [clusters(pair)[0] for pair in pairs][before:]
                letters += [] if after else clusters(pairs[-1])[1:]
                usual = {letter for pair in pairs if pair in function for letter in clusters(pair)} | function
                bare = [letter for letter in letters if letter not in usual]
                found += pairs if (before or after) and len(bare) <= 1 else pairs[1::2]
                found += [pair for pair in pairs if all("ぁ" <= letter <= "ゟ" for letter in pair)]
            at += len(pairs)
    return frozenset(found)


def _days_and_units(text: str, languages: Sequence[str], library: LibraryReader) -> tuple[list[QueryTerm], str]:
    """Return a term for each day and unit that the library holds in whatever form, and the text without their words."""
    spans = [(day.start, day.end, day.keys, True) for day in dates(text) if day.full]
    spans += [(start, end, (unit,), False) for start, end, unit in units_asked(text)]
    total, frequency = library.frequencies(sorted({key for *_, keys, _ in spans for key in keys}), fields=("codes",))
    found: dict[str, QueryTerm] = {}
    for start, end, keys, day in spans:
        keys = tuple(key for key in keys if len(key) == len("2024-03-09") or not day)
        often = max((frequency.get(key, 0) for key in keys), default=0)
        if not often:
            continue
        spoken = words(text[start:end])
        stems = {stem(word, each) for word in spoken for each in languages} if len(spoken) == 1 else set()
        weight = _inverse_document_frequency(often, total)
        found[keys[0]] = QueryTerm(
            keys[0], frozenset((*keys, *stems)), "", weight, cross_language_weight=weight, code=day
        )
        text = text[:start] + " " * (end - start) + text[end:]
    return list(found.values()), text


def _codes(text: str, library: LibraryReader) -> list[QueryTerm]:
    """Return a term for each identifier that the library holds as written, and for each month, in any language.

    "April 2023" becomes "2023-04".
    """
    written = list(dict.fromkeys(codes(text)))
    total, frequency = library.frequencies(written, fields=("codes",))
    weights = {code: _inverse_document_frequency(frequency[code], total) for code in written if frequency.get(code)}
    return [
        QueryTerm(code, frozenset([code]), "", weight, cross_language_weight=weight, code=True)
        for code, weight in weights.items()
    ]


def _grams(text: str, language: str, library: LibraryReader) -> dict[str, float]:
    wanted = list(dict.fromkeys(grams(text, language)))
    total, frequency = library.frequencies(wanted, fields=("grams",))
    return {gram: _inverse_document_frequency(frequency[gram], total) for gram in wanted if frequency.get(gram)}


def _inverse_document_frequency(often: int, total: int) -> float:
    """Return BM25's inverse document frequency."""
    return math.log(1.0 + (total - often + 0.5) / (often + 0.5))


def _names(text: str, language: str, often: Mapping[str, int]) -> set[str]:
    """Return the words that stay what they are in any language.

    Where every noun has a capital these are the sure names, and nouns that documents hold as they are written: those of
    a German question in English documents are names or terms, as "Commit" is.
    """
    names = set(proper_names(text))
    if capitals_tell_names(language):
        return names
    certain = {word for start, end in certain_names(text, language) for word in words(text[start:end])}
    return certain | {word for word in names if often.get(word)}


def proper_names(text: str) -> list[str]:
    """Return the capitalised words that do not open a sentence, in lower case."""
    found = []
    for match in CAPITAL.finditer(text):
        before = text[: match.start()].rstrip(" «“\"'(¿¡")
        if before and not _QUERY_SENTENCE_END.match(before[-1]):
            found += words(match.group())
    return found
