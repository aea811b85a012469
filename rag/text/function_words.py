"""Function words of some sixty languages: articles, prepositions, question words.

The lists are stopwords-iso's, which are generous and name words of content too: good for telling a language and for
weighing the words of a question, too wide for an index or for the grounding, which keep to Snowball's (analyzer.py).
"""

from __future__ import annotations

from functools import lru_cache

from rag.text.languages.question_words import QUESTION_WORDS
from rag.text.scripts import plain

_RELATED_LANGUAGES = {"nb": "no", "nn": "no", "ms": "id"}  # one list serves the near relation where it has none


@lru_cache(maxsize=128)
def function_words(language: str) -> frozenset[str]:
    """Return the function words of a language in lower case; empty where none are known."""
    import stopwordsiso

    for code in (language, _RELATED_LANGUAGES.get(language, "")):
        if code and stopwordsiso.has_lang(code):
            listed = (plain(word).casefold() for word in stopwordsiso.stopwords(code))
            return frozenset([*(word for word in listed if " " not in word), *QUESTION_WORDS.get(code, "").split()])
    return frozenset(QUESTION_WORDS.get(language, "").split())


@lru_cache(maxsize=1)
def languages_of_words() -> dict[str, frozenset[str]]:
    """Map each function word to the languages in which it is one."""
    import stopwordsiso

    found: dict[str, set[str]] = {}
    for code in sorted({*stopwordsiso.langs(), *QUESTION_WORDS} - UNSPOKEN):
        for word in function_words(code):
            found.setdefault(word, set()).add(code)
    groups = {frozenset(codes) for codes in found.values()}
    shared = {group: group for group in groups}  # most words are one language's
    return {word: shared[frozenset(codes)] for word, codes in found.items()}


UNSPOKEN = {"la", "eo", "br"}  # no one asks in them, and their lists hold their neighbours' words
