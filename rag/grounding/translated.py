"""Ground claims whose source is in another language: found by meaning, then compared by rule.

A vector tells which sentence a claim translates, but hardly whether a number, a name or a "not" was changed in it.
Those are compared here; the rest is not, so that a claim with such a source is never called supported.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.grounding.alignment import EmbedTexts, codes_match, names_match
from rag.grounding.entailment import MIN_SENTENCE_TERMS, EvidenceSentence, is_repetitive, read_sentences, size
from rag.grounding.sentence_facts import SentenceFacts, facts, negation_known
from rag.interfaces import EmbedderCard, Vector
from rag.text.calendar_words import weekdays
from rag.text.detect import language_of_question
from rag.text.quantities import Quantity
from rag.types import Passage

MIN_TRUST_FOR_TRANSLATION = 0.5
"""Least trust in the embedder, in both languages, for a translation to be looked for."""

MIN_NEARNESS = 0.52
"""Least similarity of a claim and its source (``EmbedderCard.normalized_similarity``), times the trust: fitted by
benchmarks/quality/translated_claims.py.
"""

NEGATION = "negation"
_UNDER_HEADINGS = 3  # sentences that are looked at under their headings too


@dataclass(frozen=True, slots=True)
class TranslatedMatch:
    """The sentence that a claim says in another language, and what of the two could not be compared."""

    evidence: EvidenceSentence
    similarity: float  # 0 to 1
    unchecked: tuple[str, ...] = ()


def translation(
    sentence: str,
    language: str,
    passages: Sequence[Passage],
    embed: EmbedTexts,
    card: EmbedderCard,
    *,
    question: str = "",
) -> TranslatedMatch | None:
    """Return the source of a claim among the passages in other languages.

    None where there is none, or it says something else. ``question`` is more text in the claim's language. Languages
    are ISO 639-1 codes; an unknown language ("") has no translations.
    """
    claim = facts(sentence, language)
    if (
        not language
        or card.language_trust(language) < MIN_TRUST_FOR_TRANSLATION
        or size(claim) < MIN_SENTENCE_TERMS
        or is_repetitive(sentence)
    ):
        return None
    foreign = [each for each in passages if _foreign(each, language, card)]
    found = _nearest(
        sentence, language, [part for each in foreign for part in read_sentences(each, language)], embed, card
    )
    if found is None or found[1] < MIN_NEARNESS:
        return None
    source, near = found
    if size(source.facts) < MIN_SENTENCE_TERMS or not _two_languages(claim, source.facts):
        return None
    if not (
        quantities_match(claim, source.facts)
        and negations_match(claim, source.facts)
        and codes_match(claim, source.facts)
    ):
        return None
    headed = facts(_headed(source), source.facts.language)
    if not (days_match(claim, headed) and names_match(claim, headed, (question, source.passage.text), embed)):
        return None
    known = negation_known(language) and negation_known(source.facts.language)
    return TranslatedMatch(source, near, () if known else (NEGATION,))


def _nearest(
    sentence: str, language: str, evidence: Sequence[EvidenceSentence], embed: EmbedTexts, card: EmbedderCard
) -> tuple[EvidenceSentence, float] | None:
    """Return the nearest of these sentences, alone or under its headings, with its nearness.

    Nearness is scaled by language confidence.
    """

    def trusted_nearness(part: EvidenceSentence, vector: Vector) -> float:
        trust = min(card.language_trust(language), card.language_trust(part.facts.language))
        return trust * card.normalized_similarity(float(own @ vector))

    if not evidence:
        return None
    own, *alone = embed([sentence, *(part.facts.text for part in evidence)])
    ranked = sorted(
        ((part, trusted_nearness(part, v)) for part, v in zip(evidence, alone, strict=True)), key=lambda row: -row[1]
    )
    first = [(part, near) for part, near in ranked[:_UNDER_HEADINGS] if part.passage.section]
    under: Iterable[Vector] = embed([_headed(part) for part, _ in first]) if first else ()
    best = ranked[:1] + [
        (part, max(near, trusted_nearness(part, v))) for (part, near), v in zip(first, under, strict=True)
    ]
    return max(best, key=lambda row: row[1])


def _headed(source: EvidenceSentence) -> str:
    """Return the sentence under its headings: "It has 64 stalls" under "The Thursday market" speaks of that market."""
    return " ".join([*(f"{each}." for each in source.passage.section), source.facts.text])


def _foreign(passage: Passage, language: str, card: EmbedderCard) -> bool:
    spoken = passage.language
    return bool(spoken) and spoken != language and card.language_trust(spoken) >= MIN_TRUST_FOR_TRANSLATION


def _two_languages(claim: SentenceFacts, evidence: SentenceFacts) -> bool:
    """Tell whether the claim is in the language it is taken to be in, and the source is not.

    A model may copy what it was to translate, and a short document's language may have been detected wrongly.
    """
    either = (claim.language, evidence.language)
    return language_of_question(claim.text, either) == claim.language != language_of_question(evidence.text, either)


def quantities_match(claim: SentenceFacts, evidence: SentenceFacts) -> bool:
    """Tell whether the sentence holds each quantity of the claim, each counted once."""
    left = list(evidence.quantities)
    for claimed in claim.quantities:
        found = _supporting_quantity(claimed, left)
        if found is None:
            return False
        left.remove(found)
    return True


def _supporting_quantity(claimed: Quantity, evidence: Sequence[Quantity]) -> Quantity | None:
    return next((quantity for quantity in evidence if quantity.supports(claimed)), None)


def days_match(claim: SentenceFacts, evidence: SentenceFacts) -> bool:
    """Tell whether the sentence holds each day of the week that the claim names; True where days are not known."""
    claimed, there = weekdays(claim.text, claim.language), weekdays(evidence.text, evidence.language)
    return claimed is None or there is None or claimed <= there


def negations_match(claim: SentenceFacts, evidence: SentenceFacts) -> bool:
    """Tell whether both have equally many negations; True where one language's negations are not known."""
    if not (negation_known(claim.language) and negation_known(evidence.language)):
        return True
    return len(set(claim.denied)) == len(set(evidence.denied))
