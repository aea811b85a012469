"""Chroma on a server: found there while it is there; gone, silent or emptied, nothing is lost and nothing hangs."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rag.errors import LibraryError, UsageError
from rag.library.index import chroma_server as module
from rag.library.index.chroma_server import ChromaServer
from rag.library.library import Library
from rag.library.maintenance import health
from tests.doubles import BagEmbedder, ChromaRun, file_away, paper

pytestmark = pytest.mark.real

EMBEDDER = BagEmbedder()
MILL = paper("mill.txt", "The mill grinds rye in autumn.", "Its wheel has larch paddles.")
FERRY = paper("ferry.txt", "The ferry leaves the eastern pier.")


def opened(folder: Path, url: str) -> Library:
    return Library.open(folder, EMBEDDER.card, exact_up_to=0, chroma_url=url)


def nearest(library: Library, text: str) -> str:
    return library.search_vector(EMBEDDER.embed_query(text), 1)[0][0]


def check(library: Library) -> tuple[bool, str]:
    return next((each.ok, each.detail) for each in health.check(library) if each.name.startswith("Chroma at http"))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ChromaRun]:
    """A server of its own, that may be ended."""
    made = ChromaRun(tmp_path / "server")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CONNECT", 0.5)
    monkeypatch.setattr(module, "_ANSWER", 1.0)
    monkeypatch.setattr(module, "_RETRY_AFTER_SECONDS", 0.0)


def test_a_library_is_served_by_the_server_and_none_of_chromas_files_is_made_here(
    folder: Path, chroma_server: ChromaRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(folder, chroma_server.url) as library:
        file_away(library, MILL)
        assert library.follow() == ""
        file_away(library, FERRY)
        library.remove(paper("none.txt")[0].id)
        assert library.follow() == ""
        assert not (folder / "vectors").exists()
        assert check(library) == (True, "3 chunks, the same as the ledger, each found by its own vector")
        monkeypatch.setattr(library.exact, "search", None)  # it is the server that answers
        assert nearest(library, "ferry leaves pier") == FERRY[2][0].id
        among = library.search_vector(EMBEDDER.embed_query("ferry"), 5, among={MILL[0].id})
        assert {found for found, _ in among} == {chunk.id for chunk in MILL[2]}


def test_two_libraries_on_one_server_know_nothing_of_each_other(tmp_path: Path, chroma_server: ChromaRun) -> None:
    names = []
    for name, given in (("a", MILL), ("b", FERRY)):
        with opened(tmp_path / name, chroma_server.url) as library:
            file_away(library, given)
            library.follow()
            names.append(library.chroma.state.read().folder)
            assert library.chroma.ids() == {chunk.id for chunk in given[2]}
    assert names[0] != names[1] and all(len(name) > 32 and name.startswith("oaken-") for name in names)


def test_a_missing_server_costs_an_answer_nothing_and_is_caught_up_later(
    folder: Path, server: ChromaRun, impatient: None
) -> None:
    with opened(folder, server.url) as library:
        file_away(library, MILL)
        assert library.follow() == ""
        server.stop()
        file_away(library, FERRY)
        note = library.follow()
        assert server.url in note and "does not answer" in note and "exact scan answers" in note
        assert nearest(library, "ferry leaves pier") == FERRY[2][0].id
        ok, detail = check(library)
        assert not ok and "does not answer" in detail
        assert library.chroma.state.read().clean  # as it was left: only behind
    with opened(folder, server.url) as late:  # opened while it is gone
        assert nearest(late, "larch paddles") == MILL[2][1].id
        server.start()
        assert late.follow() == "" and check(late)[0]
        assert late.chroma.ids() == {chunk.id for given in (MILL, FERRY) for chunk in given[2]}


def test_a_server_that_lost_everything_is_filled_again(
    folder: Path, server: ChromaRun, tmp_path: Path, impatient: None
) -> None:
    with opened(folder, server.url) as library:
        file_away(library, MILL)
        library.follow()
        server.stop()
        server.folder = tmp_path / "empty"
        server.start()
        assert nearest(library, "larch paddles") == MILL[2][1].id
        assert not check(library)[0]
        file_away(library, FERRY)
        assert library.follow() == "" and check(library)[0]


def test_another_server_is_filled_and_then_serves(folder: Path, server: ChromaRun, chroma_server: ChromaRun) -> None:
    with opened(folder, server.url) as library:
        file_away(library, MILL)
        library.follow()
    with opened(folder, chroma_server.url) as library:
        assert nearest(library, "larch paddles") == MILL[2][1].id
        assert library.follow() == "" and check(library)[0]
        assert library.chroma.state.read().place == chroma_server.url
    with Library.open(folder, EMBEDDER.card, exact_up_to=0) as library:  # and back to the folder's own
        assert library.follow() == "" and all(each.ok for each in health.check(library))
        assert nearest(library, "larch paddles") == MILL[2][1].id


@contextmanager
def silent() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(50)
        held: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    held.append(listening.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=take)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
        for each in held:
            each.close()


def test_a_server_that_says_nothing_is_given_up(folder: Path, impatient: None) -> None:
    with silent() as url, opened(folder, url) as library:
        file_away(library, MILL)
        asked = time.monotonic()
        assert "does not answer" in library.follow()
        assert nearest(library, "larch paddles") == MILL[2][1].id
        assert time.monotonic() - asked < 20  # it would be for ever


def test_a_server_that_failed_is_let_alone_for_a_while(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(folder, "http://127.0.0.1:9") as library:
        file_away(library, MILL)
        assert "does not answer" in library.follow()
        assert "just now" in library.follow()


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x", "http://", "http://h:port", "http://h:1/path"])
def test_an_invalid_address_is_reported_at_once(folder: Path, url: str) -> None:
    with pytest.raises(UsageError, match="not an address of a Chroma server") as caught:
        opened(folder, url)
    assert "OAKEN_CHROMA_URL" in caught.value.hint


def test_an_interrupted_rebuild_leaves_the_old_collection(folder: Path, chroma_server: ChromaRun) -> None:
    with opened(folder, chroma_server.url) as library:
        file_away(library, MILL)
        library.follow()
        before = library.chroma.state.read()
        with (
            pytest.raises(LibraryError, match="torn"),
            library.chroma.writing(library.ledger.last_change(), rebuild=True),
        ):
            raise LibraryError("torn")
        assert library.chroma.state.read() == before and check(library)[0]
        assert isinstance(library.chroma, ChromaServer)
