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
from rag.text.languages import rules_for
from rag.text.patterns import any_of

_CLAUSE_SEPARATOR = re.compile(r"[;:]\s|\.\s")
_HEDGE_REACH_CHARS = (
    24  # characters from a word that limits to the one that it limits: an article, a preposition and an auxiliary
)
_MIN_PART_SHARE = 0.6  # least share of the claim's words in the part with the condition, or in what is only believed


@dataclass(frozen=True, slots=True)
class _HedgePatterns:
    """What limits a statement in one language."""

    hedge: re.Pattern[str]  # the next word; a number is compared with its "almost" elsewhere (text/quantities.py)
    condition: re.Pattern[str]
    belief: re.Pattern[str]
    no_condition: frozenset[str]  # words before a condition's word that make it none


@cache
def _hedges(language: str) -> _HedgePatterns | None:
    """Return the language's patterns, None where it has no folder."""
    known = rules_for(language)
    if known is None:
        return None
    words = known.grounding.hedges
    hedge, condition, belief = (
        re.compile(rf"\b{any_of(piece)}\b", re.IGNORECASE) for piece in (words.hedges, words.conditions, words.beliefs)
    )
    return _HedgePatterns(hedge, condition, belief, frozenset(words.no_condition.split()))


def drops_hedge(claim: SentenceFacts, evidence: SentenceFacts) -> bool:
    """Tell whether the claim repeats what this sentence hedges or makes conditional, but drops the hedge or condition.

    Not across languages, and in known languages only.
    """
    patterns = _hedges(claim.language)
    if patterns is None or claim.language != evidence.language:
        return False
    spared = _hedged_stems(claim, patterns.hedge)
    if any(stem in claim.stems and stem not in spared for stem in _hedged_stems(evidence, patterns.hedge)):
        return True
    if not patterns.belief.search(claim.text) and _only_believed(claim, evidence, patterns.belief):
        return True
    return not patterns.condition.search(claim.text) and _conditional(claim, evidence, patterns)


def _hedged_stems(each: SentenceFacts, hedge: re.Pattern[str]) -> set[str]:
    """Return the stems of the words that are hedged."""
    found = (_next_word(each, match.end()) for match in hedge.finditer(each.text))
    return {word.stem for word in found if word is not None}


def _next_word(each: SentenceFacts, at: int) -> SentenceWord | None:
    word = next((word for word in each.words if word.start >= at), None)
    if word is None or word.start - at > _HEDGE_REACH_CHARS or any(at <= q.start < word.start for q in each.quantities):
        return None
    return word


def _only_believed(claim: SentenceFacts, evidence: SentenceFacts, belief: re.Pattern[str]) -> bool:
    for match in belief.finditer(evidence.text):
        ends = _CLAUSE_SEPARATOR.search(evidence.text, match.end())
        if _lies_within(claim, evidence, match.end(), ends.start() if ends else len(evidence.text)):
            return True
    return False


def _lies_within(claim: SentenceFacts, evidence: SentenceFacts, start: int, end: int) -> bool:
    there = {word.stem for word in evidence.words if start <= word.start < end}
    return bool(claim.words) and sum(word.stem in there for word in claim.words) >= _MIN_PART_SHARE * len(claim.words)


def _conditional(claim: SentenceFacts, evidence: SentenceFacts, patterns: _HedgePatterns) -> bool:
    def is_condition(at: int) -> bool:
        before = evidence.text[:at].split()[-1:]
        return not before or before[0].lower() not in patterns.no_condition

    ends = [0, *(match.end() for match in _CLAUSE_SEPARATOR.finditer(evidence.text)), len(evidence.text)]
    return any(
        _lies_within(claim, evidence, start, end)
        for start, end in pairwise(ends)
        if any(is_condition(match.start()) for match in patterns.condition.finditer(evidence.text, start, end))
    )
