"""Raised and lowered characters as plain text that keeps their meaning: 10⁶, H₂O, v_(max). One form for all readers.

Glued to what they stand beside, "5 × 10" and a raised "6" would read "5 × 106".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from rag.text.patterns import in_any_language

RAISED, LOWERED = 1, -1  # places of a run of characters; 0 is the line itself
LONGEST_SCRIPT = 24  # characters; a longer run is small print rather than an exponent
_UP = str.maketrans("0123456789+-\u2212\u2013=()ni,", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿⁱ,")
_DOWN = str.maketrans("0123456789+-\u2212\u2013=()ijn,", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎ᵢⱼₙ,")
_BRACKETED = re.compile(r"[\[(].*[\])]", re.DOTALL)
_FOOTNOTE = re.compile(r"\d{1,3}|[a-z]", re.IGNORECASE)
_ORDINAL = re.compile(
    rf"(?i)(?:{in_any_language(lambda language: language.text.ordinal_suffix)}|[oaºª]s?|er|re|[eè]me)\.?"
)
_ORDINAL_BASE = re.compile(r"(?:\d\.?-?|\b[IVXLC]+|\bn)$")
_TRADE_MARKS = {"TM": "™", "SM": "℠", "R": "®", "C": "©"}


def raised(text: str, before: str = "") -> str:
    """Return raised characters in a line of text; ``before`` is what they stand behind: "2" gives "²".

    Signs of Unicode where it has them, else "^(…)". Ordinals ("1st"), signs of footnotes in brackets, trade marks and
    whatever is no letter and no digit cannot be mistaken and stay as they are.
    """
    bare = text.strip()
    if bare in _TRADE_MARKS and before[-1:].isalpha():
        return text.replace(bare, _TRADE_MARKS[bare])
    if bare.isalpha() and _ORDINAL_BASE.search(before[-8:]) and _ORDINAL.fullmatch(bare):
        return text
    return _script(text, bare, _UP, "^", before)


def lowered(text: str, before: str = "") -> str:
    """Return lowered characters in a line of text, as :func:`raised` does: "2" gives "₂", "max" gives "_(max)"."""
    return _script(text, text.strip(), _DOWN, "_", before)


def footnote_sign(text: str) -> str:
    """Return the sign of a footnote that links to it: "14" gives "[14]"; others stay as they are."""
    bare = text.strip()
    return f"[{bare}]" if _FOOTNOTE.fullmatch(bare) else text


def in_one_line(runs: Iterable[tuple[str, int]], before: str = "") -> str:
    """Return runs of text with their places (RAISED, LOWERED or 0) as one; neighbours of one place are joined."""
    parts = [before]
    for place, group in groupby(runs, key=lambda run: run[1]):
        text = "".join(words for words, _ in group)
        around = "".join(parts[-2:])
        parts.append(raised(text, around) if place > 0 else lowered(text, around) if place < 0 else text)
    return "".join(parts[1:])


def _script(text: str, bare: str, signs: dict[int, int], mark: str, before: str) -> str:
    if not any(map(str.isalnum, bare)) or _BRACKETED.fullmatch(bare) or bare in ("o", "º", "ª", "°"):
        return text
    if len(bare) > LONGEST_SCRIPT:
        return f" {text}" if before[-1:].isalnum() else text
    if not before.strip():  # nothing that it could be mistaken for a part of
        return text
    known = all(ord(letter) in signs for letter in bare)
    return text.replace(bare, bare.translate(signs) if known else f"{mark}({bare})")
