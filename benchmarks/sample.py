"""The sample library asked all its questions: ``make bench``, or ``python -m benchmarks.sample [--prose]``.

Prints one line a kind and language: right source among the first three passages, answer string in the quotes,
answers refused, validity of every citation, words quoted (median).
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from ingest.pipeline import ingest
from rag import Assistant, factory
from rag.evaluation.evaluate import QuestionResult, evaluate, share
from rag.evaluation.metrics import plain
from rag.evaluation.questions import load_questions
from rag.settings import load

DATA = Path(__file__).parents[1] / "data"


def main() -> None:
    """Ingest into a fresh library, ask, print."""
    prose = "--prose" in sys.argv
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(load(), home=Path(folder))
        library = factory.open_library(settings, "sample", create=True)
        started = time.perf_counter()
        report = ingest([DATA / "library"], library, factory.open_embedder(settings))
        print(f"ingest: {report.totals} in {time.perf_counter() - started:.1f} s, first use of the embedder included")
        held = {record.path for record in library.records() if record.chunks}
        library.close()
        with Assistant.open("sample", settings, prose=prose) as assistant:
            every = load_questions(DATA / "questions.jsonl")
            started = time.perf_counter()
            results = evaluate(assistant, every, prose=prose)
            seconds = (time.perf_counter() - started) / len(every)
        asked = [result for result in results if not result.question.answerable or result.question.source in held]
        print(f"{len(asked)} questions about documents that are read today (of {len(every)}), {seconds:.3f} s each\n")
        print("| kind | language | n | source in first 3 | answer in quotes | refused | citations valid | words |")
        print("|---|---|---|---|---|---|---|---|")
        for kind in ("answerable", "follow_up", "cross_language", "unanswerable"):
            for language in ("en", "es", "ru"):
                chosen = [r for r in asked if r.question.kind == kind and r.question.language == language]
                print(row(kind, language, chosen))
        if prose:
            print("\nprose: gold answer in the supported claims")
            for language in ("en", "es", "ru"):
                chosen = [r for r in asked if r.question.kind == "answerable" and r.question.language == language]
                print(f"{language}: {share(chosen, told):.3f}")


def row(kind: str, language: str, results: list[QuestionResult]) -> str:
    """One line of the table."""
    found = share(results, lambda result: result.rank is not None and result.rank <= 3)
    words = statistics.median(sum(len(q.quote.split()) for q in result.answer.quotes) for result in results)
    cells = (
        f"{found:.3f}" if kind != "unanswerable" else "",
        f"{share(results, lambda result: result.quoted):.3f}" if kind != "unanswerable" else "",
        f"{sum(result.refused for result in results)}",
        f"{share(results, lambda result: result.valid):.3f}",
        f"{words:.0f}",
    )
    return f"| {kind} | {language} | {len(results)} | {' | '.join(cells)} |"


def told(result: QuestionResult) -> bool:
    """Whether a supported claim holds an answer string."""
    text = plain(" ".join(claim.text for claim in result.answer.claims if claim.supported))
    return any(plain(answer) in text for answer in result.question.answers)


if __name__ == "__main__":
    main()
