"""The straight lines that a PDF's page shows: strokes, thin areas, and the edges of rectangles."""

from __future__ import annotations

import ctypes
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as raw

from ingest.readers.pages.ruled_grid import Rule, RuledGrid, ruled_grids

MOST_OBJECTS = 20_000  # examined per page
MOST_RULES = 4_000  # on one page; a drawing has more
MOST_PARTS = 64  # of one shape
STRUCK_FROM, STRUCK_TO = 0.12, 0.5  # times the letter size above the base line: where words are struck out
THICKEST_STROKE = 0.2  # times the letter size
THICKEST = 4.0  # points; a thicker area is a rectangle
SHORTEST_RULE = 5.0  # points
_RECTANGLE_PARTS = (4, 5)
_EDGES = tuple(ctypes.c_float() for _ in range(4))  # allocated once: asked for at every shape

Box = tuple[float, float, float, float]  # left, bottom, right, top, on the page's plane


class PageRules:
    """The lines of a page, and the grids that they make, seen along each writing direction."""

    def __init__(self, boxes: list[Box]) -> None:
        self._boxes = boxes
        self._grids: dict[int, list[RuledGrid]] = {}
        self._level: dict[int, list[tuple[float, float, Rule]]] = {}  # height, thickness

    @classmethod
    def of(cls, page: Any) -> PageRules:
        """Return those of a page of pdfium; none where it is a drawing of thousands of lines."""
        boxes: list[Box] = []
        for at in range(min(raw.FPDFPage_CountObjects(page.raw), MOST_OBJECTS)):
            drawn = raw.FPDFPage_GetObject(page.raw, at)
            if raw.FPDFPageObj_GetType(drawn) == raw.FPDF_PAGEOBJ_PATH:
                boxes += _thin_boxes(drawn)
                if len(boxes) > MOST_RULES:
                    return cls([])
        return cls(boxes)

    def grids(self, turns: int) -> list[RuledGrid]:
        """Return the grids for text that is turned by so many quarters counter-clockwise."""
        if turns not in self._grids:
            upright, level = [], []
            for left, bottom, right, top in (_turned(box, turns) for box in self._boxes):
                if right - left < top - bottom:
                    upright.append(Rule((left + right) / 2, bottom, top))
                else:
                    level.append(Rule((bottom + top) / 2, left, right))
            self._grids[turns] = ruled_grids(upright, level)
        return self._grids[turns]

    def through(self, base: float, size: float, turns: int) -> list[Rule]:
        """Return the lines that run through the middle of letters of a size on a base line."""
        if not self._boxes:
            return []
        if turns not in self._level:
            turned = [_turned(box, turns) for box in self._boxes]
            self._level[turns] = sorted(
                ((bottom + top) / 2, top - bottom, Rule((bottom + top) / 2, left, right))
                for left, bottom, right, top in turned
                if right - left > top - bottom
            )
        level = self._level[turns]
        first = bisect_left(level, base + STRUCK_FROM * size, key=lambda each: each[0])
        last = bisect_left(level, base + STRUCK_TO * size, key=lambda each: each[0])
        return [rule for _, thickness, rule in level[first:last] if thickness <= THICKEST_STROKE * size]

    def borders_at(self, height: float, turns: int) -> list[float]:
        """Return where upright lines of grids pass a height, across the writing direction."""
        return [place for grid in self.grids(turns) for place in grid.borders_at(height)] if self._boxes else []


def _turned(box: Box, turns: int) -> Box:
    """Return a box along a writing direction and across it."""
    left, bottom, right, top = box
    for _ in range(turns % 4):
        left, bottom, right, top = bottom, -right, top, -left
    return left, bottom, right, top


def _thin_boxes(drawn: Any) -> Iterator[Box]:
    """Yield the lines of a shape, each as the thin box that it covers."""
    parts = raw.FPDFPath_CountSegments(drawn)
    if parts > MOST_PARTS or not raw.FPDFPageObj_GetBounds(drawn, *_EDGES):
        return
    left, bottom, right, top = (edge.value for edge in _EDGES)
    if max(right - left, top - bottom) < SHORTEST_RULE or not _is_visible(drawn):
        return
    if min(right - left, top - bottom) <= THICKEST:
        yield left, bottom, right, top
    elif parts in _RECTANGLE_PARTS:
        yield left, bottom, right, bottom
        yield left, top, right, top
        yield left, bottom, left, top
        yield right, bottom, right, top
    else:
        yield from _straight_parts(drawn, parts)


def _is_visible(drawn: Any) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(raw.FPDFPath_GetDrawMode(drawn, fill, stroke)) and bool(fill.value or stroke.value)


def _straight_parts(drawn: Any, parts: int) -> Iterator[Box]:
    """Yield the level and upright parts of a shape of several, up to its first curve: a letter may be drawn."""
    matrix, x, y = raw.FS_MATRIX(1, 0, 0, 1, 0, 0), ctypes.c_float(), ctypes.c_float()
    raw.FPDFPageObj_GetMatrix(drawn, matrix)
    before: tuple[float, float] | None = None
    for at in range(parts):
        part = raw.FPDFPath_GetPathSegment(drawn, at)
        kind = raw.FPDFPathSegment_GetType(part)
        if kind == raw.FPDF_SEGMENT_BEZIERTO or not raw.FPDFPathSegment_GetPoint(part, x, y):
            return
        point = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        if before and kind == raw.FPDF_SEGMENT_LINETO:
            across, up = abs(point[0] - before[0]), abs(point[1] - before[1])
            if min(across, up) < 0.5 and max(across, up) >= SHORTEST_RULE:
                yield (
                    min(point[0], before[0]),
                    min(point[1], before[1]),
                    max(point[0], before[0]),
                    max(point[1], before[1]),
                )
        before = point
