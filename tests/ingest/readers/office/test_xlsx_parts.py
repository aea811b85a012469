"""Text boxes, formulas without results and raised letters of workbooks."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont, Text
from openpyxl.styles import Font
from openpyxl.xml.constants import SHEET_MAIN_NS

from ingest.readers import read
from ingest.readers.office import cells, xlsx_parts
from ingest.readers.office.xlsx_parts import InlineText, check_cells
from ingest.readers.shared.unreadable import UnreadableError
from rag.types import Outcome
from tests.ingest.readers.reading import told

NAMES = (
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
DRAWING = (
    f"<xdr:wsDr {NAMES}><xdr:sp><xdr:txBody><a:p><a:r><a:t>The warden is </a:t></a:r><a:r><a:t>Ada.</a:t></a:r></a:p>"
    "</xdr:txBody></xdr:sp><xdr:pic><xdr:nvPicPr><xdr:cNvPr id='2' name='p' descr='The yard'/></xdr:nvPicPr></xdr:pic>"
    "</xdr:wsDr>"
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing" Target="{}"/></Relationships>'
)


def with_drawing(path: Path) -> Path:
    """The workbook with a drawing on its first sheet."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/worksheets/_rels/sheet1.xml.rels", RELATIONS.format("../drawings/drawing1.xml"))
        archive.writestr("xl/drawings/drawing1.xml", DRAWING)
    return path


def test_text_boxes_and_pictures_stand_below_the_cells_of_their_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Day", "Heat"])
    book.create_sheet("Second").append(["Else"])
    book.save(tmp_path / "a.xlsx")
    document = read(with_drawing(tmp_path / "a.xlsx"))
    assert [text for _, text in told(document)] == [
        "Sheet",
        "Day | Heat",
        "The warden is Ada.",
        "The yard",
        "Second",
        "Else",
    ]
    assert document.elements[2].page == 1


def test_a_formula_without_a_result_shows_itself_and_is_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Item", "Price", "Count", "Total"])
    book.active.append(["Jar", 20, 2, "=B2*C2"])
    book.active.append(["Jug", 30, 3, "=B3*C3"])
    book.save(tmp_path / "a.xlsx")
    document = read(tmp_path / "a.xlsx")
    assert "Item: Jug | Price: 30 | Count: 3 | Total: =B3*C3" in document.text
    assert document.remark == "left out: formulas without saved results (2)"


def test_results_of_formulas_are_read_as_before(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Item", "=B2"])
    book.save(tmp_path / "a.xlsx")
    sheet = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(tmp_path / "a.xlsx") as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts[sheet] = parts[sheet].replace(b'<c r="B1"><f>', b'<c r="B1" t="str"><f>')
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)
    document = read(tmp_path / "b.xlsx")  # the result is an empty text
    assert (document.text, document.remark) == ("Sheet\n\nItem", "")


def test_raised_and_struck_out_letters_of_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    raised = TextBlock(InlineFont(vertAlign="superscript"), "6")
    gone = TextBlock(InlineFont(strike=True), "old ")
    book.active.append(["Mass", CellRichText("5 × 10", raised, " kg"), CellRichText(gone, "new")])
    book.active.append(["Rent", 640, 700])
    book.active["B2"].font = Font(strike=True)
    book.save(tmp_path / "a.xlsx")
    document = read(tmp_path / "a.xlsx")
    assert document.text == "Sheet\n\nMass | 5 × 10⁶ kg | new\nRent | | 700"
    assert document.remark == "left out: struck-out text (2)"


def test_formats_of_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Salem", 2138, 7, datetime.timedelta(hours=30, minutes=15)])
    for cell, number_format in (("B1", "00000"), ("C1", '"ART-"000'), ("D1", "[h]:mm")):
        book.active[cell].number_format = number_format
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx").text == "Sheet\n\nSalem | 02138 | ART-007 | 30:15"


def test_a_form_of_two_columns_has_no_header(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ("Invoice no.", "INV-77"),
        ("Customer", "Brickworks Ltd"),
        ("Due date", "2024-05-02"),
        ("Total", 310.5),
    ):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    assert "Due date | 2024-05-02\nTotal | 310.5" in read(tmp_path / "a.xlsx").text


INLINE = [
    "<t>The mill</t>",
    '<t xml:space="preserve"> The mill </t>',
    "<r><rPr><b/></rPr><t>The </t></r><r><t>mill</t></r>",
    "<t>The </t><r><t>mill</t></r>",
    "<r><t>漢</t></r><rPh sb='0' eb='1'><t>かん</t></rPh><phoneticPr fontId='1'/>",
    "<t/>",
    "<r><t/></r>",
    "",
]


@pytest.mark.parametrize("inside", INLINE)
def test_the_text_of_a_cell_is_what_openpyxl_makes_of_it(inside: str) -> None:
    node = ElementTree.fromstring(f'<is xmlns="{SHEET_MAIN_NS}">{inside}</is>')
    assert InlineText.from_tree(node).content == Text.from_tree(node).content


def test_more_cells_than_a_document_may_hold_are_refused_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = openpyxl.Workbook()
    for number in range(40):
        book.active.append([f"Row {number}", number])
    book.create_sheet("Second").append(["<c >" * 9])
    book.save(tmp_path / "a.xlsx")
    monkeypatch.setattr(xlsx_parts, "_BLOCK_BYTES", 7)  # a cell's tag falls into two blocks
    monkeypatch.setattr(cells, "MAX_WORKBOOK_CELLS", 81)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        check_cells(archive)
        monkeypatch.setattr(cells, "MAX_WORKBOOK_CELLS", 80)
        with pytest.raises(UnreadableError, match="more than 80 cells"):
            check_cells(archive)
    monkeypatch.setattr(openpyxl, "load_workbook", None)
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path / "a.xlsx")
    assert caught.value.outcome is Outcome.TOO_LARGE
