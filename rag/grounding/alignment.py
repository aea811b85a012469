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
from rag.grounding.weekdays import weekdays
from rag.interfaces import Vectors
from rag.text.analyzer import fold, romanized, words

Meaning = Callable[[Sequence[str]], Vectors]

SAME_NAME = 0.45
"""Centred cosine of a name and its translation: "Alemania" and "Germany" .61, "Londres" and "Paris" .38. Fitted by
benchmarks/quality/translated_claims.py."""

_CAMEL_CASE = re.compile(r"\b[a-z]+[A-Z]\w*")
_SAME_LETTERS = 0.85  # share of letters that two romanized names have in common, "andzheles" and "angeles"
_CONTEXT_WORDS = 40  # words of the passage that go into its mean
_CASE_ENDING_LETTERS = 2  # letters that a case may add to a name


def names_match(said: SentenceFacts, held: SentenceFacts, beside: tuple[str, str], meaning: Meaning) -> bool:
    """Tell whether the sentence holds every name of the claim, as it is or in its language's form.

    ``beside`` is more text in the claim's language, and the passage around the sentence: the more words, the more
    accurate the means. Any word may have a capital at the claim's beginning, and any noun in some languages: these must
    be matched only where the sentence has a name that the claim lacks.
    """
    missing = unmatched_words(said, held, sure=False)
    if not missing:
        return True
    if not held.words:
        return False
    similar = zip(missing, by_meaning(missing, said, held, beside, meaning), strict=True)
    left = [word for word, near in similar if near < SAME_NAME]
    if any(word.name and not _opens(word, said) for word in left):
        return False
    return not left or not _left_over(said, held, beside, meaning)


def _opens(word: SentenceWord, said: SentenceFacts) -> bool:
    """Tell whether the claim begins with the word."""
    return not any(letter.isalnum() for letter in said.text[: word.start])


def _left_over(said: SentenceFacts, held: SentenceFacts, beside: tuple[str, str], meaning: Meaning) -> bool:
    """Tell whether the sentence has a name that the claim lacks."""
    missing = [word for word in unmatched_words(held, said) if not _opens(word, held)]
    if not missing:
        return False
    return min(by_meaning(missing, held, said, (beside[1], beside[0]), meaning)) < SAME_NAME


def codes_match(said: SentenceFacts, held: SentenceFacts) -> bool:
    """Tell whether the sentence holds every camel-case token of the claim ("cDNA", "iPhone"), letter for letter."""
    return set(_CAMEL_CASE.findall(said.text)) <= set(_CAMEL_CASE.findall(held.text))


def unmatched_words(said: SentenceFacts, held: SentenceFacts, *, sure: bool = True) -> list[SentenceWord]:
    """Return the names of the claim that the sentence has neither by spelling nor by sound or letters.

    Not only the ``sure`` ones: with the nouns that may be names where every noun has a capital. Days of the week are
    compared elsewhere.
    """
    spelled = {fold(word) for word in words(held.text)}

    def met(word: SentenceWord) -> bool:
        return fold(word.text) in spelled or same(word, held, said.language) or _alike(word, held)

    named = [word for word in said.words if word.name or (not sure and word.capital)]
    return [word for word in named if not (met(word) or _compared_as_day(word, said, held))]


def _compared_as_day(word: SentenceWord, said: SentenceFacts, held: SentenceFacts) -> bool:
    return bool(weekdays(word.text, said.language)) and weekdays(held.text, held.language) is not None


def _alike(word: SentenceWord, held: SentenceFacts) -> bool:
    return any(letters_shared(word.text, other.text) >= _SAME_LETTERS for other in held.words)


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
    missing: Sequence[SentenceWord], said: SentenceFacts, held: SentenceFacts, beside: tuple[str, str], meaning: Meaning
) -> list[float]:
    """Return for each of these words of the claim its centred cosine with the nearest word or name of the sentence."""
    mine, theirs = _texts(facts(beside[0], said.language)), _texts(facts(beside[1], held.language))[:_CONTEXT_WORDS]
    ours, there = _texts(said), [*_texts(held), *(held.text[a:b] for a, b in name_runs(held.text))]
    wanted = [said.text[word.start : word.end] for word in missing]
    every = [*wanted, *ours, *mine, *there, *theirs]
    vectors = meaning(every) + meaning([f"«{text}»" for text in every])
    cuts = np.cumsum([len(wanted), len(ours) + len(mine), len(there)])
    names, claim, candidates, source = np.split(vectors, cuts)
    around = np.concatenate([candidates, source])
    similar = _centred(names, claim) @ _centred(candidates, around).T
    return [float(row.max()) for row in similar]


def _texts(each: SentenceFacts) -> list[str]:
    return [each.text[word.start : word.end] for word in each.words]


def _centred(vectors: Vectors, of: Vectors) -> Vectors:
    moved = vectors - of.mean(axis=0)
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.maximum(lengths, 1e-6), dtype=np.float32)
