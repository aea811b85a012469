"""The place of a quote in its document: the page as it is printed with the words marked, or the text around them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import UsageError
from rag.messages import Message
from rag.types import Citation, Document, FileRecord
from ui.shared.formatting import clean
from ui.shared.source.original_file import original_file
from ui.shared.source.page_marks import boxes, first_page

if TYPE_CHECKING:
    from rag.library.reader import LibraryReader

_CHARS_BESIDE = 600  # characters of text before and after the quote
_MARK_COLOUR = (255, 214, 10, 90)  # red, green, blue, alpha; 0 to 255


@dataclass(frozen=True, slots=True)
class SourceView:
    """A quote in its document. A notebook shows the page, or the text where there is no page to show."""

    place: str  # "visitor-handbook.pdf, p. 2"
    before: str  # text of the document
    quote: str
    after: str
    png: bytes = b""  # the page with the quote marked; b"" where the format has no pages or the file is not as it was
    note: str = ""  # why there is no page, where there should be one

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str | bytes]:
        shown: dict[str, str | bytes] = {"text/plain": repr(self)}
        if self.png:
            return shown | {"image/png": self.png}
        note = f"<p><small>{escape(self.note)}</small></p>" if self.note else ""
        words = "".join(
            (escape(clean(self.before)), f"<mark>{escape(clean(self.quote))}</mark>", escape(clean(self.after)))
        )
        text = f'<p style="white-space:pre-line">{words}</p>'
        return shown | {"text/html": f"<p><b>{escape(self.place)}</b></p>{note}{text}"}

    def __repr__(self) -> str:
        return f"{self.place}\n{clean(self.before)}«{clean(self.quote)}»{clean(self.after)}"

    def save(self, path: str | Path) -> Path:
        """Write the page as a PNG file. Raises UsageError where there is no page."""
        if not self.png:
            raise UsageError(
                Message("There is no page to save: {why}", why=self.note or "the document has none."),
                Message("Its text is in .before, .quote and .after."),
            )
        target = Path(path).expanduser()
        target.write_bytes(self.png)
        return target


def source_view(citation: Citation, record: FileRecord | None, library: LibraryReader, place: str) -> SourceView:
    """Return the citation's place in its document. Raises UsageError where the library no longer holds its words."""
    document = library.document(citation.document_id) if record is not None else None
    if record is None or document is None or document.text[citation.start : citation.end] != citation.quote:
        raise UsageError(
            Message("{place} has changed, or is no longer in the library.", place=place), Message("Ask again.")
        )
    text, start, end = document.text, citation.start, citation.end
    before = text[max(0, start - _CHARS_BESIDE) : start]
    after = text[end : end + _CHARS_BESIDE]
    png, note = _page(document, record, library, (start, end))
    return SourceView(place, _from_word(before, start > _CHARS_BESIDE), citation.quote, after, png, note)


def _from_word(text: str, cut: bool) -> str:
    return text.partition(" ")[2] if cut else text


def _page(document: Document, record: FileRecord, library: LibraryReader, span: tuple[int, int]) -> tuple[bytes, str]:
    from ingest.page_image import PageImageError, render_page

    page = first_page(document, span)
    if page is None:
        return b"", ""
    found = original_file(record, library.restored_roots())
    if found.problem:
        return b"", found.problem
    try:
        drawn = render_page(found.path, page, content_hash=record.stamp.content_hash)
    except PageImageError as error:
        return b"", f"The page cannot be drawn: {error.reason}."
    from PIL import Image, ImageDraw

    with Image.open(io.BytesIO(drawn.image)) as picture:
        sheet = picture.convert("RGBA")
    marks = Image.new("RGBA", sheet.size)
    brush = ImageDraw.Draw(marks)
    across, down = sheet.width / drawn.width, sheet.height / drawn.height
    for left, bottom, right, top in boxes(document, page, span):
        upper, lower = sorted(((drawn.height - top) * down, (drawn.height - bottom) * down))
        brush.rectangle((left * across, upper, right * across, lower), fill=_MARK_COLOUR)
    written = io.BytesIO()
    Image.alpha_composite(sheet, marks).convert("RGB").quantize(64).save(written, "PNG", optimize=True)
    return written.getvalue(), ""
