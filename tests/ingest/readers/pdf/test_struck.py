"""Words with a line drawn through them are left out and told; underlines, charts and fractions lose no word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.readers import read
from rag.types import Document

SAID = "The rent is 640 euros 700 euros a month."
BEFORE, STRUCK = "The rent is ", "640 euros "


def document(path: Path, draw: Callable[[Any], None]) -> Document:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=(595, 842))
    canvas.setFont("Helvetica", 12)
    draw(canvas)
    canvas.save()
    return read(path)


def line_at(canvas: Any, height: float, left: float = 0.0, right: float = 0.0) -> None:
    start = 60 + canvas.stringWidth(BEFORE)
    end = start + canvas.stringWidth(STRUCK.rstrip())
    canvas.drawString(60, 700, SAID)
    canvas.setLineWidth(0.7)
    canvas.line(start - left, 700 + height, end + right, 700 + height)


def test_words_that_are_struck_out_are_left_out_and_told(tmp_path: Path) -> None:
    found = document(tmp_path / "a.pdf", lambda canvas: line_at(canvas, 3.4))
    assert found.text == "The rent is 700 euros a month."
    assert found.remark == "left out: struck-out text (1)"


@pytest.mark.parametrize(
    ("height", "left", "right"), [(-2.0, 0, 0), (0.0, 0, 0), (11.0, 0, 0), (3.4, 0, 300), (3.4, 59, 400)]
)
def test_lines_below_above_and_beyond_words_strike_nothing(
    tmp_path: Path, height: float, left: float, right: float
) -> None:
    found = document(tmp_path / "a.pdf", lambda canvas: line_at(canvas, height, left, right))
    assert (found.text, found.remark) == (SAID, "")


def test_a_line_that_is_all_struck_out_leaves_the_others(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.drawString(60, 700, "Old rule of the mill.")
        canvas.line(60, 703.5, 60 + canvas.stringWidth("Old rule of the mill."), 703.5)
        canvas.drawString(60, 600, "New rule of the mill.")

    assert document(tmp_path / "a.pdf", draw).text == "New rule of the mill."


def test_a_fraction_keeps_what_is_above_and_below_its_bar(tmp_path: Path) -> None:
    def draw(canvas: Any) -> None:
        canvas.drawString(60, 700, "price =")
        canvas.drawString(110, 707, "cost")
        canvas.line(108, 703.5, 136, 703.5)
        canvas.drawString(110, 692, "days")

    text = document(tmp_path / "a.pdf", draw).text
    assert all(word in text for word in ("price", "cost", "days"))
