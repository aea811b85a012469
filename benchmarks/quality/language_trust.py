"""Measure an embedder's confidence by language: ``python -m benchmarks.quality.language_trust FOLDER``.

These are the figures on the embedder's card. On the paragraphs of XQuAD in each language (see
benchmarks.quality.retrieval): nDCG@10 of its vectors alone and of words alone. Confidence is
(vectors - .25) / (words - .25), between 0 and 1: below .25 the ranking is noise. The floor is the median similarity of
a question with a paragraph that has nothing to do with it.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.quality.retrieval import DEPTH, Task, ndcg, ordered, xquad_tasks
from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from benchmarks.shared.cached_embedder import CACHE, cached_embedder
from benchmarks.shared.corpora import ROOT, library_of
from rag.interfaces import Embedder
from rag.retrieval.query import parse_query
from rag.retrieval.retrieve import retriever_scores
from rag.types import document_id

NOISE = 0.25
COLUMNS = {"language": "", "vectors": ".3f", "words": ".3f", "confidence": ".2f", "floor": ".2f"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one row for each language."""
    parser = benchmark_parser("benchmarks.quality.language_trust", __doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--embedder", default="", help="its name (default: that of the settings)")
    parser.add_argument("--cache", type=Path, default=CACHE)
    options = parse_options(parser, arguments)
    embedder = cached_embedder(options.cache, options.embedder)
    rows = [row(task, embedder) for task in xquad_tasks(options.folder / "xquad")]
    publish(options, "language_trust", f"Language confidence of {embedder.card.name}", COLUMNS, rows)


def row(task: Task, embedder: Embedder) -> dict[str, Cell]:
    """Return the row of one language."""
    found: dict[str, list[float]] = {"vector": [], "words": []}
    unrelated = []
    with library_of(task.texts, embedder) as library:
        *_, vectors = library.ledger.all_vectors()
        for text, _, gold in task.questions:
            query = parse_query(text, library, embedder)
            scores = retriever_scores(query, library, DEPTH)
            held = library.chunks([chunk for each in scores.values() for chunk, _ in each])
            right = {document_id(ROOT, name) for name in gold}
            for retriever, values in found.items():
                values.append(ndcg(ordered(held[chunk].document_id for chunk, _ in scores[retriever]), right))
            unrelated.append(float(np.median(vectors @ query.vector)))
    dense, words = (statistics.mean(values) for values in found.values())
    confidence = min(1.0, max(0.0, (dense - NOISE) / (words - NOISE)))
    cells = (task.name.split()[-1], dense, words, confidence, statistics.median(unrelated))
    return dict(zip(COLUMNS, cells, strict=True))


if __name__ == "__main__":
    main()
