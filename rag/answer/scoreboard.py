"""Results of an evaluation to figures: means with intervals, by language, and two runs side by side. Plain data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.answer.evaluate import Result
from rag.answer.measures import auroc, balanced_accuracy, difference, interval
from rag.errors import UsageError

# What is measured: its name, what a person reads, and whether more is better.
SHOWN: dict[str, tuple[str, bool]] = {
    "recall@1": ("right passage first", True),
    "recall@5": ("right passage in first 5", True),
    "ndcg@10": ("nDCG@10", True),
    "mrr@10": ("MRR@10", True),
    "quoted": ("answer in the quotes", True),
    "first": ("answer in the first quote", True),
    "f1": ("F1 of the words", True),
    "told": ("answer in the supported prose", True),
    "citation_precision": ("citations that are right", True),
    "citation_recall": ("a right citation is there", True),
    "valid": ("citations valid", True),
    "words": ("words quoted", False),
    "prompt_tokens": ("prompt tokens", False),
    "seconds": ("seconds", False),
}
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over questions with the middle 95 % of its resamples."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Abstention:
    """Both sides of "your documents do not say"; ``always`` refusing would give a balanced accuracy of .5."""

    answerable: int
    unanswerable: int
    kept: float  # share of the answerable questions that are answered
    refused: float  # share of the unanswerable ones that are refused
    balanced: float
    auroc: float


def scores(results: Sequence[Result], about: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A run as plain data (``oaken eval --json``): what was asked of each question, and figures over all and by
    language. :func:`compare` and the report read it back."""
    rows = [_row(result) for result in results]
    languages = sorted({row["language"] for row in rows})
    return {
        "format": FORMAT,
        "about": dict(about or {}),
        "summary": summary(rows),
        "languages": {language: summary([r for r in rows if r["language"] == language]) for language in languages},
        "questions": rows,
    }


def _row(result: Result) -> dict[str, Any]:
    question = result.question
    return {
        "id": question.id,
        "language": question.language,
        "kind": question.kind,
        "question": question.question,
        "answers": list(question.answers),
        "source": question.source,
        "answerable": bool(question.answers or question.source),
        "quotes": [quote.quote for quote in result.answer.quotes],
        "sources": [quote.source for quote in result.answer.quotes],
        "measured": {name: round(value, 6) for name, value in result.measured.items()},
    }


def summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Figures over these questions: means of what was measured, and abstention where both kinds were asked."""
    figures = {name: figure(values) for name in SHOWN if (values := _values(rows, name))}
    held = abstention(rows)
    return {
        "questions": len(rows),
        "figures": {name: _plain(each) for name, each in figures.items()},
        "abstention": _plain(held) if held else None,
    }


def figure(values: Sequence[float]) -> Figure:
    """Mean and interval."""
    low, high = interval(values)
    return Figure(sum(values) / len(values), low, high, len(values))


def abstention(rows: Sequence[Mapping[str, Any]]) -> Abstention | None:
    """How well refusals fall on the questions that no document answers; None where only one kind was asked."""
    there = [row["measured"] for row in rows if row["answerable"]]
    absent = [row["measured"] for row in rows if not row["answerable"]]
    if not there or not absent:
        return None
    kept = [row["refused"] < 0.5 for row in there]
    refused = [row["refused"] >= 0.5 for row in absent]
    return Abstention(
        len(there),
        len(absent),
        sum(kept) / len(kept),
        sum(refused) / len(refused),
        balanced_accuracy(kept, refused),
        auroc([row["confidence"] for row in there], [row["confidence"] for row in absent]),
    )


def _values(rows: Sequence[Mapping[str, Any]], name: str) -> list[float]:
    return [row["measured"][name] for row in rows if name in row["measured"]]


def _plain(value: Figure | Abstention) -> dict[str, float]:
    return {name: round(getattr(value, name), 6) for name in value.__dataclass_fields__}


def load_scores(path: Path) -> dict[str, Any]:
    """A run as ``oaken eval --json`` printed it. Raises UsageError for what is none."""
    hint = "Make one with: oaken eval QUESTIONS --json > FILE"
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be read: {error.strerror or error}.", hint) from error
    except ValueError as error:
        raise UsageError(f"{path.name} is not JSON: {error}.", hint) from error
    if not isinstance(run, dict) or run.get("format") != FORMAT or "questions" not in run:
        raise UsageError(f"{path.name} is no run of oaken eval.", hint)
    return run


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Two runs over the questions that both asked (by id and wording): the mean difference of each measure and the
    middle 95 % of its resamples. Raises UsageError where they share no question."""
    old = {(row["id"], row["question"]): row for row in before["questions"]}
    pairs = [(old[key], row) for row in after["questions"] if (key := (row["id"], row["question"])) in old]
    if not pairs:
        raise UsageError("The two runs share no question.", "Compare runs over the same questions.")
    measured = {}
    for name in [*SHOWN, "confidence"]:
        both = [
            (a["measured"][name], b["measured"][name])
            for a, b in pairs
            if name in a["measured"] and name in b["measured"]
        ]
        if both:
            mean, low, high = difference([a for a, _ in both], [b for _, b in both])
            measured[name] = {
                "before": sum(a for a, _ in both) / len(both),
                "after": sum(b for _, b in both) / len(both),
                "difference": mean,
                "low": low,
                "high": high,
                "n": len(both),
                "sure": low > 0 or high < 0,
            }
    sides = [abstention([pair[side] for pair in pairs]) for side in (0, 1)]
    return {
        "questions": len(pairs),
        "only_before": len(before["questions"]) - len(pairs),
        "only_after": len(after["questions"]) - len(pairs),
        "measures": measured,
        "abstention": [_plain(side) if side else None for side in sides],
    }
