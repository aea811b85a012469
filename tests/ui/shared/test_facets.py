"""What documents are grouped by: folders told apart by the least that does, languages and kinds by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.types import FileRecord, FileStamp, Outcome, document_id
from ui.shared import facets, i18n

LIBRARY = Path("/home/ann/.oaken/libraries/default")


def record(path: str, root: str = "/home/ann/papers", language: str = "en") -> FileRecord:
    return FileRecord(
        document_id(root, path), f"{root}/{path}", root, path, FileStamp(10, 10**18), Outcome.INDEXED,
        language=language, chunks=1,
    )  # fmt: skip


def grouped(*records: FileRecord) -> list[str]:
    found = facets.folders(records, LIBRARY)
    return [found[each.id] for each in records]


def test_of_one_root_the_first_folder_below_what_all_share_tells() -> None:
    assert grouped(record("a/x/1.txt"), record("a/x/2.txt"), record("a/y/3.txt"), record("a/4.txt")) == [
        "x", "x", "y", "papers",
    ]  # fmt: skip
    assert grouped(record("a/b/1.txt"), record("a/b/2.txt")) == ["papers", "papers"]
    assert grouped(record("1.txt")) == ["papers"]


def test_several_roots_are_named_and_two_of_one_name_distinguished() -> None:
    mine = (record("a/1.txt"), record("b/2.txt"), record("1.txt", "/mnt/disk/papers"), record("3.txt", "/mnt/old"))
    assert grouped(*mine) == ["ann/papers/a", "ann/papers/b", "disk/papers", "old"]
    assert grouped(record("1.txt", "/"), record("2.txt", "/mnt")) == ["/", "mnt"]


def test_what_was_dropped_is_called_so() -> None:
    uploads = str((LIBRARY / "uploads").resolve())
    assert grouped(record("1.txt", uploads), record("2.txt")) == ["Dropped here", "papers"]


def test_no_record_means_no_folder() -> None:
    assert facets.folders([], LIBRARY) == {}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.PDF", "PDF"), ("a.docx", "Word"), ("a.py", "Source code"), ("a.xyz", "XYZ"),
        ("README", "No extension"), ("a.ods", "Tables"), ("letter.eml", "Mail"),
    ],
)  # fmt: skip
def test_a_file_is_of_a_kind(path: str, kind: str) -> None:
    assert facets.kind(record(path)) == kind


def test_languages_have_names() -> None:
    named = [facets.language(record("a", language=each)) for each in ("es", "xx", "")]
    assert named == ["Spanish", "xx", "Language unknown"]


@pytest.mark.parametrize(("code", "alone", "within"), [("es", "Ruso", "ruso"), ("de", "Russisch", "Russisch")])
def test_a_language_within_a_sentence_is_written_as_the_pages_language_does(code: str, alone: str, within: str) -> None:
    i18n.set_language_source(lambda: code)
    names = facets.language_name("ru"), facets.language_name("ru", in_sentence=True)
    i18n.set_language_source(lambda: "en")
    assert names == (alone, within)


def test_the_year_of_a_file_is_shown_where_there_is_one() -> None:
    assert facets.year(record("a")) == "2001"
    for moment in (0, -5, 10**30):
        assert facets.year(replace(record("a"), stamp=FileStamp(1, moment))) == ""
