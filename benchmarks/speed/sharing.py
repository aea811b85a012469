"""Measure writing beside other work: ``python -m benchmarks.speed.sharing [--rounds 5] [--model PATH]``.

Beside a busy process: threads that follow what is free, and two threads throughout. Beside an ingest's embedding:
alone, beside an embedder that does not yield, and beside one that does. Everything is run in turns.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from benchmarks.shared.local_models import SOURCES, generate, model_file, prompt_of
from rag.embedding import registry
from rag.model.local.client import LlamaCpp
from rag.types import Turn

COLUMNS = {"beside": "", "how": "", "tokens a second": ".1f"}
TOKENS = 24


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a row for each way."""
    parser = benchmark_parser("benchmarks.speed.sharing", __doc__)
    parser.add_argument("--threads", type=int, default=1, help="beside the embedder")
    parser.add_argument("--model", default="", help="a GGUF file (default: the embedded model)")
    parser.add_argument("--rounds", type=int, default=5)
    options = parse_options(parser, arguments)
    with model_file(options.model) as path:
        rates = {"a busy process": beside_a_process(path, options.rounds)}
        rates["an ingest's embedding"] = beside_an_embedder(path, options.threads, options.rounds)
    rows: list[dict[str, Cell]] = [
        dict(zip(COLUMNS, (beside, how, statistics.median(values)), strict=True))
        for beside, by_way in rates.items()
        for how, values in by_way.items()
    ]
    publish(options, "sharing", "Writing beside other work", COLUMNS, rows, f"Medians of {options.rounds} rounds.")


def beside_a_process(path: Path, rounds: int) -> dict[str, list[float]]:
    """Return the rates of threads that follow what is free, and of two threads."""
    rates: dict[str, list[float]] = {"threads that follow what is free": [], "two threads": []}
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        with LlamaCpp.load(path, context=1024) as following, LlamaCpp.load(path, context=1024, threads=2) as fixed:
            for turn in range(rounds):
                for values, model in zip(rates.values(), (following, fixed), strict=True):
                    prompt = prompt_of(model, Turn("user", f"Tell me a long story about the year {turn}."))
                    done = generate(model, prompt, TOKENS)[1]
                    values.append(done.tokens / (done.seconds - done.first_seconds))
    finally:
        busy.kill()
        busy.wait()
    return rates


def beside_an_embedder(path: Path, threads: int, rounds: int) -> dict[str, list[float]]:
    """Return the rates alone, beside an embedder that does not yield, and beside one that does."""
    rates: dict[str, list[float]] = {"alone": [], "it does not yield": [], "it yields": []}
    with tempfile.TemporaryDirectory(prefix="oaken-bench-") as folder:
        embedder = registry.load(Path(folder), registry.DEFAULT_EMBEDDER.name)
        with LlamaCpp.load(path, context=1024, threads=threads, models=Path(folder)) as model:
            for turn in range(rounds):
                for how, values in rates.items():
                    embedder._models = Path(folder) if how == "it yields" else None  # where the priority lock is
                    prompt = prompt_of(model, Turn("user", f"Tell me a long story about the year {turn} {how}."))
                    with embedding(embedder, how != "alone"):
                        done = generate(model, prompt, TOKENS)[1]
                    values.append(done.tokens / done.seconds)
    return rates


@contextmanager
def embedding(embedder: Any, busy: bool) -> Iterator[None]:
    """Embed in a thread, as an ingest does, as long as this lasts."""
    stop = threading.Event()
    texts = [f"{n} {SOURCES[n % 3]}" * 4 for n in range(64)]

    def work() -> None:
        while busy and not stop.is_set():
            embedder.embed_documents(texts)

    thread = threading.Thread(target=work)
    thread.start()
    if busy:
        time.sleep(0.5)
    try:
        yield
    finally:
        stop.set()
        thread.join()


if __name__ == "__main__":
    main()
