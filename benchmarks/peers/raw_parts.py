"""The parts that everything is built of, without a framework: ``raw_parts TEXTS.json EMBEDDER`` prints their seconds.

``SentenceTransformer.encode`` over the texts, chromadb taking the vectors and searching them, a scan by numpy, bm25s.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.peers.protocol import Stages

_SEARCHES = 50


def main() -> None:
    """Measure every part; print an object."""
    import bm25s
    import chromadb
    from sentence_transformers import SentenceTransformer

    texts: list[str] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    stages = Stages()
    with stages.stage("start"):
        model = SentenceTransformer(sys.argv[2], device="cpu")
    with stages.stage("encode"):
        vectors = model.encode(texts, batch_size=32, normalize_embeddings=True)
    queries = vectors[:: max(1, len(texts) // _SEARCHES)][:_SEARCHES]
    with tempfile.TemporaryDirectory() as folder:
        collection: Any = chromadb.PersistentClient(folder).create_collection("raw")
        with stages.stage("chroma add"):
            for at in range(0, len(texts), 5_000):
                ids = [str(i) for i in range(at, min(at + 5_000, len(texts)))]
                collection.add(ids=ids, embeddings=vectors[at : at + 5_000])
        searches = {
            "chroma": _median(lambda i: collection.query(query_embeddings=[queries[i].tolist()], n_results=10)),
            "numpy": _median(lambda i: (vectors @ queries[i]).argsort()[-10:]),
        }
    with stages.stage("bm25s index"):
        retriever = bm25s.BM25()
        retriever.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)
    words = [text[:60] for text in texts[: len(queries)]]
    searches["bm25s"] = _median(
        lambda i: retriever.retrieve(
            bm25s.tokenize(words[i], show_progress=False), k=min(10, len(texts)), show_progress=False
        )
    )
    print(json.dumps(stages.report(texts=len(texts), search_ms=searches)))


def _median(search: Callable[[int], object]) -> float:
    """Return the median milliseconds of up to fifty searches, the first not counted."""
    times = []
    for i in range(-1, _SEARCHES - 1):
        begun = time.perf_counter()
        try:
            search(max(i, 0))
        except IndexError:  # fewer texts than searches
            break
        times.append(1000 * (time.perf_counter() - begun))
    return statistics.median(times[1:] or times)


if __name__ == "__main__":
    main()
