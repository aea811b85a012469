"""Unicode scripts: one spelling for characters with several, and words where no spaces separate them.

Chinese, Japanese, Thai, Lao, Khmer and Burmese are written without spaces, and Korean glues particles to its words.
Their runs of letters are analysed as overlapping pairs, as Lucene's CJKAnalyzer does: no dictionary, no language.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import regex

# Letters that no space parts into words. "ー" belongs to katakana but is shared between scripts.
IDEOGRAPHIC = r"\p{Han}\p{Hiragana}\p{Katakana}ー"
SYLLABIC = r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
UNSPACED = rf"[[{IDEOGRAPHIC}{SYLLABIC}]&&[\p{{L}}\p{{M}}\p{{Nl}}]]"
# Korean has spaces, but pairs serve it better.
PAIRED = rf"[[{IDEOGRAPHIC}{SYLLABIC}\p{{Hangul}}]&&[\p{{L}}\p{{M}}\p{{Nl}}]]"
ENDS = r"\p{Sentence_Terminal}…"  # "." "!" "?" "。" "؟" "।" "።" …
JOINERS = "\u200c\u200d\u00ad\u2060\ufeff"  # stand within a word and are not seen
LETTER = rf"[\p{{L}}--{PAIRED}]"
WORD = rf"{LETTER}[[\p{{L}}\p{{M}}{JOINERS}]--{PAIRED}]*"  # a word's letters with the marks that they bear

_PERHAPS_PAIRED = re.compile("[\u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u19e0-\u19ff\u2e80-\ud7ff\uf900-\U0010ffff]")
_UNSPACED_RUN = regex.compile(rf"(?V1){UNSPACED}+")
_SPACED_WORD = regex.compile(rf"(?V1)(?:(?!{UNSPACED})[\p{{L}}\p{{M}}\p{{N}}'’._-])+")
_HIRAGANA_RUNS = regex.compile(r"\p{Hiragana}+|[^\p{Hiragana}]+")
_SYLLABIC = regex.compile(rf"(?V1)[{SYLLABIC}]")
_CLUSTER = regex.compile(r"\P{M}\p{M}*|\p{M}+")
_LETTERS_A_WORD, _SYLLABIC_LETTERS_A_WORD = 2, 5  # on average, for limits that are counted in words
_SCRIPTS = (
    "Latin", "Cyrillic", "Greek", "Arabic", "Hebrew", "Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil",
    "Telugu", "Kannada", "Malayalam", "Sinhala", "Thai", "Lao", "Tibetan", "Myanmar", "Khmer", "Georgian", "Armenian",
    "Ethiopic", "Hangul", "Hiragana", "Katakana", "Han", "Mongolian", "Thaana",
)  # fmt: skip
_BY_SCRIPT = regex.compile("|".join(rf"(?P<{name}>\p{{{name}}}+)" for name in _SCRIPTS))
_KEPT_TAGS = ("<super>", "<sub>", "<fraction>", "<noBreak>", "<square>")  # "km²" is no "km2", "½" no "1⁄2"


def plain(text: str) -> str:
    """Return the text in one spelling.

    Letters are composed (NFC), full-width, half-width and presentation forms become the letters they stand for, and all
    decimal digits 0 to 9.
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text.translate(_USUAL_CHARS))


def same_length(text: str) -> str:
    """Return the text as :func:`plain` does, but character for character: what would change its length stays."""
    if text.isascii():
        return text
    return "".join(usual if len(usual := _USUAL_CHARS[ord(letter)]) == 1 else letter for letter in text)


class _Usual(dict[int, str]):
    """The usual spelling of each letter met so far, as ``str.translate`` looks it up."""

    def __missing__(self, code: int) -> str:
        self[code] = _usual(chr(code))
        return self[code]


_USUAL_CHARS = _Usual()


def _usual(letter: str) -> str:
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    decomposition = unicodedata.decomposition(letter)
    if not decomposition.startswith("<") or decomposition.startswith(_KEPT_TAGS):
        return letter
    return unicodedata.normalize("NFKC", letter)


def parts(run: str) -> list[str]:
    """Split a run of letters without spaces into what a search looks for: overlapping pairs of letters.

    Letters keep their marks, and hiragana is kept apart from the rest. A single letter stands for itself, but a single
    hiragana is a particle and is left out.
    """
    found: list[str] = []
    for part in _HIRAGANA_RUNS.findall(run):
        letters = clusters(part)
        if len(letters) == 1:
            found += [] if "ぁ" <= part[0] <= "ゟ" else [part]
        else:
            found += [one + other for one, other in pairwise(letters)]
    return found


def has_pairs(text: str) -> bool:
    """Tell whether some of the letters may be ones that are analysed in pairs."""
    return _PERHAPS_PAIRED.search(text) is not None


def clusters(run: str) -> list[str]:
    """Return the letters of a run, each with its marks."""
    return list(_CLUSTER.findall(run))


def word_count(text: str) -> int:
    """Count the words of a text; without spaces between words, estimate them from its letters."""
    runs = _UNSPACED_RUN.findall(text)
    if not runs:
        return len(text.split())
    return len(_SPACED_WORD.findall(text)) + sum(
        -(-len(run) // (_SYLLABIC_LETTERS_A_WORD if _SYLLABIC.match(run) else _LETTERS_A_WORD)) for run in runs
    )


def letters_by_script(text: str) -> dict[str, int]:
    """Count the letters of each script in a text, the most frequent script first."""
    found: dict[str, int] = {}
    for match in _BY_SCRIPT.finditer(text):
        name = str(match.lastgroup)
        found[name] = found.get(name, 0) + len(match.group())
    return dict(sorted(found.items(), key=lambda row: -row[1]))
