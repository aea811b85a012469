"""The page's own words in English, Spanish and Russian. Knows no Streamlit: whoever draws says which language holds.

English stands in the code, the other two in ``words/*.json``: ``{"English": {"es": "…", "ru": "…"}}``, and for what is
counted a list for each plural form (es: one, many; ru: 1 документ, 2 документа, 5 документов). A test holds that each
English sentence in the code has both. What the core says is looked up by its words: see messages.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

PAGE_LANGUAGES = {"en": "English", "es": "Español", "ru": "Русский"}

_WORDS = Path(__file__).parent / "words"

_ask: Callable[[], str] = lambda: "en"  # noqa: E731


def follow(ask: Callable[[], str]) -> None:
    """From now on ``ask`` says which language holds, each time words are needed."""
    global _ask
    _ask = ask


def language() -> str:
    """The language that holds now: a key of :data:`PAGE_LANGUAGES`."""
    wanted = _ask()
    return wanted if wanted in PAGE_LANGUAGES else "en"


def nearest_language(locale: str | None) -> str:
    """The language for a browser's locale ("es-MX"): English where we do not have it."""
    begun = (locale or "").lower().replace("_", "-").partition("-")[0]
    return begun if begun in PAGE_LANGUAGES else "en"


def from_accept_language(accepted: str) -> str:
    """The language for a header Accept-Language ("de, es;q=0.8"): the most wanted that we have, else English."""
    wanted: list[tuple[float, str]] = []
    for each in accepted.lower().split(",")[:20]:
        name, _, weight = each.strip().partition(";q=")
        try:
            wanted.append((-float(weight or 1), name.strip().partition("-")[0]))
        except ValueError:
            continue
    return next(
        (name for weight, name in sorted(wanted, key=lambda each: each[0]) if name in PAGE_LANGUAGES and weight), "en"
    )


def tr(english: str, **values: object) -> str:
    """The sentence in the language that holds, with ``{name}`` filled in."""
    said = _said(english)
    return (said if isinstance(said, str) else english).format(**values) if values else str(said or english)


def trn(number: int, one: str, many: str, **values: object) -> str:
    """The sentence for a number of things; ``{n}`` is the number. Both are English; ``many`` is the key."""
    forms = _said(many)
    if not isinstance(forms, list):
        forms = [one, many]
    return str(forms[_form(language(), number)]).format(n=f"{number:,}", **values)


def translate_to(held: str, english: str) -> str:
    """The sentence in that language, whichever holds."""
    said = _said(english, held)
    return said if isinstance(said, str) else english


def _said(english: str, held: str = "") -> Any:
    held = held or language()
    return None if held == "en" else catalogue().get(english, {}).get(held)


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """All translations, by their English."""
    held: dict[str, dict[str, Any]] = {}
    for path in sorted(_WORDS.glob("*.json")):
        held |= words_of(path.stem)
    return held


@cache
def words_of(name: str) -> dict[str, dict[str, Any]]:
    """Those of one file of ``words``."""
    held: dict[str, dict[str, Any]] = json.loads((_WORDS / f"{name}.json").read_text(encoding="utf-8"))
    return held


def _form(held: str, number: int) -> int:
    """Which plural form (Unicode CLDR, cardinal)."""
    if held != "ru":
        return 0 if number == 1 else 1
    ten, hundred = number % 10, number % 100
    if ten == 1 and hundred != 11:
        return 0
    return 1 if 2 <= ten <= 4 and not 12 <= hundred <= 14 else 2


def word(english: str) -> str:
    """Marks a sentence that is looked up later with ``tr(name)``: it is given back as it is."""
    return english
