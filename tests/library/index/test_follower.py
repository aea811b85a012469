"""Indexes follow the ledger."""

from __future__ import annotations

import signal

import pytest

from rag.library import library as library_module
from rag.library.library import Library
from tests.doubles import BagEmbedder, file_away
from tests.library.searching import (
    BREAD,
    FERRY,
    HEALTHY,
    MILL,
    assert_all_found,
    by_words,
    child,
    chroma_folder,
    nearest,
    ok,
    put,
)

pytestmark = pytest.mark.real


def test_indexes_that_are_behind_catch_up_before_a_search(library: Library) -> None:
    put(library, MILL)
    file_away(library, FERRY)
    library.remove(MILL[0].id)
    assert by_words(library, "pier", "rye") == {FERRY[2][0].text}
    assert nearest(library, "dogs aboard") == "Dogs travel free aboard."
    assert library.chroma.ids() == {chunk.id for chunk in FERRY[2]} and ok(library) == HEALTHY


def test_following_twice_changes_nothing(library: Library) -> None:
    put(library, MILL)
    marks = library.chroma.state.read(), library.words.state.read()
    library.follow()
    assert (library.chroma.state.read(), library.words.state.read()) == marks


def test_words_catch_up_though_chroma_must_be_rebuilt(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(library_module._CATCH_UP_CHUNKS, "vectors", 1)
    put(library, MILL, BREAD)
    library.chroma.state.write(clean=False)
    file_away(library, FERRY)
    assert by_words(library, "pier") == {FERRY[2][0].text}


def test_an_unclean_chroma_is_rebuilt_in_a_new_folder_and_the_old_one_goes(library: Library) -> None:
    put(library, MILL, FERRY)
    old = chroma_folder(library)
    library.chroma.state.write(clean=False)  # as a process leaves it that dies while it writes
    library.close()
    assert not ok(library)["Chroma"]
    assert nearest(library, "larch paddles") == "Its wheel has larch paddles."
    library.follow()
    assert chroma_folder(library) != old and not old.exists()
    assert [path.name for path in chroma_folder(library).parent.iterdir()] == [chroma_folder(library).name]
    assert_all_found(library)
    assert ok(library) == HEALTHY


def test_nothing_is_embedded_again_when_indexes_are_rebuilt(library: Library, embedder: BagEmbedder) -> None:
    file_away(library, MILL, embedder)
    library.follow()
    before = list(embedder.embedded)
    library.repair()
    assert embedder.embedded == before and ok(library) == HEALTHY


_KILLED_IN_MID_WRITE = """
import os, signal, sys
from pathlib import Path
from rag.library.index import chroma_collection
from rag.library.library import Library
from tests.doubles import BagEmbedder, file_away
from tests.library.searching import BREAD

replace = chroma_collection.replace

def replace_and_die(*arguments):
    replace(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)

chroma_collection.replace = replace_and_die
with Library.open(Path(sys.argv[1]), BagEmbedder().card, exact_up_to=0) as library:
    file_away(library, BREAD)
    library.follow()
"""


def test_who_has_an_index_open_does_not_go_on_with_it_after_its_writer_was_killed(library: Library) -> None:
    put(library, MILL, FERRY)
    assert nearest(library, "larch paddles") == "Its wheel has larch paddles."
    old = chroma_folder(library)
    with child(_KILLED_IN_MID_WRITE, library.folder) as killed:
        assert killed.wait(60) == -signal.SIGKILL
    library.follow()
    assert chroma_folder(library) != old and not old.exists()
    assert_all_found(library)
    assert ok(library) == HEALTHY
