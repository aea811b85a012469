"""The child process that reads and splits."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.chunk import chunk
from ingest.document_codec import Chunking, document_data
from ingest.parse import Parser
from ingest.readers import read
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.worker import main
from rag.embedding.registry import DEFAULT_EMBEDDER, load
from rag.types import Outcome
from tests.ingest.doubles import BagEmbedder
from tests.ingest.parsing import worker, write


def test_names_that_are_no_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9\n.txt")
    with Parser() as parser:
        result = parser.parse(write(tmp_path, name))
    assert result.document is not None


def test_a_worker_splits_as_the_program_itself_does(tmp_path: Path) -> None:
    embedder = BagEmbedder(max_tokens=40)
    path = write(tmp_path, "a.txt", "The mill stands by the river. It was built in 1884, of larch. " * 30)
    document = read(path)
    expected = chunk(document, "d", embedder.count, 40, "mills/a.txt")
    chunking = Chunking("d", "mills/a.txt", embedder.tokenizer_files, 40)
    with Parser(workers=1) as parser:
        parsed = parser.parse(path, chunking=chunking)
        again = parser.split(document, chunking)
    assert len(expected) > 5 and list(parsed.chunks) == list(again.chunks) == expected
    assert parsed.document == document and again.document is document


@pytest.mark.real
def test_a_worker_that_reaches_no_model_splits_with_the_built_in_embedder(models: Path, tmp_path: Path) -> None:
    embedder = load(models, DEFAULT_EMBEDDER.name)
    path = write(tmp_path, "a.txt", "The mill stands by the river. It was built in 1884, of larch. " * 1000)
    chunking = Chunking("d", "a.txt", embedder.tokenizer_files, embedder.card.max_tokens)
    with Parser(workers=1) as parser:
        parsed = parser.parse(path, chunking=chunking)
    expected = chunk(read(path), "d", embedder.count, embedder.card.max_tokens, "a.txt")
    assert len(expected) > 20 and list(parsed.chunks) == expected


def test_a_worker_that_cannot_split_says_why_and_the_file_is_tried_again(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt")
    with Parser(workers=1) as parser:
        parsed = parser.parse(path, chunking=Chunking("d", "a.txt", (), 40))
    assert parsed.outcome is Outcome.FAILED and not parsed.file_is_at_fault and "could not be indexed" in parsed.reason


def test_what_comes_again_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Counted:
        def encode(self, texts: list[str]) -> list[list[int]]:
            asked.extend(texts)
            return [[0] * len(text.split()) for text in texts]

    monkeypatch.setattr(main, "_tokenizer", lambda folder: Counted())
    document = build([ReaderBlock("title", "Mills", 1), *[ReaderBlock("row", "Rye | 41")] * 1_000], "text/plain")
    made = main._chunked(document, {"tokenizer": "", "limit": 40, "path": "mills.csv"})
    assert len(made["chunks"]["spans"]) > 50 and len(asked) < 20
    assert len(set(asked)) == len(asked)


def test_a_worker_taken_over_cannot_give_chunks_outside_the_text(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt")
    for spans in (
        [[0, 10**9, None, 0]],
        [[-4, 2, None, 0]],
        [[3, 2, None, 0]],
        [["a", "b", None, 0]],
        [[0, 1, None, 9]],
    ):
        answer = {"document": document_data(read(path)), "seconds": 0.0}
        answer["chunks"] = {"context": "", "sections": [[]], "spans": spans}
        command = worker(f"worker.answer = lambda *_: {answer!r}", replaces=False)
        with Parser(workers=1, command=command) as parser:
            parsed = parser.parse(path, chunking=Chunking("d", "a.txt", (), 40))
        assert parsed.outcome is Outcome.FAILED and "makes no sense" in parsed.reason
