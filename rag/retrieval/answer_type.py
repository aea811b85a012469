"""Detect the type of answer that a question asks for, and score sentences by it: a sum, a date, a weight, a person.

Matches the words of all known languages at once; a question in another language has no answer type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import regex

from rag.text.analyzer import is_stop, words
from rag.text.calendar_words import month_words, weekday_words
from rag.text.languages import known_languages, rules_for
from rag.text.languages.schema import Language
from rag.text.languages.schema.answer_types import AnswerTypePatterns
from rag.text.names import capitals_tell_names, certain_names
from rag.text.patterns import any_of, in_any_language, number_words, words_of_any_language
from rag.text.quantities import dates

NUMBER_WORDS = words_of_any_language(
    lambda known: f"{' '.join(number_words(known.text.number_words))} {known.answer_types.number_words}"
)


@dataclass(frozen=True, slots=True)
class AnswerType:
    """A kind of answer: how a question asks for it, and what a sentence that offers it looks like."""

    name: str
    asks: re.Pattern[str]
    offers: re.Pattern[str] | None  # None: see :func:`answer_type_match`
    number: bool  # a bare number is at least near
    unit: bool = False  # it is told in units of its own


_NUMBER = r"\d[\d., ]*\s?"
_CURRENCIES = "EUR|USD|GBP|CHF|RUB|JPY|CNY|CAD|AUD|MXN|ARS|COP|CLP|PEN|BRL|SEK|NOK|DKK|PLN|CZK|UAH"  # ISO 4217
# What is written alike in every language. The most particular kind first: the first that asks is taken.
_SIGNS = {
    "money": rf"[€$£₽]|\b(?:{_CURRENCIES})\b",
    "weight": rf"{_NUMBER}(kg|g)",
    "length": rf"{_NUMBER}(m|cm|mm|km|m²|km²|sqm|sq ?m|ha)(?!\w)",
    "hour": r"\d{1,2}[:.]\d{2}|\d{1,2}\s?h\b",
    "colour": "",
    "age": "",
    "year": r"\b1[0-9]{3}\b|\b20[0-9]{2}\b",
    "when": r"\d",
    "percentage": "%",
    "temperature": r"°|\d ?[CKF]\b",
    "power": r"\bh\.?p\b|\b[kM]?W\b",
    "count": "",
    "person": "",
}
_OF_A_UNIT = frozenset(("money", "weight", "length", "percentage", "temperature", "power"))
_NOT_NEAR_A_BARE_NUMBER = frozenset(("colour", "year", "person"))  # kinds that a bare number is not near


def _kind(name: str) -> AnswerType:
    """Return a kind of answer with the words of every known language for it."""

    def words_of(known: Language) -> AnswerTypePatterns:
        answer_type: AnswerTypePatterns = getattr(known.answer_types, name)
        return answer_type

    later = in_any_language(lambda known: known.answer_types.asking_later)
    asks = in_any_language(lambda known: words_of(known).asks)
    asks = asks.replace("<later>", rf"(?!.*,\W*(\w+ ){{0,2}}{later}\b)")
    offered = [_SIGNS[name], *(_offers(words_of(known).offers, known) for known in known_languages().values())]
    if name == "when":
        offered += [_moments(known) for known in known_languages().values()]
    compiled = re.compile(any_of(*offered), re.IGNORECASE) if any(offered) else None
    return AnswerType(
        name, re.compile(asks, re.IGNORECASE), compiled, name not in _NOT_NEAR_A_BARE_NUMBER, name in _OF_A_UNIT
    )


def _moments(known: Language) -> str:
    """Return a pattern of months, days and hours; "may" is a month after a preposition only."""
    after = rf"\b(?:{known.questions.follow_up.before_moment}|{known.answer_types.before_year})\s+"
    months = f"{month_words(known.text, ambiguous=False)}|{after}{month_words(known.text, ambiguous=True)}"
    return f"{months}|{weekday_words(known.text)}|{_offers(known.answer_types.hour.offers, known)}"


def _offers(pattern: str, known: Language) -> str:
    """Return the pattern with the language's numbers in its gaps."""
    return pattern.replace("<n>", _NUMBER).replace("<hour>", any_of(*number_words(known.text.number_words, 1, 12)))


ANSWER_TYPES = tuple(map(_kind, _SIGNS))
# A year counts nothing, nor does a date (text/quantities.py).
_YEAR_MENTION = re.compile(
    rf"\b\d{{4}}-\d\d\b(?!-)|\b{in_any_language(lambda known: known.answer_types.before_year)} [12]\d{{3}}\b"
    rf"(?! {in_any_language(lambda known: known.answer_types.counted)})|"
    rf"\b[12]\d{{3}}{in_any_language(lambda known: known.answer_types.after_year)}",
    re.IGNORECASE,
)
MIN_ANSWER_TYPE_MATCH = 0.35  # least match of a text that may hold the kind of thing asked for
_REPORTED_AROUND = 0.5  # how far a text reports an event that its headings or its surroundings report
_MAYBE_NAMED = 0.5  # how far a noun offers a name where every noun has a capital
_PERSON_NAME = regex.compile(r"(?<=[\w,»”\")—–-] )[«“\"(]?\p{Lu}[\w’'-]+")


def answer_type_of(question: str, language: str) -> AnswerType | None:
    """Return the type of answer that a question in that language asks for, or None where it may be anything."""
    return next((kind for kind in ANSWER_TYPES if kind.asks.search(question)), None) if rules_for(language) else None


def is_in_other_unit(kind: AnswerType, text: str) -> bool:
    """Tell whether a text offers a number in the unit of another kind, and none in one of this: kilos for a price."""
    if not kind.unit or (kind.offers is not None and kind.offers.search(text)):
        return False
    others = (each for each in ANSWER_TYPES if each.unit and each is not kind and each.offers is not None)
    return any(each.offers is not None and each.offers.search(text) for each in others)


def is_brief(question: str, language: str) -> bool:
    """Tell whether a few words answer a question: it asks who, when, which, how many, or yes or no.

    False for how, why, several things at once, or no question at all. True in a language without known words.
    """
    known = rules_for(language)
    if known is None:
        return True
    if re.search(known.answer_types.long, question, re.IGNORECASE):
        return False
    return question.rstrip().endswith("?") or bool(re.search(known.answer_types.brief, question, re.IGNORECASE))


def asking_words(question: str, language: str) -> frozenset[str]:
    """Return the words by which a question asks for a few words: "how high", "wie lange"."""
    known = rules_for(language)
    pattern = known.answer_types.brief if known else r"(?!)"
    return frozenset(
        word for match in re.finditer(pattern, question, re.IGNORECASE) for word in words(match.group(), language)
    )


def permission_words(question: str, language: str) -> frozenset[str]:
    """Return the words by which a question asks for a permission: "am I ALLOWED to", "ist es ERLAUBT"."""
    known = rules_for(language)
    pattern = rf"\b{any_of(known.bounds.permits)}(?!\w)" if known else r"(?!)"
    return frozenset(
        word for match in re.finditer(pattern, question, re.IGNORECASE) for word in words(match.group(), language)
    )


class Event(StrEnum):
    """Something that happened or not, which a question asks for."""

    DECISION = "decision"
    PAYMENT = "payment"


def event_of(question: str, language: str) -> Event | None:
    """Return the event that a question asks for: "did we DECIDE", "how much did we PAY"; None for most."""
    return next((event for event in Event if _asked_events(event, language).search(question)), None)


def event_word(question: str, language: str, event: Event | None) -> str:
    """Return the word by which a question asks for an event: "decide", which "resolved" answers as well."""
    asked = None if event is None else _asked_events(event, language).search(question)
    plain = [word for word in words(asked.group(), language) if not is_stop(word, language)] if asked else []
    return plain[-1] if plain else ""


def event_match(event: Event | None, text: str, headings: str, around: str) -> float:
    """Return how far (-1 to 1) a text reports an event: less than 0 where it, or else its headings, only announce it.

    ``around`` is the text that it stands in: a sum between the lines of a receipt is one that was paid.
    """
    if event is None:
        return 0.0
    announces, reports = _announced(event), _reported(event)
    if announces.search(text):
        return -1.0
    if reports.search(text):
        return 1.0
    if announces.search(headings):
        return -1.0
    return _REPORTED_AROUND if reports.search(headings) or reports.search(around) else 0.0


def _event_pattern(pieces: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){any_of(*pieces)}(?!\w)", re.IGNORECASE)


@cache
def _asked_events(event: Event, language: str) -> re.Pattern[str]:
    known = rules_for(language)
    return _event_pattern([getattr(known.events, event).asks] if known else [])


@cache
def _announced(event: Event) -> re.Pattern[str]:
    return _event_pattern(getattr(known.events, event).announces for known in known_languages().values())


@cache
def _reported(event: Event) -> re.Pattern[str]:
    return _event_pattern(getattr(known.events, event).reports for known in known_languages().values())


def answer_type_match(
    kind: AnswerType | None, text: str, question_words: frozenset[str], language: str = "en"
) -> float:
    """Return how far (0 to 1) a text in that language offers that type of answer; .5 where the question has none.

    What the question says itself (``question_words``) is no answer. In a language without known words, a
    text that does not seem to offer the answer may still do so: it gets at least .5.
    """
    if kind is None:
        return 0.5
    share = _match(kind, text, question_words, language)
    return share if rules_for(language) else max(share, 0.5)


def _match(kind: AnswerType, text: str, question_words: frozenset[str], language: str) -> float:
    if kind.name == "person":
        names = [word for match in _PERSON_NAME.findall(text) for word in words(match)]
        certain = [word for start, end in certain_names(text, language) for word in words(text[start:end])]
        if any(word not in question_words for word in (names if capitals_tell_names(language) else certain)):
            return 1.0
        return _MAYBE_NAMED if any(word not in question_words for word in names) else 0.0
    if kind.offers is not None and any(
        set(words(match.group())) - question_words or not words(match.group()) for match in kind.offers.finditer(text)
    ):
        return 1.0
    new = [word for word in words(_without_dates(text) if kind.number else text) if word not in question_words]
    digits = any(word[0].isdigit() for word in new)
    spelled = any(word in NUMBER_WORDS for word in new)
    if kind.offers is None:
        return 1.0 if digits or spelled else 0.0
    return 0.4 if kind.number and (digits or spelled) else 0.0


def _without_dates(text: str) -> str:
    spans = [*dates(text), *(match.span() for match in _YEAR_MENTION.finditer(text))]
    kept = list(text)
    for start, end in spans:
        kept[start:end] = " " * (end - start)
    return "".join(kept)
