"""Phrase questions as a person would, in each known language, from a heading, a sentence or a table row.

Does not decide which questions are good enough (synthetic_questions.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.text.languages import known_languages
from rag.text.languages.schema import Language
from rag.text.languages.schema.text import TextWords
from rag.text.patterns import any_of, number_words

_ACTION_PATTERN = ".+"
_UNIT_PATTERN = r"(?:(?:[^\W\d_]|[%°])+)"


@dataclass(frozen=True, slots=True)
class SentencePattern:
    """The form of a sentence and the question it answers.

    Groups: ``x`` is the subject of the question, ``answer`` the words that answer; other groups may appear in the
    question.
    """

    pattern: re.Pattern[str]
    question: str


@dataclass(frozen=True, slots=True)
class TableQuestion:
    """A column of a table, by its label and a value in it, and how the value of the row named ``x`` is asked for."""

    label: re.Pattern[str]
    value: re.Pattern[str]
    question: str


@dataclass(frozen=True, slots=True)
class QuestionPatterns:
    """Questions in one language, as ``PhrasingWords`` describes them, ready to be used."""

    asks: re.Pattern[str]
    how_to: tuple[SentencePattern, ...]
    definitions: tuple[SentencePattern, ...]
    facts: tuple[SentencePattern, ...]
    cells: tuple[TableQuestion, ...]
    articles: frozenset[str]
    indefinite: frozenset[str]
    pointing: frozenset[str]
    function_words: frozenset[str]
    is_latin: bool
    capital_nouns: bool
    vague: frozenset[str]
    gerund: str
    infinitive: tuple[str, ...]
    second_action: re.Pattern[str]
    adjective: re.Pattern[str]


def _phrasing(language: Language) -> QuestionPatterns:
    known = language.phrasing
    return QuestionPatterns(
        asks=re.compile(known.asks),
        how_to=_forms(language, _ACTION_PATTERN, known.how_to),
        definitions=_forms(language, known.name, known.definitions),
        facts=_forms(language, known.name, known.facts),
        cells=tuple(TableQuestion(re.compile(label), re.compile(value), asked) for label, value, asked in known.cells),
        articles=frozenset(known.articles.split()),
        indefinite=frozenset(known.indefinite.split()),
        pointing=frozenset(known.pointing.split()),
        function_words=frozenset(known.function_words.split()),
        is_latin=known.is_latin,
        capital_nouns=language.text.capital_nouns,
        vague=frozenset([*known.vague.split(), *_calendar(language.text)]),
        gerund=known.gerund,
        infinitive=known.infinitive,
        second_action=re.compile(any_of(known.second_action)),
        adjective=re.compile(any_of(known.adjective)),
    )


def _calendar(words: TextWords) -> set[str]:
    """Return the words that name days and months, and hardly anything else."""
    return {*" ".join((*words.weekdays, *words.months)).split()} - {*words.ambiguous_months.split()}


def _forms(language: Language, name: str, rows: Sequence[tuple[str, str]]) -> tuple[SentencePattern, ...]:
    spelled = "|".join(number_words(language.text.number_words))
    number = rf"(?:(?:{any_of(language.phrasing.about)} )?(?:[$€£]?\d[\d.,\u00a0]*(?: \d{{3}})*|{spelled}))"
    marks = {"@x": f"(?P<x>{name})", "@unit": _UNIT_PATTERN, "@n": number}
    forms = []
    for pattern, question in rows:
        for mark, text in marks.items():
            pattern = pattern.replace(mark, text)
        forms.append(SentencePattern(re.compile(pattern), question))
    return tuple(forms)


PHRASING = {code: _phrasing(known) for code, known in known_languages().items()}
