"""Try what goes wrong around a library: ``python -m benchmarks.robustness.tried [wal] [lock] [pickle] …``.

wal: the ledger's log cut at every 512th byte. lock: another program holds the ledger for a minute. pickle: Chroma's
folder replaced by one that runs a command when it is read. memory: ``oaken ask`` and ``oaken ingest`` with less and
less memory. libraries, pages: a home with very many libraries, by commands and on the page. clock: the time of day is
far off. back: it is set back while programs run. strangers: what other sites can send to a page and an API. readonly,
full: the home lies on a disk that may not be written, or has no room. Exit code 1 where one case of these is not as it
should be.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.results import Row, benchmark_parser, parse_options, publish, read_result
from benchmarks.robustness import served
from rag.child_process import import_path
from rag.errors import LibraryBusyError
from rag.library.db.ledger import Ledger
from rag.library.files import KNOWN, FileFingerprints
from rag.library.library import Library
from rag.library.maintenance import health
from rag.library.state import StateFile
from tests import faults
from tests.doubles import BagEmbedder, file_away, paper

COLUMNS = {"test": "", "tried": "", "should be": "", "cases": "", "as it should be": "", "seen": "", "date": ""}
SAMPLE = Path(__file__).resolve().parents[2] / "data" / "library"
_CUT = 512  # bytes between two cuts of the log
_MOST_SAID = 1_000  # characters of an error
_TIMES = ("1970-01-02 00:00:00", "2200-01-01 00:00:00")  # Python itself ends in 2262
_SERVED_SECONDS = 60.0  # after which a page or an API that serves is ended
_ENDED = 143  # exit code of one that was
_MEGABYTES = (3000, 1500, 1000, 700, 500, 350, 250)  # of address space


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a row for each; return the exit code."""
    parser = benchmark_parser("benchmarks.robustness.tried", __doc__)
    parser.add_argument("tests", nargs="*", default=list(TESTS), help=f"of {', '.join(TESTS)} (default: all)")
    parser.add_argument("--papers", type=int, default=12, help="filed into the ledger whose log is cut")
    parser.add_argument("--seconds", type=float, default=60.0, help="for which the ledger is held")
    parser.add_argument("--libraries", type=int, default=2000)
    options = parse_options(parser, arguments)
    sizes = {"wal": options.papers, "lock": options.seconds, "libraries": options.libraries, "pages": options.libraries}
    rows = list[Row]()
    for name in options.tests:
        with tempfile.TemporaryDirectory(prefix="oaken-bench-") as folder:
            found = TESTS[name](Path(folder), int(sizes.get(name, 0)))
        rows.append({"test": name, **found, "date": datetime.now(UTC).date().isoformat()})
    wrong = any(row["cases"] != row["as it should be"] for row in rows)
    if options.json and (held := options.json / "tried.json").exists():  # what was not tried again stays
        rows += [row for row in read_result(held).rows if row["test"] not in options.tests]
    rows.sort(key=lambda row: list(TESTS).index(str(row["test"])))
    options.command = parser.prog
    publish(options, "tried", "What goes wrong around a library", COLUMNS, rows)
    return int(wrong)


def _row(tried: str, should: str, cases: int, good: int, seen: str = "") -> Row:
    return dict(zip(list(COLUMNS)[1:-1], (tried, should, cases, good, seen), strict=True))


def cut_log(folder: Path, papers: int) -> Row:
    """Cut the log of a ledger everywhere; each time it has to be as before or after some commit."""
    base, card = folder / "base", BagEmbedder().card
    with Library.open(base, card) as library:
        states = [faults.content(library)]
        for given in faults.papers(papers):
            file_away(library, given)
            states.append(faults.content(library))
        library.remove(faults.papers(papers)[0][0].id)
        states.append(faults.content(library))
        log = (base / "ledger.sqlite-wal").read_bytes()
        ledger = (base / "ledger.sqlite").read_bytes()
    cuts, good, reached = range(0, len(log) + 1, _CUT), 0, set[int]()
    for cut in cuts:
        place = folder / "cut"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        (place / "ledger.sqlite").write_bytes(ledger)
        (place / "ledger.sqlite-wal").write_bytes(log[:cut])
        with closing(Ledger.open(place / "ledger.sqlite", card)) as held:
            found = {each.id: [chunk.id for chunk in held.chunks_of(each.id)] for each in held.records()}
        with closing(sqlite3.connect(place / "ledger.sqlite")) as db:
            whole = db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if whole and found in states:
            good += 1
            reached.add(states.index(found))
    seen = f"{len(reached)} of {len(states)} states were met"
    return _row("the ledger's log is cut at every 512th byte", "as before or after a commit", len(cuts), good, seen)


_HOLD = """
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE"); print("held", flush=True); time.sleep(float(sys.argv[2])); db.execute("COMMIT")
"""


def hold_ledger(folder: Path, seconds: int) -> Row:
    """Read and write while another program holds the ledger: it is said, and afterwards nothing is missing."""
    good, waited, said = 0, 0.0, ""
    with Library.open(folder / "held", BagEmbedder().card) as library:
        for given in faults.papers(6):
            file_away(library, given)
        library.follow()
        held = faults.content(library)
        command = [sys.executable, "-c", _HOLD, str(library.folder / "ledger.sqlite"), str(seconds)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout is not None and other.stdout.readline() == "held\n"
            good += not faults.wrong_answers(library)  # reading goes on
            begun = time.monotonic()
            try:
                file_away(library, paper("late.txt", "It came late."))
            except LibraryBusyError as error:
                said = str(error.message)
            waited = time.monotonic() - begun
            good += "Another process is writing" in said
            good += faults.content(library) == held
        file_away(library, paper("late.txt", "It came late."))
        library.follow()
        good += len(faults.content(library)) == len(held) + 1 and not faults.wrong_answers(library)
        good += all(check.ok for check in health.check(library))
    should = "reading goes on, writing is refused in words, nothing is lost"
    return _row(f"another program holds the ledger for {seconds} s", should, 5, good, f"refused after {waited:.0f} s")


class _Canary:
    """Runs a command when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"touch '{self._mark}'",)


def plant_pickle(folder: Path, _: int) -> Row:
    """Put a pickle that runs a command into Chroma's folder, and search, follow, check and repair."""
    faults.build(folder / "base", 80)
    good, cases, seen = 0, 0, list[str]()
    for kind in ("pickle", "pickle and its checksum"):
        place, mark = folder / kind, folder / f"{kind} ran"
        shutil.copytree(folder / "base", place)
        state = StateFile(place / "vectors.json")
        index = place / "vectors" / state.read().folder
        for path in index.rglob(KNOWN):
            path.write_bytes(pickle.dumps(_Canary(mark)))
        if "checksum" in kind:
            state.write(files=FileFingerprints().take(index))
        for work in (faults.wrong_answers, Library.follow, health.check, Library.repair, faults.wrong_answers):
            cases += 1
            code = (
                "import sys, pathlib; from tests import faults; from rag.library.library import Library\n"
                "from rag.library.maintenance import health\n"
                "with faults.opened(pathlib.Path(sys.argv[1])) as library:\n"
                f"    {work.__module__.rpartition('.')[2] if work.__module__ != 'rag.library.library' else 'Library'}"
                f".{work.__name__}(library)"
            )
            done = subprocess.run([sys.executable, "-W", "ignore", "-c", code, str(place)], capture_output=True)
            good += not done.returncode and not mark.exists()
            if mark.exists():
                seen.append(f"{kind}: run by {work.__name__}")
                mark.unlink()
    should = "nothing of it is run"
    return _row("a pickle that runs a command lies in Chroma's folder", should, cases, good, "; ".join(seen))


def starve(folder: Path, _: int) -> Row:
    """Ask and ingest with less and less address space: each does its work, or says in words why not."""
    home, cases, good, enough = folder / "home", 0, 0, 0
    _oaken(home, "ingest", str(SAMPLE / "ferry"))
    seen = list[str]()
    for megabytes in _MEGABYTES:
        for arguments in (("ask", "Who runs the ferry?"), ("ingest", str(SAMPLE / "ferry"), "--library", "other")):
            done = _oaken(home, *arguments, megabytes=megabytes)
            cases += 1
            traced = "Traceback" in done.stderr
            good += done.returncode in (0, 1, 3) and not traced and (not done.returncode or bool(done.stderr.strip()))
            enough += not done.returncode
            if traced or done.returncode not in (0, 1, 3):
                last = (done.stderr.strip().splitlines() or [""])[-1][:60]
                seen.append(f"{arguments[0]} with {megabytes} MB: {done.returncode} {last}")
    tried = f"ask and ingest with {_MEGABYTES[0]} … {_MEGABYTES[-1]} MB of address space"
    return _row(tried, "done, or refused in words", cases, good, "; ".join([f"{enough} were done", *seen]))


def many_libraries(folder: Path, count: int) -> Row:
    """List a home of very many libraries, and ask one that is not there: few of the others are named."""
    home, seconds = folder / "home", list[str]()
    _make_libraries(folder, count)
    good = 0
    for arguments in (("list", "--library", "number-7"), ("ask", "hello", "--library", "none")):
        begun = time.monotonic()
        done = _oaken(home, *arguments)
        good += "Traceback" not in done.stderr and done.returncode in (0, 1) and len(done.stderr) < _MOST_SAID
        seconds.append(f"{arguments[0]} {time.monotonic() - begun:.1f} s")
    return _row(f"a home with {count} libraries", "each command ends, in few words", 2, good, ", ".join(seconds))


def _make_libraries(folder: Path, count: int) -> list[str]:
    """Fill the home in a folder with libraries of one document; return their names."""
    with Library.open(folder / "one", BagEmbedder().card) as library:
        file_away(library, paper("mill.txt", "The mill grinds rye."))
    for number in range(count):
        place = folder / "home" / "libraries" / f"number-{number}"
        place.mkdir(parents=True)
        shutil.copyfile(folder / "one" / "ledger.sqlite", place / "ledger.sqlite")
    return sorted(f"number-{number}" for number in range(count))


def show_libraries(folder: Path, count: int) -> Row:
    """Open the page over a home of very many libraries: it comes, and where one is not there few others are named."""
    found = served.show_libraries(folder, _make_libraries(folder, count))
    return _row(f"the page over a home with {count} libraries", "it comes, with few words", *found)


def set_back(folder: Path, _: int) -> Row:
    """Set the clock back under a watch, a page and an API."""
    tried, should = "the clock is set back by an hour and a day under watch, page and API", "all go on, nothing is lost"
    return _row(tried, should, *served.set_back(folder))


def send_as_strangers(folder: Path, _: int) -> Row:
    """Send a running page and API requests of other sites."""
    tried = "a page and an API that run are sent other hosts, other origins, forms, sockets, no token"
    return _row(tried, "refused; their own clients are not", *served.strangers(folder))


def set_clock(folder: Path, _: int) -> Row:
    """Let commands see another time of day: nothing fails by it, hangs or is lost. Needs the program faketime."""
    home, papers, good, seen = folder / "home", folder / "papers", 0, list[str]()
    tried, should = f"the clock is set to {' and '.join(_TIMES)}", "each command does its work, nothing is lost"
    if shutil.which("faketime") is None:
        return _row(tried, should, 0, 0, "the program faketime is not installed")
    shutil.copytree(SAMPLE / "ferry", papers)
    _oaken(home, "ingest", str(papers))
    for at in _TIMES:
        (papers / f"{at[:4]}.txt").write_text(f"The ford of {at} is deep.", encoding="utf-8")
        saved = str(folder / f"{at[:4]}.oaken")
        for arguments in (
            ("ingest", str(papers)), ("ask", "Who runs the ferry?", "--no-prose"), ("backup", saved),
            ("restore", saved, "--library", "other", "--force"), ("doctor", "--library", "default"),
        ):  # fmt: skip
            done = _oaken(home, *arguments, at=at)
            good += not done.returncode
            if done.returncode:
                seen.append(f"{arguments[0]} in {at[:4]}: {done.returncode}")
    _oaken(home, "ingest", str(papers))
    held = json.loads(_oaken(home, "list", "--json").stdout)["documents"]
    good += len(held) == len(list(papers.iterdir()))
    return _row(tried, should, 5 * len(_TIMES) + 1, good, "; ".join(seen))


def lock_disk(folder: Path, _: int) -> Row:
    """Let each command meet a home that may not be written."""
    found = _on_disk(folder, lambda disk: _mount("-o", "remount,ro", str(disk)))
    return _row("the home lies on a disk that may not be written", "done, or refused in words", *found)


def fill_disk(folder: Path, _: int) -> Row:
    """Let each command meet a disk without room."""

    def fill(disk: Path) -> bool:
        with contextlib.suppress(OSError), (disk / "filling").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        return True

    return _row("the home lies on a disk without room", "done, or refused in words", *_on_disk(folder, fill))


def _on_disk(folder: Path, spoil: Callable[[Path], bool]) -> tuple[int, int, str]:
    """Return cases, good ones and what was seen of commands whose home is on a disk of its own, spoilt."""
    disk, papers, good, seen = folder / "disk", folder / "papers", 0, list[str]()
    disk.mkdir()
    if not _mount("-t", "tmpfs", "-o", "size=300m", "none", str(disk)):
        return 0, 0, "this account may not mount"
    try:
        home = disk / "home"
        shutil.copytree(SAMPLE / "ferry", papers)
        _oaken(home, "ingest", str(papers))
        (papers / "late.txt").write_text("The ford is deep.", encoding="utf-8")
        if not spoil(disk):
            return 0, 0, "this account may not mount"
        commands = (
            ("ask", "Who runs the ferry?", "--no-prose"), ("ingest", str(papers)), ("ingest", str(papers), "-l", "new"),
            ("list",), ("remove", "late.txt"), ("chat",), ("models", "use", "embedded"), ("doctor",),
            ("doctor", "--repair"), ("backup", str(disk / "safe.oaken")), ("purge",),
            ("ui", "--no-open", "--port", "8731"), ("api", "--port", "8741"),
        )  # fmt: skip
        for arguments in commands:
            done = _oaken(home, *arguments, said="Who runs the ferry?\n", seconds=_SERVED_SECONDS)
            wrong = "Traceback" in done.stderr or done.returncode not in (0, 1, 2, 3, _ENDED)
            wrong = wrong or (done.returncode in (1, 2) and not (done.stderr + done.stdout).strip())
            good += not wrong
            if wrong:
                last = (done.stderr.strip().splitlines() or ["nothing said"])[-1][:80]
                seen.append(f"{' '.join(arguments[:2])}: {done.returncode} {last}")
        return len(commands), good, "; ".join(seen)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def _mount(*arguments: str) -> bool:
    return shutil.which("mount") is not None and not subprocess.run(["mount", *arguments], check=False).returncode


def _oaken(
    home: Path, *arguments: str, megabytes: int = 0, at: str = "", said: str = "", seconds: float | None = None
) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        if megabytes:
            resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20,) * 2)

    environment = os.environ | {"OAKEN_HOME": str(home), "PYTHONPATH": import_path(), "OAKEN_THREADS": "1"}
    command = [*(["faketime", at] if at else []), sys.executable, "-m", "ui.cli.main", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment, preexec_fn=limit
    ) as process:
        try:
            out, error = process.communicate(said, seconds)
        except subprocess.TimeoutExpired:  # it serves
            process.terminate()
            out, error = process.communicate()
            process.returncode = _ENDED
    return subprocess.CompletedProcess(command, process.returncode, out, error)


TESTS: dict[str, Callable[[Path, int], Row]] = {
    "wal": cut_log,
    "lock": hold_ledger,
    "pickle": plant_pickle,
    "memory": starve,
    "libraries": many_libraries,
    "pages": show_libraries,
    "clock": set_clock,
    "back": set_back,
    "strangers": send_as_strangers,
    "readonly": lock_disk,
    "full": fill_disk,
}


if __name__ == "__main__":
    sys.exit(main())
