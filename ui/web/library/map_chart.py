"""The library's map as data and a Vega-Lite chart. Pure: knows no framework, and loads nothing.

Groups differ in colour and in shape: eight colours that each stand out on light and on dark alike are too near to each
other for many a colour-blind eye.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag.interfaces import Vectors
from rag.types import FileRecord
from ui.shared.formatting import file_name, one_line

CHOSEN = "chosen"  # the selection's name in the chart
HEIGHT = 500  # pixels
WIDTHS = (320, 640, 1000)  # pixels: the least width of a map on a phone, and on desktops
AXIS_LIMIT = 1.08  # limit of the axes; the map itself reaches from -1 to 1
MAX_LABEL_LETTERS = 24  # letters
_MAX_NAMED_DOCUMENTS = 200  # documents; with more no names are drawn
_LETTER, _LINE, _AWAY, _DOT = 6.2, 13, 15, 6  # pixels: a letter's width, a line's height, from dot to name, half a dot
# Colour, Vega's shape, and the same shape as a CSS polygon ("" is a disc).
STYLES: tuple[tuple[str, str, str], ...] = (
    ("#2f7fc1", "circle", ""),
    ("#cc5a24", "square", "6% 6%, 94% 6%, 94% 94%, 6% 94%"),
    ("#2c9061", "triangle-up", "50% 4%, 100% 94%, 0 94%"),
    ("#a566b8", "diamond", "50% 0, 92% 50%, 50% 100%, 8% 50%"),
    ("#a17c12", "triangle-down", "0 6%, 100% 6%, 50% 96%"),
    ("#d24f7f", "cross",
     "33% 0, 67% 0, 67% 33%, 100% 33%, 100% 67%, 67% 67%, 67% 100%, 33% 100%, 33% 67%, 0 67%, 0 33%, 33% 33%"),
    ("#1c8c95", "triangle-right", "6% 0, 96% 50%, 6% 100%"),
)  # fmt: skip
OTHER = ("#828a82", "circle", "")  # what is in none of the largest groups


@dataclass(frozen=True, slots=True)
class MapGroup:
    """Documents with one thing in common, and their colour and shape."""

    name: str
    count: int
    color: str
    shape: str
    polygon: str  # CSS


def groups(of: Mapping[str, str], other: str) -> list[MapGroup]:
    """Return the largest groups (document id -> group), largest first; the rest is combined under ``other``."""
    counted = sorted(Counter(of.values()).items(), key=lambda each: (-each[1], each[0]))
    named = counted if len(counted) <= len(STYLES) else counted[: len(STYLES) - 1]
    found = [MapGroup(name, count, *style) for (name, count), style in zip(named, STYLES, strict=False)]
    rest = sum(count for _, count in counted[len(named) :])
    return [*found, MapGroup(other, rest, *OTHER)] if rest else found


def labels(names: Sequence[str], places: Vectors, widths: Sequence[int]) -> list[tuple[int, int]]:
    """Place each document's name so that it covers no other name or point.

    Returns per name its side (1 above its point, -1 below, 0 not drawn) and the least of these ``widths`` of the map
    (in pixels, ascending) from which it is drawn.
    """
    found = [(0, 0)] * len(names)
    for width in widths if len(names) <= _MAX_NAMED_DOCUMENTS else ():
        dots = [(_x_pixel(place[0], width), _y_pixel(place[1])) for place in places]
        boxes = [_box(name, dot, side) for name, dot, (side, _) in zip(names, dots, found, strict=True)]
        taken = [box for box, (side, _) in zip(boxes, found, strict=True) if side]
        around = [(x - _DOT, y - _DOT, x + _DOT, y + _DOT) for x, y in dots]
        for at, name in enumerate(names):
            for side in (-1, 1) if not found[at][0] else ():
                box = _box(name, dots[at], side)
                within = box[0] >= 0 and box[2] <= width and box[1] >= 0 and box[3] <= HEIGHT
                if within and not any(_overlap(box, other) for other in [*taken, *around[:at], *around[at + 1 :]]):
                    found[at] = (side, width)
                    taken.append(box)
                    break
    return found


def _box(name: str, dot: tuple[float, float], side: int) -> tuple[float, float, float, float]:
    half, middle = min(len(name), MAX_LABEL_LETTERS) * _LETTER / 2, dot[1] - side * _AWAY
    return dot[0] - half, middle - _LINE / 2, dot[0] + half, middle + _LINE / 2


def _x_pixel(x: float, width: int) -> float:
    return (float(x) + AXIS_LIMIT) / (2 * AXIS_LIMIT) * width


def _y_pixel(y: float) -> float:
    return (AXIS_LIMIT - float(y)) / (2 * AXIS_LIMIT) * HEIGHT


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def data(
    records: Sequence[FileRecord],
    places: Vectors,
    of: Mapping[str, Mapping[str, str]],
    by: str,
    drawn: Sequence[MapGroup],
) -> dict[str, list[Any]]:
    """Return the chart's data as columns, one row per document.

    ``places`` are parallel to the records; ``of`` maps attribute -> document id -> group. Documents outside the drawn
    groups come first, so that they lie below the others.
    """
    named = {group.name for group in drawn}
    order = sorted(range(len(records)), key=lambda at: of[by][records[at].id] in named)
    names = [file_name(record.source) for record in records]
    side = labels(names, places, WIDTHS)
    rows = [records[at] for at in order]
    return {
        "id": [record.id for record in rows],
        "x": [round(float(places[at][0]), 4) for at in order],
        "y": [round(float(places[at][1]), 4) for at in order],
        "group": [group if (group := of[by][record.id]) in named else drawn[-1].name for record in rows],
        "name": [names[at] for at in order],
        "folder": [one_line(of["folder"][record.id]) for record in rows],
        "language": [of["language"][record.id] for record in rows],
        "label": [_short(names[at]) if side[at][0] else "" for at in order],
        "label_y": [round(float(places[at][1]) + side[at][0] * _AWAY * 2 * AXIS_LIMIT / HEIGHT, 4) for at in order],
        "from": [side[at][1] for at in order],
    }


def _short(name: str) -> str:
    return name if len(name) <= MAX_LABEL_LETTERS else f"{name[: MAX_LABEL_LETTERS - 1]}…"


def drawing(
    drawn: Sequence[MapGroup], count: int, titles: Mapping[str, str], *, ink: str, chosen: str
) -> dict[str, Any]:
    """Return the Vega-Lite spec for ``count`` documents.

    ``titles`` name what a tooltip shows (name, folder, language); ``ink`` is the colour of names and of the ring around
    the selected document; ``chosen`` is the one selected at first.
    """
    names = [group.name for group in drawn]
    axis = {"axis": None, "scale": {"domain": [-AXIS_LIMIT, AXIS_LIMIT], "nice": False}}
    size = 150 if count <= 60 else 80 if count <= 600 else 40 if count <= 3_000 else 24
    place = {"x": {"field": "x", "type": "quantitative", **axis}, "y": {"field": "y", "type": "quantitative", **axis}}
    shape = {"field": "group", "type": "nominal", "legend": None}
    points = {
        "mark": {"type": "point", "filled": True, "opacity": 0.85, "strokeWidth": 0, "size": size, "cursor": "pointer"},
        "params": [
            {
                "name": CHOSEN,
                "select": {"type": "point", "fields": ["id"], "on": "click", "clear": False, "toggle": False},
                **({"value": [{"id": chosen}]} if chosen else {}),
            },
            {
                "name": "near",
                "select": {
                    "type": "interval",
                    # A finger or wheel scrolls the page, unless it is meant for the map.
                    "translate": "[pointerdown[event.pointerType === 'mouse'], window:pointerup] > window:pointermove!",
                    "zoom": "wheel![event.ctrlKey || event.metaKey]",
                },
                "bind": "scales",
            },
        ],
        "encoding": {
            **place,
            "color": {**shape, "scale": {"domain": names, "range": [group.color for group in drawn]}},
            "shape": {**shape, "scale": {"domain": names, "range": [group.shape for group in drawn]}},
            "tooltip": [{"field": field, "type": "nominal", "title": title} for field, title in titles.items()],
            "description": {"field": "name"},
        },
    }
    ring = {
        "transform": [{"filter": {"param": CHOSEN, "empty": False}}],
        "mark": {
            "type": "point",
            "shape": "circle",
            "filled": False,
            "fill": None,  # not transparent: it would catch the clicks meant for what is under it
            "aria": False,
            "strokeWidth": 2.5,
            "size": size * 2.6 + 80,
        },
        "encoding": {**place, "color": {"value": ink}, "tooltip": {"value": None}},
    }
    named = {
        "mark": {"type": "text", "aria": False, "baseline": "middle", "fontSize": 11, "color": ink, "tooltip": None},
        "encoding": {
            "x": place["x"],
            "y": {**place["y"], "field": "label_y"},
            "text": {"field": "label"},
            "opacity": {
                "condition": {"test": "width >= datum.from", "value": 0.75}, "value": 0,
            },
        },
    }  # fmt: skip
    return {"layer": [points, ring, *([named] if count <= _MAX_NAMED_DOCUMENTS else [])], "height": HEIGHT}
