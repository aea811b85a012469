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


def drawn_text(path: Path, *pieces: tuple[str, float, float]) -> str:
    """What is read of one line of pieces: words, their size, and how far they are raised."""
    from reportlab.pdfbase.pdfmetrics import stringWidth
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=(600, 800))
    text = canvas.beginText(72, 700)
    for words, size, rise in pieces:
        text.setFont("Helvetica", size)
        text.setRise(rise)
        text.textOut(words)
    canvas.drawText(text)
    canvas.save()
    assert stringWidth("".join(words for words, _, _ in pieces), "Helvetica", 12) < 500
    return read(path).text


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        (
            [("The mass is 5 x 10", 12, 0), ("6", 8, 4), (" kg on 12 m", 12, 0), ("2", 8, 4)],
            "The mass is 5 x 10⁶ kg on 12 m²",
        ),
        ([("It is 10", 12, 0), ("-3", 8, 4), (" of it", 12, 0)], "It is 10⁻³ of it"),
        ([("Written 2011", 12, 0), ("15ya", 8, -3), (" it says", 12, 0)], "Written 2011_(15ya) it says"),
        ([("The tank holds H", 12, 0), ("2", 8, -3), ("O and air", 12, 0)], "The tank holds H₂O and air"),
        ([("The claim stands", 12, 0), ("14", 8, 4), (" and falls", 12, 0)], "The claim stands¹⁴ and falls"),
        ([("Page ", 12, 0), ("66", 8, 4), (" of the book", 12, 0)], "Page 66 of the book"),  # small, and apart
        ([("A book of ", 12, 0), ("2023", 8, -3), (" is here", 12, 0)], "A book of 2023 is here"),
        ([("Small 10", 12, 0), ("6", 8, 0), (" figures", 12, 0)], "Small 106 figures"),  # on the line
    ],
)
def test_raised_and_lowered_figures(tmp_path: Path, pieces: list[tuple[str, float, float]], shown: str) -> None:
    assert drawn_text(tmp_path / "a.pdf", *pieces) == shown
