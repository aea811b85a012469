"""Lines that the fast tests execute, by package, from the report of ``make coverage``.

``python -m benchmarks.robustness.coverage REPORT`` (coverage.py's JSON). Child processes are counted.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.results import Row, benchmark_parser, parse_options, publish

COLUMNS = {"package": "", "modules": ",", "lines": ",", "executed": ".1%"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table: a row for each package, then one for all."""
    parser = benchmark_parser("benchmarks.robustness.coverage", __doc__)
    parser.add_argument("report", type=Path)
    options = parse_options(parser, arguments)
    files = json.loads(options.report.read_text(encoding="utf-8"))["files"]
    publish(options, "coverage", "Lines executed by the fast tests", COLUMNS, rows_of(files))


def rows_of(files: Mapping[str, Mapping[str, Mapping[str, int]]]) -> list[Row]:
    """Return a row for each package and one for all, from a report's files."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for path, found in sorted(files.items()):
        *folder, _ = path.split("/")[:3]
        for package in ("/".join(folder) or path, "all"):
            summary = found["summary"]
            for at, count in enumerate((1, summary["num_statements"], summary["covered_lines"])):
                counts[package][at] += count
    last = counts.pop("all", [0, 0, 0])
    return [
        {"package": package, "modules": modules, "lines": lines, "executed": executed / max(1, lines)}
        for package, (modules, lines, executed) in [*sorted(counts.items()), ("all", last)]
    ]


if __name__ == "__main__":
    main()
