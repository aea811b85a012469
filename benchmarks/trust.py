"""How far an embedder can be trusted, by language: ``python -m benchmarks.trust FOLDER [--embedder NAME]``.

The figures that its card keeps. On the paragraphs of XQuAD in each language (see benchmarks.retrieval): nDCG@10 of its
vectors alone and of words alone; trust = (vectors - .25) / (words - .25), between 0 and 1: below a quarter the ranking
is noise; and the floor, the median similarity of a question with a paragraph that has nothing to do with it.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.cached import CachedEmbedder, file_texts
from benchmarks.retrieval import DEPTH, ndcg, ordered, tasks
from rag import factory
from rag.library.library import Library
from rag.retrieval.query import parse_query
from rag.retrieval.retrieve import retriever_scores
from rag.settings import load
from rag.types import document_id

NOISE = 0.25


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--embedder", default="")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "oaken-benchmarks")
    options = parser.parse_args()
    embedder = CachedEmbedder(factory.open_embedder(load(), options.embedder), options.cache / "vectors.sqlite")
    print(f"{embedder.card.name}\n\n| language | vectors | words | trust | floor |\n|---|---|---|---|---|")
    for task in tasks(options.folder):
        if not task.name.startswith("xquad"):
            continue
        found: dict[str, list[float]] = {"vector": [], "words": []}
        far = []
        with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "pool", embedder.card) as library:
            file_texts(library, task.texts, embedder)
            *_, vectors = library.ledger.all_vectors()
            for text, _, gold in task.questions:
                query = parse_query(text, library, embedder)
                by_leg = retriever_scores(query, library, DEPTH)
                held = library.chunks([chunk for leg in by_leg.values() for chunk, _ in leg])
                right = {document_id("/benchmark", name) for name in gold}
                for leg, values in found.items():
                    values.append(ndcg(ordered(held[chunk].document_id for chunk, _ in by_leg[leg]), right))
                far.append(float(np.median(vectors @ query.vector)))
        near, words = (statistics.mean(values) for values in found.values())
        trust = min(1.0, max(0.0, (near - NOISE) / (words - NOISE)))
        print(
            f"| {task.name[-2:]} | {near:.3f} | {words:.3f} | {trust:.2f} | {statistics.median(far):.2f} |", flush=True
        )


if __name__ == "__main__":
    main()
