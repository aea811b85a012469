"""Days of the week that a sentence names, as numbers from Monday (0), in the languages with a folder."""

from __future__ import annotations

import re
from functools import cache

from rag.text.calendar_words import weekday
from rag.text.languages import rules_for


def weekdays(text: str, language: str) -> frozenset[int] | None:
    """Return the days that stand there; None in a language whose names for them are not known."""
    patterns = _patterns(language)
    return None if patterns is None else frozenset(n for n, day in enumerate(patterns) if day.search(text))


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...] | None:
    known = rules_for(language)
    if known is None:
        return None
    return tuple(re.compile(weekday(known.text, day, ambiguous=False), re.IGNORECASE) for day in range(7))
