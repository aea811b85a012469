"""Measure two questions asked as one: ``python -m benchmarks.quality.compound_questions FOLDER [--most 80]``.

FOLDER holds XQuAD (paragraphs.<language>.jsonl, questions.<language>.jsonl). Pairs of questions are joined by "and":
two about one paragraph, and any two. The first table has the share of pairs in which a gold answer of the first, of the
second and of both is in the quotes, once as shipped (decomposed) and once with the question searched for as a whole.
The second, with half of the articles left out: how often the part without an answer is named rightly.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from benchmarks.shared.cached_embedder import CACHE, cached_embedder
from benchmarks.shared.corpora import Row, article, half_of_articles, library_of, read_jsonl
from benchmarks.shared.language_patterns import PATTERNS
from rag import Assistant
from rag.evaluation.metrics import contained
from rag.retrieval import pipeline
from rag.retrieval.decompose import split_question
from rag.types import Answer, AnswerStatus

Pair = tuple[str, Row, Row]  # the compound question and the two it is made of
Split = Callable[[str, str], Any]
_AND = PATTERNS["and"]
QUOTED = {
    "language": "",
    "pairs of": "",
    "searched": "",
    "pairs": "",
    "first answered": ".3f",
    "second answered": ".3f",
    "both answered": ".3f",
    "words quoted, median": ".0f",
}
MISSING = {"language": "", "both in the library": "", "one of them": "", "none": ""}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both tables."""
    parser = benchmark_parser("benchmarks.quality.compound_questions", __doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=80, help="pairs of each kind")
    parser.add_argument("--language", action="append")
    parser.add_argument("--cache", type=Path, default=CACHE)
    options = parse_options(parser, arguments)
    embedder = cached_embedder(options.cache)
    quoted_rows: list[dict[str, Cell]] = []
    missing_rows: list[dict[str, Cell]] = []
    for language in options.language or _AND:
        paragraphs = read_jsonl(options.folder / f"paragraphs.{language}.jsonl")
        questions = read_jsonl(options.folder / f"questions.{language}.jsonl")
        kinds = {"one paragraph": of_one_paragraph(questions), "any two": of_two_paragraphs(questions)}
        chosen = {name: compound(rows, language)[: options.most] for name, rows in kinds.items()}
        with assistant_over(paragraphs, language, embedder) as assistant:
            for name, pairs in chosen.items():
                for how, split in (("as a whole", lambda question, _: (question,)), ("decomposed", split_question)):
                    cells = (language, name, how, len(pairs), *quoted(assistant, pairs, split))
                    quoted_rows.append(dict(zip(QUOTED, cells, strict=True)))
        half = half_of_articles(paragraphs)
        with assistant_over([row for row in paragraphs if article(row["id"]) in half], language, embedder) as assistant:
            counts = missing_named(assistant, chosen["any two"], half)
            missing_rows.append(dict(zip(MISSING, (language, *counts), strict=True)))
    publish(options, "compound_questions", "Two questions in one: gold answers in the quotes", QUOTED, quoted_rows)
    title = "Two questions in one, half of the articles left out: what is missing is named rightly"
    publish(options, "compound_questions_missing", title, MISSING, missing_rows)


def of_one_paragraph(questions: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """Yield pairs of neighbouring questions about one paragraph."""
    by_paragraph: dict[str, list[Row]] = {}
    for row in questions:
        by_paragraph.setdefault(row["paragraph"], []).append(row)
    for rows in by_paragraph.values():
        yield from zip(rows[::2], rows[1::2], strict=False)


def of_two_paragraphs(questions: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """Yield pairs of questions about two paragraphs, in a shuffled order that is the same each time."""
    rows = random.Random(3).sample(questions, len(questions))
    yield from ((a, b) for a, b in zip(rows[::2], rows[1::2], strict=False) if a["paragraph"] != b["paragraph"])


def compound(pairs: Iterator[tuple[Row, Row]], language: str) -> list[Pair]:
    """Return the pairs that are recognised as two questions: those whose second begins with a question word."""
    found = []
    for one, other in pairs:
        first, second = one["question"].rstrip(" ?."), other["question"].lstrip(" ¿")
        question = f"{first} {_AND[language]} {second[0].lower()}{second[1:]}"
        parts = split_question(question, language)
        if len(parts) == 2 and parts[0] == f"{first}?":
            found.append((question, one, other))
    return found


@contextmanager
def assistant_over(paragraphs: Sequence[Row], language: str, embedder: Any) -> Iterator[Assistant]:
    """Yield an assistant over the paragraphs, one document each."""
    with library_of([(row["id"], row["text"], language) for row in paragraphs], embedder) as library:
        yield Assistant(library, embedder)


def quoted(assistant: Assistant, pairs: Sequence[Pair], split: Split) -> tuple[float, float, float, float]:
    """Return the shares of pairs whose first, second and both gold answers are quoted, and the median of words."""
    shipped = pipeline.split_question  # type: ignore[attr-defined]
    pipeline.split_question = split  # type: ignore[assignment, attr-defined]
    try:
        answers = [assistant.ask(question) for question, _, _ in pairs]
    finally:
        pipeline.split_question = shipped  # type: ignore[attr-defined]
    texts = [" ".join(quote.quote for quote in answer.quotes) for answer in answers]
    first = [contained(one["answers"], text) for (_, one, _), text in zip(pairs, texts, strict=True)]
    second = [contained(other["answers"], text) for (_, _, other), text in zip(pairs, texts, strict=True)]
    both = [one and other for one, other in zip(first, second, strict=True)]
    words = statistics.median(len(text.split()) for text in texts)
    return statistics.mean(first), statistics.mean(second), statistics.mean(both), words


def missing_named(assistant: Assistant, pairs: Sequence[Pair], half: set[str]) -> list[str]:
    """Return how often the parts named as missing are those that are, where both, one and none are in the library."""
    right: dict[int, list[bool]] = {2: [], 1: [], 0: []}
    for question, one, other in pairs:
        present = [article(row["paragraph"]) in half for row in (one, other)]
        right[sum(present)].append(_answered(assistant.ask(question), question) == present)
    return [f"{sum(each)} of {len(each)}" for each in right.values()]


def _answered(answer: Answer, question: str) -> list[bool]:
    """Return whether each part is answered, as the answer says it."""
    if answer.status is AnswerStatus.NOT_FOUND:
        return [False, False]
    return [not (answer.note and answer.note.endswith(part)) for part in _parts(question)]


def _parts(question: str) -> tuple[str, ...]:
    return next(parts for language in _AND if len(parts := split_question(question, language)) == 2)


if __name__ == "__main__":
    main()
