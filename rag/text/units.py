"""Find units that have a symbol, in words or as symbols, and give each one key: "84 square metres", "84 m²".

Their words are those of the known languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from rag.text.dates import normalize
from rag.text.languages import known_languages
from rag.text.patterns import any_of

# Symbols of any language, those of more words before those of fewer; a bare letter ("5 m") counts behind a number.
_UNIT_SYMBOLS = {
    "km2": "km(?:²|2)", "cm2": "cm(?:²|2)", "m2": "m(?:²|2)", "m3": "m(?:³|3)", "km/h": "km/h", "km": "km", "cm": "cm",
    "mm": "mm", "m": "m", "kg": "kg",
}  # fmt: skip
_OTHER_UNITS = {
    "%": "%", "mile2": "", "mile": "", "foot": "", "inch": "", "yard": "", "g": "", "ton": "", "pound": "",
    "dollar": "", "euro": "", "crown": "", "rouble": "", "cent": "", "year": "", "month": "", "week": "",
    "day": "", "hour": "", "minute": "", "second": "", "celsius": r"°\s?c", "fahrenheit": r"°\s?f", "degree": "°",
    "litre": "", "hectare": "ha", "acre": "", "times": "",
}  # fmt: skip


def _with_words(symbols: Mapping[str, str]) -> dict[str, str]:
    return {
        unit: any_of(symbol, *(language.text.units.get(unit, "") for language in known_languages().values()))
        for unit, symbol in symbols.items()
    }


SYMBOLS = _with_words(_UNIT_SYMBOLS)  # name of a unit -> pattern
UNITS = {**SYMBOLS, **_with_words(_OTHER_UNITS)}
_ANY = "|".join(f"(?P<u{at}>{pattern})" for at, pattern in enumerate(SYMBOLS.values()))
_UNIT_NAMES = tuple(SYMBOLS)
_UNIT_AFTER_NUMBER = re.compile(rf"(?<=\d)[ -]?(?:{_ANY})(?!\w)")
_UNIT_WORD = re.compile(rf"(?<!\w)(?:{_ANY})(?!\w)")


def units_of(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, key) of each unit that follows a number."""
    for match in _UNIT_AFTER_NUMBER.finditer(normalize(text)):
        yield match.start(), match.end(), _UNIT_NAMES[int(str(match.lastgroup)[1:])]


@lru_cache(maxsize=1024)
def units_asked(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return (start, end, key) of each unit in a question, also of one without a number: "How big is it in m²?"."""
    found = list(units_of(text))
    for match in _UNIT_WORD.finditer(normalize(text)):
        taken = any(match.start() < end and start < match.end() for start, end, _ in found)
        if len(match.group()) > 1 and not taken:
            found.append((match.start(), match.end(), _UNIT_NAMES[int(str(match.lastgroup)[1:])]))
    return tuple(sorted(found))
