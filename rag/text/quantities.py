"""What a sentence counts and when it says something was: numbers, dates and hours in one spelling.

"1,234", "1.234" and "1 234" are one number, and so are "twenty-one", "veintiuno", «двадцать один» and "21"; "5 May
1911", "5 de mayo de 1911" and «05.05.1911» one day. Where a spelling may be read in two ways both readings stand.
Words of English, Spanish and Russian; digits of any script, and dates as Chinese, Japanese and Korean write them. Does
not judge: see ground.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from rag.text.dates import MONTH, MONTHS, Day, dates_of, normalize
from rag.text.units import SYMBOLS

Reading = float | str  # a number, or an hour as "17:30"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, an hour or a date, and where it stands."""

    start: int  # characters
    end: int
    readings: frozenset[Reading] = frozenset()  # what it may mean
    weaker: frozenset[Reading] = frozenset()  # what it supports as well: a date its year, "5 p.m." its 5
    days: tuple[Day, ...] = ()  # of a date: "05/06/2015" has two readings
    unit: str = ""  # in one spelling; "" where none is told
    ordinal: bool = field(default=False)

    def bears(self, claimed: Quantity) -> bool:
        """Whether this, standing in a document, supports the quantity that is claimed."""
        if claimed.days:
            return any(_within(day, mine) for day in claimed.days for mine in self.days)
        if self.unit and claimed.unit and self.unit != claimed.unit:
            return False
        if self.ordinal != claimed.ordinal and not self.days:
            return False
        return not claimed.readings.isdisjoint(self.readings | self.weaker)

    def like(self, other: Quantity) -> bool:
        """Whether the two are of one kind, so that one could stand where the other does."""
        if self.days or other.days:
            return bool(self.days and other.days) or (self.year or other.year)
        return self.ordinal == other.ordinal and (self.unit == other.unit) and self.year == other.year

    @property
    def year(self) -> bool:
        """Whether it looks like a year."""
        return not self.unit and any(isinstance(r, float) and 1000 <= r <= 2100 and r % 1 == 0 for r in self.readings)


def _within(claimed: Day, held: Day) -> bool:
    return all(mine is None or mine == theirs for mine, theirs in zip(claimed, held, strict=True))


@lru_cache(maxsize=8192)
def quantities(text: str, language: str) -> tuple[Quantity, ...]:
    """All of them, in order, without overlap."""
    plain = normalize(text)
    taken: list[Quantity] = []
    for find in (_dates, _hours, _numerals, _spelled):
        for found in find(plain, text, language):
            if not any(found.start < other.end and other.start < found.end for other in taken):
                taken.append(found)
    return tuple(sorted(taken, key=lambda quantity: quantity.start))


@lru_cache(maxsize=8192)
def dates(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of the dates."""
    return tuple((found.start, found.end) for found in _dates(normalize(text), text, ""))


# -- dates

_LONE_MONTH = re.compile(rf"\b({MONTH})\b")
_AMBIGUOUS = frozenset("may march mar jan dec ago dic sep abr ene окт авг фев ноя дек янв апр марте маи".split())


def _dates(plain: str, text: str, language: str) -> Iterator[Quantity]:
    for date in dates_of(plain):
        yield _date(date.start, date.end, *date.days)
    for match in _LONE_MONTH.finditer(plain):
        word = match.group()
        if word in _AMBIGUOUS and not (word in ("may", "march") and _named(text, match.start())):
            continue
        yield _date(*match.span(), (None, MONTHS[word], None))


def _named(text: str, start: int) -> bool:
    """Whether the word is written as a name: with a capital that no sentence gives it."""
    before = text[:start].rstrip()
    return text[start].isupper() and bool(before) and before[-1] not in '.!?:;"“«'


def _date(start: int, end: int, *days: Day) -> Quantity:
    weaker = frozenset(float(part) for day in days for part in (day[0], day[2]) if part is not None)
    return Quantity(start, end, weaker=weaker, days=days)


# -- hours

_HALF_WORDS = (
    r"(?P<pm>p\.\s?m\.|pm\b|de la (?:tarde|noche)|вечера|дня(?=[\s,.]*$|[,.;])|"
    r"in the (?:afternoon|evening))|(?P<am>a\.\s?m\.|am\b|de la (?:mañana|madrugada)|утра|ночи|in the morning)"
)
_HOUR = re.compile(
    rf"\b(?P<h>\d{{1,2}})(?:[:.](?P<m>\d{{2}}))?\s*(?:o'clock|часов|часа|час|h\b)?\s*(?:{_HALF_WORDS})|"
    r"\b(?P<h2>\d{1,2}):(?P<m2>\d{2})(?!\d|:)|\b(?P<h3>\d{1,2})\s+o'clock"
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
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "millions": 1e6, "billion": 1e9,
    "trillion": 1e12, "m": 1e6, "bn": 1e9,
    "mil": 1e3, "millón": 1e6, "millon": 1e6, "millones": 1e6, "billones": 1e12,
    "тыс": 1e3, "тысяча": 1e3, "тысячи": 1e3, "тысяч": 1e3, "тысячу": 1e3, "тысячами": 1e3, "тысячам": 1e3,
    "млн": 1e6, "миллион": 1e6, "миллиона": 1e6, "миллионов": 1e6, "миллионам": 1e6, "миллионами": 1e6,
    "млрд": 1e9, "миллиард": 1e9, "миллиарда": 1e9, "миллиардов": 1e9, "трлн": 1e12, "триллион": 1e12,
    "триллиона": 1e12, "триллионов": 1e12,
}  # fmt: skip
_UNIT_PATTERNS = [
    (re.compile(rf"(?:{pattern})(?!\w)"), name)
    for pattern, name in (
        *((pattern, name) for name, pattern in SYMBOLS.items()),
        (r"%|per ?cent(?:age points?)?|por ?ciento|процент\w*", "%"),
        (r"square miles?|millas cuadradas|квадратн\w+ мил\w+", "mile2"),
        (r"miles?|mi|millas?|мил[яиьею]", "mile"),
        (r"feet|foot|ft|pies?|фут\w*", "foot"),
        (r"inch(?:es)?|pulgadas?|дюйм\w*", "inch"),
        (r"yards?|yd|yardas?|ярд\w*", "yard"),
        (r"grams?|gramos?|г|грамм\w*", "g"),
        (r"tonnes?|tons?|toneladas?|тонн\w?", "ton"),
        (r"lbs?|pounds?|libras?|фунт\w*", "pound"),
        (r"dollars?|dólares|dólar|usd|долл\w*", "dollar"),
        (r"euros?|eur|евро", "euro"),
        (r"crowns?|coronas?|крон\w?", "crown"),
        (r"rubles?|roubles?|rublos?|руб\w*", "rouble"),
        (r"cents?|centavos?|céntimos?|цент\w{0,2}|копе\w+", "cent"),
        (r"years?(?: old)?|años?|лет|года?|годам|годами|годах|-?year-?old", "year"),
        (r"months?|mes(?:es)?|месяц\w{0,3}", "month"),
        (r"weeks?|semanas?|недел\w{1,3}", "week"),
        (r"days?|d[ií]as?|дн(?:я|ей|ям|ями|ях)|день|сут\w+", "day"),
        (r"hours?|horas?|час(?:а|ов|ам|ах)?", "hour"),
        (r"minutes?|minutos?|минут\w?", "minute"),
        (r"seconds?|segundos?|секунд\w?", "second"),
        (r"°\s?c|degrees? celsius|grados celsius|градус\w* цельсия", "celsius"),
        (r"°\s?f|degrees? fahrenheit|grados fahrenheit|градус\w* фаренгейта", "fahrenheit"),
        (r"degrees?|grados?|°|градус\w{0,3}", "degree"),
        (r"lit(?:er|re)s?|litros?|л|литр\w{0,2}", "litre"),
        (r"hectares?|hectáreas?|ha|га|гектар\w{0,2}", "hectare"),
        (r"acres?|акр\w{0,2}", "acre"),
        (r"times|veces|раз", "times"),
    )
]  # fmt: skip
_CURRENCY_SIGNS = {"$": "dollar", "€": "euro", "£": "pound", "₽": "rouble"}
_NUMERAL = re.compile(r"(?<![\w.,])[-+]?(?:\d{1,3}(?: \d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*)")
_TAIL = re.compile(  # «1970-х» is a decade, «5-х» an ordinal, «120 м» a length
    r"(?P<decade>'?s|-[ех])(?!\w)|(?P<ordinal>\s?-?(?:st|nd|rd|th|º|ª)|-?(?:й|ый|ий|я|ая|го|му|ом)|-м)(?!\w)"
)
_MAGNITUDE = re.compile(rf"[ -]?({'|'.join(sorted(_MAGNITUDES, key=len, reverse=True))})(?!\w)\.?")
_ROMAN_NUMERAL = re.compile(
    r"\b(?:siglos?\s+(?P<a>[ivx]{1,5})|(?P<b>[ivx]{1,5})\s+(?:век|века|веке|веков|столети\w+|century))\b"
)
_CENTURY = re.compile(r"\s?-?(?:th|st|nd|rd|й|м|го|ом)?[ -](?:century|centuries|век\w{0,2}|столети\w+)")


def _numerals(plain: str, _: str, language: str) -> Iterator[Quantity]:
    for match in _ROMAN_NUMERAL.finditer(plain):
        value = float(_roman(match["a"] or match["b"]))
        yield Quantity(match.start(), match.end(), frozenset({value}), unit="century", ordinal=True)
    for match in _NUMERAL.finditer(plain):
        values, end = _read(match.group(), language), match.end()
        before = plain[: match.start()].rstrip()
        unit, ordinal = _CURRENCY_SIGNS.get(before[-1:], ""), False
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
            ordinal = bool(tail["ordinal"]) or (tail["decade"] == "-х" and not round_ten)
            end = tail.end()
        if not unit and not ordinal:
            unit, end = _unit(plain, end)
            if unit == "year" and any(isinstance(v, float) and 1000 <= v <= 2100 for v in values):
                unit = ""  # «в 1911 году»
        yield Quantity(match.start(), end, values, unit=unit, ordinal=ordinal)


def _unit(plain: str, at: int) -> tuple[str, int]:
    begin = at + len(plain[at:]) - len(plain[at:].lstrip(" -"))
    if begin - at <= 1:
        for pattern, name in _UNIT_PATTERNS:
            if match := pattern.match(plain, begin):
                return name, match.end()
    return "", at


def _read(numeral: str, language: str) -> frozenset[Reading]:
    """What the digits may mean: a comma or a full stop groups them or begins the decimals."""
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
        if mark == "." and len(rest) == 2 and int(whole) <= 24 and int(rest) <= 59:
            found.add(f"{int(whole)}:{rest}")
    return frozenset(found or {numeral})


def _roman(letters: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10}[letter] for letter in letters]
    return sum(-v if any(w > v for w in values[i + 1 : i + 2]) else v for i, v in enumerate(values))


# -- numbers written out

_SPELLED = {
    "en": "zero:0 two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 ten:10 eleven:11 twelve:12 thirteen:13 "
    "fourteen:14 fifteen:15 sixteen:16 seventeen:17 eighteen:18 nineteen:19 twenty:20 thirty:30 forty:40 fifty:50 "
    "sixty:60 seventy:70 eighty:80 ninety:90 dozen:12 one:1",
    "es": "cero:0 dos:2 tres:3 cuatro:4 cinco:5 seis:6 siete:7 ocho:8 nueve:9 diez:10 once:11 doce:12 trece:13 "
    "catorce:14 "
    "quince:15 dieciséis:16 diecisiete:17 dieciocho:18 diecinueve:19 veinte:20 veintiuno:21 veintiún:21 veintiuna:21 "
    "veintidós:22 veintitrés:23 veinticuatro:24 veinticinco:25 veintiséis:26 veintisiete:27 veintiocho:28 "
    "veintinueve:29 "
    "treinta:30 cuarenta:40 cincuenta:50 sesenta:60 setenta:70 ochenta:80 noventa:90 cien:100 ciento:100 "
    "doscientos:200 "
    "doscientas:200 trescientos:300 trescientas:300 cuatrocientos:400 cuatrocientas:400 quinientos:500 quinientas:500 "
    "seiscientos:600 seiscientas:600 setecientos:700 setecientas:700 ochocientos:800 ochocientas:800 novecientos:900 "
    "novecientas:900 docena:12 uno:1 una:1 un:1",
    "ru": "ноль:0 два:2 две:2 двух:2 двум:2 двумя:2 двое:2 три:3 трех:3 трем:3 тремя:3 трое:3 четыре:4 четырех:4 "
    "четырем:4 "
    "четырьмя:4 четверо:4 сорок:40 сорока:40 девяносто:90 девяноста:90 сто:100 ста:100 двести:200 двухсот:200 "
    "триста:300 трехсот:300 четыреста:400 четырехсот:400 пятьсот:500 пятисот:500 шестьсот:600 шестисот:600 "
    "семьсот:700 семисот:700 восемьсот:800 восьмисот:800 девятьсот:900 девятисот:900 дюжина:12 один:1 одна:1 одно:1 "
    "одного:1 одной:1 одному:1 одну:1 одним:1 одном:1 "
    + " ".join(
        f"{stem}{ending}:{value}"
        for stem, value in zip(
            "пят шест сем девят десят одиннадцат двенадцат тринадцат четырнадцат пятнадцат шестнадцат семнадцат "
            "восемнадцат девятнадцат двадцат тридцат".split(),
            (5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 30),
            strict=True,
        )
        for ending in ("ь", "и", "ью")
        if stem + ending != "семью"  # a family, far more often
    )
    + " восемь:8 восьми:8 восемью:8 пятьдесят:50 пятидесяти:50 шестьдесят:60 шестидесяти:60 семьдесят:70 семидесяти:70 "
    "восемьдесят:80 восьмидесяти:80",
}
_ORDINALS = {
    "en": "first:1 second:2 third:3 fourth:4 fifth:5 sixth:6 seventh:7 eighth:8 ninth:9 tenth:10 eleventh:11 "
    "twelfth:12 "
    "thirteenth:13 fourteenth:14 fifteenth:15 sixteenth:16 seventeenth:17 eighteenth:18 nineteenth:19 twentieth:20",
    "es": " ".join(
        f"{stem}{ending}:{value}"
        for value, stem in enumerate("primer segund tercer cuart quint sext séptim octav noven décim".split(), 1)
        for ending in ("o", "a", "os", "as", *([""] if stem in ("primer", "tercer") else []))
    ),
    "ru": " ".join(
        f"{stem}{ending}:{value}"
        for value, stem in enumerate("перв втор трет четверт пят шест седьм восьм девят десят".split(), 1)
        for ending in (
            "ий ья ье ьи ьего ьей ьему ьим ьем ью ьих ьими".split()
            if stem == "трет"
            else "ый ой ая ое ые ого ому ую ым ом ых ыми".split()
        )
    ),
}


def _table(rows: dict[str, str]) -> dict[str, dict[str, float]]:
    return {
        language: {word: float(value) for word, _, value in (pair.partition(":") for pair in row.split())}
        for language, row in rows.items()
    }


_WORDS, _ORDINAL_WORDS = _table(_SPELLED), _table(_ORDINALS)
_LETTERS_ONLY = re.compile(r"[^\W\d_]+")
_PLURAL_SCALES = frozenset("millions millones billones тысячи миллионы тысячами тысячам m bn".split())


def _spelled(plain: str, _: str, language: str) -> Iterator[Quantity]:
    known, ordinals = _WORDS.get(language, {}), _ORDINAL_WORDS.get(language, {})
    if not known:
        return
    tokens = list(_LETTERS_ONLY.finditer(plain))
    at = 0
    while at < len(tokens):
        word = tokens[at].group()
        if word in ordinals and not (
            word == "second" and tokens[at].end() < len(plain) and plain[tokens[at].end()] == "s"
        ):
            yield Quantity(*tokens[at].span(), frozenset({ordinals[word]}), ordinal=True)
            at += 1
            continue
        total = current = 0.0
        end, read = at, at
        while read < len(tokens) and (read == at or _joined(plain, tokens, read, language)):
            word = tokens[read].group()
            if word in ("and", "y", "e") and read > at:
                read += 1
                continue
            if (
                word in known
                and not (current % 100 and known[word] >= _place(current))
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


def _place(value: float) -> float:
    """The lowest place that is filled: of 20 it is 10, of 21 it is 1."""
    return 10.0 if value % 10 == 0 else 1.0


def _joined(plain: str, tokens: list[re.Match[str]], at: int, language: str) -> bool:
    """Whether the word goes on with the number of the word before."""
    return plain[tokens[at - 1].end() : tokens[at].start()] in (" ", "-")
