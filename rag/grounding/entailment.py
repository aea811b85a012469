"""Decide whether one or two sentences entail a claim to the letter: what must agree, and what belongs to which.

Quantities, names and negation must agree; no words may be adjacent that are not adjacent in the source. Then the share
of the claim's words that the source holds decides (ground.py). In a language whose negations are not known, a claim
must copy one or two sentences word for word.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import combinations, pairwise

from rag.grounding.hedges import drops_hedge
from rag.grounding.sentence_facts import (
    SentenceFacts,
    SentenceWord,
    contradicts,
    denies_affirmed,
    derived,
    facts,
    joined,
    name_runs,
    negation_known,
    same,
)
from rag.grounding.sentence_patterns import passive_patterns
from rag.grounding.splicing import is_spliced
from rag.text.analyzer import runs, words
from rag.text.languages import rules_for
from rag.text.quantities import Quantity
from rag.text.sentences import sentences
from rag.types import Passage

NAME_WEIGHT = 2.0  # a name or a quantity weighs as much as two words
MIN_SENTENCE_TERMS = 3  # words and quantities below which a text is no sentence: it answers only with its question
_QUESTION_SHARE = 0.5  # share of the question's words that must stand with such a fragment
_MAX_GAP_WORDS = 3  # content words between two that stand side by side in the claim
_MIN_RESPECTIVELY_SHARE = 0.8  # share of the words of a sentence with "respectively" that a claim must have
_MIN_REPEATED_SHARE = 0.65  # share of a claim from which on one sentence is taken to be the one it repeats


@dataclass(frozen=True, slots=True)
class EvidenceSentence:
    """A sentence of a passage."""

    passage: Passage
    start: int  # in the passage
    end: int
    facts: SentenceFacts


def read_sentences(passage: Passage, language: str) -> list[EvidenceSentence]:
    """Return the passage's sentences; ``language`` is used where the passage has none."""
    spoken = passage.language or language
    return [
        EvidenceSentence(passage, start, end, facts(passage.text[start:end], spoken))
        for start, end in sentences(passage.text, passage.language)
    ]


def claim_coverage(claim: SentenceFacts, parts: Sequence[EvidenceSentence], question: SentenceFacts) -> float:
    """Return the share of the claim's weight that these sentences hold; 0 where something that must agree does not."""
    evidence = [part.facts for part in parts]
    if not are_quantities_supported(claim, evidence):
        return 0.0
    there = _trigrams(" ".join(each.text for each in evidence)) if is_repetitive(claim.text) else Counter()
    if is_repetitive(claim.text) and any(
        often > 1 and there[three] < often for three, often in _trigrams(claim.text).items()
    ):
        return 0.0
    whole = joined(evidence)
    to_the_letter = not all(negation_known(each.language) for each in (claim, *evidence))
    if to_the_letter and claim.tokens != whole.tokens:
        return 0.0  # what it denies or limits cannot be told: only what is copied whole is supported
    if (
        contradicts(claim, whole)
        or denies_affirmed(claim, evidence)
        or _misplaces_word(claim, evidence)
        or any(_swaps_names(claim, each) or _reverses_roles(claim, each) for each in evidence)
    ):
        return 0.0
    known = [*evidence, heading(parts[0].passage, claim.language)]
    if (
        size(claim) < MIN_SENTENCE_TERMS
        and question.words
        and share(question.words, known, claim.language) < _QUESTION_SHARE
    ):
        return 0.0
    if to_the_letter:
        return 1.0
    if _adds_attribute(claim, evidence, question):
        return 0.0
    if len(evidence) > 1 and not _combines_both(claim, evidence):
        return 0.0
    if any(is_spliced(claim, each) or drops_hedge(claim, each) for each in evidence):
        return 0.0
    above = heading(parts[0].passage, claim.language)
    total = have = NAME_WEIGHT * len(claim.quantities)
    for word in claim.words:
        weight = NAME_WEIGHT if word.name else 1.0
        total += weight
        if any(same(word, each, claim.language) and _is_written_alike(word, claim, each) for each in evidence):
            have += weight
        elif word.capital and same(word, above, claim.language):
            have += 0.9 * weight  # "It opened in 1913" supports a claim about the tram under the heading "The tram"
        elif word.name:
            return 0.0
    return have / total if total else 0.0


def heading(passage: Passage, language: str) -> SentenceFacts:
    """Return the facts of the headings above a passage, read as sentences."""
    return facts(". ".join(passage.section), passage.language or language)


def share(words: Sequence[SentenceWord], evidence: Sequence[SentenceFacts], language: str) -> float:
    """Return the share of the weight of these words that some of the sentences hold; 1 of no words."""
    if not words:
        return 1.0
    weights = [
        (NAME_WEIGHT if word.name else 1.0, any(same(word, each, language) for each in evidence)) for word in words
    ]
    return sum(weight for weight, met in weights if met) / sum(weight for weight, _ in weights)


def are_quantities_supported(claim: SentenceFacts, evidence: Sequence[SentenceFacts]) -> bool:
    """Tell whether the sentences state every quantity of a claim; each counts once beside the same words."""
    owners = _with_capital(claim)
    different = {
        (replace(each, start=0, end=0), frozenset(_context(each, claim).items()), _owner(each, owners)): each
        for each in claim.quantities
    }
    return all(is_quantity_supported(each, claim, evidence) for each in different.values())


def is_quantity_supported(claimed: Quantity, claim: SentenceFacts, evidence: Sequence[SentenceFacts]) -> bool:
    """Tell whether a sentence states the quantity of the same thing.

    "built in 1911, closed in 1950" does not support "built in 1950".
    """
    around, owner = _context(claimed, claim), _owner(claimed, _with_capital(claim))
    for each in evidence:
        fit: list[Quantity] = []
        others: list[Quantity] = []
        for quantity in each.quantities:
            (fit if quantity.supports(claimed) else others).append(quantity)
        rival = [q for q in others if q.is_same_kind(claimed)]
        nearer = max((_context_similarity(around, q, each) for q in rival), default=0.0)
        if not fit or max(_context_similarity(around, q, each) for q in fit) < nearer:
            continue
        owners = _with_capital(each) if owner else []
        if (
            owner
            and owner not in map(partial(_owner, owners=owners), fit)
            and owner in map(partial(_owner, owners=owners), rival)
        ):
            continue  # "Edison in 1915, Tesla in 1937" does not support "Edison in 1937"
        return True
    return False


def _context(quantity: Quantity, claim: SentenceFacts) -> dict[str, float]:
    """Return the stems beside a quantity in its clause, with weights that fall with their distance."""
    first = bisect_left(claim.words, quantity.end, key=lambda word: word.start)
    last = bisect_right(claim.words, quantity.start, key=lambda word: word.end)
    before = claim.words[max(0, last - _MAX_GAP_WORDS) : last][::-1]
    weights: dict[str, float] = {}
    for side in (before, claim.words[first : first + _MAX_GAP_WORDS]):
        for distance, word in enumerate(side, 1):
            weights[word.stem] = max(weights.get(word.stem, 0.0), 1.0 / distance)
    return weights


def _with_capital(each: SentenceFacts) -> list[SentenceWord]:
    return [word for word in each.words if word.capital]


def _owner(quantity: Quantity, owners: Sequence[SentenceWord]) -> str:
    """Return the stem of the last name before a quantity, or noun with a capital; "" where there is none."""
    last = bisect_right(owners, quantity.start, key=lambda word: word.end)
    return owners[last - 1].stem if last else ""


def _context_similarity(around: dict[str, float], quantity: Quantity, each: SentenceFacts) -> float:
    if not around:
        return 0.0
    there = _context(quantity, each)
    length = math.hypot(*there.values()) if there else 1.0
    return round(sum(weight * there[stem] for stem, weight in around.items() if stem in there) / length, 9)


def _is_written_alike(word: SentenceWord, claim: SentenceFacts, each: SentenceFacts) -> bool:
    """Tell whether a name within a sentence is written as a name in the other too, or follows the same word there.

    "South Schools" is not "schools in South Street", but "the UK Parliament" is "the UK's parliament".
    """
    at = claim.words.index(word)
    if not word.name or at == 0:
        return True
    places = [n for n, other in enumerate(each.words) if other.stem == word.stem]
    before = claim.words[at - 1].stem
    return not places or any(each.words[n].capital or (n > 0 and each.words[n - 1].stem == before) for n in places)


def _combines_both(claim: SentenceFacts, evidence: Sequence[SentenceFacts]) -> bool:
    """Tell whether a claim really combines both sentences: it takes a fair part of each.

    Where one sentence holds nearly all of the claim, the rest may not come from the other, except for what the first
    points back to ("It opened in 1911"): a name or two that the claim begins with.
    """
    better = max(evidence, key=lambda each: _share_of(claim, each))
    if _share_of(claim, better) < _MIN_REPEATED_SHARE:
        return True
    missing = [word for word in claim.words if not same(word, better, claim.language)]
    unsupported = [q for q in claim.quantities if not any(other.supports(q) for other in better.quantities)]
    begins = [word.start for word in claim.words][: len(missing)]
    return better is evidence[-1] and better.points_back and not unsupported and [w.start for w in missing] == begins


def _share_of(claim: SentenceFacts, each: SentenceFacts) -> float:
    quantities = [any(other.supports(quantity) for other in each.quantities) for quantity in claim.quantities]
    rows = [(NAME_WEIGHT if word.name else 1.0, same(word, each, claim.language)) for word in claim.words]
    rows += [(NAME_WEIGHT, met) for met in quantities]
    return sum(weight for weight, met in rows if met) / (sum(weight for weight, _ in rows) or 1.0)


def _misplaces_word(claim: SentenceFacts, evidence: Sequence[SentenceFacts]) -> bool:
    """Tell whether a word is next to another word than in the sources, or one of two parallel lists is missing.

    "household size" is misplaced where they speak of a household and of family size. Of two lists joined by
    "respectively" neither may be given without the other.
    """
    for one, other in pairwise(claim.words):
        if claim.text[one.end : other.start] not in (" ", "-"):
            continue
        if one.name and other.name and any(_changes_name(one, other, each) for each in evidence):
            return True
        places = [(each, at) for each in evidence for at, word in enumerate(each.words) if word.stem == other.stem]
        if not places or not any(same(one, each, claim.language) for each in evidence):
            continue
        near = any(
            (word.stem == one.stem or derived(one, word)) and word.clause == each.words[at].clause
            for each, at in places
            for word in each.words[max(0, at - _MAX_GAP_WORDS) : at + _MAX_GAP_WORDS + 1]
        )
        if not near and all(_drops_attribute(each, at, claim) for each, at in places):
            return True
    return any(
        each.says_respectively and len(claim.words) < _MIN_RESPECTIVELY_SHARE * len(each.words) for each in evidence
    )


def _changes_name(one: SentenceWord, other: SentenceWord, each: SentenceFacts) -> bool:
    """Tell whether the source continues a name differently: "Jack Harkness (John Barrowman)" has no Jack Barrowman.

    A middle name may be left out.
    """
    runs = [
        [word.stem for word in each.words if word.capital and start <= word.start < end]
        for start, end in name_runs(each.text)
    ]
    together = ((a.stem, b.stem) for a, b in pairwise(each.words) if each.text[a.end : b.start] in (" ", "-"))
    if (one.stem, other.stem) in together:
        return False
    here = [run[run.index(one.stem) :] for run in runs if one.stem in run]
    return bool(here) and all(len(run) > 1 and other.stem not in run for run in here)


def _adds_attribute(claim: SentenceFacts, evidence: Sequence[SentenceFacts], question: SentenceFacts) -> bool:
    """Tell whether the claim gives a word an attribute that the sources do not: "a primary school" for "a school".

    What the question itself says is no addition.
    """
    if evidence[0].language != claim.language:
        return False

    def is_supported(word: SentenceWord) -> bool:
        return any(same(word, each, claim.language) for each in evidence)

    known = rules_for(claim.language)
    follows = known is not None and known.grounding.attribute_follows
    for one, other in pairwise(claim.words):
        if claim.text[one.end : other.start] not in (" ", "-"):
            continue
        attribute, bearer = (other, one) if follows else (one, other)
        if (
            not attribute.name
            and not is_supported(attribute)
            and attribute.stem not in question.stems
            and is_supported(bearer)
        ):
            return True
    return False


def _drops_attribute(each: SentenceFacts, at: int, claim: SentenceFacts) -> bool:
    """Tell whether the word directly before that one is missing from the claim."""
    before = each.words[at - 1] if at else None
    return (
        before is not None
        and each.text[before.end : each.words[at].start] in (" ", "-")
        and not any(before.stem == word.stem or derived(before, word) for word in claim.words)
    )


def _swaps_names(claim: SentenceFacts, evidence: SentenceFacts) -> bool:
    """Tell whether two names have changed places around the same word: "A beat B" and "B beat A".

    False where the language's word order is free; a passive may turn them.
    """
    known = rules_for(claim.language)
    if known is None or not known.grounding.fixed_order:
        return False
    if evidence.language != claim.language or claim.passive != evidence.passive:
        return False
    for one, other in combinations([word for word in claim.words if word.name], 2):
        between = {word.stem for word in claim.words if one.end <= word.start < other.start and not word.name}
        if not between:
            continue
        first, second = evidence.offsets_of(one.stem), evidence.offsets_of(other.stem)
        if not (first and second and max(second) < min(first)):
            continue
        if any(word.stem in between for word in evidence.words if max(second) < word.start < min(first)):
            return True
    return False


def _reverses_roles(claim: SentenceFacts, evidence: SentenceFacts) -> bool:
    """Tell whether something suffers an action in the claim that it does to something else in the source.

    "Internet2 was retired" turns "Internet2 retired Abilene". Checked only where the language's passive is known.
    """
    passive = passive_patterns(claim.language)
    if passive is None or evidence.language != claim.language:
        return False
    adverb = passive.adverb
    for match in passive.participle.finditer(claim.text):
        verb = next((word for word in claim.words if word.start == match.start(1)), None)
        before = [word for word in claim.words if word.end <= match.start() and not word.text.endswith(adverb)]
        if verb is None or not before:
            continue
        for at, word in enumerate(evidence.words):
            if word.stem != verb.stem or not passive.object.match(evidence.text, word.end):
                continue
            doers = [
                each for each in evidence.words[:at] if each.clause == word.clause and not each.text.endswith(adverb)
            ]
            done_to = evidence.words[at + 1].stem if at + 1 < len(evidence.words) else ""
            if not doers or passive.be.search(evidence.text[doers[-1].end : word.start]):
                continue
            if doers[-1].stem not in {each.stem for each in before}:
                continue
            if done_to not in claim.stems:
                return True
    return False


def size(claim: SentenceFacts) -> int:
    """Count the content words and quantities of a sentence."""
    return len(claim.words) + len(claim.quantities)


def is_repetitive(text: str, times: int = 2) -> bool:
    """Tell whether the same three words stand there ``times`` times (of character pairs five, which make three words).

    Small models fall into loops, and a loop says nothing however many of its words a document holds.
    """
    return max(_trigrams(text).values(), default=0) >= times


@lru_cache(maxsize=256)  # of a claim they are asked for with every sentence of its sources
def _trigrams(text: str) -> Counter[tuple[str, ...]]:
    spoken = words(text)
    size = 5 if runs(text) else 3
    return Counter(zip(*(spoken[at:] for at in range(size)), strict=False))
