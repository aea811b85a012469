"""Workbooks."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from ingest.readers import read
from tests.ingest.made import WORDS
from tests.ingest.readers.reading import told


def test_workbook_values_read_as_they_are_shown(tmp_path: Path) -> None:
    import openpyxl
    from openpyxl.comments import Comment

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Fees"
    sheet.append(["Prices of the ferry company"])
    sheet.append([])
    sheet.append(["Who", "Since", "Crowns", "Share", "At", "Open"])
    day, moment = datetime.date(2024, 3, 1), datetime.datetime(2024, 3, 1, 9, 30)
    sheet.append(["Adults", day, 4.5, 0.125, moment, True])
    sheet.append(["Children", day, 1234567, 1 / 3, datetime.time(9, 5), False])
    for row in (4, 5):
        sheet.cell(row, 3).number_format = "0.00"
        sheet.cell(row, 4).number_format = "0.0%"
    sheet["A4"].hyperlink = "https://ferry.example/adults"
    sheet["C5"].comment = Comment("Children pay in coppers.", "Anna")
    book.create_sheet("Empty")
    book.save(str(tmp_path / "a.xlsx"))
    document = read(tmp_path / "a.xlsx")
    assert [text for _, text in told(document)] == [
        "Fees",
        "Prices of the ferry company",
        "Who | Since | Crowns | Share | At | Open",
        "Who: Adults | Since: 2024-03-01 | Crowns: 4.50 | Share: 12.5% | At: 2024-03-01 09:30 | Open: TRUE",
        "Who: Children | Since: 2024-03-01 | Crowns: 1234567.00 | Share: 33.3% | At: 09:05:00 | Open: FALSE",
        "C5: Children pay in coppers.",
        "Empty",
    ]
    assert document.pages == 2
    assert [(document.text[each.start : each.end], each.target) for each in document.links] == [
        ("Adults", "https://ferry.example/adults")
    ]


def test_a_header_of_two_rows_and_cells_over_several(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["In crowns", "2022", None, "2023", None],
        [None, "Sales", "Profit", "Sales", "Profit"],
        [],
        ["East", 10, 2, 12, 3],
        [None, 11, 1, 9, 2],
    ):
        sheet.append(row)
    sheet.merge_cells("B1:C1")
    sheet.merge_cells("D1:E1")
    sheet.merge_cells("A4:A5")
    book.save(str(tmp_path / "a.xlsx"))
    assert [text for _, text in told(read(tmp_path / "a.xlsx"))][3:] == [
        "In crowns: East | 2022 / Sales: 10 | 2022 / Profit: 2 | 2023 / Sales: 12 | 2023 / Profit: 3",
        "In crowns: East | 2022 / Sales: 11 | 2022 / Profit: 1 | 2023 / Sales: 9 | 2023 / Profit: 2",
    ]


def test_a_workbook_read_as_a_stream_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest.readers.office import xlsx
    from tests.ingest.made import write_xlsx

    write_xlsx(tmp_path / "a.xlsx", WORDS["ru"])
    whole = read(tmp_path / "a.xlsx")
    monkeypatch.setattr(xlsx, "MAX_WHOLE_SHEET_BYTES", 0)
    assert told(read(tmp_path / "a.xlsx")) == told(whole)
