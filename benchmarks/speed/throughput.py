"""Compare the model's engine with llama.cpp's own calls: ``python -m benchmarks.speed.throughput [--threads N]``.

Reading and writing through ``LlamaCpp.stream`` beside the raw calls, in turns (A B A B …): medians of ratios, above 1
the engine is faster. ``--model 1B`` writes a model of random weights (0.6 GB) into the temporary folder and deletes it.
``--large`` loads one of 13 billion random weights (7.3 GB) instead: memory estimated and taken, reading and writing.
"""

from __future__ import annotations

import random
import statistics
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from benchmarks.shared.local_models import RawCalls, generate, model_file, prompt_of
from rag.model.files.describe import facts
from rag.model.local.client import LlamaCpp
from rag.types import Prompt, Turn

Spent = Mapping[str, Sequence[float]]  # "prompt" and "tokens" -> wall and processor seconds
RAW = {"our settings": (128, 0), "defaults": ()}
COLUMNS = {
    "model": "",
    "threads": "",
    "what": "",
    "Oaken, tokens a second": ".0f",
    "of raw, our settings": ".3f",
    "in processor seconds": ".3f",
    "of raw, defaults": ".3f",
    "in processor seconds ": ".3f",
}
LARGE = {
    "loaded, s": ".0f",
    "memory estimated, GB": ".2f",
    "memory taken, GB": ".2f",
    "tokens read": "",
    "in seconds": ".0f",
    "written a second": ".2f",
}


@dataclass(frozen=True)
class Lengths:
    """Tokens that are read, and tokens that are written after them."""

    prompt: int
    tokens: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a row for reading and one for writing; with ``--large`` one for the large model."""
    parser = benchmark_parser("benchmarks.speed.throughput", __doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--model", default="", help="a GGUF file, or 1B (default: the embedded model)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--prompt", type=int, default=512, help="tokens read")
    parser.add_argument("--tokens", type=int, default=128, help="tokens written")
    parser.add_argument("--large", action="store_true")
    options = parse_options(parser, arguments)
    if options.large:
        rows = [large(options.threads)]
        publish(options, "large_model", "A model of 13 billion random weights, Q4_0", LARGE, rows)
        return
    with model_file(options.model) as path:
        rows = compare(path, options)
    title = "The model's engine beside llama.cpp's own calls"
    publish(options, "throughput", title, COLUMNS, rows, f"Medians of {options.rounds} rounds.")


def compare(path: Path, options: Namespace) -> list[dict[str, Cell]]:
    """Run everything in turns; the first round does not count."""
    lengths = Lengths(options.prompt, options.tokens)
    rounds: list[dict[str, Spent]] = []
    with ExitStack() as stack:
        raws = {name: stack.enter_context(RawCalls(path, options.threads, *settings)) for name, settings in RAW.items()}
        model = stack.enter_context(LlamaCpp.load(path, context=1024, threads=options.threads))
        for turn in range(options.rounds + 1):
            rng = random.Random(turn)
            tokens = [rng.randrange(300, min(model.facts["vocabulary"], 30_000)) for _ in range(lengths.prompt)]
            order = [*raws, "Oaken"] if turn % 2 else ["Oaken", *raws]
            spent: dict[str, Spent] = {}
            for name in order:
                raw = raws.get(name)
                spent[name] = raw.run(tokens, lengths.tokens) if raw else engine(model, tokens, lengths)
            rounds.append(spent)
    written = {"prompt": ("read", lengths.prompt), "tokens": ("written", lengths.tokens)}
    return [row(path.stem, options.threads, name, count, part, rounds[1:]) for part, (name, count) in written.items()]


def engine(model: LlamaCpp, tokens: list[int], lengths: Lengths) -> Spent:
    """Read the tokens through ``LlamaCpp.stream`` and write some after them."""
    worker = psutil.Process(model.worker)
    prompt = Prompt((), tuple(tokens), 1024, 0)
    before = sum(worker.cpu_times()[:2])
    read = generate(model, prompt, 1)[1]
    middle = sum(worker.cpu_times()[:2])
    done = generate(model, prompt, lengths.tokens + 1)[1]
    after = sum(worker.cpu_times()[:2])
    share = max(1, done.tokens - 1) / lengths.tokens  # below 1 where the model ended early
    return {
        "prompt": [read.first_seconds, middle - before],
        "tokens": [(done.seconds - done.first_seconds) / share, (after - middle) / share],
    }


def row(
    model: str, threads: int, name: str, count: int, part: str, rounds: Sequence[Mapping[str, Spent]]
) -> dict[str, Cell]:
    """Return one row: tokens a second, and medians of raw seconds over Oaken's."""
    rate = statistics.median(count / each["Oaken"][part][0] for each in rounds)
    ratios = [
        statistics.median(each[raw][part][n] / max(1e-9, each["Oaken"][part][n]) for each in rounds)
        for raw in RAW
        for n in (0, 1)
    ]
    return dict(zip(COLUMNS, (model, threads, name, rate, *ratios), strict=True))


def large(threads: int) -> dict[str, Cell]:
    """Load a model of 13 billion random weights, read a prompt, write some tokens."""
    with model_file("13B") as path:
        estimate = facts(path).need(1024)
        begun = time.perf_counter()
        with LlamaCpp.load(path, context=1024, threads=threads) as model:
            loaded = time.perf_counter() - begun
            prompt = prompt_of(model, Turn("user", "the river " * 5))
            done = generate(model, prompt, 4)[1]
            taken = psutil.Process(model.worker).memory_info().rss
            other = replace(prompt, turns=(), tokens=(prompt.tokens[0], 300, *prompt.tokens[2:]))
            again = generate(model, other, 4)[1]
    writing = (again.seconds - again.first_seconds) / max(1, again.tokens - 1)
    cells = (loaded, estimate / 1e9, taken / 1e9, done.prompt_tokens, done.first_seconds, 1 / writing)
    return dict(zip(LARGE, cells, strict=True))


if __name__ == "__main__":
    main()
