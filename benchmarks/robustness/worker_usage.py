"""What each file costs the worker that reads it: processor time and memory. Reads /proc (Linux)."""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.parse import Parsed, Parser

_TICKS = os.sysconf("SC_CLK_TCK")  # of processor time, in a second
_RESET_PEAK = "5"  # what /proc/PID/clear_refs takes to forget the peak of memory
_SAMPLED_SECONDS = 0.02


@dataclass(frozen=True)
class FileUsage:
    """The result for one file, and what it cost; programs that its reader started included."""

    parsed: Parsed
    seconds: float
    processor_seconds: float
    memory_mb: int  # at most, of the worker or one program


class MeteredParser(Parser):
    """Reads files one after the other in one worker; ``usage`` has what each has cost, by its name."""

    def __init__(self) -> None:
        super().__init__(workers=1)
        self.usage: dict[str, FileUsage] = {}

    def _ask(self, name: str, *arguments: Any) -> Parsed:
        meter = _Meter(self)
        meter.start()
        begun = time.monotonic()
        try:
            parsed = super()._ask(name, *arguments)
        finally:
            meter.stop()
        self.usage[name] = FileUsage(parsed, time.monotonic() - begun, meter.seconds, meter.most // 2**10)
        return parsed


class _Meter(threading.Thread):
    """Watches a parser's worker from now on, also one that ends or begins meanwhile."""

    def __init__(self, parser: Parser) -> None:
        super().__init__(daemon=True)
        self.most = 0  # kB
        self._parser = parser
        self._over = threading.Event()
        for worker in parser.worker_ids:
            with contextlib.suppress(OSError):
                Path(f"/proc/{worker}/clear_refs").write_text(_RESET_PEAK, encoding="ascii")
        self._before = {worker: _processor_seconds(worker) for worker in parser.worker_ids}
        self._last = dict(self._before)

    @property
    def seconds(self) -> float:
        """Processor seconds since it began."""
        return sum(last - self._before.get(worker, 0.0) for worker, last in self._last.items())

    def run(self) -> None:
        """Watch until it is stopped."""
        while not self._over.wait(_SAMPLED_SECONDS):
            self._look()

    def stop(self) -> None:
        """Look once more, and stop."""
        self._over.set()
        self.join()
        self._look()

    def _look(self) -> None:
        for worker in self._parser.worker_ids:
            self._last[worker] = max(self._last.get(worker, 0.0), _processor_seconds(worker))
            self.most = max(self.most, *map(_peak_kb, _family(worker)))


def _family(process: int) -> Iterator[int]:
    yield process
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split():
            yield from _family(int(child))


def _processor_seconds(process: int) -> float:
    """Return what a process has used, and what its children that have ended had; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS


def _peak_kb(process: int) -> int:
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    return max((int(kb) for kb in re.findall(r"VmHWM:\s+(\d+)", status)), default=0)
