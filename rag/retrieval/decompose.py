"""Query decomposition: "When did the line open, and how many stops does it have?" asks two things.

By its words alone; what the second part leans on is found like a follow-up's (followup.py).
"""

from __future__ import annotations

import re

from rag.text.analyzer import is_stop, words
from rag.text.languages import rules_for
from rag.text.languages.schema.questions import QuestionWords


def split_question(question: str, language: str) -> tuple[str, ...]:
    """Return the two questions that a question asks, in order; itself alone where it asks one thing."""
    known = rules_for(language)
    if known is None:
        return (question,)
    joins, asks = known.questions.joins, _asks(known.questions, question)
    began = re.match(rf"\W*(?:(?:{joins})\s+)?{asks}", question, re.IGNORECASE)
    if began is None:
        return (question,)
    for match in re.finditer(rf"(?:,?\s+(?:{joins})|[?.;])\s+(?=¿?{asks})", question, re.IGNORECASE):
        before, after = question[: match.start()], question[match.end() :]
        named = [word for word in words(before[began.end() :]) if not is_stop(word, language)]
        # "How and why …", "Who knows how and why …" ask one thing.
        if named and not re.search(rf"\b{asks}\W*$", before, re.IGNORECASE):
            return (before.rstrip(" ,;.?") + "?", after)
    return (question,)


def _asks(known: QuestionWords, question: str) -> str:
    """Return the pattern of a word that opens a question, with the preposition before it."""
    accented, bare = known.accents
    opens = known.opens
    if accented and not any(letter in accented for letter in question.lower()):  # none of its accents are written
        opens = opens.translate(str.maketrans(accented, bare))
    return rf"(?:(?:{known.before_asking})\s+)?(?:{opens})\b(?!-)"
