"""Measure quotes and refusals: ``python -m benchmarks.quality.quotes FOLDER [--sample N] [--language en]``.

FOLDER holds ``xquad/paragraphs.<language>.jsonl`` (id, text) and ``xquad/questions.<language>.jsonl`` (question,
paragraph, answers), and perhaps ``squad2/`` likewise, where questions without answers are unanswerable, and
``clapnq/unanswerable.jsonl`` with ``clapnq/answerable.jsonl`` (input, passages). Each paragraph is a document, so it is
known which paragraph is cited. For refusals half of the articles are left out of a second library. "es to en" and
"ru to en" ask the questions of those languages over the English paragraphs; gold are the English answers.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from benchmarks.shared.cached_embedder import CACHE, cached_embedder
from benchmarks.shared.corpora import Row, article, half_of_articles, library_of, read_jsonl, sample_of
from rag import Assistant, factory
from rag.evaluation.evaluate import citations, is_quoted_in
from rag.evaluation.metrics import auroc, balanced_accuracy, contained
from rag.interfaces import Embedder, SpanReader
from rag.settings import load
from rag.types import Answer, AnswerStatus

QUOTES = {
    "set": "",
    "questions": "",
    "answer in the first quote": ".3f",
    "in the first two": ".3f",
    "in the first three": ".3f",
    "quoted and not refused": ".3f",
    "first quote from the right document": ".3f",
    "words quoted, median": ".0f",
    "valid citations": ".3f",
}
REFUSALS = {
    "set": "",
    "answerable": "",
    "unanswerable": "",
    "AUROC": ".3f",
    "answered": ".3f",
    "refused": ".3f",
    "balanced accuracy": ".3f",
    "at the set's best threshold": ".3f",
}


@dataclass(frozen=True)
class Asked:
    """A question of the set with its answer."""

    row: Row
    answer: Answer
    valid: bool  # whether every citation is in its document

    @property
    def refused(self) -> bool:
        """Whether the answer was "your documents do not say"."""
        return self.answer.status is AnswerStatus.NOT_FOUND


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table of quotes and one of refusals."""
    parser = benchmark_parser("benchmarks.quality.quotes", __doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sample", type=int, default=0, help="questions of each set (0: all)")
    parser.add_argument("--language", action="append", help="only this language of XQuAD, and no other set")
    parser.add_argument("--cache", type=Path, default=CACHE)
    options = parse_options(parser, arguments)
    embedder = cached_embedder(options.cache)
    rows = list(measured(options.folder, options.language or [], options.sample, embedder))
    publish(options, "quotes", "Quotes: gold answers in them", QUOTES, [quotes for quotes, _ in rows if quotes])
    publish(options, "refusals", 'Refusals: "your documents do not say"', REFUSALS, [refused for _, refused in rows])


def measured(
    folder: Path, languages: list[str], sample: int, embedder: Embedder
) -> Iterator[tuple[dict[str, Cell], dict[str, Cell]]]:
    """Yield a row of quotes (empty where the set has none) and one of refusals for each set."""
    for language in languages or ["en", "es", "ru"]:
        yield xquad(folder / "xquad", language, language, sample, embedder)
    for language in [each for each in languages or ["es", "ru"] if each != "en"]:
        yield xquad(folder / "xquad", language, "en", sample, embedder)
    if not languages and (folder / "squad2").is_dir():
        yield {}, squad2(folder / "squad2", sample, embedder)
    if not languages and (folder / "clapnq").is_dir():
        yield {}, clapnq(folder / "clapnq", embedder)


def xquad(
    folder: Path, asked_in: str, language: str, sample: int, embedder: Embedder
) -> tuple[dict[str, Cell], dict[str, Cell]]:
    """Ask questions over paragraphs of the same or another language: of all articles, then of half of them."""
    paragraphs = read_jsonl(folder / f"paragraphs.{language}.jsonl")
    gold = {row["id"]: row["answers"] for row in read_jsonl(folder / f"questions.{language}.jsonl")}
    questions = read_jsonl(folder / f"questions.{asked_in}.jsonl")
    questions = sample_of([row | {"answers": gold[row["id"]]} for row in questions if row["id"] in gold], sample)
    name = f"XQuAD {language}" if asked_in == language else f"XQuAD {asked_in} to {language}"
    quotes = quotes_row(name, ask(paragraphs, questions, language, embedder))
    half = half_of_articles(paragraphs)
    halved = ask([row for row in paragraphs if article(row["id"]) in half], questions, language, embedder)
    present = [article(each.row["paragraph"]) in half for each in halved]
    return quotes, refusals_row(
        f"{name}, half of the articles",
        [each for each, there in zip(halved, present, strict=True) if there],
        [each for each, there in zip(halved, present, strict=True) if not there],
    )


def squad2(folder: Path, sample: int, embedder: Embedder) -> dict[str, Cell]:
    """Ask questions that their paragraph answers, and some that it nearly answers."""
    questions = sample_of(read_jsonl(folder / "questions.en.jsonl"), sample)
    asked = ask(read_jsonl(folder / "paragraphs.en.jsonl"), questions, "en", embedder)
    return refusals_row("SQuAD 2, near misses", *by_answers(asked))


def clapnq(folder: Path, embedder: Embedder) -> dict[str, Cell]:
    """Ask questions whose passage answers them, and some whose passage does not, with all passages in one library."""
    sides = [read_jsonl(folder / f"{name}.jsonl") for name in ("answerable", "unanswerable")]
    texts = [{"id": row["id"], "text": row["passages"][0]["text"]} for side in sides for row in side]
    rows = [
        {"question": row["input"], "paragraph": row["id"], "answers": [] if side else ["?"]}
        for side, found in enumerate(sides)
        for row in found
    ]
    answerable, unanswerable = by_answers(ask(texts, rows, "en", embedder))
    right = [[quote.source == each.row["paragraph"] for quote in each.answer.quotes] for each in answerable]
    precision = statistics.mean(sum(each) / len(each) if each else 0 for each in right)
    print(f"CLAPnq, quotes from the right passage: precision {precision:.3f}, recall {mean(map(any, right)):.3f}")
    return refusals_row("CLAPnq", answerable, unanswerable)


def by_answers(asked: Sequence[Asked]) -> tuple[list[Asked], list[Asked]]:
    """Return those that have an answer, and those that have none."""
    return [each for each in asked if each.row["answers"]], [each for each in asked if not each.row["answers"]]


def quotes_row(name: str, asked: Sequence[Asked]) -> dict[str, Cell]:
    """Return the row of one set in the table of quotes."""
    cells: tuple[Cell, ...] = (
        name,
        len(asked),
        *(mean(is_quoted(each, count) for each in asked) for count in (1, 2, 3)),
        mean(is_quoted(each, 3) and not each.refused for each in asked),
        mean([each.row["paragraph"]] == [quote.source for quote in each.answer.quotes[:1]] for each in asked),
        statistics.median(sum(len(quote.quote.split()) for quote in each.answer.quotes) for each in asked),
        mean(each.valid for each in asked),
    )
    return dict(zip(QUOTES, cells, strict=True))


def refusals_row(name: str, answerable: Sequence[Asked], unanswerable: Sequence[Asked]) -> dict[str, Cell]:
    """Return the row of one set in the table of refusals."""
    kept, refused = [not each.refused for each in answerable], [each.refused for each in unanswerable]
    sure, unsure = ([each.answer.confidence for each in side] for side in (answerable, unanswerable))
    best = max(balanced_accuracy([s >= edge for s in sure], [s < edge for s in unsure]) for edge in {*sure, *unsure})
    cells = (
        name,
        len(kept),
        len(refused),
        auroc(sure, unsure),
        mean(kept),
        mean(refused),
        balanced_accuracy(kept, refused),
        best,
    )
    return dict(zip(REFUSALS, cells, strict=True))


def ask(paragraphs: Sequence[Row], questions: Sequence[Row], language: str, embedder: Embedder) -> list[Asked]:
    """Ask the questions over a library of the paragraphs."""
    texts = [(row["id"], row["text"], language) for row in paragraphs]
    with library_of(texts, embedder) as library:
        assistant = Assistant(library, embedder, reader=_reader())
        answers = [(row, assistant.ask(row["question"])) for row in questions]
        return [Asked(row, got, all(is_quoted_in(each, library) for each in citations(got))) for row, got in answers]


@cache
def _reader() -> SpanReader | None:
    return factory.open_span_reader(load())


def is_quoted(asked: Asked, count: int) -> bool:
    """Tell whether a gold answer is in the first quotes."""
    return contained(asked.row["answers"], " ".join(quote.quote for quote in asked.answer.quotes[:count]))


def mean(values: Iterable[bool]) -> float:
    """Return the share that is true."""
    return statistics.mean(map(float, values))


if __name__ == "__main__":
    main()
