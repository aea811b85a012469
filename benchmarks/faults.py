"""What goes wrong, at length: ``python -m benchmarks.faults [KIND …]``.

steps, no-space-steps: each write step made to fail in turn, as a broken disk and as a full one. damages, unchecked:
50 seeded damages to the indexes' files, looked at first, and searched at once. full: no file may be larger than so
much. tmpfs: as root, a small disk of its own that runs full. The quick form is in tests/library/test_faults.py.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from rag.errors import LibraryError
from rag.library.maintenance import health
from tests import faults
from tests.doubles import file_away, paper

DAMAGES, STEPS_AT_MOST, PAPERS, ROOM = 50, 400, 60, 12  # ROOM: MB of the small disk


def main() -> None:
    """Print a line for each kind of fault; exit code 1 where something was lost, wrong or died."""
    wanted = sys.argv[1:] or ["steps", "no-space-steps", "damages", "unchecked", "full", "tmpfs"]
    with tempfile.TemporaryDirectory(prefix="oaken-faults-") as folder:
        base, work = Path(folder, "base"), Path(folder, "work")
        faults.build(base, PAPERS)
        print("| fault | cases | struck or told | ledger whole | wrong answers | sick afterwards |")
        print("|---|---|---|---|---|---|", flush=True)
        bad = 0
        for kind in wanted:
            work.mkdir()
            rows = tmpfs(base, work) if kind == "tmpfs" else cases(kind, base, work)
            bad += report(kind, rows)
            shutil.rmtree(work)
    sys.exit(bool(bad))


def cases(kind: str, base: Path, work: Path) -> list[dict[str, Any]]:
    """All cases of a kind; of steps, until none fails any more."""
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
    return faults.run(kind, base, work, range(DAMAGES), seconds=3_000)


def fresh(work: Path, at: int) -> Path:
    folder = work / str(at)
    folder.mkdir()
    return folder


def tmpfs(base: Path, work: Path) -> list[dict[str, Any]]:
    """A real disk that runs full; [] where none may be mounted."""
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


def report(kind: str, rows: list[dict[str, Any]]) -> int:
    """One line of the table; how many cases went wrong. Those are printed whole."""
    struck = sum(bool(row.get("trouble") or row.get("failed") or row.get("detected")) for row in rows)
    whole = sum(row.get("whole", not row.get("lost")) for row in rows)
    wrong = sum(bool(row["wrong"] or row.get("after")) for row in rows)
    sick = sum(bool(row.get("sick") or row.get("still")) for row in rows)
    told = "" if kind == "unchecked" else str(struck)
    print(f"| {kind} | {len(rows)} | {told} | {whole} | {wrong} | {sick} |", flush=True)
    for row in rows:
        if row["wrong"] or row.get("after") or row.get("sick") or row.get("still") or not row.get("whole", True):
            print(row, file=sys.stderr)
    if kind in ("damages", "unchecked"):
        print(dict(Counter(row["how"] for row in rows if not row.get("detected", True))), file=sys.stderr)
    return wrong + sick + len(rows) - whole


if __name__ == "__main__":
    started = time.perf_counter()
    try:
        main()
    finally:
        print(f"{time.perf_counter() - started:.0f} s", file=sys.stderr)
