"""How a run is told: on its way, and at its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.report import FileOutcome, IngestProgress, IngestReport
from rag.errors import LibraryError
from rag.messages import Message
from rag.types import Outcome
from ui.shared import i18n
from ui.shared.folders import sample_folder
from ui.web.library.ingest_jobs import IngestRequest, IngestResult
from ui.web.library.ingest_progress import current_file, is_stale, outcomes, pace, request_text, summary


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    i18n.set_language_source(lambda: "en")


def ended(*told: FileOutcome, wish: IngestRequest = IngestRequest((Path("/papers"),)), **more: object) -> IngestResult:  # noqa: B008
    return IngestResult(1, wish, IngestReport(told, **more))  # type: ignore[arg-type]


def test_a_run_is_described_in_the_page_s_language() -> None:
    on_its_way = IngestProgress(3, 1200, "/a/x.pdf", read=2_500_000, to_read=10_000_000, files=2, seconds=4.0)
    assert pace(on_its_way)[:3] == ["3 of 1,200 files", "2.5 of 10.0 MB", "0.5 files/s"]
    assert pace(on_its_way)[3].endswith(" left")
    assert pace(IngestProgress(0, 2, "")) == ["0 of 2 files"]
    i18n.set_language_source(lambda: "ru")
    assert pace(on_its_way)[0] == "файлов: 3 из 1\xa0200"


def test_little_is_not_told_in_megabytes_and_the_end_is_called_indexing() -> None:
    assert pace(IngestProgress(1, 30, "", read=9_000, to_read=90_000, files=1, seconds=0.5)) == [
        "1 of 30 files", "2.0 files/s",
    ]  # fmt: skip
    late = IngestProgress(4, 30, "", read=9, to_read=9_000_000, files=4, seconds=60.0, share=0.75, all_read=True)
    assert pace(late) == ["Indexing…", "4 of 30 files", "0:20 left"]
    half = replace(late, embedded=50, to_embed=200, embedding=10.0)
    assert pace(half) == ["You can ask already; search by meaning is 25 % ready", "0:30 left"]


def test_the_file_at_work_is_told_by_its_name() -> None:
    assert current_file("/home/ana/papers/mill.pdf") == "mill.pdf" and current_file("") == ""
    reading = Message("{source}, {doing}", source="/home/ana/papers/mill.pdf", doing=Message("page 3"))
    assert current_file(reading) == "mill.pdf, page 3"


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (IngestRequest((Path("/home/ana/papers"),)), "Adding papers"),
        (IngestRequest((Path("/a"), Path("/b"))), "Adding 2 files"),
        (IngestRequest((sample_folder(),)), "Adding the sample documents"),
        (IngestRequest(retry_incomplete=True), "Retrying files without text"),
        (IngestRequest(read_again=("1", "2")), "Reading 2 documents again"),
        (IngestRequest(gone=("1",)), "Removing 1 document"),
        (IngestRequest(vectors=True), "Preparing the search by meaning"),
    ],
)
def test_a_request_is_described_in_a_few_words(wish: IngestRequest, words: str) -> None:
    assert request_text(wish) == words


def test_what_was_not_taken_comes_first() -> None:
    run = ended(
        FileOutcome("/p/same.txt", Outcome.UNCHANGED),
        FileOutcome("/p/new.txt", Outcome.INDEXED),
        FileOutcome("/p/copy.txt", Outcome.DUPLICATE, "a copy of new.txt"),
        FileOutcome("/p/some.zip", Outcome.INDEXED, "song.mp3 was not read: it is an audio file"),
        FileOutcome("/p/blank.txt", Outcome.EMPTY, "there is no text in it"),
        wish=IngestRequest((Path("/p"),), refused=(("fake.pdf", "no PDF"),)),
        gone=("/p/old.txt",),
    )
    assert [row[:2] for row in outcomes(run)] == [
        ("fake.pdf", "failed"), ("/p/blank.txt", "empty"), ("/p/some.zip", "indexed"), ("/p/old.txt", "removed"),
        ("/p/new.txt", "indexed"), ("/p/copy.txt", "duplicate"), ("/p/same.txt", "unchanged"),
    ]  # fmt: skip
    assert summary(run) == "4 of 6 files are ready. Read in part: 1."


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (ended(FileOutcome("a", Outcome.INDEXED)), "1 of 1 file is ready."),
        (ended(FileOutcome("a", Outcome.INDEXED), stopped=True), "the same again to continue"),
        (ended(stopped=True), "Stopped before the first file."),
        (ended(), "There is no file to add in papers."),
        (ended(wish=IngestRequest(retry_incomplete=True)), "Nothing to retry"),
        (ended(wish=IngestRequest(gone=("1", "2")), gone=("a", "b")), "2 documents removed."),
        (ended(wish=IngestRequest(vectors=True)), "found by their meaning now"),
        (
            IngestResult(1, IngestRequest((Path("/papers"),)), None, LibraryError("Full.")),
            "It ended early: Adding papers",
        ),
    ],
)
def test_how_a_run_ended_is_one_sentence(run: IngestResult, words: str) -> None:
    assert words in summary(run)


def test_a_run_is_stale_once_none_of_its_files_is_in_the_library(tmp_path: Path) -> None:
    two = ended(FileOutcome("/p/a.txt", Outcome.INDEXED), FileOutcome("/p/b.txt", Outcome.EMPTY))
    assert is_stale(two, set()) and is_stale(two, {"/p/other.txt"})
    assert not is_stale(two, {"/p/b.txt"})
    for names_no_file in (
        ended(stopped=True),
        ended(wish=IngestRequest(gone=("1",)), gone=("/p/a.txt",)),
        IngestResult(1, IngestRequest((Path("/papers"),)), None, LibraryError("Full.")),
    ):
        assert not is_stale(names_no_file, set())
    assert not is_stale(ended(FileOutcome(str(tmp_path), Outcome.FAILED, "it cannot be read")), set())  # a folder
