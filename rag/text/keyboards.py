"""Read a question as if typed in another keyboard layout, or in Latin letters for those of another script.

A language has a keyboard row and letter pairs for that (``languages/XX/text.py``), or none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from rag.text.languages import known_languages
from rag.text.patterns import pairs

# The keys of the English keyboard. "?" stays: who ends a question looks for that sign.
_ENGLISH_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`" + 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~'
_LATIN_LETTER = re.compile(r"[A-Za-z]")
_ACCENTED_LATIN = re.compile(r"[À-ʯ]")  # an accented Latin letter: no one transliterates with it


def keyboard_readings(question: str) -> Iterator[tuple[str, str]]:
    """Yield (language, text) for what the question may have been meant to read, the likeliest first.

    Readings that change nothing are left out.
    """
    for language, layout in _layouts():
        if (read := question.translate(layout)) != question:
            yield language, read
    if _LATIN_LETTER.search(question) and not _ACCENTED_LATIN.search(question):
        for code, known in known_languages().items():
            if known.text.from_latin:
                yield code, from_latin(question, code)


def from_latin(text: str, language: str) -> str:
    """Return Latin letters as the letters of the language that they commonly stand for.

    Omitted soft signs are not restored.
    """
    letters_of, groups, fixes = _latin(language)

    def one(match: re.Match[str]) -> str:
        letters = letters_of[match.group().lower()]
        return letters.capitalize() if match.group()[0].isupper() else letters

    read = groups.sub(one, text)
    for pattern, replacement in fixes:
        read = pattern.sub(replacement, read)
    return read


@cache
def _layouts() -> list[tuple[str, dict[int, int]]]:
    rows = {code: known.text.keyboard for code, known in known_languages().items() if known.text.keyboard}
    typed = [(code, str.maketrans(_ENGLISH_KEYS + "&", row + "?")) for code, row in rows.items()]
    return [*typed, *(("en", str.maketrans(row, _ENGLISH_KEYS)) for row in rows.values())]


@cache
def _latin(language: str) -> tuple[dict[str, str], re.Pattern[str], list[tuple[re.Pattern[str], str]]]:
    text = known_languages()[language].text
    letters = pairs(text.from_latin)
    groups = re.compile("|".join(sorted(map(re.escape, letters), key=len, reverse=True)), re.IGNORECASE)
    return letters, groups, [(re.compile(pattern, re.IGNORECASE), new) for pattern, new in text.latin_fixes]
