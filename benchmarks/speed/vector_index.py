"""Compare the exact scan with Chroma, by size: ``python -m benchmarks.speed.vector_index [CHUNKS …]``.

Vectors of 384 lie around 200 centres.
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
from argparse import SUPPRESS
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.results import Cell, benchmark_parser, parse_options, publish

PER_DOCUMENT = 50
DIMENSION = 384
COLUMNS = {"chunks": ",", "index": "", "first result, s": ".2f", "a search, ms": ".1f", "recall@10": ".3f"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one row for each size and index."""
    parser = benchmark_parser("benchmarks.speed.vector_index", __doc__)
    parser.add_argument("sizes", type=int, nargs="*", metavar="CHUNKS", help="default: 2000 20000 50000")
    parser.add_argument("--one", nargs=2, metavar=("INDEX", "FOLDER"), help=SUPPRESS)
    options = parse_options(parser, arguments)
    if options.one:
        print(json.dumps(one(options.one[0], Path(options.one[1]))))
        return
    rows = [row for size in options.sizes or (2_000, 20_000, 50_000) for row in measured(size)]
    publish(options, "vector_index", "Exact scan beside Chroma", COLUMNS, rows)


def measured(size: int) -> Iterator[dict[str, Cell]]:
    """Yield the row of each index, measured in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), size)
        rows = {}
        for index in ("exact", "chroma"):
            command = [sys.executable, "-m", "benchmarks.speed.vector_index", "--one", index, folder]
            rows[index] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        for index, row in rows.items():
            pairs = zip(row["found"], rows["exact"]["found"], strict=True)
            recall = statistics.mean(len(set(a) & set(b)) / 10 for a, b in pairs)
            yield dict(zip(COLUMNS, (size, index, row["first"], row["each"], recall), strict=True))


def build(folder: Path, size: int) -> None:
    """Build a library of that many chunks, Chroma in step. Vectors lie around 200 centres, as those of texts do."""
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


def one(index: str, folder: Path) -> dict[str, object]:
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
    """Return rows of length one, float32."""
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


if __name__ == "__main__":
    main()
