"""Write a title in capitals as its document's text writes its words: "HOUSE RULES" is "House rules"."""

from __future__ import annotations

from collections import Counter

import regex

from rag.text.analyzer import is_stop

_SPOKEN_WORD = regex.compile(r"[\p{L}\p{M}’'-]+")
_SHORTEST_OF_TWO = 4  # letters of the shorter of two words that are no abbreviations
_LONGEST_ABBREVIATED_NAME = 5  # letters of a word in capitals that may be an abbreviation


def is_shouted(title: str) -> bool:
    """Tell whether more than an abbreviation is written in capitals."""
    lengths = sorted(map(len, _SPOKEN_WORD.findall(title)), reverse=True)
    long = lengths[:1] > [_LONGEST_ABBREVIATED_NAME]
    return title.isupper() and (long or lengths[1:2] >= [_SHORTEST_OF_TWO])


def sentence_case(title: str, text: str, language: str) -> str:
    """Return a title in capitals with its words as the text writes them, any other as it is.

    A word that the text holds in capitals only, or not at all, may be a name: it keeps one capital.
    """
    if not is_shouted(title):
        return title
    spelling: dict[str, str] = {}
    for word, _ in Counter(_SPOKEN_WORD.findall(text)).most_common():
        if not word.isupper() or len(word) == 1:
            spelling.setdefault(word.lower(), word)
    cased: str = _SPOKEN_WORD.sub(lambda match: spelling.get(match[0].lower()) or _unheard(match[0], language), title)
    return cased[:1].upper() + cased[1:]


def _unheard(word: str, language: str) -> str:
    small = word.lower()
    return small if is_stop(small, language) else small[:1].upper() + small[1:]
