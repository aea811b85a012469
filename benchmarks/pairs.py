"""Two questions asked as one: ``python -m benchmarks.pairs FOLDER [--most 80] [--language en]``.

FOLDER is that of benchmarks.xquad. Each two questions are joined by "and": such as stand to one paragraph, and such as
do not. Prints in how many a gold answer of the first, of the second and of both stands in the quotes, the words quoted
(median), beside the same where the question is looked for as a whole; then, with half of the articles left out, how
often it is told rightly which part the documents do not answer.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.cached import CachedEmbedder, file_texts, read
from benchmarks.xquad import article, half_of
from rag import Assistant, factory
from rag.evaluation.metrics import contained
from rag.interfaces import Embedder
from rag.library.library import Library
from rag.retrieval import pipeline
from rag.retrieval.decompose import split_question
from rag.settings import load
from rag.types import Answer, AnswerStatus

Row = dict[str, Any]
_AND = json.loads((Path(__file__).parent / "words.json").read_text(encoding="utf-8"))["and"]


def main() -> None:
    """Print the lines of each language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=80, help="pairs of each kind")
    parser.add_argument("--language", action="append")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "oaken-benchmarks")
    options = parser.parse_args()
    embedder = CachedEmbedder(factory.open_embedder(load()), options.cache / "vectors.sqlite")
    for language in options.language or _AND:
        paragraphs = read(options.folder / f"paragraphs.{language}.jsonl")
        questions = read(options.folder / f"questions.{language}.jsonl")
        kinds = {"one paragraph": of_one(questions), "any two": of_any(questions)}
        chosen = {name: joined(rows, language)[: options.most] for name, rows in kinds.items()}
        with held(paragraphs, language, embedder) as assistant:
            for name, rows in chosen.items():
                print(f"{language}, {name}: {len(rows)} pairs")
                for how, split in (("as a whole", lambda question, _: (question,)), ("part by part", split_question)):
                    print(f"  {how}: {quoted(assistant, rows, split)}", flush=True)
        half = half_of(paragraphs)
        with held([row for row in paragraphs if article(row["id"]) in half], language, embedder) as assistant:
            print(f"  half of the articles left out: {named(assistant, chosen['any two'], half)}", flush=True)


def of_one(questions: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """Two and two of each paragraph."""
    by_paragraph: dict[str, list[Row]] = {}
    for row in questions:
        by_paragraph.setdefault(row["paragraph"], []).append(row)
    for rows in by_paragraph.values():
        yield from zip(rows[::2], rows[1::2], strict=False)


def of_any(questions: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """Two and two, shuffled, of two paragraphs."""
    rows = random.Random(3).sample(questions, len(questions))
    yield from ((a, b) for a, b in zip(rows[::2], rows[1::2], strict=False) if a["paragraph"] != b["paragraph"])


def joined(pairs: Iterator[tuple[Row, Row]], language: str) -> list[tuple[str, Row, Row]]:
    """The pairs that can be told to be two: such as begin with the word that asks."""
    found = []
    for one, other in pairs:
        first, second = one["question"].rstrip(" ?."), other["question"].lstrip(" ¿")
        question = f"{first} {_AND[language]} {second[0].lower()}{second[1:]}"
        said = split_question(question, language)
        if len(said) == 2 and said[0] == f"{first}?":
            found.append((question, one, other))
    return found


@contextmanager
def held(paragraphs: Sequence[Row], language: str, embedder: Embedder) -> Iterator[Assistant]:
    """An assistant over the paragraphs, a document each."""
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "library", embedder.card) as library:
        file_texts(library, [(row["id"], row["text"], language) for row in paragraphs], embedder)
        yield Assistant(library, embedder)


def quoted(assistant: Assistant, rows: Sequence[tuple[str, Row, Row]], split: Callable[[str, str], Any]) -> str:
    """The shares of gold answers in the quotes."""
    whole, pipeline.split_question = pipeline.split_question, split
    try:
        answers = [assistant.ask(question) for question, _, _ in rows]
    finally:
        pipeline.split_question = whole
    texts = [" ".join(quote.quote for quote in answer.quotes) for answer in answers]
    first = [contained(row[1]["answers"], text) for row, text in zip(rows, texts, strict=True)]
    second = [contained(row[2]["answers"], text) for row, text in zip(rows, texts, strict=True)]
    both = statistics.mean(a and b for a, b in zip(first, second, strict=True))
    words = statistics.median(len(text.split()) for text in texts)
    return (
        f"first {statistics.mean(first):.3f}, second {statistics.mean(second):.3f}, both {both:.3f}; words {words:.0f}"
    )


def named(assistant: Assistant, rows: Sequence[tuple[str, Row, Row]], half: set[str]) -> str:
    """How often the part that is said to be missing is the one that is, by what is there."""
    told: dict[str, list[bool]] = {"both": [], "one": [], "none": []}
    for question, one, other in rows:
        there = [article(row["paragraph"]) in half for row in (one, other)]
        answer = assistant.ask(question)
        told["both" if all(there) else "one" if any(there) else "none"].append(_missing(answer, question) == there)
    return ", ".join(f"{name} there: right in {sum(each)} of {len(each)}" for name, each in told.items())


def _missing(answer: Answer, question: str) -> list[bool]:
    """Whether each part is answered, as the answer tells it."""
    if answer.status is AnswerStatus.NOT_FOUND:
        return [False, False]
    return [not (answer.note and answer.note.endswith(part)) for part in _parts(question)]


def _parts(question: str) -> tuple[str, ...]:
    return next(said for language in _AND if len(said := split_question(question, language)) == 2)


if __name__ == "__main__":
    main()
