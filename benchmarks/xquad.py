"""Quotes and refusals: ``python -m benchmarks.xquad FOLDER [--sample N] [--language en]``.

FOLDER holds ``xquad/paragraphs.<language>.jsonl`` (id, text) and ``xquad/questions.<language>.jsonl`` (question,
paragraph, answers), and perhaps ``squad2/`` likewise, where questions without answers are unanswerable, and
``clapnq/unanswerable.jsonl`` with ``clapnq/answerable.jsonl`` (input, passages). Each paragraph is a document, so that
the paragraph cited can be told. For refusals half of the articles are left out of a second library. "es to en" and
"ru to en" ask the questions of those languages of the English paragraphs; gold are the English answers.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cached import CachedEmbedder, file_texts, read
from rag import Assistant, factory
from rag.evaluation.evaluate import citations, is_quoted_in
from rag.evaluation.metrics import auroc, balanced_accuracy, contained
from rag.interfaces import Embedder
from rag.library.library import Library
from rag.settings import load
from rag.types import Answer, AnswerStatus


@dataclass(frozen=True)
class Asked:
    """A question of the set with the answer it got."""

    row: dict
    answer: Answer
    valid: bool


def main() -> None:
    """Print a line for each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sample", type=int, default=0, help="questions a set (0: all)")
    parser.add_argument("--language", action="append")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "oaken-benchmarks")
    options = parser.parse_args()
    embedder = CachedEmbedder(factory.open_embedder(load()), options.cache / "vectors.sqlite")
    for language in options.language or ["en", "es", "ru"]:
        xquad(options.folder / "xquad", language, options.sample, embedder)
    for language in [each for each in options.language or ["es", "ru"] if each != "en"]:
        xquad(options.folder / "xquad", language, options.sample, embedder, of="en")
    if not options.language and (options.folder / "squad2").is_dir():
        squad2(options.folder / "squad2", options.sample, embedder)
    if not options.language and (options.folder / "clapnq").is_dir():
        clapnq(options.folder / "clapnq", embedder)


def xquad(folder: Path, language: str, sample: int, embedder: Embedder, of: str = "") -> None:
    """Questions of one language, of paragraphs in it or ``of`` another: all of them, then half of the articles."""
    paragraphs = read(folder / f"paragraphs.{of or language}.jsonl")
    questions = read(folder / f"questions.{language}.jsonl")
    if of:
        gold = {row["id"]: row["answers"] for row in read(folder / f"questions.{of}.jsonl")}
        questions = [row | {"answers": gold[row["id"]]} for row in questions if row["id"] in gold]
    half = half_of(paragraphs)
    questions = drawn(questions, sample)
    whole = ask(paragraphs, questions, of or language, embedder)
    name = f"{language} to {of}" if of else language
    print(f"{name}: {len(paragraphs)} paragraphs, {len(questions)} questions")
    for count in (1, 2, 3):
        print(
            f"  gold answer in the first {count} quotes: {statistics.mean(quoted(each, count) for each in whole):.3f}"
        )
    first = statistics.mean(
        [each.row["paragraph"]] == [quote.source for quote in each.answer.quotes[:1]] for each in whole
    )
    words = statistics.median(sum(len(q.quote.split()) for q in each.answer.quotes) for each in whole)
    valid = statistics.mean(each.valid for each in whole)
    print(f"  first quote from the gold paragraph: {first:.3f}; words, median: {words:.0f}; valid: {valid:.3f}")
    shown = statistics.mean(each.answer.status is not AnswerStatus.NOT_FOUND and quoted(each, 3) for each in whole)
    print(f"  gold answer quoted, and not refused: {shown:.3f}")
    halved = ask([row for row in paragraphs if article(row["id"]) in half], questions, of or language, embedder)
    there = [each for each in halved if article(each.row["paragraph"]) in half]
    refusals("half of the articles left out", there, [each for each in halved if each not in there])


def squad2(folder: Path, sample: int, embedder: Embedder) -> None:
    """Questions that their paragraph answers, and such as it nearly does."""
    asked = ask(
        read(folder / "paragraphs.en.jsonl"), drawn(read(folder / "questions.en.jsonl"), sample), "en", embedder
    )
    print(f"squad2: {len(asked)} questions")
    refusals("near misses", [each for each in asked if each.row["answers"]], [e for e in asked if not e.row["answers"]])


def clapnq(folder: Path, embedder: Embedder) -> None:
    """All passages in one library; questions that theirs answers, and such as it does not."""
    sides = [read(folder / f"{name}.jsonl") for name in ("answerable", "unanswerable")]
    texts = [{"id": row["id"], "text": row["passages"][0]["text"]} for side in sides for row in side]
    rows = [
        {"question": row["input"], "paragraph": row["id"], "answers": [] if side else ["?"]}
        for side, found in enumerate(sides)
        for row in found
    ]
    asked = ask(texts, rows, "en", embedder)
    print(f"clapnq: {len(asked)} questions")
    there = [each for each in asked if each.row["answers"]]
    right = [[quote.source == each.row["paragraph"] for quote in each.answer.quotes] for each in there]
    print(
        "  quotes from the right passage: "
        f"precision {statistics.mean(sum(r) / len(r) if r else 0 for r in right):.3f}, "
        f"recall {statistics.mean(any(r) for r in right):.3f}"
    )
    refusals("passages that do not answer", there, [each for each in asked if not each.row["answers"]])


def refusals(name: str, there: list[Asked], absent: list[Asked]) -> None:
    """Both sides of "your documents do not say"."""
    kept = [each.answer.status is not AnswerStatus.NOT_FOUND for each in there]
    refused = [each.answer.status is AnswerStatus.NOT_FOUND for each in absent]
    sure, unsure = [each.answer.confidence for each in there], [each.answer.confidence for each in absent]
    best = max(balanced_accuracy([s >= edge for s in sure], [s < edge for s in unsure]) for edge in {*sure, *unsure})
    print(
        f"  {name}: AUROC {auroc(sure, unsure):.3f}; answered {statistics.mean(kept):.3f} of {len(kept)} answerable, "
        f"refused {statistics.mean(refused):.3f} of {len(refused)} unanswerable; balanced accuracy "
        f"{balanced_accuracy(kept, refused):.3f}, with the best threshold for this set {best:.3f}",
        flush=True,
    )


def ask(paragraphs: list[dict], questions: list[dict], language: str, embedder: Embedder) -> list[Asked]:
    """File the paragraphs, ask the questions."""
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "library", embedder.card) as library:
        file_texts(library, [(row["id"], row["text"], language) for row in paragraphs], embedder)
        assistant = Assistant(library, embedder, reader=factory.open_reader(load()))
        found = []
        for row in questions:
            answer = assistant.ask(row["question"])
            found.append(Asked(row, answer, all(is_quoted_in(citation, library) for citation in citations(answer))))
    return found


def drawn(questions: list[dict], sample: int) -> list[dict]:
    """All, or a sample that is the same each time."""
    return random.Random(2).sample(questions, min(sample, len(questions))) if sample else questions


def half_of(paragraphs: list[dict]) -> set[str]:
    """Half of the articles, the same each time."""
    articles = sorted({article(row["id"]) for row in paragraphs})
    return set(random.Random(1).sample(articles, len(articles) // 2))


def article(paragraph: str) -> str:
    """The article of a paragraph's id."""
    return paragraph.rsplit("-", 1)[0]


def quoted(asked: Asked, count: int) -> bool:
    """Whether a gold answer stands in the first quotes."""
    return contained(asked.row["answers"], " ".join(quote.quote for quote in asked.answer.quotes[:count]))


if __name__ == "__main__":
    main()
