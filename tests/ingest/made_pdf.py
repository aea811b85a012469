"""PDFs and pictures of pages made on the spot: turned, cropped, scanned, filled in, and hostile ones by hand."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def page_picture(text: str, *, size: int = 24, width: int = 1240, height: int = 1754) -> Any:
    """A page as a scanner at 150 dpi sees it: a grey PIL picture with the text in DejaVu Sans, wrapped."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(FONT, size)
    picture = Image.new("L", (width, height), 250)
    draw = ImageDraw.Draw(picture)
    down = 100.0
    for paragraph in text.split("\n\n"):
        line = ""
        for word in [*paragraph.split(), ""]:
            if line and (not word or draw.textlength(f"{line} {word}", font) > width - 200):
                draw.text((100, down), line, fill=20, font=font)
                down += 1.5 * size
                line = ""
            line = f"{line} {word}".strip()
        down += size
    return picture


def write_turned(path: Path, lines: Sequence[str], turn: int, crop: tuple[float, float, float, float] | None) -> None:
    """A page with lines of text 40 points apart, the first at 60, 700; turned by so many degrees, cropped to a box."""
    import pypdf
    from pypdf.generic import RectangleObject
    from reportlab.pdfgen.canvas import Canvas

    made = io.BytesIO()
    canvas = Canvas(made, pagesize=(600, 800))
    canvas.setFont("Helvetica", 14)
    for at, line in enumerate(lines):
        canvas.drawString(60, 700 - 40 * at, line)
    canvas.save()
    writer = pypdf.PdfWriter(clone_from=made)
    writer.pages[0].rotate(turn)
    if crop:
        writer.pages[0].cropbox = RectangleObject(crop)
    writer.write(str(path))


def write_mixed(path: Path, pages: Sequence[str | Any]) -> None:
    """A PDF whose pages are text, or the picture of one."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=(595, 842))
    for page in pages:
        if isinstance(page, str):
            canvas.setFont("Helvetica", 12)
            for at, line in enumerate(page.split("\n")):
                canvas.drawString(72, 760 - 18 * at, line)
        else:
            canvas.drawImage(ImageReader(page), 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()


def write_form(path: Path) -> None:
    """A form with a value filled in, and a link over the end of a line and the beginning of the next."""
    from reportlab.pdfbase.pdfmetrics import stringWidth
    from reportlab.pdfgen.canvas import Canvas

    def after(text: str) -> int:
        return round(40 + stringWidth(text, "Helvetica", 12))

    canvas = Canvas(str(path), pagesize=(400, 300))
    canvas.drawString(40, 250, "Name of the boat:")
    canvas.acroForm.textfield(name="boat", value="Golondrina", x=150, y=240, width=150, height=24)
    canvas.drawString(40, 200, "The timetable of the ferry is told")
    canvas.drawString(40, 180, "there, and dogs travel free.")
    begin, middle, end = after("The timetable of the ferry ") - 1, after("there,"), after("there, and dogs")
    canvas.linkURL("https://ferry.example/times", (40, 177, 240, 214), relative=0)
    canvas.linkURL("https://dogs.example/", (after("there, and "), 177, end, 192), relative=0)
    canvas.save()
    data = path.read_bytes()
    quads = f"[{begin} 214 240 214 {begin} 197 240 197 40 194 {middle} 194 40 177 {middle} 177]"
    assert data.count(b"/Rect [ 40 177 240 214 ]") == 1
    data = data.replace(b"/Rect [ 40 177 240 214 ]", f"/Rect [ 40 177 240 214 ] /QuadPoints {quads}".encode())
    path.write_bytes(data)


def write_objects(path: Path, objects: Sequence[bytes]) -> None:
    """A PDF of just these objects; the first is its catalogue."""
    data, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(data))
    path.write_bytes(data + head + table + tail)


CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
AGAIN = (7, 4), (8, 3), (9, 2), (3, 1)  # the object that stands 20 times in each group of pages, and its depth
FONTS = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
PAGE = (
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
    b"/Resources<</XObject<</F 5 0 R>>/Font<</A 6 0 R>>>>>>"
)


def stream(content: bytes, more: bytes = b"") -> bytes:
    """A stream object."""
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (more, len(content), content)


def form(content: bytes, draws: int) -> bytes:
    """A drawing that may draw object ``draws`` as /F."""
    return stream(
        content,
        b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</XObject<</F %d 0 R>>/Font<</A 6 0 R>>>>" % draws,
    )


HOSTILE = (
    "draws-itself", "laughs", "unpacks", "huge-picture", "pages-of-pages", "claims-many", "page-again",
    "outline-loop",
)  # fmt: skip


def hostile(name: str) -> list[bytes]:
    """The objects of a small file that makes a reader swell, loop or hang."""
    hello = stream(b"BT /A 12 Tf 50 700 Td (Hello from the page) Tj ET")
    if name == "draws-itself":
        return [CATALOGUE, PAGES, PAGE, stream(b"/F Do"), form(b"/F Do /F Do", 5), FONTS]
    if name == "laughs":
        laughs = [form(b"/F Do " * 10, 8 + at) for at in range(11)]
        return [CATALOGUE, PAGES, PAGE, stream(b"/F Do " * 10), form(b"/F Do " * 10, 7), FONTS, *laughs, hello]
    if name == "unpacks":
        packed = zlib.compress(zlib.compress(b" " * (3 * 10**8), 9), 9)
        return [CATALOGUE, PAGES, PAGE, stream(packed, b"/Filter[/FlateDecode/FlateDecode]"), form(b"", 5), FONTS]
    if name == "huge-picture":
        picture = stream(
            zlib.compress(b"\0" * 10**6),
            b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceRGB"
            b"/Filter/FlateDecode",
        )
        return [CATALOGUE, PAGES, PAGE, stream(b"600 0 0 700 0 0 cm /F Do"), picture, FONTS]
    if name == "pages-of-pages":
        return [CATALOGUE, b"<</Type/Pages/Kids[2 0 R]/Count 2000000000>>"]
    if name == "claims-many":
        pages = b"<</Type/Pages/Kids[3 0 R 2 0 R]/Count 1000000>>"
        return [CATALOGUE, pages, PAGE, hello, form(b"", 5), FONTS]
    if name == "page-again":
        again = [b"<</Type/Pages/Kids[%s]/Count %d>>" % (b"%d 0 R " % at * 20, 20**left) for at, left in AGAIN]
        return [CATALOGUE, again[0], PAGE, hello, form(b"", 5), FONTS, *again[1:]]
    assert name == "outline-loop"
    return [
        b"<</Type/Catalog/Pages 2 0 R/Outlines 7 0 R>>",
        PAGES,
        PAGE,
        hello,
        form(b"", 5),
        FONTS,
        b"<</First 8 0 R/Last 9 0 R>>",
        b"<</Title(a)/Next 9 0 R/First 8 0 R/Dest[3 0 R/Fit]>>",
        b"<</Title(b)/Next 8 0 R/First 7 0 R/Dest[3 0 R/Fit]>>",
    ]


def write_table(
    path: Path, before: str, cells: Sequence[Sequence[str]], after: str, style: Sequence[Any] = (), *, repeat: int = 0
) -> None:
    """A paragraph, a table in DejaVu Sans with the given style of reportlab, ``repeat`` rows of it on each page, and
    another paragraph."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

    pdfmetrics.registerFont(TTFont("DejaVu", FONT))
    plain = ParagraphStyle("plain", fontName="DejaVu")
    table = Table(cells, style=[("FONTNAME", (0, 0), (-1, -1), "DejaVu"), *style], repeatRows=repeat)
    parts = [Paragraph(before, plain), Spacer(1, 20), table, Spacer(1, 20), Paragraph(after, plain)]
    SimpleDocTemplate(str(path)).build(parts)
