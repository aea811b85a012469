"""A rendered page with the cited lines marked on it. Pure.

The ingest stores where each printed line stands (rag.types.PageLine), not each letter. For a line that is cited in
part, the part is estimated from the width of its letters in most fonts, so the edge may be off by one letter.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from rag.types import Document, PageLine
from ui.shared.formatting import clean

if TYPE_CHECKING:
    from ingest.page_image import PageImage

Box = tuple[float, float, float, float]  # left, bottom, right, top, as in rag.types.PageLine
_MARK_MARGIN = 1 / 8  # of a line's height is marked around it
_NARROW, _WIDE = (
    frozenset("ijlftr.,:;!'’|()[]- "),
    frozenset("mwMW\u0449\u0448\u0436\u044e\u0429\u0428\u0416\u042e@%—…"),
)
_FROM_RIGHT = (("\u0590", "\u08ff"), ("\ufb1d", "\ufdff"), ("\ufe70", "\ufefc"))  # Hebrew, Arabic and related scripts


def first_page(document: Document, span: tuple[int, int]) -> int | None:
    """Return the page where the cited span begins, or the first page with lines where nothing is cited.

    None for a document whose lines have no positions.
    """
    lines = _cited(document.lines, span) if span[0] < span[1] else document.lines
    return min((line.page for line in lines), default=None)


def boxes(document: Document, page: int, span: tuple[int, int]) -> list[Box]:
    """Return where the cited words stand on that page, line by line."""
    return [_part(document.text, line, span) for line in _cited(document.lines, span) if line.page == page]


def sheet(drawn: PageImage, marks: Sequence[Box], alt_text: str) -> str:
    """Return the page's image and the marks over it; ``alt_text`` is its alternative text."""
    picture = f"data:{drawn.media_type};base64,{b64encode(drawn.image).decode()}"
    over = "".join(_box(drawn, box) for box in marks)
    return (
        f'<div class="oaken-sheet" style="aspect-ratio: {drawn.width:.2f} / {drawn.height:.2f}">'
        f'<img src="{picture}" alt="{escape(clean(alt_text))}">{over}</div>'
    )


def _cited(lines: Sequence[PageLine], span: tuple[int, int]) -> list[PageLine]:
    return [line for line in lines if line.start < span[1] and span[0] < line.end]


def _part(words: str, line: PageLine, span: tuple[int, int]) -> Box:
    left, bottom, right, top = line.box
    length = line.end - line.start
    upright = right - left >= top - bottom or length < 3
    if upright and not any(low <= sign <= high for sign in words[line.start : line.end] for low, high in _FROM_RIGHT):
        width = right - left
        first, last = max(span[0], line.start), min(span[1], line.end)
        whole = _width(words[line.start : line.end])
        left, right = (left + width * _width(words[line.start : at]) / whole for at in (first, last))
    more = _MARK_MARGIN * min(top - bottom, right - left)
    return left - more, bottom - more, right + more, top + more


def _width(words: str) -> float:
    """Return the width of words, in average letters."""
    return sum(0.5 if each in _NARROW else 1.5 if each in _WIDE else 1.2 if each.isupper() else 1.0 for each in words)


def _box(drawn: PageImage, box: Box) -> str:
    left, bottom, right, top = box
    across, down = 100 / drawn.width, 100 / drawn.height
    place = (left * across, (drawn.height - top) * down, (right - left) * across, (top - bottom) * down)
    style = "; ".join(
        f"{name}: {value:.3f}%" for name, value in zip(("left", "top", "width", "height"), place, strict=True)
    )
    return f'<span class="oaken-box" style="{style}"></span>'
