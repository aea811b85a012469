"""Words that tell what kind of answer a question asks for, and what a sentence says that offers one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnswerTypePatterns:
    """How a question asks for one kind of answer, and what a sentence that offers it holds.

    Both are pattern pieces. Signs and units that every language writes ("€", "kg", "°") are left out. In ``asks``
    ``<later>`` stands for: no word of ``asking_later`` follows a comma. In ``offers`` ``<n>`` stands for a number,
    ``<hour>`` for one of the number words up to twelve. A month or a day of the week offers ``when`` in any language.
    """

    asks: str
    offers: str = ""


@dataclass(frozen=True, slots=True)
class AnswerTypeWords:
    """How each kind of answer is asked for and offered, and which questions a few words answer.

    Pattern pieces, but for ``number_words``.
    """

    money: AnswerTypePatterns
    weight: AnswerTypePatterns
    length: AnswerTypePatterns
    hour: AnswerTypePatterns
    colour: AnswerTypePatterns
    age: AnswerTypePatterns
    year: AnswerTypePatterns
    when: AnswerTypePatterns
    percentage: AnswerTypePatterns
    temperature: AnswerTypePatterns
    power: AnswerTypePatterns
    count: AnswerTypePatterns  # any number offers it
    person: AnswerTypePatterns  # any name offers it
    number_words: str  # words that count, beside those from two on of ``TextWords``; spaces between
    asking_later: str  # "When the mill failed, WHAT …" does not ask when
    before_year: str  # a number after it is a year: "in 1911"
    counted: str  # a number before it is no year after all: "in 1200 boats"; "" for none
    after_year: str  # a number before it is a year; "" for none
    brief: str  # a question that begins so asks for a few words
    long: str  # a question that begins as ``brief`` but asks for more
