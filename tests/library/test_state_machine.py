"""Whatever is done to a library, in whatever order: it holds what a plain dict would, and finds exactly that."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rag.library.library import Library
from rag.library.terms import terms
from rag.types import Outcome, Record
from tests.doubles import BagEmbedder, file_away, paper

WORDS = ["mill", "ferry", "lantern", "sundial", "weir", "paddle"]
PATHS = st.sampled_from(["a.txt", "b/a.txt", "c.txt"])
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join), max_size=3)


class Machine(RuleBasedStateMachine):
    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="oaken-"))
        self.embedder = BagEmbedder()
        self.library = Library.open(self.folder, self.embedder.card, exact_up_to=0)
        self.records: dict[str, Record] = {}
        self.texts: dict[str, list[str]] = {}

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
        self.library.note(record)
        self.records[record.id], self.texts[record.id] = record, []

    @rule(path=PATHS, size=st.integers(0, 2**40))
    def touch(self, path: str, size: int) -> None:
        record = self.records.get(paper(path)[0].id)
        if record is not None:
            self.records[record.id] = replace(record, stamp=replace(record.stamp, size=size))
            self.library.touch(self.records[record.id])

    @rule()
    def follow(self) -> None:
        self.library.follow()

    @rule()
    def reopen(self) -> None:
        self.library.close()
        self.library = Library.open(self.folder, self.embedder.card, exact_up_to=0)

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
        self.library.follow()
        assert all(check.ok for check in self.library.check()), self.library.check()

    def _shown(self, found: list[tuple[str, float]]) -> list[str]:
        return sorted(chunk.text for chunk in self.library.chunks([chunk for chunk, _ in found]).values())

    def _text(self, chunk: str) -> str:
        return self.library.chunks([chunk])[chunk].text

    def teardown(self) -> None:
        if hasattr(self, "library"):
            self.library.close()
            shutil.rmtree(self.folder)


Machine.TestCase.settings = settings(
    max_examples=30, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLibrary = pytest.mark.real(Machine.TestCase)
