"""Which language a text is in: once a document, never an element."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lingua import LanguageDetector

LOOKED_AT = 5_000  # characters from the beginning
LEAST = 20  # letters; under that it is a guess
LANGUAGES = ("EN", "ES", "RU", "DE", "FR", "IT", "NL", "PL", "PT", "UK")


def language_of(text: str) -> str:
    """ISO 639-1 of the language, or "" where there are too few letters to tell."""
    head = text[:LOOKED_AT]
    if sum(map(str.isalpha, head)) < LEAST:
        return ""
    language = _detector().detect_language_of(head)
    return language.iso_code_639_1.name.lower() if language else ""


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, code) for code in LANGUAGES]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()
