"""Let one process go on and on: ``python -m benchmarks.robustness.endurance [questions] [watch]``.

questions: hundreds of different questions to the sample library; the memory and the open files of the process.
watch: ``oaken watch`` beside a folder in which files are made, changed, renamed and removed quickly. Exit code 1 where
memory or open files grow in the second half of the questions, or where the library does not end as the folder is.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from benchmarks.results import Row, benchmark_parser, parse_options, publish
from ingest.pipeline import ingest
from rag import Assistant, factory
from rag.child_process import child_environment, module_command
from rag.errors import LibraryNotFoundError
from rag.evaluation.questions import load_questions
from rag.settings import DEFAULT_LIBRARY, Settings, load

TESTS = ("questions", "watch")
QUESTIONS = {"questions asked": "", "memory, MB": ".0f", "open descriptors": "", "threads": ""}
WATCH = {
    "changes": "", "seconds": ".0f", "files at the end": "", "as in the folder": "", "no longer there": "",
    "in step after, s": ".0f", "memory at first, MB": ".0f", "most": ".0f", "at the end": ".0f",
}  # fmt: skip
Contents = dict[str, str]  # of a folder or a library: the name and the hash of each file
DATA = Path(__file__).resolve().parents[2] / "data"
_STEPS = 6  # rows of the table of questions
_GROWTH = 1.05  # of memory in the second half of the questions, when each was asked once: what counts as flat
_PAUSE_SECONDS = 0.005  # between two changes of the folder
_IN_STEP_SECONDS = 300.0  # after the last change, until which the library has to be as the folder is


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table for each test; return the exit code."""
    parser = benchmark_parser("benchmarks.robustness.endurance", __doc__)
    parser.add_argument("tests", nargs="*", default=TESTS, help=f"of {', '.join(TESTS)} (default: all)")
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--changes", type=int, default=5000)
    parser.add_argument("--files", type=int, default=400, help="in the folder that is watched, at most")
    options = parse_options(parser, arguments)
    wrong = False
    if "questions" in options.tests:
        with tempfile.TemporaryDirectory(prefix="oaken-bench-") as folder:
            rows = ask_on_and_on(replace(load(), home=Path(folder)), options.questions)
        publish(options, "endurance_questions", "Questions in one process", QUESTIONS, rows)
        wrong |= not is_flat(rows)
    if "watch" in options.tests:
        with tempfile.TemporaryDirectory(prefix="oaken-bench-") as folder:
            row = watch_on_and_on(Path(folder), options.changes, options.files)
        publish(options, "endurance_watch", "oaken watch beside quick changes", WATCH, [row])
        wrong |= row["files at the end"] != row["as in the folder"] or bool(row["no longer there"])
    return int(wrong)


def ask_on_and_on(settings: Settings, count: int) -> list[Row]:
    """Ask so many questions, quotes only, in this process; return what it holds after each step."""
    with factory.open_library(settings, "sample", create=True) as library:
        ingest([DATA / "library"], library, factory.open_embedder(settings))
    rows, process = list[Row](), psutil.Process()
    with Assistant.open("sample", settings, prose=False) as assistant:
        for number, question in enumerate(itertools.islice(_questions(), count), 1):
            assistant.ask(question)
            if number % max(1, count // _STEPS) == 0:
                cells = (number, process.memory_info().rss / 2**20, process.num_fds(), process.num_threads())
                rows.append(dict(zip(QUESTIONS, cells, strict=True)))
    return rows


def is_flat(rows: Sequence[Row]) -> bool:
    """Tell whether neither memory nor open descriptors grow in the second half."""
    memory, descriptors = ([float(row[name] or 0) for row in rows[len(rows) // 2 :]] for name in list(QUESTIONS)[1:3])
    return max(memory) <= _GROWTH * memory[0] and max(descriptors) <= descriptors[0]


def _questions() -> Iterator[str]:
    """Yield the questions of the sample library, and then again in other words: none is asked twice."""
    every = [each.question for each in load_questions(DATA / "questions.jsonl")]
    for turn in itertools.count():
        for question in every:
            yield f"{question} ({turn})" if turn else question


@dataclass
class _Memory:
    """The memory of a process and its children, measured in the background."""

    process: psutil.Process
    sizes: list[float] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def measure(self) -> None:
        """Measure until it is done, in MB."""
        while not self.done.wait(0.25):
            with contextlib.suppress(psutil.Error):
                family = [self.process, *self.process.children(recursive=True)]
                self.sizes.append(sum(each.memory_info().rss for each in family) / 2**20)


class Papers:
    """Small text files in a folder: made, changed, renamed and removed."""

    def __init__(self, folder: Path, most: int) -> None:
        folder.mkdir()
        self._folder, self._most = folder, most
        self._generator, self._numbers = random.Random(5), itertools.count(1)
        self._paths: list[Path] = []

    def change(self) -> None:
        """Make, change, rename or remove a file; there is one at the least."""
        at = self._generator.randrange(max(1, len(self._paths)))
        does = self._generator.choice(("make", "make", "write", "rename", "remove"))
        if len(self._paths) < 2 or (does == "make" and len(self._paths) < self._most):
            self._paths.append(self._fresh())
            self._write(self._paths[-1])
        elif does == "rename":
            self._paths[at] = self._paths[at].rename(self._fresh())
        elif does == "remove":
            self._paths.pop(at).unlink()
        else:
            self._write(self._paths[at])

    def contents(self) -> Contents:
        """Return the name and the hash of each file."""
        return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in self._folder.iterdir()}

    def _fresh(self) -> Path:
        return self._folder / f"{next(self._numbers)}.txt"

    def _write(self, path: Path) -> None:
        n = self._generator.randrange(10**6)
        path.write_text(f"The lantern of pier {n} was mended by the warden of pier {n // 7}.\n", encoding="utf-8")


def watch_on_and_on(folder: Path, changes: int, most_files: int) -> Row:
    """Change a folder that ``oaken watch`` keeps in step with; return what the library holds at the end."""
    papers, settings = Papers(folder / "papers", most_files), replace(load(), home=folder / "home")
    papers.change()
    environment = child_environment(OAKEN_HOME=str(settings.home))
    command = module_command("ui.cli.main", "watch", str(folder / "papers"), "--json")
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as watching:
        assert watching.stdout is not None
        memory = _Memory(psutil.Process(watching.pid))
        threads = [threading.Thread(target=each) for each in (watching.stdout.read, memory.measure)]
        for thread in threads:
            thread.start()
        try:
            in_step(settings, papers, watching)
            first = memory.sizes[-1]
            begun = time.monotonic()
            for _ in range(changes):
                papers.change()
                time.sleep(_PAUSE_SECONDS)
            changed = time.monotonic()
            in_step(settings, papers, watching)
            ended = time.monotonic()
        finally:
            memory.done.set()
            watching.send_signal(signal.SIGINT)
            for thread in threads:
                thread.join()
    there, held = papers.contents(), library_contents(settings)
    same, extra = sum(held.get(name) == there[name] for name in there), len(held.keys() - there.keys())
    sizes = memory.sizes
    cells = (changes, changed - begun, len(there), same, extra, ended - changed, first, max(sizes), sizes[-1])
    return dict(zip(WATCH, cells, strict=True))


def in_step(settings: Settings, papers: Papers, watching: subprocess.Popen[bytes]) -> None:
    """Wait until the library is as the folder is, the watch ended, or it takes too long."""
    until = time.monotonic() + _IN_STEP_SECONDS
    while watching.poll() is None and time.monotonic() < until and library_contents(settings) != papers.contents():
        time.sleep(1.0)


def library_contents(settings: Settings) -> Contents:
    """Return the name and the hash of each document; {} where there is no library yet."""
    try:
        with factory.open_library(settings, DEFAULT_LIBRARY) as library:
            return {each.path: each.stamp.content_hash for each in library.records()}
    except LibraryNotFoundError:
        return {}


if __name__ == "__main__":
    sys.exit(main())
