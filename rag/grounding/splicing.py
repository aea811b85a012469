"""Detect spliced claims: words far apart in the source but adjacent in the claim.

"X is a formation" is spliced from "X flows through the Gorge, a formation …": small models answer with the first words
of a sentence and the last. What is left out between two neighbours of the claim must be short, or whole clauses. No
word may be used more often than it occurs in the source.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

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
        if apart := min(_distances(now, places), default=0):
            there = set(now)
            places = [b for b in places if b - apart in there or b + apart in there]
            if not _some_are_adjacent(now, places, items, evidence.text):
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


def _distances(now: Sequence[int], places: Iterable[int]) -> Iterator[int]:
    """Yield how far the nearest items of ``now``, which is in order, are from each place, without the place itself."""
    for b in places:
        after = bisect_left(now, b)
        yield from (abs(b - a) for a in now[max(0, after - 1) : after + 2] if a != b)


def _some_are_adjacent(
    now: Sequence[int], places: Sequence[int], items: Sequence[SentenceWord | Quantity], text: str
) -> bool:
    """Tell whether one of ``now`` is adjacent to one of ``places``: with a short gap, or whole clauses between.

    Both are in order. They may be thousands, where a source repeats a word, so no pairs of far ones are formed.
    """
    reach, there = _SHORT_GAP_WORDS + 1, set(now)
    if any(
        a in there and (b <= a + 2 or not THAT.match(text, items[a].end))
        for b in places
        for a in range(b - reach, b + reach + 1)
    ):
        return True

    def before(b: int) -> str:
        return text[items[b - 1].end : items[b].start] if b else "; "

    if now[0] < _SUBJECT_WORDS and any(b - now[0] > reach and JOINED.search(before(b)) for b in places):
        return True
    begun = [b for b in places if _EDGE.search(before(b))]
    ended = [a for a in now if a + 1 == len(items) or _EDGE.search(before(a + 1))] if begun else []
    return bool(ended) and max(begun[-1] - ended[0], ended[-1] - begun[0]) > reach
