"""What is attached to the pages of a PDF: notes that readers left, and files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.readers.mail.message import MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS, Attachment
from ingest.readers.pdf.form_fields import wide_text
from ingest.readers.shared.block import ReaderBlock

MOST_NOTES = 2_000  # on one page
_NOTES = frozenset(
    (
        *(raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_UNDERLINE),
        *(raw.FPDF_ANNOT_STRIKEOUT, raw.FPDF_ANNOT_SQUIGGLY, raw.FPDF_ANNOT_SQUARE, raw.FPDF_ANNOT_CIRCLE),
        *(raw.FPDF_ANNOT_LINE, raw.FPDF_ANNOT_INK, raw.FPDF_ANNOT_CARET, raw.FPDF_ANNOT_POLYGON),
        *(raw.FPDF_ANNOT_POLYLINE, raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_FILEATTACHMENT),
    )
)
_DRAWN = (raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP)  # text of the page, where they have an appearance
_HIDDEN_FLAG = 2


def notes_of(page: Any, number: int) -> Iterator[ReaderBlock]:
    """Yield what notes on a page say and the page does not show, behind the name of who wrote it."""
    for note in _annotations(page):
        kind = raw.FPDFAnnot_GetSubtype(note)
        drawn = kind in _DRAWN and raw.FPDFAnnot_HasKey(note, b"AP")
        if kind in _NOTES and not drawn and not raw.FPDFAnnot_GetFlags(note) & _HIDDEN_FLAG:
            author, text = _string(note, b"T"), _string(note, b"Contents")
            if text:
                yield ReaderBlock("text", f"{author}: {text}" if author else text, page=number)


def _string(note: Any, key: bytes) -> str:
    return wide_text(lambda buffer, length: raw.FPDFAnnot_GetStringValue(note, key, buffer, length))


def _annotations(page: Any) -> Iterator[Any]:
    for at in range(min(raw.FPDFPage_GetAnnotCount(page.raw), MOST_NOTES)):
        if note := raw.FPDFPage_GetAnnot(page.raw, at):
            try:
                yield note
            finally:
                raw.FPDFPage_CloseAnnot(note)


def files_of(pdf: Any) -> list[Attachment]:
    """Return the files attached to the document."""
    return [file for at in range(min(pdf.count_attachments(), MAX_ATTACHMENTS)) if (file := _file(pdf, at)) is not None]


def files_on(page: Any) -> list[Attachment]:
    """Return the files attached to a place on a page."""
    found = []
    for note in _annotations(page):
        if raw.FPDFAnnot_GetSubtype(note) == raw.FPDF_ANNOT_FILEATTACHMENT:
            handle = raw.FPDFAnnot_GetFileAttachment(note)
            if handle and (file := _content(pdfium.PdfAttachment(handle, None))) is not None:
                found.append(file)
    return found


def _file(pdf: Any, at: int) -> Attachment | None:
    try:
        return _content(pdf.get_attachment(at))
    except pdfium.PdfiumError:
        return None


def _content(attachment: Any) -> Attachment | None:
    try:
        data = bytes(attachment.get_data())
        return Attachment(attachment.get_name(), data) if len(data) <= MAX_ATTACHMENT_BYTES else None
    except (pdfium.PdfiumError, MemoryError):
        return None
