"""Exact scan beside Chroma, by size: ``python -m benchmarks.index [CHUNKS …]``. Vectors of 384 around 200 centres.

For each size, in a process of its own and for each index: seconds from nothing imported to the first result, then
milliseconds a search (median of 50), and the share of the exact scan's first ten that it finds.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

PER_DOCUMENT = 50
DIMENSION = 384


def main() -> None:
    """Print a table."""
    if len(sys.argv) == 4 and sys.argv[1] in ("exact", "chroma"):
        print(json.dumps(one(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
        return
    print("| chunks | index | first result, s | a search, ms | recall@10 |")
    print("|---|---|---|---|---|")
    for size in map(int, sys.argv[1:] or ["2000", "20000", "50000"]):
        with tempfile.TemporaryDirectory() as folder:
            build(Path(folder), size)
            rows = {}
            for index in ("exact", "chroma"):
                command = [sys.executable, "-m", "benchmarks.index", index, folder, str(size)]
                rows[index] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
            for index, row in rows.items():
                pairs = zip(row["found"], rows["exact"]["found"], strict=True)
                recall = statistics.mean(len(set(a) & set(b)) / 10 for a, b in pairs)
                print(f"| {size:,} | {index} | {row['first']:.2f} | {row['each']:.1f} | {recall:.3f} |", flush=True)


def build(folder: Path, size: int) -> None:
    """A library of that many chunks, Chroma in step. Vectors lie around 200 centres, as those of texts do."""
    from rag.interfaces import EmbedderCard
    from rag.library.library import Library
    from rag.types import Chunk, Document, FileRecord, FileStamp, Outcome, chunk_id, document_id

    random = np.random.default_rng(0)
    centres = random.normal(size=(200, DIMENSION))
    with Library.open(folder / "library", EmbedderCard("random", DIMENSION, 256)) as library:
        for number in range(size // PER_DOCUMENT):
            name = f"{number}.txt"
            identity = document_id("/random", name)
            texts = [f"{number} {i}" for i in range(PER_DOCUMENT)]
            chunks = [
                Chunk(chunk_id(identity, i, t), identity, i, t, i, i + 1, None, (), "") for i, t in enumerate(texts)
            ]
            record = FileRecord(identity, name, "/random", name, FileStamp(1, 1), Outcome.INDEXED, chunks=len(chunks))
            around = centres[random.integers(0, 200, PER_DOCUMENT)]
            vectors = unit(around + 0.7 * random.normal(size=around.shape))
            library.replace(record, Document("", (), "text/plain"), chunks, vectors)
        library.follow()


def one(index: str, folder: Path, size: int) -> dict[str, object]:
    """Measure one index in this fresh process."""
    centres = np.random.default_rng(0).normal(size=(200, DIMENSION))
    queries = unit(centres[:51] + 0.7 * np.random.default_rng(1).normal(size=(51, DIMENSION)))
    started = time.perf_counter()
    from rag.interfaces import EmbedderCard
    from rag.library.library import Library

    with Library.open(folder / "library", EmbedderCard("random", DIMENSION, 256)) as library:
        search = (library.exact if index == "exact" else library.chroma).search
        search(queries[0], 10)
        first = time.perf_counter() - started
        times, found = [], []
        for query in queries[1:]:
            started = time.perf_counter()
            found.append([chunk for chunk, _ in search(query, 10)])
            times.append(time.perf_counter() - started)
    return {"first": first, "each": 1000 * statistics.median(times), "found": found}


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows of length one, float32."""
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


if __name__ == "__main__":
    main()
