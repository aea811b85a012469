"""Documents and folders have names; no full path is shown unless it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.citations import numbered_sources
from rag.library.library import Library
from rag.library.library_group import LibraryGroup
from rag.serialize import answer_json
from rag.types import Answer, AnswerStatus, Citation, Claim, Passage
from tests.doubles import BagEmbedder, file_away, paper
from ui.shared.folders import DocumentNames, folder_names, place_names, sample_folder
from ui.shared.formatting import place_text


def test_folders_of_ours_have_names_and_a_person_s_own_stay_as_they_are(tmp_path: Path) -> None:
    name = folder_names(tmp_path)
    assert name(str(tmp_path / "uploads")) == "Dropped here"
    assert name(str(sample_folder() / "bakery")) == "Sample/bakery"
    assert name("/home/ana/uploads") == "/home/ana/uploads"
    assert name(f"{tmp_path / 'uploads'}2") == f"{tmp_path / 'uploads'}2"


def test_a_folder_is_named_by_its_place_below_what_was_added(tmp_path: Path) -> None:
    uploads = str(tmp_path / "uploads")
    name = place_names(["/home/ana/papers", "/mnt/old/papers", "/mnt/notes", uploads], tmp_path)
    assert name("/home/ana/papers/2024/may") == "ana/papers/2024/may"
    assert name("/mnt/old/papers") == "old/papers"
    assert name("/mnt/notes/x") == "notes/x"
    assert name(uploads) == "Dropped here"
    assert name("/mnt/notes2") == "/mnt/notes2"
    assert place_names(["/"], tmp_path)("/etc") == "/etc"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    embedder = BagEmbedder()
    with Library.open(tmp_path / "library", embedder.card) as held:
        file_away(held, paper("mill/notes.md", "The mill wheel turns.", root="/home/ana/papers", section="The mill"))
        file_away(held, paper("tram.zip", "A tram.", root="/mnt/old/papers", section="inside.txt"))
        yield held


def citation(library: Library, name: str, section: tuple[str, ...] = ()) -> Citation:
    [record] = [each for each in library.records() if each.path == name]
    return Citation(record.id, record.source, 2, section, 0, 3, "The")


def test_a_place_begins_with_the_name_of_the_folder_that_was_added(library: Library) -> None:
    names = DocumentNames(library).of_records(library.records())
    assert {each.place for each in names.values()} == {"ana/papers/mill/notes.md", "old/papers/tram.zip"}
    full = DocumentNames(library, paths=True).of_records(library.records())
    assert {each.place for each in full.values()} == {"/home/ana/papers/mill/notes.md", "/mnt/old/papers/tram.zip"}
    assert "The mill" in {each.title for each in names.values()}


def test_an_answer_is_shown_by_places_below_titles_and_keeps_its_numbers(library: Library) -> None:
    quote, other = citation(library, "mill/notes.md", ("Wheels",)), citation(library, "tram.zip", ("inside.txt",))
    gone = Citation("gone", "/home/ana/secret/gone.md", None, (), 0, 3, "The")
    claim = Claim("So.", True, 0.9, (quote, gone), (other,))
    passage = Passage(quote.document_id, quote.source, "The", 0, 3, 2, (), "en", 0.9)
    answer = Answer("?", AnswerStatus.ANSWERED, 0.9, (quote, other), (claim,), (passage,), short=quote)
    shown = DocumentNames(library).answer(answer)
    assert [place_text(each.source, each.page, each.section) for each in numbered_sources(shown)] == [
        "ana/papers/mill/notes.md, page 2, The mill › Wheels",
        "old/papers/tram.zip/inside.txt, page 2",
        "gone.md",
    ]
    assert shown.passages[0].section == ("The mill",) and shown.short is not None
    assert "/home" not in repr(shown) and [each.start for each in shown.quotes] == [0, 0]


def test_json_gets_a_title_and_a_place_and_keeps_its_keys(library: Library) -> None:
    answer = Answer("?", AnswerStatus.QUOTED, 0.9, (citation(library, "mill/notes.md"),))
    before = answer_json(answer)
    row = DocumentNames(library).in_json(before)
    [quote] = row["quotes"]
    assert (quote["title"], quote["place"]) == ("The mill", "ana/papers/mill/notes.md")
    assert {key: quote[key] for key in before["quotes"][0]} == before["quotes"][0]
    assert row["sources"][0]["place"] == quote["place"] and "title" not in row


def test_of_several_libraries_each_place_begins_with_its_library(library: Library, tmp_path: Path) -> None:
    embedder = BagEmbedder()
    with Library.open(tmp_path / "work", embedder.card) as work:
        record = file_away(work, paper("tram.txt", "The tram line opened in 1911.", root="/archive"))
        names = DocumentNames(LibraryGroup([library, work]))
        held = names.of_records([record])[record.id]
        assert held.row() == {"title": "", "place": "archive/tram.txt", "library": "work"}
        found = Passage(record.id, record.source, "The tram", 0, 8, 1, (), "en", 1.0, ())
        assert names.passages([found])[0].source == "work: archive/tram.txt"
    assert "library" not in DocumentNames(library).of_records([library.records()[0]]).popitem()[1].row()
