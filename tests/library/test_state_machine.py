"""Whatever is done to a library, in whatever order: it holds what a plain dict would, and finds exactly that."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from rag.library import library as module
from rag.library.index import chroma_collection, probe, vectors
from rag.library.library import Library
from rag.library.maintenance import backup, health
from rag.library.maintenance.restore import restore
from rag.text.analyzer import terms
from rag.types import FileRecord, Outcome
from tests.doubles import BagEmbedder, file_away, paper
from tests.postgres import linked

WORDS = ["mill", "ferry", "lantern", "sundial", "weir", "paddle"]
PATHS = st.sampled_from(["a.txt", "b/a.txt", "c.txt"])
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join), max_size=3)


class Machine(RuleBasedStateMachine):
    url = ""  # of a database that the ledger is in; "": a file

    @initialize()
    def open(self) -> None:
        self.thresholds = ExitStack()
        # A probe's child would take longer than everything else; that it is one is tested in test_faults.py.
        self.thresholds.enter_context(patch.object(vectors, "probe", probe.inspect_index))
        early = {"hnsw": chroma_collection.CONFIGURATION["hnsw"] | {"sync_threshold": 6, "batch_size": 3}}
        self.thresholds.enter_context(patch.object(chroma_collection, "CONFIGURATION", early))
        self.thresholds.enter_context(patch.object(module, "_CHANGES_PER_LOCK", 2))
        self.thresholds.enter_context(patch.dict(module._CATCH_UP_CHUNKS, {"vectors": 4}))
        self.place = Path(tempfile.mkdtemp(prefix="oaken-"))
        self.folder = self.place / "held"
        if self.url:
            linked(self.folder, self.url)
        self.embedder = BagEmbedder()
        self.dropped: list[Library] = []
        self.library = self._open()
        self.second: Library | None = None
        self.records: dict[str, FileRecord] = {}
        self.texts: dict[str, list[str]] = {}
        self.saved: tuple[dict[str, FileRecord], dict[str, list[str]]] | None = None

    def _open(self) -> Library:
        return Library.open(self.folder, self.embedder.card, exact_up_to=0)

    @rule(path=PATHS, texts=TEXTS)
    def put(self, path: str, texts: list[str]) -> None:
        record = file_away(self.library, paper(path, *texts), self.embedder)
        self.records[record.id], self.texts[record.id] = record, texts

    @rule(path=PATHS)
    def remove(self, path: str) -> None:
        record, *_ = paper(path)
        assert self.library.remove(record.id) == (record.id in self.records)
        self.records.pop(record.id, None)
        self.texts.pop(record.id, None)

    @rule(path=PATHS, outcome=st.sampled_from([Outcome.FAILED, Outcome.EMPTY]))
    def note(self, path: str, outcome: Outcome) -> None:
        record = replace(paper(path)[0], outcome=outcome, reason="it says nothing")
        self.library.store_without_text(record)
        self.records[record.id], self.texts[record.id] = record, []

    @rule(path=PATHS, size=st.integers(0, 2**40))
    def touch(self, path: str, size: int) -> None:
        record = self.records.get(paper(path)[0].id)
        if record is not None:
            self.records[record.id] = replace(record, stamp=replace(record.stamp, size=size))
            self.library.update_metadata(self.records[record.id])

    @rule()
    def follow(self) -> None:
        self.library.follow()

    @rule(path=PATHS, goal=PATHS)
    def move(self, path: str, goal: str) -> None:
        """As the pipeline does it: filed at its new place, then forgotten at the old one."""
        record = self.records.get(paper(path)[0].id)
        if record is not None and path != goal and record.outcome is Outcome.INDEXED:
            known = len(self.embedder.embedded)
            moved, document, chunks = paper(goal, *self.texts[record.id])
            held = self.library.known_vectors([chunk.embedding_text for chunk in chunks])
            vectors = [held[chunk.embedding_text] for chunk in chunks]
            empty = np.empty((0, self.embedder.card.dimension), dtype=np.float32)
            self.library.replace(moved, document, chunks, np.stack(vectors) if vectors else empty)
            self.library.remove(record.id)
            self.records[moved.id], self.texts[moved.id] = moved, self.texts.pop(record.id)
            del self.records[record.id]
            assert len(self.embedder.embedded) == known

    @rule()
    def reopen(self) -> None:
        self.library.close()
        self.library = self._open()

    @rule()
    def die(self) -> None:
        """Nothing is closed, as when a process is killed."""
        self.dropped.append(self.library)
        self.library = self._open()

    @rule()
    def change_hands(self) -> None:
        """From here on another open library is used, which has seen nothing of what was done meanwhile."""
        second = self.second or self._open()
        self.library, self.second = second, self.library

    @rule()
    def repair(self) -> None:
        self.library.repair()

    @rule()
    def purge(self) -> None:
        self.library.purge()

    @rule()
    def save(self) -> None:
        backup.save(self.folder, self.place / "backup", force=True)
        self.saved = dict(self.records), dict(self.texts)

    @precondition(lambda self: self.saved is not None)
    @rule()
    def restore(self) -> None:
        assert self.saved is not None
        restore(self.place / "backup", self.folder, force=True)
        self.records, self.texts = dict(self.saved[0]), dict(self.saved[1])

    @precondition(lambda self: self.library.chroma.state.read().generation)
    @rule()
    def die_while_chroma_is_written(self) -> None:
        self.library.close()
        self.library.chroma.state.write(clean=False)

    @rule(which=st.sampled_from(["vectors", "words"]))
    def lose_an_index(self, which: str) -> None:
        self.library.close()
        shutil.rmtree(self.folder / which, ignore_errors=True)

    @invariant()
    def the_ledger_holds_what_was_filed(self) -> None:
        assert {record.id: record for record in self.library.records()} == self.records
        for held, texts in self.texts.items():
            assert [chunk.text for chunk in self.library.ledger.chunks_of(held)] == texts

    @rule(word=st.sampled_from(WORDS))
    def search(self, word: str) -> None:
        all_texts = sorted(text for texts in self.texts.values() for text in texts)
        near = self.library.search_vector(self.embedder.embed_query(word), 50)
        assert self._shown(near) == all_texts
        assert [score for _, score in near] == sorted((score for _, score in near), reverse=True)
        assert all((score > 0.4) == (word in self._text(chunk)) for chunk, score in near)
        found = self.library.search_words({terms(word, "en")[0]: 1.0}, 50)
        assert self._shown(found) == [text for text in all_texts if word in text]

    @rule()
    def check(self) -> None:
        assert self.library.follow() == ""
        assert all(check.ok for check in health.check(self.library)), health.check(self.library)

    def _shown(self, found: list[tuple[str, float]]) -> list[str]:
        return sorted(chunk.text for chunk in self.library.chunks([chunk for chunk, _ in found]).values())

    def _text(self, chunk: str) -> str:
        return self.library.chunks([chunk])[chunk].text

    def teardown(self) -> None:
        if hasattr(self, "library"):
            for library in filter(None, (self.library, self.second, *self.dropped)):
                library.close()
            self.thresholds.close()
            shutil.rmtree(self.place)


Machine.TestCase.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLibrary = pytest.mark.slow(pytest.mark.real(Machine.TestCase))


class DatabaseMachine(Machine):
    # A restored document has the id of its folder in that database; what comes back is tested in test_transfer.py.
    save = restore = None  # type: ignore[assignment]


@pytest.mark.slow
@pytest.mark.real
def test_a_library_in_a_database_is_no_other(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DatabaseMachine, "url", database)
    some = settings(max_examples=10, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(DatabaseMachine, settings=some)
