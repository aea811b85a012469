"""Tell names by their capitals; where every noun has one, by what stands beside them: "Ada Lamm", "Dr. Lamm", "NATO".

A single noun ("Hamburg", "Hafen") may be a name there or not: it is not sure.
"""

from __future__ import annotations

from functools import cache

import regex

from rag.text.dates import MONTHS
from rag.text.function_words import function_words
from rag.text.languages import rules_for
from rag.text.patterns import any_of, pairs

_CAPITAL_NOUN_LANGUAGES = frozenset({"lb"})  # languages without a folder that write every noun with a capital
_BEFORE_SENTENCE = " \t\n.!?:;«»„“”\"'(¿¡—–-"  # before a word that opens a sentence
_CAPITAL_WORD = r"\p{Lu}[\w’']+"
_SPOKEN = regex.compile(r"[^\W\d]+")


def capitals_tell_names(language: str) -> bool:
    """Tell whether a capital within a sentence makes a word a name: not where every noun has one."""
    known = rules_for(language)
    return not known.text.capital_nouns if known else language not in _CAPITAL_NOUN_LANGUAGES


def certain_names(text: str, language: str) -> list[tuple[int, int]]:
    """Return the spans of words that are names whatever they mean, in a language whose nouns all have capitals.

    These are several capitalised words in a row, what follows a title, and words with capitals or digits inside.
    """
    if capitals_tell_names(language):
        return []
    titled, many = _patterns(language)
    spans = []
    for match in many.finditer(text):
        if match["inside"] or titled.match(match.group()):
            spans.append(match.span())
        elif match["run"] and (kept := _named_part(text, match.span(), language)):
            spans.append(kept)
    return spans


@cache
def _patterns(language: str) -> tuple[regex.Pattern[str], regex.Pattern[str]]:
    """Return the pattern of a title, and that of whatever may be a sure name."""
    known = rules_for(language)
    title = rf"\b{any_of(known.text.titles if known else '')}\.?\s+(?=\p{{Lu}})"
    inside = r"\b(?:(?:(?!\p{L}\p{Lu})\w)*+\p{L}\p{Lu}\w*|\p{Lu}(?:(?!\d)\w)*+\d\w*)"
    run = rf"(?:{title})*{_CAPITAL_WORD}(?:\s(?:{title})*{_CAPITAL_WORD})*"
    return regex.compile(title), regex.compile(rf"(?P<inside>{inside})|(?P<run>{run})")


def _named_part(text: str, span: tuple[int, int], language: str) -> tuple[int, int] | None:
    """Return the span of a row of capitalised words without one that only opens a sentence.

    None where fewer than two are left, or where something is counted or dated: "drei Tassen Kaffee", "Ende Mai".
    """
    parts = [match.span() for match in _SPOKEN.finditer(text, *span)]
    end = span[0]
    while end and text[end - 1] == " ":
        end -= 1
    numbers, longest = _number_words(language)
    before = text[max(0, end - longest - 1) : end]  # copying all that stands before each name took minutes
    row = [text[start:end].lower() for start, end in parts]
    if before[-1:].isdigit() or any(word in MONTHS or word in numbers for word in row):
        return None
    if before.rpartition(" ")[2].lower() in numbers:
        return None
    if not before or before[-1] in _BEFORE_SENTENCE:
        parts = parts[1:] if _only_opens(row[0], language) else parts
    return (parts[0][0], span[1]) if len(parts) > 1 else None


def _only_opens(word: str, language: str) -> bool:
    """Tell whether the word has its capital because it opens a sentence."""
    known = rules_for(language)
    endings = any_of(known.text.adjective_endings if known else "")
    return word in function_words(language) or regex.search(f"{endings}$", word) is not None


@cache
def _number_words(language: str) -> tuple[frozenset[str], int]:
    """Return the number words, and how long the longest is."""
    known = rules_for(language)
    numbers = frozenset(pairs(known.text.number_words)) if known else frozenset()
    return numbers, max(map(len, numbers), default=0)
