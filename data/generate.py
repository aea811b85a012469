"""Write the binary documents of the sample library from the texts in `sources/`.

    .venv/bin/python data/generate.py

Every run writes the same bytes: dates are fixed, and the zip containers (docx, pptx, xlsx,
epub, odt) are packed again with one timestamp and in one order. The texts use a small part
of Markdown: `#` and `##` headings, `- ` list items, `|` tables and paragraphs.
"""

import io
import json
import random
import re
import sys
import zipfile
from collections.abc import Callable
from datetime import datetime
from html import escape
from pathlib import Path

import docx
import openpyxl
import pptx
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import ListFlowable, Paragraph, SimpleDocTemplate, Table

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "sources"
TITLES = json.loads((SOURCES / "titles.json").read_text(encoding="utf-8"))  # those in other letters
LIBRARY = HERE / "library"
FONTS = Path("/usr/share/fonts/truetype/dejavu")
FIXED = datetime(2024, 1, 15, 12, 0, 0)

# A block is a kind ("h1", "h2", "p", "li" or "table") with its text, or its rows for a table.
Block = tuple[str, str | list[list[str]]]


def font_file(name: str) -> Path:
    """Give the path of a DejaVu font, or stop with the name of the package that has it."""
    path = FONTS / f"{name}.ttf"
    if not path.is_file():
        sys.exit(f"{path} is missing: install the Debian package fonts-dejavu-core")
    return path


def blocks(name: str) -> list[Block]:
    """Read `sources/<name>.md` into blocks."""
    found: list[Block] = []
    for line in (SOURCES / f"{name}.md").read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if line.startswith("|"):
            if set(line) <= set("|-: "):
                continue
            if not found or found[-1][0] != "table":
                found.append(("table", []))
            rows = found[-1][1]
            assert isinstance(rows, list)
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif line:
            for mark, kind in (("## ", "h2"), ("# ", "h1"), ("- ", "li"), ("", "p")):
                if line.startswith(mark):
                    found.append((kind, line.removeprefix(mark)))
                    break
    return found


def repack(data: bytes, first: str | None = None) -> bytes:
    """Pack a zip container again so that its bytes depend on its contents only."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        names = old.namelist()
        if first is None:
            names.sort(key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            content = old.read(name)
            if name == "docProps/core.xml":  # some writers put the time of saving here
                stamp = FIXED.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", stamp, content)
            info = zipfile.ZipInfo(name, FIXED.timetuple()[:6])
            method = zipfile.ZIP_STORED if name == first else zipfile.ZIP_DEFLATED
            new.writestr(info, content, compress_type=method)
    return out.getvalue()


def zip_of(files: dict[str, str], mimetype: str) -> bytes:
    """Pack text files into a container whose first, uncompressed entry is its media type."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        pack.writestr("mimetype", mimetype)
        for name, text in files.items():
            pack.writestr(name, text)
    return repack(out.getvalue(), first="mimetype")


def pdf(name: str, title: str, language: str, serif: bool, page: str) -> bytes:
    """Set a source as PDF with large headings, ruled tables and page numbers."""
    family = "DejaVuSerif" if serif else "DejaVuSans"
    for face in (family, f"{family}-Bold"):
        pdfmetrics.registerFont(TTFont(face, str(font_file(face))))
    small = page == "A5"
    size = 9.6 if small else 10.5
    base = ParagraphStyle("p", fontName=family, fontSize=size, leading=size * 1.5, spaceAfter=size * 0.7)
    styles = {
        "p": base,
        "li": base,
        "h1": ParagraphStyle(
            "h1",
            base,
            fontName=f"{family}-Bold",
            fontSize=size + 7,
            leading=size + 12,
            spaceBefore=size * 1.8,
            keepWithNext=1,
        ),
        "h2": ParagraphStyle(
            "h2",
            base,
            fontName=f"{family}-Bold",
            fontSize=size + 2.5,
            leading=size + 7,
            spaceBefore=size * 0.8,
            keepWithNext=1,
        ),
        "cell": ParagraphStyle("cell", base, fontSize=size - 1.6, leading=size + 1.4, spaceAfter=0),
        "head": ParagraphStyle(
            "head", base, fontName=f"{family}-Bold", fontSize=size - 1.6, leading=size + 1.4, spaceAfter=0
        ),
    }
    story: list[object] = []
    items: list[Paragraph] = []
    for kind, text in [*blocks(name), ("end", "")]:
        if kind != "li" and items:
            story.append(ListFlowable(items, bulletType="bullet", start="–"))
            items = []
        if isinstance(text, list):
            rows = [
                [Paragraph(escape(cell), styles["cell" if number else "head"]) for cell in row]
                for number, row in enumerate(text)
            ]
            table = Table(rows, repeatRows=1, spaceBefore=4, spaceAfter=10)
            table.setStyle(
                [
                    ("GRID", (0, 0), (-1, -1), 0.6, colors.black),
                    ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
                    ("NOSPLIT", (0, 0), (-1, -1)),
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ]
            )
            story.append(table)
        elif kind == "li":
            items.append(Paragraph(escape(text), styles["li"]))
        elif kind != "end":
            story.append(Paragraph(escape(text), styles[kind]))

    def footer(canvas: Canvas, layout: SimpleDocTemplate) -> None:
        canvas.setFont(family, 8)
        canvas.drawCentredString(layout.pagesize[0] / 2, 9 * mm, str(canvas.getPageNumber()))

    def new_canvas(*args: object, **options: object) -> Canvas:
        return Canvas(*args, **{**options, "invariant": 1})

    margin = 17 * mm if small else 24 * mm
    out = io.BytesIO()
    SimpleDocTemplate(
        out,
        pagesize=A5 if small else A4,
        title=title,
        lang=language,
        leftMargin=margin,
        rightMargin=margin,
        topMargin=margin,
        bottomMargin=margin,
    ).build(story, onFirstPage=footer, onLaterPages=footer, canvasmaker=new_canvas)
    return out.getvalue()


def word(name: str, title: str, language: str) -> bytes:
    """Write a source as a Word document with the built-in heading and table styles."""
    document = docx.Document()
    core = document.core_properties
    core.title, core.language, core.author = title, language, ""
    core.created = core.modified = FIXED
    for kind, text in blocks(name):
        if isinstance(text, list):
            table = document.add_table(len(text), len(text[0]), style="Table Grid")
            for cells, row in zip(table.rows, text, strict=False):
                for cell, value in zip(cells.cells, row, strict=False):
                    cell.text = value
        elif kind in ("h1", "h2"):
            document.add_heading(text, level=int(kind[1]))
        else:
            document.add_paragraph(text, style="List Bullet" if kind == "li" else None)
    out = io.BytesIO()
    document.save(out)
    return repack(out.getvalue())


def slides(name: str, title: str) -> bytes:
    """Write a source as slides: one for each heading, with its list items."""
    show = pptx.Presentation()
    show.core_properties.title = title
    show.core_properties.author = ""
    show.core_properties.created = show.core_properties.modified = FIXED
    frame = None
    for kind, text in blocks(name):
        assert isinstance(text, str)
        if kind == "h1":
            slide = show.slides.add_slide(show.slide_layouts[1])
            slide.shapes.title.text = text
            frame = slide.placeholders[1].text_frame
        elif frame is not None:
            line = frame.paragraphs[0] if not frame.text else frame.add_paragraph()
            line.text = text
    out = io.BytesIO()
    show.save(out)
    return repack(out.getvalue())


def sheets(name: str, title: str) -> bytes:
    """Write a source as a workbook: one sheet for each heading, with its table."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.title, book.properties.creator = title, ""
    book.properties.created = book.properties.modified = FIXED
    for kind, text in blocks(name):
        if kind == "h1":
            book.create_sheet(str(text))
        elif isinstance(text, list):
            for row in text:
                book.worksheets[-1].append([int(cell) if cell.isdigit() else cell for cell in row])
    out = io.BytesIO()
    book.save(out)
    return repack(out.getvalue())


def epub(name: str, title: str, language: str) -> bytes:
    """Write a source as an EPUB 3 book with one chapter for each heading."""
    chapters: list[tuple[str, list[str]]] = []
    for kind, text in blocks(name):
        if kind == "h1":
            chapters.append((str(text), []))
        else:
            chapters[-1][1].append(str(text))
    head = (
        f'<?xml version="1.0" encoding="utf-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops" lang="{language}"><head><title>'
    )
    files = {
        "META-INF/container.xml": (
            '<?xml version="1.0"?>\n<container version="1.0" '
            'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
            'full-path="book/book.opf" media-type="application/oebps-package+xml"/>'
            "</rootfiles></container>"
        )
    }
    manifest = '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
    spine = links = ""
    for number, (heading, lines) in enumerate(chapters, 1):
        body = "".join(f"<p>{escape(line)}</p>\n" for line in lines)
        files[f"book/c{number}.xhtml"] = (
            f"{head}{escape(heading)}</title></head><body>\n<h1>{escape(heading)}</h1>\n{body}</body></html>"
        )
        manifest += f'<item id="c{number}" href="c{number}.xhtml" media-type="application/xhtml+xml"/>'
        spine += f'<itemref idref="c{number}"/>'
        links += f'<li><a href="c{number}.xhtml">{escape(heading)}</a></li>'
    files["book/nav.xhtml"] = (
        f'{head}{escape(title)}</title></head><body><nav epub:type="toc"><ol>{links}</ol></nav></body></html>'
    )
    files["book/book.opf"] = (
        '<?xml version="1.0" encoding="utf-8"?>\n<package version="3.0" unique-identifier="id" '
        'xmlns="http://www.idpf.org/2007/opf"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">'
        f"urn:tresvado:{name}</dc:identifier><dc:title>{escape(title)}</dc:title>"
        f"<dc:language>{language}</dc:language>"
        f'<meta property="dcterms:modified">{FIXED:%Y-%m-%dT%H:%M:%SZ}</meta></metadata>'
        f"<manifest>{manifest}</manifest><spine>{spine}</spine></package>"
    )
    return zip_of(files, "application/epub+zip")


def odt(name: str, title: str) -> bytes:
    """Write a source as an OpenDocument text with real headings."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{full}:1.0"'
        for short, full in (("office", "office"), ("text", "text"), ("manifest", "manifest"), ("meta", "meta"))
    )
    body = ""
    for kind, text in blocks(name):
        tag = f'text:h text:outline-level="{kind[1]}"' if kind in ("h1", "h2") else "text:p"
        body += f"<{tag}>{escape(str(text))}</{tag.split()[0]}>\n"
    declare = '<?xml version="1.0" encoding="UTF-8"?>\n'
    media = "application/vnd.oasis.opendocument.text"
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in (("/", media), ("content.xml", "text/xml"), ("meta.xml", "text/xml"))
    )
    return zip_of(
        {
            "content.xml": f'{declare}<office:document-content {spaces} office:version="1.2">'
            f"<office:body><office:text>{body}</office:text></office:body>"
            "</office:document-content>",
            "meta.xml": f'{declare}<office:document-meta {spaces} office:version="1.2" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
            f"<dc:title>{escape(title)}</dc:title></office:meta></office:document-meta>",
            "META-INF/manifest.xml": f"{declare}<manifest:manifest {spaces} "
            f'manifest:version="1.2">{entries}</manifest:manifest>',
        },
        media,
    )


def scan(name: str) -> bytes:
    """Draw a typed letter as a slightly turned, noisy grey picture and wrap it in a PDF."""
    dice = random.Random(1934)
    width, height = 1050, 1480
    face = ImageFont.truetype(str(font_file("DejaVuSansMono")), 26)
    sheet = Image.new("L", (width, height), 236)
    pen = ImageDraw.Draw(sheet)
    lines = (SOURCES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    for row, line in enumerate(lines):
        for column, letter in enumerate(line):
            pen.text(
                (110 + column * 16.4, 110 + row * 38 + dice.choice((-1, 0, 0, 1))),
                letter,
                font=face,
                fill=dice.randint(30, 85),
            )
    sheet = sheet.rotate(0.8, resample=Image.Resampling.BICUBIC, fillcolor=224)
    grain = bytes(dice.randint(112, 143) for _ in range(width // 2 * (height // 2)))
    noise = Image.frombytes("L", (width // 2, height // 2), grain).resize((width, height))
    sheet = Image.blend(sheet, noise, 0.25)
    picture, out = io.BytesIO(), io.BytesIO()
    sheet.save(picture, "JPEG", quality=45)
    canvas = Canvas(out, pagesize=A4, invariant=1)
    picture.seek(0)
    canvas.drawImage(ImageReader(picture), 0, 0, *A4)
    canvas.save()
    return out.getvalue()


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "observatory/visitor-handbook.pdf": lambda: pdf(
        "visitor-handbook", "Cerro Alto Observatory: Visitor Handbook", "en", True, "A5"
    ),
    "town/riada-1957.pdf": lambda: pdf("riada-1957", "La riada de 1957", "es", True, "A4"),
    "ferry/pravila-perepravy.pdf": lambda: pdf("pravila-perepravy", TITLES["pravila-perepravy"], "ru", False, "A4"),
    "observatory/letter-1934-scan.pdf": lambda: scan("letter-1934"),
    "rowing/club-rules.docx": lambda: word("club-rules", "Nemra Rowing Club: rules", "en"),
    "school/guia-familias.docx": lambda: word("guia-familias", "Guía para las familias", "es"),
    "library/russkiy-zal.docx": lambda: word("russkiy-zal", TITLES["russkiy-zal"], "ru"),
    "school/river-project.pptx": lambda: slides("river-project", "The Nemra in our town"),
    "market/puestos-y-tasas.xlsx": lambda: sheets("puestos-y-tasas", "Puestos y tasas"),
    "library/skazki-nemry.epub": lambda: epub("skazki-nemry", TITLES["skazki-nemry"], "ru"),
    "rowing/acta-junta-marzo.odt": lambda: odt("acta-junta-marzo", "Acta de la junta"),
}


def main() -> None:
    """Write every document and say how large it is."""
    for name, make in DOCUMENTS.items():
        path = LIBRARY / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make())
        print(f"{path.stat().st_size:>8}  {name}")


if __name__ == "__main__":
    main()
