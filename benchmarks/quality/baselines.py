"""Compare Oaken with plain BM25 and plain dense retrieval over the same texts, on questions of known answer.

``python -m benchmarks.quality.baselines QUESTIONS.jsonl --library NAME`` (OAKEN_HOME as ever; the folder is ingested
before). The baselines cut each document's text into 1,000 characters with an overlap of 200 and show their first three
pieces as quotes: bm25s over Snowball stems, and cosine of the library's own embedder. They never
refuse. A follow-up is asked as it is. Prints the figures of ``oaken eval`` for each: all together, by language and
by kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from rag.answer.assistant import Assistant
from rag.evaluation.baselines import quote_baseline
from rag.evaluation.evaluate import PASSAGES_CHECKED, QuestionResult, judge, results
from rag.evaluation.questions import LabelledQuestion, load_questions
from rag.evaluation.report import report
from rag.factory import open_embedder, open_library, open_span_reader
from rag.interfaces import Embedder
from rag.library.library import Library
from rag.settings import load
from rag.text.analyzer import terms
from rag.types import Passage

SIZE, OVERLAP = 1000, 200  # characters of a piece, and of it those that the next one begins with
FIGURES = {  # of `oaken eval` -> the column
    "source3": "document in first 3",
    "passage3": "answer in first 3 passages",
    "quoted": "answer in quotes",
    "complete": "all parts in quotes",
    "words_median": "words quoted, median",
    "refused_unanswerable": "refused, unanswerable",
}
COLUMNS = {"system": "", "questions": ""} | dict.fromkeys(FIGURES.values(), ".3f") | {"words quoted, median": ".0f"}
Search = Callable[[LabelledQuestion], Sequence[Passage]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask all three and print their figures."""
    parser = benchmark_parser("benchmarks.quality.baselines", __doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--library", default="default")
    options = parse_options(parser, arguments)
    settings = load()
    embedder, questions = open_embedder(settings), load_questions(options.questions)
    with open_library(settings, options.library) as library:
        pieces = cut(library)
        assistant = Assistant(library, embedder, reader=open_span_reader(settings))
        runs = {
            "Oaken": list(results(assistant, questions)),
            "bm25s": list(asked_of(bm25s_search(pieces), questions, library)),
            "dense, the same embedder": list(asked_of(dense_search(pieces, embedder), questions, library)),
        }
        tables = {name: report(rows, library) for name, rows in runs.items()}
    rows = [row(name, group, figures) for name, table in tables.items() for group, figures in groups(table).items()]
    publish(options, "baselines", "Oaken beside plain BM25 and plain dense retrieval", COLUMNS, rows)


def groups(table: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of all questions, of each language and of each kind."""
    return {"all": table["all"], **table["language"], **table["kind"]}


def row(system: str, group: str, figures: dict[str, Any]) -> dict[str, Cell]:
    """Return one row of the table."""
    return dict[str, Cell]({"system": system, "questions": group}) | {FIGURES[key]: figures[key] for key in FIGURES}


def cut(library: Library) -> list[Passage]:
    """Return all documents in pieces."""
    pieces = []
    for record in library.records():
        document = library.document(record.id)
        text = document.text if document is not None else ""
        for start in range(0, max(1, len(text) - OVERLAP), SIZE - OVERLAP):
            piece, end = text[start : start + SIZE], min(len(text), start + SIZE)
            pieces.append(Passage(record.id, record.source, piece, start, end, None, (), record.language, 0.0))
    return [piece for piece in pieces if piece.text.strip()]


def asked_of(first: Search, questions: Sequence[LabelledQuestion], library: Library) -> Iterator[QuestionResult]:
    """Yield what a baseline shows for each question, judged as an answer is."""
    for question in questions:
        yield judge(question, quote_baseline(question, first(question)), library)


def bm25s_search(pieces: Sequence[Passage]) -> Search:
    """Return a search for the best pieces by bm25s over Snowball stems."""
    import bm25s  # type: ignore[import-untyped]

    index = bm25s.BM25()
    index.index([terms(each.text, each.language) or [""] for each in pieces], show_progress=False)
    held = set(index.vocab_dict)

    def search(question: LabelledQuestion) -> list[Passage]:
        wanted = [term for term in terms(question.question, question.language) if term in held]
        if not wanted:
            return []
        found, _ = index.retrieve([wanted], k=min(PASSAGES_CHECKED, len(pieces)), show_progress=False)
        return [pieces[i] for i in found[0]]

    return search


def dense_search(pieces: Sequence[Passage], embedder: Embedder) -> Search:
    """Return a search for the best pieces by cosine of the embedder's vectors."""
    texts = [each.text for each in pieces]
    vectors = np.concatenate([embedder.embed_documents(texts[at : at + 64]) for at in range(0, len(texts), 64)])

    def search(question: LabelledQuestion) -> list[Passage]:
        return [pieces[i] for i in np.argsort(-(vectors @ embedder.embed_query(question.question)))[:PASSAGES_CHECKED]]

    return search


if __name__ == "__main__":
    main()
