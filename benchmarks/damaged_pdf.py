"""What becomes of a folder of damaged PDFs: ``python -m benchmarks.damaged_pdf FOLDER``.

Reads every PDF below the folder as a run does, in one worker, and prints the outcomes with their reasons, the slowest
files, the most memory that the worker took, and every file that ended the worker. Exit code 1 where a file ended it,
took longer than ``LONGEST`` seconds or the worker more than ``MOST`` MB. Memory is read from /proc (Linux).
"""

from __future__ import annotations

import re
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from ingest.parse import Parser

LONGEST = 20.0  # seconds for a file
MOST = 1_500  # MB


class Memory(threading.Thread):
    """Watches how much memory the workers take, also those that end."""

    def __init__(self, parser: Parser) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self._parser = parser
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.02):
            for worker in self._parser.worker_ids:
                try:
                    status = Path(f"/proc/{worker}/status").read_text(encoding="ascii")
                except OSError:
                    continue
                self.most = max(self.most, *(int(kb) // 1024 for kb in re.findall(r"VmHWM:\s+(\d+)", status)), 0)

    def stop(self) -> None:
        self._over.set()
        self.join()


def main(folder: Path) -> int:
    paths = sorted(folder.rglob("*.pdf"))
    outcomes: Counter[tuple[str, str]] = Counter()
    seconds: dict[str, float] = {}
    ended: list[str] = []
    with Parser(workers=1) as parser:
        memory = Memory(parser)
        memory.start()
        for path in paths:
            before = parser.worker_ids
            begun = time.monotonic()
            parsed = parser.parse(path)
            seconds[path.name] = time.monotonic() - begun
            reason = re.sub(r"\d+", "N", parsed.reason)
            outcomes[parsed.outcome.value, reason] += 1
            if parsed.document is None and before and before[0] not in parser.worker_ids:
                ended.append(f"{path.name}: {parsed.reason}")
            if parsed.document is None and not parsed.reason:
                ended.append(f"{path.name}: no reason")
        memory.stop()
    print(f"{len(paths)} files, {sum(seconds.values()):.0f} s, worker at most {memory.most} MB\n")
    print("| outcome | reason | files |\n|---|---|---|")
    for (outcome, reason), files in sorted(outcomes.items(), key=lambda row: (-row[1], row[0])):
        print(f"| {outcome} | {reason} | {files} |")
    slowest = sorted(seconds, key=seconds.__getitem__, reverse=True)[:3]
    print("\nslowest: " + ", ".join(f"{name} {seconds[name]:.1f} s" for name in slowest))
    print(f"ended the worker, or without a reason: {', '.join(ended) or 'none'}")
    return int(not paths or bool(ended) or max(seconds.values()) > LONGEST or memory.most > MOST)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
