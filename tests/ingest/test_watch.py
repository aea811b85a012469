"""A watch over a real folder, with the events of the real file system."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest import watch as module
from ingest.watch import WatchEvent, watch
from rag.errors import LibraryBusyError, LibraryError
from rag.library.db.ledger import Ledger
from rag.types import Outcome
from tests.ingest.doubles import BagEmbedder, LedgerShelf

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds, on a machine that is busy with other things

pytestmark = pytest.mark.slow


class Watcher:
    """A watch in a thread of its own, and what it told."""

    def __init__(self, shelf: Ledger, *paths: Path, **options: Any) -> None:
        self.told: list[WatchEvent] = []
        self.stop = threading.Event()
        self.failure: BaseException | None = None
        self.shelf = shelf

        def run() -> None:
            try:
                for event in watch(paths, shelf, BagEmbedder(), stop=self.stop, **options):  # type: ignore[arg-type]
                    self.told.append(event)
            except BaseException as error:
                self.failure = error

        self.thread = threading.Thread(target=run)
        self.thread.start()

    def until(self, test: Callable[[], bool]) -> None:
        last = time.monotonic() + PATIENCE
        while not test():
            assert self.failure is None and self.thread.is_alive(), self.failure
            assert time.monotonic() < last, self.told
            time.sleep(0.02)

    def holds(self, *names: str) -> None:
        """Wait until the documents that have text are these."""
        self.until(lambda: sorted(r.path for r in self.shelf.records() if r.chunks) == sorted(names))

    def kinds(self) -> list[str]:
        return [event.kind for event in self.told]

    def close(self) -> None:
        self.stop.set()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive() and self.failure is None


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "mill.txt").write_text("The mill stands by the river.")
    return tmp_path / "papers"


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Ledger]:
    ledger = LedgerShelf.open(tmp_path / "library" / "ledger.sqlite", BagEmbedder().card)
    yield ledger
    ledger.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUIET_SECONDS", 0.1)
    monkeypatch.setattr(module, "ROOT_CHECK_SECONDS", 0.1)
    monkeypatch.setattr(module, "MIN_RETRY_SECONDS", 0.1)


def test_what_happens_in_the_folder_happens_in_the_library(papers: Path, shelf: Ledger) -> None:
    watcher = Watcher(shelf, papers)
    watcher.holds("mill.txt")
    (papers / "ferry.txt").write_text("The ferry leaves at six.")
    watcher.holds("ferry.txt", "mill.txt")
    (papers / "sub").mkdir()
    (papers / "sub/tram.txt").write_text("The tram runs all night.")
    watcher.holds("ferry.txt", "mill.txt", "sub/tram.txt")
    (papers / "mill.txt").rename(papers / "sub/old mill.txt")
    watcher.holds("ferry.txt", "sub/old mill.txt", "sub/tram.txt")
    (papers / "sub").rename(papers / "attic")
    watcher.holds("attic/old mill.txt", "attic/tram.txt", "ferry.txt")
    (papers / "ferry.txt").write_text("The ferry burned down in 1901.")
    watcher.until(lambda: any("1901" in c.text for r in shelf.records() for c in shelf.chunks_of(r.id)))
    shutil.rmtree(papers / "attic")
    watcher.holds("ferry.txt")
    (papers / ".oakenignore").write_text("*.txt")
    watcher.holds()
    watcher.close()
    outcomes = [event.outcome.outcome for event in watcher.told if event.outcome is not None]
    assert outcomes.count(Outcome.MOVED) == 3 and Outcome.FAILED not in outcomes
    assert watcher.kinds()[0] == "watching" and watcher.kinds().count("removed") == 3
    assert all(json.loads(json.dumps(event.to_json()))["event"] == event.kind for event in watcher.told)


def test_a_burst_is_one_look(papers: Path, shelf: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUIET_SECONDS", 1.0)
    watcher = Watcher(shelf, papers)
    watcher.holds("mill.txt")
    watcher.until(lambda: watcher.kinds().count("checked") == 1)
    for number in range(200):
        (papers / f"{number}.txt").write_text(f"Paper {number} of the archive.")
    watcher.until(lambda: sum(1 for r in shelf.records() if r.chunks) == 201)
    watcher.until(lambda: watcher.kinds()[-1] == "checked")
    assert watcher.kinds().count("checked") <= 4
    watcher.close()


def test_nothing_is_looked_at_while_nothing_changes(
    papers: Path, shelf: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []
    real = module.ingest
    monkeypatch.setattr(module, "ingest", lambda *a, **k: (looks.append(time.monotonic()), real(*a, **k))[1])
    watcher = Watcher(shelf, papers, shelf.path.parent)  # the library lies in a folder that is watched
    watcher.holds("mill.txt")
    time.sleep(2.0)
    before = len(looks)
    (papers / "mill.txt").read_text()
    (papers / ".git").mkdir()
    (papers / ".git/index.txt").write_text("a tool at work")
    time.sleep(2.0)
    assert len(looks) <= before + 1  # the folder .git itself appeared
    watcher.close()


def test_a_library_that_is_busy_is_waited_for(papers: Path, shelf: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = threading.Event()
    busy.set()
    records = shelf.records

    def when_free() -> Any:
        if busy.is_set() and threading.current_thread() is watcher.thread:
            raise LibraryBusyError("oaken ingest (process 7) is filling the library.", "Wait.")
        return records()

    monkeypatch.setattr(shelf, "records", when_free)
    watcher = Watcher(shelf, papers)
    watcher.until(lambda: "waiting" in watcher.kinds())
    busy.clear()
    watcher.holds("mill.txt")
    watcher.close()
    assert watcher.kinds().count("waiting") == 1 and "process 7" in watcher.told[1].message


@pytest.mark.parametrize("error", [LibraryError("No room is left.", "Free some space."), RuntimeError("out of ink")])
def test_an_error_is_reported_once_and_survived(
    papers: Path, shelf: Ledger, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    failing = [3]
    real = module.ingest

    def fail_at_first(*arguments: Any, **options: Any) -> Any:
        failing[0] -= 1
        if failing[0] >= 0:
            raise error
        return real(*arguments, **options)

    monkeypatch.setattr(module, "ingest", fail_at_first)
    watcher = Watcher(shelf, papers)
    watcher.holds("mill.txt")
    watcher.close()
    assert watcher.kinds().count("error") == 1 and str(error.args[0]) in watcher.told[1].message


def test_a_folder_that_goes_keeps_its_documents_until_it_is_back(papers: Path, shelf: Ledger) -> None:
    watcher = Watcher(shelf, papers)
    watcher.holds("mill.txt")
    papers.rename(papers.with_name("unplugged"))
    watcher.until(lambda: "waiting" in watcher.kinds())
    watcher.holds("mill.txt")
    papers.with_name("unplugged").rename(papers)
    (papers / "new.txt").write_text("New paper of the archive.")
    watcher.holds("mill.txt", "new.txt")
    (papers / "later.txt").write_text("A later paper of the archive.")  # the watch is up again
    watcher.holds("later.txt", "mill.txt", "new.txt")
    watcher.close()


def test_where_the_system_does_not_tell_one_looks_now_and_then(
    papers: Path, shelf: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    from watchdog.observers import Observer

    def full(*_: object) -> None:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(Observer, "start", full)
    monkeypatch.setattr(module, "RESCAN_SECONDS_WITHOUT_EVENTS", 0.5)
    watcher = Watcher(shelf, papers)
    watcher.holds("mill.txt")
    (papers / "new.txt").write_text("New paper of the archive.")
    watcher.holds("mill.txt", "new.txt")
    watcher.close()
    assert [e.message for e in watcher.told if e.kind == "error"] == [
        "The system reports no file changes (inotify watch limit reached); Oaken checks every 0.5 seconds."
    ]


def test_a_file_may_be_watched_alone_and_missing_files_kept(papers: Path, shelf: Ledger) -> None:
    (papers / "other.txt").write_text("Another paper of the archive.")
    watcher = Watcher(shelf, papers / "mill.txt", papers / "other.txt", keep_missing=True)
    watcher.holds("mill.txt", "other.txt")
    (papers / "mill.txt").write_text("The mill burned down in 1901.")
    watcher.until(lambda: any("1901" in c.text for r in shelf.records() for c in shelf.chunks_of(r.id)))
    (papers / "other.txt").unlink()
    watcher.until(lambda: "waiting" in watcher.kinds())
    watcher.holds("mill.txt", "other.txt")
    watcher.close()


@pytest.mark.real
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_reports_in_lines_and_ends_cleanly(
    papers: Path, tmp_path: Path, models: Path, number: signal.Signals
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "models").symlink_to(models)
    environment = os.environ | {"OAKEN_HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "ui.cli.main", "watch", str(papers), "--json"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stderr is not None
    with process.stdout, process.stderr:
        lines = (json.loads(line) for line in process.stdout)
        assert next(lines)["event"] == "watching"
        first = next(lines)
        assert (first["event"], first["outcome"], Path(first["source"]).name) == ("outcome", "indexed", "mill.txt")
        assert next(lines)["event"] == "checked"
        (papers / "mill.txt").unlink()
        assert next(lines) == {"event": "removed", "source": str(papers / "mill.txt")}
        assert next(lines)["totals"]["removed"] == 1
        process.send_signal(number)
        assert process.wait(PATIENCE) == 0 and process.stderr.read() == "Stopped watching.\n"
        assert list(lines) == []
    assert not list(tmp_path.glob("oaken-read-*"))
