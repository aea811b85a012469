"""The lines of a page: where they are, in which order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingest.readers import read
from tests.ingest import made_pdf
from tests.ingest.readers.pdf.drawing import on

SAID = ("Alpha", "Beta and gamma", "Delta, the river's last bend", "Epsilon: the ferry leaves at six o'clock sharp")


def drawn(path: Path, page: int, scale: float) -> Any:
    import pypdfium2

    pdf = pypdfium2.PdfDocument(path)
    try:
        return pdf[page - 1].render(scale=scale, grayscale=True).to_pil()
    finally:
        pdf.close()


@pytest.mark.parametrize("crop", [None, (40.0, 300.0, 560.0, 780.0)])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_boxes_lie_on_the_ink_of_the_page_as_it_is_shown(
    tmp_path: Path, turn: int, crop: tuple[float, float, float, float] | None
) -> None:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    made_pdf.write_turned(tmp_path / "a.pdf", SAID, turn, crop)
    document = read(tmp_path / "a.pdf")
    picture = drawn(tmp_path / "a.pdf", 1, 2.0)
    assert [document.text[line.start : line.end] for line in document.lines] == list(SAID)
    for line, text in zip(document.lines, SAID, strict=True):
        box = on(picture, line, 2.0)
        assert picture.crop(box).getextrema()[0] < 128, "no ink in the box"
        sides = sorted((line.box[2] - line.box[0], line.box[3] - line.box[1]))
        assert sides[1] == pytest.approx(stringWidth(text, "Helvetica", 14), rel=0.05)  # it is this line's box
        assert 7 < sides[0] < 15
        picture.paste(255, on(picture, line, 2.0, wider=2))
    assert picture.getextrema()[0] > 200, "ink outside of all boxes"


def test_what_lies_beyond_the_page_as_shown_is_not_read(tmp_path: Path) -> None:
    made_pdf.write_turned(tmp_path / "a.pdf", SAID, 0, (0, 640, 600, 800))
    assert read(tmp_path / "a.pdf").text.split("\n\n") == list(SAID[:2])


@pytest.mark.parametrize("turn", [0, 90])
def test_lines_that_run_up_the_page_come_in_their_order(tmp_path: Path, turn: int) -> None:
    """A wide table set sideways, on a page that is shown as it is, and on one that is turned to read it."""
    import pypdf
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "plain.pdf"), pagesize=(600, 800))
    canvas.translate(600, 0)
    canvas.rotate(90)
    for at, said in enumerate(SAID):
        canvas.drawString(60, 500 - 40 * at, said)
    canvas.save()
    writer = pypdf.PdfWriter(clone_from=str(tmp_path / "plain.pdf"))
    writer.pages[0].rotate(turn)
    writer.write(str(tmp_path / "a.pdf"))
    document = read(tmp_path / "a.pdf")
    assert [document.text[line.start : line.end] for line in document.lines] == list(SAID)
    picture = drawn(tmp_path / "a.pdf", 1, 2.0)
    for line in document.lines:
        assert picture.crop(on(picture, line, 2.0)).getextrema()[0] < 128
        picture.paste(255, on(picture, line, 2.0, wider=2))
    assert picture.getextrema()[0] > 200
