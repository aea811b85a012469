"""Prose to claims: each sentence is bound to the exact words of the passages that bear it out, or marked unsupported.

What must agree: numbers, names, negation. What should: the content words, by stem. No threshold is ever relaxed to
find a citation, and no model is asked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answer.question import CAPITAL, QueryTerm
from rag.answer.quotes import met
from rag.library.terms import is_stop, sound, stem, words
from rag.sentences import sentences
from rag.types import Citation, Claim, Passage

SUPPORTED_FROM = 0.9  # share of a claim's content words that the cited words must hold: near to the letter
_NEGATION = {
    "en": frozenset((
        "not no never none nobody nothing neither nor without cannot can't don't doesn't didn't isn't wasn't "
        "aren't weren't won't wouldn't hasn't haven't hadn't"
    ).split()),
    "es": frozenset(["no", "nunca", "jamás", "nadie", "nada", "ninguno", "ninguna", "ningún", "tampoco", "sin", "ni"]),
    "ru": frozenset(["не", "нет", "ни", "никогда", "никто", "ничто", "ничего", "нельзя", "без", "никакой", "никакого"]),
}  # fmt: skip
# "Not more than 38" denies nothing.
_BOUND = re.compile(
    r"\b(not?|never) (more|less|fewer|later|earlier|only|until)\b|\bno (más|menos|solo|sólo|antes|después)\b|"
    r"\bне (более|больше|менее|меньше|только|позднее|позже|раньше|ранее)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Evidence:
    passage: Passage
    start: int  # in the passage
    end: int
    text: str


def claim(sentence: str, passages: Sequence[Passage], language: str) -> Claim:
    """One sentence, judged: supported with its citations and the share of its words they hold, or unsupported."""
    best: tuple[float, _Evidence | None] = (0.0, None)
    content = [word for word in words(sentence) if not is_stop(word, language)]
    if not content or sentence.rstrip(" »”\"')").endswith("?") or loops(sentence):
        return Claim(sentence, False, 0.0)
    for evidence in _windows(passages):
        value = _support(sentence, content, evidence, language)
        # Of equally good evidence the shorter: one sentence before the two that hold it.
        if value > best[0] + 1e-9 or (best[1] and value == best[0] and len(evidence.text) < len(best[1].text)):
            best = (value, evidence)
    value, found = best
    if found is None or value < SUPPORTED_FROM:
        return Claim(sentence, False, value)
    start = found.passage.start + found.start
    citation = Citation(
        document_id=found.passage.document_id,
        source=found.passage.source,
        page=found.passage.page,
        section=found.passage.section,
        start=start,
        end=start + len(found.text),
        quote=found.text,
        score=value,
    )
    return Claim(sentence, True, value, (citation,))


def loops(text: str, times: int = 2) -> bool:
    """Whether the same three words stand there that often: small models fall into loops, and a loop says nothing
    however many of its words a document holds."""
    spoken = words(text)
    seen = Counter(zip(spoken, spoken[1:], spoken[2:], strict=False))
    return bool(seen) and max(seen.values()) >= times


def _windows(passages: Sequence[Passage]) -> Iterator[_Evidence]:
    for passage in passages:
        spans = sentences(passage.text, passage.language)
        for size in (1, 2):
            for i in range(len(spans) - size + 1):
                start, end = spans[i][0], spans[i + size - 1][1]
                yield _Evidence(passage, start, end, passage.text[start:end])


def _support(sentence: str, content: Sequence[str], evidence: _Evidence, language: str) -> float:
    """Share of the claim's content words that the evidence holds; 0 where something that must agree does not."""
    there = set(words(evidence.text))
    if any(word[0].isdigit() and word not in there for word in content):
        return 0.0
    other = evidence.passage.language
    if _negated(sentence, language) != _negated(evidence.text, other):
        return 0.0
    foreign = other != language
    around = " ".join((*evidence.passage.section, evidence.passage.text))
    names = _names(sentence, language)
    held = total = 0.0
    for word in dict.fromkeys(content):
        term = QueryTerm(
            word, frozenset((stem(word, language), stem(word, other))), sound(word), 1.0, 1.0 if word in names else None
        )
        value = met(term, evidence.text, other, foreign, roots=False)
        if word in names and value == 0.0:
            # "It opened in 1913" bears out a claim about the tram where the tram is named beside it.
            value = 0.8 * met(term, around, other, foreign, roots=False)
            if value == 0.0:
                return 0.0
        weight = 2.0 if word in names or word[0].isdigit() else 1.0
        held += weight * value
        total += weight
    return held / total if total else 0.0


def _names(sentence: str, language: str) -> set[str]:
    """Words that must agree as names do: written with a capital, the first one too unless it is a function word."""
    return {
        word for match in CAPITAL.finditer(sentence) for word in words(match.group()) if not is_stop(word, language)
    }


def _negated(text: str, language: str) -> bool:
    return any(word in _NEGATION.get(language, _NEGATION["en"]) for word in words(_BOUND.sub(" ", text)))
