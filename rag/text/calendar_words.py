"""Patterns of the months and days of the week that each known language names, compiled from its ``TextWords``.

A word that alone is hardly a month or a day ("may") counts only where asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from rag.text.languages import rules_for
from rag.text.languages.schema.text import TextWords
from rag.text.patterns import any_of, pairs


@dataclass(frozen=True, slots=True)
class DayGroup:
    """Days of the week that a text names together, as numbers from Monday (0): "Tuesday to Friday", "Sat and Sun"."""

    start: int
    end: int
    days: frozenset[int]


def weekdays(text: str, language: str) -> frozenset[int] | None:
    """Return the days of the week that stand in a text; None in a language whose names for them are not known."""
    patterns = _weekday_patterns(language)
    return None if patterns is None else frozenset(n for n, day in enumerate(patterns) if day.search(text))


def weekday_groups(text: str, language: str) -> list[DayGroup]:
    """Return the days of the week in order, those of a range or a list together."""
    known = rules_for(language)
    if known is None:
        return []
    to = re.compile(rf"\s*(?:[-–—]|{any_of(known.bounds.last)})\s*", re.IGNORECASE)
    also = re.compile(rf"\s*(?:,|{any_of(known.grounding.joins)})+\s*", re.IGNORECASE)
    named = sorted(
        (match.start(), match.end(), day)
        for day, pattern in enumerate(_weekday_patterns(language) or ())
        for match in pattern.finditer(text)
    )
    groups: list[DayGroup] = []
    latest = 0
    for start, end, day in named:
        between = text[groups[-1].end : start] if groups else ""
        if groups and to.fullmatch(between):
            days = {(latest + step) % 7 for step in range((day - latest) % 7 + 1)}
            groups[-1] = DayGroup(groups[-1].start, end, groups[-1].days | days)
        elif groups and also.fullmatch(between):
            groups[-1] = DayGroup(groups[-1].start, end, groups[-1].days | {day})
        else:
            groups.append(DayGroup(start, end, frozenset((day,))))
        latest = day
    return groups


@cache
def _weekday_patterns(language: str) -> tuple[re.Pattern[str], ...] | None:
    known = rules_for(language)
    if known is None:
        return None
    return tuple(re.compile(weekday(known.text, day, ambiguous=False), re.IGNORECASE) for day in range(7))


def weekday(words: TextWords, day: int, *, ambiguous: bool = True) -> str:
    """Return a pattern of all forms of a day of the week, counted from Monday (0)."""
    return _words(words, words.weekdays[day].split(), () if ambiguous else words.ambiguous_weekdays.split())


def weekday_words(words: TextWords) -> str:
    """Return a pattern of all days of the week."""
    return _words(words, " ".join(words.weekdays).split())


def month_words(words: TextWords, *, ambiguous: bool) -> str:
    """Return a pattern of the months: of the ambiguous words and those with the months' full names, or of the rest."""
    every = " ".join(words.months).split()
    unclear = set(words.ambiguous_months.split())
    return _words(
        words, [word for word in every if word in unclear] if ambiguous else every, () if ambiguous else unclear
    )


def full_months(words: TextWords) -> str:
    """Return a pattern of the months' names: all that are no ambiguous abbreviations."""
    names = {each.split()[0] for each in words.months}
    return _words(words, " ".join(words.months).split(), set(words.ambiguous_months.split()) - names)


def _words(words: TextWords, every: Iterable[str], but: Iterable[str] = ()) -> str:
    """Return a pattern of these words, whichever way their letters are written."""
    left_out = set(but)
    variants = {ord(letter): f"[{ways}]" for letter, ways in pairs(words.letter_variants).items()}
    return any_of(*(rf"\b{word.translate(variants)}\b" for word in every if word not in left_out))
