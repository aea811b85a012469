"""PDF: pdfium's characters -> lines -> blocks, page by page. Lines are found here, blocks in ``pdf_blocks``.

Reads what is written as text. A scan has none, and says so.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.readers import READERS, Unreadable
from ingest.readers.build import build
from ingest.readers.pdf_blocks import Line, blocks, joined
from rag.types import Document, Outcome

CELL_GAP = 1.0  # times the size of the letters: a wider gap within a line sets a table's cells apart
_ENDS_LINE = (0x0A, 0x0D)
_HYPHENS = (0x02, 0xFFFE)  # where a hyphen divides a word at a line's end, pdfium puts this and no line end


def read(path: Path) -> Document:
    """The document in a PDF file. Raises Unreadable for one that is encrypted, broken, or a scan."""
    with path.open("rb") as file:
        head = file.read(1_024)
    if not head:
        raise Unreadable(Outcome.EMPTY, "the file is empty")
    try:
        pdf = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise Unreadable(Outcome.ENCRYPTED, "it is protected by a password") from None
        if b"%PDF" not in head:
            raise Unreadable(Outcome.FAILED, "it is not a PDF file, whatever its name says") from None
        raise Unreadable(Outcome.FAILED, "it is damaged or cut short: no PDF structure is left in it") from None
    try:
        return _document(pdf)
    finally:
        pdf.close()


def _document(pdf: Any) -> Document:
    lines: list[Line] = []
    broken = 0
    for number in range(len(pdf)):
        try:
            page = pdf[number]
        except pdfium.PdfiumError:
            broken += 1
            continue
        try:
            textpage = page.get_textpage()
            lines.extend(_lines(textpage, number + 1))
            textpage.close()
        except pdfium.PdfiumError:
            broken += 1
        finally:
            page.close()
    if not lines:
        if broken:
            raise Unreadable(Outcome.FAILED, "it is damaged: none of its pages can be read")
        raise Unreadable(Outcome.EMPTY, "no text layer: it is a scan, or its pages are empty")
    return build(joined(list(blocks(lines))), READERS[".pdf"].media_type, len(pdf))


def _lines(textpage: Any, page: int) -> Iterator[Line]:
    """The lines of a page in the order in which the file holds them."""
    count = textpage.count_chars()
    handle = textpage.raw
    start = 0
    codes = [raw.FPDFText_GetUnicode(handle, at) for at in range(count)]
    for at in range(count + 1):
        hyphen = at < count and codes[at] in _HYPHENS
        if at == count or hyphen or codes[at] in _ENDS_LINE:
            if line := _line(handle, codes, start, at + hyphen, page):
                yield line
            start = at + 1


def _line(handle: Any, codes: list[int], start: int, end: int, page: int) -> Line | None:
    seen = [at for at in range(start, end) if codes[at] not in (0x20, 0xA0, 0x09, 0)]
    if not seen:
        return None
    middle = seen[len(seen) // 2]
    angle = max(0.0, raw.FPDFText_GetCharAngle(handle, middle))
    size = _size(handle, middle)
    cells: list[str] = []
    part = ""
    previous = -1
    for at in seen:
        if previous >= 0 and at > previous + 1:  # a space lies between: how wide is it?
            if _edges(handle, at, angle)[0] - _edges(handle, previous, angle)[1] > CELL_GAP * size:
                cells.append(part)
                part = ""
            else:
                part += " "
        part += "-" if codes[at] in _HYPHENS else chr(codes[at])
        previous = at
    cells.append(part)
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(handle, middle, x, y)
    return Line(
        cells=tuple(_whole(cell) for cell in cells),
        left=_edges(handle, seen[0], angle)[0],
        right=_edges(handle, seen[-1], angle)[1],
        base=y.value * math.cos(angle) - x.value * math.sin(angle),
        size=size,
        bold=all(_is_bold(handle, at) for at in {seen[0], middle, seen[-1]}),
        page=page,
    )


def _whole(text: str) -> str:
    """Letters beyond the first plane come as two halves each: put them together."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


def _edges(handle: Any, at: int, angle: float) -> tuple[float, float]:
    """Left and right edge of a character along the direction in which it is written."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(handle, at, left, right, bottom, top)
    if not angle:
        return left.value, right.value
    along = [x.value * math.cos(angle) + y.value * math.sin(angle) for x in (left, right) for y in (bottom, top)]
    return min(along), max(along)


def _size(handle: Any, at: int) -> float:
    """Size of a character as seen: many files write at size 1 and enlarge by a matrix."""
    size = float(raw.FPDFText_GetFontSize(handle, at)) or 1.0
    matrix = raw.FS_MATRIX()
    if raw.FPDFText_GetMatrix(handle, at, matrix):
        size *= math.hypot(matrix.c, matrix.d) or 1.0
    return size


def _is_bold(handle: Any, at: int) -> bool:
    if raw.FPDFText_GetFontWeight(handle, at) >= 600:
        return True
    flags = ctypes.c_int()
    length = raw.FPDFText_GetFontInfo(handle, at, None, 0, flags)
    name = ctypes.create_string_buffer(length)
    raw.FPDFText_GetFontInfo(handle, at, name, length, flags)
    lower = name.value.lower()
    return any(sign in lower for sign in (b"bold", b"black", b"heavy", b"-medi"))
