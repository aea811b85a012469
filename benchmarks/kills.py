"""``python -m benchmarks.kills [KILLS] [FILES]``: kill -9 during an ingest, half at random and half at index writes."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from tests.crash.killing import kill_often, problems, write_papers


def main(kills: int = 200, files: int = 300) -> None:
    generator = random.Random(2024)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_papers(folder / "papers", files, generator)
        begun = time.monotonic()
        tally = kill_often(folder / "killed", folder / "papers", kills, generator)
        print(f"{tally.random} random and {tally.aimed} aimed kills, {tally.ended} runs ended before theirs, ", end="")
        print(f"in {time.monotonic() - begun:.0f} s")
        found = problems(folder / "killed", folder / "papers", folder / "whole")
    print("\n".join(found) if found else "nothing lost, nothing twice, everything found, no file over twice its size")
    sys.exit(bool(found))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
