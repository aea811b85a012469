from __future__ import annotations

import os
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from ingest.parse import Parsed, Parser
from ingest.pipeline import ingest
from ingest.report import IngestProgress, IngestReport
from rag.errors import LibraryBusyError, UsageError
from rag.types import Document, FileRecord, Outcome
from tests.ingest.doubles import BagEmbedder, MemoryLibrary, write_pdf, write_word
from tests.ingest.runs import LONG_AGO
from ui.cli import render
from ui.shared.deletion import forget
from ui.shared.output import human_output


def outcomes(report: IngestReport) -> dict[str, str]:
    return {Path(row.source).name: row.outcome.value for row in report.outcomes}


def test_every_file_gets_an_outcome_and_its_text_is_held(
    folder: Path, library: MemoryLibrary, embedder: BagEmbedder
) -> None:
    seen: list[IngestProgress] = []
    report = ingest([folder], library, embedder, progress=seen.append)
    assert outcomes(report) == {
        "blank.txt": "empty",
        "ferry.txt": "indexed",
        "mill.txt": "indexed",
        "sound.mp3": "unsupported",
    }
    assert all(row.reason for row in report.outcomes if row.outcome is not Outcome.INDEXED)
    assert library.content()[str(folder / "mill.txt")] == ["The mill stands by the river.\n\nIt was built in 1884."]
    assert not report.failed and library.followed >= 2  # by words, then by meaning
    done = [step for step in seen if step.outcome is not None]
    assert [step.done for step in done] == [1, 2, 3, 4] and {step.total for step in seen} == {4}
    assert {Path(step.source).name: step.outcome.value for step in done} == outcomes(report)  # type: ignore[union-attr]
    assert seen[0].done == 0 and seen[-1].read == seen[0].to_read == sum(p.stat().st_size for p in folder.iterdir())
    record = next(record for record in library.records() if record.path == "mill.txt")
    assert record.stamp.content_hash and record.language == "en" and record.chunks == 1
    assert record.media_type == "text/plain" and record.ingested_at


def test_twice_is_once_and_starts_no_worker(
    folder: Path, library: MemoryLibrary, embedder: BagEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in folder.iterdir():
        os.utime(path, ns=(LONG_AGO, LONG_AGO))
    ingest([folder], library, embedder)
    before, held = library.content(), dict(library.held)
    embedder.embedded.clear()
    with Parser(command=(sys.executable, "-c", "raise SystemExit('not wanted')")) as parser:
        report = ingest([folder], library, embedder, parser=parser)
        assert parser.worker_ids == []
    assert outcomes(report) == {
        "blank.txt": "empty",
        "ferry.txt": "unchanged",
        "mill.txt": "unchanged",
        "sound.mp3": "unsupported",
    }
    assert embedder.embedded == [] and library.content() == before
    assert {key: record.stamp for key, record in library.held.items()} == {
        key: record.stamp for key, record in held.items()
    }


def test_a_touched_file_is_unchanged_and_its_stamp_is_renewed(
    folder: Path, library: MemoryLibrary, embedder: BagEmbedder
) -> None:
    ingest([folder], library, embedder)
    os.utime(folder / "mill.txt", ns=(1, 1))
    report = ingest([folder], library, embedder)
    assert outcomes(report)["mill.txt"] == "unchanged"
    record = next(record for record in library.records() if record.path == "mill.txt")
    assert record.stamp.mtime_ns == 1 and record.stamp.content_hash
    assert library.written.count(str(folder / "mill.txt")) == 1


def test_a_changed_file_replaces_its_chunks_and_embeds_only_what_is_new(tmp_path: Path, library: MemoryLibrary) -> None:
    embedder = BagEmbedder(24)
    first, second = "The mill stands by the wide old river. " * 2, "It was built by the family in 1884. " * 2
    (tmp_path / "mill.txt").write_text(f"{first}\n\n{second}\n")
    ingest([tmp_path], library, embedder)
    embedder.embedded.clear()
    (tmp_path / "mill.txt").write_text(f"{first}\n\nIt burned down in 1901.\n")
    report = ingest([tmp_path], library, embedder)
    assert outcomes(report) == {"mill.txt": "indexed"}
    text = " ".join(library.content()[str(tmp_path / "mill.txt")])
    assert "1901" in text and "1884" not in text
    assert embedder.embedded == ["mill\nIt burned down in 1901."]


def test_a_file_that_is_gone_is_removed_only_below_the_folder_given(
    tmp_path: Path, library: MemoryLibrary, embedder: BagEmbedder
) -> None:
    for name in ("one/a.txt", "one/b.txt", "two/c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"This is {name}, and nothing else.")
    ingest([tmp_path / "one", tmp_path / "two"], library, embedder)
    (tmp_path / "one/a.txt").unlink()
    (tmp_path / "two/c.txt").unlink()
    report = ingest([tmp_path / "one"], library, embedder)
    assert report.removed == 1 and report.to_json()["totals"]["removed"] == 1
    assert sorted(Path(source).name for source in library.content()) == ["b.txt", "c.txt"]
    assert ingest([tmp_path], library, embedder).removed == 1


def test_a_moved_file_is_stored_again_without_embedding(
    folder: Path, library: MemoryLibrary, embedder: BagEmbedder
) -> None:
    ingest([folder], library, embedder)
    embedder.embedded.clear()
    (folder / "old").mkdir()
    shutil.move(folder / "mill.txt", folder / "old/watermill.txt")
    report = ingest([folder], library, embedder)
    moved = next(row for row in report.outcomes if row.source.endswith("watermill.txt"))
    assert moved.outcome is Outcome.MOVED and "mill.txt" in moved.reason
    assert embedder.embedded == [] and report.removed == 0
    assert sorted(Path(source).name for source in library.content()) == ["ferry.txt", "watermill.txt"]


def test_the_same_content_twice_is_embedded_once_and_held_under_both_names(
    folder: Path, library: MemoryLibrary, embedder: BagEmbedder
) -> None:
    shutil.copy(folder / "mill.txt", folder / "zcopy.txt")
    report = ingest([folder], library, embedder)
    copy = next(row for row in report.outcomes if row.source.endswith("zcopy.txt"))
    assert copy.outcome is Outcome.DUPLICATE and copy.reason.endswith("mill.txt")
    assert len(embedder.embedded) == len(set(embedder.embedded)) == 2
    assert library.content()[str(folder / "zcopy.txt")] == library.content()[str(folder / "mill.txt")]


def test_a_file_given_by_another_path_keeps_its_id(
    folder: Path, library: MemoryLibrary, embedder: BagEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest([folder], library, embedder)
    monkeypatch.chdir(folder)
    report = ingest(["mill.txt"], library, embedder)
    assert outcomes(report) == {"mill.txt": "unchanged"} and report.removed == 0
    assert sorted(library.content()) == sorted([str(folder / "ferry.txt"), "mill.txt"])


def test_a_file_that_no_longer_can_be_read_is_no_longer_cited(
    tmp_path: Path, library: MemoryLibrary, embedder: BagEmbedder
) -> None:
    write_pdf(tmp_path / "rules.pdf", pages=1)
    ingest([tmp_path], library, embedder)
    assert library.content()
    (tmp_path / "rules.pdf").write_bytes(b"%PDF-1.4 and then nothing")
    report = ingest([tmp_path], library, embedder)
    assert report.failed and "no longer cited" in report.outcomes[0].reason
    assert library.content() == {}


class Failing:
    """A parser that raises on one file."""

    workers = 2

    def parse(self, path: Path, *_: Any) -> Parsed:
        if path.name == "ferry.txt":
            raise RuntimeError("out of ink")
        return Parsed(Document("Some text.", (), "text/plain"), Outcome.INDEXED)

    def close(self) -> None: ...


def test_one_failure_never_stops_the_run(folder: Path, library: MemoryLibrary, embedder: BagEmbedder) -> None:
    report = ingest([folder], library, embedder, parser=Failing())  # type: ignore[arg-type]
    failed = next(row for row in report.outcomes if row.outcome is Outcome.FAILED)
    assert failed.source.endswith("ferry.txt") and "out of ink" in failed.reason
    assert len(report.outcomes) == 4 and report.failed


def test_a_document_that_cannot_be_split_costs_that_document(
    folder: Path, library: MemoryLibrary, embedder: BagEmbedder
) -> None:
    program = """
import ingest.chunk, ingest.worker.main as worker
split = ingest.chunk.iterate_chunks
def picky(document, *more):
    if "ferry" in document.text:
        raise ValueError("no ferries")
    return split(document, *more)
ingest.chunk.iterate_chunks = picky
worker.main()
"""
    report = ingest([folder], library, embedder, parser=Parser(60, (sys.executable, "-c", program)))
    assert outcomes(report)["ferry.txt"] == "failed" and outcomes(report)["mill.txt"] == "indexed"
    assert "no ferries" in next(row.reason for row in report.outcomes if row.outcome is Outcome.FAILED)
    ingest([folder], library, embedder)
    assert all(record.outcome is not Outcome.FAILED for record in library.records())  # it is tried again


def test_the_time_limit_holds_for_splitting_too(folder: Path, library: MemoryLibrary, embedder: BagEmbedder) -> None:
    program = """
import time
import ingest.chunk, ingest.worker.main as worker
split = ingest.chunk.iterate_chunks
def slow(document, *more):
    time.sleep(60 if "ferry" in document.text else 0)
    return split(document, *more)
ingest.chunk.iterate_chunks = slow
worker.main()
"""
    report = ingest([folder], library, embedder, parser=Parser(8, (sys.executable, "-c", program)))
    assert outcomes(report)["mill.txt"] == "indexed"
    failed = next(row for row in report.outcomes if row.source.endswith("ferry.txt"))
    assert failed.outcome is Outcome.FAILED and "longer than 8 seconds" in failed.reason


def test_a_library_that_cannot_be_written_ends_the_run(folder: Path, embedder: BagEmbedder) -> None:
    class Busy(MemoryLibrary):
        def store_without_text(self, record: FileRecord) -> None:
            raise LibraryBusyError("Another process is writing.", "Wait, and try again.")

    with pytest.raises(LibraryBusyError):
        ingest([folder], Busy(), embedder)


def test_a_failed_file_is_tried_again_and_a_scan_is_not(
    tmp_path: Path, library: MemoryLibrary, embedder: BagEmbedder
) -> None:
    (tmp_path / "a.txt").symlink_to("missing.txt")
    assert outcomes(ingest([tmp_path], library, embedder)) == {"a.txt": "failed"}
    (tmp_path / "missing.txt").write_text("Now it is here, and it can be read.")
    assert outcomes(ingest([tmp_path], library, embedder)) == {"a.txt": "indexed", "missing.txt": "duplicate"}


def test_stopping_keeps_what_is_done_and_removes_nothing(
    folder: Path, library: MemoryLibrary, embedder: BagEmbedder
) -> None:
    ingest([folder], library, embedder)
    (folder / "mill.txt").unlink()
    report = ingest([folder], library, embedder, stop=lambda: True)
    assert report.stopped and report.outcomes == () and report.removed == 0
    assert len(library.content()) == 2


def test_an_interrupt_leaves_whole_documents(folder: Path, library: MemoryLibrary, embedder: BagEmbedder) -> None:
    def interrupt(step: IngestProgress) -> None:
        if step.outcome is Outcome.INDEXED:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest([folder], library, embedder, progress=interrupt)
    assert len(library.content()) == 1 and not [t for t in threading.enumerate() if t.name == "oaken-stage"]
    assert sorted(outcomes(ingest([folder], library, embedder)).values()) == [
        "empty", "indexed", "unchanged", "unsupported"
    ]  # fmt: skip


def test_indexes_follow_during_a_long_run(
    tmp_path: Path, library: MemoryLibrary, embedder: BagEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(45):
        (tmp_path / f"{number:02}.txt").write_text(f"This is paper number {number} of the town archive.")
    monkeypatch.setattr("ingest.run.FOLLOW_AFTER", 20)
    report = ingest([tmp_path], library, embedder)
    assert report.totals["indexed"] == 45 and library.followed >= 4  # twice while it read


def test_a_missing_path_changes_nothing(folder: Path, library: MemoryLibrary, embedder: BagEmbedder) -> None:
    with pytest.raises(UsageError):
        ingest([folder, folder / "nowhere"], library, embedder)
    assert library.held == {} and library.followed == 0


def test_an_empty_folder_is_an_empty_report(tmp_path: Path, library: MemoryLibrary, embedder: BagEmbedder) -> None:
    report = ingest([tmp_path], library, embedder)
    assert report.outcomes == () and not report.failed and report.totals["files"] == 0


@pytest.mark.real
def test_all_formats_into_the_real_library(tmp_path: Path) -> None:
    from rag.library.library import Library

    papers = tmp_path / "papers"
    papers.mkdir()
    write_word(papers / "mill.docx")
    write_pdf(papers / "rules.pdf")
    (papers / "notes.md").write_text("# Notes\n\nThe bakery opens at seven.\n")
    (papers / "page.html").write_text("<h1>Observatory</h1><p>It opens at dusk.</p>")
    (papers / "letter.txt").write_text("Паром уходит с восточного причала в шесть часов утра.")
    embedder = BagEmbedder()
    with Library.open(tmp_path / "library", embedder.card) as library:
        report = ingest([papers], library, embedder)
        assert set(outcomes(report).values()) == {"indexed"}
        assert outcomes(ingest([papers], library, embedder)) == dict.fromkeys(outcomes(report), "unchanged")
        records = {record.path: record for record in library.records()}
        assert records["rules.pdf"].pages == 3 and records["letter.txt"].language == "ru"
        (papers / "notes.md").unlink()
        assert ingest([papers], library, embedder).removed == 1
        assert "notes.md" not in {record.path for record in library.records()}


def test_what_the_indexes_could_not_follow_is_reported(
    folder: Path, library: MemoryLibrary, embedder: BagEmbedder, capsys: pytest.CaptureFixture[str]
) -> None:
    library.lags = "The word index lags: process 7 is at it."
    report = ingest([folder], library, embedder)
    assert report.note == library.lags == report.to_json()["note"]
    human_output().print(render.report(report))
    assert library.lags in " ".join(capsys.readouterr().out.split())
    assert forget(library, library.records()[:1]) == (0, library.lags)  # type: ignore[arg-type]
