"""Presentations (.pptx): each slide a page, its title a section; text in reading order, tables, charts, notes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.readers.markup.html_page import marked
from ingest.readers.markup.xml_document import parse
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.tables import table_blocks
from ingest.readers.shared.zip_checks import check_package
from rag.types import Document

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_BODIES = ("BODY", "OBJECT", "VERTICAL_BODY", "VERTICAL_OBJECT")
MAX_GROUP_DEPTH = 20  # groups within groups


def read(path: Path) -> Document:
    """The document in a presentation; ``page`` is the number of the slide."""
    check_package(path, "a PowerPoint file")
    from pptx import Presentation

    slides = list(Presentation(str(path)).slides)
    blocks = (block for number, slide in enumerate(slides, 1) for block in _slide(slide, number))
    return build(blocks, READERS[".pptx"].media_type, len(slides))


def _slide(slide: Any, number: int) -> Iterator[ReaderBlock]:
    title = slide.shapes.title
    words = title.text_frame.text if title is not None and title.has_text_frame else ""
    yield ReaderBlock("title", words, 1, number)
    for shape in _in_order(slide.shapes, 0):
        if title is None or shape.shape_id != title.shape_id:
            yield from _shape(shape, number)
    for relation in slide.part.rels.values():
        if not relation.is_external and relation.reltype.endswith("/diagramData"):  # drawings made of words
            for paragraph in parse(relation.target_part.blob).iter(f"{_A}p"):
                yield ReaderBlock("text", "".join(run.text or "" for run in paragraph.iter(f"{_A}t")), page=number)
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None:
        for paragraph in frame.paragraphs:
            yield _paragraph(paragraph, number, "text")


def _in_order(shapes: Any, depth: int) -> Iterator[Any]:
    """Shapes from top to bottom and left to right, those of a group together; as they lie in the file where a place
    is told by the layout only."""
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


def _shape(shape: Any, number: int) -> Iterator[ReaderBlock]:
    if getattr(shape, "has_table", False):
        table = shape.table
        lines = [[_cell(cell) for cell in row.cells] for row in table.rows]
        yield from table_blocks(lines, 1 if table.first_row and len(lines) > 1 else None, page=number)
    elif getattr(shape, "has_chart", False):
        yield from _chart(shape.chart, number)
    elif getattr(shape, "has_text_frame", False):
        body = shape.is_placeholder and shape.placeholder_format.type.name in _BODIES
        filled = [paragraph for paragraph in shape.text_frame.paragraphs if paragraph.text.strip()]
        for paragraph in filled:
            yield _paragraph(paragraph, number, "list" if body and len(filled) > 1 else "text")


def _paragraph(paragraph: Any, number: int, kind: str) -> ReaderBlock:
    links = tuple((run.text, run.hyperlink.address) for run in paragraph.runs if run.hyperlink.address)
    text = marked(paragraph.text) if kind == "list" else paragraph.text
    return ReaderBlock(kind, text, page=number, links=links)


def _cell(cell: Any) -> str:
    """Its text; one over several rows stands in each of them, one over several columns once."""
    if not cell.is_spanned:
        return str(cell.text)
    column = cell._tc.col_idx
    for above in range(cell._tc.row_idx - 1, -1, -1):
        origin = cell._tc.tbl.tc(above, column)
        if not origin.vMerge:
            return "" if origin.hMerge else str(type(cell)(origin, cell).text)
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
