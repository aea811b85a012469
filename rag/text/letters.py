"""How often each letter is written in a language: its alphabet in order of frequency, as costs in nats."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cache

from rag.text.function_words import function_words
from rag.text.languages import rules_for

# Of languages with thousands of characters: a standard that lists the common ones first, the lead bytes of those, and
# what each costs; a few thousand characters share what kana and Hangul leave.
_COMMON_CHARACTERS = {
    "zh": (("gb2312", 0xB0, 0xD7, 8.0), ("big5", 0xA4, 0xC6, 8.0)),
    "ja": (("euc_jp", 0xB0, 0xCF, 8.0), ("euc_jp", 0xA4, 0xA4, 4.5), ("euc_jp", 0xA5, 0xA5, 5.5)),
    "ko": (("euc_kr", 0xB0, 0xC8, 6.5),),
}
_BORROWED = 9.5  # nats that a letter of borrowed words costs
_MIN_SHARE = 0.001  # of the letters of function words; a rarer one is another language's


@cache
def letter_costs(language: str) -> Mapping[str, float]:
    """Map each small letter of a language to the negative logarithm of its frequency; empty where none is known.

    Frequencies follow Gusein-Zade's law: of n letters, the one of rank r has a share of (1/r + … + 1/n) / n.
    """
    if language in _COMMON_CHARACTERS:
        return _character_costs(language)
    letters, _, borrowed = _letters(language).partition(" ")
    size = len(letters)
    costs = dict.fromkeys(borrowed, _BORROWED)
    share = 0.0
    for rank in range(size, 0, -1):
        share += 1 / rank / size
        costs[letters[rank - 1]] = -math.log(share)
    return costs


def _is_letter(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LM"  # the vowels of Thai are marks


def _letters(language: str) -> str:
    """Return a language's letters, the most frequent first; without rules for it, those of its function words."""
    rules = rules_for(language)
    if rules is not None and rules.text.letters:
        return rules.text.letters
    found = Counter(letter for word in function_words(language) for letter in word if _is_letter(letter))
    least = _MIN_SHARE * found.total()
    return "".join(letter for letter, count in found.most_common() if count >= least)


def _character_costs(language: str) -> dict[str, float]:
    costs: dict[str, float] = {}
    for encoding, first, last, cost in _COMMON_CHARACTERS[language]:
        for lead in range(first, last + 1):
            row = b"".join(bytes((lead, trail)) for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF)))
            costs |= dict.fromkeys(row.decode(encoding, errors="ignore"), cost)
    return costs
