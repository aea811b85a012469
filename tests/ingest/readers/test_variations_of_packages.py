"""What once was read wrong in files that programs write, in five others of each kind: office files, books, PDF."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from ingest.readers import read
from tests.ingest.made import WORDS, write_epub, write_opendocument
from tests.ingest.readers.office.word_files import run, word_with

KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@pytest.mark.parametrize(
    ("comments", "says"),
    [
        ([("w:author='Eve'", ["Since May it is Otto."])], ["Eve: Since May it is Otto."]),
        ([("w:author='Ив'", ["С мая это Отто."]), ("w:author='Bo'", ["No."])], ["Ив: С мая это Отто.", "Bo: No."]),
        ([("", ["Nobody signed this."])], ["Nobody signed this."]),
        ([("w:author='Eve' w:initials='E'", ["One line.", "Another one."])], ["One line.", "Another one."]),
        ([("w:author='Eve'", ["¿Seguro?"]), ("w:author='Eve'", ["Sí."])], ["Eve: ¿Seguro?", "Eve: Sí."]),
    ],
)
def test_comments_of_word(tmp_path: Path, comments: list[tuple[str, list[str]]], says: list[str]) -> None:
    inner = "".join(
        f"<w:comment w:id='{at}' {author}>{''.join(f'<w:p>{run(text)}</w:p>' for text in texts)}</w:comment>"
        for at, (author, texts) in enumerate(comments)
    )
    parts = {"word/comments.xml": f"<w:comments xmlns:w='{WORD}'>{inner}</w:comments>"}
    relation = f'<Relationship Id="xc" Type="{KIND}/comments" Target="comments.xml"/>'
    document = read(word_with(tmp_path / "a.docx", f"<w:p>{run('The warden is Ada.')}</w:p>", parts, relation))
    assert document.text.startswith("The warden is Ada.\n") and all(words in document.text for words in says)


FORMS: list[list[tuple[str, Any]]] = [
    [("Invoice no.", "P-118"), ("Customer", "Potter & Sons"), ("Due", datetime.date(2023, 6, 30)), ("Sum", 412.8)],
    [("Cliente", "Alfarería Peña"), ("Fecha", datetime.datetime(2024, 5, 2)), ("Importe", 412.8)],
    [("Фамилия", "Лугин"), ("Номер лодки", 14), ("Дата", datetime.date(2024, 5, 9))],
    [("Name:", "Ada Marr"), ("Age:", 41), ("Town:", "Lugo")],
    [("Name", "Ada"), ("Phone", "+34 600 000 002"), ("E-mail", "ada@boat.example"), ("Room", 12)],
    [("Height", 120), ("Width", 60), ("Weight", 18.5)],
]


def plain(value: Any) -> str:
    return value.isoformat()[:10] if isinstance(value, datetime.date) else str(value)


def write_form(path: Path, form: Sequence[tuple[str, Any]]) -> None:
    import openpyxl

    rows = [(name, plain(value)) for name, value in form]
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in form:
            book.active.append(row)
        book.save(path)
    elif path.suffix == ".ods":
        cells = ["".join(f"<table:table-cell><text:p>{cell.replace('&', '&amp;')}</text:p></table:table-cell>"
                         for cell in row) for row in rows]  # fmt: skip
        lines = "".join(f"<table:table-row>{each}</table:table-row>" for each in cells)
        write_opendocument(path, f'<table:table table:name="S">{lines}</table:table>')
    elif path.suffix == ".html":
        path.write_text("<table>" + "".join(f"<tr><td>{name}<td>{value}" for name, value in rows) + "</table>")
    else:
        path.write_text("\n".join(f"{name};{value}" for name, value in rows))


@pytest.mark.parametrize("suffix", [".xlsx", ".ods", ".html", ".csv"])
@pytest.mark.parametrize("form", FORMS, ids=range(len(FORMS)))
def test_forms_of_two_columns(tmp_path: Path, form: list[tuple[str, Any]], suffix: str) -> None:
    write_form(tmp_path / f"a{suffix}", form)
    text = read(tmp_path / f"a{suffix}").text
    assert [f"{name} | {plain(value)}" for name, value in form] == text.splitlines()[-len(form) :]


@pytest.mark.parametrize(
    ("rows", "formula", "number"),
    [
        ([("Item", "Price", "Sum"), ("Jar", 20, "=B2*2"), ("Jug", 30, "=B3*2")], "Sum: =B3*2", 2),
        ([("Item", "Label"), ("Jar", '=CONCATENATE("a",B1)'), ("Jug", "x")], "=CONCATENATE", 1),
        ([("=SUM(B1:B2)",), ("=TODAY()",)], "=TODAY()", 2),
        ([("Artículo", "Cuota"), ("Jarra", "=1/4")], "=1/4", 1),
        ([("Wert", "x"), ("Summe", "=Sheet!B1&A1")], "=Sheet!B1&A1", 1),
    ],
)
def test_formulas_without_results(tmp_path: Path, rows: list[tuple[Any, ...]], formula: str, number: int) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    document = read(tmp_path / "a.xlsx")
    assert formula in document.text
    assert document.remark == f"left out: formulas without saved results ({number})"


DRAWN = (
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{KIND}/drawing" Target="../drawings/drawing1.xml"/></Relationships>'
)


def box(*texts: str, tag: str = "sp") -> str:
    paragraphs = "".join(f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>" for text in texts)
    return f"<xdr:{tag}><xdr:txBody>{paragraphs}</xdr:txBody></xdr:{tag}>"


@pytest.mark.parametrize(
    ("drawing", "says"),
    [
        (f"<xdr:twoCellAnchor>{box('The warden is Ada.')}</xdr:twoCellAnchor>", ["The warden is Ada."]),
        (f"<xdr:grpSp>{box('In a group.')}{box('Beside it.')}</xdr:grpSp>", ["In a group.", "Beside it."]),
        (box("Two", "paragraphs."), ["Two", "paragraphs."]),
        (box("On an arrow.", tag="cxnSp"), ["On an arrow."]),
        (box("Смотритель Ада.") + "<xdr:pic><xdr:cNvPr descr='Двор'/></xdr:pic>", ["Смотритель Ада.", "Двор"]),
    ],
)
def test_boxes_on_sheets(tmp_path: Path, drawing: str, says: list[str]) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Day", "Heat"])
    book.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx", "a") as archive:
        archive.writestr("xl/worksheets/_rels/sheet1.xml.rels", RELATIONS)
        archive.writestr("xl/drawings/drawing1.xml", f"<xdr:wsDr {DRAWN}>{drawing}</xdr:wsDr>")
    assert read(tmp_path / "a.xlsx").text.split("\n\n")[2:] == says


@pytest.mark.parametrize("place", ["shapes", "table-cell"])
def test_boxes_on_sheets_of_opendocument(tmp_path: Path, place: str) -> None:
    frame = "<draw:frame><draw:text-box><text:p>The warden is Ada.</text:p></draw:text-box></draw:frame>"
    row = "<table:table-row><table:table-cell><text:p>x</text:p>{}</table:table-cell></table:table-row>"
    body = f"<table:shapes>{frame}</table:shapes>{row.format('')}" if place == "shapes" else row.format(frame)
    write_opendocument(tmp_path / "a.ods", f'<table:table table:name="S">{body}</table:table>')
    assert "The warden is Ada." in read(tmp_path / "a.ods").text


Parts = dict[str, bytes]


def moved(parts: Parts, name: str) -> None:
    parts[name] = parts.pop("O/t/chapter2.xhtml")


def without(parts: Parts, *numbers: int) -> None:
    for number in numbers:
        del parts[f"O/t/chapter{number}.xhtml"]


def named(parts: Parts, old: bytes, new: bytes) -> None:
    parts["O/book.opf"] = parts["O/book.opf"].replace(old, new)


@pytest.mark.parametrize(
    ("change", "chapters", "remark"),
    [
        (lambda parts: without(parts, 2), "13", "missing chapters (1)"),
        (lambda parts: without(parts, 1, 2), "3", "missing chapters (2)"),
        (lambda parts: moved(parts, "O/T/CHAPTER2.xhtml"), "123", ""),
        (lambda parts: (moved(parts, "O/t/no 2.xhtml"), named(parts, b"t/chapter2", b"t/no%202")), "123", ""),
        (lambda parts: named(parts, b"t/chapter2", b"./t/../t/chapter2"), "123", ""),
        (lambda parts: without(parts, 1, 2, 3), "", "missing chapters (3)"),
    ],
    ids=range(6),
)
def test_chapters_of_books(tmp_path: Path, change: Callable[[Parts], object], chapters: str, remark: str) -> None:
    write_epub(tmp_path / "a.epub", WORDS["en"], chapters=3)
    with zipfile.ZipFile(tmp_path / "a.epub") as book:
        parts = {name: book.read(name) for name in book.namelist()}
    for number in "123":
        parts[f"O/t/chapter{number}.xhtml"] = f"<html><body><p>Number {number}.</p></body></html>".encode()
    change(parts)
    with zipfile.ZipFile(tmp_path / "a.epub", "w") as book:
        for name, data in parts.items():
            book.writestr(name, data)
    document = read(tmp_path / "a.epub")
    assert [number for number in "123" if f"Number {number}." in document.text] == [*chapters]
    assert remark in document.remark and bool(remark) == bool(document.remark)


SLIDE = "http://schemas.openxmlformats.org/presentationml/2006/main"
NAMES = f'xmlns:p="{SLIDE}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
GROUP = (
    '<p:grpSp {names}><p:nvGrpSpPr><p:cNvPr id="99" name="g"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
    "{inner}</p:grpSp>"
)


def note_box(*texts: str) -> str:
    paragraphs = "".join(f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>" for text in texts)
    return (
        f'<p:sp {NAMES}><p:nvSpPr><p:cNvPr id="77" name="b"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr><p:spPr/>'
        f"<p:txBody><a:bodyPr/>{paragraphs}</p:txBody></p:sp>"
    )


@pytest.mark.parametrize(
    ("spoken", "boxes", "says"),
    [
        ("Say it.", [note_box("The roof is slate.")], ["Say it.", "The roof is slate."]),
        ("", [note_box("The roof is slate.", "And old."), note_box("Двор пуст.")], ["And old.", "Двор пуст."]),
        ("One line\nAnother", [], ["One line", "Another"]),
        ("", [GROUP.format(names=NAMES, inner=note_box("In a group."))], ["In a group."]),
        ("Dilo.", [GROUP.format(names=NAMES, inner=note_box("a") + note_box("Tejado."))], ["Dilo.", "Tejado."]),
    ],
)
def test_notes_of_slides(tmp_path: Path, spoken: str, boxes: list[str], says: list[str]) -> None:
    import pptx
    from lxml import etree

    deck = pptx.Presentation()
    notes = deck.slides.add_slide(deck.slide_layouts[6]).notes_slide
    notes.notes_text_frame.text = spoken
    for each in boxes:
        notes.shapes._spTree.append(etree.fromstring(each))
    deck.save(str(tmp_path / "a.pptx"))
    assert all(words in read(tmp_path / "a.pptx").text for words in says)


def written_form(path: Path, *parts: tuple[str, tuple[float, float], dict[str, Any]]) -> str:
    """What is read of a form of labels and fields at their places."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=(600, 800))
    for kind, (x, y), more in parts:
        if kind == "label":
            canvas.drawString(x, y + 5, more["text"])
        else:
            getattr(canvas.acroForm, kind)(x=x, y=y, **more)
    canvas.save()
    return read(path).text


def label(text: str, x: float, y: float) -> tuple[str, tuple[float, float], dict[str, Any]]:
    return "label", (x, y), {"text": text}


def field(kind: str, x: float, y: float, **more: Any) -> tuple[str, tuple[float, float], dict[str, Any]]:
    size = {"width": 120, "height": 18} if kind in ("textfield", "choice") else {}
    return kind, (x, y), {"name": f"{kind}{x}{y}", **size, **more}


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ([label("Apellido:", 72, 695), field("textfield", 150, 695, value="Luna")], ["Apellido: Luna"]),
        ([label("Talla:", 72, 695), field("choice", 150, 695, options=["S", "XL"], value="XL")], ["Talla: XL"]),
        (
            [
                *(field("radio", 150, 695, name="r", value="s"), label("Small", 180, 695)),
                *(field("radio", 250, 695, name="r", value="l", selected=True), label("Large", 280, 695)),
            ],
            ["☐ Small", "☒ Large"],
        ),
        ([field("checkbox", 72, 695, checked=True), label("fire insurance", 100, 695)], ["☒ fire insurance"]),
        (
            [
                label("Remarks", 72, 720),
                field("textfield", 72, 640, height=50, value="call\nring", fieldFlags="multiline"),
            ],
            ["call", "ring"],
        ),
        ([label("Town", 150, 720), field("textfield", 150, 695, value="Lugo")], ["Town Lugo"]),
    ],
    ids=range(6),
)  # fmt: skip
def test_fields_of_forms(tmp_path: Path, parts: list[Any], says: list[str]) -> None:
    text = written_form(tmp_path / "a.pdf", label("Application", 72, 750), *parts)
    assert all(words in text for words in says), text


@pytest.mark.parametrize(
    ("kind", "contents", "author", "says"),
    [
        ("/Highlight", "Since May it is Otto.", "Eve", "Eve: Since May it is Otto."),
        ("/Text", "С мая это Отто", "", "С мая это Отто"),
        ("/Caret", "insert: since May", "Bo", "Bo: insert: since May"),
        ("/StrikeOut", "not any more", "", "not any more"),
        ("/FreeText", "Corrección: Otto.", "", "Corrección: Otto."),
        ("file", "day,hour\nMon,9\n", "b.csv", "day: Mon | hour: 9"),
        ("file", "The ledger is on shelf 14B.", "ledger.txt", "shelf 14B"),
    ],
)
def test_notes_and_files_of_pdf(tmp_path: Path, kind: str, contents: str, author: str, says: str) -> None:
    from pypdf import PdfWriter
    from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, TextStringObject

    writer = PdfWriter()
    writer.add_blank_page(600, 800)
    if kind == "file":
        writer.add_attachment(author, contents.encode())
    else:
        place = [FloatObject(at) for at in (72, 690, 200, 712)]
        note = {"/Type": NameObject("/Annot"), "/Subtype": NameObject(kind), "/Rect": ArrayObject(place)}
        note |= {"/Contents": TextStringObject(contents), "/T": TextStringObject(author)}
        writer.add_annotation(0, DictionaryObject({NameObject(key): value for key, value in note.items()}))
    writer.write(tmp_path / "a.pdf")
    assert says in read(tmp_path / "a.pdf").text
