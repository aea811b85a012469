"""Kill an ingest and resume it, again and again: ``python -m benchmarks.robustness.kills [KILLS] [FILES]``.

Each run ends by ``kill -9``: at a random moment, at a write of an index, or at one of the ledger. Afterwards the
library has to equal one that was never killed. Exit code 1 where it does not.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.results import benchmark_parser, parse_options, publish
from tests.crash.killing import kill_often, problems, write_papers

COLUMNS = {
    "files": "",
    "kills at random": "",
    "at index writes": "",
    "at ledger writes": "",
    "runs that ended before": "",
    "problems": "",
    "minutes": ".0f",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill, resume, compare; return the exit code."""
    parser = benchmark_parser("benchmarks.robustness.kills", __doc__)
    parser.add_argument("kills", type=int, nargs="?", default=200)
    parser.add_argument("files", type=int, nargs="?", default=300)
    options = parse_options(parser, arguments)
    generator = random.Random(2024)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_papers(folder / "papers", options.files, generator)
        begun = time.monotonic()
        tally = kill_often(folder / "killed", folder / "papers", options.kills, generator)
        minutes = (time.monotonic() - begun) / 60
        found = problems(folder / "killed", folder / "papers", folder / "whole")
    print("\n".join(found))
    cells = (options.files, tally.random, tally.index, tally.ledger, tally.ended, len(found), minutes)
    note = "Compared with a library that was never killed: nothing lost, nothing twice, everything found, size."
    publish(options, "kills", "An ingest killed and resumed", COLUMNS, [dict(zip(COLUMNS, cells, strict=True))], note)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
