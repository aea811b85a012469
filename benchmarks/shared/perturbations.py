"""Perturb real sentences: made untrue in one place, or reworded without a change of meaning.

A perturbation changes a number, a date or a name, or puts a negation in. The new number or name comes from nowhere
("invented") or from elsewhere in the same paragraph ("moved"), which is harder. Does not use how grounding reads a
sentence.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.shared.language_patterns import PATTERNS
from rag.text.sentences import sentences

_MONTHS, _WRITTEN, _VERB = PATTERNS["months"], PATTERNS["numbers"], PATTERNS["verb"]
_NOT, _DENIES = PATTERNS["negated"], PATTERNS["denies"]
NAME = re.compile(r"(?<=[\w,] )[A-ZÁÉÍÓÚÑ\u0410-\u042f\u0401][a-záéíóúñ\u0430-\u044f\u0451]{3,}\b")
_NUMBER = re.compile(r"(?<![\w.,/-])\d+(?:[.,]\d+)*(?![\w/-])")


@dataclass(frozen=True)
class Case:
    """A sentence that its paragraph does not support, or (kept) one that it does."""

    kind: str
    paragraph: str
    sentence: str
    changed: str


def draw(language: str, paragraphs: Sequence[str], wanted: int) -> list[Case]:
    """Return so many cases, the kinds as even as the text allows, the same every time."""
    rng = random.Random(7)
    names = sorted({name for text in paragraphs for name in NAME.findall(text)})
    pools: dict[str, list[Case]] = defaultdict(list)
    for paragraph in paragraphs:
        for start, end in sentences(paragraph, language):
            sentence = paragraph[start:end]
            if 6 <= len(sentence.split()) <= 45:
                for kind, changed in changes(sentence, paragraph, language, names, rng):
                    pools[kind].append(Case(kind, paragraph, sentence, changed))
    chosen: list[Case] = []
    for pool in pools.values():
        rng.shuffle(pool)
    while len(chosen) < wanted and any(pools.values()):
        for kind in sorted(pools):
            if pools[kind] and len(chosen) < wanted:
                chosen.append(pools[kind].pop())
    return chosen


def changes(
    sentence: str, paragraph: str, language: str, names: Sequence[str], rng: random.Random
) -> list[tuple[str, str]]:
    """Return every way in which this sentence can be made untrue, each once."""
    found: list[tuple[str, str]] = []
    numbers = list(_NUMBER.finditer(sentence))
    if numbers:
        match = rng.choice(numbers)
        other = another(match.group(), rng)
        if not re.search(rf"(?<!\d){re.escape(other)}(?!\d)", paragraph):
            found.append(("number, invented", put(sentence, match, other)))
        moved = [n for n in _NUMBER.findall(paragraph) if n not in (m.group() for m in numbers)]
        if moved:
            found.append(("number, moved", put(sentence, match, rng.choice(moved))))
    written = list(re.finditer(rf"\b({_WRITTEN[language].replace(' ', '|')})\b", sentence))
    if written:
        match = rng.choice(written)
        others = [word for word in _WRITTEN[language].split() if not re.search(rf"\b{word}\b", paragraph)]
        found.append(("number, written out", put(sentence, match, rng.choice(others))))
    month = _MONTHS[language].replace(" ", "|")
    months = list(re.finditer(rf"\b({month})\b(?= \d|,)|(?<=\d )(?:de )?\b({month})\b", sentence))
    if months:
        match = rng.choice(months)
        others = [word for word in _MONTHS[language].split() if word not in sentence]
        lead = "de " if match.group().startswith("de ") else ""
        found.append(("date", put(sentence, match, lead + rng.choice(others))))
    named = list(NAME.finditer(sentence))
    if named:
        match = rng.choice(named)
        foreign = [name for name in names if name[:5] not in paragraph]
        found.append(("name, invented", put(sentence, match, rng.choice(foreign))))
        near = [name for name in NAME.findall(paragraph) if name[:5] not in sentence]
        if near:
            found.append(("name, moved", put(sentence, match, rng.choice(near))))
    if not re.search(_DENIES[language], sentence, re.IGNORECASE) and (verb := re.search(_VERB[language], sentence)):
        found.append(("negation", put(sentence, verb, verb.expand(_NOT[language]))))
    return found


def another(number: str, rng: random.Random) -> str:
    """Return the number with one digit changed."""
    places = [at for at, letter in enumerate(number) if letter.isdigit()]
    at = rng.choice(places)
    digit = rng.choice([d for d in "123456789" if d != number[at]])
    return number[:at] + digit + number[at + 1 :]


def put(sentence: str, match: re.Match[str], new: str) -> str:
    """Return the sentence with the match replaced."""
    return sentence[: match.start()] + new + sentence[match.end() :]


def paraphrases(sentence: str) -> list[tuple[str, str]]:
    """Return the sentence with its halves exchanged, without its brackets, without one of its adjuncts."""
    found = []
    body, stop = sentence.rstrip(".!"), sentence[len(sentence.rstrip(".!")) :]
    halves = re.split(r",\s+", body)
    if len(halves) == 2 and min(len(half.split()) for half in halves) > 2:
        found.append(("halves exchanged", f"{halves[1]}, {halves[0]}{stop}"))
    bare = re.sub(r"\s*\([^()]*\)", "", sentence)
    if bare != sentence and len(bare.split()) > 4:
        found.append(("brackets dropped", bare))
    if len(halves) >= 3 and 1 < len(halves[-1].split()) < 12:
        found.append(("adjunct dropped", ", ".join(halves[:-1]) + stop))
    elif len(halves) == 2 and len(halves[0].split()) > 5:
        found.append(("adjunct dropped", halves[0] + stop))
    return found
