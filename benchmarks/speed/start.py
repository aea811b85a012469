"""Measure how long commands take from their start: ``python -m benchmarks.speed.start [--rounds 5]``.

Over the sample library, in turns, after a round that does not count. The first output of a question is its first quote.
Processor seconds and memory are those of the command's process and of the children that it has waited for.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from rag.settings import load

SAMPLE = Path(__file__).parents[2] / "data" / "library"
QUESTION = "When does the library open on Saturdays?"
COMMANDS = {
    "oaken --help": ["--help"],
    "oaken --version": ["--version"],
    "oaken list": ["list"],
    "oaken search": ["search", QUESTION],
    "oaken ask --no-prose": ["ask", QUESTION, "--no-prose"],
    "oaken ask": ["ask", QUESTION],
    "oaken doctor": ["doctor"],
    "oaken ingest, nothing changed": ["ingest", str(SAMPLE)],
}
COLUMNS = {
    "command": "",
    "first output, s": ".2f",
    "slowest": ".2f",
    "whole, s": ".2f",
    "processor seconds": ".2f",
    "memory, MB": ".0f",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a row for each command."""
    parser = benchmark_parser("benchmarks.speed.start", __doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parse_options(parser, arguments)
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch, "home")
        home.mkdir()
        if (prepared := load().home / "models").exists():
            (home / "models").symlink_to(prepared)
        environment = dict(os.environ) | {"OAKEN_HOME": str(home)}
        _run(["ingest", str(SAMPLE)], environment)
        runs = [{name: _run(words, environment) for name, words in COMMANDS.items()} for _ in range(options.rounds + 1)]
    rows = [_row(name, [run[name] for run in runs[1:]]) for name in COMMANDS]
    note = f"Medians of {options.rounds}. Load at the end: {os.getloadavg()[0]:.1f}."
    publish(options, "start", "Commands from their start", COLUMNS, rows, note)


def _run(words: Sequence[str], environment: Mapping[str, str]) -> dict[str, float]:
    """Run a command in a process of its own; return seconds and memory."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "ui.cli.main", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=dict(environment))
    assert process.stdout is not None
    with process.stdout as output:
        output.read(1)
        first = time.perf_counter() - begun
        output.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    whole = time.perf_counter() - begun
    return {"first": first, "whole": whole, "processor": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024}


def _row(name: str, runs: Sequence[Mapping[str, float]]) -> dict[str, Cell]:
    def median(key: str) -> float:
        return statistics.median(run[key] for run in runs)

    slowest = max(run["first"] for run in runs)
    cells = (name, median("first"), slowest, median("whole"), median("processor"), median("mb"))
    return dict(zip(COLUMNS, cells, strict=True))


if __name__ == "__main__":
    main()
