"""Days of the week that a sentence names, as numbers from Monday (0): English, Spanish and Russian."""

from __future__ import annotations

import re

_WEEKDAY_PATTERNS = {
    "en": ("mondays?", "tuesdays?", "wednesdays?", "thursdays?", "fridays?", "saturdays?", "sundays?"),
    "es": ("lunes", "martes", "mi[ée]rcoles", "jueves", "viernes", "s[áa]bados?", "domingos?"),
    # "Среда" and "среды" are surroundings as well.
    "ru": (
        r"понедельник\w*",
        r"вторник\w*",
        r"сред(?:у|ам)",
        r"четверг\w*",
        r"пятниц\w*",
        r"суббот\w*",
        r"воскресень\w*",
    ),
}
_PATTERNS = {
    language: [re.compile(rf"\b{day}\b", re.IGNORECASE) for day in days] for language, days in _WEEKDAY_PATTERNS.items()
}


def weekdays(text: str, language: str) -> frozenset[int] | None:
    """The days that stand there; None in a language whose names for them are not known."""
    patterns = _PATTERNS.get(language)
    return None if patterns is None else frozenset(n for n, day in enumerate(patterns) if day.search(text))
