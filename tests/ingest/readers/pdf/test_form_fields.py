"""Fields of a form stand beside their labels."""

from __future__ import annotations

from pathlib import Path

import pypdfium2 as pdfium
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, NameObject
from reportlab.pdfgen.canvas import Canvas

from ingest.readers import read
from ingest.readers.pages.text_line import TextLine
from ingest.readers.pdf.form_fields import FormField, fields_of, wide_text, with_fields
from ingest.readers.pdf.lines import PageView
from rag.types import Link

VIEW = PageView((0.0, 0.0, 600.0, 800.0), 0)


def line(text: str, left: float, base: float, **more: object) -> TextLine:
    right = left + 6 * len(text)
    return TextLine((text,), left, right, base, 12.0, bold=False, page=1, spans=((left, right),), **more)  # type: ignore[arg-type]


def write_filled_form(path: Path) -> None:
    canvas = Canvas(str(path), pagesize=(600, 800))
    form = canvas.acroForm
    canvas.drawString(72, 750, "Application for the kiln")
    canvas.drawString(72, 700, "Surname:")
    form.textfield(name="a", x=150, y=695, width=150, height=18, value="Quarrow")
    canvas.drawString(340, 700, "Town:")
    form.textfield(name="b", x=400, y=695, width=100, height=18, value="Lugo")
    canvas.drawString(72, 660, "Fire insurance:")
    form.checkbox(name="c", x=180, y=655, checked=True)
    form.checkbox(name="d", x=72, y=615, checked=False)
    canvas.drawString(100, 620, "send it by post")
    canvas.drawString(72, 580, "Size:")
    form.choice(name="e", x=150, y=575, width=80, height=18, options=["Small", "Large"], value="Large")
    canvas.drawString(72, 540, "Remarks")
    form.textfield(name="f", x=72, y=500, width=300, height=36, value="call late")
    form.textfield(name="g", x=72, y=300, width=300, height=18, value="12 March", tooltip="Date of birth")
    canvas.drawString(72, 260, "Street:")
    form.textfield(name="h", x=150, y=255, width=150, height=18, value="")
    form.textfield(name="i", x=400, y=255, width=100, height=18, value="secret", fieldFlags="password")
    canvas.save()


def test_values_stand_behind_their_labels(tmp_path: Path) -> None:
    write_filled_form(tmp_path / "a.pdf")
    text = read(tmp_path / "a.pdf").text
    for shown in (
        *("Surname: Quarrow", "Town: Lugo", "Fire insurance: ☒", "☐ send it by post", "Size: Large"),
        *("Remarks call late", "Date of birth: 12 March", "Street:"),
    ):
        assert shown in text
    assert "secret" not in text and text.index("Street:") > text.index("12 March") > text.index("call late")


def test_fields_are_found_with_their_values(tmp_path: Path) -> None:
    write_filled_form(tmp_path / "a.pdf")
    pdf = pdfium.PdfDocument(tmp_path / "a.pdf")
    try:
        pdf.init_forms()
        found = list(fields_of(pdf, pdf[0]))
    finally:
        pdf.close()
    assert [field.value for field in found] == ["Quarrow", "Lugo", "☒", "☐", "Large", "call late", "12 March"]
    assert [field.is_box for field in found].count(True) == 2 and found[-1].name == "Date of birth"


def test_pages_that_share_fields_each_show_them(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(600, 800))
    canvas.acroForm.textfield(name="a", x=150, y=695, width=150, height=18, value="Quarrow")
    for label in ("Surname:", "Apellido:"):
        canvas.drawString(72, 700, label)
        canvas.showPage()
    canvas.save()
    writer = PdfWriter(clone_from=tmp_path / "a.pdf")
    shared = writer._add_object(ArrayObject(writer.pages[0]["/Annots"]))
    for page in writer.pages:
        page[NameObject("/Annots")] = shared
    writer.write(tmp_path / "b.pdf")
    text = read(tmp_path / "b.pdf").text
    assert "Surname: Quarrow" in text and "Apellido: Quarrow" in text


def test_a_value_moves_the_links_behind_it() -> None:
    labelled = line("Name: see there", 72, 700, links=(Link(10, 15, "https://kiln.example/"),))
    (filled,) = with_fields([labelled], [FormField((40, 695, 66, 712), "☒", is_box=True)], 1, VIEW)
    assert (filled.text, filled.links[0].start) == ("☒ Name: see there", 12)
    assert filled.text[filled.links[0].start : filled.links[0].end] == "there"


def test_a_field_without_a_label_is_a_line_in_its_place() -> None:
    lines = [line("Above", 72, 700), line("Below", 72, 300)]
    field = FormField((72, 495, 300, 512), "Quarrow", "Surname")
    assert [each.text for each in with_fields(lines, [field], 1, VIEW)] == ["Above", "Surname: Quarrow", "Below"]
    assert [each.text for each in with_fields([], [field], 1, VIEW)] == ["Surname: Quarrow"]
    unnamed = FormField((72, 495, 300, 512), "Quarrow")
    assert [each.text for each in with_fields(lines[::-1], [unnamed], 1, VIEW)] == ["Below", "Above", "Quarrow"]


def test_a_text_of_pdfium_that_is_not_there_is_empty() -> None:
    assert wide_text(lambda buffer, length: 2) == "" and wide_text(lambda buffer, length: 0) == ""
