"""Notes and files that are attached to a PDF."""

from __future__ import annotations

from pathlib import Path

from pypdf import PdfWriter
from pypdf.annotations import FreeText, Text
from pypdf.generic import NameObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas

from ingest.readers import read
from tests.ingest.readers.reading import section_of, told


def write_noted(path: Path, *, said: str = "The warden is Ada.", hidden: bool = False) -> PdfWriter:
    canvas = Canvas(str(path), pagesize=(600, 800))
    canvas.drawString(72, 700, said)
    canvas.showPage()
    canvas.save()
    writer = PdfWriter(clone_from=str(path))
    sticky = Text(text="check the roof", rect=(50, 550, 200, 650))
    sticky[NameObject("/T")] = TextStringObject("Eve")
    if hidden:
        sticky.flags = 2
    writer.add_annotation(page_number=0, annotation=sticky)
    writer.add_annotation(page_number=0, annotation=FreeText(text="Since May it is Otto.", rect=(50, 50, 200, 90)))
    return writer


def test_notes_are_read_behind_the_text_with_their_page(tmp_path: Path) -> None:
    write_noted(tmp_path / "a.pdf").write(tmp_path / "a.pdf")
    document = read(tmp_path / "a.pdf")
    assert [text for _, text in told(document)] == [
        "The warden is Ada.",
        "Eve: check the roof",
        "Since May it is Otto.",
    ]
    assert document.elements[1].page == 1


def test_a_hidden_note_is_not_read(tmp_path: Path) -> None:
    write_noted(tmp_path / "a.pdf", hidden=True).write(tmp_path / "a.pdf")
    assert "check the roof" not in read(tmp_path / "a.pdf").text


def test_a_page_of_notes_alone_is_read(tmp_path: Path) -> None:
    write_noted(tmp_path / "a.pdf", said="").write(tmp_path / "a.pdf")
    assert read(tmp_path / "a.pdf").text == "Eve: check the roof\n\nSince May it is Otto."


def test_attached_files_are_sections_of_their_own(tmp_path: Path) -> None:
    writer = write_noted(tmp_path / "a.pdf")
    writer.add_attachment("ledger.txt", b"The archive is on shelf 14B.")
    writer.add_attachment("song.mp3", b"ID3")
    writer.write(tmp_path / "a.pdf")
    document = read(tmp_path / "a.pdf")
    assert section_of(document, "shelf 14B") == ("ledger.txt",)
    assert "the attachment song.mp3 was not read" in document.remark
