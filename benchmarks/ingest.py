"""What taking in a folder costs: ``python -m benchmarks.ingest FOLDER [--small 10000]``.

In processes of their own: the first run, beside the bare embedder on the same chunks; a run with nothing changed; a run
after the folder was renamed; and, for many small files, a run with nothing changed. Works on a copy of the folder.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ingest.parse import Parser
from ingest.pipeline import ingest
from rag.factory import open_embedder
from rag.interfaces import Embedder, Vectors
from rag.library.library import Library
from rag.settings import load


class Counting(Parser):
    """Counts the files that are really read."""

    count = 0

    def parse(self, *arguments: Any) -> Any:
        self.count += 1
        return super().parse(*arguments)


class Timed:
    """An embedder that counts what it embeds."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder, self.card, self.count, self.texts = embedder, embedder.card, embedder.count, 0

    def embed_documents(self, texts: list[str]) -> Vectors:
        self.texts += len(texts)
        return self.embedder.embed_documents(texts)


class Free:
    """Vectors for nothing, where only the files count."""

    def __init__(self, embedder: Embedder) -> None:
        self.card, self.count = embedder.card, embedder.count

    def embed_documents(self, texts: list[str]) -> Vectors:
        import numpy as np

        vectors = np.random.default_rng(0).normal(size=(len(texts), self.card.dimension)).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def processor() -> float:
    """Processor seconds of this process and of its workers that have ended: what other programs do weighs less."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def one(kind: str, folder: Path, library: Path) -> dict[str, Any]:
    """One run in this process: wall seconds from nothing opened, processor seconds, and what it did."""
    begun = time.perf_counter()
    settings = load()
    embedder = open_embedder(settings)
    meter = Free(embedder) if kind == "small-first" else Timed(embedder)
    parser = Counting()
    with Library.open(library, embedder.card) as held:
        used = processor()
        report = ingest([folder], held, meter, parser=parser)  # type: ignore[arg-type]
        seconds = time.perf_counter() - begun
        row: dict[str, Any] = {
            "seconds": seconds,
            "ingest": report.seconds,
            "totals": report.totals,
            "stages": report.stages,
            "processor": processor() - used,
            "parsed": parser.count,
            "embedded": getattr(meter, "texts", 0),
            "own_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "worker_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        }
        if kind == "first":
            chunks = [chunk for record in held.records() for chunk in held.ledger.chunks_of(record.id)]
            texts = list(dict.fromkeys(chunk.embedding_text for chunk in chunks))
            begun, used = time.perf_counter(), processor()
            embedder.embed_documents(texts)
            row["raw"], row["texts"] = time.perf_counter() - begun, len(texts)
            row["raw_processor"] = processor() - used
    return row


def run(kind: str, folder: Path, library: Path) -> dict[str, Any]:
    """One run in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.ingest", "--one", kind, str(folder), str(library)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    row: dict[str, Any] = json.loads(done.stdout)
    return row


def main() -> None:
    """Print a table, then the stages of the first run."""
    options = argparse.ArgumentParser()
    options.add_argument("paths", nargs="+", type=Path)
    options.add_argument("--one")
    options.add_argument("--small", type=int, default=10_000)
    given = options.parse_args()
    if given.one:
        print(json.dumps(one(given.one, *given.paths)))
        return
    with tempfile.TemporaryDirectory() as place:
        folder, renamed, library = Path(place, "folder"), Path(place, "renamed"), Path(place, "library")
        shutil.copytree(given.paths[0], folder)
        first = run("first", folder, library)
        again = run("again", folder, library)
        folder.rename(renamed)
        moved = run("moved", renamed, library)
        print("| run | seconds | of the first | files read | chunks embedded | memory, worker, MB |")
        print("|---|---|---|---|---|---|")
        for name, row in (("first", first), ("unchanged", again), ("renamed", moved)):
            share = row["ingest"] / first["ingest"]
            print(
                f"| {name} | {row['seconds']:.2f} ({row['ingest']:.2f}) | {share:.4f} | {row['parsed']} "
                f"| {row['embedded']} | {row['own_mb']:.0f}, {row['worker_mb']:.0f} |"
            )
        print(f"\n{first['totals']}\nstages, seconds of work: ", end="")
        print(", ".join(f"{stage} {seconds:.1f}" for stage, seconds in first["stages"].items()))
        print(
            f"bare embedder, {first['texts']} texts: {first['raw']:.1f} s; ratio {first['raw'] / first['ingest']:.3f}"
        )
        print(
            f"processor seconds: {first['raw_processor']:.1f} of {first['processor']:.1f}, "
            f"ratio {first['raw_processor'] / first['processor']:.3f}"
        )
        if given.small:
            small = Path(place, "small")
            for number in range(given.small):
                path = small / f"{number % 100}" / f"{number}.txt"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(f"Paper {number} of the town archive tells of boat {number * 7919 % 10007}.\n")
            row = run("small-first", small, Path(place, "small-library"))
            print(f"\n{given.small} small files, vectors for nothing: {row['seconds']:.1f} s, {row['stages']}")
            row = run("small-again", small, Path(place, "small-library"))
            print(f"unchanged: {row['seconds']:.2f} s in all, {row['ingest']:.2f} s of it the run; {row['totals']}")
    print(f"load: {os.getloadavg()}")


if __name__ == "__main__":
    main()
