"""kill -9 anywhere, then go on: nothing is lost, nothing is there twice, everything is found."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from rag.library.library import Library
from rag.library.terms import terms
from tests.doubles import BagEmbedder

pytestmark = pytest.mark.real

REPOSITORY = Path(__file__).resolve().parents[2]
FILES, KILLS = 24, 8
INGEST = """
import sys, time
from ingest import pipeline
from rag.library.library import Library
from tests.doubles import BagEmbedder
pipeline.FOLLOW_AFTER = 1
embedder = BagEmbedder()
with Library.open(pipeline.Path(sys.argv[1]), embedder.card, exact_up_to=0) as library:
    print("open", flush=True)


    def progress(step):
        print("step", flush=True)
        time.sleep(0.02)  # or a quick machine is done before it can be killed

    pipeline.ingest([sys.argv[2]], library, embedder, progress=progress)
"""


def write_papers(folder: Path, generator: random.Random) -> None:
    folder.mkdir()
    for n in range(FILES):
        lines = [
            f"{name} {n} was seen near pier {generator.randrange(999)} by {generator.choice(('Wren', 'Lugin'))}."
            for name in ("Lantern", "Sundial", "Paddle", "Weir")
        ]
        (folder / f"{n}.txt").write_text("\n\n".join(line * 3 for line in lines))


def content(library: Library) -> dict[str, list[str]]:
    return {record.id: [chunk.id for chunk in library.ledger.chunks_of(record.id)] for record in library.records()}


def test_a_run_killed_again_and_again_ends_as_one_that_was_never_killed(tmp_path: Path) -> None:
    generator = random.Random(7)
    papers, folder, embedder = tmp_path / "papers", tmp_path / "killed", BagEmbedder()
    write_papers(papers, generator)
    command = [sys.executable, "-c", INGEST, str(folder), str(papers)]
    killed = 0
    for turn in range(KILLS):
        process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        with process.stdout:
            assert process.stdout.readline() == "open\n"
            if turn:  # once before anything was written
                for _ in range(generator.randrange(1, FILES)):
                    process.stdout.readline()
                time.sleep(generator.uniform(0, 0.1))
            killed += process.poll() is None
            process.kill()
            process.wait()
        if turn == KILLS // 2:
            (papers / "0.txt").write_text("Lantern 0 went out.")  # a change and a removal in the midst of it
            (papers / "1.txt").unlink()
    assert killed >= KILLS // 2  # most of them struck a run that was still at work
    done = subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE, text=True)
    assert done.stdout.startswith("open\n")

    with (
        Library.open(tmp_path / "whole", embedder.card) as whole,
        Library.open(folder, embedder.card, exact_up_to=0) as library,
    ):
        ingest([papers], whole, embedder)
        assert content(library) == content(whole) and len(content(whole)) == FILES - 1
        assert [check for check in library.check() if not check.ok] == []
        chunks = library.chunks([chunk for ids in content(library).values() for chunk in ids])
        for chunk in chunks.values():
            near = library.search_vector(embedder.embed_query(chunk.embedding_text), 5)
            assert chunk.id in {found for found, _ in near}
            weights = dict.fromkeys(terms(chunk.text, chunk.language), 1.0)
            assert chunk.id in {found for found, _ in library.search_words(weights, 10)}
