"""Documents are forgotten; a person's own files stay, copies that dropping made go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.library.library import Library
from rag.types import FileRecord
from tests.doubles import BagEmbedder, file_away, paper
from ui.shared.deletion import UPLOADS_FOLDER, forget, match_one, match_selected, sample_records
from ui.shared.folders import sample_folder


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Three documents: two of a person's own folder, and one that was dropped."""
    with Library.open(tmp_path / "library", BagEmbedder().card) as library:
        for folder, name in (
            (tmp_path, "mill.txt"),
            (tmp_path, "weir.txt"),
            (library.folder / UPLOADS_FOLDER, "bell.txt"),
        ):
            folder.mkdir(exist_ok=True)
            (folder / name).write_text("It stands there.")
            record, document, chunks = paper(name, f"The {name} stands there.")
            file_away(library, (replace(record, root=str(folder), path=name), document, chunks))
        library.follow()
        yield library  # type: ignore[misc]


def test_only_copies_are_deleted(library: Library, tmp_path: Path) -> None:
    told: list[str] = []
    copies, note = forget(library, library.records(), on_removed=lambda record: told.append(record.path))
    assert (copies, note, library.records()) == (1, "", [])
    assert sorted(told) == ["bell.txt", "mill.txt", "weir.txt"]
    assert (tmp_path / "mill.txt").exists() and (tmp_path / "weir.txt").exists()
    assert not (library.folder / UPLOADS_FOLDER / "bell.txt").exists()


def test_the_text_is_in_no_file_of_the_ledger_while_it_is_open(library: Library) -> None:
    def held() -> bool:
        return any(b"mill.txt stands" in path.read_bytes() for path in library.folder.glob("ledger.sqlite*"))

    assert held()
    forget(library, [each for each in library.records() if each.path == "mill.txt"])
    assert not held() and len(library.records()) == 2


def test_it_stops_between_two_documents_when_asked(library: Library) -> None:
    told: list[str] = []
    forget(library, library.records(), on_removed=lambda record: told.append(record.path), stop=lambda: len(told) == 1)
    assert len(told) == 1
    assert {record.path for record in library.records()} == {"bell.txt", "mill.txt", "weir.txt"} - set(told)


def _record(root: str, path: str, source: str = "") -> FileRecord:
    return replace(paper(path, "It stands there.")[0], id=f"id {root}/{path}", root=root, path=path, source=source)


DOCS = "/far/docs"
HELD = [
    _record(DOCS, "letters/warranty.txt", "../docs/letters/warranty.txt"),
    _record(DOCS, "letters/offer.txt", "../docs/letters/offer.txt"),
    _record(DOCS, "old/offer.txt", "../docs/old/offer.txt"),
    _record("/far/mail", "inbox/Größe.eml", "mail/inbox/Größe.eml"),
    _record("/far/mail", "old/bill.pdf", "mail/old/bill.pdf"),
]


@pytest.mark.parametrize(
    "name",
    [
        "../docs/letters/warranty.txt",
        "/far/docs/letters/warranty.txt",
        "docs/letters/warranty.txt",
        "letters/warranty.txt",
        "./letters/warranty.txt",
        "warranty.txt",
        "id /far/docs/letters/warranty.txt",
    ],
)
def test_a_document_goes_by_every_name_that_is_printed(name: str) -> None:
    assert match_one(name, HELD, "default") == HELD[0]


def test_a_name_composed_in_another_way_is_the_same() -> None:
    assert match_one("inbox/Gro\u0308\u00dfe.eml", HELD, "default") == HELD[3]


@pytest.mark.parametrize("folder", ["letters", "letters/", "docs/letters", "/far/docs/letters"])
def test_a_folder_is_all_that_is_in_it(folder: str) -> None:
    assert match_selected([folder], HELD, "default") == HELD[:2]


@pytest.mark.parametrize(("name", "meant"), [("offer.txt", HELD[1:3]), ("old", [HELD[2], HELD[4]])])
def test_a_name_of_several_names_their_places_each_of_which_is_one(name: str, meant: list[FileRecord]) -> None:
    with pytest.raises(UsageError) as refused:
        match_selected([name], HELD, "default")
    assert "2 documents" in refused.value.message and "/far" not in refused.value.hint
    _, *places = refused.value.hint.splitlines()
    assert [match_one(place, HELD, "default") for place in places] == meant


def test_folders_of_one_name_are_told_apart_in_it() -> None:
    alike = [_record("/far/a/docs", "offer.txt"), _record("/far/b/docs", "offer.txt")]
    with pytest.raises(UsageError) as refused:
        match_one("offer.txt", alike, "default")
    _, *places = refused.value.hint.splitlines()
    assert places == ["a/docs/offer.txt", "b/docs/offer.txt"]
    assert [match_one(place, alike, "default") for place in places] == alike


@pytest.mark.parametrize("name", ["", " ", ".", "..", "../docs", "txt", "warranty", "nowhere/warranty.txt"])
def test_nothing_is_meant_by_accident(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # nothing of it was ingested
    with pytest.raises(UsageError, match="is in the library"):
        match_selected([name], HELD, "default")


def test_one_document_is_not_a_folder_of_several() -> None:
    with pytest.raises(UsageError, match="2 documents"):
        match_one("letters", HELD, "default")


def test_the_sample_is_known_among_other_documents() -> None:
    sample = str(sample_folder().resolve())
    records = [paper("bakery/rye.md", "rye", root=sample)[0], paper("mill.txt", "rye")[0]]
    assert [each.path for each in sample_records(records)] == ["bakery/rye.md"]
