"""The likeliest encoding of text that is neither Unicode nor declared, by what the text would then say.

Each encoding is tried on the words with bytes beyond ASCII, as text in each language: are the letters frequent there,
do capitals stand where they may, do signs stand between words rather than in them, which are function words?
Languages with a folder in ``rag/text/languages`` are likelier than others.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from rag.text.function_words import function_words, languages_of_words
from rag.text.languages import known_languages
from rag.text.letters import letter_costs
from rag.text.scripts import letters_by_script

# The likelier first.
_ENCODINGS = (
    "cp1252 cp1251 koi8-r cp866 iso8859-15 mac_roman mac_cyrillic cp850 cp437 iso8859-5 cp1250 iso8859-2 cp852 "
    "mac_latin2 koi8-u cp1125 cp1253 iso8859-7 cp737 cp1254 cp857 cp1255 cp862 cp1256 iso8859-6 cp1257 iso8859-13 "
    "cp775 cp1258 cp874 cp932 gb18030 euc_jp big5 cp949"
).split()
MAX_SAMPLED_BYTES = 60_000
_COMMON = 10  # encodings that are tried first
_ONE_STRANGE_IN = 50  # characters that have at most one strange one among them, where an encoding is sure
_MAX_COUNT = 3  # how often a word counts at most, and words with a byte that are enough
_EIGHT_BIT_WORD = re.compile(rb"(?:\d )?[!-~]{0,24}[\x80-\xff][!-\xff]{0,60}")
_ASCII_WORD = re.compile(rb"(?<![\x80-\xff\w])[A-Za-z]{2,}(?![\x80-\xff\w])")
_RUN = re.compile(rb"(.)\1{2,}", re.DOTALL)  # a drawn line
_LETTERED_RUN = re.compile(r"[^\W\d_]+")

# What a character costs, in nats as in rag/text/letters.py.
_STRANGE_LETTER, _MISPLACED_CAPITAL, _CAPITAL, _LONE_CAPITAL = 12.0, 5.0, 0.3, 2.0
# A letter beside one of another script, beside a digit or point; a lone capital after a figure.
_OTHER_SCRIPT, _BESIDE_A_FIGURE, _UNIT = 12.0, 6.0, 4.0
_PRICED, _IN_PLACE, _SIGN, _STRANGE_SIGN, _WITHIN_A_WORD, _NO_CHARACTER = 2.0, 5.0, 8.5, 13.0, 16.0, 25.0
_OPENING, _CLOSING, _BETWEEN = "“‘«„¿¡", "”’»…", "–—•"
_CURRENCIES, _ORDINAL, _SEPARATE = "€£", "ºª°", "†‡‰¥÷×±™®©"
_USUAL_SIGNS = frozenset("€£§©®™²³½¼¾±×µ¹÷†‡‰¥№°ºª·‚‹›")
# What speaks for a language: a function word beyond ASCII, one in ASCII, rules for the language.
_FUNCTION_WORD, _SPOKEN, _MAX_SPOKEN, _WITHOUT_RULES = 4.0, 2.0, 40.0, 4.0
_RARER_ENCODING = 0.15  # for each encoding before it


def likeliest_charset(data: bytes) -> str:
    """Return the likeliest encoding of bytes that are not UTF-8."""
    sample = _sample(data)
    words, spoken = _words(sample), _spoken(sample)
    known = tuple(known_languages())
    first = min(_weighed(_readings(_telling(words, 24), _ENCODINGS[:_COMMON]), known, spoken), key=_cost)
    if _is_sure(first, spoken) and spoken.get(first.language, 0.0) >= max(spoken.values(), default=0.0):
        return first.encoding
    readings = list(_readings(_telling(words, 80), _ENCODINGS))
    every = (*_weighed(readings, known, spoken), *_weighed(readings, _others(), spoken, _WITHOUT_RULES))
    return min(every, key=_cost).encoding


class _Weighed(NamedTuple):
    """An encoding, the text that it gives, and what that costs in a language, in nats."""

    encoding: str
    reading: _Reading
    language: str
    cost: float


def _cost(weighed: _Weighed) -> float:
    return weighed.cost


def _is_sure(weighed: _Weighed, spoken: Mapping[str, float]) -> bool:
    """Tell whether there are words of that language, and hardly a strange character."""
    read, language = weighed.reading, weighed.language
    return read.strange(language) * _ONE_STRANGE_IN <= read.size and read.spoken(language) + spoken.get(language, 0) > 1


def fit_of(text: str) -> float:
    """Return how badly a text reads in the known languages: nats for each character beyond ASCII."""
    read = _Reading()
    read.add(text, 1)
    return min(read.cost(language) for language in known_languages()) / max(1, read.size)


def _sample(data: bytes) -> bytes:
    """Return parts from everywhere in the data."""
    if len(data) <= MAX_SAMPLED_BYTES:
        return data
    size, step = MAX_SAMPLED_BYTES // 20, len(data) // 20
    return b" ".join(data[at : at + size] for at in range(0, len(data), step))


def _words(data: bytes) -> dict[bytes, int]:
    """Return the different words with bytes beyond ASCII, and how often each counts."""
    found = Counter(_RUN.sub(rb"\1", word) for word in _EIGHT_BIT_WORD.findall(data))
    return {word: min(count, _MAX_COUNT) for word, count in found.items()}


def _spoken(data: bytes) -> dict[str, float]:
    """Return what the function words in ASCII say for each language; one of several languages says less."""
    known = languages_of_words()
    found: dict[str, float] = defaultdict(float)
    for word, count in Counter(_ASCII_WORD.findall(data[:20_000])).items():
        languages = known.get(word.decode("ascii").lower(), frozenset())
        for language in languages:
            found[language] += _SPOKEN * count / len(languages)
    scale = min(1.0, _MAX_SPOKEN / max(found.values(), default=1.0))
    return {language: scale * share for language, share in found.items()}


def _telling(words: Mapping[bytes, int], most: int) -> dict[bytes, int]:
    """Return so many of the words, and others with bytes that hardly any of them has."""
    chosen: dict[bytes, int] = {}
    met: Counter[int] = Counter()
    for word, count in words.items():
        if len(chosen) < most or any(met[byte] < _MAX_COUNT for byte in word):
            chosen[word] = count
            met.update(word)
    return chosen


def _readings(words: Mapping[bytes, int], encodings: Sequence[str]) -> Iterator[tuple[str, float, _Reading]]:
    """Yield each encoding, what it costs for being rare, and the words in it; of those that read alike, the first."""
    met: set[tuple[str, ...]] = set()
    for place, encoding in enumerate(encodings):
        texts = tuple(word.decode(encoding, errors="replace") for word in words)
        if texts in met:  # as cp1252 and cp1254 read "très"
            continue
        met.add(texts)
        read = _Reading()
        for text, count in zip(texts, words.values(), strict=True):
            read.add(text, count)
        yield encoding, place * _RARER_ENCODING, read


def _weighed(
    readings: Iterable[tuple[str, float, _Reading]],
    languages: Sequence[str],
    spoken: Mapping[str, float],
    handicap: float = 0.0,
) -> Iterator[_Weighed]:
    """Yield each reading in each language, but for those that certainly cost more than one before them."""
    least, most_spoken = math.inf, max(spoken.values(), default=0.0)
    for encoding, rarity, read in readings:
        if read.least_cost() + rarity + handicap - most_spoken > least:
            continue
        for language in languages:
            cost = read.cost(language) + rarity + handicap - spoken.get(language, 0.0)
            least = min(least, cost)
            yield _Weighed(encoding, read, language, cost)


class _Reading:
    """Text as one encoding reads it: what its signs cost in any language, its letters and words beyond ASCII."""

    def __init__(self) -> None:
        self.size = 0  # characters beyond ASCII
        self._signs = 0.0
        self._strange = 0
        self._letters: Counter[str] = Counter()
        self._words: Counter[str] = Counter()

    def add(self, text: str, count: int) -> None:
        """Count a text so many times."""
        for at, sign in enumerate(text):
            if sign < "\x80":
                continue
            self.size += count
            before, after = text[at - 1] if at else " ", text[at + 1] if at + 1 < len(text) else " "
            if _is_letter(sign):
                self._letters[sign.lower()[0]] += count
                is_unit = at > 1 and before == " " and text[at - 2].isdigit() and not after.isalpha()
                self._signs += count * (_misplaced(before, sign, after) + is_unit * sign.isupper() * _UNIT)
            else:
                behind = text[at - 2] if at > 1 and before == " " and sign in _CURRENCIES else before
                cost = _sign_cost(behind, sign, after)
                self._signs += count * cost
                self._strange += count * (cost >= _STRANGE_SIGN)
        for word in {word.casefold() for word in _LETTERED_RUN.findall(text) if not word.isascii()}:
            self._words[word] += count

    def cost(self, language: str) -> float:
        """Return what the text costs in a language, in nats."""
        costs = letter_costs(language)
        letters = sum([count * costs.get(letter, _STRANGE_LETTER) for letter, count in self._letters.items()])
        return self._signs + letters - _FUNCTION_WORD * self.spoken(language)

    def least_cost(self) -> float:
        """Return what the text costs at least, whatever the language."""
        return self._signs - _FUNCTION_WORD * self._words.total()

    def spoken(self, language: str) -> int:
        """Return how many function words of a language there are."""
        return sum(self._words[word] for word in function_words(language).intersection(self._words))

    def strange(self, language: str) -> int:
        """Return how many characters a text in a language hardly has."""
        return self._strange + sum(n for letter, n in self._letters.items() if letter not in letter_costs(language))


def _misplaced(before: str, letter: str, after: str) -> float:
    """Return what a letter beyond ASCII costs for where it stands."""
    cost = 0.0
    if letter.isupper() and (before.islower() or (before.isupper() and after.islower())):
        cost += _MISPLACED_CAPITAL
    cost += _CAPITAL if letter.isupper() and before.isupper() else 0.0
    if letter.islower() and before.isupper() and after.isupper():
        cost += _MISPLACED_CAPITAL
    if letter.isupper() and before.isspace() and after.isspace():
        cost += _LONE_CAPITAL
    if any(_is_letter(near) and _script(near) != _script(letter) for near in (before, after)):
        cost += _OTHER_SCRIPT
    if before.isdigit() or after.isdigit() or before in ".,;!?":
        cost += _BESIDE_A_FIGURE
    return cost


def _sign_cost(before: str, sign: str, after: str) -> float:
    """Return what a sign beyond ASCII costs for where it stands."""
    if sign == "\ufffd" or sign < "\xa0":
        return _NO_CHARACTER
    if "\u3000" <= sign <= "\u303f" or "\uff00" <= sign <= "\uff5e":
        return _IN_PLACE
    within = before.isalpha() and after.isalpha()
    if within:
        return {"’": _IN_PLACE, "–": _SIGN, "—": _SIGN, "·": _SIGN}.get(sign, _WITHIN_A_WORD)
    if sign in _OPENING:
        return _IN_PLACE if not after.isspace() and not before.isalnum() else _STRANGE_SIGN
    if sign in _CLOSING:
        return _IN_PLACE if not before.isspace() else _STRANGE_SIGN
    if sign in _BETWEEN:
        return _IN_PLACE if before.isspace() == after.isspace() else _SIGN
    if sign == "\xa0":
        return _STRANGE_SIGN if before.isspace() or after.isspace() else _SIGN
    if sign in _CURRENCIES and before.isdigit() != after.isdigit():
        return _PRICED
    if sign in _ORDINAL:
        return _IN_PLACE if before.isalnum() or before == "." else _SIGN
    if sign in _SEPARATE and after.isalpha():
        return _STRANGE_SIGN
    if sign in _USUAL_SIGNS or "\u2500" <= sign <= "\u259f":
        return _SIGN
    return _STRANGE_SIGN


@cache
def _is_letter(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LM" and sign not in _USUAL_SIGNS


@cache
def _script(letter: str) -> str:
    script = next(iter(letters_by_script(letter)), "")
    return "Han" if script in ("Hiragana", "Katakana") else script


@cache
def _others() -> tuple[str, ...]:
    spoken = {language for languages in languages_of_words().values() for language in languages}
    return tuple(sorted(spoken - known_languages().keys()))
