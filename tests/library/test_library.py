from __future__ import annotations

import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.errors import EmbedderMismatchError, LibraryError
from rag.interfaces import EmbedderCard
from rag.library.index import bm25
from rag.library.library import Library
from rag.types import FileStamp, Outcome
from tests.doubles import BagEmbedder, file_away, paper, vectors_for
from tests.library.searching import (
    BREAD,
    FERRY,
    HEALTHY,
    MILL,
    assert_all_found,
    by_words,
    child,
    delete_words,
    nearest,
    ok,
    put,
)

pytestmark = pytest.mark.real


# -- what is held


def test_a_search_does_not_wait_for_what_is_stored_meanwhile(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    put(library, MILL)
    library.replace(*FERRY)
    follow, calls = library._follow_words, []

    def beside_an_ingest(**more: bool) -> None:
        calls.append(follow(**more))
        assert len(calls) < 3
        library.replace(*paper(f"{len(calls)}.txt", "One more paper is stored."))

    monkeypatch.setattr(library, "_follow_words", beside_an_ingest)
    assert by_words(library, "pier") == {FERRY[2][0].text} and len(calls) == 1


def test_a_document_without_vectors_is_found_by_words_and_later_by_them_without_being_indexed_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(library, MILL)
    library.replace(*FERRY)
    assert library.follow() == "" and ok(library) == HEALTHY
    assert library.pending().documents == {FERRY[0].id} and library.chroma.count() == 2
    assert by_words(library, "pier") == {FERRY[2][0].text} and nearest(library, "dogs aboard") != FERRY[2][1].text
    assert library.sample()["en"].shape[0] == 2
    texts = library.next_texts(9).texts
    vectors = BagEmbedder().embed_documents(list(texts.values()))
    assert library.add_vectors(dict(zip(texts, vectors, strict=True))) == [FERRY[0].id]
    monkeypatch.setattr(bm25, "_write", lambda *_: pytest.fail("its words are what they were"))
    assert library.follow() == "" and library.chroma.count() == 4
    monkeypatch.undo()
    assert_all_found(library)
    assert ok(library) == HEALTHY and not library.pending().documents


def test_what_is_filed_is_found_by_words_and_by_vector(library: Library) -> None:
    put(library, MILL, FERRY, BREAD)
    assert by_words(library, "paddl") == {"Its wheel has larch paddles."}
    assert by_words(library, "pier", "rye") == {MILL[2][0].text, FERRY[2][0].text}
    assert nearest(library, "dogs aboard") == "Dogs travel free aboard."
    assert_all_found(library)
    assert ok(library) == HEALTHY and library.languages() == {"en": 4, "es": 1}
    assert library.document(MILL[0].id) == MILL[1] and library.record(MILL[0].id) == MILL[0]


def test_the_languages_are_those_that_are_held_now_and_counted_once_for_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert library.languages() == {}
    put(library, BREAD)
    library.languages()["en"] = 7  # what is given is the caller's own
    counted: list[int] = []
    count = library.ledger.languages
    monkeypatch.setattr(library.ledger, "languages", lambda: (counted.append(1), count())[1])
    assert library.languages() == library.languages() == {"es": 1} and not counted
    with Library.open(library.folder, library.embedder) as other:  # as another process would
        put(other, MILL)
    assert library.languages() == library.languages() == {"en": 2, "es": 1} and len(counted) == 1
    library.remove(BREAD[0].id)
    assert library.languages() == {"en": 2}


def test_the_file_name_and_the_heading_are_found_by_words(library: Library) -> None:
    put(library, paper("Ferry rules.txt", "Dogs travel free.", section="Animals aboard"), MILL)
    assert by_words(library, "rule") == by_words(library, "anim") == {"Dogs travel free."}


def test_page_and_section_of_a_character(library: Library) -> None:
    given = paper("mill.txt", "First page.", "Second page.", section="The mill")
    put(library, given)
    assert library.page_and_section(given[0].id, given[2][1].start) == (2, ("The mill",))
    assert library.page_and_section("0" * 16, 0) == (None, ())


def test_a_replaced_document_is_found_by_its_new_text_only(library: Library) -> None:
    put(library, MILL, FERRY)
    put(library, paper("mill.txt", "The mill burned down in winter."))
    assert by_words(library, "paddl", "rye") == set()
    assert nearest(library, "larch paddles wheel") != "Its wheel has larch paddles."
    assert nearest(library, "burned winter") == "The mill burned down in winter."
    assert_all_found(library)
    assert ok(library) == HEALTHY


def test_a_removed_document_leaves_nothing_anywhere(library: Library) -> None:
    put(library, MILL, FERRY)
    gone = {chunk.id for chunk in MILL[2]}
    assert library.remove(MILL[0].id) and not library.remove(MILL[0].id)
    library.follow()
    assert library.record(MILL[0].id) is None and library.document(MILL[0].id) is None
    assert not gone & (library.ledger.chunk_ids() | library.chroma.ids() | library.words.ids())
    for chunk in MILL[2]:  # past the library, which would hide it
        assert chunk.id not in {i for i, _ in library.chroma.search(BagEmbedder().embed_query(chunk.text), 9)}
    assert library.words.search({"paddl": 1.0, "rye": 1.0, "mill": 1.0}, 9) == []
    assert library.ledger.known_vectors([chunk.text for chunk in MILL[2]]) == {}
    assert ok(library) == HEALTHY


def test_the_last_document_may_go_too(library: Library) -> None:
    put(library, MILL)
    library.remove(MILL[0].id)
    library.follow()
    assert library.search_vector(BagEmbedder().embed_query("mill"), 5) == [] and by_words(library, "mill") == set()
    assert library.chroma.ids() == library.words.ids() == set() and ok(library) == HEALTHY


def test_what_the_ledger_no_longer_holds_is_never_shown_even_before_the_indexes_follow(library: Library) -> None:
    put(library, MILL, FERRY)
    library.remove(MILL[0].id)
    found = [*library.search_vector(BagEmbedder().embed_query("mill rye"), 9), *library.search_words({"rye": 1.0}, 9)]
    assert {chunk.document_id for chunk in library.chunks([i for i, _ in found]).values()} <= {FERRY[0].id}


def test_a_file_stored_without_text_has_a_record_and_no_chunks(library: Library) -> None:
    put(library, MILL, FERRY)
    library.store_without_text(replace(MILL[0], outcome=Outcome.ENCRYPTED, reason="it wants a password", chunks=0))
    library.follow()
    assert library.records()[1].outcome is Outcome.ENCRYPTED
    assert by_words(library, "rye") == set() and ok(library) == HEALTHY


def test_updated_metadata_keeps_the_chunks_and_changes_no_index(library: Library) -> None:
    put(library, MILL)
    marks = library.chroma.state.read(), library.words.state.read()
    library.update_metadata(replace(MILL[0], stamp=FileStamp(1, 2, "3")))
    library.follow()
    assert (library.chroma.state.read(), library.words.state.read()) == marks
    assert library.records()[0].stamp == FileStamp(1, 2, "3") and by_words(library, "rye")


def test_a_text_in_two_documents_is_found_in_both_and_known_to_the_embedder(library: Library) -> None:
    copy = paper("copy/mill.txt", *(chunk.text for chunk in MILL[2]))
    put(library, MILL, copy)
    assert set(library.known_vectors([MILL[2][0].text, "never seen"])) == {MILL[2][0].text}
    for found in (
        library.search_words({"rye": 1.0}, 9),
        library.search_vector(vectors_for(MILL[2], BagEmbedder())[0], 2),
    ):
        assert {i for i, _ in found} == {MILL[2][0].id, copy[2][0].id}
    library.remove(MILL[0].id)
    library.follow()
    assert set(library.known_vectors([MILL[2][0].text])) == {MILL[2][0].text}
    assert_all_found(library)


def test_a_new_library_is_empty_and_healthy(library: Library) -> None:
    assert library.records() == [] and library.search_vector(BagEmbedder().embed_query("x"), 5) == []
    assert library.search_words({"mill": 1.0}, 5) == [] and library.frequencies(["mill"]) == (0, {})
    library.follow()
    assert all(ok(library).values())


def test_a_small_library_answers_without_chroma(folder: Path, embedder: BagEmbedder) -> None:
    with Library.open(folder, embedder.card) as library:
        file_away(library, MILL)
        assert nearest(library, "larch paddles") == "Its wheel has larch paddles."
        assert by_words(library, "rye") == {MILL[2][0].text}
        assert library.chroma.state.read().generation == 0  # two seconds of importing it were spared


def test_damage_in_an_open_word_index_is_no_crash(library: Library) -> None:
    put(library, MILL, FERRY)
    assert by_words(library, "rye")
    delete_words(library)
    library.words.close()
    assert by_words(library, "rye") == {MILL[2][0].text}


def test_chroma_that_lacks_a_chunk_is_not_asked(library: Library) -> None:
    put(library, MILL, FERRY)
    library.chroma._reopen()  # type: ignore[attr-defined]
    library.chroma._collection.delete(ids=[FERRY[2][0].id])  # type: ignore[attr-defined]
    assert nearest(library, FERRY[2][0].text) == FERRY[2][0].text  # by the exact scan


def test_chroma_is_counted_once_for_each_state_of_the_library(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []
    count = library.chroma.count
    monkeypatch.setattr(library.chroma, "count", lambda: (counted.append(1), count())[1])
    put(library, MILL)
    assert nearest(library, MILL[2][0].text) == nearest(library, MILL[2][0].text) == MILL[2][0].text
    before = len(counted)
    assert nearest(library, MILL[2][0].text) and len(counted) == before
    put(library, FERRY)
    assert nearest(library, FERRY[2][0].text) == FERRY[2][0].text and len(counted) > before


def test_a_new_ledger_does_not_inherit_old_indexes(folder: Path, embedder: BagEmbedder) -> None:
    with Library.open(folder, embedder.card, exact_up_to=0) as library:
        put(library, MILL)
    for path in folder.glob("ledger.sqlite*"):
        path.unlink()
    with Library.open(folder, embedder.card, exact_up_to=0) as library:
        put(library, FERRY)  # the same change number as before
        assert_all_found(library)
        assert by_words(library, "rye") == set() and ok(library) == HEALTHY


def test_a_ledger_from_an_older_copy_is_followed_again(folder: Path, embedder: BagEmbedder, tmp_path: Path) -> None:
    with Library.open(folder, embedder.card, exact_up_to=0) as library:
        put(library, MILL)
    shutil.copy(folder / "ledger.sqlite", tmp_path / "copy")
    with Library.open(folder, embedder.card, exact_up_to=0) as library:
        put(library, FERRY, BREAD)
    shutil.copy(tmp_path / "copy", folder / "ledger.sqlite")
    with Library.open(folder, embedder.card, exact_up_to=0) as library:
        put(library, BREAD)
        assert_all_found(library)
        assert by_words(library, "ferri") == set() and ok(library) == HEALTHY


def test_a_damaged_ledger_is_reported_and_left_alone(folder: Path, embedder: BagEmbedder) -> None:
    with Library.open(folder, embedder.card) as library:
        put(library, MILL)
    (folder / "ledger.sqlite").write_bytes(b"x" * 9_000)
    with pytest.raises(LibraryError, match="cannot be read"):
        Library.open(folder, embedder.card)


def test_another_embedder_is_refused(folder: Path, embedder: BagEmbedder) -> None:
    Library.open(folder, embedder.card).close()
    with pytest.raises(EmbedderMismatchError):
        Library.open(folder, EmbedderCard("another", 384, 256))


def test_a_place_where_no_folder_can_be_is_one_clear_sentence(tmp_path: Path, embedder: BagEmbedder) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryError, match="cannot be used") as caught:
        Library.open(tmp_path / "file" / "libraries" / "mill", embedder.card)
    assert "OAKEN_HOME" in caught.value.hint


def test_a_librarys_files_are_for_their_owner_only(library: Library) -> None:
    put(library, MILL)
    assert library.folder.stat().st_mode & 0o777 == 0o700
    for name in ("ledger.sqlite", "words.json", "vectors.json"):
        assert (library.folder / name).stat().st_mode & 0o777 == 0o600


# -- several threads, several processes


def test_threads_that_all_find_the_indexes_behind_are_all_answered(library: Library) -> None:
    put(library, BREAD)
    for turn in range(4):
        file_away(library, paper(f"{turn}.txt", f"Sundial n{turn} tells time."))
        barrier = threading.Barrier(6)

        def ask(turn: int = turn, barrier: threading.Barrier = barrier) -> str:
            barrier.wait()
            library.follow()
            assert by_words(library, f"{turn}") == {f"Sundial n{turn} tells time."}
            return nearest(library, f"sundial n{turn}")

        with ThreadPoolExecutor(6) as pool:
            answers = [future.result() for future in [pool.submit(ask) for _ in range(6)]]
        assert answers == [f"Sundial n{turn} tells time."] * 6
    assert ok(library) == HEALTHY


def test_two_open_libraries_in_one_process_see_each_others_changes(folder: Path, embedder: BagEmbedder) -> None:
    with (
        Library.open(folder, embedder.card, exact_up_to=0) as one,
        Library.open(folder, embedder.card, exact_up_to=0) as two,
    ):
        put(one, MILL)
        assert_all_found(two)
        put(two, FERRY)
        assert_all_found(one)
        one.remove(MILL[0].id)
        assert by_words(two, "rye") == set() and nearest(two, "mill rye autumn") != MILL[2][0].text
        one.repair()
        assert_all_found(two)
        assert ok(one) == ok(two) == HEALTHY


CHILD = """
import sys
from pathlib import Path
from rag.library.library import Library
from tests.doubles import BagEmbedder, file_away, paper
folder, first, count, follow = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
with Library.open(folder, BagEmbedder().card, exact_up_to=0) as library:
    for n in range(first, first + count):
        file_away(library, paper(f"{n}.txt", f"Sundial n{n} tells time.", f"Lantern n{n} gives light."))
        if follow == "each":
            library.follow()
    if follow == "end":
        library.follow()
"""


def finish(process: subprocess.Popen[str]) -> None:
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors


@pytest.mark.parametrize("follow", ["end", "never"])
def test_what_another_process_adds_is_found_without_reopening(library: Library, follow: str) -> None:
    put(library, MILL)
    assert_all_found(library)  # the indexes are open
    finish(child(CHILD, library.folder, 0, 3, follow))
    assert by_words(library, "1") == {"Sundial n1 tells time.", "Lantern n1 gives light."}
    generation = library.chroma.state.read().generation
    assert nearest(library, "lantern n2") == "Lantern n2 gives light."
    assert_all_found(library)
    if follow == "end":
        assert library.chroma.state.read().generation == generation  # Chroma served as the other process left it
    assert ok(library) == HEALTHY


def test_two_writing_processes_at_once_lose_nothing(folder: Path, embedder: BagEmbedder) -> None:
    writers = [child(CHILD, folder, 100 * n, 12, "each") for n in (1, 2)]
    for writer in writers:
        finish(writer)
    with Library.open(folder, embedder.card, exact_up_to=0) as library:
        assert len(library.records()) == 24 and library.ledger.size() == 48
        assert_all_found(library)
        assert ok(library) == HEALTHY


def test_a_rebuild_of_the_word_index_leaves_a_reader_its_view(
    folder: Path, embedder: BagEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        Library.open(folder, embedder.card, exact_up_to=0) as writer,
        Library.open(folder, embedder.card, exact_up_to=0) as reader,
    ):
        put(writer, MILL)
        seen: list[set[str]] = []
        chunks_of = writer.ledger.chunks_of

        def ask_meanwhile(document_id: str) -> object:
            with ThreadPoolExecutor(1) as pool:
                seen.append(pool.submit(by_words, reader, "rye").result())
            return chunks_of(document_id)

        monkeypatch.setattr(writer.ledger, "chunks_of", ask_meanwhile)
        writer.repair()
        assert seen == [{MILL[2][0].text}]


def test_frequencies_count_chunks(library: Library) -> None:
    put(library, MILL, FERRY, paper("more.txt", "Rye bread and rye beer."))
    assert library.frequencies(["rye", "mill", "unknown"]) == (5, {"rye": 2, "mill": 1, "unknown": 0})


def test_vectors_are_ranked_the_same_by_chroma_and_by_the_exact_scan(library: Library) -> None:
    put(library, MILL, FERRY, BREAD)
    for text in ("mill rye", "dogs and ferry", "panadería temprano"):
        vector = BagEmbedder().embed_query(text)
        scores = [
            np.array([score for _, score in index.search(vector, 5)]) for index in (library.chroma, library.exact)
        ]
        np.testing.assert_allclose(*scores, atol=1e-5)
