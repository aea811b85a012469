"""Metrics over texts and confidences: plain functions that know no question and no library."""

from __future__ import annotations

import random
import re
import statistics
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.text.analyzer import words

RELIABILITY_BINS = 10  # of the reliability table
_MARKUP = re.compile(r"[`*_\\|]")


def normalized(text: str) -> str:
    """Return the spelling in which answer strings are compared.

    Lower case, NFKC, one space between words, without soft hyphens and Markdown's signs.
    """
    text = unicodedata.normalize("NFKC", text).replace("\u00ad", "")
    return " ".join(_MARKUP.sub(" ", text).lower().split())


def holds(texts: Iterable[str], answers: Sequence[str]) -> bool:
    """Tell whether one of the texts holds one of the answers, in normalized spelling."""
    wanted = [normalized(answer) for answer in answers]
    return any(answer in text for text in map(normalized, texts) for answer in wanted)


def plain(text: str) -> str:
    """Return the words alone, in lower case with one space between."""
    return " ".join(words(text))


def contained(answers: Sequence[str], text: str) -> bool:
    """Tell whether the text holds one of the answers as whole words."""
    padded = f" {plain(text)} "
    return any(f" {plain(answer)} " in padded for answer in answers if plain(answer))


def mean(values: Iterable[float | None]) -> float | None:
    """Return the mean of the values that are not None, to three digits; None of none."""
    measured = [value for value in values if value is not None]
    return round(sum(measured) / len(measured), 3) if measured else None


def median(values: Sequence[float]) -> float | None:
    """Return the median; None of none."""
    return statistics.median(values) if values else None


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the value below which that share of the others lies, one of the values itself; None of none."""
    return sorted(values)[int(share * (len(values) - 1))] if values else None


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the probability that a positive scores above a negative; ties count half; .5 where a side is empty."""
    if not positive or not negative:
        return 0.5
    rows = sorted([(score, True) for score in positive] + [(score, False) for score in negative])
    total, at = 0.0, 0
    while at < len(rows):  # mean ranks of ties (Mann and Whitney)
        last = at
        while last + 1 < len(rows) and rows[last + 1][0] == rows[at][0]:
            last += 1
        rank = (at + last) / 2 + 1
        total += rank * sum(row[1] for row in rows[at : last + 1])
        at = last + 1
    n = len(positive)
    return (total - n * (n + 1) / 2) / (n * len(negative))


def balanced_accuracy(kept: Sequence[bool], refused: Sequence[bool]) -> float:
    """Return the mean of the share of answerable questions ``kept`` and the share of unanswerable ones ``refused``.

    Always refusing gives .5.
    """
    sides = [sum(side) / len(side) for side in (kept, refused) if side]
    return sum(sides) / len(sides) if sides else 0.0


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """A row of the reliability table: the questions whose confidence lies from ``low`` to below ``high``."""

    low: float
    high: float  # of the last bin: 1.0 lies within
    n: int
    confidence: float | None  # mean; None of an empty bin
    right: float | None  # share that is right


def reliability(
    confidences: Sequence[float], right: Sequence[bool], bins: int = RELIABILITY_BINS
) -> list[ReliabilityBin]:
    """Return the reliability table: how often answers in each bin of confidence (0 to 1) are right."""
    held: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for confidence, good in zip(confidences, right, strict=True):
        held[min(bins - 1, int(confidence * bins + 1e-9))].append((confidence, good))  # .3 * 10 is below 3.0 for some
    return [
        ReliabilityBin(
            i / bins, (i + 1) / bins, len(row), mean(c for c, _ in row), mean(float(good) for _, good in row)
        )
        for i, row in enumerate(held)
    ]


def calibration_error(
    confidences: Sequence[float], right: Sequence[bool], bins: int = RELIABILITY_BINS
) -> float | None:
    """Return the expected calibration error; None of none.

    The mean distance of a bin's share of right answers from its mean confidence, weighted by the bin's size (Naeini,
    Cooper and Hauskrecht 2015).
    """
    held: list[list[float]] = [[] for _ in range(bins)]
    for confidence, good in zip(confidences, right, strict=True):
        held[min(bins - 1, int(confidence * bins + 1e-9))].append(confidence - good)
    return round(sum(abs(sum(row)) for row in held) / len(confidences), 3) if confidences else None


def interval(values: Sequence[float], *, rounds: int = 1000, seed: int = 0) -> tuple[float, float]:
    """Return the bootstrap 95 % interval of the mean; (0, 0) of none."""
    if not values:
        return 0.0, 0.0
    draw = random.Random(seed)
    means = sorted(sum(draw.choices(values, k=len(values))) / len(values) for _ in range(rounds))
    return means[int(0.025 * rounds)], means[int(0.975 * rounds) - 1]


def difference(
    before: Sequence[float], after: Sequence[float], *, rounds: int = 1000, seed: int = 0
) -> tuple[float, float, float]:
    """Return the mean difference of paired values and its 95 % interval (bootstrap over pairs)."""
    pairs = [b - a for a, b in zip(before, after, strict=True)]
    low, high = interval(pairs, rounds=rounds, seed=seed)
    return (sum(pairs) / len(pairs) if pairs else 0.0), low, high
