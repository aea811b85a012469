"""Several libraries, asked as if they were one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from rag.answer.assistant import Assistant
from rag.errors import LibraryNotFoundError, UsageError
from rag.factory import open_reader
from rag.library.library import Library
from rag.library.library_group import LibraryGroup
from rag.library.reader import LibraryReader
from rag.settings import Settings, names_of
from rag.types import AnswerStatus
from tests.doubles import BagEmbedder, paper, papers_folder

MILL = paper("mill.txt", "The miller's name was Tobias Wren.", "Flour is sold on Tuesdays from the side door.")
TRAM = paper("tram.txt", "The tram line opened in 1911.", "Its driver was Ada Holm.", root="/archive")
BOTH = paper("rules.txt", "Dogs may come along on a lead.")
PAPERS = {"home": (MILL, BOTH), "work": (TRAM, BOTH)}


@pytest.fixture
def libraries(tmp_path: Path) -> Iterator[list[Library]]:
    embedder = BagEmbedder()
    with ExitStack() as opened:
        yield [
            opened.enter_context(Library.open(papers_folder(tmp_path / name, embedder, *papers), embedder.card))
            for name, papers in PAPERS.items()
        ]


@pytest.fixture
def group(libraries: list[Library]) -> LibraryGroup:
    return LibraryGroup(libraries)


def test_each_question_is_answered_from_the_library_that_says_it(group: LibraryGroup) -> None:
    assistant = Assistant(group, BagEmbedder())
    for question, words in (("Who was the miller?", "Tobias Wren"), ("When did the tram line open?", "1911")):
        answer = assistant.ask(question, prose=False)
        assert answer.status is AnswerStatus.QUOTED and words in answer.quotes[0].quote


def test_one_quote_may_come_from_each(group: LibraryGroup) -> None:
    found = Assistant(group, BagEmbedder()).ask("When is flour sold, and when did the tram line open?", prose=False)
    assert {quote.source for quote in found.quotes} == {MILL[0].source, TRAM[0].source}


def test_a_document_of_both_is_held_once_and_by_the_first(group: LibraryGroup, libraries: list[Library]) -> None:
    records = group.records()
    assert [each.source for each in records] == sorted({MILL[0].source, TRAM[0].source, BOTH[0].source})
    assert group.library_of(BOTH[0].id) is libraries[0] and group.library_of(TRAM[0].id) is libraries[1]
    assert len(Assistant(group, BagEmbedder()).search("dogs on a lead", k=1)) == 1


def test_one_that_leaves_the_first_is_read_from_the_second(group: LibraryGroup, libraries: list[Library]) -> None:
    assert group.library_of(BOTH[0].id) is libraries[0]
    libraries[0].remove(BOTH[0].id)
    assert group.library_of(BOTH[0].id) is libraries[1] and group.document(BOTH[0].id) == BOTH[1]


def test_what_is_counted_is_counted_over_both(group: LibraryGroup, libraries: list[Library]) -> None:
    assert group.size() == sum(each.size() for each in libraries) == 6
    assert group.languages() == {"en": 6}
    assert group.roots() == ["/archive", "/papers"]
    chunks, often = group.frequencies(["tram", "dog", "nothing"])
    assert chunks == 6 and often == {"tram": 1, "dog": 2, "nothing": 0}
    assert {each.shape for each in group.sample().values()} == {(6, 256)}
    ids, vectors = group.document_vectors()
    assert set(ids) == {MILL[0].id, TRAM[0].id, BOTH[0].id} and vectors.shape == (3, 256)
    assert group.pending().documents == frozenset()


def test_texts_and_neighbours_come_from_the_library_of_each_document(group: LibraryGroup) -> None:
    spans = [(TRAM[0].id, 0, 8), (MILL[0].id, 0, 10), ("0" * 16, 0, 5)]
    assert group.texts_between(spans) == ["The tram", "The miller", ""]
    around = group.neighbours([TRAM[2][0], MILL[2][1]], 1)
    assert [chunk.ordinal for chunk in around[MILL[2][1].id]] == [0, 1] and TRAM[2][0].id in around
    assert set(group.openings()) == {MILL[0].id, TRAM[0].id, BOTH[0].id}


def test_different_embedders_are_refused_with_the_command_that_helps(libraries: list[Library], tmp_path: Path) -> None:
    embedder = BagEmbedder(name="another")
    with Library.open(tmp_path / "third", embedder.card) as third, pytest.raises(UsageError) as refused:
        LibraryGroup([libraries[0], third])
    assert "different embedders" in str(refused.value)
    assert refused.value.hint == "oaken reembed --library third --embedder bag-of-words"


def test_a_group_is_asked_and_not_changed(group: LibraryGroup) -> None:
    with pytest.raises(UsageError, match="can be asked, not changed"):
        _ = Assistant(group, BagEmbedder()).library
    assert isinstance(group, LibraryReader) and Assistant(group, BagEmbedder()).is_current


def test_it_is_not_current_once_one_of_them_was_embedded_again(
    group: LibraryGroup, libraries: list[Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(libraries[1]), "is_current", property(lambda each: each is libraries[0]))
    assert not group.is_current


@pytest.mark.parametrize(
    ("given", "names"),
    [("home", ["home"]), ("home,work", ["home", "work"]), (" home , work,home,", ["home", "work"]), ("", [""])],
)
def test_names_have_commas_between(given: str, names: list[str]) -> None:
    assert names_of(given) == names


@pytest.mark.real
def test_libraries_are_opened_by_their_names_and_closed_where_one_is_missing(models: Path, tmp_path: Path) -> None:
    from rag.factory import open_library
    from tests.copies import share_prepared

    settings = Settings(share_prepared(tmp_path / "home", models))
    for name in ("one", "two"):
        open_library(settings, name, create=True).close()
    with closing(open_reader(settings, "one,two")) as opened:
        assert [each.folder.name for each in opened.libraries] == ["one", "two"]
    with pytest.raises(LibraryNotFoundError, match="three"):
        open_reader(settings, "one,three")
