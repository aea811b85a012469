"""Measure what an ingest costs: ``python -m benchmarks.speed.ingest FOLDER [--small 10000]``.

In processes of their own: the first run, and the bare embedder on a share of the same chunks; a run with nothing
changed; a run after the folder was renamed; and, for many small files, a run with nothing changed. While the first
runs, this process asks ``--question`` until it is answered. Works on a copy of the folder.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from argparse import SUPPRESS, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.results import benchmark_parser, parse_options, publish
from ingest.parse import Parser
from ingest.pipeline import ingest
from rag.answer.assistant import Assistant
from rag.factory import open_embedder
from rag.interfaces import Embedder, Vectors
from rag.library.library import Library
from rag.settings import LEDGER_FILE, load
from rag.types import AnswerStatus

RUNS = {
    "run": "",
    "files read": ",",
    "chunks embedded": ",",
    "seconds, start included": ".2f",
    "the run alone": ".2f",
    "memory, MB": ".0f",
    "its worker's, MB": ".0f",
}
_KEYS = ("parsed", "embedded", "seconds", "ingest", "own_mb", "worker_mb")  # in the order of RUNS
STAGES = {"part": "", "seconds": ".1f"}
RATES = {"what": "", "figure": ".2f"}
BARE_SHARE = 8  # the bare embedder reads every eighth chunk
ASK_EVERY = 0.5  # seconds between two questions while the first run goes on


class Counting(Parser):
    """Counts the files that are really read."""

    count = 0

    def parse(self, *arguments: Any) -> Any:
        """Read a file, and count it."""
        self.count += 1
        return super().parse(*arguments)


class Timed:
    """An embedder that counts what it embeds."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder, self.card, self.count, self.texts = embedder, embedder.card, embedder.count, 0
        self.tokenizer_files = embedder.tokenizer_files

    def embed_documents(self, texts: list[str]) -> Vectors:
        """Embed, and count the texts."""
        self.texts += len(texts)
        return self.embedder.embed_documents(texts)


class Free:
    """Vectors for nothing, where only the files count."""

    def __init__(self, embedder: Embedder) -> None:
        self.card, self.count = embedder.card, embedder.count
        self.tokenizer_files = embedder.tokenizer_files

    def embed_documents(self, texts: list[str]) -> Vectors:
        """Return random vectors of length one."""
        import numpy as np

        vectors = np.random.default_rng(0).normal(size=(len(texts), self.card.dimension)).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def processor() -> float:
    """Return processor seconds of this process and its ended workers: other programs weigh less in them."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def one(kind: str, folder: Path, library: Path) -> dict[str, Any]:
    """Run once in this process; return wall seconds from nothing opened, processor seconds, and what it did."""
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
            some = texts[::BARE_SHARE]
            begun, used = time.perf_counter(), processor()
            embedder.embed_documents(some)
            row["raw"] = (time.perf_counter() - begun) * len(texts) / len(some)
            row["texts"], row["raw_processor"] = len(texts), (processor() - used) * len(texts) / len(some)
    return row


def run(kind: str, folder: Path, library: Path, question: str = "") -> dict[str, Any]:
    """Run once in a process of its own; with a ``question``, that is asked meanwhile until it is answered."""
    command = [sys.executable, "-m", "benchmarks.speed.ingest", str(folder), "--one", kind, str(library)]
    embedder = open_embedder(load()) if question else None
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        answered = None
        while embedder is not None and answered is None and process.poll() is None:
            answered = ask(question, library, embedder, begun)
            time.sleep(ASK_EVERY)
        printed, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"the run {kind} ended with {process.returncode}")
    row: dict[str, Any] = json.loads(printed)
    return row | {"answered": answered}


def ask(question: str, library: Path, embedder: Embedder, begun: float) -> dict[str, float] | None:
    """Return when the question was answered, and of how many documents; None where it was not."""
    if not (library / LEDGER_FILE).exists():
        return None
    with Library.open(library, embedder.card) as held:
        if not held.ledger.with_text():
            return None
        answer = Assistant(held, embedder).ask(question, prose=False)
        documents = answer.indexing.documents if answer.indexing is not None else held.ledger.with_text()
    if answer.status is not AnswerStatus.QUOTED:
        return None
    return {"seconds": time.perf_counter() - begun, "documents": documents}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table of runs, one of stages and, for many small files, one more."""
    parser = benchmark_parser("benchmarks.speed.ingest", __doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--one", nargs=2, metavar=("KIND", "LIBRARY"), help=SUPPRESS)
    parser.add_argument("--question", default="How is it installed?", help="what is asked while the first run goes on")
    parser.add_argument("--small", type=int, default=10_000, help="small files (0: none)")
    options = parse_options(parser, arguments)
    if options.one:
        print(json.dumps(one(options.one[0], options.folder, Path(options.one[1]))))
        return
    with tempfile.TemporaryDirectory() as place:
        folder, renamed, library = Path(place, "folder"), Path(place, "renamed"), Path(place, "library")
        shutil.copytree(options.folder, folder)
        runs = {"first": run("first", folder, library, options.question), "unchanged": run("again", folder, library)}
        folder.rename(renamed)
        runs["renamed"] = run("moved", renamed, library)
        if options.small:
            small = small_files(Path(place, "small"), options.small)
            for name, kind in (("small files, first", "small-first"), ("small files, unchanged", "small-again")):
                runs[name] = run(kind, small, Path(place, "small-library"))
    report(options, runs)


def small_files(folder: Path, number: int) -> Path:
    """Write so many small files in a hundred folders; return the folder of all."""
    for each in range(number):
        path = folder / f"{each % 100}" / f"{each}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Paper {each} of the town archive is about boat {each * 7919 % 10007}.\n")
    return folder


def report(options: Namespace, runs: Mapping[str, dict[str, Any]]) -> None:
    """Publish the runs, and what the first one spent its time on."""
    rows = [dict(zip(RUNS, (name, *(row[key] for key in _KEYS)), strict=True)) for name, row in runs.items()]
    note = f"The small files have vectors for nothing. Load at the end: {os.getloadavg()[0]:.1f}."
    publish(options, "ingest", "Ingest of a folder", RUNS, rows, note)
    first, renamed = runs["first"], runs["renamed"]
    spent = [(f"stage {stage}, wall seconds of work", seconds) for stage, seconds in first["stages"].items()]
    spent += [
        ("whole run, wall seconds", first["ingest"]),
        ("bare embedder on the same chunks, wall seconds", first["raw"]),
        ("whole run, processor seconds", first["processor"]),
        ("bare embedder, processor seconds", first["raw_processor"]),
    ]
    stages = [dict(zip(STAGES, each, strict=True)) for each in spent]
    publish(options, "ingest_stages", "Ingest: what the first run spends", STAGES, stages, "Stages overlap.")
    rates = []
    if answered := first["answered"]:
        rates = [
            ("seconds until the question was answered, start included", answered["seconds"]),
            ("documents that could be asked then", answered["documents"]),
        ]
    rates += [
        ("chunks a second, whole run", first["texts"] / first["ingest"]),
        ("chunks a second, bare embedder", first["texts"] / first["raw"]),
        ("share of the bare embedder's rate", first["raw"] / first["ingest"]),
        ("processor seconds of a run after a rename, share of the first's", renamed["processor"] / first["processor"]),
    ]
    rows = [dict(zip(RATES, each, strict=True)) for each in rates]
    note = f"The question: {options.question} The bare embedder read every {BARE_SHARE}th chunk."
    publish(options, "ingest_rates", "Ingest: the first answer, and the rate of the whole", RATES, rows, note)


if __name__ == "__main__":
    main()
