"""Oaken beside plain BM25 and plain dense retrieval over the same texts, on questions with known answers.

``python -m benchmarks.peers QUESTIONS.jsonl --library NAME`` (OAKEN_HOME as ever; the folder is ingested before). The
peers cut each document's text into 1,000 characters with 200 in common and show their first three pieces as quotes:
bm25s (to be installed) over Snowball stems, and cosine of the library's own embedder. They never refuse. A follow-up is
asked of them as it stands. Prints the figures of ``oaken eval`` for each, all together, by language and by kind.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from rag.answer.assistant import Assistant
from rag.evaluation.baselines import quote_baseline
from rag.evaluation.evaluate import FIRST, QuestionResult, judge, results
from rag.evaluation.questions import LabelledQuestion, load_questions
from rag.evaluation.report import report
from rag.factory import open_embedder, open_library, open_reader
from rag.library.library import Library
from rag.settings import load
from rag.text.analyzer import terms
from rag.types import Passage

SIZE, SHARED = 1000, 200  # characters of a piece, and how many it has in common with the next
SHOWN = ("source3", "passage3", "quoted", "complete", "words_median", "refused_unanswerable")


def cut(library: Library) -> list[Passage]:
    """All documents in pieces."""
    pieces = []
    for record in library.records():
        document = library.document(record.id)
        text = document.text if document is not None else ""
        for start in range(0, max(1, len(text) - SHARED), SIZE - SHARED):
            piece, end = text[start : start + SIZE], min(len(text), start + SIZE)
            pieces.append(Passage(record.id, record.source, piece, start, end, None, (), record.language, 0.0))
    return [piece for piece in pieces if piece.text.strip()]


def asked_of(
    first: Callable[[LabelledQuestion], Sequence[Passage]], questions: Sequence[LabelledQuestion], library: Library
) -> Iterator[QuestionResult]:
    """What a peer shows for each question, judged as an answer is."""
    for question in questions:
        yield judge(question, quote_baseline(question, first(question)), library)


def main() -> None:
    """Ask all three and print their figures."""
    import bm25s

    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("questions", type=Path)
    options.add_argument("--library", default="default")
    given = options.parse_args()
    settings = load()
    embedder, questions = open_embedder(settings), load_questions(given.questions)
    with open_library(settings, given.library) as library:
        pieces = cut(library)
        index = bm25s.BM25()
        index.index([terms(each.text, each.language) or [""] for each in pieces], show_progress=False)
        held = set(index.vocab_dict)
        vectors = np.concatenate(
            [embedder.embed_documents([each.text for each in pieces[i : i + 64]]) for i in range(0, len(pieces), 64)]
        )

        def by_words(question: LabelledQuestion) -> list[Passage]:
            wanted = [term for term in terms(question.question, question.language) if term in held]
            found, _ = index.retrieve([wanted], k=FIRST, show_progress=False) if wanted else ([[]], None)
            return [pieces[i] for i in found[0]]

        def by_meaning(question: LabelledQuestion) -> list[Passage]:
            near = vectors @ embedder.embed_query(question.question)
            return [pieces[i] for i in np.argsort(-near)[:FIRST]]

        assistant = Assistant(library, embedder, reader=open_reader(settings))
        runs = {
            "oaken": list(results(assistant, questions)),
            "bm25s": list(asked_of(by_words, questions, library)),
            "dense": list(asked_of(by_meaning, questions, library)),
        }
        tables = {name: report(rows, library) for name, rows in runs.items()}
    for name, table in tables.items():
        groups = {"all": table["all"], **table["language"], **table["kind"]}
        for group, figures in groups.items():
            print(f"{name:6} {group:12}", *(f"{key}={figures[key]}" for key in SHOWN))


if __name__ == "__main__":
    main()
