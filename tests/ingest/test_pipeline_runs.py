"""A run from end to end: what is tried again, what is kept, what goes first, and what a run that is ended leaves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from ingest import fingerprint as abilities
from ingest import pipeline, stages
from ingest.dedupe import repair_duplicates
from ingest.discover import FoundFile
from ingest.parse import Parsed, Parser
from ingest.pipeline import ingest
from ingest.report import IngestProgress, IngestReport
from ingest.stages import FileJob, ReadQueue
from rag.errors import LibraryBusyError, LibraryError
from rag.interfaces import Vectors
from rag.library.locks import locked
from rag.types import Document, Element, FileStamp, Outcome
from tests.ingest.doubles import BagEmbedder, InProcess, MemoryLibrary

LONG_AGO = 10**18  # nanoseconds


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    (tmp_path / "papers" / "sub").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "sub/c.txt", "sub/empty.txt", "song.mp3"):
        words = "" if name == "sub/empty.txt" else f"The paper {name} tells of the mill."
        (tmp_path / "papers" / name).write_text(words)
        os.utime(tmp_path / "papers" / name, ns=(LONG_AGO, LONG_AGO))
    return tmp_path / "papers"


def run(*paths: Path, into: MemoryLibrary, **options: Any) -> tuple[IngestReport, InProcess, BagEmbedder]:
    parser, embedder = InProcess(), BagEmbedder()
    return ingest(paths, into, embedder, parser=parser, **options), parser, embedder  # type: ignore[arg-type]


def outcomes(report: IngestReport) -> dict[str, str]:
    return {Path(row.source).name: row.outcome.value for row in report.outcomes}


# -- what is tried again


def test_what_gave_no_text_is_tried_again_when_asked_and_of_the_whole_library(papers: Path, tmp_path: Path) -> None:
    library = MemoryLibrary()
    run(papers, into=library)
    report, parser, _ = run(papers, into=library)
    assert parser.read == [] and outcomes(report)["empty.txt"] == "empty" and not report.outcomes[-1].examined
    report, parser, _ = run(papers, into=library, retry_unread=True)
    assert [path.name for path in parser.read] == ["empty.txt"] and len(report.outcomes) == 5
    report, parser, _ = run(into=library, retry_unread=True)
    assert [path.name for path in parser.read] == ["empty.txt"]
    assert outcomes(report) == {"empty.txt": "empty", "song.mp3": "unsupported"}
    (papers / "song.mp3").unlink()
    report, _, _ = run(into=library, retry_unread=True)
    assert [Path(source).name for source in report.gone] == ["song.mp3"] and len(library.content()) == 3


def test_documents_are_read_anew_whatever_is_held_of_them_and_they_alone(papers: Path) -> None:
    shutil.copy(papers / "a.txt", papers / "twin.txt")
    library = MemoryLibrary()
    run(papers, into=library)
    before = {record.path: record for record in library.records()}
    report, parser, embedder = run(into=library, reread=[before["a.txt"].id, before["sub/empty.txt"].id])
    assert sorted(path.name for path in parser.read) == ["a.txt", "empty.txt"]  # and its copy does not stand in for it
    assert outcomes(report) == {"a.txt": "indexed", "empty.txt": "empty"}
    # Its text is what it was; its vector may be its copy's, which was read first and lies under another path.
    assert embedder.embedded in ([], ["a\nThe paper a.txt tells of the mill."])
    after = {record.path: record for record in library.records()}
    assert {path: (each.outcome, each.reason, each.root, each.source) for path, each in after.items()} == {
        path: (each.outcome, each.reason, each.root, each.source) for path, each in before.items()
    }
    report, parser, _ = run(into=library, reread=[each.id for each in after.values()])
    assert len(report.outcomes) == 6 and len({path.name for path in parser.read} & {"a.txt", "twin.txt"}) >= 1
    assert {path: each.outcome for path, each in after.items()} == {r.path: r.outcome for r in library.records()}


def test_what_is_read_anew_and_is_gone_stays_where_that_is_wanted(papers: Path) -> None:
    library = MemoryLibrary()
    run(papers, into=library)
    (papers / "a.txt").unlink()
    gone = next(record for record in library.records() if record.path == "a.txt")
    report, _, _ = run(into=library, reread=[gone.id], keep_missing=True)
    assert outcomes(report) == {"a.txt": "failed"} and report.gone == ()
    assert "the earlier version is kept" in report.outcomes[0].reason
    assert gone in library.records()
    report, _, _ = run(into=library, reread=[gone.id])
    assert len(report.gone) == 1


def test_new_readers_try_what_gave_no_text_before_and_nothing_else(
    papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = MemoryLibrary()
    run(papers, into=library)
    assert len(abilities.reader_fingerprint()) == 8
    for module in ("ingest.dedupe", "ingest.pipeline"):
        monkeypatch.setattr(f"{module}.reader_fingerprint", lambda: "newer")
    _, parser, _ = run(papers, into=library)
    assert [path.name for path in parser.read] == ["empty.txt"]
    assert run(papers, into=library)[1].read == []


def test_what_was_read_in_part_is_tried_again_with_the_program_it_needs(
    papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Partly(InProcess):
        def parse(self, path: Path, doing: Callable[[str], None] = lambda _: None) -> Parsed:
            parsed = super().parse(path, doing)
            return Parsed(parsed.document, parsed.outcome, "page 2 needs tesseract (apt install tesseract-ocr)")

    library = MemoryLibrary()
    monkeypatch.setattr("ingest.dedupe.programs_now_installed", lambda reason: False)
    ingest([papers / "a.txt"], library, BagEmbedder(), parser=Partly())  # type: ignore[arg-type]
    assert "tesseract" in library.records()[0].reason
    assert run(papers / "a.txt", into=library)[1].read == []
    monkeypatch.setattr("ingest.dedupe.programs_now_installed", lambda reason: "tesseract" in reason)
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


# -- copies and moves


def test_a_renamed_folder_reads_and_embeds_nothing_and_leaves_nothing_behind(papers: Path) -> None:
    library = MemoryLibrary()
    run(papers, into=library)
    (papers / "b.txt").write_bytes((papers / "a.txt").read_bytes())
    run(papers, into=library)
    papers.rename(papers.with_name("letters"))
    report, parser, embedder = run(papers.with_name("letters"), into=library)
    assert parser.read == [] and embedder.embedded == []
    assert sorted(outcomes(report).values()) == ["empty", "moved", "moved", "moved", "unsupported"]
    assert {Path(record.root).name for record in library.records()} == {"letters"} and len(library.records()) == 5


def test_copies_are_read_once_wherever_they_lie(papers: Path) -> None:
    for number in range(20):
        shutil.copy(papers / "a.txt", papers / f"copy {number:02}.txt")
    library = MemoryLibrary()
    report, parser, embedder = run(papers, into=library)
    told = outcomes(report)
    assert [name for name, outcome in told.items() if outcome == "indexed"] == ["a.txt", "b.txt", "c.txt"]
    assert len(parser.read) == 4 and len(embedder.embedded) == 3 and len(library.content()) == 23
    assert {row.reason for row in report.outcomes if row.outcome is Outcome.DUPLICATE} == {
        f"the same content as {papers / 'a.txt'}"
    }
    (papers / "a.txt").unlink()
    run(papers, into=library)
    by_name = {record.path: record for record in library.records()}
    assert by_name["copy 00.txt"].outcome is Outcome.INDEXED and not by_name["copy 00.txt"].reason
    assert by_name["copy 19.txt"].reason == f"the same content as {papers / 'copy 00.txt'}"
    assert repair_duplicates(library.records()) == []


def test_what_gives_no_text_is_read_once_for_all_its_copies(papers: Path) -> None:
    (papers / "a.docx").write_bytes(b"PK\x03\x04 no document" + bytes(99))
    shutil.copy(papers / "a.docx", papers / "b.docx")
    report, parser, _ = run(papers, into=MemoryLibrary())
    assert outcomes(report)["a.docx"] == outcomes(report)["b.docx"] == "failed"
    assert sum(path.suffix == ".docx" for path in parser.read) == 1


def test_removing_the_first_copy_by_hand_mends_the_others(papers: Path, tmp_path: Path) -> None:
    from ui.shared.deletion import forget

    shutil.copy(papers / "a.txt", papers / "z.txt")
    library = MemoryLibrary()
    library.folder = tmp_path / "library"
    run(papers, into=library)
    forget(library, [record for record in library.records() if record.path == "a.txt"])  # type: ignore[arg-type]
    [left] = [record for record in library.records() if record.path == "z.txt"]
    assert left.outcome is Outcome.INDEXED and left.reason == ""


def test_a_copy_of_what_the_library_lost_meanwhile_is_read(papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = MemoryLibrary()
    run(papers, into=library)
    shutil.copy(papers / "a.txt", papers / "z.txt")
    monkeypatch.setattr(library, "copy", lambda *_, **__: False)
    report, parser, _ = run(papers, into=library)
    assert [path.name for path in parser.read] == ["z.txt"] and outcomes(report)["z.txt"] == "duplicate"


# -- what stays and what goes


def test_missing_files_may_be_kept_and_a_move_is_still_one(papers: Path) -> None:
    library = MemoryLibrary()
    run(papers, into=library)
    (papers / "a.txt").unlink()
    (papers / "b.txt").rename(papers / "new.txt")
    report, _, _ = run(papers, into=library, keep_missing=True)
    assert report.removed == 0 and sorted(r.path for r in library.records() if r.chunks) == [
        "a.txt", "new.txt", "sub/c.txt"
    ]  # fmt: skip
    assert run(papers, into=library)[0].gone == (str(papers / "a.txt"),)


def test_what_is_passed_over_from_now_on_goes_and_comes_back(papers: Path) -> None:
    library = MemoryLibrary()
    run(papers, into=library)
    (papers / ".oakenignore").write_text("sub/\n")
    assert len(run(papers, into=library, keep_missing=True)[0].gone) == 2
    (papers / ".oakenignore").unlink()
    assert outcomes(run(papers, into=library)[0])["c.txt"] == "indexed"


def test_a_hidden_file_that_was_named_stays(papers: Path) -> None:
    (papers / ".diary.txt").write_text("A diary of the mill.")
    library = MemoryLibrary()
    run(papers / ".diary.txt", into=library)
    assert run(papers, into=library)[0].removed == 0 and len(library.content()) == 4


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
    report, _, _ = run(papers, into=library)
    row = next(row for row in report.outcomes if row.source.endswith("a.txt"))
    assert row.outcome is Outcome.FAILED and row.reason == "permission denied; the earlier version is kept"
    assert str(papers / "a.txt") in library.content()
    monkeypatch.undo()
    assert outcomes(run(papers, into=library)[0])["a.txt"] == "unchanged"


# -- order and bounds


def test_a_long_file_does_not_hold_up_the_small_ones(tmp_path: Path) -> None:
    (tmp_path / "a book.txt").write_text("A long sentence of the book, which has many of its kind. " * 4000)
    for number in range(60):
        (tmp_path / f"letter {number:02}.txt").write_text(f"Letter {number} tells of the mill.")
    small_are_done, told = threading.Event(), threading.Event()

    class Slow(InProcess):
        def parse(self, path: Path, doing: Callable[[str], None] = lambda _: None) -> Parsed:
            if path.name == "a book.txt":
                doing("page 1 of 300")
                assert small_are_done.wait(30)
            elif path.name == "letter 59.txt":
                assert told.wait(30)
            return super().parse(path, doing)

    steps: list[IngestProgress] = []

    def progress(step: IngestProgress) -> None:
        steps.append(step)
        if step.outcome is None and step.source.endswith("a book.txt, page 1 of 300"):
            told.set()
        if step.done == 60:
            small_are_done.set()

    ingest([tmp_path], MemoryLibrary(), BagEmbedder(), parser=Slow(), progress=progress)  # type: ignore[arg-type]
    done = [Path(step.source).name for step in steps if step.outcome is not None]
    assert len(done) == 61 and done[-1] == "a book.txt"
    assert told.is_set()
    assert steps[-1].read == steps[-1].to_read and steps[-1].files_a_second > 0


def test_the_chunks_of_a_long_document_wait_for_those_of_short_ones(tmp_path: Path) -> None:
    book = " ".join(f"Sentence {number} of the book is not like the others." for number in range(9000))
    (tmp_path / "a book.txt").write_text(book)
    for number in range(10):
        (tmp_path / f"letter {number}.txt").write_text(f"Letter {number} tells of the mill.")
    ready = threading.Event()

    class Patient(BagEmbedder):
        def embed_documents(self, texts: Sequence[str]) -> Vectors:
            if len(self.embedded) >= 2 * stages.WINDOW:
                assert ready.wait(30)  # the book is being embedded: now come the letters
                time.sleep(0.1)  # the last of them on its way here
            return super().embed_documents(texts)

    class Late(InProcess):
        def parse(self, path: Path, doing: Callable[[str], None] = lambda _: None) -> Parsed:
            while path.name != "a book.txt" and len(embedder.embedded) < stages.WINDOW:
                time.sleep(0.01)
            parsed = super().parse(path, doing)
            parsed_so_far.append(path.name)
            if len(parsed_so_far) == 11:
                ready.set()
            return parsed

    embedder = Patient()
    done: list[str] = []
    parsed_so_far: list[str] = []
    ingest(
        [tmp_path], MemoryLibrary(), embedder, parser=Late(),  # type: ignore[arg-type]
        progress=lambda step: done.append(Path(step.source).name) if step.outcome is not None else None,
    )  # fmt: skip
    assert len(done) == 11 and done[-1] == "a book.txt"


def test_what_is_in_flight_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "FOLLOW_AFTER", 10**9)
    todo = ReadQueue(
        [FileJob(FoundFile("/", f"{n}", f"{n}"), None, FileStamp(n * 2**17, 0), n) for n in range(60)], in_flight=2**22
    )
    small = []
    while todo._has_room("small"):
        small.append(todo.take("small"))
    assert sum(job.weight for job in small if job) <= 2**22 + 60 * 2**17
    large = todo.take("large")
    assert large is not None and large.stamp.size == 59 * 2**17 and not todo._has_room("large")
    todo.set_weight(large, 0)
    assert todo._has_room("large") and not todo._has_room("small")
    waiting = threading.Thread(target=lambda: small.append(todo.take("small")))
    waiting.start()
    for job in list(small):
        assert job is not None
        todo.set_weight(job, 0)
    waiting.join(10)
    assert not waiting.is_alive()
    todo.close()
    assert todo.take("small") is None


def test_no_more_documents_are_in_memory_than_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "IN_FLIGHT", 8 * stages.LEAST_WEIGHT)
    for number in range(120):
        (tmp_path / f"{number}.txt").write_text(f"Paper {number} tells of the mill.")
    begun = [0]
    most = [0]
    monkeypatch.setattr(ReadQueue, "__init__", _counting(begun, most, ReadQueue.__init__))
    library = MemoryLibrary()
    report, _, _ = run(tmp_path, into=library, progress=lambda step: time.sleep(0.002))
    assert len(report.outcomes) == 120 and 0 < most[0] <= 8 + 4 + 2


def _counting(begun: list[int], most: list[int], real: Any) -> Any:
    def made(self: ReadQueue, jobs: Any) -> None:
        real(self, jobs)
        take, weigh = self.take, self.set_weight

        def taken(lane: str) -> FileJob | None:
            job = take(lane)
            begun[0] += job is not None
            most[0] = max(most[0], begun[0])
            return job

        def weighed(job: FileJob, weight: int) -> None:
            begun[0] -= weight == 0
            weigh(job, weight)

        self.take, self.set_weight = taken, weighed  # type: ignore[method-assign]

    return made


def test_texts_of_several_documents_are_embedded_together(papers: Path) -> None:
    calls: list[int] = []

    class Counting(BagEmbedder):
        def embed_documents(self, texts: Sequence[str]) -> Vectors:
            calls.append(len(texts))
            if len(calls) == 1:
                time.sleep(0.5)  # the others are read meanwhile
            return super().embed_documents(texts)

    ingest([papers], MemoryLibrary(), Counting(), parser=InProcess())  # type: ignore[arg-type]
    assert sum(calls) == 3 and len(calls) <= 2


# -- failures


def test_a_text_that_cannot_be_embedded_costs_its_document_alone(papers: Path) -> None:
    class Picky(BagEmbedder):
        def embed_documents(self, texts: Sequence[str]) -> Vectors:
            if any("b.txt" in text for text in texts):
                raise ValueError("no such letter")
            return super().embed_documents(texts)

    library = MemoryLibrary()
    report = ingest([papers], library, Picky(), parser=InProcess())  # type: ignore[arg-type]
    assert outcomes(report) == {
        "a.txt": "indexed", "b.txt": "failed", "c.txt": "indexed", "empty.txt": "empty", "song.mp3": "unsupported"
    }  # fmt: skip
    assert "no such letter" in next(row.reason for row in report.outcomes if row.outcome is Outcome.FAILED)
    assert outcomes(run(papers, into=library)[0])["b.txt"] == "indexed"  # it was no fault of the file


@pytest.mark.parametrize("where", ["known_vectors", "replace", "note", "follow"])
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


def test_a_mistake_of_ours_in_a_stage_ends_the_run_rather_than_hang_it(
    papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages.EmbeddingStage, "_window", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(papers, into=MemoryLibrary())


def test_indexes_that_another_process_fills_are_left_to_it(papers: Path, tmp_path: Path) -> None:
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
        def parse(self, path: Path, doing: Callable[[str], None] = lambda _: None) -> Parsed:
            if path.name != "a.txt":
                return super().parse(path, doing)
            return Parsed(Document("abc", (Element("text", -5, 10**9),), "text/plain"), Outcome.INDEXED)

    library = MemoryLibrary()
    report = ingest([papers], library, BagEmbedder(), parser=Lying())  # type: ignore[arg-type]
    assert outcomes(report)["b.txt"] == "indexed" and len(report.outcomes) == 5


def test_a_second_run_is_told_who_has_the_turn(papers: Path, tmp_path: Path) -> None:
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
from ingest import pipeline, stages
real = stages.EmbeddingStage._window
def slowly(self, taken):
    time.sleep(0.2)
    real(self, taken)
stages.EmbeddingStage._window, stages.WINDOW = slowly, 1
real_done = pipeline._IngestRun._done
def done(self, *args):
    real_done(self, *args)
    print("done", file=sys.stderr, flush=True)
pipeline._IngestRun._done = done
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
