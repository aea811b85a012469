"""Units that have a symbol, in words or in signs, and the one key under which they meet: "84 square metres", "84 m²".

English, Spanish and Russian.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rag.text.dates import normalize

# Those of more words before those of fewer; a bare letter ("5 m") counts behind a number alone.
SYMBOLS = {
    "km2": r"km(?:²|2)|square kilomet\w+|kil[óo]metros? cuadrados?|кв\.? ?км|км(?:²|2)|квадратн\w+ километр\w*",
    "cm2": r"cm(?:²|2)|square centimet\w+|cent[íi]metros? cuadrados?|кв\.? ?см|см(?:²|2)|квадратн\w+ сантиметр\w*",
    "m2": r"m(?:²|2)|sq\.? ?m|sqm|square met(?:er|re)s?|metros? cuadrados?|кв\.? ?м|м(?:²|2)|квадратн\w+ метр\w*",
    "m3": r"m(?:³|3)|cubic met(?:er|re)s?|metros? c[úu]bicos?|куб\.? ?м|м(?:³|3)|кубическ\w+ метр\w*",
    "km/h": r"km/h|kph|kilomet(?:er|re)s? (?:per|an) hour|kil[óo]metros? por hora|км/ч|километр\w* в час",
    "km": r"km|kilomet(?:er|re)s?|kil[óo]metros?|км|километр\w*",
    "cm": r"cm|centimet(?:er|re)s?|cent[íi]metros?|см|сантиметр\w*",
    "mm": r"mm|millimet(?:er|re)s?|mil[íi]metros?|мм|миллиметр\w*",
    "m": r"metres?|meters?|metros?|m|м|метр\w{0,3}",
    "kg": r"kg|kilograms?|kilogramos?|kilos?|кг|килограмм\w*",
}
_ANY = "|".join(f"(?P<u{at}>{pattern})" for at, pattern in enumerate(SYMBOLS.values()))
_UNIT_NAMES = tuple(SYMBOLS)
_UNIT_AFTER_NUMBER = re.compile(rf"(?<=\d)[ -]?(?:{_ANY})(?!\w)")
_UNIT_WORD = re.compile(rf"(?<!\w)(?:{_ANY})(?!\w)")


def units_of(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, key) of each unit that a number stands before."""
    for match in _UNIT_AFTER_NUMBER.finditer(normalize(text)):
        yield match.start(), match.end(), _UNIT_NAMES[int(str(match.lastgroup)[1:])]


@lru_cache(maxsize=1024)
def units_asked(text: str) -> tuple[tuple[int, int, str], ...]:
    """The same for a question, which names a unit without a number: "How big is it in m²?"."""
    found = list(units_of(text))
    for match in _UNIT_WORD.finditer(normalize(text)):
        taken = any(match.start() < end and start < match.end() for start, end, _ in found)
        if len(match.group()) > 1 and not taken:
            found.append((match.start(), match.end(), _UNIT_NAMES[int(str(match.lastgroup)[1:])]))
    return tuple(sorted(found))
