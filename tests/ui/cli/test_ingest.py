"""``oaken ingest`` in its several ways, and how a run is told of."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.report import FileOutcome, IngestProgress
from ingest.watch import WatchEvent
from rag.types import Outcome
from tests.ui.cli.test_real import listed, parsed
from tests.ui.conftest import Command
from ui.cli import progress


@pytest.mark.real
def test_missing_files_are_kept_or_go_and_what_failed_is_tried_again(fresh: Command, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    for name in ("good.txt", "other.txt"):
        (folder / name).write_text(f"The lamp oil of {name} is kept in the cellar.")
    (folder / "bad.pdf").write_bytes(b"%PDF-1.4 and then nothing")
    assert parsed(fresh("ingest", "papers", "--json"), 3)["totals"]["failed"] == 1
    (folder / "other.txt").unlink()
    assert "removed" not in parsed(fresh("ingest", "papers", "--json", "--keep-missing"), 3)["totals"]
    assert len(listed(fresh)) == 3
    tried = parsed(fresh("ingest", "--retry-failed", "--json"), 3)
    assert [Path(each["source"]).name for each in tried["outcomes"]] == ["bad.pdf"]
    (folder / "bad.pdf").unlink()
    assert parsed(fresh("ingest", "papers", "--json"))["totals"]["removed"] == 2
    done = fresh("ingest", "--retry-failed")
    assert done.returncode == 0 and "Nothing to retry" in done.stdout


@pytest.mark.real
def test_a_second_ingest_is_told_who_fills_the_library(fresh: Command, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The lamp oil is kept in the cellar.")
    parsed(fresh("ingest", "a.txt", "--json"))
    code = f"""
import sys
from pathlib import Path
from rag.library.library import Library
from rag.embedding.registry import DEFAULT
with Library.open(Path({str(tmp_path / "home")!r}) / "libraries" / "default", DEFAULT) as library, library.writing():
    print("mine", flush=True)
    sys.stdin.readline()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "mine\n"
    done = fresh("ingest", "a.txt")
    process.communicate("\n", timeout=60)
    assert done.returncode == 1 and f"process {process.pid}, since" in done.stderr
    assert fresh("ingest", "a.txt").returncode == 0


@pytest.mark.real
def test_that_the_embedder_is_prepared_is_told_once_and_not_to_scripts(bare: Command, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The lamp oil is kept in the cellar.")
    first, second, third = (
        bare(*words, "--json") for words in (("ingest", "a.txt"), ("search", "lamp oil"), ("search", "lamp oil"))
    )
    assert parsed(first)["totals"]["indexed"] == 1 and parsed(second)["results"]
    assert first.stderr == "Preparing the model multilingual-e5-small: once, a few seconds.\n"
    assert second.stderr == "Preparing the model span-reader: once, a few seconds.\n"
    assert third.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ingest"], "PATH is missing"),
        (["watch"], "PATH"),
        (["watch", "/nowhere/at all"], "no file or folder"),
        (["ingest", "--retry-failed", "/nowhere/at all"], "no file or folder"),
    ],
)
def test_wrong_usage_is_told_before_a_library_is_made(
    bare: Command, tmp_path: Path, arguments: list[str], words: str
) -> None:
    done = bare(*arguments)
    assert done.returncode == 2 and words in done.stderr and not (tmp_path / "home").exists()


def test_nothing_to_retry_without_a_library_is_one_sentence(bare: Command) -> None:
    done = bare("ingest", "--retry-failed")
    assert done.returncode == 1 and "There is no library" in done.stderr


def test_the_pace_is_told_in_files_bytes_and_time_left() -> None:
    assert progress.pace(IngestProgress(3, 10, "a.txt")) == ""
    begun = IngestProgress(0, 10, "", read=0, to_read=4_000_000, files=0, seconds=0.5)
    assert progress.pace(begun) == "0.0 of 4.0 MB" and begun.seconds_left is None
    midst = IngestProgress(5, 10, "a.txt", Outcome.INDEXED, 2_000_000, 4_000_000, 5, 60.0)
    assert progress.pace(midst) == "2.0 of 4.0 MB, 0.1 files/s, 1:00 left"
    slow = IngestProgress(1, 10_001, "a.txt", Outcome.INDEXED, 4096, 4096 * 10_000, 1, 2.0)
    assert progress.pace(slow).endswith("h left") or slow.seconds_left == pytest.approx(20_000, rel=0.01)
    assert progress.pace(IngestProgress(10, 10, "a.txt", Outcome.INDEXED, 4, 4, 10, 9.0)).endswith("0:00 left")


def test_a_watch_is_told_of_in_lines(capsys: pytest.CaptureFixture[str]) -> None:
    tell = progress.watching(quiet=False)
    events = [
        WatchEvent("watching", "/papers"),
        WatchEvent("outcome", outcome=FileOutcome("a\x1b[31m.txt", Outcome.TOO_LARGE, "600 MB")),
        WatchEvent("removed", "b.txt"),
        WatchEvent("checked", totals={"files": 2}),
        WatchEvent("waiting", "/papers is not there.", "Its documents stay."),
    ]
    for event in events:
        tell(event)
        progress.watching(quiet=True)(event)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "watching  /papers" and said[2:] == [
        "removed  b.txt", "waiting  /papers is not there.", "Its documents stay."
    ]  # fmt: skip
    assert said[1].startswith("too large  a") and said[1].endswith(".txt  (600 MB)") and "\x1b" not in said[1]
    assert [event.to_json() for event in events[1:4]] == [
        {"event": "outcome", **FileOutcome("a\x1b[31m.txt", Outcome.TOO_LARGE, "600 MB").to_json()},
        {"event": "removed", "source": "b.txt"},
        {"event": "checked", "totals": {"files": 2}},
    ]
    assert events[0].to_json() == {"event": "watching", "message": "/papers", "hint": ""}


def test_a_bar_is_drawn_where_there_is_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    from rich.console import Console

    drawn = io.StringIO()

    def terminal(*, stderr: bool = False) -> Console:
        return Console(file=drawn, force_terminal=True, width=140, markup=False)

    monkeypatch.setattr(progress, "human_output", terminal)

    def steps() -> Iterator[IngestProgress]:
        yield IngestProgress(0, 4, "", to_read=4_000_000)
        yield IngestProgress(1, 4, "papers/big.pdf, page 3 of 300", None, 1_000_000, 4_000_000, 1, 2.0)
        yield IngestProgress(2, 4, "papers/[b]mill[/b].txt", Outcome.INDEXED, 2_000_000, 4_000_000, 2, 3.0)

    with progress.progress(quiet=False) as tell:
        for step in steps():
            tell(step)
    said = drawn.getvalue()
    assert "papers/[b]mill[/b].txt" in said and "2/4" in said and "2.0 of 4.0 MB" in said
    with progress.progress(quiet=True) as tell:
        tell(IngestProgress(1, 2, "quiet"))
    assert "quiet" not in drawn.getvalue()
