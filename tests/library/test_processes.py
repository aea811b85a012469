"""Several programs on one library: who fills it is known, readers see what is new and never wait long."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from rag.errors import LibraryBusyError
from rag.library import library as library_module
from rag.library.library import Library
from rag.library.maintenance import health
from rag.text.analyzer import terms
from tests.doubles import BagEmbedder, file_away, paper

pytestmark = pytest.mark.real

REPOSITORY = Path(__file__).resolve().parents[2]
EMBEDDER = BagEmbedder()


@contextmanager
def another(code: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=60)


FILL = """
import sys
from pathlib import Path
from rag.library.library import Library
from tests.doubles import BagEmbedder, file_away, paper
with Library.open(Path(sys.argv[1]), BagEmbedder().card, exact_up_to=0) as library, library.writing():
    print("filling", flush=True)
    for line in sys.stdin:
        name, text = line.strip().split("|")
        file_away(library, paper(name, text))
        library.follow()
        print("done", flush=True)
"""


def said(process: subprocess.Popen[str], line: str = "") -> str:
    assert process.stdin is not None and process.stdout is not None
    if line:
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
    return process.stdout.readline().strip()


def test_a_second_writer_is_named_the_first_and_since_when(library: Library) -> None:
    with another(FILL, library.folder) as process:
        assert said(process) == "filling"
        with pytest.raises(LibraryBusyError) as caught, library.writing(wait=0.2):
            pass
        assert f"process {process.pid}, since 20" in caught.value.message and "-c" in caught.value.message
        assert library.holder() in caught.value.message
        file_away(library, paper("mine.txt", "A sundial tells time."))  # a small write needs no turn
        assert library.remove(paper("mine.txt")[0].id)
        assert library.follow(wait=5.0) == ""
        assert said(process, "x.txt|A ferry leaves.") == "done"
    assert library.holder() == ""
    with library.writing(wait=0.0):  # killed above: its turn went with it
        assert str(os.getpid()) in library.holder()
    assert library.holder() == ""


def test_a_repair_clears_what_was_left_over_but_not_what_another_is_at(library: Library) -> None:
    file_away(library, paper("mill.txt", "The mill grinds rye."))
    library.follow()
    stray = library.folder / ".restore-0badc0de"
    with another(FILL, library.folder) as process:
        assert said(process) == "filling"
        stray.mkdir()
        library.repair()
        assert stray.exists()
    library.repair()
    assert not stray.exists()
    assert all(check.ok for check in health.check(library)), health.check(library)


def test_a_writer_waits_for_its_turn(library: Library) -> None:
    order: list[str] = []

    def second() -> None:
        with library.writing(wait=20.0):
            order.append("second")

    with library.writing():
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_what_another_process_files_is_found_at_once_by_an_open_one(library: Library) -> None:
    file_away(library, paper("mill.txt", "The mill grinds rye."))
    library.follow()
    library.search_vector(EMBEDDER.embed_query("mill"), 3)
    library.search_words({"mill": 1.0}, 3)
    with another(FILL, library.folder) as process:
        assert said(process) == "filling"
        for n in range(5):
            assert said(process, f"{n}.txt|Sundial n{n} tells time in the garden.") == "done"
            given = paper(f"{n}.txt", f"Sundial n{n} tells time in the garden.")[2][0]
            assert library.search_vector(EMBEDDER.embed_query(given.text), 1)[0][0] == given.id
            weights = dict.fromkeys(terms(given.text, "en"), 1.0)
            assert library.search_words(weights, 1)[0][0] == given.id


def test_a_reader_that_is_far_behind_serves_its_view_and_catches_up_behind_the_scenes(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_away(library, paper("mill.txt", "The mill grinds rye."))
    library.follow()
    monkeypatch.setitem(library_module._CATCH_UP_CHUNKS, "words", 10)
    monkeypatch.setattr(library_module, "_CHANGES_PER_LOCK", 3)
    for n in range(20):
        file_away(library, paper(f"{n}.txt", f"Sundial n{n} tells time."))
    assert [i for i, _ in library.search_words({"sundial": 1.0}, 50)] == []  # the last view, at once
    last = time.monotonic() + 30
    while len(library.search_words({"sundial": 1.0}, 50)) < 20:
        assert time.monotonic() < last
        time.sleep(0.02)
    assert len(library.search_vector(EMBEDDER.embed_query("sundial"), 50)) == 21


INGEST = """
import sys, time
from pathlib import Path
from ingest import pipeline
from rag.errors import LibraryBusyError
from rag.library.library import Library
from tests.doubles import BagEmbedder
embedder = BagEmbedder()
with Library.open(Path(sys.argv[1]), embedder.card, exact_up_to=0) as library:
    print("open", flush=True)
    sys.stdin.readline()
    while True:
        try:
            pipeline.ingest([sys.argv[2]], library, embedder)
            break
        except LibraryBusyError as error:
            assert "is filling the library" in str(error) and "process" in str(error), error
            time.sleep(0.1)
"""


def test_two_ingests_at_once_end_with_everything_found(folder: Path, tmp_path: Path) -> None:
    papers = [tmp_path / "papers", tmp_path / "letters"]
    for place, first in zip(papers, (0, 15), strict=True):
        place.mkdir()
        for n in range(first, first + 15):
            (place / f"{n}.txt").write_text(f"Sundial n{n} tells time.\n\nLantern n{n} gives light.")
    with another(INGEST, folder, papers[0]) as one, another(INGEST, folder, papers[1]) as two:
        for process in (one, two):
            assert said(process) == "open"
        for process in (one, two):
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in (one, two):
            process.communicate(timeout=120)
            assert process.returncode == 0
    with Library.open(folder, EMBEDDER.card, exact_up_to=0) as library:
        assert len(library.records()) == 30
        library.follow()
        assert all(check.ok for check in health.check(library)), health.check(library)
        for record in library.records():
            for chunk in library.ledger.chunks_of(record.id):
                near = library.search_vector(EMBEDDER.embed_query(chunk.embedding_text), 3)
                assert chunk.id in {found for found, _ in near}
                found = library.search_words(dict.fromkeys(terms(chunk.text, chunk.language), 1.0), 3)
                assert chunk.id in {each for each, _ in found}


REPLACE = """
import sys
from pathlib import Path
from rag.library.library import Library
from tests.doubles import BagEmbedder, file_away, paper
embedder = BagEmbedder()
with Library.open(Path(sys.argv[1]), embedder.card, exact_up_to=0) as library, library.writing():
    for version in range(10_000):
        for name in "abc":
            texts = [f"Sundial v{version} tells hour {hour}." for hour in range(60)]
            file_away(library, paper(f"{name}.txt", *texts), embedder)
        library.follow()
        print("done", flush=True)
"""


def test_readers_see_whole_documents_only_while_another_process_replaces_them(library: Library) -> None:
    """Each version of a document has the same chunks but for its number: two numbers in one answer are half of each."""
    held_ids = [paper(f"{name}.txt")[0].id for name in "abc"]
    wrong: list[str] = []
    seen: set[str] = set()
    over = threading.Event()

    def look(document: str) -> None:
        texts = [chunk.text for chunk in library.ledger.chunks_of(document)]
        versions = {text.split()[1] for text in texts}
        seen.update(versions)
        if len(texts) != 60 or len(versions) != 1:
            wrong.append(f"{len(texts)} chunks of {sorted(versions)}")

    def search() -> None:
        vector = EMBEDDER.embed_query("Sundial tells hour 3.")
        while not over.is_set():
            for found in (library.search_vector(vector, 20), library.search_words({"sundial": 1.0}, 20)):
                shown = library.chunks([each for each, _ in found])
                for document in {chunk.document_id for chunk in shown.values()}:
                    look(document)

    def read() -> None:
        while not over.is_set():
            for document in held_ids:
                look(document)

    with another(REPLACE, library.folder) as process:
        assert said(process) == "done"
        with ThreadPoolExecutor(2) as readers:
            reading = [readers.submit(search), readers.submit(read)]
            for _ in range(6):
                assert said(process) == "done"
            over.set()
            for each in reading:
                each.result()
    assert wrong == [] and len(seen) > 2
