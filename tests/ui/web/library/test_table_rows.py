"""The documents of a library as rows of its page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.messages import Message
from rag.types import FileRecord, FileStamp, Outcome, document_id
from ui.shared import i18n
from ui.web.library.table_rows import (
    CITED,
    WITHOUT_TEXT,
    DocumentFilter,
    choices,
    columns,
    folder_of,
    found,
    has_text,
    kind_of,
    reason_lines,
)


def record(
    path: str, outcome: Outcome = Outcome.INDEXED, why: str = "", language: str = "en", **more: int
) -> FileRecord:
    root, _, below = path.partition("//")
    stamp = FileStamp(more.get("size", 10), more.get("changed", 1_600_000_000) * 10**9)
    return FileRecord(
        document_id(root, below), f"{root}/{below}", root, below, stamp, outcome, why,
        language=language, chunks=3 if has_text(outcome) else 0, ingested_at="2026-01-01T23:30:00+00:00",
    )  # fmt: skip


RECORDS = [
    record("/home/ana//notes/Mill.MD"),
    record("/home/ana//notes/old/weir.txt", language="es"),
    record("/home/ana//letters/scan.pdf", Outcome.EMPTY, Message("there is no text in it"), ""),
    record("/data//plan.pdf", Outcome.DUPLICATE, Message("the same content as {file}", file="/home/plan.pdf"), "ru"),
    record("/data//noending", Outcome.UNSUPPORTED, Message("it is {what}", what=Message("a program")), ""),
]


@pytest.fixture
def speak() -> Iterator[None]:
    yield
    i18n.set_language_source(lambda: "en")


def paths(wanted: DocumentFilter) -> list[str]:
    return [each.path for each in found(RECORDS, wanted)]


def test_what_there_is_to_filter_by_is_counted() -> None:
    there = choices(RECORDS)
    assert there.outcomes == {"indexed": 2, "empty": 1, "duplicate": 1, "unsupported": 1}
    assert there.languages == {"en": 1, "es": 1, "ru": 1}
    assert there.kinds == {".pdf": 2, ".md": 1, ".txt": 1}
    assert there.folders == {
        "/data": 2, "/home/ana": 3, "/home/ana/letters": 1, "/home/ana/notes": 2, "/home/ana/notes/old": 1,
    }  # fmt: skip


def test_no_folder_is_offered_that_holds_everything_or_was_not_added() -> None:
    mine = [record("/tmp/a//x/1.md"), record("/tmp/a//x/2.md"), record("/tmp/a//x/y/3.md")]
    assert choices(mine).folders == {"/tmp/a/x/y": 1}
    assert choices([*mine, record("/tmp/b//4.md")]).folders == {
        "/tmp/a": 3, "/tmp/a/x": 3, "/tmp/a/x/y": 1, "/tmp/b": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (DocumentFilter(), 5),
        (DocumentFilter("mill"), 1),
        (DocumentFilter("PDF home"), 2),  # one of them by its reason
        (DocumentFilter("no text"), 1),
        (DocumentFilter(outcome=CITED), 3),
        (DocumentFilter(outcome=WITHOUT_TEXT), 2),
        (DocumentFilter(outcome="duplicate"), 1),
        (DocumentFilter(language="es"), 1),
        (DocumentFilter("spanish"), 1),
        (DocumentFilter(kind=".md"), 1),
        (DocumentFilter(folder="/home/ana/notes"), 2),
        (DocumentFilter(folder="/home/an"), 0),
        (DocumentFilter(folder="/"), 5),
        (DocumentFilter("weir", CITED, "es", ".txt", "/home/ana/notes"), 1),
        (DocumentFilter("weir", WITHOUT_TEXT), 0),
    ],
)
def test_filters_hold_together(wanted: DocumentFilter, expected: int) -> None:
    assert len(found(RECORDS, wanted)) == expected


def test_documents_are_found_by_their_tags() -> None:
    tagged = [replace(RECORDS[0], tags=("tax", "work")), replace(RECORDS[1], tags=("=work",)), *RECORDS[2:]]
    assert choices(tagged).tags == {"=work": 1, "tax": 1, "work": 1}
    assert found(tagged, DocumentFilter(tag="work")) == tagged[:1] == found(tagged, DocumentFilter("tax"))
    assert columns(tagged[:3], str)["tags"] == ["tax, work", "'=work", ""]


def test_the_whole_reason_of_a_document_is_a_line() -> None:
    assert reason_lines(RECORDS[3:4]) == ["plan.pdf: the same content as /home/plan.pdf"]


def test_what_may_help_is_said_once_beside_the_reason(speak: None) -> None:
    locked = [record(f"/p//{name}", Outcome.ENCRYPTED, Message("it is protected by a password")) for name in "ab"]
    unknown = record("/p//c", Outcome.UNSUPPORTED, Message("it is neither text nor a type of file that Oaken reads"))
    first, second, third = reason_lines([*locked, unknown])
    assert first == "a: it is protected by a password. Save a copy without the password and add that."
    assert second == "b: it is protected by a password"
    assert third.endswith("that Oaken reads. If it holds text, save it as PDF, Word or text and add that.")
    assert columns(locked, str)["reason"] == ["it is protected by a password"] * 2
    assert columns([unknown], str, advised=True)["reason"] == [third.removeprefix("c: ")]
    i18n.set_language_source(lambda: "de")
    assert "Passwort" in reason_lines(locked[:1])[0] and "Save" not in reason_lines(locked[:1])[0]


def test_an_outcome_is_found_by_the_word_that_the_page_has_for_it() -> None:
    assert [each.path for each in found(RECORDS, DocumentFilter("vacío"), lambda outcome: "vacío")] == [
        r.path for r in RECORDS
    ]
    assert paths(DocumentFilter("empty")) == ["letters/scan.pdf"]


@given(st.sampled_from(RECORDS))
def test_each_document_is_found_by_what_it_is_said_to_have(each: FileRecord) -> None:
    there = choices([each])
    for language in [*there.languages, ""]:
        for kind in [*there.kinds, ""]:
            for folder in there.folders:
                assert each in found(RECORDS, DocumentFilter("", each.outcome.value, language, kind, folder))


def test_names_of_files_and_folders_are_distinguished() -> None:
    assert [kind_of(each) for each in RECORDS] == [".md", ".txt", ".pdf", ".pdf", ""]
    assert kind_of(record("/a//.hidden")) == ""
    assert folder_of(record("//top.txt")) == "/"
    assert folder_of(RECORDS[1]) == "/home/ana/notes/old"


def test_every_row_has_a_cell_in_every_column() -> None:
    told = columns(RECORDS, str.upper, lambda folder: folder.upper(), UTC)
    assert {len(cells) for cells in told.values()} == {5}
    assert told["document"][0] == "Mill.MD"
    assert told["outcome"][:3] == ["INDEXED", "INDEXED", "EMPTY"]
    assert told["reason"][:3] == ["", "", "there is no text in it"]
    assert told["passages"] == [3, 3, None, 3, None]
    assert told["language"][1] == "Spanish" and told["size"][0] == 1
    assert told["folder"][1] == "/HOME/ANA/NOTES/OLD"
    assert told["file"][0] == date(2020, 9, 13)
    assert told["added"][0] == date(2026, 1, 1)
    assert columns(RECORDS, str, zone=ZoneInfo("Europe/Moscow"))["added"][0] == date(2026, 1, 2)


@pytest.mark.parametrize("name", ["=WEBSERVICE(A2).txt", "+1.txt", "-1.txt", "@SUM(1).txt", "＝1.txt", "  =1.txt"])
def test_no_name_of_a_file_is_a_formula_in_a_spreadsheet(name: str) -> None:
    """The table can be downloaded as CSV."""
    assert columns([record(f"/a//{name}")], str)["document"] == [f"'{name.strip()}"]


def test_what_no_calendar_has_is_left_empty() -> None:
    last = replace(record("/a//x.txt"), ingested_at="9999-12-31T23:59:59+00:00")
    assert columns([last], str, zone=ZoneInfo("Asia/Tokyo"))["added"] == [None]
    odd = record("/a//x.txt", changed=10**15)
    assert columns([odd], str)["file"] == [None]
    assert columns([record("/a//x.txt", changed=0)], str)["file"] == [None]


@pytest.mark.usefixtures("speak")
def test_reasons_are_said_in_the_language_of_the_page() -> None:
    i18n.set_language_source(lambda: "es")
    assert "no contiene texto" in columns(RECORDS, str)["reason"][2]
    assert [each.path for each in found(RECORDS, DocumentFilter("contiene"))] == ["letters/scan.pdf"]


def test_a_file_that_once_moved_is_ready_and_says_from_where() -> None:
    moved = replace(RECORDS[0], outcome=Outcome.MOVED, reason="moved from b.txt")
    assert columns([moved], str.upper)["outcome"] == ["INDEXED"]
    assert columns([moved], str.upper)["reason"] == ["moved from b.txt"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("lease.pdf", "lease.pdf"),
        ("Minutes of the general meeting 2025.txt", "Minutes of the genera…ng 2025.txt"),
    ],
)
def test_of_a_long_name_both_ends_are_shown(name: str, shown: str) -> None:
    [cell] = columns([record(f"/a//{name}")], str, name_chars=33)["document"]
    assert cell == shown and len(cell) <= 33
