"""Tables: their header, and the rows that name it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.tables import table_blocks
from tests.linear_time import excess


def rows(lines: list[list[str]], header: int | None = None) -> list[str]:
    return [block.text for block in table_blocks(lines, header)]


def test_a_header_is_what_the_format_calls_one() -> None:
    lines = [["1", "2"], ["3", "4"]]
    assert rows(lines, 1) == ["1 | 2", "1: 3 | 2: 4"]
    assert rows(lines, 0) == ["1 | 2", "3 | 4"] == rows(lines)


@pytest.mark.parametrize(
    "lines",
    [
        [["Name", "Anna Orlova"], ["Town", "Tresvado"], ["Trade", "miller"]],  # each line is a pair
        [["12", "13", "14"], ["15", "16", "17"]],
        [["2021", "2022", "2023"], ["15", "16", "17"]],
        [["A", "A", "B"], ["c", "d", "e"]],
        [["It stands by the river.", "It is old.", "x"], ["c", "d", "e"]],
        [["Day", "Opens", "Closes"]],
        [["a" * 90, "b", "c"], ["d", "e", "f"]],
    ],
)
def test_other_first_rows_are_no_header(lines: list[list[str]]) -> None:
    assert rows(lines) == [" | ".join(line) for line in lines]


def test_a_first_row_that_reads_like_a_header_is_one() -> None:
    assert rows([["Prices", "", ""], ["Who", "Crowns", "Since"], ["Adults", "4", "2021"]]) == [
        "Prices",
        "Who | Crowns | Since",
        "Who: Adults | Crowns: 4 | Since: 2021",
    ]
    assert rows([["", "2022", "2023"], ["Dogs", "4", "5"]])[1] == "Dogs | 2022: 4 | 2023: 5"
    assert rows([["Pier", "Boats"], ["East", "4"], ["West", "5"]])[2] == "Pier: West | Boats: 5"
    assert rows([["Año", "Total", "Nota"], ["1957", "", "riada"]])[1] == "Año: 1957 | Nota: riada"
    assert rows([["Form", "File No.", "Filed"], ["8-K", "17", "May"]])[1] == "Form: 8-K | File No.: 17 | Filed: May"
    assert rows([["It rains.", "It snows.", "It is dry."], ["a", "b", "c"]])[1] == "a | b | c"


@pytest.mark.parametrize(
    "head",
    [
        ["t", "x1", "x2", "V12", "S100A16", "q3.b"],
        ["t", *(f"col{number}" for number in range(1, 200))],
        ["Pier", "2020-01-22", "2020-01-23", "2020-02-01"],
        ["Pier", "1/22/20", "1/23/20", "1/24/20"],
        ["Pier", "score", "note", "score", "note"],
        ["Pier", "boats", "", "crews", ""],
        ["t", "0", "5", "10", "15", "20"],
        ["nm", "400.5", "401", "401.5", "402", "402.5"],
    ],
)
def test_codes_dates_and_steps_over_figures_are_names(head: list[str]) -> None:
    lines = [
        [f"row {at}", *(f"{at * at + 7 * column % 5},{column}" for column in range(1, len(head)))] for at in (1, 2, 3)
    ]
    found = rows([["Measured at Lugo"], head, *lines])
    assert found[1] == " | ".join(head).rstrip(" |")
    text = " | ".join(found)
    for name, cell in zip(head, lines[-1], strict=True):
        assert (f"{name}: {cell}" if name else f" {cell}") in text


@pytest.mark.parametrize(
    "lines",
    [
        [["A1", "B2", "C3"], ["A2", "B5", "C1"], ["A3", "B4", "C9"]],
        [["Anna", "n/a", "n/a"], ["Berta", "3", "4"], ["Carla", "5", "6"]],
        [["Anna", "3", "4"], ["Berta", "x1", "x2"], ["Carla", "5", "6"], ["Dora", "7", "8"]],
        [["a", "1", "2", "3", "4", "5"], ["b", "2", "3", "4", "5", "6"], ["c", "3", "4", "5", "6", "7"]],
        [["Rent", "22.01.2020", "23.01.2020"], ["Boat", "24.01.2020", "25.01.2020"], ["Net", "7.01.2020", "9.01.2020"]],
    ],
)
def test_codes_and_numbers_over_others_are_no_names(lines: list[list[str]]) -> None:
    assert rows(lines) == [" | ".join(line) for line in lines]


def test_abbreviations_are_names_of_columns() -> None:
    lines = [["Art.-Nr.", "Кол.", "Cant. máx.", "Dto."], ["7", "2", "5", "10%"], ["8", "3", "6", "5%"]]
    rows = [block.text for block in table_blocks(lines)]
    assert rows[1] == "Art.-Nr.: 7 | Кол.: 2 | Cant. máx.: 5 | Dto.: 10%"


def test_what_a_bank_writes_above_its_table_is_no_part_of_it() -> None:
    above = [["Account", "DE02"], [""], ["Holder:", "Ada Marr"], [""], ["Balance on 5 March:", "1.234,56"], [""]]
    lines = [*above, ["Day", "To", "For", "Amount"], ["04.03.24", "Shop", "Bread", "-2"], ["05.03.24", "Ann", "", "-3"]]
    rows = [block.text for block in table_blocks(lines, certain=True) if block.text]
    assert rows[:3] == ["Account | DE02", "Holder: | Ada Marr", "Balance on 5 March: | 1.234,56"]
    assert rows[4:] == ["Day: 04.03.24 | To: Shop | For: Bread | Amount: -2", "Day: 05.03.24 | To: Ann | Amount: -3"]


@pytest.mark.parametrize("columns", [12, 32, 100])
def test_a_row_of_many_labels_is_several_that_begin_alike(columns: int) -> None:
    header = ["Boat", *(f"column number {number} of this very wide table" for number in range(columns))]
    first, *parts = rows([header, ["Skiff", *(f"x{number}" for number in range(columns))]])
    assert first == " | ".join(header)
    assert len(parts) == columns // 15 + 1 and all(part.startswith("Boat: Skiff | column") for part in parts)
    cells = [cell for part in parts for cell in part.split(" | ")[1:]]
    assert cells == [f"{label}: x{number}" for number, label in enumerate(header[1:])]


def test_labels_that_are_sentences_are_left_out() -> None:
    header = ["Boat", "What do you think of it? " * 8]
    assert rows([header, ["Skiff", "1"], ["Punt", "2"]], 1)[1:] == ["Skiff | 1", "Punt | 2"]


@pytest.mark.parametrize(("columns", "labelled"), [(40, True), (6, False)])
def test_one_code_among_many_names_is_a_name_too(columns: int, labelled: bool) -> None:
    header = ["Gene", "6Prot S100A16", *(f"Name {'abcdefgh'[at % 8]}{'xyzuv'[at // 8]}" for at in range(columns - 2))]
    found = rows([header, *([f"G{at}", *map(str, range(columns - 1))] for at in range(3))])
    assert found[1].startswith("Gene: G0 | 6Prot S100A16: 0 | Name ax: 1" if labelled else "G0 | 0 | 1")


def test_the_time_of_wide_rows_grows_with_them() -> None:
    def pieces(text: str) -> int:
        cells = text.split()
        return len(list(table_blocks([cells, cells], 1)))

    assert excess(pieces, "", "label ", (5_000, 20_000)) == ""


_CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(deadline=None)  # the first one loads libraries
@given(st.lists(st.lists(_CELLS, max_size=5), max_size=8), st.sampled_from([None, 0, 1, 2]))
def test_every_cell_stands_in_its_row(lines: list[list[str]], header: int | None) -> None:
    blocks = list(table_blocks(lines, header))
    assert len(blocks) == len(lines)
    for line, block in zip(lines, blocks, strict=True):
        one = build([ReaderBlock("text", " ".join(line))], "x").text.replace("\n", " ")
        assert all(word in block.text for word in one.split() if word.strip("|"))
    build(blocks, "x")


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ([["Item", "Size", "", "Price"], ["Item", "Width", "Height", "Price"]], "Size / Height: 30 | Price: 7"),
        (
            [["Item", "Size", "", "Price"], ["", "Width", "Height", ""]],
            "Size / Width: 12 | Size / Height: 30 | Price: 7",
        ),
        (
            [["Item", "Width", "Height", "Price"], ["", "(cm)", "(cm)", "(€)"]],
            "Width (cm): 12 | Height (cm): 30 | Price (€): 7",
        ),
        ([["Item", "Width", "Area", "Price"], ["", "cm", "m2", "€"]], "Width (cm): 12 | Area (m2): 30 | Price (€): 7"),
        (
            [["Item", "Load", "Speed", "Price"], ["-", "kPa", "m/s", "%"]],
            "Load (kPa): 12 | Speed (m/s): 30 | Price (%): 7",
        ),
    ],
)
def test_a_second_line_of_a_header(head: list[list[str]], row: str) -> None:
    assert rows([*head, ["Jar", "12", "30", "7"], ["Bowl", "20", "8", "9"]])[2].endswith(row)


@pytest.mark.parametrize(
    "table",
    [
        [["Name", "Town", "Age"], ["Ann", "Oslo", "x"], ["Otto", "12", "3"], ["Eve", "20", "4"]],
        [["Item", "Jan", "Feb"], ["", "no", "yes"], ["Jar", "1", "2"]],
        [["Item", "Unit", "Note"], ["Jar", "kg", "cm"], ["Jug", "m", "g"]],
    ],
)
def test_a_first_row_of_data_is_no_second_line(table: list[list[str]]) -> None:
    assert not any("/" in row or "(" in row for row in rows(table))


@pytest.mark.parametrize(
    "form",
    [
        [["Ref.", "P-118"], ["Client", "Potter & Sons"], ["Payable", "2023-06-30"], ["Sum", "412.80"]],
        [["Client", "Potter & Sons"], ["Payable", "2023-06-30"], ["Sum", "412.80"], ["Tax", "21.00"]],
        [["Номер", "Л-14"], ["Заказчик", "Лугин"], ["Срок", "2024-05-09"]],
    ],
)
@pytest.mark.parametrize("certain", [True, False])
def test_the_fields_of_a_form_are_no_columns(form: list[list[str]], certain: bool) -> None:
    assert [block.text for block in table_blocks(form, certain=certain)] == [" | ".join(row) for row in form]


def test_two_columns_of_one_kind_have_a_header() -> None:
    prices = [["Boat", "Price"], ["Skiff", "40"], ["Punt", "55"], ["Raft", "12"]]
    assert [block.text for block in table_blocks(prices)][1] == "Boat: Skiff | Price: 40"
    people = [["Name", "Town"], ["Ada", "Lugo"], ["Bo", "Vigo"], ["Carl", "Lugo"]]
    assert [block.text for block in table_blocks(people, certain=True)][1] == "Name: Ada | Town: Lugo"
