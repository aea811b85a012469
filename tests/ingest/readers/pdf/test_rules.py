"""The lines drawn on a PDF's page, and the grids they make."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest

from ingest.readers.pdf.rules import MOST_RULES, PageRules


def drawn(path: Path, draw: Callable[[Any], None]) -> PageRules:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=(595, 842))
    draw(canvas)
    canvas.save()
    return PageRules.of(pdfium.PdfDocument(path)[0])


def strokes(canvas: Any) -> None:
    canvas.grid([100, 200, 300], [600, 620, 640])


def one_path(canvas: Any) -> None:
    path = canvas.beginPath()
    for place in (100, 200, 300):
        path.moveTo(place, 600)
        path.lineTo(place, 640)
    for height in (600, 620, 640):
        path.moveTo(100, height)
        path.lineTo(300, height)
    canvas.drawPath(path)


def thin_areas(canvas: Any) -> None:
    for place in (100, 200, 300):
        canvas.rect(place, 600, 1, 40, stroke=0, fill=1)
    for height in (600, 620, 640):
        canvas.rect(100, height, 200, 1, stroke=0, fill=1)


def coloured_cells(canvas: Any) -> None:
    for place in (100, 200):
        for height in (600, 620):
            canvas.rect(place, height, 100, 20, stroke=0, fill=1)


@pytest.mark.parametrize("draw", [strokes, one_path, thin_areas, coloured_cells])
def test_a_grid_is_found_however_it_is_drawn(tmp_path: Path, draw: Callable[[Any], None]) -> None:
    rules = drawn(tmp_path / "a.pdf", draw)
    (grid,) = rules.grids(0)
    assert [round(place, -1) for place in grid.across] == [100, 200, 300]
    assert [round(place, -1) for place in grid.down] == [600, 620, 640]
    assert sorted(round(place, -1) for place in rules.borders_at(610, 0)) == [100, 200, 300]
    (turned,) = rules.grids(1)
    assert [round(place, -1) for place in turned.across] == [600, 620, 640]


def test_what_is_drawn_without_lines_is_no_grid(tmp_path: Path) -> None:
    def circles(canvas: Any) -> None:
        for at in range(20):
            canvas.circle(100 + 20 * at, 600, 30)
        canvas.line(100, 500, 300, 620)

    assert drawn(tmp_path / "a.pdf", circles).grids(0) == []


def test_a_drawing_of_thousands_of_lines_is_passed_over(tmp_path: Path) -> None:
    def hatched(canvas: Any) -> None:
        for at in range(MOST_RULES + 10):
            canvas.line(50, 50 + at / 10, 500, 50 + at / 10)

    assert drawn(tmp_path / "a.pdf", hatched).grids(0) == []
