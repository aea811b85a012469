"""Ask the sample library all its questions: ``make bench``, or ``python -m benchmarks.quality.sample [--prose]``.

One row for each kind of question and language: whether a right document is among the first three passages, whether the
answer is in the quotes, how many answers are refused, whether every citation is valid, and the words quoted (median).
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from ingest.pipeline import ingest
from rag import Assistant, factory
from rag.evaluation.evaluate import QuestionResult, evaluate, share
from rag.evaluation.metrics import plain
from rag.evaluation.questions import load_questions
from rag.settings import Settings, load

DATA = Path(__file__).parents[2] / "data"
KINDS = ("answerable", "follow_up", "cross_language", "unanswerable")
LANGUAGES = ("en", "es", "ru")
COLUMNS = {
    "kind": "",
    "language": "",
    "questions": "",
    "document in first 3": ".3f",
    "answer in quotes": ".3f",
    "refused": "",
    "valid citations": ".3f",
    "words quoted": ".0f",
}
PROSE = {"language": "", "questions": "", "answer in a supported claim": ".3f"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Ingest into a fresh library, ask, print."""
    parser = benchmark_parser("benchmarks.quality.sample", __doc__)
    parser.add_argument("--prose", action="store_true", help="let the model write, and judge its claims")
    parser.add_argument("--limit", type=int, help="only the first questions of each kind and language")
    options = parse_options(parser, arguments)
    with tempfile.TemporaryDirectory() as folder:
        results = ask(replace(load(), home=Path(folder)), prose=options.prose, limit=options.limit)
    groups = [(kind, language) for kind in KINDS for language in LANGUAGES]
    rows = [row(kind, language, chosen) for kind, language in groups if (chosen := of(results, kind, language))]
    publish(options, "sample", "Sample library: 28 documents in three languages", COLUMNS, rows)
    if options.prose:
        asked = {language: of(results, "answerable", language) for language in LANGUAGES}
        prose: list[dict[str, Cell]] = [
            {"language": language, "questions": len(some), "answer in a supported claim": share(some, is_claimed)}
            for language, some in asked.items()
        ]
        publish(options, "sample_prose", "Sample library: prose of the embedded model", PROSE, prose)


def ask(settings: Settings, *, prose: bool, limit: int | None) -> list[QuestionResult]:
    """Ingest the sample library and ask its questions; those about documents that cannot be read here are left out."""
    with factory.open_library(settings, "sample", create=True) as library:
        started = time.perf_counter()
        report = ingest([DATA / "library"], library, factory.open_embedder(settings))
        print(f"ingest: {report.totals} in {time.perf_counter() - started:.1f} s")
        held = {record.path for record in library.records() if record.chunks}
    every = load_questions(DATA / "questions.jsonl")
    groups = [(kind, language) for kind in KINDS for language in LANGUAGES]
    chosen = [
        question
        for kind, language in groups
        for question in [each for each in every if (each.kind, each.language) == (kind, language)][:limit]
        if not question.answerable or question.source in held
    ]
    with Assistant.open("sample", settings, prose=prose) as assistant:
        started = time.perf_counter()
        results = evaluate(assistant, chosen, prose=prose)
        print(f"{len(chosen)} of {len(every)} questions, {(time.perf_counter() - started) / len(chosen):.3f} s each")
    return results


def of(results: Sequence[QuestionResult], kind: str, language: str) -> list[QuestionResult]:
    """Return the results of one kind and language."""
    return [each for each in results if (each.question.kind, each.question.language) == (kind, language)]


def row(kind: str, language: str, results: list[QuestionResult]) -> dict[str, Cell]:
    """Return one row of the table; unanswerable questions have no right document."""
    answerable = kind != "unanswerable"
    found = share(results, lambda result: result.rank is not None and result.rank <= 3)
    words = [sum(len(quote.quote.split()) for quote in result.answer.quotes) for result in results]
    cells = (
        kind.replace("_", "-"),
        language,
        len(results),
        found if answerable else None,
        share(results, lambda result: result.quoted) if answerable else None,
        sum(result.refused for result in results),
        share(results, lambda result: result.valid),
        statistics.median(words),
    )
    return dict(zip(COLUMNS, cells, strict=True))


def is_claimed(result: QuestionResult) -> bool:
    """Tell whether a supported claim holds an answer."""
    text = plain(" ".join(claim.text for claim in result.answer.claims if claim.supported))
    return any(plain(answer) in text for answer in result.question.answers)


if __name__ == "__main__":
    main()
