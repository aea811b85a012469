"""Aggregate the results of an evaluation: overall, by language and by kind, with calibration; compare two runs.

Plain data, as ``oaken eval --json`` prints it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.evaluation.evaluate import QuestionResult
from rag.evaluation.metrics import auroc, calibration_error, difference, interval, mean, median, percentile, reliability
from rag.library.library import Library
from rag.messages import Message

# What is reported: its name, what a person reads, and whether more is better (None: neither).
FIGURES: dict[str, tuple[str, bool | None]] = {
    "n": ("answerable questions", None),
    "source3": ("a right file in the first 3 passages", True),
    "passage3": ("the answer's text in the first 3 passages", True),
    "quoted": ("the answer's text in a quote", True),
    "first": ("the answer's text in the first quote", True),
    "complete": ("all that is needed in the quotes", True),
    "answered": ("the answer's text in a supported claim", True),
    "refused_answerable": ("answerable, but “your documents do not say”", False),
    "unanswerable": ("unanswerable questions", None),
    "refused_unanswerable": ("unanswerable, and “your documents do not say”", True),
    "words_median": ("words quoted, median", False),
    "words_p90": ("words quoted, 90th percentile", False),
    "auroc": ("AUROC of the confidence", True),
    "valid": ("every citation is found in its document", True),
}
MEAN_FIGURES = ("source3", "passage3", "quoted", "first", "complete", "answered", "valid")
# What two runs are compared by, question by question.
COMPARED_FIGURES: dict[str, tuple[str, bool | None]] = {
    **{name: FIGURES[name] for name in MEAN_FIGURES},
    "refused": ("“your documents do not say”", None),
    "words": ("words quoted", False),
    "seconds": ("seconds", False),
    "confidence": ("confidence", None),
}
REPORT_FORMAT = 2


def report(
    results: Sequence[QuestionResult], library: Library, about: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return a run as plain data.

    It holds figures overall, by language and by kind, bootstrap 95 % intervals of the means, calibration, and what was
    asked and quoted. :func:`compare` and the page of the report read it back.
    """
    rows = [_row(result, library) for result in results]
    return {
        "format": REPORT_FORMAT,
        "about": dict(about or {}),
        **grouped(rows),
        "intervals": {name: list(_interval(rows, name)) for name in MEAN_FIGURES if _values(rows, name)},
        "calibration": calibration(rows),
        "questions": rows,
    }


def grouped(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the figures over all questions, by language and by kind."""

    def by(key: str) -> dict[str, Any]:
        return {name: figures([r for r in rows if r[key] == name]) for name in sorted({r[key] for r in rows})}

    return {"all": figures(rows), "language": by("language"), "kind": by("kind")}


def figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    """Return the figures over these questions, None where there was nothing to measure; ``answered`` only with prose.

    Means are over answerable questions, words over those of them that were not refused; AUROC is over all: questions
    whose quotes hold the answer against those whose quotes do not, or that were refused.
    """
    there = [row["measured"] for row in rows if row["answerable"]]
    absent = [row["measured"] for row in rows if not row["answerable"]]
    words = [row["words"] for row in there if not row["refused"]]
    judged = [row["measured"] for row in rows if "quoted" in row["measured"]]
    good, bad = ([row["confidence"] for row in judged if bool(row["quoted"]) is side] for side in (True, False))
    middle, most = median(words), percentile(words, 0.9)
    found: dict[str, float | None] = {
        "n": len(there),
        **{name: mean(row.get(name) for row in there) for name in ("source3", "passage3", "quoted", "first")},
        "complete": mean(row.get("complete") for row in there),
        "refused_answerable": mean(row["refused"] for row in there),
        "unanswerable": len(absent),
        "refused_unanswerable": mean(row["refused"] for row in absent),
        "words_median": middle,
        "words_p90": None if most is None else int(most),
        "auroc": round(auroc(good, bad), 3) if good and bad else None,
        "valid": mean(row["measured"]["valid"] for row in rows),
    }
    if any("answered" in row for row in there):
        found["answered"] = mean(row.get("answered") for row in there)
    return found


def calibration(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the reliability table and the expected calibration error of the confidence.

    A result is right where its quotes hold the answer, shown or not: otherwise a low confidence would be right about
    every question that it refuses.
    """
    judged = [row["measured"] for row in rows if "held" in row["measured"]]
    confidences, right = [row["confidence"] for row in judged], [bool(row["held"]) for row in judged]
    bins = [asdict(each) for each in reliability(confidences, right)]
    return {"n": len(judged), "error": calibration_error(confidences, right), "bins": bins}


def is_missed(row: Mapping[str, Any]) -> bool:
    """Tell whether a question failed: its answer is not quoted, part of it is missing, or it should be refused."""
    measured = row["measured"]
    if not row["answerable"]:
        return not measured["refused"]
    return not measured.get("quoted", 1.0 - measured["refused"]) or measured.get("complete") == 0.0


def _row(result: QuestionResult, library: Library) -> dict[str, Any]:
    question, answer = result.question, result.answer
    return {
        "id": question.id,
        "language": question.language,
        "kind": question.kind,
        "question": question.question,
        "answers": list(question.answers),
        "need": list(question.need),
        "source": question.source,
        "answerable": question.answerable,
        "status": answer.status.value,
        "quotes": [{"source": _path(quote.document_id, library), "quote": quote.quote} for quote in answer.quotes],
        "measured": {name: round(value, 6) for name, value in result.measured.items()},
    }


def _path(document_id: str, library: Library) -> str:
    record = library.record(document_id)
    return record.path if record is not None else ""


def _values(rows: Sequence[Mapping[str, Any]], name: str) -> list[float]:
    return [row["measured"][name] for row in rows if row["answerable"] and name in row["measured"]]


def _interval(rows: Sequence[Mapping[str, Any]], name: str) -> tuple[float, float]:
    low, high = interval(_values(rows, name))
    return round(low, 3), round(high, 3)


def load_report(path: Path) -> dict[str, Any]:
    """Return a run as ``oaken eval --json`` printed it; raise UsageError for anything else."""
    hint = "Make one with: oaken eval QUESTIONS --json > FILE"
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            Message("{path!r} cannot be read: {error}.", path=str(path), error=error.strerror or error), hint
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(Message("{file} is not JSON: {error}.", file=path.name, error=error), hint) from error
    if isinstance(run, dict) and run.get("format") == 1:
        raise UsageError(
            Message("{file} was made by an earlier version of Oaken, with other metrics.", file=path.name), hint
        )
    if not isinstance(run, dict) or run.get("format") != REPORT_FORMAT or "questions" not in run:
        raise UsageError(Message("{file} is not a result of oaken eval.", file=path.name), hint)
    return run


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Compare two runs over the questions that both asked (by id and wording).

    Gives the mean difference of each measure and its bootstrap 95 % interval. Raises UsageError where the runs share no
    question.
    """
    old = {(row["id"], row["question"]): row for row in before["questions"]}
    pairs = [(old[key], row) for row in after["questions"] if (key := (row["id"], row["question"])) in old]
    if not pairs:
        raise UsageError(
            Message("The two runs have no questions in common."), Message("Compare runs over the same questions.")
        )
    measured = {name: _compared([(a["measured"], b["measured"]) for a, b in pairs], name) for name in COMPARED_FIGURES}
    return {
        "questions": len(pairs),
        "only_before": len(before["questions"]) - len(pairs),
        "only_after": len(after["questions"]) - len(pairs),
        "measures": {name: row for name, row in measured.items() if row is not None},
        "figures": [figures([pair[side] for pair in pairs]) for side in (0, 1)],
    }


def _compared(pairs: Sequence[tuple[Mapping[str, float], Mapping[str, float]]], name: str) -> dict[str, Any] | None:
    both = [(a[name], b[name]) for a, b in pairs if name in a and name in b]
    if not both:
        return None
    before, after = [a for a, _ in both], [b for _, b in both]
    change, low, high = difference(before, after)
    return {
        "before": sum(before) / len(both),
        "after": sum(after) / len(both),
        "difference": change,
        "low": low,
        "high": high,
        "n": len(both),
        "sure": low > 0 or high < 0,
    }
