"""Patterns of the months and days of the week that each known language names, compiled from its ``TextWords``.

A word that alone is hardly a month or a day ("may") counts only where asked for.
"""

from __future__ import annotations

from collections.abc import Iterable

from rag.text.languages.schema.text import TextWords
from rag.text.patterns import any_of, pairs


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
