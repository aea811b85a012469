"""Reader of PDF: pages to lines to blocks.

Lines come from ``lines.py`` and ``tesseract.py``, blocks from ``pages/blocks.py``. A page's text layer is read where it
has one. A page that shows ink and has no text, or text in no known letters, is rendered and read as a scan; so a file
with both kinds of pages gives both. Text that is white, or invisible over a scan, counts as text: whoever made the file
meant it to be found. Text outside the visible part of a page does not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.readers.image.tesseract import DPI, MAX_OCR_PIXELS, OcrError, OcrScanner
from ingest.readers.pages.blocks import blocks, mark_continued_paragraphs
from ingest.readers.pages.ocr_budget import MOST_SCANNED, OcrTimeBudget, page_ranges
from ingest.readers.pages.ruled_grid import RuledGrid
from ingest.readers.pages.text_line import OutlineEntry, TextLine
from ingest.readers.pdf.form_fields import FormField, fields_of, with_fields
from ingest.readers.pdf.lines import LinkArea, PageView, areas, lines
from ingest.readers.pdf.notes import files_of, files_on, notes_of
from ingest.readers.pdf.rules import PageRules
from ingest.readers.registry import READERS
from ingest.readers.shared import external_programs
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.heartbeat import send_heartbeat
from ingest.readers.shared.members import Attachment, with_attachments
from ingest.readers.shared.memory import memory_limit
from ingest.readers.shared.unreadable import FILE_IS_EMPTY, NO_WORDS_IN_SCAN, UnreadableError
from rag.messages import Message, joined, marked
from rag.text.detect import detect_language
from rag.types import Document, Outcome

PDF_MEMORY = 640 * 2**20  # bytes; a form of 700 bytes that draws itself takes 23 GB
LATEST_HEAD = 2**16  # bytes that may stand before the file begins
MAX_PDF_PAGES = 20_000  # a file of a kilobyte may show one page a million times
MAX_BROKEN_PAGES = 200  # pages in a row; a file may claim to have a billion
MOST_BOOKMARKS = 10_000
FEW_LETTERS = 200  # a page with fewer letters may be a scan if much ink stands beside them
ALMOST_NO_LETTERS = 20  # a page with fewer letters may be a scan if any ink stands beside them
MUCH_INK, SOME_INK = 0.01, 0.0002  # shares of the page
MOST_OBJECTS = 20_000  # examined per page
MIN_CONTRAST = 20  # of 255 levels of grey, at one pixel a point
LEAST_SIDE, LEAST_PICTURE = 12, 4_000  # pixels of an image that can show a word
MANY_STROKES = 150  # a dozen letters drawn as shapes
MIN_GARBLED_SHARE = 0.3  # share of a text layer's characters without a meaning
_MEANINGLESS = re.compile("[\x00-\x1f\ue000-\uf8ff\ufffd]+")
_TEXT_ANNOTATIONS = (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP)

_SCANS = (marked("page {pages} is a scan"), marked("pages {pages} are scans"))
_UNREAD_SCANS = (
    marked("page {pages} could not be read as a scan"),
    marked("pages {pages} could not be read as scans"),
)
_DAMAGED = (marked("page {pages} is damaged"), marked("pages {pages} are damaged"))


def read(path: Path) -> Document:
    """Read a PDF file. Raises UnreadableError for one that is encrypted, broken, or shows no words."""
    with path.open("rb") as file:
        head = file.read(LATEST_HEAD)
    if not head:
        raise UnreadableError(Outcome.EMPTY, Message(FILE_IS_EMPTY))
    with memory_limit(PDF_MEMORY):
        pdf = open_pdf(path, head)
        try:
            return _document(pdf, _forms(path, head) if pdf.get_formtype() else None)
        finally:
            pdf.close()


def _forms(path: Path, head: bytes) -> Any:
    """Return the file opened once more with its forms; None where that fails.

    Of one whose forms are open no field may be removed.
    """
    try:
        forms = open_pdf(path, head)
        forms.init_forms()
    except (pdfium.PdfiumError, UnreadableError):
        return None
    return forms if forms.formenv else None


def open_pdf(path: Path, head: bytes) -> Any:
    """Open a file by pdfium, with the empty password where it needs one. Raises UnreadableError.

    ``head`` holds the file's first bytes.
    """
    begins = head.find(b"%PDF-")
    try:
        return pdfium.PdfDocument(path if begins < 1_024 else path.read_bytes()[begins:])
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise UnreadableError(Outcome.ENCRYPTED, Message("it is protected by a password")) from None
        if begins < 0:
            raise UnreadableError(Outcome.FAILED, Message("it is not a PDF file, whatever its name says")) from None
        raise UnreadableError(
            Outcome.FAILED, Message("it is damaged or cut short: no PDF structure is left in it")
        ) from None


@dataclass
class _PdfPages:
    """What the pages of a file gave so far, by their numbers from 1."""

    lines: dict[int, list[TextLine]] = field(default_factory=dict)
    grids: dict[int, list[RuledGrid]] = field(default_factory=dict)  # drawn around the words
    scans: list[int] = field(default_factory=list)  # pages that are images of text
    broken: list[int] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)  # scans without a result
    notes: list[ReaderBlock] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)

    @property
    def all_lines(self) -> list[TextLine]:
        return [line for number in sorted(self.lines) for line in self.lines[number]]


def _document(pdf: Any, forms: Any) -> Document:
    _check_pages(pdf)
    pages = _PdfPages(files=files_of(pdf))
    _read_text(pdf, forms, pages)
    note = joined("; ", (_read_scans(pdf, pages), _damage(pages)))
    found = pages.all_lines
    if not found and not pages.notes and not pages.files:
        raise _empty(pages, note)
    text = mark_continued_paragraphs(list(blocks(found, _bookmarks(pdf), pages.grids)))
    document = build([*text, *pages.notes], READERS[".pdf"].media_type, len(pdf))
    return with_attachments(replace(document, remark=note), pages.files)


def _check_pages(pdf: Any) -> None:
    """Raise UnreadableError where there are more pages than one document may have, not only said to be."""
    if len(pdf) > MAX_PDF_PAGES:
        try:
            pdf[MAX_PDF_PAGES].close()
        except pdfium.PdfiumError:
            return
        raise UnreadableError(
            Outcome.TOO_LARGE, Message("it has more than {max_pages:,} pages; split it", max_pages=MAX_PDF_PAGES)
        )


def _empty(pages: _PdfPages, note: str) -> UnreadableError:
    if pages.broken and not pages.scans:
        return UnreadableError(Outcome.FAILED, Message("it is damaged: none of its pages can be read"))
    if not pages.scans:
        return UnreadableError(Outcome.EMPTY, Message("there are no words on its pages"))
    if note:
        return UnreadableError(Outcome.EMPTY, Message("it has no text layer; {note}", note=note))
    return UnreadableError(Outcome.EMPTY, Message(NO_WORDS_IN_SCAN))


def _read_text(pdf: Any, forms: Any, pages: _PdfPages) -> None:
    """Read the text layer of every page, and find the pages to be read as images."""
    in_a_row = 0
    for number in range(1, len(pdf) + 1):
        if number % 100 == 0:
            send_heartbeat(Message("page {number} of {pages}", number=number, pages=len(pdf)))
        try:
            page = pdf[number - 1]
            try:
                links = list(areas(pdf, page))
                pages.notes += notes_of(page, number)
                pages.files += files_on(page)
                fields = _take_fields(forms, page, number) if forms is not None else []
                page = read_form_fields(pdf, page, number)
                rules = PageRules.of(page)
                own = _own_lines(page, number, links, rules)
                if fields:
                    own = with_fields(own, fields, number, PageView.of(page))
                pages.lines[number] = own
                pages.grids[number] = rules.grids(_turns_of(own))
                if _is_garbled(own):
                    pages.lines[number] = []
                    pages.scans.append(number)
                elif _shows_more(page, own):
                    pages.scans.append(number)
            finally:
                page.close()
            in_a_row = 0
        except pdfium.PdfiumError:
            pages.broken.append(number)
            in_a_row += 1
            if in_a_row > MAX_BROKEN_PAGES:
                break


def _own_lines(page: Any, number: int, links: Sequence[LinkArea], rules: PageRules) -> list[TextLine]:
    """Return the lines of a page's text layer.

    Those of a page with its text on its side come out last line first: then the page is rotated until the text is
    upright.
    """
    view = PageView.of(page)
    turns = view.turns
    own: list[TextLine] = []
    for _ in range(2):
        textpage = page.get_textpage()
        own = list(lines(textpage, number, view, links, rules))
        textpage.close()
        upright = _turns_of(own)
        if upright == turns:
            break
        turns = upright
        raw.FPDFPage_SetRotation(page.raw, turns)
    raw.FPDFPage_SetRotation(page.raw, view.turns)
    return own


def _turns_of(own: Sequence[TextLine]) -> int:
    """Return by how many quarters clockwise a page is rotated for most of its letters to be upright."""
    letters: Counter[int] = Counter({0: 1})
    for line in own:
        letters[line.turns] += len(line.text)
    return letters.most_common(1)[0][0]


def read_form_fields(pdf: Any, page: Any, number: int) -> Any:
    """Return the page with its form fields and annotations flattened, so that they are text like any other."""
    if not any(
        kind in _TEXT_ANNOTATIONS and not flags & raw.FPDF_ANNOT_FLAG_HIDDEN for kind, flags in _annotations(page)
    ):
        return page
    if raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY) != raw.FLATTEN_SUCCESS:
        return page
    page.close()
    return pdf[number - 1]


def _take_fields(forms: Any, page: Any, number: int) -> list[FormField]:
    """Return what a page's fields hold, and hide them: the page would show them apart from their labels.

    They are not removed: pages may share one list of fields.
    """
    places = _field_places(page)
    if not places:  # the page is not parsed a second time in vain
        return []
    try:
        filled = forms[number - 1]
    except pdfium.PdfiumError:
        return []
    try:
        fields = list(fields_of(forms, filled))
    finally:
        filled.close()
    for at in places if fields else []:
        note = raw.FPDFPage_GetAnnot(page.raw, at)
        raw.FPDFAnnot_SetFlags(note, raw.FPDFAnnot_GetFlags(note) | raw.FPDF_ANNOT_FLAG_HIDDEN)
        raw.FPDFPage_CloseAnnot(note)
    return fields


def _field_places(page: Any) -> list[int]:
    """Return which of a page's annotations are form fields."""
    return [at for at, (kind, _) in enumerate(_annotations(page)) if kind == raw.FPDF_ANNOT_WIDGET]


def _annotations(page: Any) -> Iterator[tuple[int, int]]:
    """Yield the kind and the flags of each annotation of a page."""
    for at in range(min(raw.FPDFPage_GetAnnotCount(page.raw), MOST_OBJECTS)):
        note = raw.FPDFPage_GetAnnot(page.raw, at)
        found = (raw.FPDFAnnot_GetSubtype(note), raw.FPDFAnnot_GetFlags(note)) if note else (raw.FPDF_ANNOT_UNKNOWN, 0)
        if note:
            raw.FPDFPage_CloseAnnot(note)
        yield found


def _is_garbled(own: Sequence[TextLine]) -> bool:
    """Tell whether a text layer is garbled: its font does not map to letters."""
    letters = "".join(line.text for line in own).replace(" ", "")
    lost = len(letters) - len(_MEANINGLESS.sub("", letters))
    return len(letters) > ALMOST_NO_LETTERS and lost > MIN_GARBLED_SHARE * len(letters)


def _shows_more(page: Any, own: Sequence[TextLine]) -> bool:
    """Tell whether a page with little or no text shows more than that: it is, or holds, the image of a text."""
    letters = sum(map(str.isalnum, "".join(line.text for line in own)))
    if letters >= FEW_LETTERS:
        return False
    may, covered = _drawings(page)
    if not may:
        return False
    width, height = page.get_size()
    scale = min(1.0, (600_000 / max(1.0, width * height)) ** 0.5)
    picture = page.render(scale=scale, grayscale=True).to_pil()
    for line in own:
        if line.box:
            left, bottom, right, top = line.box
            picture.paste(
                255,
                (
                    int(left * scale) - 1,
                    int((height - top) * scale) - 1,
                    int(right * scale) + 2,
                    int((height - bottom) * scale) + 2,
                ),
            )
    levels = picture.histogram()
    paper = max(range(256), key=levels.__getitem__)
    ink = sum(count for level, count in enumerate(levels) if abs(level - paper) > MIN_CONTRAST) / max(1, sum(levels))
    return bool(ink > (SOME_INK if covered or letters < ALMOST_NO_LETTERS else MUCH_INK))


def _drawings(page: Any) -> tuple[bool, bool]:
    """Return whether a page's drawings could be letters, and whether an image covers most of the page as in a scan.

    Letters could be images of some size, or shapes of many strokes.
    """
    width, height = page.get_size()
    strokes, letters = 0, False
    for drawn in islice(page.get_objects(max_depth=4), MOST_OBJECTS):
        if drawn.type == raw.FPDF_PAGEOBJ_IMAGE:
            across, down = drawn.get_px_size()
            if min(across, down) >= LEAST_SIDE and across * down >= LEAST_PICTURE:
                letters = True
                left, bottom, right, top = drawn.get_bounds()
                if (right - left) * (top - bottom) > width * height / 2:
                    return True, True
        elif drawn.type == raw.FPDF_PAGEOBJ_PATH:
            strokes += max(0, raw.FPDFPath_CountSegments(drawn.raw))
    return letters or strokes > MANY_STROKES, False


def _read_scans(pdf: Any, pages: _PdfPages) -> str:
    """Read the pages that are images; return which were not read, and why."""
    if not pages.scans:
        return ""
    scanner = OcrScanner(detect_language(" ".join(line.text for line in pages.all_lines)))
    if not scanner.ready:
        lacking = external_programs.missing_program(external_programs.OCR)
        return Message("{pages}, and reading that {needs}", pages=page_ranges(pages.scans, *_SCANS), needs=lacking)
    patience = OcrTimeBudget()
    late = pages.scans[MOST_SCANNED:]
    for at, number in enumerate(pages.scans[:MOST_SCANNED]):
        if patience.is_over:
            late = pages.scans[at:]
            break
        send_heartbeat(Message("page {number} of {pages}", number=number, pages=len(pdf)))
        try:
            seen = _scanned(pdf[number - 1], number, scanner)
        except (pdfium.PdfiumError, OcrError):
            pages.unread.append(number)
            continue
        own = pages.lines[number]
        pages.lines[number] = [*own, *(line for line in seen if not any(_covers(text, line) for text in own))]
    notes = [scanner.note]
    if pages.unread:
        notes.append(page_ranges(pages.unread, *_UNREAD_SCANS))
    if late:
        notes.append(Message("{pages} over the per-file limit", pages=page_ranges(late, *_SCANS)))
    return joined("; ", notes)


def _scanned(page: Any, number: int, scanner: OcrScanner) -> list[TextLine]:
    try:
        width, height = page.get_size()
        scale = min(DPI / 72, (MAX_OCR_PIXELS / max(1.0, width * height)) ** 0.5)
        picture = page.render(scale=scale, grayscale=True).to_pil()
        return scanner.read(picture, number, (width / picture.width, height / picture.height))
    finally:
        page.close()


def _covers(text: TextLine, visible: TextLine) -> bool:
    """Tell whether the text layer has what was recognised there."""
    if text.box is None or visible.box is None:
        return False
    width = min(text.box[2], visible.box[2]) - max(text.box[0], visible.box[0])
    height = min(text.box[3], visible.box[3]) - max(text.box[1], visible.box[1])
    area = (visible.box[2] - visible.box[0]) * (visible.box[3] - visible.box[1])
    return width > 0 and height > 0 and width * height > 0.4 * area


def _damage(pages: _PdfPages) -> str:
    return page_ranges(pages.broken, *_DAMAGED) if pages.broken else ""


def _bookmarks(pdf: Any) -> list[OutlineEntry]:
    return list(_outline(pdf.get_toc(max_depth=6)))


def _outline(entries: Iterable[Any]) -> Iterator[OutlineEntry]:
    try:
        for _, entry in zip(range(MOST_BOOKMARKS), entries, strict=False):
            place = entry.get_dest()
            page = place.get_index() if place else None
            title = entry.get_title()
            if page is not None and page >= 0 and title:
                yield OutlineEntry(title, entry.level + 1, page + 1)
    except (pdfium.PdfiumError, ValueError):  # an outline is a help, never a condition
        return
