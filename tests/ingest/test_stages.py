"""Reading, weighing, embedding, filing: side by side, in order, bounded."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ingest import stages
from ingest.discover import FoundFile
from ingest.parse import Parsed
from ingest.pipeline import ingest
from ingest.report import IngestProgress
from ingest.stages import FileJob, ReadQueue
from rag.interfaces import Vectors
from rag.types import FileStamp, Outcome
from tests.ingest.doubles import BagEmbedder, InProcess, MemoryLibrary
from tests.ingest.runs import outcomes, run


def test_a_long_file_does_not_hold_up_the_small_ones(tmp_path: Path) -> None:
    (tmp_path / "a book.txt").write_text("A long sentence of the book, which has many of its kind. " * 4000)
    for number in range(60):
        (tmp_path / f"letter {number:02}.txt").write_text(f"Letter {number} tells of the mill.")
    small_are_done, told = threading.Event(), threading.Event()

    class Slow(InProcess):
        def parse(self, path: Path, *more: Any) -> Parsed:
            if path.name == "a book.txt":
                more[0]("page 1 of 300")
                assert small_are_done.wait(30)
            elif path.name == "letter 59.txt":
                assert told.wait(30)
            return super().parse(path, *more)

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


def test_what_is_read_is_found_by_its_words_before_anything_is_embedded(papers: Path) -> None:
    library, steps = MemoryLibrary(), []

    class Late(BagEmbedder):
        def embed_documents(self, texts: Sequence[str]) -> Vectors:
            assert len(library.content()) == 3 and library.followed >= 1
            assert len([step for step in steps if step.outcome is not None]) == 5
            return super().embed_documents(texts)

    embedder = Late()
    ingest([papers], library, embedder, parser=InProcess(), progress=steps.append)  # type: ignore[arg-type]
    assert len(embedder.embedded) == 3 and not library.pending().documents
    assert steps[-1].all_read and (steps[-1].embedded, steps[-1].to_embed) == (3, 3)


def test_what_waits_is_embedded_beside_a_file_that_takes_long(papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "READING_HEAD_START", 0.0)
    embedded = threading.Event()

    class Telling(BagEmbedder):
        def embed_documents(self, texts: Sequence[str]) -> Vectors:
            embedded.set()
            return super().embed_documents(texts)

    class Long(InProcess):
        def parse(self, path: Path, *more: Any) -> Parsed:
            assert path.name != "a.txt" or embedded.wait(30)
            return super().parse(path, *more)

    assert ingest([papers], MemoryLibrary(), Telling(), parser=Long()).totals["indexed"] == 3  # type: ignore[arg-type]


def test_a_run_that_is_stopped_leaves_the_rest_to_the_next_one(papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "EMBEDDING_BATCH", 1)
    stopped = threading.Event()

    class Waiting(BagEmbedder):
        def embed_documents(self, texts: Sequence[str]) -> Vectors:
            assert not self.embedded or stopped.wait(30)
            return super().embed_documents(texts)

    library, first, second = MemoryLibrary(), Waiting(), BagEmbedder()

    def stop() -> bool:
        if first.embedded:
            stopped.set()
        return stopped.is_set()

    report = ingest([papers], library, first, parser=InProcess(), stop=stop)  # type: ignore[arg-type]
    left = library.pending().texts
    assert report.stopped and report.totals["indexed"] == 3 and 0 < left == 3 - len(first.embedded)
    assert not ingest([], library, second).stopped
    assert sorted([*first.embedded, *second.embedded]) == sorted(set(first.embedded) | set(second.embedded))
    assert not library.pending().texts and len(second.embedded) == left


def test_what_is_in_flight_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.run.FOLLOW_AFTER", 10**9)
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


def test_an_error_of_the_program_in_a_stage_ends_the_run(papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages.EmbeddingStage, "_embed", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(papers, into=MemoryLibrary())
