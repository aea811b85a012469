"""PDF: text, links, outlines, damage."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from ingest.readers import UnreadableError, read
from ingest.readers.pages.blocks import blocks
from ingest.readers.pages.text_line import OutlineEntry
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from rag.types import Document, Link, Outcome
from rag.types import PageLine as Printed
from tests.ingest import made_pdf
from tests.ingest.doubles import write_blank_pdf, write_pdf
from tests.ingest.readers.pdf.drawing import line
from tests.ingest.readers.reading import section_of, told


def test_lines_and_links_slice_the_text(tmp_path: Path) -> None:
    made_pdf.write_form(tmp_path / "form.pdf")
    document = read(tmp_path / "form.pdf")
    assert "Golondrina" in document.text  # what was filled in is text of the page
    assert [(document.text[link.start : link.end], link.target) for link in document.links] == [
        ("is told there,", "https://ferry.example/times"),
        ("dogs", "https://dogs.example/"),
    ]
    assert [document.text[line.start : line.end] for line in document.lines] == [
        "Name of the boat: Golondrina",
        "The timetable of the ferry is told",
        "there, and dogs travel free.",
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


def linked_words(document: Document) -> list[tuple[str, str]]:
    return [(document.text[each.start : each.end], each.target) for each in document.links]


def test_a_divided_word_and_a_bullet_keep_lines_and_links_in_place() -> None:
    one = line("• Read the obser-", 700, links=(Link(11, 17, "x:y"),))
    two = line("vatory rules", 688, links=(Link(0, 6, "x:y"), Link(7, 12, "x:z")))
    document = build(blocks([one, two]), "x")
    assert document.text == "- Read the observatory rules"
    assert linked_words(document) == [("observatory", "x:y"), ("rules", "x:z")]
    assert [document.text[each.start : each.end] for each in document.lines] == ["- Read the obser", "vatory rules"]


def test_links_and_lines_follow_a_text_that_is_cleaned() -> None:
    raw = "The\xa0\xa0ferry\u200b ru\u0301ns  late"
    at = raw.index("ru")
    printed = (Printed(0, at, 1, (0, 0, 1, 1)), Printed(at, len(raw), 1, (0, 0, 1, 1)))
    block = ReaderBlock("text", raw, placed_links=(Link(at, at + 5, "x:y"),), lines=printed)
    document = build([ReaderBlock("text", "Before."), block], "x")
    assert document.text == "Before.\n\nThe ferry rúns late"
    assert linked_words(document) == [("rúns", "x:y")]
    assert [document.text[each.start : each.end] for each in document.lines] == ["The ferry", "rúns late"]


def test_a_row_keeps_its_links_in_place() -> None:
    rows = [
        line("", 700, cells=("Pier", "Boat"), links=(Link(5, 9, "x:y"),)),
        line("", 688, cells=("East", "Golondrina"), links=(Link(0, 4, "x:y"), Link(5, 15, "x:z"))),
    ]
    document = build(blocks(rows), "x")
    assert document.text == "Pier | Boat\nEast | Golondrina"
    assert linked_words(document) == [("Boat", "x:y"), ("East", "x:y"), ("Golondrina", "x:z")]


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


def test_damaged_pages_are_reported(tmp_path: Path) -> None:
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


def test_pdf_headings_pages_rows_and_running_lines(tmp_path: Path) -> None:
    document = read(write_pdf(tmp_path / "rules.pdf"))
    assert document.pages == 3 and document.language == "en"
    titles = [text for kind, text in told(document) if kind == "title"]
    assert titles == ["The Ferry Rules", "Chapter 1", "Chapter 2", "Chapter 3"]
    assert [text for kind, text in told(document) if kind == "row"] == [
        "Pier | First boat | Last boat",
        "Pier: East | First boat: 6:10 | Last boat: 22:40",
        "Pier: West | First boat: 6:25 | Last boat: 22:55",
    ]
    assert "Page 2" not in document.text
    assert document.text.count("Tresvado Ferry Company") == 1
    assert section_of(document, "free on boat 2")[-1] == "Chapter 2"
    on = {document.text[element.start : element.end]: element.page for element in document.elements}
    assert on["Dogs travel free on boat 3."] == 3
    assert ("The ferry number 2 leaves the eastern pier every morning. " * 6).strip() in document.text


def test_pdf_that_is_no_document(tmp_path: Path) -> None:
    whole = write_pdf(tmp_path / "rules.pdf").read_bytes()
    cases = {
        "encrypted.pdf": (write_pdf(tmp_path / "encrypted.pdf", password="secret").read_bytes(), Outcome.ENCRYPTED),
        "scan.pdf": (write_blank_pdf(tmp_path / "scan.pdf").read_bytes(), Outcome.EMPTY),
        "cut.pdf": (whole[:300], Outcome.FAILED),
        "empty.pdf": (b"", Outcome.EMPTY),
        "words.pdf": (b"Just some words, and no PDF.", Outcome.FAILED),
    }
    for name, (content, outcome) in cases.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableError) as caught:
            read(tmp_path / name)
        assert caught.value.outcome is outcome, name
        assert caught.value.reason, name
