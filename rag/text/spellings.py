"""Normalise text to the one form in which it is stored or compared, whatever program typed it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rag.text.invisible import visible
from rag.text.scripts import plain

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+")
_LONE = re.compile("[\ud800-\udfff]")


def storable(text: str) -> str:
    """Return text that every encoder, tokenizer and database accepts.

    Surrogate halves are joined where both are there and become "�" where not, control characters become spaces, and
    letters are composed (NFC). What nobody sees is left out.
    """
    if text.isascii() and text.isprintable():
        return text
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return unicodedata.normalize("NFC", visible(_CONTROLS.sub(" ", _LONE.sub("\ufffd", joined))))


def comparable(text: str) -> str:
    """Return the key under which names and phrases are compared literally.

    It ignores whether letters are composed or decomposed (macOS names files in the latter), their case and width, and
    the difference of the two Cyrillic letters e.
    """
    return plain(plain(text).casefold()).replace("\u0451", "\u0435")


def unaccented(text: str) -> str:
    """Return letters without their accents, one for one, so that places stay; the Cyrillic short i is its own letter.

    For patterns, which are written with accents where many people type none.
    """
    return text if text.isascii() else "".join(map(_unaccented, text))


@lru_cache(maxsize=4096)
def _unaccented(letter: str) -> str:
    apart = unicodedata.normalize("NFD", letter)
    accented = len(apart) > 1 and letter not in "\u0439\u0419" and all(map(unicodedata.combining, apart[1:]))
    return apart[0] if accented else letter
