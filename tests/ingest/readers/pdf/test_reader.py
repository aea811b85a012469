from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from ingest.readers import UnreadableError, read
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.page_layout import blocks
from ingest.readers.shared.page_types import OutlineEntry, TextLine
from rag.types import Document, Link, Outcome
from rag.types import PageLine as Printed
from tests.ingest import made_pdf
from tests.ingest.doubles import write_pdf

SAID = ("Alpha", "Beta and gamma", "Delta, the river's last bend", "Epsilon: the ferry leaves at six o'clock sharp")


def drawn(path: Path, page: int, scale: float) -> Any:
    import pypdfium2

    pdf = pypdfium2.PdfDocument(path)
    try:
        return pdf[page - 1].render(scale=scale, grayscale=True).to_pil()
    finally:
        pdf.close()


def on(picture: Any, line: Printed, scale: float, wider: float = 0.0) -> tuple[int, int, int, int]:
    """Where a printed line is on a rendering."""
    left, bottom, right, top = (edge * scale for edge in line.box)
    return (
        round(left - wider),
        round(picture.height - top - wider),
        round(right + wider),
        round(picture.height - bottom + wider),
    )


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


def test_lines_and_links_slice_the_text(tmp_path: Path) -> None:
    made_pdf.write_form(tmp_path / "form.pdf")
    document = read(tmp_path / "form.pdf")
    assert "Golondrina" in document.text  # what was filled in is text of the page
    assert [(document.text[link.start : link.end], link.target) for link in document.links] == [
        ("is told there,", "https://ferry.example/times"),
        ("dogs", "https://dogs.example/"),
    ]
    assert [document.text[line.start : line.end] for line in document.lines] == [
        "Name of the boat:",
        "The timetable of the ferry is told",
        "there, and dogs travel free.",
        "Golondrina",
    ]


def test_every_line_of_a_document_is_where_its_text_says(tmp_path: Path) -> None:
    document = read(write_pdf(tmp_path / "rules.pdf"))
    assert document.lines
    for one, two in itertools.pairwise(document.lines):
        assert one.end <= two.start
    covered = "".join(document.text[line.start : line.end] for line in document.lines)
    assert "".join(covered.split()) == "".join(document.text.split())
    assert {line.page for line in document.lines} == {1, 2, 3}
    table = next(line for line in document.lines if "6:10" in document.text[line.start : line.end])
    assert document.text[table.start : table.end] == "Pier: East | First boat: 6:10 | Last boat: 22:40"


def line(text: str, base: float, **more: Any) -> TextLine:
    box = (50.0, base, 400.0, base + 9)
    return TextLine(
        **{
            "cells": (text,), "left": 50.0, "right": 400.0, "base": base, "size": 10.0, "bold": False, "page": 1,
            "box": box, **more,
        }
    )  # fmt: skip


def told(document: Document) -> list[tuple[str, str]]:
    return [(document.text[each.start : each.end], each.target) for each in document.links]


def test_a_divided_word_and_a_bullet_keep_lines_and_links_in_place() -> None:
    one = line("• Read the obser-", 700, links=(Link(11, 17, "x:y"),))
    two = line("vatory rules", 688, links=(Link(0, 6, "x:y"), Link(7, 12, "x:z")))
    document = build(blocks([one, two]), "x")
    assert document.text == "- Read the observatory rules"
    assert told(document) == [("observatory", "x:y"), ("rules", "x:z")]
    assert [document.text[each.start : each.end] for each in document.lines] == ["- Read the obser", "vatory rules"]


def test_links_and_lines_follow_a_text_that_is_cleaned() -> None:
    raw = "The\xa0\xa0ferry\u200b ru\u0301ns  late"
    at = raw.index("ru")
    printed = (Printed(0, at, 1, (0, 0, 1, 1)), Printed(at, len(raw), 1, (0, 0, 1, 1)))
    block = ReaderBlock("text", raw, placed_links=(Link(at, at + 5, "x:y"),), lines=printed)
    document = build([ReaderBlock("text", "Before."), block], "x")
    assert document.text == "Before.\n\nThe ferry rúns late"
    assert told(document) == [("rúns", "x:y")]
    assert [document.text[each.start : each.end] for each in document.lines] == ["The ferry", "rúns late"]


def test_a_row_keeps_its_links_in_place() -> None:
    rows = [
        line("", 700, cells=("Pier", "Boat"), links=(Link(5, 9, "x:y"),)),
        line("", 688, cells=("East", "Golondrina"), links=(Link(0, 4, "x:y"), Link(5, 15, "x:z"))),
    ]
    document = build(blocks(rows), "x")
    assert document.text == "Pier | Boat\nEast | Golondrina"
    assert told(document) == [("Boat", "x:y"), ("East", "x:y"), ("Golondrina", "x:z")]


def test_an_outline_makes_headings_that_their_letters_do_not_show() -> None:
    lines = [
        line("2. The long title of a chapter", 700),
        line("that needs two lines", 688),
        line("Plain words of the chapter, which nobody takes for a heading.", 660),
        line("Fees", 630),
        line("Plain words of the section about fees.", 610),
        line("Fees", 700, page=2),  # named on another page: no heading
    ]
    outline = [OutlineEntry("The long title of a chapter that needs two lines", 1, 1), OutlineEntry("FEES", 2, 1)]
    found = list(blocks(lines, outline))
    assert [(block.kind, block.level) for block in found[:4]] == [("title", 1), ("text", 0), ("title", 2), ("text", 0)]
    assert found[0].text == "2. The long title of a chapter that needs two lines"
    assert all(block.kind == "text" for block in found[4:])
    assert not any(block.kind == "title" for block in blocks(lines))


def test_an_outline_of_a_file_is_used(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "a.pdf"))
    for number, name in enumerate(("Arrival", "Departure"), 1):
        canvas.bookmarkPage(name)
        canvas.addOutlineEntry(name, name, 0)
        canvas.drawString(72, 700, name)
        canvas.drawString(72, 660, f"Plain words of chapter number {number} go on here.")
        canvas.showPage()
    canvas.save()
    document = read(tmp_path / "a.pdf")
    assert [(element.kind, element.section) for element in document.elements] == [
        ("title", ("Arrival",)),
        ("text", ("Arrival",)),
        ("title", ("Departure",)),
        ("text", ("Departure",)),
    ]


def test_a_password_that_is_empty_is_no_password(tmp_path: Path) -> None:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=str(write_pdf(tmp_path / "rules.pdf")))
    writer.encrypt("", owner_password="secret", algorithm="AES-256")
    writer.write(str(tmp_path / "locked.pdf"))
    assert "Dogs travel free" in read(tmp_path / "locked.pdf").text


def test_a_file_that_begins_late_is_read(tmp_path: Path) -> None:
    whole = write_pdf(tmp_path / "rules.pdf").read_bytes()
    (tmp_path / "late.pdf").write_bytes(b"From the scanner\n" * 300 + whole)
    assert "Dogs travel free" in read(tmp_path / "late.pdf").text


def test_pages_that_are_damaged_are_told_of(tmp_path: Path) -> None:
    pages = b"<</Type/Pages/Kids[3 0 R 7 0 R]/Count 2>>"
    hello = made_pdf.stream(b"BT /A 12 Tf 50 700 Td (Hello from the page) Tj ET")
    objects = [made_pdf.CATALOGUE, pages, made_pdf.PAGE, hello, made_pdf.form(b"", 5), made_pdf.FONTS, b"[1 2 3]"]
    made_pdf.write_objects(tmp_path / "a.pdf", objects)
    document = read(tmp_path / "a.pdf")
    assert document.text == "Hello from the page"
    assert document.remark == "page 2 is damaged"


@pytest.mark.parametrize("content", ["", "100 100 50 50 re f"])
def test_a_page_without_words_is_empty(tmp_path: Path, content: str) -> None:
    """A rule or a box is no scan: nothing is sent to be read as one."""
    objects = [made_pdf.CATALOGUE, made_pdf.PAGES, made_pdf.PAGE, made_pdf.stream(content.encode())]
    made_pdf.write_objects(tmp_path / "a.pdf", [*objects, made_pdf.form(b"", 5), made_pdf.FONTS])
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path / "a.pdf")
    assert (caught.value.outcome, caught.value.reason) == (Outcome.EMPTY, "there are no words on its pages")


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
