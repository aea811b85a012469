"""A library gets another embedder: its documents are split again in a worker, which ends at once when asked to."""

from __future__ import annotations

import threading
from pathlib import Path

import psutil
import pytest

from ingest.reembed_library import reembed_library
from rag.library.library import Library
from rag.library.maintenance.reembed import ReembedReport
from tests.doubles import BagEmbedder, file_away, paper

pytestmark = pytest.mark.real

OLD, NEW = BagEmbedder(), BagEmbedder(16, 96, "other-words")
MILL = paper(
    "mill.txt", "The mill grinds rye in autumn. Its wheel has larch paddles. Flour is sold on Tuesdays at noon."
)


def test_documents_are_split_for_the_new_embedder(tmp_path: Path) -> None:
    with Library.open(tmp_path, OLD.card) as library:
        file_away(library, MILL)
    done = reembed_library(tmp_path, NEW)
    assert (done.documents, done.recut, done.stopped) == (1, 1, False)
    with Library.open(tmp_path, NEW.card) as library:
        chunks = library.ledger.chunks_of(MILL[0].id)
        assert len(chunks) > 1 and all(MILL[1].text[each.start : each.end] == each.text for each in chunks)
        assert all(NEW.count(each.embedding_text) <= 16 for each in chunks)


@pytest.mark.slow
def test_it_stops_whatever_is_being_split_and_leaves_the_library_as_it_was(tmp_path: Path) -> None:
    """Without an end to the worker the document would be split to its end, which takes minutes."""
    hostile = paper("line.txt", "![" * 4_000_000)
    with Library.open(tmp_path, OLD.card) as library:
        file_away(library, hostile)
    stop, done = threading.Event(), list[ReembedReport]()
    before = set(psutil.Process().children(recursive=True))
    run = threading.Thread(target=lambda: done.append(reembed_library(tmp_path, NEW, stop=stop.is_set)), daemon=True)
    run.start()
    while not any(busy := [each for each in workers(before) if processor_seconds(each) >= 2]):
        assert run.is_alive()
        stop.wait(0.1)
    stop.set()
    run.join(60)
    assert not run.is_alive() and done[0].stopped and not done[0].documents
    assert not any(each.is_running() for each in busy)
    with Library.open(tmp_path, OLD.card) as library:
        assert library.ledger.chunks_of(hostile[0].id) == hostile[2]


def workers(before: set[psutil.Process]) -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True)) - before


def processor_seconds(process: psutil.Process) -> float:
    try:
        return float(sum(process.cpu_times()[:2]))
    except psutil.NoSuchProcess:
        return 0.0
