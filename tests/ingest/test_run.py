"""A run from end to end: what is tried again, what is kept, what goes first, and what a run that is ended leaves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest.document_codec import document_data
from ingest.parse import Parsed, Parser, _parsed
from ingest.pipeline import ingest
from rag.errors import LibraryBusyError, LibraryError
from rag.library.library import Library
from rag.library.locks import locked
from rag.library.maintenance import health
from rag.types import Document, Element, Outcome
from tests.ingest.doubles import BagEmbedder, InProcess, MemoryLibrary
from tests.ingest.runs import LONG_AGO, outcomes, run

# -- what is tried again


def test_what_gave_no_text_is_tried_again_when_asked_and_of_the_whole_library(papers: Path, tmp_path: Path) -> None:
    library = MemoryLibrary()
    run(papers, into=library)
    report, parser, _ = run(papers, into=library)
    assert parser.read == [] and outcomes(report)["empty.txt"] == "empty" and not report.outcomes[-1].examined
    report, parser, _ = run(papers, into=library, retry_incomplete=True)
    assert [path.name for path in parser.read] == ["empty.txt"] and len(report.outcomes) == 5
    report, parser, _ = run(into=library, retry_incomplete=True)
    assert [path.name for path in parser.read] == ["empty.txt"]
    assert outcomes(report) == {"empty.txt": "empty", "song.mp3": "unsupported"}
    (papers / "song.mp3").unlink()
    report, _, _ = run(into=library, retry_incomplete=True)
    assert [Path(source).name for source in report.gone] == ["song.mp3"] and len(library.content()) == 3


def test_chosen_documents_are_read_again_and_only_they(papers: Path) -> None:
    shutil.copy(papers / "a.txt", papers / "twin.txt")
    library = MemoryLibrary()
    run(papers, into=library)
    before = {record.path: record for record in library.records()}
    report, parser, embedder = run(into=library, read_again=[before["a.txt"].id, before["sub/empty.txt"].id])
    assert sorted(path.name for path in parser.read) == ["a.txt", "empty.txt"]  # and its copy does not stand in for it
    assert outcomes(report) == {"a.txt": "indexed", "empty.txt": "empty"}
    # Its text is what it was; its vector may be its copy's, which was read first and lies under another path.
    assert embedder.embedded in ([], ["a\nThe paper a.txt tells of the mill."])
    after = {record.path: record for record in library.records()}
    assert {path: (each.outcome, each.reason, each.root, each.source) for path, each in after.items()} == {
        path: (each.outcome, each.reason, each.root, each.source) for path, each in before.items()
    }
    report, parser, _ = run(into=library, read_again=[each.id for each in after.values()])
    assert len(report.outcomes) == 6 and len({path.name for path in parser.read} & {"a.txt", "twin.txt"}) >= 1
    assert {path: each.outcome for path, each in after.items()} == {r.path: r.outcome for r in library.records()}


def test_a_document_read_again_whose_file_is_gone_stays_where_wanted(papers: Path) -> None:
    library = MemoryLibrary()
    run(papers, into=library)
    (papers / "a.txt").unlink()
    gone = next(record for record in library.records() if record.path == "a.txt")
    report, _, _ = run(into=library, read_again=[gone.id], keep_missing=True)
    assert outcomes(report) == {"a.txt": "failed"} and report.gone == ()
    assert "the earlier version is kept" in report.outcomes[0].reason
    assert gone in library.records()
    report, _, _ = run(into=library, read_again=[gone.id])
    assert len(report.gone) == 1


def test_what_was_read_in_part_is_tried_again_with_the_program_it_needs(
    papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Partly(InProcess):
        def parse(self, path: Path, *more: Any) -> Parsed:
            parsed = super().parse(path, *more)
            return replace(parsed, reason="page 2 needs tesseract (apt install tesseract-ocr)")

    library = MemoryLibrary()
    monkeypatch.setattr("ingest.content_index.programs_now_installed", lambda reason: False)
    ingest([papers / "a.txt"], library, BagEmbedder(), parser=Partly())  # type: ignore[arg-type]
    assert "tesseract" in library.records()[0].reason
    assert run(papers / "a.txt", into=library)[1].read == []
    monkeypatch.setattr("ingest.content_index.programs_now_installed", lambda reason: "tesseract" in reason)
    report, parser, _ = run(papers / "a.txt", into=library)
    assert len(parser.read) == 1 and report.outcomes[0].outcome is Outcome.INDEXED and not library.records()[0].reason


def test_a_file_that_just_changed_may_change_again_within_the_tick(tmp_path: Path) -> None:
    library = MemoryLibrary()
    (tmp_path / "a.txt").write_text("The mill was built in 1884.")
    stamp = (tmp_path / "a.txt").stat()
    run(tmp_path, into=library)
    (tmp_path / "a.txt").write_text("The mill was built in 1901.")
    os.utime(tmp_path / "a.txt", ns=(stamp.st_mtime_ns, stamp.st_mtime_ns))  # as a coarse clock would have it
    assert outcomes(run(tmp_path, into=library)[0]) == {"a.txt": "indexed"}
    assert "1901" in str(library.content())


def test_a_file_of_a_day_that_no_ledger_holds_is_read_and_known_again(tmp_path: Path) -> None:
    """A day of the future is one that the clock was set back from: such a file is looked at each time."""
    papers = tmp_path / "dated"
    papers.mkdir()
    for day in (400 * 365, -400 * 365, 100 * 365):  # since 1970
        (papers / f"{day}.txt").write_text(f"The mill was built on day {day}.")
        os.utime(papers / f"{day}.txt", (day * 86_400, day * 86_400))
    with Library.open(tmp_path / "library", BagEmbedder().card) as library:
        assert set(outcomes(run(papers, into=library)[0]).values()) == {"indexed"}
        again, parser, _ = run(papers, into=library)
        assert set(outcomes(again).values()) == {"unchanged"} and not parser.read
        assert "are unchanged" in next(check.detail for check in health.check(library) if check.name == "files")


def test_a_file_that_cannot_even_be_opened_still_says_what_it_said(
    papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = MemoryLibrary()
    run(papers, into=library)
    os.utime(papers / "a.txt", ns=(LONG_AGO + 1, LONG_AGO + 1))
    real = Path.open

    def shut(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.name == "a.txt":
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", shut)
    monkeypatch.setattr("ingest.stages.open_found", lambda file: shut(file.location, "rb"))
    report, _, _ = run(papers, into=library)
    row = next(row for row in report.outcomes if row.source.endswith("a.txt"))
    assert row.outcome is Outcome.FAILED and row.reason == "permission denied; the earlier version is kept"
    assert str(papers / "a.txt") in library.content()
    monkeypatch.undo()
    assert outcomes(run(papers, into=library)[0])["a.txt"] == "unchanged"


@pytest.mark.parametrize("where", ["pending", "next_texts", "add_vectors", "replace", "store_without_text", "follow"])
def test_a_library_that_fails_ends_the_run_wherever_it_fails(
    papers: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise LibraryError("No room is left.")

    library = MemoryLibrary()
    monkeypatch.setattr(library, where, fail)
    with pytest.raises(LibraryError, match="No room"):
        run(papers, into=library)
    assert not [thread for thread in threading.enumerate() if thread.name == "oaken-stage"]
    monkeypatch.undo()
    assert len(run(papers, into=library)[0].outcomes) == 5 and len(library.content()) == 3


def test_indexes_that_another_process_updates_are_left_to_it(papers: Path, tmp_path: Path) -> None:
    from rag.library.library import Library

    embedder = BagEmbedder()
    with Library.open(tmp_path / "library", embedder.card) as library:
        follow = library.follow
        library.follow = lambda **_: follow(wait=0.0)  # type: ignore[method-assign]
        with locked(library.folder / "words.lock", 0.0), locked(library.folder / "vectors.lock", 0.0):
            report = ingest([papers], library, embedder)
        assert outcomes(report)["a.txt"] == "indexed" and "The word index lags" in report.note
        assert library.search_words({"mill": 1.0}, 3) and follow() == ""


def test_hostile_offsets_from_a_worker_cost_one_document(papers: Path) -> None:
    class Lying(InProcess):
        def parse(self, path: Path, *more: Any) -> Parsed:
            if path.name != "a.txt":
                return super().parse(path, *more)
            document = document_data(Document("abc", (Element("text", -5, 10**9),), "text/plain"))
            chunks = {"context": "", "sections": [[]], "spans": [[-5, 10**9, None, 0]]}
            return _parsed({"document": document, "chunks": chunks, "seconds": 0}, None, more[1])

    library = MemoryLibrary()
    report = ingest([papers], library, BagEmbedder(), parser=Lying())  # type: ignore[arg-type]
    assert outcomes(report)["b.txt"] == "indexed" and len(report.outcomes) == 5


def test_a_second_run_names_who_has_the_lock(papers: Path, tmp_path: Path) -> None:
    from rag.library.library import Library

    embedder = BagEmbedder()
    with Library.open(tmp_path / "library", embedder.card) as library, library.writing():
        with pytest.raises(LibraryBusyError, match=f"process {os.getpid()}, since"):
            ingest([papers], library, embedder, parser=InProcess())  # type: ignore[arg-type]
        assert library.records() == []


# -- the command, ended


SLOW = """
import sys, time
import ui.cli.main
from ingest import run, stages
real = stages.ReadingStage._examine
def slowly(self, job):
    time.sleep(0.2)
    return real(self, job)
stages.ReadingStage._examine = slowly
real_done = run.IngestRun._done
def done(self, *args):
    real_done(self, *args)
    print("done", file=sys.stderr, flush=True)
run.IngestRun._done = done
ui.cli.main.main()
"""


@pytest.mark.slow
@pytest.mark.real
def test_ctrl_c_ends_at_once_leaves_no_process_and_the_next_run_goes_on(tmp_path: Path, models: Path) -> None:
    import json
    import signal

    papers, home = tmp_path / "papers", tmp_path / "home"
    papers.mkdir()
    home.mkdir()
    (home / "models").symlink_to(models)
    for number in range(30):
        (papers / f"{number:02}.txt").write_text(f"Paper {number} tells of the mill by the river.")
    environment = os.environ | {"OAKEN_HOME": str(home), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", SLOW, "ingest", str(papers)]
    process = subprocess.Popen(
        command, cwd=Path(__file__).parents[2], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stdout is not None and process.stderr is not None
    with process.stdout, process.stderr:
        for _ in range(5):
            assert process.stderr.readline() == "done\n"
        children = _children(process.pid)
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        assert process.wait(60) == 130 and process.stderr.read().endswith("Stopped.\n")
        assert time.monotonic() - begun < 30
    assert children and not [child for child in children if _lives(child)]
    assert not list(tmp_path.glob("oaken-read-*"))
    done = subprocess.run(
        [sys.executable, "-m", "ui.cli.main", "ingest", str(papers), "--json"],
        cwd=Path(__file__).parents[2], env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    totals = json.loads(done.stdout)["totals"]
    assert totals["unchanged"] >= 5 and totals["unchanged"] + totals["indexed"] == 30


@pytest.mark.slow
@pytest.mark.real
def test_ctrl_c_ends_a_run_whatever_is_being_split(tmp_path: Path, models: Path) -> None:
    import signal

    papers, home = tmp_path / "papers", tmp_path / "home"
    papers.mkdir()
    home.mkdir()
    (home / "models").symlink_to(models)
    (papers / "line.txt").write_text("![" * 4_000_000)  # read in a moment, and split for minutes
    environment = os.environ | {"OAKEN_HOME": str(home), "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "ui.cli.main", "ingest", str(papers)],
        cwd=Path(__file__).parents[2], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while not (children := [child for child in _children(process.pid) if _processor_seconds(child) >= 4]):
            assert process.poll() is None
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert not [child for child in children if _lives(child)]
    finally:
        process.kill()


def _processor_seconds(number: int) -> int:
    listed = subprocess.run(["ps", "-o", "cputimes=", "-p", str(number)], capture_output=True, text=True, check=False)
    return int(listed.stdout or 0)


def _children(parent: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False)
    return [int(number) for number in listed.stdout.split()]


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_parser_of_one_process_does_all(papers: Path) -> None:
    library = MemoryLibrary()
    with Parser(60, workers=1) as parser:
        report = ingest([papers], library, BagEmbedder(), parser=parser)
    assert len(report.outcomes) == 5 and len(library.content()) == 3


# -- archives


def test_of_an_archive_that_changed_only_what_is_new_is_embedded_and_it_goes_with_its_file(tmp_path: Path) -> None:
    def pack(**notes: str) -> None:
        with zipfile.ZipFile(tmp_path / "papers.zip", "w") as archive:
            for name, words in notes.items():
                archive.writestr(f"{name}.txt", words)

    library = MemoryLibrary()
    pack(gate="The gate is blue.", door="The door is green.")
    run(tmp_path, into=library)
    assert run(tmp_path, into=library)[1].read == []
    pack(gate="The gate is blue.", door="The door is red now.")
    report, _, embedder = run(tmp_path, into=library)
    assert outcomes(report) == {"papers.zip": "indexed"}
    assert len(embedder.embedded) == 1 and "red now" in embedder.embedded[0]
    (tmp_path / "papers.zip").unlink()
    report, *_ = run(tmp_path, into=library)
    assert [Path(source).name for source in report.gone] == ["papers.zip"] and library.content() == {}
