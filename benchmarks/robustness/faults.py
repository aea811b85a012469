"""Inject faults into a library: ``python -m benchmarks.robustness.faults [KIND …]``.

steps, no-space-steps: each write step made to fail in turn, as a broken disk and as a full one. damages, unchecked:
seeded damages to the indexes' files, with a health check first, and searched at once. full: no file may be larger than
a limit. tmpfs: as root, a small disk that runs full. The quick form is in tests/library/test_faults.py.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from rag.errors import LibraryError
from rag.library.maintenance import health
from tests import faults
from tests.doubles import file_away, paper

DAMAGES, STEPS_AT_MOST, PAPERS, ROOM = 50, 400, 60, 12  # ROOM: MB of the small disk
KINDS = {
    "steps": "each write step fails with EIO in turn, until none does",
    "no-space-steps": "the same with ENOSPC",
    "damages": "seeded damages to index files, `oaken doctor` first, then `--repair`",
    "unchecked": "the same, searched at once, then something new is added",
    "full": "no file may grow over 4 kB, 12 % … 300 % of the largest",
    "tmpfs": f"a disk of {ROOM} MB (tmpfs) runs full, then has room again",
}
COLUMNS = {
    "fault": "",
    "cases": "",
    "struck or noticed": "",
    "ledger whole": "",
    "wrong answers": "",
    "damaged afterwards": "",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a row for each kind of fault; return exit code 1 where something was lost, wrong or died."""
    parser = benchmark_parser("benchmarks.robustness.faults", __doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", default=list(KINDS), help=f"of {', '.join(KINDS)}")
    parser.add_argument("--papers", type=int, default=PAPERS, help="documents in the library")
    parser.add_argument("--damages", type=int, default=DAMAGES)
    options = parse_options(parser, arguments)
    table, bad = [], 0
    with tempfile.TemporaryDirectory(prefix="oaken-faults-") as folder:
        base, work = Path(folder, "base"), Path(folder, "work")
        faults.build(base, options.papers)
        for kind in options.kinds:
            work.mkdir()
            rows = tmpfs(base, work) if kind == "tmpfs" else cases(kind, base, work, options.damages)
            table.append(summary(kind, rows))
            bad += len(failures(kind, rows))
            shutil.rmtree(work)
    publish(options, "faults", f"Injected faults: a library of {options.papers} documents", COLUMNS, table)
    return int(bool(bad))


def cases(kind: str, base: Path, work: Path, damages: int) -> list[dict[str, Any]]:
    """Return all cases of a kind; of steps, until none fails any more."""
    if "steps" in kind:
        rows: list[dict[str, Any]] = []
        for at in range(1, STEPS_AT_MOST, 40):
            rows += faults.run(kind, base, fresh(work, at), range(at, at + 40), seconds=3_000)
            if not rows[-1]["failed"]:
                return [row for row in rows if row["failed"]]
        raise AssertionError(f"steps still fail at {STEPS_AT_MOST}")
    if kind == "full":
        top = max(path.stat().st_size for path in base.rglob("*"))
        return faults.run(kind, base, work, range(4_096, 3 * top, top // 12), seconds=3_000)
    return faults.run(kind, base, work, range(damages), seconds=3_000)


def fresh(work: Path, at: int) -> Path:
    """Make a folder below the working one and return it."""
    folder = work / str(at)
    folder.mkdir()
    return folder


def tmpfs(base: Path, work: Path) -> list[dict[str, Any]]:
    """Fill a real disk; [] where none may be mounted."""
    disk = work / "disk"
    disk.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM}m", "tmpfs", str(disk)], capture_output=True)
    if mount.returncode:
        print(f"tmpfs: not mounted ({mount.stderr.decode().strip()})", file=sys.stderr)
        return []
    try:
        folder, held, trouble = disk / "held", [], ""
        shutil.copytree(base, folder)
        try:
            with faults.opened(folder) as library:
                for n in range(4_000):
                    texts = [f"Lantern {n} of {m} was seen near pier {n * m}." for m in range(20)]
                    held.append(file_away(library, paper(f"late/{n}.txt", *texts)))
                    if n % 20 == 0:
                        library.follow()
        except (LibraryError, OSError) as error:
            trouble = f"{type(error).__name__}: {error}"
        print(f"tmpfs: {len(held)} documents, then {trouble}", file=sys.stderr)
        subprocess.run(["mount", "-o", "remount,size=2g", str(disk)], check=True)  # room again
        with faults.opened(folder) as library:
            lost = [record.source for record in held if library.record(record.id) != record]
            library.follow()
            sick = [f"{check.name}: {check.detail}" for check in health.check(library) if not check.ok]
            wrong = faults.wrong_answers(library)
        return [{"trouble": trouble, "lost": lost, "sick": sick, "wrong": wrong}]
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def summary(kind: str, rows: list[dict[str, Any]]) -> dict[str, Cell]:
    """Return one row of the table."""
    noticed = sum(bool(row.get("trouble") or row.get("failed") or row.get("detected")) for row in rows)
    cells = (
        KINDS[kind],
        len(rows),
        None if kind == "unchecked" else noticed,
        sum(is_whole(row) for row in rows),
        sum(is_wrong(row) for row in rows),
        sum(is_sick(row) for row in rows),
    )
    return dict(zip(COLUMNS, cells, strict=True))


def failures(kind: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Print the cases that went wrong, whole, and return them."""
    bad = [row for row in rows if is_wrong(row) or is_sick(row) or not is_whole(row)]
    for row in bad:
        print(row, file=sys.stderr)
    if kind in ("damages", "unchecked"):
        print(dict(Counter(row["how"] for row in rows if not row.get("detected", True))), file=sys.stderr)
    return bad


def is_whole(row: dict[str, Any]) -> bool:
    """Tell whether the ledger holds all that was acknowledged."""
    return bool(row.get("whole", not row.get("lost")))


def is_wrong(row: dict[str, Any]) -> bool:
    """Tell whether a search gave a wrong answer."""
    return bool(row["wrong"] or row.get("after"))


def is_sick(row: dict[str, Any]) -> bool:
    """Tell whether the library is damaged afterwards."""
    return bool(row.get("sick") or row.get("still"))


if __name__ == "__main__":
    sys.exit(main())
