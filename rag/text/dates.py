"""Parse dates in any of their written forms, and give each day or month one key.

"2024-03-09", "11.04.2024", "9/3/2024", "March 9, 2024", "9 de marzo de 2024", "2024年3月9日". An ambiguous form
("9/3/2024") keeps both readings. Month names are those of the known languages.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeVar

import regex

from rag.text.languages import known_languages
from rag.text.patterns import in_any_language
from rag.text.scripts import PAIRED, same_length

Day = tuple[int | None, int | None, int | None]  # year, month, day; None where it is not said

MONTHS = {
    name: number
    for language in known_languages().values()
    for number, names in enumerate(language.text.months, 1)
    for name in names.split()
}
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY_FIRST = (
    in_any_language(  # "5th May", "3. Mai": what may follow the number of a day, before a month of its language
        lambda language: (
            rf"(?:{language.text.day_suffix})(?=\s+(?:(?:{language.text.date_joiner or MONTH})\s+)?"
            rf"(?:{'|'.join(' '.join(language.text.months).split())}))"
            if language.text.day_suffix
            else ""
        )
    )
)
_MONTH_FIRST = in_any_language(lambda language: language.text.month_first_suffix)
_OF = rf"(?:{in_any_language(lambda language: language.text.date_joiner)}\s+)?"
_Y = r"(?P<y>[12]\d{3})"
_DATE_FORMS = [
    re.compile(rf"\b{pattern}(?![\w])")
    for pattern in (
        rf"(?P<d>\d{{1,2}}){_DAY_FIRST}?\s+{_OF}(?P<m>{MONTH})\b\.?(?:,?\s+{_OF}{_Y})?",  # 5 May 1911
        rf"(?P<m>{MONTH})\b\.?\s+(?P<d>\d{{1,2}}){_MONTH_FIRST}?(?!\s*[:.]\d)(?:,?\s+{_Y})?",  # May 5, 1911
        rf"(?P<m>{MONTH})\b\.?,?\s+{_OF}(?:the\s+year\s+)?{_Y}",  # May 1911
        r"(?P<y>[12]\d{3})(?P<mark>[-/.])(?P<m>\d{1,2})(?P=mark)(?P<d>\d{1,2})(?![-/.]\d)",
        r"(?<![\d.])(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>[12]\d{3})",
        r"(?:(?P<y>[12]\d{3})[年년] ?)?(?P<m>\d{1,2})[月월] ?(?P<d>\d{1,2})[日일]",
        r"(?P<y>[12]\d{3})[年년] ?(?P<m>\d{1,2})[月월]",
    )
]
_EITHER_WAY = re.compile(r"(?<![\d/-])(\d{1,2})(?P<mark>[/-])(\d{1,2})(?P=mark)([12]\d{3})\b(?![/-]\d)")
_DIGIT = re.compile(r"\d")
_LEVELED_CHARS = str.maketrans("\u0451\u00a0\u202f\u2009–—‑−’٫٬", "\u0435   ----'.,")
_GLUED = regex.compile(rf"(?V1)(?!(?<=\d)[年月日년월일]){PAIRED}")


class _Place(Protocol):
    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


Placed = TypeVar("Placed", bound=_Place)


@dataclass(frozen=True, slots=True)
class Date:
    """A date and where it stands, in characters."""

    start: int
    end: int
    days: tuple[Day, ...]  # its readings

    @property
    def full(self) -> bool:
        """Whether it names a day of a year."""
        return all(None not in day for day in self.days)

    @property
    def keys(self) -> tuple[str, ...]:
        """ISO 8601: the day of each reading, then the month; () for a date without its year."""
        days = [f"{year}-{month:02}-{day:02}" for year, month, day in self.days if year and month and day]
        return tuple(dict.fromkeys([*days, *(f"{year}-{month:02}" for year, month, _ in self.days if year and month)]))


def normalize(text: str) -> str:
    """Return the text in lower case, of the same length, with one kind of dash, space, digits and Cyrillic letter e.

    Letters that no space parts from a number ("午前9時") are removed, but for those that tell a date.
    """
    if text.isascii():
        lowered = text.lower()
    else:
        lowered = "".join(low if len(low := letter.lower()) == 1 else letter for letter in same_length(text))
    return str(_GLUED.sub("·", lowered)).translate(_LEVELED_CHARS)


def dates_of(leveled: str) -> Iterator[Date]:
    """Yield the dates of a text that went through :func:`normalize`, form by form.

    Two may overlap; the first one is right.
    """
    if not _DIGIT.search(leveled):
        return
    for form in _DATE_FORMS:
        for match in form.finditer(leveled):
            found = match.groupdict()
            month = MONTHS.get(found["m"]) or int(found["m"])
            year, day = (int(found[key]) if found.get(key) else None for key in ("y", "d"))
            if 1 <= month <= 12 and (day is None or 1 <= day <= 31):
                yield Date(match.start(), match.end(), ((year, month, day),))
    for match in _EITHER_WAY.finditer(leveled):
        one, two, year = int(match[1]), int(match[3]), int(match[4])
        days = tuple(dict.fromkeys((year, m, d) for d, m in ((one, two), (two, one)) if 1 <= m <= 12 and 1 <= d <= 31))
        if days:
            yield Date(match.start(), match.end(), days)


@lru_cache(maxsize=8192)
def dates(text: str) -> tuple[Date, ...]:
    """Return the dates of a text in order, without overlap."""
    return tuple(without_overlap(dates_of(normalize(text))))


def without_overlap(found: Iterable[Placed]) -> list[Placed]:
    """Return in their order in the text those that overlap none that was found before."""
    kept: list[Placed] = []
    for each in found:
        at = bisect_right(kept, each.start, key=lambda other: other.start)
        if (at == 0 or kept[at - 1].end <= each.start) and (at == len(kept) or kept[at].start >= each.end):
            kept.insert(at, each)
    return kept
