"""The day that a question means by "since May", "yesterday" or «с понедельника»."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from rag.text.quantities import quantities


def start_of_period(said: str, language: str, now: datetime) -> datetime | None:
    """The moment that "May", "yesterday", "5 de mayo", «понедельника» begins at, not after ``now``; None where it is
    no date."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    low = said.lower().strip(" .?!")
    for pattern, days in _AGO:
        if re.search(pattern, low):
            return today - timedelta(days=days)
    for pattern, ago in _COUNTED_PERIODS:
        if re.search(pattern, low):
            return today - timedelta(days=ago(today))
    spoken = said.capitalize() if low in ("may", "march") else said
    dates = [quantity.days[0] for quantity in quantities(f"x {spoken}", language) if quantity.days]
    if dates:
        year, month, day = dates[0]
        try:
            moment = today.replace(year=year or today.year, month=month or 1, day=day or 1)
        except ValueError:  # 31 June
            return None
        return moment if moment <= now or year else moment.replace(year=today.year - 1)
    if match := re.search(r"\b(20\d\d)\b", said):
        return today.replace(year=int(match[1]), month=1, day=1)
    return None


_AGO = (
    (r"\btoday\b|\bhoy\b|сегодня", 0),
    (r"\byesterday\b|\bayer\b|вчера", 1),
    (r"last week|semana pasada|(?:последн|прошл)\w+ недел", 7),
    (r"last month|mes pasado|(?:последн|прошл)\w+ месяц", 30),
)
_WEEKDAYS = (
    r"mondays?|lunes|понедельник\w*",
    r"tuesdays?|martes|вторник\w*",
    r"wednesdays?|miércoles|сред[аыу]",
    r"thursdays?|jueves|четверг\w*",
    r"fridays?|viernes|пятниц\w*",
    r"saturdays?|sábados?|суббот\w*",
    r"sundays?|domingos?|воскресень\w*",
)


def _since_weekday(number: int) -> Callable[[datetime], int]:
    return lambda today: (today.weekday() - number) % 7


_COUNTED_PERIODS: tuple[tuple[str, Callable[[datetime], int]], ...] = (
    (r"this week|esta semana|эт(?:ой|у) недел", lambda today: today.weekday()),
    (r"this month|este mes|этом месяце|этот месяц", lambda today: today.day - 1),
    (r"this year|este año|этом году|начала года", lambda today: today.timetuple().tm_yday - 1),
    *((rf"\b(?:{names})\b", _since_weekday(number)) for number, names in enumerate(_WEEKDAYS)),
)
