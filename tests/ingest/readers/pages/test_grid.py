"""Lines on a page by base line and column, and the rows they form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.pages.grid import (
    MAX_GRID_COLUMNS,
    Band,
    column_at,
    columns_of,
    columns_under,
    fits,
    line_block,
    row_block,
    visual_rows,
)
from ingest.readers.pages.text_line import TextLine
from rag.types import Link

BANDS = [(0.0, 50.0), (100.0, 150.0), (200.0, 250.0)]


def line(base: float, *cells: tuple[str, float, float], **more: object) -> TextLine:
    spans = tuple((left, right) for _, left, right in cells)
    texts = tuple(text for text, *_ in cells)
    return TextLine(texts, spans[0][0], spans[-1][1], base, 10.0, False, 1, spans=spans, **more)  # type: ignore[arg-type]


def full(base: float) -> TextLine:
    return line(base, ("Heron", 0, 50), ("4", 100, 150), ("12.50", 200, 250))


def test_columns_are_those_of_the_fullest_lines() -> None:
    lines = [full(700), full(680), line(660, ("Gull", 5, 40), ("8", 110, 120))]
    assert columns_of(lines) == BANDS


def test_lines_that_are_not_aligned_or_have_one_cell_have_no_columns() -> None:
    assert columns_of([line(700, ("prose", 0, 400))]) == []
    assert columns_of([line(700, ("a", 0, 120), ("b", 130, 200)), line(680, ("a", 0, 20), ("b", 90, 200))]) == []
    wide = line(700, *((str(at), at * 10.0, at * 10.0 + 5) for at in range(MAX_GRID_COLUMNS + 1)))
    assert columns_of([wide, wide]) == []


@pytest.mark.parametrize(
    ("left", "right", "under", "at"),
    [(0, 50, [0], 0), (40, 110, [0, 1], 0), (60, 90, [], 0), (140, 300, [1, 2], 2), (80, 99, [], 1)],
)
def test_a_cell_stands_where_most_of_it_is_or_in_the_nearest_column(
    left: float, right: float, under: list[int], at: int
) -> None:
    assert columns_under(left, right, BANDS) == under
    assert column_at(left, right, BANDS) == at


def test_a_line_fits_while_its_cells_keep_to_the_free_space_beside_their_column() -> None:
    assert fits(full(700), BANDS)
    assert fits(line(700, ("Heron and Gull", 0, 90), ("4", 100, 150)), BANDS)
    assert not fits(line(700, ("a line of prose across", 0, 180)), BANDS)
    assert not fits(full(700), [])


def test_lines_of_one_base_are_a_row_highest_first() -> None:
    lines = [line(680, ("Gull", 0, 40)), line(701, ("4", 100, 110)), line(700, ("Heron", 0, 45))]
    high, low = visual_rows(lines, BANDS)
    assert [cell.text for cell in high.cells] == ["Heron", "4"] and high.filled() == [0, 1]
    assert low.text_in(0) == "Gull" and low.text_in(1) == "" and not low.bold


@given(
    st.lists(
        st.tuples(st.floats(0, 800), st.floats(0, 240), st.floats(1, 60)).map(
            lambda each: line(each[0], ("x", each[1], each[1] + each[2]))
        ),
        max_size=12,
    )
)
def test_no_cell_is_lost_and_each_has_one_column(lines: list[TextLine]) -> None:
    rows = visual_rows(lines, BANDS)
    assert sum(len(row.cells) for row in rows) == len(lines)
    assert all(sum(map(len, row.columns)) == len(row.cells) for row in rows)
    assert [row.base for row in rows] == sorted((row.base for row in rows), reverse=True)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(1, 50)), min_size=1, max_size=6), st.floats(0, 700))
def test_every_cell_has_a_column(widths: list[tuple[float, float]], left: float) -> None:
    bands: list[Band] = []
    at = 0.0
    for gap, width in widths:
        bands.append((at + gap, at + gap + width))
        at += gap + width
    assert 0 <= column_at(left, left + 10, bands) < len(bands)


def test_a_row_names_its_labels_and_keeps_links_and_place() -> None:
    first = line(700, ("Heron boat", 0, 50), box=(0, 700, 50, 710), links=(Link(6, 10, "x:y"),))
    second = line(690, ("4 seats", 100, 150), box=(100, 690, 150, 700))
    (cells,) = visual_rows([first], BANDS)
    (more,) = visual_rows([second], BANDS)
    block = row_block([("Boat", cells.columns[0]), ("", more.columns[1])])
    assert block.kind == "row" and block.text == "Boat: Heron boat | 4 seats"
    (link,) = block.placed_links
    assert block.text[link.start : link.end] == "boat" and link.target == "x:y"
    assert block.lines[0].box == (0, 690, 150, 710) and block.lines[0].end == len(block.text)


def test_a_line_is_a_row_without_labels() -> None:
    assert line_block(full(700)).text == "Heron | 4 | 12.50"
