"""Tables with drawn lines: whole cells, names of columns, and prose in frames left as it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ingest.readers import read
from ingest.readers.pages.blocks import blocks
from ingest.readers.pages.ruled_grid import Rule, ruled_grids
from ingest.readers.pages.text_line import TextLine
from tests.ingest.readers.pages.table_pages import RULED, rows, table

NAMED = [["Boat", "Keeper", "Berth"], ["Heron", "Ana Ruiz", "North"], ["Gull", "Ivan Petrov", "South"]]


def page(columns: Sequence[float], heights: Sequence[float]) -> dict[int, Any]:
    """A grid with lines at these places, on page 1."""
    upright = [Rule(place, heights[-1], heights[0]) for place in columns]
    level = [Rule(height, columns[0], columns[-1]) for height in heights]
    return {1: ruled_grids(upright, level)}


def line(base: float, *cells: tuple[str, float], page: int = 1, size: float = 10.0) -> TextLine:
    spans = tuple((left, left + 4.0 * len(text)) for text, left in cells)
    texts = tuple(text for text, _ in cells)
    box = (spans[0][0], base, spans[-1][1], base + size)
    return TextLine(texts, spans[0][0], spans[-1][1], base, size, False, page, box=box, spans=spans)


def test_names_in_the_first_row_name_the_columns(tmp_path: Path) -> None:
    assert rows(table(tmp_path / "a.pdf", NAMED, RULED)) == [
        "Boat | Keeper | Berth",
        "Boat: Heron | Keeper: Ana Ruiz | Berth: North",
        "Boat: Gull | Keeper: Ivan Petrov | Berth: South",
    ]
    assert rows(table(tmp_path / "a.pdf", NAMED))[1] == "Heron | Ana Ruiz | North"


def test_a_line_between_narrow_cells_divides_them(tmp_path: Path) -> None:
    tight = [*RULED, ("LEFTPADDING", (0, 0), (-1, -1), 1), ("RIGHTPADDING", (0, 0), (-1, -1), 1)]
    assert rows(table(tmp_path / "a.pdf", NAMED, tight))[2] == "Boat: Gull | Keeper: Ivan Petrov | Berth: South"


def test_a_cell_over_several_rows_stands_in_each(tmp_path: Path) -> None:
    cells = [["Pier", "Boat", "Keeper"], ["North", "Heron", "Ana Ruiz"], ["", "Tern", "Olga Sand"]]
    found = rows(table(tmp_path / "a.pdf", cells, [*RULED, ("SPAN", (0, 1), (0, 2))]))
    assert found[1:] == ["Pier: North | Boat: Heron | Keeper: Ana Ruiz", "Pier: North | Boat: Tern | Keeper: Olga Sand"]


def test_rows_without_a_header_are_whole_and_bear_no_names(tmp_path: Path) -> None:
    cells = [
        ["Heron", "is let to members who\nhave passed the test."],
        ["Gull", "is let to crews of\neight with a cox."],
    ]
    assert rows(table(tmp_path / "a.pdf", cells, RULED)) == [
        "Heron | is let to members who have passed the test.",
        "Gull | is let to crews of eight with a cox.",
    ]


def test_prose_in_frames_is_no_table(tmp_path: Path) -> None:
    said = "The harbour was built in 1870 by the town,\nwhich pays for its keep to this day. It holds\nforty boats."
    document = table(tmp_path / "a.pdf", [[said, said], [said, said]], RULED)
    assert not any(" | The harbour" in text for text in rows(document))


def test_a_table_goes_on_with_its_names_on_the_next_page(tmp_path: Path) -> None:
    body = [[f"Boat {'abcdefghij'[at % 10]}", "Ana Ruiz", "North"] for at in range(90)]
    found = rows(table(tmp_path / "a.pdf", [NAMED[0], *body], RULED))
    assert len(found) == 91 and all(text.startswith("Boat: Boat ") for text in found[1:])


def test_a_remark_below_the_rows_stays_as_it_is(tmp_path: Path) -> None:
    cells = [*NAMED, ["* Berths are let by the year.\n* Keys are kept at the desk.", "", ""]]
    document = table(tmp_path / "a.pdf", cells, [*RULED, ("SPAN", (0, 3), (-1, 3))])
    assert len(rows(document)) == 3
    kinds = {document.text[each.start : each.end]: each.kind for each in document.elements}
    assert kinds["* Keys are kept at the desk."] == "list"


def test_words_beside_a_table_stay_out_of_it_with_their_place() -> None:
    grid = page((0, 100, 200), (100, 80, 60))
    told = "The harbour is open all year."
    lines = [
        line(85, ("Boat", 5), ("Price", 105), (told, 250)),
        line(65, ("Heron", 5), ("12.50", 105)),
        line(45, ("It has a crane.", 250)),
    ]
    made = list(blocks(lines, (), grid))
    assert [each.text for each in made if each.kind == "row"] == ["Boat | Price", "Heron | 12.50"]
    beside = next(each for each in made if each.text.startswith(told))
    assert beside.lines[0].box == (250, 85, 250 + 4 * len(told), 95)


def test_columns_that_a_grid_does_not_divide_are_not_joined() -> None:
    grid = page((0, 100, 300), (100, 80, 20))
    lines = [line(85, ("Set", 5), ("A", 110), ("B", 200))]
    lines += [line(65 - 15 * at, (f"N{at}", 5), (f"1{at}.5", 110), (f"2{at}.5", 200)) for at in range(3)]
    assert "N0 | 10.5 | 20.5" in "\n".join(
        each.text.replace("Set: ", "").replace("A: ", "").replace("B: ", "") for each in blocks(lines, (), grid)
    )


@pytest.mark.parametrize("turn", [0, 90, 270])
def test_a_page_that_is_turned_has_its_tables(tmp_path: Path, turn: int) -> None:
    from pypdf import PdfReader, PdfWriter

    table(tmp_path / "a.pdf", NAMED, RULED)
    writer = PdfWriter(clone_from=PdfReader(tmp_path / "a.pdf"))
    writer.pages[0].rotate(turn)
    writer.write(tmp_path / "b.pdf")
    assert rows(read(tmp_path / "b.pdf"))[2] == "Boat: Gull | Keeper: Ivan Petrov | Berth: South"
