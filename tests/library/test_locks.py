"""One writes at a time, in whatever process or thread."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from rag.errors import LibraryBusyError
from rag.library.library import Library
from rag.library.locks import RESTORED_PART
from tests.doubles import BagEmbedder, file_away
from tests.library.searching import FERRY, MILL, assert_all_found, by_words, child, nearest, put

pytestmark = pytest.mark.real
HOLD = """
import sys
from pathlib import Path
from rag.library.locks import locked
with locked(Path(sys.argv[1], "words.lock"), 10.0), locked(Path(sys.argv[1], "vectors.lock"), 10.0):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def lock_held_elsewhere(folder: Path) -> Iterator[None]:
    process = child(HOLD, folder)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    try:
        yield
    finally:
        process.communicate("\n", timeout=30)


def test_while_another_process_writes_reads_succeed_and_a_writer_is_refused(library: Library) -> None:
    put(library, MILL)
    file_away(library, FERRY)
    with lock_held_elsewhere(library.folder):
        assert nearest(library, "dogs aboard") == "Dogs travel free aboard."  # the exact scan
        assert by_words(library, "rye", "pier") == {MILL[2][0].text}  # the last view
        assert str(library.folder) in library.follow(wait=0.2)
        with pytest.raises(LibraryBusyError) as caught:
            library.repair(wait=0.2)
        assert str(library.folder) in caught.value.message and caught.value.hint
        with Library.open(library.folder, BagEmbedder().card, exact_up_to=0) as late:
            assert nearest(late, "dogs aboard") == "Dogs travel free aboard."
    library.follow(wait=0.2)
    assert_all_found(library)


def test_a_lock_held_by_a_thread_of_this_process_counts_too(library: Library) -> None:
    from rag.library.locks import locked

    put(library, MILL)
    file_away(library, FERRY)
    with (
        locked(library.folder / "words.lock", 1.0),
        locked(library.folder / "vectors.lock", 1.0),
        ThreadPoolExecutor(1) as pool,
    ):
        assert "Another process is writing" in pool.submit(library.follow, wait=0.2).result()
        assert pool.submit(by_words, library, "rye").result() == {MILL[2][0].text}
    library.follow()


def test_the_next_writer_clears_what_an_interrupted_restore_left(library: Library) -> None:
    part = library.folder / f"{RESTORED_PART}0badc0de"
    part.mkdir()
    (part / "ledger.sqlite").touch()
    with library.writing():
        assert not part.exists()
