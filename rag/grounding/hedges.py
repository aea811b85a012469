"""Detect hedges of the source that a claim leaves out: "much of", "may", "rarely", "if", "critics believed that".

"The coast is dry" leaves out a hedge of "much of the coast is dry". A hedge applies to the word after it, a condition
to its part of the sentence, an attribution to what follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from rag.grounding.sentence_facts import SentenceFacts, SentenceWord
from rag.text.languages import language_of
from rag.text.patterns import any_of

_CLAUSE_SEPARATOR = re.compile(r"[;:]\s|\.\s")
_HEDGE_REACH_CHARS = (
    24  # characters from a word that limits to the one that it limits: an article, a preposition and an auxiliary
)
_OF_A_PART = 0.6  # share of the claim's words that stand in the part with the condition, or in what is only thought


@dataclass(frozen=True, slots=True)
class _HedgePatterns:
    """What limits a statement in one language."""

    limit: re.Pattern[str]  # the next word; a number is compared with its "almost" elsewhere (text/quantities.py)
    condition: re.Pattern[str]
    thought: re.Pattern[str]
    no_condition: frozenset[str]  # words before a condition's word that make it none


@cache
def _hedges(language: str) -> _HedgePatterns | None:
    """Return the language's patterns, None where it has no folder."""
    known = language_of(language)
    if known is None:
        return None
    words = known.grounding.hedges
    limit, condition, thought = (
        re.compile(rf"\b{any_of(piece)}\b", re.IGNORECASE) for piece in (words.limits, words.conditions, words.thought)
    )
    return _HedgePatterns(limit, condition, thought, frozenset(words.no_condition.split()))


def drops_hedge(said: SentenceFacts, held: SentenceFacts) -> bool:
    """Tell whether the claim takes what a word or a condition limits in this sentence, without any that does.

    Not across languages, and in known languages only.
    """
    patterns = _hedges(said.language)
    if patterns is None or said.language != held.language:
        return False
    spared = _limited(said, patterns.limit)
    if any(stem in said.stems and stem not in spared for stem in _limited(held, patterns.limit)):
        return True
    if not patterns.thought.search(said.text) and _only_thought(said, held, patterns.thought):
        return True
    return not patterns.condition.search(said.text) and _conditional(said, held, patterns)


def _limited(each: SentenceFacts, limit: re.Pattern[str]) -> set[str]:
    """Return the stems of the words that are hedged."""
    found = (_next(each, match.end()) for match in limit.finditer(each.text))
    return {word.stem for word in found if word is not None}


def _next(each: SentenceFacts, at: int) -> SentenceWord | None:
    word = next((word for word in each.words if word.start >= at), None)
    if word is None or word.start - at > _HEDGE_REACH_CHARS or any(at <= q.start < word.start for q in each.quantities):
        return None
    return word


def _only_thought(said: SentenceFacts, held: SentenceFacts, thought: re.Pattern[str]) -> bool:
    for match in thought.finditer(held.text):
        ends = _CLAUSE_SEPARATOR.search(held.text, match.end())
        if _stands_in(said, held, match.end(), ends.start() if ends else len(held.text)):
            return True
    return False


def _stands_in(said: SentenceFacts, held: SentenceFacts, start: int, end: int) -> bool:
    there = {word.stem for word in held.words if start <= word.start < end}
    return bool(said.words) and sum(word.stem in there for word in said.words) >= _OF_A_PART * len(said.words)


def _conditional(said: SentenceFacts, held: SentenceFacts, patterns: _HedgePatterns) -> bool:
    def is_condition(at: int) -> bool:
        before = held.text[:at].split()[-1:]
        return not before or before[0].lower() not in patterns.no_condition

    ends = [0, *(match.end() for match in _CLAUSE_SEPARATOR.finditer(held.text)), len(held.text)]
    return any(
        _stands_in(said, held, start, end)
        for start, end in pairwise(ends)
        if any(is_condition(match.start()) for match in patterns.condition.finditer(held.text, start, end))
    )
