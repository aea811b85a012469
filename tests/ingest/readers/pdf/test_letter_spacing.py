"""Letters set apart are words; usual text, rows of letters and columns stay as they are."""

from __future__ import annotations

from pathlib import Path

import pypdfium2 as pdfium
import pytest

from ingest.readers.pdf.lines import PageView, lines

SIZE = 12.0


def written(path: Path, text: str, spacing: float, font: str = "Helvetica") -> list[str]:
    """The lines of a page with a text whose letters stand ``spacing`` times their size further apart."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=(1800, 842))
    canvas.setFont(font, SIZE)
    canvas.drawString(50, 700, text, charSpace=spacing * SIZE)
    canvas.save()
    page = pdfium.PdfDocument(path)[0]
    return [" | ".join(line.cells) for line in lines(page.get_textpage(), 1, PageView.of(page))]


@pytest.mark.parametrize("spacing", [0.15, 0.2, 0.3, 0.5])
@pytest.mark.parametrize("text", ["CONTENTS OF A BOOK", "Propiedades y usos de 2024", "A heron's nest, page 12"])
def test_letters_set_apart_are_words(tmp_path: Path, text: str, spacing: float) -> None:
    assert written(tmp_path / "a.pdf", text, spacing) == [text]


@pytest.mark.parametrize("text", ["C O N T E N T S", "C O N T E N T S   O F   T H E   B O O K"])
def test_letters_with_typed_spaces_between_are_words(tmp_path: Path, text: str) -> None:
    words = ["".join(word.split()) for word in text.split("   ")]
    assert written(tmp_path / "a.pdf", text, 0.0) == [" ".join(words)]


@pytest.mark.parametrize(
    "text",
    [
        "I am a heron and so are you, o bird of a pier",
        "A B C D E F G",
        "1 0 0 1 1 0 1 0",
        "Si y o no a la vez, o bien a y b",
        "a = b + c - d",
    ],
)
@pytest.mark.parametrize("spacing", [0.0, 0.02])
def test_usual_text_keeps_its_spaces(tmp_path: Path, text: str, spacing: float) -> None:
    assert written(tmp_path / "a.pdf", text, spacing) == [text]


@pytest.mark.parametrize("name", ["Gaviota", "Charr\u00e1n"])
def test_columns_of_names_and_figures_stay_apart(tmp_path: Path, name: str) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "a.pdf"))
    for text, left in ((name, 50), ("8", 105), ("31,00", 150)):
        canvas.setFont("Helvetica", 10)
        canvas.drawString(left, 700, text)
    canvas.save()
    page = pdfium.PdfDocument(tmp_path / "a.pdf")[0]
    assert [line.cells for line in lines(page.get_textpage(), 1, PageView.of(page))] == [(name, "8", "31,00")]


def test_text_of_one_width_keeps_its_spaces(tmp_path: Path) -> None:
    said = "if i > 1: print(a, i) # a list of i"
    assert written(tmp_path / "a.pdf", said, 0.0, "Courier") == [said]
