"""Parse the quantities of a sentence: numbers, dates and hours, each in one spelling.

"1,234", "1.234" and "1 234" are one number, and so are "twenty-one", "veintiuno" and "21"; "5 May 1911", "5 de mayo de
1911" and "05.05.1911" one day. An ambiguous spelling keeps both readings. Words of the known languages; digits of any
script, and dates as Chinese, Japanese and Korean write them. Does not judge: see ground.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from rag.text.dates import MONTH, MONTHS, Day, dates_of, normalize, without_overlap
from rag.text.languages import known_languages
from rag.text.patterns import in_any_language, pairs, words_of_any_language
from rag.text.units import UNITS


def _pairs(listed: str) -> dict[str, float]:
    return {word: float(value) for word, value in pairs(listed).items()}


Reading = float | str  # a number, or an hour as "17:30"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, an hour or a date, and where it stands."""

    start: int  # characters
    end: int
    readings: frozenset[Reading] = frozenset()  # what it may mean
    implied: frozenset[Reading] = frozenset()  # what it supports as well: a date its year, "5 p.m." its 5
    days: tuple[Day, ...] = ()  # of a date: "05/06/2015" has two readings
    unit: str = ""  # in one spelling; "" where none is given
    ordinal: bool = field(default=False)

    def supports(self, claimed: Quantity) -> bool:
        """Tell whether this quantity of a document supports the one claimed."""
        if claimed.days:
            return any(_within(day, mine) for day in claimed.days for mine in self.days)
        if self.unit and claimed.unit and self.unit != claimed.unit:
            return False
        if self.ordinal != claimed.ordinal and not self.days:
            return False
        return not claimed.readings.isdisjoint(self.readings | self.implied)

    def is_same_kind(self, other: Quantity) -> bool:
        """Tell whether the two are of one kind, so that one could replace the other."""
        if self.days or other.days:
            return bool(self.days and other.days) or (self.is_year or other.is_year)
        return self.ordinal == other.ordinal and (self.unit == other.unit) and self.is_year == other.is_year

    @property
    def is_year(self) -> bool:
        """Whether it looks like a year."""
        return not self.unit and any(isinstance(r, float) and 1000 <= r <= 2100 and r % 1 == 0 for r in self.readings)


def _within(claimed: Day, held: Day) -> bool:
    return all(mine is None or mine == theirs for mine, theirs in zip(claimed, held, strict=True))


@lru_cache(maxsize=8192)
def quantities(text: str, language: str) -> tuple[Quantity, ...]:
    """Return all quantities in order, without overlap."""
    plain = normalize(text)
    finds = (_dates, _hours, _numerals, _spelled)
    return tuple(without_overlap(found for find in finds for found in find(plain, text, language)))


@lru_cache(maxsize=8192)
def dates(text: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of the dates."""
    return tuple((found.start, found.end) for found in _dates(normalize(text), text, ""))


# -- dates

_LONE_MONTH = re.compile(rf"\b({MONTH})\b")
_AMBIGUOUS = words_of_any_language(lambda language: language.text.ambiguous_months)
_CAPITAL_MONTHS = words_of_any_language(lambda language: language.text.capital_months)


def _dates(plain: str, text: str, language: str) -> Iterator[Quantity]:
    for date in dates_of(plain):
        yield _date(date.start, date.end, *date.days)
    for match in _LONE_MONTH.finditer(plain):
        word = match.group()
        if word in _AMBIGUOUS and not (word in _CAPITAL_MONTHS and _is_name(text, match.start())):
            continue
        yield _date(*match.span(), (None, MONTHS[word], None))


def _is_name(text: str, start: int) -> bool:
    """Tell whether the word is written as a name: with a capital that is not due to a sentence's beginning."""
    before = _letter_before(text, start)
    return text[start].isupper() and bool(before) and before not in '.!?:;"“«'


def _letter_before(text: str, at: int) -> str:
    """Return the last character before a place that is no white space; "" where there is none."""
    while at > 0 and text[at - 1].isspace():
        at -= 1
    return text[at - 1 : at] if at else ""


def _date(start: int, end: int, *days: Day) -> Quantity:
    weaker = frozenset(float(part) for day in days for part in (day[0], day[2]) if part is not None)
    return Quantity(start, end, implied=weaker, days=days)


# -- hours

_PART_OF_DAY = (
    rf"(?P<pm>{in_any_language(lambda language: language.text.afternoon)})|"
    rf"(?P<am>{in_any_language(lambda language: language.text.morning)})"
)
_HOUR_WORD = in_any_language(lambda language: language.text.hour_word)
_HOUR_ALONE = in_any_language(lambda language: language.text.hour_alone)
_HOUR = re.compile(
    rf"\b(?P<h>\d{{1,2}})(?:[:.](?P<m>\d{{2}}))?\s*{_HOUR_WORD}?\s*(?:{_PART_OF_DAY})|"
    rf"\b(?P<h2>\d{{1,2}}):(?P<m2>\d{{2}})(?!\d|:)|\b(?P<h3>\d{{1,2}})\s+{_HOUR_ALONE}"
)


def _hours(plain: str, _: str, language: str) -> Iterator[Quantity]:
    for match in _HOUR.finditer(plain):
        hour = int(match["h"] or match["h2"] or match["h3"])
        minute = int(match["m"] or match["m2"] or 0)
        if hour > 24 or minute > 59:
            continue
        weaker = frozenset({float(hour)}) if minute == 0 else frozenset({float(f"{hour}.{minute:02}")})
        if match["pm"] or match["am"]:
            hour = hour % 12 + (12 if match["pm"] else 0) if hour <= 12 else hour
            yield Quantity(match.start(), match.end(), frozenset({f"{hour}:{minute:02}"}), weaker)
        elif match["h3"]:
            yield Quantity(match.start(), match.end(), frozenset({f"{hour}:00", f"{hour % 12 + 12}:00"}), weaker)
        else:
            yield Quantity(match.start(), match.end(), frozenset({f"{hour}:{minute:02}"}), weaker)


# -- numerals

_MAGNITUDES = {
    word: value for language in known_languages().values() for word, value in _pairs(language.text.magnitudes).items()
}
_UNIT_PATTERNS = [(re.compile(rf"(?:{pattern})(?!\w)"), name) for name, pattern in UNITS.items()]
_CURRENCY_SIGNS = {"$": "dollar", "€": "euro", "£": "pound", "₽": "rouble"}
_NUMERAL = re.compile(r"(?<![\w.,])[-+]?(?:\d{1,3}(?: \d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*)")
_TAIL = re.compile(
    rf"(?P<decade>{in_any_language(lambda language: language.text.decade_suffix)})(?!\w)|"
    rf"(?P<ordinal>{in_any_language(lambda language: language.text.ordinal_suffix)})(?!\w)"
)
_AMBIGUOUS_TAILS = words_of_any_language(lambda language: language.text.ambiguous_suffix)
_MAGNITUDE = re.compile(rf"[ -]?({'|'.join(sorted(_MAGNITUDES, key=len, reverse=True))})(?!\w)\.?")
_ROMAN_NUMERAL = re.compile(
    rf"\b(?:{in_any_language(lambda language: language.text.century_roman)}\s+(?P<a>[ivx]{{1,5}})|"
    rf"(?P<b>[ivx]{{1,5}})\s+{in_any_language(lambda language: language.text.roman_century)})\b"
)
_CENTURY = re.compile(
    rf"\s?-?{in_any_language(lambda language: language.text.century_suffix)}?[ -]"
    rf"{in_any_language(lambda language: language.text.century)}"
)


def _numerals(plain: str, _: str, language: str) -> Iterator[Quantity]:
    for match in _ROMAN_NUMERAL.finditer(plain):
        value = float(_roman(match["a"] or match["b"]))
        yield Quantity(match.start(), match.end(), frozenset({value}), unit="century", ordinal=True)
    for match in _NUMERAL.finditer(plain):
        values, end = _readings(match.group(), language), match.end()
        unit, ordinal = _CURRENCY_SIGNS.get(_letter_before(plain, match.start()), ""), False
        if century := _CENTURY.match(plain, end):
            yield Quantity(match.start(), century.end(), values, unit="century", ordinal=True)
            continue
        magnitude = _MAGNITUDE.match(plain, end)
        if magnitude and (unit or magnitude[1] != "m"):  # "$5m" are millions, "120 m" is a length
            values = frozenset(value * _MAGNITUDES[magnitude[1]] for value in values if isinstance(value, float))
            end = magnitude.end()
        elif tail := _TAIL.match(plain, end):
            round_ten = any(isinstance(v, float) and v % 10 == 0 for v in values)
            unit = "decade" if tail["decade"] and round_ten else unit
            ordinal = bool(tail["ordinal"]) or (tail["decade"] in _AMBIGUOUS_TAILS and not round_ten)
            end = tail.end()
        if not unit and not ordinal:
            unit, end = _unit(plain, end)
            if unit == "year" and any(isinstance(v, float) and 1000 <= v <= 2100 for v in values):
                unit = ""  # "in the year 1911"
        yield Quantity(match.start(), end, values, unit=unit, ordinal=ordinal)


def _unit(plain: str, at: int) -> tuple[str, int]:
    begin = at + plain.startswith((" ", "-"), at)
    if not plain.startswith((" ", "-"), begin):
        for pattern, name in _UNIT_PATTERNS:
            if match := pattern.match(plain, begin):
                return name, match.end()
    return "", at


def _readings(numeral: str, language: str) -> frozenset[Reading]:
    """Return the values that a numeral may stand for: a comma or a full stop groups digits or begins the decimals."""
    digits = numeral.replace(" ", "")
    marks = set(re.findall(r"[.,]", digits))
    if not marks:
        return frozenset({float(digits)})
    found: set[Reading] = set()
    if len(marks) == 2:  # "1.234,5": the last one begins the decimals
        decimal = "," if digits.rfind(",") > digits.rfind(".") else "."
        group = "." if decimal == "," else ","
        digits = digits.replace(group, "").replace(decimal, ".")
        return frozenset({float(digits)} if digits.count(".") == 1 else {numeral})
    mark = marks.pop()
    grouped = bool(re.fullmatch(rf"[-+]?\d{{1,3}}(?:\{mark}\d{{3}})+", digits))
    if grouped and not (mark == "." and language == "en" and digits.count(".") == 1):
        found.add(float(digits.replace(mark, "")))
    if digits.count(mark) == 1 and not (grouped and mark == "," and language == "en"):
        found.add(float(digits.replace(mark, ".")))
        whole, _, rest = digits.partition(mark)
        if mark == "." and len(rest) == 2 and len(whole) <= 3 and int(whole) <= 24 and int(rest) <= 59:
            found.add(f"{int(whole)}:{rest}")
    return frozenset(found or {numeral})


def _roman(letters: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10}[letter] for letter in letters]
    return sum(-v if any(w > v for w in values[i + 1 : i + 2]) else v for i, v in enumerate(values))


# -- numbers written out

_WORDS = {code: _pairs(language.text.number_words) for code, language in known_languages().items()}
_ORDINAL_WORDS = {code: _pairs(language.text.ordinal_words) for code, language in known_languages().items()}
_JOINERS = words_of_any_language(lambda language: language.text.number_joiners)
_LETTERS_ONLY = re.compile(r"[^\W\d_]+")
_PLURAL_SCALES = words_of_any_language(lambda language: language.text.plural_magnitudes)


def _spelled(plain: str, _: str, language: str) -> Iterator[Quantity]:
    known, ordinals = _WORDS.get(language, {}), _ORDINAL_WORDS.get(language, {})
    if not known:
        return
    tokens = list(_LETTERS_ONLY.finditer(plain))
    at = 0
    while at < len(tokens):
        word = tokens[at].group()
        if word in ordinals:
            yield Quantity(*tokens[at].span(), frozenset({ordinals[word]}), ordinal=True)
            at += 1
            continue
        total = current = 0.0
        end, read = at, at
        while read < len(tokens) and (read == at or _continues_number(plain, tokens, read, language)):
            word = tokens[read].group()
            if word in _JOINERS and read > at:
                read += 1
                continue
            if (
                word in known
                and not (current % 100 and known[word] >= _lowest_digit_place(current))
                and (known[word] < 100 or not current)
            ):
                current += known[word]
            elif word in _MAGNITUDES and not (read == at and word in _PLURAL_SCALES):
                size = _MAGNITUDES[word]
                if size == 100:
                    current = (current or 1.0) * size
                else:
                    total, current = total + (current or 1.0) * size, 0.0
            else:
                break
            read += 1
            end = read
        value = total + current
        if end > at and not (value == 1.0 and end == at + 1):  # "one" says as much as "a"
            unit, stop = _unit(plain, tokens[end - 1].end())
            yield Quantity(tokens[at].start(), stop, frozenset({value}), unit=unit)
        at = max(end, at + 1)


def _lowest_digit_place(value: float) -> float:
    """Return the lowest digit place that is filled: 10 for 20, 1 for 21."""
    return 10.0 if value % 10 == 0 else 1.0


def _continues_number(plain: str, tokens: list[re.Match[str]], at: int, language: str) -> bool:
    """Tell whether the word continues the number of the word before it."""
    return plain[tokens[at - 1].end() : tokens[at].start()] in (" ", "-")
