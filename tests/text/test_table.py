"""Rows as the ingest keeps them become the table they were, each cell in its column."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.shared.tables import table_blocks
from rag.text.table import TextTable, table


def cells(rows: list[str], found: TextTable) -> list[list[str]]:
    return [
        [row[each.start : each.end] if each else "" for each in line]
        for row, line in zip(rows, found.rows, strict=True)
    ]


def test_labels_go_back_to_the_top() -> None:
    rows = ["Type | Metres | Crowns", "Type: Shade | Metres: 3 | Crowns: 7", "Type: Arcade | Crowns: 5"]
    found = table(rows)
    assert found.columns == ("Type", "Metres", "Crowns")
    assert found.header == (0,)
    assert cells(rows, found)[1:] == [["Shade", "3", "7"], ["Arcade", "", "5"]]


def test_a_header_of_two_rows_and_a_title_above() -> None:
    lines = [["Sales by town"], ["", "2022", "", "2023", ""], ["Town", "Sales", "Profit", "Sales", "Profit"]]
    lines += [["Aldergrove", "10", "1", "12", "2"], ["Valdeoro", "20", "3", "18", "1"]]
    rows = [block.text for block in table_blocks(lines)]
    found = table(rows)
    assert cells(rows, found)[-1] == ["Valdeoro", "20", "3", "18", "1"]
    assert [column.split(" / ")[-1] for column in found.columns] == ["Town", "Sales", "Profit", "Sales", "Profit"]
    assert cells(rows, found)[0] == ["Sales by town"]  # over all columns


def test_records_without_a_header_share_their_labels() -> None:
    rows = ["who: adult | price: 4", "who: child | price: 1", "who: cow"]
    found = table(rows)
    assert found.columns == ("who", "price") and found.header == ()
    assert cells(rows, found) == [["adult", "4"], ["child", "1"], ["cow", ""]]


def test_rows_without_labels_are_their_cells() -> None:
    rows = ["a | b", "c |  | d", "a remark: it goes over all"]
    found = table(rows)
    assert found.columns == ()
    assert cells(rows, found) == [["a", "b"], ["c", "", "d"], ["a remark: it goes over all"]]


words = st.text("abcdefgh", min_size=1, max_size=6)


@given(st.data())
def test_every_cell_stands_under_its_label(data: st.DataObject) -> None:
    columns = data.draw(st.lists(words.map(str.title), min_size=3, max_size=6, unique=True))
    values = st.one_of(st.just(""), words, st.integers(0, 9999).map(str))
    lines = data.draw(st.lists(st.lists(values, min_size=len(columns), max_size=len(columns)), min_size=2, max_size=8))
    lines = [[f"row {at}", *line[1:]] for at, line in enumerate(lines)]
    used = [at for at in range(len(columns)) if any(line[at] for line in lines)]
    rows = [block.text for block in table_blocks([columns, *lines], 1)]
    found = table(rows)
    for line, row in zip(lines, cells(rows, found)[1:], strict=True):
        for at in used:
            if sum(map(bool, line)) > 1 and line[at]:
                assert line[at] in row
                if columns[at] in found.columns:
                    assert row[found.columns.index(columns[at])] == line[at]


def test_a_row_cut_out_of_its_table_keeps_its_labels_above() -> None:
    """Quoted alone, no other row tells what in it is a label; its first cell had none where it names the row."""
    rows = ["Crank bolt | Torque: 42 Nm | Thread lock: no"]
    found = table(rows)
    assert found.columns == ("", "Torque", "Thread lock") and cells(rows, found) == [["Crank bolt", "42 Nm", "no"]]
    rows.append("Seat post | Torque: 9 Nm | Thread lock: no")
    assert table(rows).columns == found.columns and cells(rows, table(rows))[1] == ["Seat post", "9 Nm", "no"]
    rows = ["Day: Monday | Opens: 9:00"]
    assert table(rows).columns == ("Day", "Opens") and cells(rows, table(rows)) == [["Monday", "9:00"]]
    assert table(["Tea | hot: 3 | cold"]).columns == () == table(["a remark: it stands alone"]).columns
