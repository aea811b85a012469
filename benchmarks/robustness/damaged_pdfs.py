"""Read a folder of damaged PDFs: ``python -m benchmarks.robustness.damaged_pdfs FOLDER``.

Reads every PDF below the folder as a run does, in one worker, and prints the outcomes with their reasons, the slowest
files, the peak memory of the worker, and every file that ended the worker. Exit code 1 where a file ended it, took
longer than ``LONGEST`` seconds, or the worker needed more than ``MOST`` MB. Memory is read from /proc (Linux).
"""

from __future__ import annotations

import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from ingest.parse import Parser

LONGEST = 20.0  # seconds for a file
MOST = 1_500  # MB
COLUMNS = {"outcome": "", "reason": "", "files": ""}


class Memory(threading.Thread):
    """Watches how much memory the workers take, also those that end."""

    def __init__(self, parser: Parser) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self._parser = parser
        self._over = threading.Event()

    def run(self) -> None:
        """Watch until it is stopped."""
        while not self._over.wait(0.02):
            for worker in self._parser.worker_ids:
                try:
                    status = Path(f"/proc/{worker}/status").read_text(encoding="ascii")
                except OSError:
                    continue
                self.most = max(self.most, *(int(kb) // 1024 for kb in re.findall(r"VmHWM:\s+(\d+)", status)), 0)

    def stop(self) -> None:
        """Stop watching."""
        self._over.set()
        self.join()


@dataclass
class Tally:
    """What became of the files."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)  # files that ended the worker, or have no reason
    memory: int = 0  # MB


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, print, return the exit code."""
    parser = benchmark_parser("benchmarks.robustness.damaged_pdfs", __doc__)
    parser.add_argument("folder", type=Path)
    options = parse_options(parser, arguments)
    tally = read_all(sorted(options.folder.rglob("*.pdf")))
    ordered = sorted(tally.outcomes.items(), key=lambda row: (-row[1], row[0]))
    rows: list[dict[str, Cell]] = [dict(zip(COLUMNS, (*pair, files), strict=True)) for pair, files in ordered]
    longest = max(tally.seconds.values(), default=0.0)
    note = (
        f"{len(tally.seconds)} files; {len(tally.faults)} ended the worker or have no reason; "
        f"the slowest took {longest:.1f} s, the worker {tally.memory} MB at most."
    )
    publish(options, "damaged_pdfs", "Damaged PDFs", COLUMNS, rows, note)
    slowest = sorted(tally.seconds, key=tally.seconds.__getitem__, reverse=True)[:3]
    print("slowest: " + ", ".join(f"{name} {tally.seconds[name]:.1f} s" for name in slowest))
    print("\n".join(tally.faults))
    return int(not tally.seconds or bool(tally.faults) or longest > LONGEST or tally.memory > MOST)


def read_all(paths: Sequence[Path]) -> Tally:
    """Read the files one after the other in one worker."""
    tally = Tally()
    with Parser(workers=1) as parser:
        memory = Memory(parser)
        memory.start()
        for path in paths:
            before = parser.worker_ids
            begun = time.monotonic()
            parsed = parser.parse(path)
            tally.seconds[path.name] = time.monotonic() - begun
            tally.outcomes[parsed.outcome.value, re.sub(r"\d+", "N", parsed.reason)] += 1
            if parsed.document is None and before and before[0] not in parser.worker_ids:
                tally.faults.append(f"{path.name}: {parsed.reason}")
            if parsed.document is None and not parsed.reason:
                tally.faults.append(f"{path.name}: no reason")
        memory.stop()
        tally.memory = memory.most
    return tally


if __name__ == "__main__":
    sys.exit(main())
