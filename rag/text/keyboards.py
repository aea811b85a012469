"""What a question reads when it was typed with the keyboard in another layout, or in Latin letters for Cyrillic ones.

A layout is one row of keys on two keyboards, a transliteration a row of pairs. Another language is one more row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# The same keys on the English and the Russian keyboard. "?" stays: who ends a question looks for that sign.
_ENGLISH = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`" + 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~'
_RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбюё" + "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ"
_LAYOUTS = (("ru", str.maketrans(_ENGLISH + "&", _RUSSIAN + "?")), ("en", str.maketrans(_RUSSIAN, _ENGLISH)))

_CYRILLIC = dict(
    pair.split(":")
    for pair in (
        "shch:щ sch:щ zh:ж kh:х ts:ц ch:ч sh:ш yo:ё jo:ё yu:ю ju:ю iu:ю ya:я ja:я ia:я ye:е je:е iy:ий yy:ый "
        "a:а b:б v:в w:в g:г d:д e:е z:з i:и j:й k:к l:л m:м n:н o:о p:п r:р s:с t:т u:у f:ф h:х c:ц x:кс q:к y:ы ':ь"
    ).split()
)
_LATIN_GROUPS = re.compile("|".join(sorted(map(re.escape, _CYRILLIC), key=len, reverse=True)), re.IGNORECASE)
_SHORT_I = re.compile(r"(?<=[аеёиоуыэюя])ы", re.IGNORECASE)  # "y" after a vowel
_LATIN_LETTER = re.compile(r"[A-Za-z]")
_ACCENTED_LATIN = re.compile(r"[À-ʯ]")  # an accented Latin letter: no one transliterates with it


def keyboard_readings(question: str) -> Iterator[tuple[str, str]]:
    """(language, text) of what the question may have been meant to read, the likeliest first; those that change nothing
    are left out."""
    for language, layout in _LAYOUTS:
        if (read := question.translate(layout)) != question:
            yield language, read
    if _LATIN_LETTER.search(question) and not _ACCENTED_LATIN.search(question):
        yield "ru", cyrillic(question)


def cyrillic(text: str) -> str:
    """Latin letters as the Russian ones that they commonly stand for; soft signs that were left out stay out."""

    def one(match: re.Match[str]) -> str:
        letters = _CYRILLIC[match.group().lower()]
        return letters.capitalize() if match.group()[0].isupper() else letters

    return _SHORT_I.sub("й", _LATIN_GROUPS.sub(one, text))
