"""Split prose into claims, each bound to the exact words of the passages that support it, or marked unsupported.

What must agree: quantities, names, negation, and what belongs to which. What should: the content words, by stem, and
meaning by vector where the embedder knows the language. Two things come out of it. A claim is *supported* where all
that must agree does and its words stand, nearly to the letter, in a sentence or two. Where it says what a sentence of
another language says, as far as rules can tell, it is *translated* from there, and not supported
(grounding/translated.py). Its *score* is how likely a person would find the passages to support it, fitted on WiCE. No
threshold is ever relaxed to find a citation, and no model is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.grounding.calibration import EmbedTexts, likelihood
from rag.grounding.entailment import (
    MIN_SENTENCE_TERMS,
    EvidenceSentence,
    are_quantities_supported,
    claim_coverage,
    heading,
    read_sentences,
    share,
    size,
)
from rag.grounding.sentence_facts import SentenceFacts, contradicts, facts
from rag.grounding.translated import TranslatedMatch, translation
from rag.interfaces import EmbedderCard
from rag.retrieval.passages import cite
from rag.text.detect import language_of_question
from rag.text.quantities import Reading
from rag.text.scripts import word_count
from rag.types import Citation, Claim, Passage

MIN_SUPPORT = 0.95  # share of a claim's weight that the cited words must hold
"""On WiCE dev all 15 claims whose words one or two sentences hold from .9 on, with all that must agree, are labelled
supported; by words and names alone from .8 on 82 % are, from .5 on 71 %. Above that a small model's prose decided
(benchmarks/quality/README.md, "Grounding")."""

_MAX_UNSUPPORTED_SCORE = 0.94  # the highest score of a claim that is not supported
_MAX_SOURCES_CITED = 3  # sources cited for one claim at most
_CONTRADICTION_SHARE = 0.8  # share of its words that a sentence holds which says the same thing with another number


@dataclass(frozen=True, slots=True)
class _EvidenceWindow:
    """One sentence of a passage, or two that follow each other; ``coverage`` is 0 where something disagrees."""

    parts: tuple[EvidenceSentence, ...]
    coverage: float

    @property
    def length(self) -> int:
        return self.parts[-1].end - self.parts[0].start


def check_claim(
    sentence: str,
    passages: Sequence[Passage],
    language: str,
    *,
    question: str = "",
    embed: EmbedTexts | None = None,
    card: EmbedderCard | None = None,
) -> Claim:
    """Judge one sentence: supported with its citations, translated with one, or unsupported; and what contradicts it.

    ``embed`` embeds texts, ``card`` tells in which languages that is reliable; without them words alone decide.
    ``language`` is the question's; where passages are in others, a sentence that is in one of those is read in it.
    """
    question_facts = facts(question, language)
    claim_language = _claim_language(sentence, language, passages)
    claim_facts = facts(sentence, claim_language)
    bare = (
        size(claim_facts) < MIN_SENTENCE_TERMS
        and not claim_facts.quantities
        and word_count(sentence) <= MIN_SENTENCE_TERMS
    )
    if bare or sentence.rstrip(" »”\"')」』").endswith(("?", "？", "؟", "⸮", "՞")):
        return Claim(sentence, False, 0.0)
    every = [read_sentences(passage, claim_language) for passage in passages]
    windows = [
        _EvidenceWindow(parts, claim_coverage(claim_facts, parts, question_facts))
        for sentences in every
        for parts in _windows(sentences)
    ]
    good = sorted(
        (window for window in windows if window.coverage >= MIN_SUPPORT),
        # Of equally good evidence the shorter: one sentence before the two that hold it.
        key=lambda window: (-round(window.coverage, 6), window.length),
    )
    sentences = good[0].parts if good else ()
    otherwise = [
        part
        for sentences_of in every
        for part in sentences_of
        if part not in sentences and _denies(claim_facts, part, sentences)
    ]
    conflict = tuple(_cite((part,), 1.0) for part in _first_of_each(otherwise)[:_MAX_SOURCES_CITED])
    if not good:
        score = min(likelihood(claim_facts, every, embed, card), _MAX_UNSUPPORTED_SCORE)
        if embed is not None and card is not None:
            context = question if claim_language == language else ""
            found = translation(sentence, claim_language, passages, embed, card, question=context)
            if found is not None:
                return _translated(sentence, score, found, conflict)
        return Claim(sentence, False, score, conflict=conflict)
    best: dict[str, _EvidenceWindow] = {}
    for window in good:
        best.setdefault(window.parts[0].passage.document_id, window)
    cited = tuple(_cite(window.parts, window.coverage) for window in [*best.values()][:_MAX_SOURCES_CITED])
    return Claim(sentence, True, good[0].coverage, cited, conflict)


def _claim_language(sentence: str, language: str, passages: Sequence[Passage]) -> str:
    others = dict.fromkeys(passage.language for passage in passages if passage.language not in ("", language))
    return (language_of_question(sentence, (language, *others)) or language) if others else language


def _translated(sentence: str, score: float, found: TranslatedMatch, conflict: tuple[Citation, ...]) -> Claim:
    cited = _cite((found.evidence,), found.similarity)
    return Claim(sentence, False, score, (cited,), conflict, translated=True, unchecked=found.unchecked)


def _windows(sentences: Sequence[EvidenceSentence]) -> Iterator[tuple[EvidenceSentence, ...]]:
    yield from ((part,) for part in sentences)
    yield from pairwise(sentences)


def _cite(parts: Sequence[EvidenceSentence], score: float) -> Citation:
    return cite(parts[0].passage, parts[0].start, parts[-1].end, score)


def _first_of_each(parts: Sequence[EvidenceSentence]) -> list[EvidenceSentence]:
    found: dict[tuple[str, str], EvidenceSentence] = {}
    for part in parts:
        found.setdefault((part.passage.document_id, part.facts.text), part)
    return list(found.values())


# -- who says otherwise


def _denies(claim: SentenceFacts, part: EvidenceSentence, support: Sequence[EvidenceSentence]) -> bool:
    """Tell whether a sentence makes the same statement with another quantity, or denies it."""
    evidence = part.facts
    names = [word for word in claim.words if word.capital]
    plain = [word for word in claim.words if not word.capital]
    near = [evidence, heading(part.passage, claim.language)]
    if (
        share(names, near, claim.language) < 1.0
        or share(plain, [evidence], claim.language) < _CONTRADICTION_SHARE
        or len(claim.words) < 2
    ):
        return False
    wrong = [q for q in claim.quantities if not any(other.supports(q) for other in evidence.quantities)]
    if not wrong:
        return (
            claim.denied != evidence.denied
            and contradicts(claim, evidence)
            and are_quantities_supported(claim, [evidence])
        )
    if len(wrong) > 1 or contradicts(claim, evidence):
        return False
    if not any(q.is_same_kind(wrong[0]) for q in evidence.quantities):
        return False
    # "14 stops in 1911, 16 in 1950": two years, two statements.
    dated = [q.readings | q.implied for each in support for q in each.facts.quantities if q.is_year or q.days]
    held: frozenset[Reading] = frozenset().union(*dated)
    others = [q for q in evidence.quantities if (q.is_year or q.days) and not q.is_same_kind(wrong[0])]
    return not dated or all(not (q.readings | q.implied).isdisjoint(held) for q in others)
