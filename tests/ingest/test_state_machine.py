"""Whatever a person does to a folder, and wherever a run is interrupted: the library ends as the folder is."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ingest import run, stages
from ingest.content_index import OUTCOMES_WITH_CHUNKS
from ingest.pipeline import ingest
from ingest.report import IngestProgress, IngestReport
from rag.types import FileRecord, Outcome, document_id
from tests.ingest.doubles import BagEmbedder, InProcess, LedgerShelf

TEXTS = st.sampled_from(
    [
        "The mill stands by the river.",
        "The mill stands by the river.\n\nIt was built in 1884.",
        "The ferry leaves at six. " * 20,
        "Паром уходит с причала. " * 15,
        "One two three.\n\nFour five six.\n\nSeven eight nine.",
        "",
        "\x00\x01\x02" * 40,
    ]
)
FOLDERS = st.sampled_from(["", "a/", "b/"])
NAMES = st.builds(str.__add__, FOLDERS, st.sampled_from(["one.txt", "two.txt", "three.md", "four.txt", "five.bin"]))


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("WINDOW", 3),
        ("EMBEDDING_BATCH", 2),
        ("READING_HEAD_START", 0.0),
        ("IN_FLIGHT", 2 * stages.LEAST_WEIGHT),
    ):
        monkeypatch.setattr(stages, name, value)
    monkeypatch.setattr(run, "FOLLOW_AFTER", 1)
    monkeypatch.setattr(run, "TICK", 0.01)


class Folder(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="oaken-test-"))
        self.root = self.place / "papers"
        self.root.mkdir()
        self.embedder = BagEmbedder(24)
        self.ledger = self.open()
        self.clock = 10**18

    def open(self) -> LedgerShelf:
        shelf = LedgerShelf.open(self.place / "ledger.sqlite", self.embedder.card)
        assert isinstance(shelf, LedgerShelf)
        return shelf

    def teardown(self) -> None:
        self.ledger.close()
        shutil.rmtree(self.place)

    # -- what a person does

    @initialize(files=st.dictionaries(NAMES, TEXTS, min_size=3, max_size=8))
    def begin(self, files: dict[str, str]) -> None:
        self.add_or_change(files)

    @rule(files=st.dictionaries(NAMES, TEXTS, min_size=1, max_size=4))
    def add_or_change(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            self.write(name, text)

    @rule(names=st.sets(NAMES, max_size=3), touched=NAMES)
    def remove(self, names: set[str], touched: str) -> None:
        for name in names:
            (self.root / name).unlink(missing_ok=True)
        if (self.root / touched).exists():
            self.age(self.root / touched)

    @rule(old=NAMES, new=NAMES)
    def move(self, old: str, new: str) -> None:
        if (self.root / old).exists():
            (self.root / new).parent.mkdir(parents=True, exist_ok=True)
            (self.root / old).replace(self.root / new)

    @rule(old=NAMES, new=NAMES)
    def copy(self, old: str, new: str) -> None:
        if (self.root / old).exists() and old != new:
            self.write(new, (self.root / old).read_text())

    @rule()
    def swap(self) -> None:
        one, two = self.root / "one.txt", self.root / "two.txt"
        if one.exists() and two.exists():
            one.rename(self.root / "x")
            two.rename(one)
            (self.root / "x").rename(two)

    @rule()
    def rename_folder(self) -> None:
        if (self.root / "a").exists():
            shutil.rmtree(self.root / "b", ignore_errors=True)
            (self.root / "a").rename(self.root / "b")

    @rule(pattern=st.sampled_from(["", "a/", "*.md", "one.*"]))
    def ignore(self, pattern: str) -> None:
        (self.root / ".oakenignore").write_text(pattern)

    # -- what the program does

    @rule()
    def restart(self) -> None:
        self.ledger.close()
        self.ledger = self.open()

    @rule()
    def take_in(self) -> None:
        self.run()
        assert {
            self.path(record) for record in self.ledger.records() if record.outcome in OUTCOMES_WITH_CHUNKS
        } == self.with_text()
        assert {record.id for record in self.ledger.records()} == {self.id(path) for path in self.wanted()}
        again, parser = self.run(), InProcess()
        ingest([self.root], self.ledger, self.embedder, parser=parser)  # type: ignore[arg-type]
        assert again.removed == 0 and parser.read == []
        assert {row.outcome for row in again.outcomes} <= {
            Outcome.UNCHANGED, Outcome.EMPTY, Outcome.UNSUPPORTED, Outcome.FAILED,
        }  # fmt: skip

    @precondition(lambda self: (self.root / "a").exists())
    @rule()
    def take_in_a_part(self) -> None:
        before = {self.path(r): r for r in self.ledger.records() if r.outcome in OUTCOMES_WITH_CHUNKS}
        self.run(self.root / "a")
        after = {self.path(r): r for r in self.ledger.records() if r.outcome in OUTCOMES_WITH_CHUNKS}
        for path in before.keys() - after.keys():
            assert path.startswith("a/") or not (self.root / path).exists()  # what is elsewhere may only have moved
        inside = {path for path in after if path.startswith("a/")}
        assert {path for path in self.with_text(ignored=()) if path.startswith("a/")} == inside

    @rule()
    def take_in_but_keep_what_is_missing(self) -> None:
        before = {self.path(r) for r in self.ledger.records() if r.outcome in OUTCOMES_WITH_CHUNKS}
        moved = self.contents()
        self.run(keep_missing=True)
        after = {self.path(r) for r in self.ledger.records() if r.outcome in OUTCOMES_WITH_CHUNKS}
        for path in before - after:  # gone from the library though not asked for: it moved, changed or is ignored
            assert (self.root / path).exists() or moved.get(path) in self.texts()

    @rule(steps=st.integers(0, 4))
    def break_off(self, steps: int) -> None:
        left = steps

        def progress(step: IngestProgress) -> None:
            nonlocal left
            left -= step.outcome is not None
            if left < 0:
                raise KeyboardInterrupt

        with suppress(KeyboardInterrupt):
            ingest([self.root], self.ledger, self.embedder, progress=progress, parser=InProcess())  # type: ignore[arg-type]

    # -- what holds at any time

    @invariant()
    def documents_are_whole(self) -> None:
        for record in self.ledger.records():
            document = self.ledger.document(record.id)
            chunks = self.ledger.chunks_of(record.id)
            assert (document is not None) == (record.outcome in OUTCOMES_WITH_CHUNKS) and len(chunks) == record.chunks
            if document is not None:
                assert chunks and all(document.text[c.start : c.end] == c.text for c in chunks)
                waits = record.id in self.ledger.pending().documents
                assert self.ledger.vectors_of(record.id)[0] == ([] if waits else [chunk.id for chunk in chunks])

    def run(self, folder: Path | None = None, *, keep_missing: bool = False) -> IngestReport:
        texts = [c.embedding_text for r in self.ledger.records() for c in self.ledger.chunks_of(r.id)]
        known = set(self.ledger.known_vectors(texts))
        self.embedder.embedded.clear()
        report = ingest(
            [folder or self.root], self.ledger, self.embedder, parser=InProcess(), keep_missing=keep_missing,  # type: ignore[arg-type]
        )  # fmt: skip
        assert not self.ledger.pending().documents  # also those of a run that was broken off
        swapped = any(row.outcome is Outcome.INDEXED for row in report.outcomes)
        assert swapped or not known & set(self.embedder.embedded)  # what is held is not embedded again
        for record in self.ledger.records():
            path = Path(record.root, record.path)
            document = self.ledger.document(record.id)
            if document is not None and path.exists() and folder is None and self.path(record) in self.wanted():
                assert document.text == path.read_text().strip(), self.path(record)
        self.check_copies()
        return report

    def check_copies(self) -> None:
        held = [record for record in self.ledger.records() if record.outcome in OUTCOMES_WITH_CHUNKS]
        by_content: dict[str, list[FileRecord]] = {}
        for record in held:
            by_content.setdefault(record.stamp.content_hash, []).append(record)
        for records in by_content.values():
            assert sum(record.outcome is Outcome.DUPLICATE for record in records) <= len(records) - 1
            for record in records:
                if record.outcome is Outcome.DUPLICATE:
                    assert any(record.reason.endswith(other.source) for other in records if other is not record)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.age(path)

    def age(self, path: Path) -> None:
        """Each change at a time of its own, long ago."""
        self.clock += 10**9
        os.utime(path, ns=(self.clock, self.clock))

    def id(self, path: str) -> str:
        return document_id(os.path.realpath(self.root), path)

    def path(self, record: FileRecord) -> str:
        return str(Path(record.root, record.path).relative_to(os.path.realpath(self.root)))

    def wanted(self, ignored: tuple[str, ...] | None = None) -> set[str]:
        rules = self.root / ".oakenignore"
        pattern = rules.read_text() if rules.exists() and ignored is None else ""
        every = {str(p.relative_to(self.root)) for p in self.root.rglob("*") if p.is_file() and p.name[0] != "."}
        left_out = {"a/": lambda p: p.startswith("a/") or "/a/" in p, "*.md": lambda p: p.endswith(".md")}
        left_out["one.*"] = lambda p: Path(p).name.startswith("one.")
        return {path for path in every if not (pattern and left_out[pattern](path))}

    def with_text(self, ignored: tuple[str, ...] | None = None) -> set[str]:
        return {
            path
            for path in self.wanted(ignored)
            if (text := (self.root / path).read_text()).strip() and "\x00" not in text
        }

    def contents(self) -> dict[str, str]:
        found = {}
        for record in self.ledger.records():
            document = self.ledger.document(record.id)
            if document is not None:
                found[self.path(record)] = document.text
        return found

    def texts(self) -> set[str]:
        return {document.text for r in self.ledger.records() if (document := self.ledger.document(r.id)) is not None}


@pytest.mark.slow
def test_the_library_ends_as_the_folder_is(tiny: None) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Folder,
        settings=settings(  # shrinking would take longer than a test may
            max_examples=80,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
        ),
    )
