"""Patterns of all known languages at once, for a text whose language is not known or does not matter."""

from __future__ import annotations

from collections.abc import Callable

from rag.text.languages import known_languages
from rag.text.languages.schema import Language

_NEVER_MATCHES = "(?!)"  # what no text matches


def any_of(*pieces: str) -> str:
    """Return a pattern of whatever one of the pieces matches; empty ones match nothing."""
    return f"(?:{'|'.join(filter(None, pieces)) or _NEVER_MATCHES})"


def in_any_language(piece: Callable[[Language], str]) -> str:
    """Return a pattern of whatever the piece of one of the known languages matches."""
    return any_of(*map(piece, known_languages().values()))


def pairs(listed: str) -> dict[str, str]:
    """Return a list of pairs, in which spaces part them ("two:2 three:3"), as a dictionary."""
    return dict(pair.partition(":")[::2] for pair in listed.split())


def number_words(listed: str, least: float = 2, most: float = float("inf")) -> list[str]:
    """Return the words of a list of pairs whose numbers are of that size, longest first."""
    found = [word for word, value in pairs(listed).items() if least <= float(value) <= most]
    return sorted(found, key=len, reverse=True)


def words_of_any_language(listed: Callable[[Language], str]) -> frozenset[str]:
    """Return the words of all known languages' lists, in which spaces part them."""
    return frozenset(word for language in known_languages().values() for word in listed(language).split())
