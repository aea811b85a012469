"""Grids of lines: their cells, those over several rows or columns, and what is no table."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.pages.ruled_grid import Area, Rule, ruled_grids

LEVEL = [Rule(height, 0, 90) for height in (0, 20, 40)]
UPRIGHT = [Rule(place, 0, 40) for place in (0, 30, 60, 90)]


def test_a_point_stands_in_the_cell_around_it() -> None:
    (grid,) = ruled_grids(UPRIGHT, LEVEL)
    assert grid.area_at(15, 30) == Area(0, 0, 0, 0)
    assert grid.area_at(75, 10) == Area(1, 1, 2, 2)
    assert grid.area_at(95, 10) is None and grid.area_at(15, 41) is None
    assert sorted(grid.borders_at(10)) == [0, 30, 60, 90] and grid.borders_at(60) == []


def test_a_cell_reaches_to_the_next_line_that_is_drawn() -> None:
    upright = [Rule(0, 0, 40), Rule(30, 0, 40), Rule(60, 0, 20), Rule(90, 0, 40)]
    level = [Rule(0, 0, 90), Rule(20, 30, 90), Rule(40, 0, 90)]
    (grid,) = ruled_grids(upright, level)
    assert grid.area_at(15, 30) == grid.area_at(15, 10) == Area(0, 1, 0, 0)
    assert grid.area_at(45, 30) == grid.area_at(75, 30) == Area(0, 0, 1, 2)


def test_a_table_open_at_its_sides_reaches_as_far_as_its_lines() -> None:
    (grid,) = ruled_grids([Rule(30, 0, 40), Rule(60, 0, 40)], LEVEL)
    assert grid.across == [0, 30, 60, 90]


def test_lines_in_pieces_are_one_and_apart_they_are_two() -> None:
    pieces = [Rule(place + off, start, start + 20) for place in (0, 30, 60, 90) for start, off in ((0, 0), (20, 1))]
    (grid,) = ruled_grids(pieces, LEVEL)
    assert grid.across == [0, 30, 60, 90]
    beside = [Rule(rule.at + 200, rule.start, rule.end) for rule in UPRIGHT]
    far = [Rule(rule.at, rule.start + 200, rule.end + 200) for rule in LEVEL]
    assert len(ruled_grids([*UPRIGHT, *beside], [*LEVEL, *far])) == 2


def test_frames_and_underlines_are_no_tables() -> None:
    assert ruled_grids([Rule(0, 0, 40), Rule(90, 0, 40)], [Rule(0, 0, 90), Rule(40, 0, 90)]) == []
    assert ruled_grids([], LEVEL) == []


_RULES = st.lists(st.builds(Rule, st.integers(0, 9), st.integers(0, 4), st.integers(5, 9)), max_size=5)


@given(_RULES, _RULES, st.integers(0, 90), st.integers(0, 90))
def test_a_cell_holds_the_point_that_found_it(upright: list[Rule], level: list[Rule], along: int, height: int) -> None:
    wider = [Rule(10 * rule.at, 10 * rule.start, 10 * rule.end) for rule in upright]
    lower = [Rule(10 * rule.at, 10 * rule.start, 10 * rule.end) for rule in level]
    for grid in ruled_grids(wider, lower):
        if area := grid.area_at(along, height):
            assert grid.across[area.left] <= along <= grid.across[area.right + 1]
            down = grid.down[::-1]
            assert down[area.bottom + 1] <= height <= down[area.top]
