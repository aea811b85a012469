"""Excel's number formats: a cell's number as a person sees it.

"00000" shows 2138 as "02138", ``"ART-"000`` shows 7 as "ART-007", "[h]:mm" a day and a quarter as "30:00". What
separates thousands and decimals is a setting of the machine that shows them, and of no file: :class:`NumberSigns` takes
it from the language of a workbook's words.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

from rag.text.detect import DETECTION_CHARS, detect_language

_FORMAT_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<blank>.)|\*(?P<fill>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]'
    r"|\[(?P<condition>[<>=]{1,2})(?P<limit>-?[\d.]+)\]|\[(?P<elapsed>[hms]+)\]|\[(?P<colour>[^\]]*)\]"
    r"|(?P<general>General)|(?P<power>E[+-]0+)|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)"
    r"|(?P<text>@)|(?P<semicolon>;)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_DURATION = re.compile(r"\[([hms]+)\]|([hms]+)|\"([^\"]*)\"|\\(.)|(.)", re.IGNORECASE)
_FRACTION_FORMAT = re.compile(r"[#?0]+ [#?0]+/([#?]+|\d+)")
MAX_FORMAT = 500  # characters
MOST_DECIMALS = 15
LARGEST = 1e15  # a float is exact below it


@dataclass(frozen=True, slots=True)
class _Section:
    """One section of a format: literals, and places for digits as None."""

    parts: tuple[str | None, ...]  # of the whole number, with what stands around it
    least: int  # digits of the whole number
    decimals: int
    least_decimals: int
    scale: int  # powers of ten by which the value is multiplied
    power: bool = False
    general: bool = False
    condition: tuple[str, float] | None = None
    grouped: bool = False  # by thousands


@dataclass(frozen=True, slots=True)
class NumberSigns:
    """What separates thousands, and decimals."""

    group: str = ","
    decimal: str = "."

    @classmethod
    def of(cls, text: str) -> NumberSigns:
        """Return those of a text's language; English ones where it has none that is known, or other figures."""
        from babel import UnknownLocaleError
        from babel.numbers import get_decimal_symbol, get_group_symbol

        try:
            language = detect_language(text[:DETECTION_CHARS]) or "en"
            signs = cls(get_group_symbol(language), get_decimal_symbol(language))
        except (UnknownLocaleError, ValueError):
            return cls()
        return signs if signs.decimal in _DECIMAL_SIGNS and signs.group in _GROUP_SIGNS else cls()


_DECIMAL_SIGNS, _GROUP_SIGNS = frozenset(".,"), frozenset(".,'\u2019\u00a0\u202f")


def formatted(value: float, number_format: str, signs: NumberSigns = NumberSigns()) -> str | None:
    """Return a number in its format; None where the format says nothing of it ("General")."""
    if not number_format or number_format == "General" or len(number_format) > MAX_FORMAT:
        return None
    if match := _FRACTION_FORMAT.fullmatch(number_format.split(";")[0]):
        return _fraction(value, match[1])
    sections = _sections(number_format)
    section, shown = _chosen(sections, value)
    if section is None or abs(value) >= LARGEST or section.general:
        return None
    if section.power:
        return f"{value:.{section.decimals}E}".replace(".", signs.decimal)
    text = _filled(section, shown, signs).strip()
    return text if any(map(str.isalnum, text)) else None  # a dash for zero


def elapsed(time: datetime.timedelta, number_format: str) -> str:
    """Return a span of time in a format such as "[h]:mm", which is taken where there is none."""
    seconds = round(time.total_seconds())
    sign, seconds = "-" if seconds < 0 else "", abs(seconds)
    shown = []
    for whole, part, quoted, escaped, other in _DURATION.findall(
        number_format.split(";")[0].replace("General", "") or "[h]:mm"
    ):
        letters = (whole or part).lower()
        if not letters:
            shown.append(quoted or escaped or (other if other not in "_*" else ""))
            continue
        size = {"h": 3_600, "m": 60, "s": 1}[letters[0]]
        number = seconds // size
        if part:
            number %= {"h": 24, "m": 60, "s": 60}[letters[0]]
        shown.append(f"{number:0{len(letters)}d}")
    return sign + "".join(shown).strip()


@lru_cache(maxsize=1_024)
def _sections(number_format: str) -> tuple[_Section, ...]:
    sections: list[list[re.Match[str]]] = [[]]
    for token in _FORMAT_TOKEN.finditer(number_format):
        if token.lastgroup == "semicolon":
            sections.append([])
        else:
            sections[-1].append(token)
    return tuple(map(_section, sections[:4]))


def _section(tokens: list[re.Match[str]]) -> _Section:
    kinds = [token.lastgroup for token in tokens]
    digits = [at for at, kind in enumerate(kinds) if kind == "digit"]
    point = kinds.index("point") if "point" in kinds and digits else len(kinds)
    whole = [at for at in digits if at < point]
    after = [at for at in digits if at > point]
    commas = [at for at, kind in enumerate(kinds) if kind == "comma" and digits and at > digits[-1]]
    commas += [at for at, kind in enumerate(kinds) if kind == "comma" and whole and whole[-1] < at < point < len(kinds)]
    scale = 2 * kinds.count("percent") - 3 * len(set(commas))
    condition = next(((each["condition"], float(each["limit"])) for each in tokens if each["condition"]), None)
    parts = tuple(_parts(tokens, point))
    least = sum(tokens[at].group() == "0" for at in whole)
    return _Section(
        parts,
        least,
        min(len(after), MOST_DECIMALS),
        min(sum(tokens[at].group() == "0" for at in after), MOST_DECIMALS),
        scale,
        "power" in kinds,
        "general" in kinds or any(token["other"] and token["other"] in "ymdhsYMDHS" for token in tokens),  # a date
        condition,
        any(kinds[at] == "comma" and whole[0] < at < whole[-1] for at in range(len(kinds))) if whole else False,
    )


def _parts(tokens: list[re.Match[str]], point: int) -> Iterator[str | None]:
    """Yield literals, None for each digit of the whole number, and "." for the decimals."""
    for at, token in enumerate(tokens):
        kind = token.lastgroup
        if kind == "digit" and at < point:
            yield None
        elif kind == "point" and at == point:
            yield "\0"
        elif kind in ("quoted", "escaped", "currency", "other", "percent"):
            yield token["percent"] or token[str(kind)]
        elif kind == "blank":
            yield " "


def _chosen(sections: tuple[_Section, ...], value: float) -> tuple[_Section | None, float]:
    for section in sections:
        if section.condition is not None and _meets(value, *section.condition):
            return section, value
    plain = [section for section in sections if section.condition is None]
    if not plain:
        return None, value
    if value < 0 and len(sections) > 1 and len(plain) == len(sections):
        return sections[1], -value
    if value == 0 and len(plain) == len(sections) > 2:
        return sections[2], value
    return plain[0] if len(plain) == len(sections) else plain[-1], value


def _meets(value: float, condition: str, limit: float) -> bool:
    return {
        "<": value < limit,
        "<=": value <= limit,
        ">": value > limit,
        ">=": value >= limit,
        "=": value == limit,
        "<>": value != limit,
    }.get(condition, False)


def _filled(section: _Section, value: float, signs: NumberSigns) -> str:
    number = abs(Decimal(repr(value)).scaleb(section.scale))
    number = number.quantize(Decimal(1).scaleb(-section.decimals), ROUND_HALF_UP)
    whole, _, decimals = f"{number:f}".partition(".")
    while len(decimals) > section.least_decimals and decimals.endswith("0"):
        decimals = decimals[:-1]
    whole = whole.lstrip("0").rjust(section.least, "0")
    places = section.parts.count(None)
    digits = list(whole.rjust(places, "\1"))
    if section.grouped:
        digits = [
            digit + signs.group * (left % 3 == 0 and left > 0 and digit != "\1") for left, digit in _counted(digits)
        ]
    ahead = len(digits) - places  # more digits than places: all stand in the first
    shown: list[str] = []
    for part in section.parts:
        if part is None and digits:
            shown += digits[: ahead + 1]
            digits, ahead = digits[ahead + 1 :], 0
        elif part == "\0":
            shown.append(f"{signs.decimal}{decimals}" if decimals else "")
        else:
            shown.append(part or "")
    text = "".join(shown).replace("\1", "")
    return f"-{text}" if value < 0 and any(letter in "123456789" for letter in whole + decimals) else text


def _counted(digits: list[str]) -> Iterator[tuple[int, str]]:
    """Yield each digit behind the number of those after it."""
    return zip(range(len(digits) - 1, -1, -1), digits, strict=True)


def _fraction(value: float, below: str) -> str:
    most = int(below) if below.isdecimal() else 10 ** len(below) - 1
    part = Fraction(abs(value)).limit_denominator(max(1, most))
    whole, rest = divmod(part.numerator, part.denominator)
    shown = (
        f"{whole} {rest}/{part.denominator}" if whole and rest else f"{rest}/{part.denominator}" if rest else str(whole)
    )
    return f"-{shown}" if value < 0 and part else shown
