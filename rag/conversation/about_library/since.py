"""Find the day that a question means by "since May", "yesterday" or "from Monday"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from rag.text.calendar_words import weekday
from rag.text.dates import MONTHS
from rag.text.languages.schema.conversation import PeriodWords
from rag.text.patterns import in_any_language
from rag.text.quantities import quantities


def start_of_period(phrase: str, language: str, now: datetime) -> datetime | None:
    """Return the moment that "May", "yesterday", "5 de mayo" or "Monday" begins at, not after ``now``; else None."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    low = phrase.lower().strip(" .?!")
    for pattern, ago in _PERIODS:
        if pattern.search(low):
            return today - timedelta(days=ago(today))
    spoken = phrase.capitalize() if low in MONTHS else phrase  # "may" is a month only with a capital
    dates = [quantity.days[0] for quantity in quantities(f"x {spoken}", language) if quantity.days]
    if dates:
        year, month, day = dates[0]
        try:
            moment = today.replace(year=year or today.year, month=month or 1, day=day or 1)
        except ValueError:  # 31 June
            return None
        return moment if moment <= now or year else moment.replace(year=today.year - 1)
    if match := re.search(r"\b(20\d\d)\b", phrase):
        return today.replace(year=int(match[1]), month=1, day=1)
    return None


def _period(piece: Callable[[PeriodWords], str]) -> re.Pattern[str]:
    return re.compile(in_any_language(lambda known: piece(known.conversation.periods)))


def _weekday(number: int) -> tuple[re.Pattern[str], Callable[[datetime], int]]:
    names = in_any_language(lambda known: weekday(known.text, number))
    return re.compile(names), lambda today: (today.weekday() - number) % 7


# How many days ago each of them began.
_PERIODS: tuple[tuple[re.Pattern[str], Callable[[datetime], int]], ...] = (
    (_period(lambda words: words.today), lambda today: 0),
    (_period(lambda words: words.yesterday), lambda today: 1),
    (_period(lambda words: words.last_week), lambda today: 7),
    (_period(lambda words: words.last_month), lambda today: 30),
    (_period(lambda words: words.this_week), lambda today: today.weekday()),
    (_period(lambda words: words.this_month), lambda today: today.day - 1),
    (_period(lambda words: words.this_year), lambda today: today.timetuple().tm_yday - 1),
    *map(_weekday, range(7)),
)
