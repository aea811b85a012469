"""Stress the model's process: ``python -m benchmarks.robustness.model_stress [crowd] [cancels] [damage]``.

crowd: many clients at once, answered in order and as if alone. cancels: generations cancelled at random moments, also
while the prompt is read. damage: damaged model files, and what becomes of each. Fails where an answer changes.
"""

from __future__ import annotations

import contextlib
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import psutil

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from benchmarks.shared.local_models import MARKERS, SOURCES, complete, generate, model_file, prompt_of
from rag.errors import ModelBrokenError, ModelError
from rag.model.files.check import check_gguf
from rag.model.local.client import LlamaCpp
from rag.model.local.queue import TokenStream
from rag.types import GenerationEnd, Prompt, Sampling, Turn
from tests import ggufs

TESTS = ("crowd", "cancels", "damage")
CROWD = {
    "clients": "",
    "rounds": "",
    "as if alone, in order": "",
    "memory at first, MB": ".0f",
    "at the end, MB": ".0f",
}
CANCELS = {
    "cancels": "",
    "while reading": "",
    "while writing": "",
    "finished before": "",
    "stopped after, median ms": ".0f",
    "99th percentile": ".0f",
    "longest": ".0f",
    "memory at first, MB": ".0f",
    "at the end, MB": ".0f",
}
DAMAGE = {"damage": "", "outcome": "", "files": ""}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table for each test."""
    parser = benchmark_parser("benchmarks.robustness.model_stress", __doc__)
    parser.add_argument("tests", nargs="*", default=TESTS, help=f"of {', '.join(TESTS)} (default: all)")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--model", default="", help="a GGUF file (default: the embedded model)")
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--cancels", type=int, default=1000)
    parser.add_argument("--files", type=int, default=300)
    options = parse_options(parser, arguments)
    with model_file(options.model) as path:
        if "crowd" in options.tests:
            rows = [crowd(path, options.threads, options.clients)]
            publish(options, "model_crowd", "Many clients of one model", CROWD, rows)
        if "cancels" in options.tests:
            rows = [cancels(path, options.threads, options.cancels)]
            publish(options, "model_cancels", "Generations cancelled at random moments", CANCELS, rows)
    if "damage" in options.tests:
        counted = sorted(damage(options.files).items())
        rows = [dict(zip(DAMAGE, (*pair, files), strict=True)) for pair, files in counted]
        publish(options, "model_damage", "Damaged model files; none ended the program", DAMAGE, rows)


def crowd(path: Path, threads: int, clients: int, rounds: int = 4) -> dict[str, Cell]:
    """Ask by many clients at once; every answer has to be the one given alone, and they begin in order."""
    with LlamaCpp.load(path, context=1024, threads=threads) as model:
        worker = psutil.Process(model.worker)
        texts = [f"{SOURCES[n % 3]} Question {n}: what is said?" for n in range(clients)]
        prompts = [prompt_of(model, Turn("user", text)) for text in texts]
        alone = [generate(model, prompt, 16)[0] for prompt in prompts]
        sizes = []
        for _ in range(rounds):
            answers, order = at_once([model.stream(prompt, Sampling(max_tokens=16)) for prompt in prompts])
            sizes.append(worker.memory_info().rss / 2**20)
            assert answers == alone, "an answer changed"
            assert order == sorted(order), "out of order"
    return dict(zip(CROWD, (clients, rounds, clients * rounds, sizes[0], sizes[-1]), strict=True))


def at_once(streams: Sequence[TokenStream]) -> tuple[list[str], list[int]]:
    """Read all streams at once; return their texts, and the order in which they began."""
    order: list[int] = []
    texts: dict[int, str] = {}

    def take(number: int) -> None:
        texts[number] = complete(streams[number])[0]

    def watch() -> None:
        while len(order) < len(streams):
            order.extend(n for n, stream in enumerate(streams) if stream.begun and n not in order)
            time.sleep(0.001)

    running = [threading.Thread(target=take, args=(n,)) for n in range(len(streams))]
    running.append(threading.Thread(target=watch))
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return [texts[n] for n in range(len(streams))], order


def cancels(path: Path, threads: int, count: int) -> dict[str, Cell]:
    """Cancel at random moments; a plain question in between has to be answered as at first, by the same worker."""
    rng = random.Random(1)
    waits, kinds, sizes = list[float](), Counter[str](), list[float]()
    with LlamaCpp.load(path, context=1024, threads=threads) as model:
        worker = psutil.Process(model.worker)
        short = prompt_of(model, Turn("user", "What is the capital of Spain?"))
        expected = generate(model, short, 12)[0]
        for number in range(count):
            text = f"{number} " + "".join(SOURCES) * rng.randrange(1, 8)
            # Every other one was read before, so it is written at once.
            prompt = short if number % 2 else prompt_of(model, Turn("user", text))
            stream = model.stream(prompt, Sampling(temperature=1.0, seed=number, max_tokens=300))
            kind, seconds = cancelled(stream, rng.uniform(0, 0.25))
            kinds[kind] += 1
            waits += [seconds] if kind != "finished before" else []
            if number % 100 == 99 or number + 1 == count:
                assert generate(model, short, 12)[0] == expected
                sizes.append(worker.memory_info().rss / 2**20)
        assert worker.is_running() and model.worker == worker.pid
    waits.sort()
    median, most = (1000 * waits[len(waits) * part // 100] for part in (50, 99))
    counts = (kinds[kind] for kind in ("while reading", "while writing", "finished before"))
    cells = (count, *counts, median, most, 1000 * waits[-1], sizes[0], sizes[-1])
    return dict(zip(CANCELS, cells, strict=True))


def cancelled(stream: TokenStream, after: float) -> tuple[str, float]:
    """Cancel a stream after so many seconds; return at what, and how long it took to stop."""
    pieces = 0
    until = time.perf_counter() + after
    with contextlib.suppress(StopIteration):
        while time.perf_counter() < until:
            pieces += stream.next_piece(0.002) is not None
    begun = time.perf_counter()
    stream.cancel()
    done: GenerationEnd | None = complete(stream)[1]
    taken = time.perf_counter() - begun
    return ("finished before" if done is None else "while writing" if pieces else "while reading"), taken


def damage(count: int) -> Counter[tuple[str, str]]:
    """Return how often each kind of damage to a model file has which outcome."""
    outcomes = Counter[tuple[str, str]]()
    with tempfile.TemporaryDirectory(prefix="oaken-bench-") as folder:
        keys, shapes = ggufs.model("llama", ggufs.sentencepiece(MARKERS), name="oasst")
        whole = ggufs.write(Path(folder) / "whole.gguf", keys, shapes)
        data, header = whole.read_bytes(), whole.stat().st_size - check_gguf(whole).data_bytes
        for seed in range(count):
            kind, broken = ggufs.damaged(data, header, seed)
            path = Path(folder) / "broken.gguf"
            path.write_bytes(broken)
            outcomes[kind, outcome_of(path)] += 1
    return outcomes


def outcome_of(path: Path) -> str:
    """Return what becomes of a damaged file: what the parser says, then llama.cpp in its own process."""
    try:
        check_gguf(path)
    except ModelBrokenError:
        return "refused by the parser"
    try:
        with LlamaCpp.load(path, threads=1) as model:
            generate(model, Prompt((), (5, 6, 7), 256, 0), 4)
    except ModelError:
        return "refused when loaded"
    return "harmless: it loads and writes"


if __name__ == "__main__":
    main()
