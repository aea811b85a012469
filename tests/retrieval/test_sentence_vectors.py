"""Vectors of sentences: computed once, as many as are kept, and each embedder's own."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from rag.answer.assistant import Assistant
from rag.interfaces import Vectors
from rag.library.library import Library
from rag.priority import yield_to_answers
from rag.retrieval import sentence_vectors
from rag.retrieval.sentence_vectors import vectors_of
from tests.doubles import BagEmbedder
from tests.test_priority import HOLD


def test_each_is_embedded_once_and_comes_in_the_order_asked_for() -> None:
    embedder = BagEmbedder()
    first = vectors_of(["the bell", "the crane", "the bell"], embedder)
    again = vectors_of(["the crane", "the clock"], embedder)
    assert embedder.embedded == ["the bell", "the crane", "the clock"]
    assert np.array_equal(first, BagEmbedder().embed_documents(["the bell", "the crane", "the bell"]))
    assert np.array_equal(again, BagEmbedder().embed_documents(["the crane", "the clock"]))
    assert vectors_of([], embedder).shape == (0, embedder.card.dimension)


def test_what_was_not_asked_for_longest_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence_vectors, "_CACHED_SENTENCES", 2)
    embedder = BagEmbedder()
    for texts in (["a", "b"], ["a"], ["c"], ["a"], ["b"]):
        vectors_of(texts, embedder)
    assert embedder.embedded == ["a", "b", "c", "b"]
    assert vectors_of(["a", "b", "c", "d"], embedder).shape[0] == 4  # more at once than are kept


def test_embedders_share_nothing_and_take_theirs_along() -> None:
    small, large = BagEmbedder(dimension=8), BagEmbedder(dimension=16)
    assert vectors_of(["a"], small).shape == (1, 8)
    assert vectors_of(["a"], large).shape == (1, 16)
    held = len(sentence_vectors._by_embedder)
    del small
    gc.collect()
    assert len(sentence_vectors._by_embedder) < held


def test_many_ask_at_once() -> None:
    embedder = BagEmbedder()
    texts = [f"sentence {number}" for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        every = list(pool.map(lambda at: vectors_of(texts[at : at + 40], embedder), [0, 40, 80, 20, 60, 0, 160, 100]))
    assert np.array_equal(every[0], every[5])
    assert np.array_equal(every[0][20:], every[3][:20])


class Polite(BagEmbedder):
    """Steps back for an answer that is being written, as the real one does."""

    def __init__(self, models: Path) -> None:
        super().__init__()
        self.models = models
        self.waited = 0.0

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.waited += yield_to_answers(self.models, 0.2)
        return super().embed_documents(texts)


def test_who_asks_does_not_wait_for_anothers_answer(tmp_path: Path, library: Library) -> None:
    """A person who asks while an answer is written sees quotes at once; an ingest would step back."""
    embedder = Polite(tmp_path)
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        answer = Assistant(library, embedder).ask("When did the tram line open?")
        assert answer.quotes and embedder.embedded
        assert embedder.waited == 0.0
        embedder.embed_documents(["what an ingest reads"])
        assert embedder.waited > 0.0
        other.kill()
