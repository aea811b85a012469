"""Query decomposition: "When did the line open, and how many stops does it have?" asks two things.

By its words alone; what the second part leans on is found like a follow-up's (followup.py).
"""

from __future__ import annotations

import re

from rag.text.analyzer import is_stop, words
from rag.text.languages import rules_for
from rag.text.languages.schema.questions import QuestionWords
from rag.text.patterns import any_of


def split_question(question: str, language: str) -> tuple[str, ...]:
    """Return the two questions that a question asks, in order; itself alone where it asks one thing."""
    known = rules_for(language)
    if known is None:
        return (question,)
    asked = known.questions
    joins, asks = asked.joins, _asks(asked, question)
    whether, joined, inverted = (
        rf"{any_of(_as_written(piece, asked, question))}\b"
        for piece in (asked.whether, asked.whether_joined, asked.inverted)
    )
    lead = rf"\W*(?:(?:{joins})\s+)?"
    if re.match(lead + inverted, question, re.IGNORECASE):
        joined = whether
    began = re.match(rf"{lead}(?:{asks}|{whether})", question, re.IGNORECASE)
    if began is None:
        return (question,)
    parting = (
        rf"(?:,\s+(?:{joins})|[?.;])\s+(?=¿?(?:{asks}|{whether}))|\s+(?:{joins})\s+(?=¿?{asks}|¿{whether}|{joined})"
    )
    for match in re.finditer(parting, question, re.IGNORECASE):
        before, after = question[: match.start()], question[match.end() :]
        named = [word for word in words(before[began.end() :]) if not is_stop(word, language)]
        # "How and why …", "Who knows how and why …" ask one thing.
        if named and not re.search(rf"\b{asks}\W*$", before, re.IGNORECASE):
            return (before.rstrip(" ,;.?") + "?", after)
    return (question,)


def _asks(known: QuestionWords, question: str) -> str:
    """Return the pattern of a word that opens a question, with the preposition before it."""
    return rf"(?:(?:{known.before_asking})\s+)?(?:{_as_written(known.opens, known, question)})\b(?!-)"


def _as_written(pattern: str, known: QuestionWords, question: str) -> str:
    """Return a pattern without accents where the question is written without any."""
    accented, bare = known.accents
    if accented and not any(letter in accented for letter in question.lower()):
        return pattern.translate(str.maketrans(accented, bare))
    return pattern
