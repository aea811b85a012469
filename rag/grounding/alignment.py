"""Align names across languages: by spelling, by sound, by letters in one script, and translated ones by meaning.

Vectors of single words share a direction that hides their differences, one for each language, so each side's mean is
subtracted first; and a word is embedded alone and between quotation marks, which together say more than either.
Compares two sentences; looks nothing up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

import numpy as np

from rag.grounding.sentence_facts import SentenceFacts, SentenceWord, facts, name_runs, same
from rag.interfaces import Vectors
from rag.text.analyzer import fold, romanized, words
from rag.text.calendar_words import weekdays

EmbedTexts = Callable[[Sequence[str]], Vectors]

MIN_NAME_SIMILARITY = 0.45
"""Centred cosine of a name and its translation: "Alemania" and "Germany" .61, "Londres" and "Paris" .38. Fitted by
benchmarks/quality/translated_claims.py."""

_CAMEL_CASE = re.compile(r"\b[a-z]+[A-Z]\w*")
_MIN_SHARED_LETTERS = 0.85  # share of letters that two romanized names have in common, whatever its ending
_CONTEXT_WORDS = 40  # words of the passage that go into its mean
_CASE_ENDING_LETTERS = 2  # letters that a case may add to a name


def names_match(claim: SentenceFacts, evidence: SentenceFacts, context: tuple[str, str], embed: EmbedTexts) -> bool:
    """Tell whether the sentence holds every name of the claim, as it is or in its language's form.

    ``context`` is more text in the claim's language, and the passage around the sentence: the more words, the more
    accurate the means. Any word may have a capital at the claim's beginning, and any noun in some languages: these must
    be matched only where the sentence has a name that the claim lacks.
    """
    missing = unmatched_words(claim, evidence, certain=False)
    if not missing:
        return True
    if not evidence.words:
        return False
    similar = zip(missing, by_meaning(missing, claim, evidence, context, embed), strict=True)
    left = [word for word, near in similar if near < MIN_NAME_SIMILARITY]
    if any(word.name and not _opens_sentence(word, claim) for word in left):
        return False
    return not left or not _has_extra_name(claim, evidence, context, embed)


def _opens_sentence(word: SentenceWord, claim: SentenceFacts) -> bool:
    """Tell whether the claim begins with the word."""
    return not any(letter.isalnum() for letter in claim.text[: word.start])


def _has_extra_name(claim: SentenceFacts, evidence: SentenceFacts, context: tuple[str, str], embed: EmbedTexts) -> bool:
    """Tell whether the sentence has a name that the claim lacks."""
    missing = [word for word in unmatched_words(evidence, claim) if not _opens_sentence(word, evidence)]
    if not missing:
        return False
    return min(by_meaning(missing, evidence, claim, (context[1], context[0]), embed)) < MIN_NAME_SIMILARITY


def codes_match(claim: SentenceFacts, evidence: SentenceFacts) -> bool:
    """Tell whether the sentence holds every camel-case token of the claim ("cDNA", "iPhone"), letter for letter."""
    return set(_CAMEL_CASE.findall(claim.text)) <= set(_CAMEL_CASE.findall(evidence.text))


def unmatched_words(claim: SentenceFacts, evidence: SentenceFacts, *, certain: bool = True) -> list[SentenceWord]:
    """Return the names of the claim that the sentence has neither by spelling nor by sound or letters.

    Not only the ``certain`` ones: with the nouns that may be names where every noun has a capital. Days of the week are
    compared elsewhere.
    """
    spelled = {fold(word) for word in words(evidence.text)}

    def is_matched(word: SentenceWord) -> bool:
        return fold(word.text) in spelled or same(word, evidence, claim.language) or _alike(word, evidence)

    named = [word for word in claim.words if word.name or (not certain and word.capital)]
    return [word for word in named if not (is_matched(word) or _compared_as_day(word, claim, evidence))]


def _compared_as_day(word: SentenceWord, claim: SentenceFacts, evidence: SentenceFacts) -> bool:
    return bool(weekdays(word.text, claim.language)) and weekdays(evidence.text, evidence.language) is not None


def _alike(word: SentenceWord, evidence: SentenceFacts) -> bool:
    return any(letters_shared(word.text, other.text) >= _MIN_SHARED_LETTERS for other in evidence.words)


@lru_cache(maxsize=65536)
def letters_shared(one: str, other: str) -> float:
    """Return how alike (0 to 1) two words are in Latin letters, whatever the ending; 0 under four letters."""
    first, second = romanized(one), romanized(other)
    if min(len(first), len(second)) < 4:
        return 0.0
    stems = [
        (first[: len(first) - a], second[: len(second) - b])
        for a in range(_CASE_ENDING_LETTERS + 1)
        for b in range(_CASE_ENDING_LETTERS + 1)
    ]
    ratios = [SequenceMatcher(None, a, b, autojunk=False).ratio() for a, b in stems if min(len(a), len(b)) >= 4]
    return max(ratios, default=0.0)


def by_meaning(
    missing: Sequence[SentenceWord],
    claim: SentenceFacts,
    evidence: SentenceFacts,
    context: tuple[str, str],
    embed: EmbedTexts,
) -> list[float]:
    """Return for each of these words of the claim its centred cosine with the nearest word or name of the sentence."""
    mine, theirs = (
        _texts(facts(context[0], claim.language)),
        _texts(facts(context[1], evidence.language))[:_CONTEXT_WORDS],
    )
    ours, there = _texts(claim), [*_texts(evidence), *(evidence.text[a:b] for a, b in name_runs(evidence.text))]
    wanted = [claim.text[word.start : word.end] for word in missing]
    every = [*wanted, *ours, *mine, *there, *theirs]
    vectors = embed(every) + embed([f"«{text}»" for text in every])
    cuts = np.cumsum([len(wanted), len(ours) + len(mine), len(there)])
    names, claim_vectors, candidates, source = np.split(vectors, cuts)
    around = np.concatenate([candidates, source])
    similar = _centred(names, claim_vectors) @ _centred(candidates, around).T
    return [float(row.max()) for row in similar]


def _texts(each: SentenceFacts) -> list[str]:
    return [each.text[word.start : word.end] for word in each.words]


def _centred(vectors: Vectors, of: Vectors) -> Vectors:
    moved = vectors - of.mean(axis=0)
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.maximum(lengths, 1e-6), dtype=np.float32)
