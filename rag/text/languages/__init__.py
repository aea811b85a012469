"""What is known of each language: one folder each (``de``, ``en``, ``es``, ``ru``), found by its name.

A language is added by its folder alone. One without a folder works all the same: no rule fires in it.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from rag.text.languages.schema import Language

_NOT_LANGUAGES = ("schema", "question_words")


@cache
def known_languages() -> dict[str, Language]:
    """Return every language that has a folder here, by its code (ISO 639-1), English first and the rest in order."""
    codes = sorted(
        (module.name for module in pkgutil.iter_modules(__path__) if module.name not in _NOT_LANGUAGES),
        key=lambda code: (code != "en", code),
    )
    return {code: import_module(f"{__name__}.{code}").LANGUAGE for code in codes}


def rules_for(code: str) -> Language | None:
    """Return what is known of the language with that code, or None."""
    return known_languages().get(code)
