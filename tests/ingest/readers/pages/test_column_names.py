"""The names of a table's columns on a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.readers.pages.table_pages import RULED, WORDS, rows, table


def test_a_name_of_two_lines_is_one(tmp_path: Path) -> None:
    head = ["Boat", "Seats\n(persons)", "Price\n(EUR)"]
    assert rows(table(tmp_path / "a.pdf", [head, *WORDS["en"][1:]], RULED))[:2] == [
        "Boat | Seats (persons) | Price (EUR)",
        "Boat: Heron | Seats (persons): 4 | Price (EUR): 12.50",
    ]


def test_units_below_the_names_are_part_of_them(tmp_path: Path) -> None:
    cells = [["Boat", "Length", "Mass"], ["", "m", "kg"], ["Heron", "7.5", "120"], ["Gull", "17.2", "96"]]
    assert rows(table(tmp_path / "a.pdf", cells)) == [
        "Boat | Length m | Mass kg",
        "Boat: Heron | Length m: 7.5 | Mass kg: 120",
        "Boat: Gull | Length m: 17.2 | Mass kg: 96",
    ]


@pytest.mark.parametrize("align", ["LEFT", "CENTER"])
def test_a_name_over_several_columns_stands_in_each(tmp_path: Path, align: str) -> None:
    cells = [
        ["Region", "2023", "", "2024", ""],
        ["", "Revenue", "Profit", "Revenue", "Profit"],
        ["North", "120", "14", "131", "17"],
        ["South", "88", "9", "95", "11"],
    ]
    spans = [
        ("SPAN", (1, 0), (2, 0)),
        ("SPAN", (3, 0), (4, 0)),
        ("SPAN", (0, 0), (0, 1)),
        ("ALIGN", (1, 0), (-1, 0), align),
    ]
    found = rows(table(tmp_path / "a.pdf", cells, [*RULED, *spans]))
    assert found[-1] == "Region: South | 2023 / Revenue: 88 | 2023 / Profit: 9 | 2024 / Revenue: 95 | 2024 / Profit: 11"
    assert found[:2] == ["Region | 2023 | 2024", "Region | Revenue | Profit | Revenue | Profit"]


def test_a_bold_line_names_columns_of_words(tmp_path: Path) -> None:
    cells = [["Day", "Place"], ["Monday", "North pier"], ["Friday", "Old mill"]]
    bold = [("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold")]
    assert rows(table(tmp_path / "a.pdf", cells, bold))[1:] == [
        "Day: Monday | Place: North pier",
        "Day: Friday | Place: Old mill",
    ]
    assert rows(table(tmp_path / "a.pdf", cells))[1:] == ["Monday | North pier", "Friday | Old mill"]
