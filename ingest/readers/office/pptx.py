"""Reader of presentations (.pptx): each slide a page and section; text in reading order, tables, charts, notes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.readers.formulas.omml import M, omml_line
from ingest.readers.markup.html_page import marked
from ingest.readers.markup.xml_document import parse
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.left_out import EQUATIONS, STRUCK, leave_hole, leave_out
from ingest.readers.shared.raised import in_one_line
from ingest.readers.shared.tables import table_blocks
from ingest.readers.shared.zip_checks import check_package
from rag.messages import Message
from rag.types import Document

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_BODIES = ("BODY", "OBJECT", "VERTICAL_BODY", "VERTICAL_OBJECT")
_TITLES = ("TITLE", "CENTER_TITLE", "VERTICAL_TITLE")
_NOT_NOTES = ("SLIDE_IMAGE", "SLIDE_NUMBER", "HEADER", "FOOTER", "DATE")
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
MAX_GROUP_DEPTH = 20  # groups within groups


def read(path: Path) -> Document:
    """Read a presentation; ``page`` is the number of the slide."""
    check_package(path, Message("a PowerPoint file"))
    from pptx import Presentation

    slides = list(Presentation(str(path)).slides)
    for slide in slides:
        _show_alternatives(slide._element)
    blocks = (block for number, slide in enumerate(slides, 1) for block in _slide(slide, number))
    return build(blocks, READERS[".pptx"].media_type, len(slides))


def _slide(slide: Any, number: int) -> Iterator[ReaderBlock]:
    title = slide.shapes.title
    if title is not None and title.placeholder_format.type.name not in _TITLES:  # a body may be the first placeholder
        title = None
    words = "\v".join(map(_words, title.text_frame.paragraphs)) if title is not None and title.has_text_frame else ""
    yield ReaderBlock("title", words, 1, number)
    for shape in _in_order(slide.shapes, 0):
        if title is None or shape.shape_id != title.shape_id:
            yield from _shape(shape, number)
    for relation in slide.part.rels.values():
        if not relation.is_external and relation.reltype.endswith("/diagramData"):  # SmartArt
            for paragraph in parse(relation.target_part.blob).iter(f"{_A}p"):
                yield ReaderBlock("text", "".join(run.text or "" for run in paragraph.iter(f"{_A}t")), page=number)
        elif not relation.is_external and relation.reltype.endswith("/comments"):
            yield from _comments(parse(relation.target_part.blob), number)
    if slide.has_notes_slide:
        for shape in _in_order(slide.notes_slide.shapes, 0):
            if not (shape.is_placeholder and shape.placeholder_format.type.name in _NOT_NOTES):
                yield from _shape(shape, number, plain=True)


def _show_alternatives(slide: Any) -> None:
    """Put what newer programs show, such as formulas, in the place of what they offer older ones."""
    for node in list(slide.iter(f"{_MC}AlternateContent")):
        choice, around = node.find(f"{_MC}Choice"), node.getparent()
        if choice is not None and around is not None and len(choice):
            for child in list(choice):
                node.addprevious(child)
            around.remove(node)


def _comments(tree: Any, number: int) -> Iterator[ReaderBlock]:
    """Yield comments on a slide, of older and of newer versions of PowerPoint."""
    for comment in tree.iter("{*}cm"):
        old = [node.text or "" for node in comment.iterchildren("{*}text")]
        runs = ("".join(text.text or "" for text in each.iter(f"{_A}t")) for each in comment.iter(f"{_A}p"))
        yield ReaderBlock("text", "\n".join([*old, *runs]), page=number)


def _in_order(shapes: Any, depth: int) -> Iterator[Any]:
    """Yield shapes from top to bottom and left to right, those of a group together.

    They keep the file's order where only the layout gives a position.
    """
    placed = [(shape, _place(shape)) for shape in shapes]
    if all(place is not None for _, place in placed):
        placed.sort(key=lambda each: each[1] or (0, 0))
    for shape, _ in placed:
        if hasattr(shape, "shapes"):
            if depth < MAX_GROUP_DEPTH:
                yield from _in_order(shape.shapes, depth + 1)
        else:
            yield shape


def _place(shape: Any) -> tuple[int, int] | None:
    try:
        return (shape.top, shape.left) if shape.top is not None and shape.left is not None else None
    except (AttributeError, ValueError, KeyError):  # damaged, or a placeholder without its layout
        return None


def _shape(shape: Any, number: int, *, plain: bool = False) -> Iterator[ReaderBlock]:
    if getattr(shape, "has_table", False):
        table = shape.table
        lines = [[_cell(cell) for cell in row.cells] for row in table.rows]
        yield from table_blocks(lines, 1 if table.first_row and len(lines) > 1 else None, page=number)
    elif getattr(shape, "has_chart", False):
        yield from _chart(shape.chart, number)
    elif getattr(shape, "has_text_frame", False):
        body = shape.is_placeholder and shape.placeholder_format.type.name in _BODIES
        filled = [(paragraph, text) for paragraph in shape.text_frame.paragraphs if (text := _words(paragraph)).strip()]
        for paragraph, text in filled:
            yield _paragraph(paragraph, text, number, "list" if body and len(filled) > 1 and not plain else "text")
    elif said := next((node.get("descr") for node in shape._element.iter("{*}cNvPr") if node.get("descr")), ""):
        yield ReaderBlock("text", said, page=number)  # of a picture


def _paragraph(paragraph: Any, text: str, number: int, kind: str) -> ReaderBlock:
    links = tuple((run.text, run.hyperlink.address) for run in paragraph.runs if run.hyperlink.address)
    return ReaderBlock(kind, marked(text) if kind == "list" else text, page=number, links=links)


def _words(paragraph: Any) -> str:
    """Return a paragraph's words, raised and lowered ones as such, formulas in a line, without what is struck out."""
    return in_one_line(_runs(paragraph._p))


def _runs(node: Any) -> Iterator[tuple[str, int]]:
    for child in node:
        tag = child.tag
        if tag == f"{_A}br":
            yield "\v", 0
        elif tag in (f"{_A}r", f"{_A}fld"):
            layout, text = child.find(f"{_A}rPr"), child.findtext(f"{_A}t") or ""
            if layout is not None and layout.get("strike", "noStrike") != "noStrike":
                leave_out(STRUCK, int(bool(text.strip())))
                continue
            baseline = (layout.get("baseline") or "").rstrip("%") if layout is not None else ""
            value = int(baseline) if baseline.lstrip("-").isdecimal() else 0
            yield text, (value > 0) - (value < 0)
        elif tag == f"{M}oMath":
            yield omml_line(child) or leave_hole(EQUATIONS), 0
        elif child.tag not in (f"{_A}pPr", f"{_A}endParaRPr"):  # around a formula
            yield from _runs(child)


def _cell(cell: Any) -> str:
    """Return the cell's text; one over several rows is repeated in each, one over several columns is not."""
    if not cell.is_spanned:
        return "\n".join(map(_words, cell.text_frame.paragraphs))
    column = cell._tc.col_idx
    for above in range(cell._tc.row_idx - 1, -1, -1):
        origin = cell._tc.tbl.tc(above, column)
        if not origin.vMerge:
            return "" if origin.hMerge else "\n".join(map(_words, type(cell)(origin, cell).text_frame.paragraphs))
    return ""


def _chart(chart: Any, number: int) -> Iterator[ReaderBlock]:
    if chart.has_title and chart.chart_title.has_text_frame:
        yield ReaderBlock("text", chart.chart_title.text_frame.text, page=number)
    for plot in chart.plots:
        series = list(plot.series)
        lines = [["", *(str(each.name) for each in series)]]
        for at, category in enumerate(plot.categories):
            values = [each.values[at] if at < len(each.values) else None for each in series]
            lines.append([str(category), *("" if value is None else f"{value:g}" for value in values)])
        yield from table_blocks(lines, 1, page=number)
