"""Retrieval, quotes and abstention on XQuAD: ``python -m benchmarks.xquad FOLDER [--sample N] [--language en]``.

FOLDER holds ``paragraphs.<language>.jsonl`` (id, text) and ``questions.<language>.jsonl`` (question, paragraph,
answers); a paragraph's id is ``<article>-<number>``. Each paragraph is filed as a text file of its own, so that the
paragraph cited can be told. For abstention half of the articles are left out of a second library.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.pipeline import ingest
from rag import Assistant, parts
from rag.answer.evaluate import plain
from rag.settings import load
from rag.types import Answer


@dataclass(frozen=True)
class Asked:
    """A question of the set with the answer it got."""

    row: dict[str, str]
    answer: Answer


def main() -> None:
    """Print the two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sample", type=int, default=0, help="questions a language (0: all)")
    parser.add_argument("--language", action="append")
    options = parser.parse_args()
    for language in options.language or ["en", "es", "ru"]:
        with tempfile.TemporaryDirectory() as scratch:
            measure(options.folder, language, options.sample, Path(scratch))


def measure(folder: Path, language: str, sample: int, scratch: Path) -> None:
    """One language: all paragraphs, then half of the articles."""
    paragraphs, questions = read(folder / f"paragraphs.{language}.jsonl"), read(folder / f"questions.{language}.jsonl")
    articles = sorted({article(row["id"]) for row in paragraphs})
    half = set(random.Random(1).sample(articles, len(articles) // 2))
    if sample:
        questions = random.Random(2).sample(questions, min(sample, len(questions)))
    whole = ask(scratch, "whole", paragraphs, questions)
    halved = ask(scratch, "half", [row for row in paragraphs if article(row["id"]) in half], questions)

    ranks = [rank(asked) for asked in whole]
    gain = statistics.mean(1 / position if position else 0.0 for position in ranks)
    print(f"{language}: {len(paragraphs)} paragraphs, {len(questions)} questions")
    print(f"  R@1 {at(ranks, 1):.3f}  R@3 {at(ranks, 3):.3f}  MRR@6 {gain:.3f}")
    for count in (1, 2, 3):
        print(
            f"  gold answer in the first {count} quotes: {statistics.mean(quoted(asked, count) for asked in whole):.3f}"
        )
    first = statistics.mean(asked.row["paragraph"] in asked.answer.quotes[0].source for asked in whole)
    words = statistics.median(sum(len(q.quote.split()) for q in asked.answer.quotes) for asked in whole)
    print(f"  first quote from the gold paragraph: {first:.3f}; words quoted, median: {words:.0f}")
    there = [asked.answer.confidence for asked in halved if article(asked.row["paragraph"]) in half]
    absent = [asked.answer.confidence for asked in halved if article(asked.row["paragraph"]) not in half]
    print(
        f"  half of the articles left out: AUROC {auroc(there, absent):.3f}; refused "
        f"{statistics.mean(c < 0.5 for c in there):.3f} of {len(there)} answerable, "
        f"{statistics.mean(c < 0.5 for c in absent):.3f} of {len(absent)} unanswerable",
        flush=True,
    )


def ask(scratch: Path, name: str, paragraphs: list[dict[str, str]], questions: list[dict[str, str]]) -> list[Asked]:
    """File the paragraphs, ask the questions."""
    files = scratch / name
    files.mkdir()
    for row in paragraphs:
        (files / f"{row['id']}.txt").write_text(row["text"], encoding="utf-8")
    settings = replace(load(), home=scratch / "home")
    with parts.open_library(settings, name, create=True) as library:
        ingest([files], library, parts.open_embedder(settings))
    with Assistant.open(name, settings, prose=False) as assistant:
        return [Asked(row, assistant.ask(row["question"])) for row in questions]


def read(path: Path) -> list[dict[str, str]]:
    """The objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def article(paragraph: str) -> str:
    """The article of a paragraph's id."""
    return paragraph.rsplit("-", 1)[0]


def rank(asked: Asked) -> int | None:
    """The rank of the gold paragraph among the passages, from 1."""
    held = [asked.row["paragraph"] in passage.source for passage in asked.answer.passages]
    return held.index(True) + 1 if True in held else None


def at(ranks: list[int | None], k: int) -> float:
    """Recall at k: the share of ranks within the first k."""
    return statistics.mean(position is not None and position <= k for position in ranks)


def quoted(asked: Asked, count: int) -> bool:
    """Whether a gold answer stands in the first quotes."""
    text = plain(" ".join(quote.quote for quote in asked.answer.quotes[:count]))
    return any(plain(answer) in text for answer in asked.row["answers"])


def auroc(positive: list[float], negative: list[float]) -> float:
    """The chance that a positive one scores above a negative one; ties count half."""
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    return wins / (len(positive) * len(negative))


if __name__ == "__main__":
    main()
