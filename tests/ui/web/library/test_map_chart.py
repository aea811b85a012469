"""The library's map as data: every document once, few groups told apart by colour and by shape, names that do not
cover each other."""

from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.doubles import paper
from ui.web.library import map_chart
from ui.web.library.map_chart import OTHER, STYLES, WIDTHS, data, drawing, groups, labels

PAPER, DARK = "#fcfbf8", "#151815"  # the page's backgrounds


def light(color: str) -> float:
    """WCAG's relative luminance."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    parts = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


@pytest.mark.parametrize("style", [*STYLES, OTHER], ids=lambda style: style[1])
def test_each_colour_stands_out_on_paper_and_on_dark(style: tuple[str, str, str]) -> None:
    for ground in (PAPER, DARK):
        dim, bright = sorted((light(style[0]), light(ground)))
        assert (bright + 0.05) / (dim + 0.05) >= 3


def test_groups_differ_in_shape_too() -> None:
    assert len({style[1] for style in STYLES}) == len({style[0] for style in STYLES}) == len(STYLES)


@given(st.dictionaries(st.text(min_size=1), st.sampled_from("abcdefghijklmnop"), max_size=60))
def test_every_document_is_in_one_of_few_groups(of: dict[str, str]) -> None:
    drawn = groups(of, "Other")
    assert sum(group.count for group in drawn) == len(of)
    assert len(drawn) <= len(STYLES)
    named = [group.count for group in drawn if group.name != "Other"]
    assert named == sorted(named, reverse=True)
    assert len({group.name for group in drawn}) == len(drawn)


def test_the_rest_is_taken_together() -> None:
    drawn = groups({str(n): f"group {n % 9}" for n in range(90)}, "Other")
    assert [group.count for group in drawn] == [10] * 6 + [30]
    assert drawn[-1].name == "Other" and drawn[-1].color == OTHER[0]


def test_the_data_has_a_row_for_each_document_and_the_rest_lies_below() -> None:
    records = [paper(f"{n}.txt", "words")[0] for n in range(20)]
    of = {record.id: f"group {n}" for n, record in enumerate(records)}
    drawn = groups(of, "Other")
    places = np.linspace(-1, 1, 40).reshape(20, 2)
    found = data(records, places, dict.fromkeys(("folder", "language"), of), "folder", drawn)
    assert sorted(found["id"]) == sorted(record.id for record in records)
    assert {len(column) for column in found.values()} == {20}
    assert found["group"][:14] == ["Other"] * 14 and "Other" not in found["group"][14:]
    at = found["id"].index(records[7].id)
    assert (found["x"][at], found["y"][at]) == pytest.approx(tuple(places[7]), abs=1e-3)
    assert set(found["group"]) == {group.name for group in drawn}


def test_the_drawing_loads_nothing_and_begins_with_what_is_chosen() -> None:
    drawn = groups({"a": "one"}, "Other")
    spec = json.dumps(drawing(drawn, 20, {"name": "Document"}, ink="#000000", chosen="d7"))
    assert "url" not in spec and json.dumps({"value": [{"id": "d7"}]})[1:-1] in spec
    assert '"value": [' not in json.dumps(drawing(drawn, 20, {}, ink="#000000", chosen=""))


places = st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), max_size=25)


@settings(deadline=None)
@given(places, st.integers(1, 40))
def test_no_name_covers_another_or_lies_beyond_the_map(spots: list[tuple[float, float]], length: int) -> None:
    names = ["n" * length] * len(spots)
    side = labels(names, np.array(spots).reshape(-1, 2), WIDTHS)
    half = min(length, map_chart.MAX_LABEL_LETTERS) * map_chart._LETTER / 2
    for width in WIDTHS:
        boxes = []
        for (x, y), (way, least) in zip(spots, side, strict=True):
            if way and least <= width:
                middle = (map_chart._x_pixel(x, width), map_chart._y_pixel(y) - way * map_chart._AWAY)
                assert half <= middle[0] <= width - half and 0 < middle[1] < map_chart.HEIGHT
                boxes.append(middle)
        for one, other in combinations(boxes, 2):
            assert abs(one[0] - other[0]) >= 2 * half - 1e-6 or abs(one[1] - other[1]) >= map_chart._LINE - 1e-6


def test_a_document_by_itself_is_named_and_very_many_are_not() -> None:
    assert labels(["a.txt"], np.zeros((1, 2)), WIDTHS) == [(-1, 320)]
    assert set(labels(["a.txt"] * 500, np.random.default_rng(1).uniform(-1, 1, (500, 2)), WIDTHS)) == {(0, 0)}
