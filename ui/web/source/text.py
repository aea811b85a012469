"""A document's stored text as HTML in its own structure, with the cited span marked. Pure.

All of it is escaped text: nothing that a document says becomes markup. A long document is drawn one window at a time.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from rag.text.table import TableCell, table
from rag.types import Document, Element
from ui.shared.formatting import page_label
from ui.web import html_views

MAX_WINDOW_CHARS = 24_000  # characters of a window, about eight pages
_SNAP_CHARS = 4_000  # characters within which a window ends at a paragraph's end
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class TextWindow:
    """Characters ``start`` to ``end`` of a document as HTML, and whether there is more before and after."""

    html: str
    start: int
    end: int
    before: bool
    after: bool


def part(document: Document, source: str, span: Span, window_offset: int = 0) -> TextWindow:
    """Return the window with the span in its middle; ``window_offset`` moves it that many windows on."""
    start, end = _window(document, span, window_offset)
    drawn = "".join(_drawn(document, source, span, (start, end)))
    return TextWindow(drawn, start, end, start > 0, end < len(document.text))


def marked(text: str, at: int, span: Span) -> str:
    """Return text that begins at ``at``, with the part of it in the span marked."""
    first, last = (min(max(edge - at, 0), len(text)) for edge in span)
    if first >= last:
        return html_views.text(text)
    return (
        f"{html_views.text(text[:first])}<mark>{html_views.text(text[first:last])}</mark>{html_views.text(text[last:])}"
    )


def is_code(document: Document) -> bool:
    """Tell whether it is a source file, shown with line numbers."""
    return bool(document.elements) and all(each.kind == "code" for each in document.elements)


# -- which window


def _window(document: Document, span: Span, window_offset: int) -> Span:
    """Return the characters of a window. Windows tile the text: each begins where the one before it ends."""
    starts = [0, *(each.start for each in document.elements), len(document.text)]
    reach = MAX_WINDOW_CHARS // 2
    lo = _edge(document, starts, span[0] - reach) if span[0] > reach else 0
    hi = _edge(document, starts, span[1] + reach)
    for _ in range(window_offset):
        if hi < len(document.text):
            lo, hi = hi, _edge(document, starts, hi + MAX_WINDOW_CHARS)
    for _ in range(-window_offset):
        if lo > 0:
            lo, hi = _edge(document, starts, lo - MAX_WINDOW_CHARS), lo
    return lo, hi


def _edge(document: Document, starts: Sequence[int], at: int) -> int:
    """Return a boundary near ``at`` and not after it: of an element, else a line, else a word."""
    text = document.text
    if at <= 0:
        return 0
    if at >= len(text):
        return len(text)
    nearest = starts[bisect_right(starts, at) - 1]
    if at - nearest <= _SNAP_CHARS:
        return nearest
    for sign in "\n ":
        if (found := text.rfind(sign, at - _SNAP_CHARS, at)) >= 0:
            return found + 1
    return at


# -- drawing


def _drawn(document: Document, source: str, span: Span, window: Span) -> Iterator[str]:
    if is_code(document):
        yield _code_lines(document.text, span, window)
        return
    elements = _within(document.elements, window)
    page = None
    for (kind, number), run in groupby(elements, lambda each: (each.kind, each.page)):
        if number is not None and number != page:
            yield f'<p class="oaken-leaf">{html_views.text(page_label(source, number))}</p>'
            page = number
        blocks = list(run)
        if kind == "row":
            yield from _tables(document, blocks, span)
        elif kind == "list":
            items = "".join(f'<li dir="auto">{_marked(document, each, span)}</li>' for each in blocks)
            yield f'<ul class="oaken-items">{items}</ul>'
        else:
            yield from (_block(document, each, span) for each in blocks)


def _within(elements: Sequence[Element], window: Span) -> list[Element]:
    """Return the elements in a window, cut at its edges."""
    first = max(0, bisect_right(elements, window[0], key=lambda each: each.start) - 1)
    last = bisect_left(elements, window[1], key=lambda each: each.start)
    cut = (replace(e, start=max(e.start, window[0]), end=min(e.end, window[1])) for e in elements[first:last])
    return [each for each in cut if each.start < each.end]


def _block(document: Document, element: Element, span: Span) -> str:
    words = _marked(document, element, span)
    if element.kind == "title":
        level = min(2 + max(1, len(element.section)), 6)
        return f'<h{level} class="oaken-heading" dir="auto">{words}</h{level}>'
    if element.kind == "code":
        return f'<pre class="oaken-code" dir="ltr"><code>{words}</code></pre>'
    return f'<p class="oaken-words" dir="auto">{words}</p>'


def _marked(document: Document, element: Element, span: Span) -> str:
    return marked(document.text[element.start : element.end], element.start, span)


def _code_lines(text: str, span: Span, window: Span) -> str:
    """Return lines with their numbers, which CSS draws so that they are not copied with the code."""
    number, at = text.count("\n", 0, window[0]) + 1, window[0]
    lines = []
    for line in text[window[0] : window[1]].removesuffix("\n").split("\n"):
        cited = " oaken-cited" if at < span[1] and at + len(line) > span[0] else ""
        lines.append(f'<span class="oaken-line{cited}" data-line="{number}">{marked(line, at, span)}</span>')
        number, at = number + 1, at + len(line) + 1
    listed = "\n".join(lines)
    return f'<pre class="oaken-code oaken-numbered" dir="ltr"><code>{listed}</code></pre>'


def _tables(document: Document, rows: Sequence[Element], span: Span) -> Iterator[str]:
    """Yield the rows as tables, split where the document separates them.

    A table that begins above the window still begins with its column names.
    """
    for run in _tables_of(document.text, rows):
        header = _header_above(document, run[0])
        yield _table(document.text, [*header, *run], span, len(header))


def _tables_of(text: str, rows: Sequence[Element]) -> Iterator[list[Element]]:
    table_rows = [rows[0]]
    for before, after in pairwise(rows):
        if text[before.end : after.start] != "\n":
            yield table_rows
            table_rows = []
        table_rows.append(after)
    yield table_rows


def _header_above(document: Document, row: Element) -> list[Element]:
    """Return the header rows of the table that a row stands in, unless the row is among them."""
    at = bisect_left(document.elements, row.start, key=lambda each: each.start)
    first = at
    while first > 0 and _is_same_table(document, document.elements[first - 1], document.elements[first]):
        first -= 1
    return list(document.elements[first : min(first + 2, at)])


def _is_same_table(document: Document, before: Element, after: Element) -> bool:
    same = before.kind == after.kind == "row" and before.page == after.page
    return same and document.text[before.end : after.start] == "\n"


def _table(text: str, rows: Sequence[Element], span: Span, above: int) -> str:
    """Return one table; of its first ``above`` rows, which belong to another window, only column names are shown."""
    words = [text[row.start : row.end] for row in rows]
    found = table(words)
    width = max([len(found.columns), *map(len, found.rows)])
    body = []
    for at, (row, cells) in enumerate(zip(rows, found.rows, strict=True)):
        cited = row.start < span[1] and span[0] < row.end
        if (at < above or at in found.header) and not cited:
            continue
        body.append(_row(words[at], row.start, cells, span, width, cited=cited))
    names = "".join(f'<th scope="col">{html_views.text(name)}</th>' for name in found.columns)
    names += "<td></td>" * (width - len(found.columns))
    head = f"<thead><tr>{names}</tr></thead>" if found.columns else ""
    return (
        f'<table class="oaken-table oaken-rows" dir="auto">{head}<tbody>{"".join(body)}</tbody></table>' if body else ""
    )


def _row(words: str, start: int, cells: Iterable[TableCell | None], span: Span, width: int, *, cited: bool) -> str:
    drawn = [
        marked(words[cell.start : cell.end], start + cell.start, span) if cell is not None else "" for cell in cells
    ]
    over = f' colspan="{width}"' if len(drawn) == 1 and width > 1 else ""
    drawn += [""] * (0 if over else width - len(drawn))
    attributes = ' class="oaken-cited" aria-current="true"' if cited else ""
    return f"<tr{attributes}>{''.join(f'<td{over}>{each}</td>' for each in drawn)}</tr>"
