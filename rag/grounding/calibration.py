"""How likely a person would find a claim supported by a passage: a score fitted on WiCE, beside the verdict.

WiCE's claims are written freely over several sentences, so all that a passage says is looked at together, and meaning
by vector where the embedder knows the language.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import mul

from rag.grounding.entailment import NAME_WEIGHT, EvidenceSentence
from rag.grounding.sentence_facts import SentenceFacts, joined, negated_stems, same
from rag.interfaces import EmbedderCard, Vectors
from rag.text.quantities import Quantity

MIN_LIKELY_SUPPORT = 0.37
"""Score from which on a claim is supported rather than not, where keeping one and catching the other weigh the same:
fitted on WiCE dev (benchmarks/quality/README.md, "Grounding")."""

_JOINED_SENTENCES = 3  # sentences whose words are compared together
_SAME_TOPIC_SHARE = 0.7  # least share of a claim's weight in three sentences that are about the same thing
_MIN_TRUST_FOR_RELATEDNESS = 0.3  # least trust at which the embedder's similarity is used

EmbedTexts = Callable[[Sequence[str]], Vectors]


def likelihood(
    claim: SentenceFacts,
    read: Sequence[Sequence[EvidenceSentence]],
    embed: EmbedTexts | None,
    card: EmbedderCard | None,
) -> float:
    """Return the probability (0 to 1) that the best of the passages supports the claim."""
    return max((probability(features(claim, evidence, embed, card)) for evidence in read), default=0.0)


@dataclass(frozen=True, slots=True)
class SupportFeatures:
    """What of a claim stands in a passage."""

    best_three: float  # share of its weight in the best three sentences together
    missing: bool  # a name or a number stands nowhere
    relatedness: float | None  # to the nearest of the three (EmbedderCard.relatedness); None where there is no trust


def features(
    claim: SentenceFacts,
    evidence: Sequence[EvidenceSentence],
    embed: EmbedTexts | None = None,
    card: EmbedderCard | None = None,
) -> SupportFeatures | None:
    """Measure how far a passage supports a claim.

    None where the passage has no sentence, or says the same without the claim's "not". Absence is no fault of the
    claim's first word (any word may have a capital there) and of small numbers written out.
    """
    if not evidence:
        return None
    rows = [
        [
            *(
                NAME_WEIGHT if any(q.supports(each) for q in part.facts.quantities) else 0.0
                for each in claim.quantities
            ),
            *(
                (NAME_WEIGHT if word.name else 1.0) if same(word, part.facts, claim.language) else 0.0
                for word in claim.words
            ),
        ]
        for part in evidence
    ]
    full = [NAME_WEIGHT] * len(claim.quantities) + [NAME_WEIGHT if word.name else 1.0 for word in claim.words]
    must = [not _is_small_number(quantity, claim) for quantity in claim.quantities]
    must += [word.name and position > 0 for position, word in enumerate(claim.words)]
    missing = any(needed and not any(row[i] for row in rows) for i, needed in enumerate(must))
    chosen: list[int] = []
    have = [0.0] * len(full)
    for _ in range(_JOINED_SENTENCES):
        best = max(range(len(rows)), key=lambda i: sum(map(max, have, rows[i])))
        if not chosen or sum(map(max, have, rows[best])) > sum(have):
            chosen.append(best)
            have = list(map(max, have, rows[best]))
    best_three = sum(have) / (sum(full) or 1.0)
    denied = negated_stems(joined([part.facts for part in evidence]))
    if best_three >= _SAME_TOPIC_SHARE and any(denied.isdisjoint(scope) for scope in claim.denied):
        return None
    relatedness = None
    if embed is not None and card is not None:
        known = min(card.language_trust(claim.language), card.language_trust(evidence[chosen[0]].facts.language))
        if known >= _MIN_TRUST_FOR_RELATEDNESS:
            one, *others = embed([claim.text, *(evidence[i].facts.text for i in chosen)])
            relatedness = max(card.relatedness(float(one @ other)) for other in others)
    return SupportFeatures(best_three, missing, relatedness)


def _is_small_number(quantity: Quantity, claim: SentenceFacts) -> bool:
    spelled = not claim.text[quantity.start].isdigit()
    return quantity.ordinal or (spelled and any(isinstance(r, float) and r <= 12 for r in quantity.readings))


# Logistic regressions fitted by benchmarks/quality/grounding.py --fit on WiCE dev: a constant, then a weight a feature.
_WEIGHTS_OF_WORDS = (-3.19, 4.85, -1.32)  # constant, best three, missing
_WEIGHTS_WITH_MEANING = (-3.65, 4.31, -1.35, 1.38)  # constant, best three, missing, relatedness


def probability(measured: SupportFeatures | None) -> float:
    """Return the probability (0 to 1) that a person finds the claim supported; 0 for None."""
    if measured is None:
        return 0.0
    row = (1.0, measured.best_three, float(measured.missing))
    total = sum(map(mul, _WEIGHTS_OF_WORDS, row))
    if measured.relatedness is not None:
        total = sum(map(mul, _WEIGHTS_WITH_MEANING, (*row, measured.relatedness)))
    return 1.0 / (1.0 + math.exp(-total))
