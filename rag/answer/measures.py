"""Measures of retrieval and answers: plain functions over ranks, texts and confidences. Each gives 0 to 1."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Collection, Sequence

from rag.library.terms import words


def recall(order: Sequence[str], gold: Collection[str], k: int) -> float:
    """The share of the relevant ones among the first k."""
    return len(set(order[:k]) & set(gold)) / len(gold) if gold else 0.0


def reciprocal_rank(order: Sequence[str], gold: Collection[str], k: int = 10) -> float:
    """One over the rank of the first relevant one, 0 where none is among the first k."""
    return next((1 / rank for rank, name in enumerate(order[:k], 1) if name in gold), 0.0)


def ndcg(order: Sequence[str], gold: Collection[str], k: int = 10) -> float:
    """nDCG@k with relevance 0 or 1 (Järvelin and Kekäläinen 2002)."""
    if not gold:
        return 0.0
    gain = sum(1 / math.log2(rank + 1) for rank, name in enumerate(order[:k], 1) if name in gold)
    return gain / sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(gold)) + 1))


def plain(text: str) -> str:
    """Words alone, in lower case with one space between: how answer strings are compared."""
    return " ".join(words(text))


def contained(answers: Sequence[str], text: str) -> bool:
    """Whether one of the answers stands in the text, as whole words."""
    held = f" {plain(text)} "
    return any(f" {plain(answer)} " in held for answer in answers if plain(answer))


def f1(answers: Sequence[str], text: str) -> float:
    """The best overlap of words with one of the answers (as SQuAD's F1, without leaving articles out)."""
    return max((_overlap(words(answer), words(text)) for answer in answers), default=0.0)


def _overlap(one: list[str], other: list[str]) -> float:
    same = sum((Counter(one) & Counter(other)).values())
    return 2 * same / (len(one) + len(other)) if same else 0.0


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance that a positive one scores above a negative one, ties count half; .5 where a side is empty."""
    if not positive or not negative:
        return 0.5
    rows = sorted([(score, True) for score in positive] + [(score, False) for score in negative])
    total, at = 0.0, 0
    while at < len(rows):  # mean ranks of ties (Mann and Whitney)
        last = at
        while last + 1 < len(rows) and rows[last + 1][0] == rows[at][0]:
            last += 1
        mean = (at + last) / 2 + 1
        total += mean * sum(row[1] for row in rows[at : last + 1])
        at = last + 1
    n = len(positive)
    return (total - n * (n + 1) / 2) / (n * len(negative))


def balanced_accuracy(kept: Sequence[bool], refused: Sequence[bool]) -> float:
    """The mean of the share of answerable questions that are ``kept`` and of unanswerable ones that are ``refused``;
    always refusing gives .5."""
    sides = [sum(side) / len(side) for side in (kept, refused) if side]
    return sum(sides) / len(sides) if sides else 0.0


def interval(values: Sequence[float], *, rounds: int = 1000, seed: int = 0) -> tuple[float, float]:
    """The middle 95 % of the means of resampled values (bootstrap); (0, 0) of none."""
    if not values:
        return 0.0, 0.0
    draw = random.Random(seed)
    means = sorted(sum(draw.choices(values, k=len(values))) / len(values) for _ in range(rounds))
    return means[int(0.025 * rounds)], means[int(0.975 * rounds) - 1]


def difference(
    before: Sequence[float], after: Sequence[float], *, rounds: int = 1000, seed: int = 0
) -> tuple[float, float, float]:
    """The mean difference of paired values and the middle 95 % of its resamples (bootstrap over pairs)."""
    pairs = [b - a for a, b in zip(before, after, strict=True)]
    low, high = interval(pairs, rounds=rounds, seed=seed)
    return (sum(pairs) / len(pairs) if pairs else 0.0), low, high


Measure = Callable[[Sequence[str], Collection[str], int], float]
