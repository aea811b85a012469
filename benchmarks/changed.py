"""Real sentences made untrue in one place, and the same said a little otherwise: part of benchmarks.grounding.

A case changes a number, a date or a name, or puts a negation in. The new number or name comes from nowhere ("invented")
or from elsewhere in the same paragraph ("moved"), which is harder. Knows nothing of how the grounding reads a sentence.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.grounding.ground import claim
from rag.text.sentences import sentences
from rag.types import Passage

_WORDS_OF = json.loads((Path(__file__).parent / "words.json").read_text(encoding="utf-8"))
_MONTHS, _WRITTEN, _VERB = _WORDS_OF["months"], _WORDS_OF["numbers"], _WORDS_OF["verb"]
_NOT, _DENIES = _WORDS_OF["negated"], _WORDS_OF["denies"]
_NAME = re.compile(r"(?<=[\w,] )[A-ZÁÉÍÓÚÑ\u0410-\u042f\u0401][a-záéíóúñ\u0430-\u044f\u0451]{3,}\b")
_NUMBER = re.compile(r"(?<![\w.,/-])\d+(?:[.,]\d+)*(?![\w/-])")


@dataclass(frozen=True)
class Case:
    """A sentence that its paragraph does not support, or (kept) one that it does."""

    kind: str
    paragraph: str
    sentence: str
    changed: str


def measure(language: str, paragraphs: Sequence[str], wanted: int, show: int = 0) -> None:
    """Print how many of the changed sentences are caught, and how many of the true ones stay supported."""
    cases = draw(language, paragraphs, wanted)
    print(f"{language}: {len(cases)} changed sentences")
    tell(language, cases, "caught", lambda supported: not supported, show)
    same = {(case.paragraph, case.sentence) for case in cases}
    kept = [Case("unchanged", paragraph, sentence, sentence) for paragraph, sentence in sorted(same)]
    for paragraph, sentence in sorted(same):
        kept += [Case(kind, paragraph, sentence, text) for kind, text in paraphrases(sentence)]
    tell(language, kept, "supported", lambda supported: supported, show)


def tell(language: str, cases: Sequence[Case], word: str, right: Callable[[bool], bool], show: int) -> None:
    """One line a kind, and one for all."""
    by_kind: dict[str, list[bool]] = defaultdict(list)
    for case in cases:
        held = Passage("d", "d", case.paragraph, 0, len(case.paragraph), None, (), language, 1.0, ("d",))
        good = right(claim(case.changed, [held], language).supported)
        by_kind[case.kind].append(good)
        if not good and show:
            print(f"    {case.kind}: {case.changed}\n      from: {case.sentence}")
            show -= 1
    for kind, results in sorted(by_kind.items()):
        print(f"  {kind}: {word} {sum(results)} of {len(results)} ({sum(results) / len(results):.3f})")
    every = [result for results in by_kind.values() for result in results]
    print(f"  all: {word} {sum(every) / len(every):.3f}", flush=True)


def draw(language: str, paragraphs: Sequence[str], wanted: int) -> list[Case]:
    """So many cases, the kinds as even as the text allows. The same every time."""
    dice = random.Random(7)
    names = sorted({name for text in paragraphs for name in _NAME.findall(text)})
    pools: dict[str, list[Case]] = defaultdict(list)
    for paragraph in paragraphs:
        for start, end in sentences(paragraph, language):
            sentence = paragraph[start:end]
            if 6 <= len(sentence.split()) <= 45:
                for kind, changed in changes(sentence, paragraph, language, names, dice):
                    pools[kind].append(Case(kind, paragraph, sentence, changed))
    chosen: list[Case] = []
    for pool in pools.values():
        dice.shuffle(pool)
    while len(chosen) < wanted and any(pools.values()):
        for kind in sorted(pools):
            if pools[kind] and len(chosen) < wanted:
                chosen.append(pools[kind].pop())
    return chosen


def changes(
    sentence: str, paragraph: str, language: str, names: Sequence[str], dice: random.Random
) -> list[tuple[str, str]]:
    """Every way in which this sentence can be made untrue, each once."""
    found: list[tuple[str, str]] = []
    numbers = list(_NUMBER.finditer(sentence))
    if numbers:
        match = dice.choice(numbers)
        other = another(match.group(), dice)
        if not re.search(rf"(?<!\d){re.escape(other)}(?!\d)", paragraph):
            found.append(("number, invented", put(sentence, match, other)))
        moved = [n for n in _NUMBER.findall(paragraph) if n not in (m.group() for m in numbers)]
        if moved:
            found.append(("number, moved", put(sentence, match, dice.choice(moved))))
    written = list(re.finditer(rf"\b({_WRITTEN[language].replace(' ', '|')})\b", sentence))
    if written:
        match = dice.choice(written)
        others = [word for word in _WRITTEN[language].split() if not re.search(rf"\b{word}\b", paragraph)]
        found.append(("number, written out", put(sentence, match, dice.choice(others))))
    month = _MONTHS[language].replace(" ", "|")
    months = list(re.finditer(rf"\b({month})\b(?= \d|,)|(?<=\d )(?:de )?\b({month})\b", sentence))
    if months:
        match = dice.choice(months)
        others = [word for word in _MONTHS[language].split() if word not in sentence]
        lead = "de " if match.group().startswith("de ") else ""
        found.append(("date", put(sentence, match, lead + dice.choice(others))))
    named = list(_NAME.finditer(sentence))
    if named:
        match = dice.choice(named)
        foreign = [name for name in names if name[:5] not in paragraph]
        found.append(("name, invented", put(sentence, match, dice.choice(foreign))))
        near = [name for name in _NAME.findall(paragraph) if name[:5] not in sentence]
        if near:
            found.append(("name, moved", put(sentence, match, dice.choice(near))))
    if not re.search(_DENIES[language], sentence, re.IGNORECASE) and (verb := re.search(_VERB[language], sentence)):
        found.append(("negation", put(sentence, verb, verb.expand(_NOT[language]))))
    return found


def another(number: str, dice: random.Random) -> str:
    """A number that looks alike: one digit another one."""
    places = [at for at, letter in enumerate(number) if letter.isdigit()]
    at = dice.choice(places)
    digit = dice.choice([d for d in "123456789" if d != number[at]])
    return number[:at] + digit + number[at + 1 :]


def put(sentence: str, match: re.Match[str], new: str) -> str:
    """The sentence with the match replaced."""
    return sentence[: match.start()] + new + sentence[match.end() :]


def paraphrases(sentence: str) -> list[tuple[str, str]]:
    """The sentence with its halves exchanged, without what stands in brackets, without one of its adjuncts."""
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
