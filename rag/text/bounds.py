"""Bounds that a text sets, and whether what a question asks about lies within: £500 within "over £250".

Amounts are compared in one unit or of one thing ("8 hens", "up to 6 hens"), days without their year and hours round
the calendar and the clock: "from 1 November to 31 March" holds December. What is not sure is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rag.text.analyzer import is_stop, stem, words
from rag.text.dates import normalize
from rag.text.languages import rules_for
from rag.text.languages.schema.bounds import BoundWords
from rag.text.patterns import any_of
from rag.text.quantities import Quantity, quantities

_INFINITE = float("inf")
_DAY, _HOUR, _COUNT = "day of the year", "hour of the day", ""  # kinds; any other is a unit
_CURRENCY = r"[€$£₽]?\s?"
_MONTH_DAYS = 31  # days that each month is given
_CLAUSE_MARK = re.compile(r"[,;:]\s")


@dataclass(frozen=True, slots=True)
class Bound:
    """What a text limits: ``low`` to ``high``, round the year or the clock where ``low`` is the greater."""

    start: int  # of its words in the text: "over £250"
    end: int
    kind: str
    things: frozenset[str]  # stems of what is counted, where there is no unit
    low: float
    high: float
    low_included: bool = True
    high_included: bool = True
    is_limit: bool = True  # "up to 6", not "over 6"

    def holds(self, value: float) -> bool:
        """Tell whether a value lies within."""
        above = value > self.low or (self.low_included and value == self.low)
        below = value < self.high or (self.high_included and value == self.high)
        return above or below if self.low > self.high else above and below


@dataclass(frozen=True, slots=True)
class Relation:
    """How something that a question asks about lies to a bound of a text."""

    asked: str  # "£500"
    words: frozenset[str]  # the words of it
    bound: str  # "over £250"
    is_within: bool
    forbids: bool = False  # so that what is asked for is surely not so


@dataclass(frozen=True, slots=True)
class _Value:
    """A number, a day or an hour of a text; a month is all of its days."""

    start: int
    end: int
    kind: str
    things: frozenset[str]
    low: float
    high: float


@lru_cache(maxsize=8192)
def relations(question: str, question_language: str, text: str, language: str) -> tuple[Relation, ...]:
    """Return how each amount, day or hour of a question lies to the bounds of a text, where that is certain."""
    asked = [] if (known := rules_for(question_language)) is None else _values(question, question_language)
    bounds = _bounds(text, language) if asked and known else ()
    found = []
    for value in asked:
        rows = [
            (bound, bound.holds(value.low), bound.holds(value.high))
            for bound in bounds
            if bound.kind == value.kind and (bound.kind != _COUNT or bound.things & value.things)
        ]
        if not rows or any(low != high for _, low, high in rows):
            continue
        bound, is_within, _ = next((row for row in rows if row[1]), rows[0])
        found.append(
            Relation(
                _shown(question, value.start, value.end, value.things, question_language),
                frozenset(words(question[value.start : value.end])),
                _shown(text, bound.start, bound.end, bound.things, language),
                is_within,
                question_language == language and _forbids(question, text, bound, language, is_within=is_within),
            )
        )
    return tuple(found)


def _shown(text: str, start: int, end: int, things: frozenset[str], language: str) -> str:
    """Return the words of a value, with the thing that is counted: "8 hens"."""
    thing = re.match(r"\s([^\W\d]+)", text[end:])
    return text[start : end + (thing.end() if thing and stem(thing[1].lower(), language) in things else 0)].rstrip(" .")


def _forbids(question: str, text: str, bound: Bound, language: str, *, is_within: bool) -> bool:
    """Tell whether the clause around a bound surely answers no: "only from …", and the question lies outside.

    Its first content word has to be one of the question's: what is said of bonfires forbids no barbecue.
    """
    known = rules_for(language)
    if known is None:
        return False
    plain, asks = normalize(text), normalize(question)
    start = max((match.end() for match in _CLAUSE_MARK.finditer(plain, 0, bound.start)), default=0)
    mark = _CLAUSE_MARK.search(plain, bound.end)
    before, after = plain[start : bound.start], plain[bound.end : mark.start() if mark else len(plain)]
    permits, forbidding = _word(known.bounds.permits), _word(known.bounds.forbids)
    negators = set(known.grounding.negation.negators.split())
    if forbidding.search(asks) or negators & set(words(asks)):
        return False
    told = [word for word in words(f"{before} {after}") if not is_stop(word, language) and not permits.search(word)]
    if not told or stem(told[0], language) not in {stem(word, language) for word in words(asks)}:
        return False
    rest = f"{before} {after}"
    denies = bool(negators & set(words(rest)) or forbidding.search(rest))
    if is_within:
        return denies and not re.search(_word(known.bounds.only).pattern, rest)
    only = any_of(known.bounds.only)
    is_only = re.search(rf"\b{only}\s*$", before) or re.match(rf"\s*{only}\b", after)
    allowed = bound.is_limit and permits.search(rest) and permits.search(asks)
    return not denies and bool(is_only or (allowed and bound.kind not in (_DAY, _HOUR)))


@lru_cache(maxsize=64)
def _word(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b{any_of(pattern)}(?!\w)")


def _values(text: str, language: str) -> list[_Value]:
    return [value for quantity in quantities(text, language) if (value := _value(quantity, text, language))]


def _value(quantity: Quantity, text: str, language: str) -> _Value | None:
    """Return a quantity that has one reading, with the sign of its currency; None for a year or an ordinal."""
    start, end, readings = quantity.start, quantity.end, list(quantity.readings)
    if len(quantity.days) == 1:
        year, month, day = quantity.days[0]
        if year is not None or month is None:
            return None
        first = month * (_MONTH_DAYS + 1)
        low, high = (first + 1, first + _MONTH_DAYS) if day is None else (first + day, first + day)
        return _Value(start, end, _DAY, frozenset(), low, high)
    if len(readings) != 1 or quantity.ordinal or quantity.is_year:
        return None
    reading = readings[0]
    if isinstance(reading, str):
        hour, _, minute = reading.partition(":")
        return (
            _Value(start, end, _HOUR, frozenset(), 60.0 * int(hour) + int(minute), 60.0 * int(hour) + int(minute))
            if hour.isdigit() and minute.isdigit()
            else None
        )
    if not quantity.unit:
        following = words(text[end : end + 60])[:2]
        things = frozenset(stem(word, language) for word in following if not is_stop(word, language))
        return _Value(start, end, _COUNT, things, reading, reading)
    sign = re.search(r"[€$£₽]\s?$", text[:start])
    return _Value(sign.start() if sign else start, end, quantity.unit, frozenset(), reading, reading)


@lru_cache(maxsize=8192)
def _bounds(text: str, language: str) -> tuple[Bound, ...]:
    """Return the bounds that a text sets."""
    known = rules_for(language)
    if known is None:
        return ()
    plain, values = normalize(text), _values(text, language)
    spans = list(_spans(plain, values, known.bounds))
    taken = [(span.start, span.end) for span in spans]
    alone = [value for value in values if not any(start <= value.start < end for start, end in taken)]
    return (*spans, *(bound for value in alone if (bound := _one_sided(plain, value, known.bounds))))


def _spans(plain: str, values: list[_Value], said: BoundWords) -> Iterator[Bound]:
    """Yield what two values bound: "from 1 November to 31 March", "5-10 people"."""
    for one, other in pairwise(values):
        between = plain[one.end : other.start].strip(" .")
        kind = other.kind
        if one.kind != kind:
            plain_hour = one.kind == _COUNT and kind == _HOUR and one.low <= 24
            if plain_hour:
                one = _Value(one.start, one.end, kind, frozenset(), 60 * one.low, 60 * one.high)
            elif not (one.kind == _COUNT and kind not in (_DAY, _HOUR)):  # "5 to 10 kg"
                continue
        before = plain[: one.start]
        opened = _before(before, said.first)
        paired = _before(before, said.between)
        if between in ("-", "--") or re.fullmatch(any_of(said.last), between):
            start = opened.start() if opened else one.start
        elif paired and re.fullmatch(any_of(said.joiner), between):
            start = paired.start()
        else:
            continue
        yield Bound(start, other.end, kind, other.things, one.low, other.high)


def _one_sided(plain: str, value: _Value, said: BoundWords) -> Bound | None:
    """Return what one value bounds: "over £250", "8 or more"."""
    before, after = plain[: value.start], plain[value.end :]
    forms: tuple[tuple[str, bool, bool], ...]
    if value.kind == _HOUR:
        forms = ((said.after, True, False), (said.before, False, False))
    elif value.kind == _DAY:
        return None
    else:  # the longer words first: "not more than" is no "more than"
        forms = (
            (said.at_least, True, True),
            (said.at_most, False, True),
            (said.more, True, False),
            (said.less, False, False),
        )
    for pattern, is_above, included in forms:
        if found := _before(before, pattern):
            return _half(value, found.start(), value.end, is_above=is_above, included=included)
    for pattern, is_above in ((said.or_more, True), (said.or_less, False)):
        if found := re.match(rf"(?:\s+\w+)?\s+{any_of(pattern)}(?!\w)", after):
            return _half(value, value.start, value.end + found.end(), is_above=is_above, included=True)
    return None


def _half(value: _Value, start: int, end: int, *, is_above: bool, included: bool) -> Bound:
    low, high = (value.low, _INFINITE) if is_above else (-_INFINITE, value.high)
    return Bound(start, end, value.kind, value.things, low, high, included, included, included)


def _before(text: str, pattern: str) -> re.Match[str] | None:
    """Return the words of a pattern that a text ends with, an article aside."""
    return re.search(rf"(?<!\w){any_of(pattern)}\s+{_CURRENCY}$", text)
