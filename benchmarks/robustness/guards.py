"""Take each guard out of a copy and see its test fail: ``python -m benchmarks.robustness.guards [PROMISE …]``.

The guards are those of ``known_guards/``. Each test first has to pass as the code stands; then the guard's lines are
replaced, the test has to fail, and the lines are put back. All happens in a temporary copy of the repository. The
browser's tests come last; with numbers only the guards of those promises are tried. ``--json`` keeps each row as soon
as it is found, so a run that ends early goes on with ``--untried``.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.results import Cell, Row, benchmark_parser, parse_options, publish, read_result
from benchmarks.robustness.known_guards import GUARDS, Guard

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS = 900  # for one test
COLUMNS = {"promise": "", "test": "", "guard": "", "noticed": "", "seconds": ".1f"}
YES, NO, BROKEN, SKIPPED = "yes", "no", "the test fails without it too", "skipped here"


@dataclass
class Copy:
    """A copy of the repository's files, in which tests run."""

    folder: Path
    passed: dict[str, str] = field(default_factory=dict)  # a test -> how it ends with every guard in place
    _clock: Iterator[int] = field(default_factory=lambda: itertools.count(int(time.time()) - 100_000, 2))

    @classmethod
    def make(cls, folder: Path, source: Path = REPOSITORY) -> Copy:
        """Copy the files that git knows or would add."""
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=source, capture_output=True, check=True,
        ).stdout  # fmt: skip
        for name in filter(None, os.fsdecode(listing).split("\0")):
            if (source / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / name, folder / name)
        return cls(folder)

    def try_all(self, tests: Iterable[str]) -> None:
        """Run these tests together, with every guard in place; whoever does not pass is tried again by itself."""
        named = list(dict.fromkeys(tests))
        if not named:  # pytest would run all there are
            return
        _, report = self._run(*named, "-rA")
        passed = {line.removeprefix("PASSED ") for line in report.splitlines() if line.startswith("PASSED ")}
        failed = {line.split(" ")[1] for line in report.splitlines() if line.startswith(("FAILED ", "ERROR "))}
        for test in named:
            cases = {each for each in passed if each == test or each.startswith(f"{test}[")}
            if cases and not any(each.startswith(test) for each in failed):
                self.passed[test] = "passed"

    def outcome(self, test: str) -> str:
        """Run one test; return "passed", "failed", "skipped", or what else pytest reports."""
        code, report = self._run(test)
        return verdict(code, report)

    def _run(self, *arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "pytest", *arguments, "-q", "-n", "0", "-p", "no:cacheprovider", "--no-header"]
        known = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
        try:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=known | {"PYTHONPATH": str(self.folder)},
                capture_output=True,
                text=True,
                errors="replace",
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return -1, f"no end within {SECONDS} seconds"
        return done.returncode, done.stdout

    def noticed(self, guard: Guard) -> str:
        """Return whether the guard's test fails without it, having passed with it."""
        if guard.test not in self.passed:
            self.passed[guard.test] = self.outcome(guard.test)
        if self.passed[guard.test] != "passed":
            return SKIPPED if self.passed[guard.test] == "skipped" else BROKEN
        path = self.folder / guard.file
        whole = path.read_text(encoding="utf-8")
        if whole.count(guard.old) != 1:
            raise ValueError(f"{guard.file} holds {whole.count(guard.old)} times: {guard.old}")
        try:
            self._write(path, whole.replace(guard.old, guard.new))
            found = self.outcome(guard.test)
        finally:
            self._write(path, whole)
        return YES if found == "failed" else NO if found == "passed" else found

    def _write(self, path: Path, text: str) -> None:
        """Write a source with a time of its own: Python would take the compiled one of the same second and size."""
        path.write_text(text, encoding="utf-8")
        now = next(self._clock)
        os.utime(path, (now, now))


def verdict(code: int, report: str) -> str:
    """Return how a test ended by pytest's exit code and report; a test that could not be run is no failure of it."""
    kinds = Counter(line.split(" ", 1)[0] for line in report.splitlines())
    if code == 1 and kinds["FAILED"]:  # an error beside it is its fixture's, which met the same
        return "failed"
    if code == 0:
        return "skipped" if kinds["SKIPPED"] and " passed" not in report else "passed"
    return f"exit code {code}: {(report.strip().splitlines() or ['nothing said'])[-1][:120]}"


def in_order(guards: Iterable[Guard]) -> list[Guard]:
    """Return the guards, each test's together, the browser's last."""
    return sorted(guards, key=lambda guard: (guard.browser, guard.slow))


def main(arguments: list[str] | None = None) -> int:
    """Print the table; return exit code 1 where a guard was removed and no test failed."""
    parser = benchmark_parser("benchmarks.robustness.guards", __doc__)
    parser.add_argument("promises", nargs="*", type=int, metavar="PROMISE", help="numbers; all if none is given")
    parser.add_argument("--fast", action="store_true", help="leave out the slow tests and the browser's")
    parser.add_argument("--untried", action="store_true", help="only those that --json's file does not say yes to")
    options = parse_options(parser, arguments)
    options.command = parser.prog  # whichever part of the table is tried
    chosen = [guard for guard in GUARDS if not options.promises or guard.promise in options.promises]
    chosen = [guard for guard in chosen if not (options.fast and (guard.slow or guard.browser))]
    if options.untried and options.json:
        held = earlier_rows(options.json / "guards.json").values()
        noticed = {key(each) for each in held if each["noticed"] == YES}
        chosen = [guard for guard in chosen if key(row(guard, "", 0.0)) not in noticed]
    found: dict[Guard, tuple[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="oaken-guards-") as folder:
        copy = Copy.make(Path(folder))
        copy.try_all(guard.test for guard in chosen if not (guard.slow or guard.browser))
        for guard in in_order(chosen):
            begun = time.monotonic()
            found[guard] = copy.noticed(guard), time.monotonic() - begun
            print(
                f"{guard.promise} {found[guard][0]} {found[guard][1]:.0f} s: {guard.test}", file=sys.stderr, flush=True
            )
            publish(*_table(options, found), show=False)
    publish(*_table(options, found))
    return int(any(told != YES for told, _ in found.values()))


def _table(
    options: argparse.Namespace, found: Mapping[Guard, tuple[str, float]]
) -> tuple[argparse.Namespace, str, str, dict[str, str], list[dict[str, Cell]], str]:
    """Return what the table is published with: the rows found so far, and those of an earlier run."""
    rows = [row(guard, *told) for guard, told in found.items()]
    if options.json:
        rows = with_earlier(rows, options.json / "guards.json")
    return options, "guards", "Each promise's guard removed", COLUMNS, rows, summary(rows)


def row(guard: Guard, noticed: str, seconds: float) -> dict[str, Cell]:
    """Return a guard's row of the table."""
    cells = (guard.promise, f"`{guard.name}`", guard.text, noticed, seconds)
    return dict(zip(COLUMNS, cells, strict=True))


def key(row: Row) -> tuple[Cell, ...]:
    """Return what tells a row from the others."""
    return tuple(row[name] for name in ("promise", "test", "guard"))


def earlier_rows(path: Path) -> dict[tuple[Cell, ...], dict[str, Cell]]:
    """Return the rows of an earlier run by their keys."""
    return {key(each): dict(each) for each in (read_result(path).rows if path.exists() else ())}


def with_earlier(rows: list[dict[str, Cell]], path: Path) -> list[dict[str, Cell]]:
    """Return the rows with those of an earlier run for guards that were not tried now and still exist."""
    both = earlier_rows(path) | {key(each): each for each in rows}
    wanted = [key(row(guard, "", 0.0)) for guard in GUARDS]
    return [both[each] for each in wanted if each in both]


def summary(rows: list[dict[str, Cell]]) -> str:
    """Return the table's sums in a sentence."""
    noticed = sum(each["noticed"] == YES for each in rows)
    return f"The test fails without {noticed} of {len(rows)} guards; {len(GUARDS) - len(rows)} were not tried."


if __name__ == "__main__":
    sys.exit(main())
