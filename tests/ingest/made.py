"""The same small document in every format and in three languages, made on the spot."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from xml.sax.saxutils import escape


@dataclass(frozen=True)
class Words:
    """What a document says; ``rows`` is a table with its header first."""

    language: str
    title: str
    heading: str
    text: str
    linked: str  # words of the text
    rows: tuple[tuple[str, str, str], ...]
    items: tuple[str, str]


WORDS = {
    "en": Words(
        "en",
        "The Mill Handbook",
        "Opening hours",
        "The mill stands by the river, next to the ferry company, and is open to visitors all year round.",
        "the ferry company",
        (("Day", "Opens", "Miller"), ("Monday", "9:00", "Anna Reed"), ("Friday", "10:30", "Tobias Wren")),
        ("Bring a lantern with you", "Ring the bell twice"),
    ),
    "es": Words(
        "es",
        "Manual del molino",
        "Horario de apertura",
        "El molino está junto al río, al lado de la compañía de barcas, y se puede visitar durante todo el año.",
        "la compañía de barcas",
        (("Día", "Abre", "Molinero"), ("Lunes", "9:00", "Ana Núñez"), ("Viernes", "10:30", "Tomás Peña")),
        ("Traiga una linterna consigo", "Llame dos veces a la campana"),
    ),
    "ru": Words(
        "ru",
        "Справочник мельницы",
        "Часы работы",
        "Мельница стоит у реки, рядом с паромной компанией, и открыта для посетителей круглый год.",
        "паромной компанией",
        (("День", "Открытие", "Мельник"), ("Понедельник", "9:00", "Анна Орлова"), ("Пятница", "10:30", "Фёдор Ёлкин")),
        ("Возьмите с собой фонарь", "Позвоните дважды"),
    ),
}
TARGET = "https://ferry.example/times?a=1&b=2"


def write_md(path: Path, words: Words) -> None:
    """Markdown."""
    lines = [" | ".join(row) for row in words.rows]
    linked = words.text.replace(words.linked, f"[{words.linked}]({TARGET})")
    items = "\n".join(f"* {item}" for item in words.items)
    table = "\n".join([lines[0], "|".join(["---"] * 3), *lines[1:]])
    path.write_text(f"# {words.title}\n\n## {words.heading}\n\n{linked}\n\n{items}\n\n{table}\n", encoding="utf-8")


def page_of(words: Words) -> str:
    """The document as the body of a web page."""
    linked = escape(words.text).replace(words.linked, f'<a href="{escape(TARGET)}">{words.linked}</a>')
    rows = "".join(
        "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row) + "</tr>"
        for tag, row in zip(("th", "td", "td"), words.rows, strict=True)
    )
    items = "".join(f"<li>{escape(item)}</li>" for item in words.items)
    return (
        f"<h1>{escape(words.title)}</h1><h2>{escape(words.heading)}</h2><p>{linked}</p><ul>{items}</ul>"
        f"<table>{rows}</table>"
    )


def write_html(path: Path, words: Words) -> None:
    """A web page."""
    path.write_text(f"<!doctype html><html><body>{page_of(words)}</body></html>", encoding="utf-8")


def write_rst(path: Path, words: Words) -> None:
    """reStructuredText."""
    linked = words.text.replace(words.linked, f"`{words.linked} <{TARGET}>`_")
    widths = [max(len(row[at]) for row in words.rows) + 2 for at in range(3)]
    rule = " ".join("=" * width for width in widths)
    lines = [" ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in words.rows]
    table = "\n".join([rule, lines[0], rule, *lines[1:], rule])
    items = "\n".join(f"* {item}" for item in words.items)
    path.write_text(
        f"{words.title}\n{'=' * 30}\n\n{words.heading}\n{'-' * 30}\n\n{linked}\n\n{items}\n\n{table}\n",
        encoding="utf-8",
    )


def write_org(path: Path, words: Words) -> None:
    """Org."""
    linked = words.text.replace(words.linked, f"[[{TARGET}][{words.linked}]]")
    lines = [f"| {' | '.join(row)} |" for row in words.rows]
    table = "\n".join([lines[0], "|---+---+---|", *lines[1:]])
    items = "\n".join(f"- {item}" for item in words.items)
    path.write_text(
        f"#+TITLE: {words.title}\n* {words.heading} :tag:\n{linked}\n{items}\n\n{table}\n", encoding="utf-8"
    )


def write_adoc(path: Path, words: Words) -> None:
    """AsciiDoc."""
    linked = words.text.replace(words.linked, f"{TARGET}[{words.linked}]")
    table = "\n".join(f"| {' | '.join(row)}" for row in words.rows)
    items = "\n".join(f"* {item}" for item in words.items)
    path.write_text(
        f"= {words.title}\n\n== {words.heading}\n\n{linked}\n\n{items}\n\n[%header]\n|===\n{table}\n|===\n",
        encoding="utf-8",
    )


def write_docx(path: Path, words: Words) -> None:
    """A Word file."""
    import docx
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    word = docx.Document()
    word.add_heading(words.title, 0)
    word.add_heading(words.heading, 1)
    before, after = words.text.split(words.linked)
    paragraph = word.add_paragraph(before)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), word.part.relate_to(TARGET, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = paragraph.add_run(words.linked)
    link.append(run._r)
    paragraph._p.append(link)
    paragraph.add_run(after)
    for item in words.items:
        word.add_paragraph(item, style="List Bullet")
    table = word.add_table(rows=3, cols=3)
    for at, row in enumerate(words.rows):
        for column, cell in enumerate(row):
            table.cell(at, column).text = cell
    word.save(str(path))


def write_pptx(path: Path, words: Words) -> None:
    """A presentation: a title slide, and one with bullets, a table, a link, and notes."""
    import pptx
    from pptx.util import Inches

    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = words.title
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = words.heading
    slide.placeholders[1].text = "\n".join(words.items)
    box = slide.shapes.add_textbox(Inches(1), Inches(5), Inches(6), Inches(1))
    paragraph = box.text_frame.paragraphs[0]
    before, after = words.text.split(words.linked)
    paragraph.add_run().text = before
    run = paragraph.add_run()
    run.text = words.linked
    run.hyperlink.address = TARGET
    paragraph.add_run().text = after
    table = slide.shapes.add_table(3, 3, Inches(1), Inches(6), Inches(6), Inches(1)).table
    for at, row in enumerate(words.rows):
        for column, cell in enumerate(row):
            table.cell(at, column).text = cell
    slide.notes_slide.notes_text_frame.text = f"{words.title}!"
    deck.save(str(path))


def write_xlsx(path: Path, words: Words) -> None:
    """A workbook: the title as the name of the first sheet, the heading of the second, which holds the table."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = words.title
    book.active["A1"] = words.text
    book.active["A1"].hyperlink = TARGET
    sheet = book.create_sheet(words.heading)
    for row in words.rows:
        sheet.append(row)
    for item in words.items:
        sheet.append([])
        sheet.append([item])
    book.save(str(path))


def write_csv(path: Path, words: Words) -> None:
    """A table as text, with the sign that Spanish and Russian programs use."""
    sign = "\t" if path.suffix == ".tsv" else ","
    if path.suffix == ".csv" and words.language != "en":
        sign = ";"
    rows = "\r\n".join(sign.join(f'"{cell}"' if sign in cell else cell for cell in row) for row in words.rows)
    path.write_text(rows + "\r\n", encoding="utf-8")


def write_epub(path: Path, words: Words, *, chapters: int = 1) -> None:
    """An e-book."""
    names = [f"chapter{number}.xhtml" for number in range(1, chapters + 1)]
    items = "".join(
        f'<item id="c{at}" href="t/{name}" media-type="application/xhtml+xml"/>' for at, name in enumerate(names)
    )
    spine = "".join(f'<itemref idref="c{at}"/>' for at in range(chapters))
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="O/book.opf"/></rootfiles></container>',
        )
        book.writestr(
            "O/book.opf",
            '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<metadata><dc:title>{escape(words.title)}</dc:title></metadata>"
            f"<manifest>{items}</manifest><spine>{spine}</spine></package>",
        )
        for name in names:
            book.writestr(
                f"O/t/{name}",
                '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title>'
                f"</head><body>{page_of(words)}</body></html>",
            )


_ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" '
    'xmlns:xlink="http://www.w3.org/1999/xlink"'
)
_ODF_KINDS = {".odt": "text", ".ods": "spreadsheet", ".odp": "presentation"}


def write_opendocument(path: Path, body: str, *, styles: str = "", manifest: str = "") -> None:
    """An OpenDocument file with that content."""
    kind = _ODF_KINDS[path.suffix]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        if manifest:
            archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr(
            "content.xml",
            f"<office:document-content {_ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
        )


def _odf_table(words: Words, name: str = "") -> str:
    rows = [
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{escape(cell)}</text:p></table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in words.rows
    ]
    return f'<table:table table:name="{escape(name)}">{"".join(rows)}</table:table>'


def _odf_text(words: Words) -> str:
    link = f'<text:a xlink:href="{escape(TARGET)}">{words.linked}</text:a>'
    return f"<text:p>{escape(words.text).replace(words.linked, link)}</text:p>"


def _odf_list(words: Words) -> str:
    items = "".join(f"<text:list-item><text:p>{escape(item)}</text:p></text:list-item>" for item in words.items)
    return f"<text:list>{items}</text:list>"


def write_odt(path: Path, words: Words) -> None:
    """OpenDocument text."""
    title = f'<text:p text:style-name="P1">{escape(words.title)}</text:p>'
    heading = f'<text:h text:outline-level="1">{escape(words.heading)}</text:h>'
    styles = '<style:style style:name="P1" style:parent-style-name="Title"/>'
    body = title + heading + _odf_text(words) + _odf_list(words) + _odf_table(words)
    write_opendocument(path, body, styles=styles)


def write_ods(path: Path, words: Words) -> None:
    """OpenDocument spreadsheet."""
    first = f"<table:table-row><table:table-cell>{_odf_text(words)}</table:table-cell></table:table-row>"
    items = "".join(
        f"<table:table-row/><table:table-row><table:table-cell><text:p>{item}</text:p></table:table-cell></table:table-row>"
        for item in words.items
    )
    table = _odf_table(words, words.heading).replace("</table:table>", f"{items}</table:table>")
    write_opendocument(path, f'<table:table table:name="{escape(words.title)}">{first}</table:table>{table}')


def write_odp(path: Path, words: Words) -> None:
    """OpenDocument presentation."""

    def frame(content: str, kind: str = "outline") -> str:
        return f'<draw:frame presentation:class="{kind}"><draw:text-box>{content}</draw:text-box></draw:frame>'

    one = frame(f"<text:p>{escape(words.title)}</text:p>", "title")
    two = frame(f"<text:p>{escape(words.heading)}</text:p>", "title")
    table = f"<draw:frame>{_odf_table(words)}</draw:frame>"
    notes = f"<presentation:notes>{frame(f'<text:p>{words.title}!</text:p>', 'notes')}</presentation:notes>"
    rest = frame(_odf_text(words)) + frame(_odf_list(words)) + table + notes
    write_opendocument(path, f"<draw:page>{one}</draw:page><draw:page>{two}{rest}</draw:page>")


def _rtf(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "\\{}" else sign if ord(sign) < 128 else f"\\u{ord(sign)}?" for sign in text)


def write_rtf(path: Path, words: Words) -> None:
    """Rich Text as Word writes it: headings by their outline level, bullets in groups of their own."""
    field = f'{{\\field{{\\*\\fldinst{{HYPERLINK "{TARGET}"}}}}{{\\fldrslt{{\\ul {_rtf(words.linked)}}}}}}}'
    before, after = map(_rtf, words.text.split(words.linked))
    items = "".join(f"{{\\listtext\\'b7\\tab}}{_rtf(item)}\\par " for item in words.items)
    rows = "".join(
        "\\trowd\\cellx3000\\cellx6000\\cellx9000 " + "".join(f"{_rtf(cell)}\\cell " for cell in row) + "\\row "
        for row in words.rows
    )
    path.write_text(
        "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Arial;}}\n"
        f"\\pard\\outlinelevel0 {_rtf(words.title)}\\par\\pard\\outlinelevel1 {_rtf(words.heading)}\\par\\pard "
        f"{before}{field}{after}\\par {items}{rows}\\pard\\par}}",
        encoding="ascii",
    )


def write_json(path: Path, words: Words) -> None:
    """Records under a name."""
    header, *rows = words.rows
    records = [dict(zip(header, row, strict=True)) for row in rows]
    if path.suffix in (".jsonl", ".ndjson"):
        path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    else:
        value = {words.heading: records, "text": words.text, "items": list(words.items)}
        path.write_text(json.dumps({words.title: value}), encoding="utf-8")


def write_xml(path: Path, words: Words) -> None:
    """Sections with titles, paragraphs and records."""
    header, *rows = words.rows
    records = "".join(
        "<record>" + "".join(f"<{n}>{escape(c)}</{n}>" for n, c in zip(header, row, strict=True)) + "</record>"
        for row in rows
    )
    items = "".join(f"<item>{escape(item)}</item>" for item in words.items)
    path.write_text(
        f"<book><title>{escape(words.title)}</title><section><title>{escape(words.heading)}</title>"
        f"<para>{escape(words.text)}</para><list>{items}</list>{records}</section></book>",
        encoding="utf-8",
    )


def write_ipynb(path: Path, words: Words) -> None:
    """A notebook whose prose is the document."""
    page = io.StringIO()
    scratch = path.with_suffix(".md.tmp")
    write_md(scratch, words)
    page.write(scratch.read_text(encoding="utf-8"))
    scratch.unlink()
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": page.getvalue().splitlines(keepends=True)},
        {
            "cell_type": "code",
            "metadata": {},
            "source": ["print(6 * 7)"],
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["42\n"]}],
        },
    ]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")


def write_eml(path: Path, words: Words) -> None:
    """A mail whose body is the page, plain and in HTML."""
    message = EmailMessage()
    message["Subject"] = words.title
    message["From"] = "Anna <anna@mill.example>"
    message["To"] = "boris@mill.example"
    message.set_content(words.text)
    message.add_alternative(f"<html><body>{page_of(words)}</body></html>", subtype="html")
    path.write_bytes(message.as_bytes())


MAKERS: dict[str, Callable[[Path, Words], None]] = {
    ".md": write_md,
    ".html": write_html,
    ".rst": write_rst,
    ".org": write_org,
    ".adoc": write_adoc,
    ".docx": write_docx,
    ".pptx": write_pptx,
    ".xlsx": write_xlsx,
    ".csv": write_csv,
    ".tsv": write_csv,
    ".epub": write_epub,
    ".odt": write_odt,
    ".ods": write_ods,
    ".odp": write_odp,
    ".rtf": write_rtf,
    ".json": write_json,
    ".jsonl": write_json,
    ".xml": write_xml,
    ".ipynb": write_ipynb,
    ".eml": write_eml,
}
