"""Detect spliced claims: words far apart in the source but adjacent in the claim.

"X is a formation" is spliced from "X flows through the Gorge, a formation …": small models answer with the first words
of a sentence and the last. What is left out between two neighbours of the claim must be short, or whole clauses. No
word may be used more often than it occurs in the source.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import product

from rag.grounding.sentence_facts import SentenceFacts, SentenceWord, derived
from rag.grounding.sentence_patterns import JOINED, THAT
from rag.text.quantities import Quantity

_SHORT_GAP_WORDS = 2  # content words, quantities included, that may be left out anywhere: "opened in 1911 (in May)"
_EDGE = re.compile(r"""[,;:()\[\]—–"“”«»‘]|\s-\s|\.\s""")
_COMPARED_FORMS = ("stem", "text")
_SUBJECT_WORDS = 3  # content words at a sentence's beginning, among which its subject is: "X opened … and closed …"


def is_spliced(claim: SentenceFacts, evidence: SentenceFacts) -> bool:
    """Tell whether the claim combines words that are far apart in this sentence; False across languages."""
    if claim.language != evidence.language or claim.text.strip(" .") in evidence.text:
        return False
    if any(
        _repeats_word([getattr(w, form) for w in claim.words], [getattr(w, form) for w in evidence.words])
        for form in _COMPARED_FORMS
    ):
        return True
    items = _items(evidence)
    now: list[int] = []
    for each in _items(claim):
        places = [at for at, item in enumerate(items) if _supports(each, item)]
        apart = [abs(b - a) for a, b in product(now, places) if a != b]
        if apart:
            places = [b for b in places if any(abs(b - a) == min(apart) for a in now)]
            if not any(_are_adjacent(a, b, items, evidence.text) for a, b in product(now, places)):
                return True
        now = places or now
    return False


def _repeats_word(claim: Sequence[str], evidence: Sequence[str]) -> bool:
    """Tell whether the claim uses a word more often than its source does: "private schools and private schools"."""
    there = Counter(evidence)
    return any(often > there[word] > 0 for word, often in Counter(claim).items())


def _items(each: SentenceFacts) -> list[SentenceWord | Quantity]:
    return sorted([*each.words, *each.quantities], key=lambda item: item.start)


def _supports(claim: SentenceWord | Quantity, item: SentenceWord | Quantity) -> bool:
    if isinstance(claim, Quantity):
        return isinstance(item, Quantity) and item.supports(claim)
    if isinstance(item, Quantity):
        return False
    return claim.stem == item.stem or (claim.name and item.name and derived(claim, item))


def _are_adjacent(a: int, b: int, items: Sequence[SentenceWord | Quantity], text: str) -> bool:
    if abs(b - a) <= _SHORT_GAP_WORDS + 1:
        return b <= a + 2 or not THAT.match(text, items[a].end)
    after = text[items[a].end : items[a + 1].start] if a + 1 < len(items) else "; "
    before = text[items[b - 1].end : items[b].start] if b else "; "
    joined = b > a and a < _SUBJECT_WORDS and JOINED.search(before)
    return bool(joined or (_EDGE.search(before) and _EDGE.search(after)))
