"""What is particular to files of office programs."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.parse import Parser
from ingest.readers import read
from rag.types import Document
from tests.ingest.made import WORDS, write_docx, write_epub, write_opendocument

FILES = Path(__file__).parents[2] / "files"


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser() as running:
        yield running


def told(document: Document) -> list[tuple[str, str]]:
    return [(element.kind, document.text[element.start : element.end]) for element in document.elements]


# --- Word -----------------------------------------------------------------------------------------------------------

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


ALL_STOP = "All boats stop when the river freezes over, and the harbour master hoists a black ball."
VISIBLE = "<w:vanish w:val='0'/>"


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def word_with(path: Path, body: str) -> Path:
    """A Word file whose body begins with that XML."""
    write_docx(path, WORDS["en"])
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts["word/document.xml"] = re.sub(rb"<w:body>", b"<w:body>" + body.encode(), parts["word/document.xml"], count=1)
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return path


@pytest.mark.real
def test_word_tracked_changes_controls_boxes_and_hidden_words(tmp_path: Path, parser: Parser) -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
    body = (
        f"<w:p>{run('Kept ')}<w:ins w:id='1' w:author='a'>{run('and put in')}</w:ins>"
        f"<w:del w:id='2' w:author='a'><w:r><w:delText>taken out</w:delText></w:r></w:del>"
        f"{run(', not hidden', VISIBLE)}{run(' secret', '<w:vanish/>')}.</w:p>"
        f"<w:sdt><w:sdtPr/><w:sdtContent><w:p>{run('In a control.')}</w:p></w:sdtContent></w:sdt>"
        f"<w:p>{run('Filled ')}<w:sdt><w:sdtContent>{run('in a line')}</w:sdtContent></w:sdt>"
        f"<w:fldSimple w:instr='DATE'>{run(' on Monday')}</w:fldSimple></w:p>"
        f"<w:p>{run('Beside a box.')}<w:r><w:pict><v:shape xmlns:v='urn:schemas-microsoft-com:vml'>"
        f"<v:textbox>{box}</v:textbox></v:shape></w:pict></w:r></w:p>"
        f"<w:p><w:moveFrom w:id='5' w:author='a'>{run('moved away')}</w:moveFrom>"
        f"<w:moveTo w:id='6' w:author='a'>{run('Moved here')}</w:moveTo></w:p>"
    )
    document = parser.parse(word_with(tmp_path / "a.docx", body)).document
    assert document is not None
    texts = [text for _, text in told(document)]
    assert texts[:6] == [
        "Kept and put in, not hidden",
        "In a control.",
        "Filled in a line on Monday",
        "Beside a box.",
        "In a box.",
        "Moved here",
    ]


@pytest.mark.real
def test_word_links_in_tables_and_merged_cells(tmp_path: Path, parser: Parser) -> None:
    import docx
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    word = docx.Document()
    table = word.add_table(rows=4, cols=3)
    for at, row in enumerate((("Pier", "Boat", "Leaves"), ("East", "one", "6:10"), ("", "two", "7:10"))):
        for column, cell in enumerate(row):
            table.cell(at, column).text = cell
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(3, 0).merge(
        table.cell(3, 2)
    ).text = "All boats stop when the river freezes over, and the harbour master hoists a black ball."
    link = OxmlElement("w:hyperlink")
    relation = word.part.relate_to("https://ferry.example/", RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link.set(qn("r:id"), relation)
    paragraph = table.cell(1, 1).paragraphs[0]
    link.append(paragraph.runs[0]._r)
    paragraph._p.append(link)
    word.save(str(tmp_path / "a.docx"))
    document = parser.parse(tmp_path / "a.docx").document
    assert document is not None
    assert [text for _, text in told(document)] == [
        "Pier | Boat | Leaves",
        "Pier: East | Boat: one | Leaves: 6:10",
        "Pier: East | Boat: two | Leaves: 7:10",
        ALL_STOP,
    ]
    assert document.elements[-1].kind == "text"
    assert [(document.text[each.start : each.end], each.target) for each in document.links] == [
        ("one", "https://ferry.example/")
    ]


@pytest.mark.real
def test_a_word_table_whose_grid_is_broken_loses_no_cell(tmp_path: Path, parser: Parser) -> None:
    cells = "".join(f"<w:tc><w:p>{run(text)}</w:p></w:tc>" for text in ("East", "one"))
    wrong = f"<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p>{run('lost')}</w:p></w:tc>"
    body = f"<w:tbl><w:tr>{cells}</w:tr><w:tr><w:trPr><w:gridBefore w:val='3'/></w:trPr>{wrong}{cells}</w:tr></w:tbl>"
    document = parser.parse(word_with(tmp_path / "a.docx", body)).document
    assert document is not None
    assert document.text.startswith("East | one\nlost | East | one\n")


# --- presentations --------------------------------------------------------------------------------------------------


def test_slides_groups_merged_cells_charts_and_reading_order(tmp_path: Path) -> None:
    import pptx
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches

    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Boats"
    low = slide.shapes.add_textbox(Inches(1), Inches(5), Inches(3), Inches(1))
    low.text_frame.text = "Below."
    group = slide.shapes.add_group_shape()
    inner = group.shapes.add_group_shape()
    inner.shapes.add_textbox(Inches(1), Inches(2), Inches(3), Inches(1)).text_frame.text = "In a group in a group."
    data = CategoryChartData()
    data.categories = ["May", "June"]
    data.add_series("Passengers", (120, 240.5))
    data.add_series("Dogs", (3, None))
    area = Inches(1), Inches(3), Inches(3), Inches(1)
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *area, data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Who came"
    table = slide.shapes.add_table(3, 3, Inches(1), Inches(4), Inches(3), Inches(1)).table
    for at, row in enumerate((("Pier", "Boat", "Leaves"), ("East", "one", "6:10"), ("", "two", "7:10"))):
        for column, cell in enumerate(row):
            table.cell(at, column).text = cell
    table.cell(1, 0).merge(table.cell(2, 0))
    deck.slides.add_slide(deck.slide_layouts[6])  # without a title
    deck.slides[1].shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "Alone."
    deck.save(str(tmp_path / "a.pptx"))
    document = read(tmp_path / "a.pptx")
    assert told(document) == [
        ("title", "Boats"),
        ("text", "In a group in a group."),
        ("text", "Who came"),
        ("row", "Passengers | Dogs"),
        ("row", "May | Passengers: 120 | Dogs: 3"),
        ("row", "June | Passengers: 240.5"),
        ("row", "Pier | Boat | Leaves"),
        ("row", "Pier: East | Boat: one | Leaves: 6:10"),
        ("row", "Pier: East | Boat: two | Leaves: 7:10"),
        ("text", "Below."),
        ("text", "Alone."),
    ]
    assert document.pages == 2
    assert (document.elements[-1].page, document.elements[-1].section) == (2, ())


# --- workbooks ------------------------------------------------------------------------------------------------------


def test_workbook_values_read_as_they_are_shown(tmp_path: Path) -> None:
    import openpyxl
    from openpyxl.comments import Comment

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Fees"
    sheet.append(["Prices of the ferry company"])
    sheet.append([])
    sheet.append(["Who", "Since", "Crowns", "Share", "At", "Open"])
    day, moment = datetime.date(2024, 3, 1), datetime.datetime(2024, 3, 1, 9, 30)
    sheet.append(["Adults", day, 4.5, 0.125, moment, True])
    sheet.append(["Children", day, 1234567, 1 / 3, datetime.time(9, 5), False])
    for row in (4, 5):
        sheet.cell(row, 3).number_format = "0.00"
        sheet.cell(row, 4).number_format = "0.0%"
    sheet["A4"].hyperlink = "https://ferry.example/adults"
    sheet["C5"].comment = Comment("Children pay in coppers.", "Anna")
    book.create_sheet("Empty")
    book.save(str(tmp_path / "a.xlsx"))
    document = read(tmp_path / "a.xlsx")
    assert [text for _, text in told(document)] == [
        "Fees",
        "Prices of the ferry company",
        "Who | Since | Crowns | Share | At | Open",
        "Who: Adults | Since: 2024-03-01 | Crowns: 4.50 | Share: 12.5% | At: 2024-03-01 09:30 | Open: TRUE",
        "Who: Children | Since: 2024-03-01 | Crowns: 1234567 | Share: 33.3% | At: 09:05:00 | Open: FALSE",
        "C5: Children pay in coppers.",
        "Empty",
    ]
    assert document.pages == 2
    assert [(document.text[each.start : each.end], each.target) for each in document.links] == [
        ("Adults", "https://ferry.example/adults")
    ]


def test_a_header_of_two_rows_and_cells_over_several(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["In crowns", "2022", None, "2023", None],
        [None, "Sales", "Profit", "Sales", "Profit"],
        [],
        ["East", 10, 2, 12, 3],
        [None, 11, 1, 9, 2],
    ):
        sheet.append(row)
    sheet.merge_cells("B1:C1")
    sheet.merge_cells("D1:E1")
    sheet.merge_cells("A4:A5")
    book.save(str(tmp_path / "a.xlsx"))
    assert [text for _, text in told(read(tmp_path / "a.xlsx"))][3:] == [
        "In crowns: East | 2022 / Sales: 10 | 2022 / Profit: 2 | 2023 / Sales: 12 | 2023 / Profit: 3",
        "In crowns: East | 2022 / Sales: 11 | 2022 / Profit: 1 | 2023 / Sales: 9 | 2023 / Profit: 2",
    ]


def test_a_workbook_read_as_a_stream_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest.readers.office import xlsx
    from tests.ingest.made import write_xlsx

    write_xlsx(tmp_path / "a.xlsx", WORDS["ru"])
    whole = read(tmp_path / "a.xlsx")
    monkeypatch.setattr(xlsx, "MAX_WHOLE_SHEET_BYTES", 0)
    assert told(read(tmp_path / "a.xlsx")) == told(whole)


def test_workbooks_of_the_older_kind() -> None:
    document = read(FILES / "fares.xls")
    assert told(document) == [
        ("title", "Тарифы"),
        ("row", "Кто | Цена, кроны | С какого дня"),
        ("row", "Кто: Взрослый | Цена, кроны: 4.50 | С какого дня: 2024-03-01"),
        ("row", "Кто: Ребёнок | Цена, кроны: 1 | С какого дня: 2024-05-02 09:30"),
        ("title", "Turnos"),
        ("row", "Día | Marinero | Parte"),
        ("row", "Día: lunes | Marinero: Anselmo Pardo | Parte: 25%"),
        ("row", "Día: lunes | Marinero: Rita Pascual | Parte: TRUE"),
        ("title", "Empty"),
    ]
    assert document.pages == 3 and [each.page for each in document.elements] == [1, 1, 1, 1, 2, 2, 2, 2, 3]


# --- OpenDocument ---------------------------------------------------------------------------------------------------

STYLES = """
<text:list-style style:name="L1">
<text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>
<text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")"/></text:list-style>
<text:list-style style:name="L2"><text:list-level-style-bullet text:level="1"/></text:list-style>
<style:style style:name="T1"><style:text-properties text:display="none"/></style:style>
<style:style style:name="P2" style:parent-style-name="Heading_20_2"/>
"""
BODY = """
<text:tracked-changes><text:changed-region><text:deletion><text:p>taken out</text:p></text:deletion>
</text:changed-region></text:tracked-changes>
<text:h text:outline-level="1">Fees<text:s/>and<text:tab/>fines</text:h>
<text:p>One<text:line-break/>two<text:note><text:note-citation>1</text:note-citation><text:note-body>
<text:p>The note.</text:p></text:note-body></text:note>.<office:annotation><text:p>remark</text:p></office:annotation>
</text:p>
<text:p text:style-name="P2">Below</text:p>
<text:p>Seen <text:span text:style-name="T1">secret</text:span><text:hidden-text>secret</text:hidden-text>here.</text:p>
<text:section text:display="none"><text:p>secret</text:p></text:section>
<text:list text:style-name="L1"><text:list-item><text:p>First</text:p><text:list><text:list-item><text:p>Inner</text:p>
</text:list-item></text:list></text:list-item>
<text:list-item><text:p>Second</text:p><text:p>goes on</text:p></text:list-item></text:list>
<text:list text:style-name="L2"><text:list-item><text:p>Bullet</text:p></text:list-item></text:list>
<text:p>Page<text:soft-page-break/> two<draw:frame><draw:text-box><text:p>Boxed.</text:p></draw:text-box></draw:frame>.
</text:p>
<table:table><table:table-header-rows><table:table-row>
<table:table-cell table:number-columns-spanned="2"><text:p>Pier</text:p></table:table-cell><table:covered-table-cell/>
<table:table-cell><text:p>Leaves</text:p></table:table-cell></table:table-row></table:table-header-rows>
<table:table-row><table:table-cell table:number-rows-spanned="2"><text:p>East</text:p></table:table-cell>
<table:table-cell><text:p>one</text:p></table:table-cell>
<table:table-cell><text:p>6:10</text:p></table:table-cell></table:table-row>
<table:table-row><table:covered-table-cell/><table:table-cell><text:p>two</text:p></table:table-cell>
<table:table-cell><text:p>7:10</text:p></table:table-cell></table:table-row></table:table>
"""


def test_opendocument_text(tmp_path: Path) -> None:
    write_opendocument(tmp_path / "a.odt", BODY, styles=STYLES)
    document = read(tmp_path / "a.odt")
    assert told(document) == [
        ("title", "Fees and fines"),
        ("text", "One\ntwo."),
        ("title", "Below"),
        ("text", "Seen here."),
        ("list", "1. First"),
        ("list", "a) Inner"),
        ("list", "2. Second"),
        ("text", "goes on"),
        ("list", "- Bullet"),
        ("text", "Page two."),
        ("text", "Boxed."),
        ("row", "Pier | | Leaves"),
        ("row", "Pier: East | one | Leaves: 6:10"),
        ("row", "Pier: East | two | Leaves: 7:10"),
        ("text", "The note."),
    ]
    assert document.elements[3].section == ("Fees and fines", "Below")
    assert document.pages == 2 and document.elements[-2].page == 2


# --- Rich Text ------------------------------------------------------------------------------------------------------


def test_rich_text_signs_groups_and_pictures(tmp_path: Path) -> None:
    content = (
        rb"{\rtf1\ansi\ansicpg1251\uc0{\fonttbl{\f0\fcharset204 Arial;}}{\info{\title secret}{\author secret}}"
        rb"{\header \pard Ferry company\par}"
        rb"\pard\outlinelevel0 \'cf\'e0\'f0\'ee\'ec\par\pard \u1055 \'e0\'f0\'ee\'ec{\v secret}"
        rb"{\footnote note} \{six\}\par "
        rb"{\pict\pngblip\bin6 }{}{}{}{\*\generator secret;}"
        rb"{\listtext\pard\plain 2.\tab}Second\par "
        rb"\trowd\cellx1\cellx2 Day\cell Opens|at\cell\row \trowd\cellx1\cellx2 Monday\par or so\cell 9:00\cell\row "
        rb"\trowd\cellx1\cellx2 Friday\cell 10:00\cell\row \pard After.\par}"
    )
    (tmp_path / "a.rtf").write_bytes(content)
    document = read(tmp_path / "a.rtf")
    assert told(document) == [
        ("text", "Ferry company"),
        ("title", "Паром"),
        ("text", "Паром note {six}"),
        ("list", "2. Second"),
        ("row", "Day | Opens|at"),
        ("row", "Day: Monday or so | Opens|at: 9:00"),
        ("row", "Day: Friday | Opens|at: 10:00"),
        ("text", "After."),
    ]
    assert "secret" not in document.text


# --- e-books --------------------------------------------------------------------------------------------------------


def test_chapters_without_a_heading_take_their_name_from_the_contents(tmp_path: Path) -> None:
    path = tmp_path / "a.epub"
    write_epub(path, WORDS["es"], chapters=2)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for number in (1, 2):
        parts[f"O/t/chapter{number}.xhtml"] = f"<html><body><p>Texto del capítulo {number}.</p></body></html>".encode()
    parts["O/nav.xhtml"] = (
        b"<html xmlns='http://www.w3.org/1999/xhtml'><body><nav><a href='t/chapter1.xhtml#a'>El molino</a>"
        b"<a href='t/chapter2.xhtml'>La barca</a></nav></body></html>"
    )
    item = b'<item id="n" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/></manifest>'
    parts["O/book.opf"] = parts["O/book.opf"].replace(b"</manifest>", item)
    parts["O/book.opf"] = parts["O/book.opf"].replace(b"<spine>", b'<spine><itemref idref="n"/>')
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)
    document = read(path)
    assert [(text, document.elements[at].section) for at, (_, text) in enumerate(told(document))] == [
        ("Manual del molino", ("Manual del molino",)),
        ("El molino", ("Manual del molino", "El molino")),
        ("Texto del capítulo 1.", ("Manual del molino", "El molino")),
        ("La barca", ("Manual del molino", "La barca")),
        ("Texto del capítulo 2.", ("Manual del molino", "La barca")),
    ]
