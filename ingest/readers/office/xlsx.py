"""Reader of workbooks (.xlsx): each sheet a page and a section, its tables by rows, then comments and text boxes.

Formulas give their saved results; one without a result is shown itself.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ingest.readers.office.cells import MAX_WORKBOOK_CELLS, CellCounter, sheet_blocks, shown
from ingest.readers.office.number_format import NumberSigns
from ingest.readers.office.xlsx_parts import InlineText, check_cells, drawn_texts, special_cells, words
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.left_out import FORMULAS, STRUCK, leave_out
from ingest.readers.shared.raised import LOWERED, RAISED, in_one_line
from ingest.readers.shared.tables import Linked
from ingest.readers.shared.zip_checks import check_package
from rag.messages import Message
from rag.types import Document

MAX_WHOLE_SHEET_BYTES = (
    40 * 2**20
)  # bytes of sheets; larger ones are streamed, without merged cells, links and comments


def read(path: Path) -> Document:
    """Read a workbook; ``page`` is the number of the sheet."""
    check_package(path, Message("an Excel file"))
    from openpyxl import load_workbook
    from openpyxl.worksheet import _reader

    _reader.Text = InlineText
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist() if entry.filename.startswith("xl/worksheets/"))
        check_cells(archive)
        whole = size <= MAX_WHOLE_SHEET_BYTES
        drawn = drawn_texts(archive)
        rich, unsaved = special_cells(archive) if whole else (False, False)
        signs = NumberSigns.of(words(archive))
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about extensions that it leaves out
        book = load_workbook(file, read_only=not whole, data_only=True, rich_text=rich)
        formulas = load_workbook(file, data_only=False) if unsaved else None
        try:
            blocks = list(_blocks(book, formulas, drawn, signs))
        finally:
            book.close()
    return build(blocks, READERS[".xlsx"].media_type, len(book.sheetnames))


def _blocks(book: Any, formulas: Any, drawn: Mapping[str, list[str]], signs: NumberSigns) -> Iterator[ReaderBlock]:
    counted = CellCounter()
    struck = frozenset(at for at, font in enumerate(getattr(book, "_fonts", ())) if font.strike)
    for number, name in enumerate(book.sheetnames, 1):
        sheet = book[name]
        if not hasattr(sheet, "iter_rows"):  # a sheet that is one chart
            yield from (ReaderBlock("text", text, page=number) for text in drawn.get(name, ()))
            continue
        lines: Iterator[tuple[list[str], Linked]]
        if hasattr(sheet, "reset_dimensions"):
            sheet.reset_dimensions()  # the file's own dimensions may be wrong
            lines = (
                ([shown(cell.value, cell.number_format, signs) for cell in row], ()) for row in _rows(sheet, counted)
            )
        else:
            lines = _whole(sheet, counted, formulas[name] if formulas is not None else None, struck, signs)
        yield from sheet_blocks(name, number, lines, counted)
        yield from (ReaderBlock("text", text, page=number) for text in drawn.get(name, ()))


def _rows(sheet: Any, counted: CellCounter) -> Iterator[Any]:
    for row in sheet.iter_rows():
        counted.add(len(row))
        yield row


def _whole(
    sheet: Any, counted: CellCounter, formulas: Any, struck: frozenset[int], signs: NumberSigns
) -> Iterator[tuple[list[str], Linked]]:
    """Yield the rows of a sheet held in memory. A cell over several rows is repeated in each, over columns not."""
    if sheet.max_row * sheet.max_column > 2 * MAX_WORKBOOK_CELLS:
        counted.add(MAX_WORKBOOK_CELLS + 1)
    down: dict[tuple[int, int], tuple[int, int]] = {}
    for merged in sheet.merged_cells.ranges:
        if merged.size["rows"] < 10_000:
            for line in range(merged.min_row + 1, merged.max_row + 1):
                down[line, merged.min_col] = merged.min_row, merged.min_col
    remarks: list[tuple[str, str]] = []
    for row in sheet.iter_rows():
        cells: list[str] = []
        links: list[tuple[str, str]] = []
        own = False
        for cell in row:
            origin = down.get((cell.row, cell.column))
            source = sheet.cell(*origin) if origin else cell
            text = _text(source, formulas, struck, signs)
            cells.append(text)
            own = own or bool(text and not origin)
            if target := getattr(getattr(cell, "hyperlink", None), "target", None):
                links.append((text, target))
            if remark := getattr(cell, "comment", None):
                remarks.append((cell.coordinate, remark.text))
        if own or not any(cells):  # the rest of a cell over several rows adds nothing
            yield cells, tuple(links)
    for place, text in remarks:
        yield [], ()
        yield [f"{place}: {text}"], ()


def _text(cell: Any, formulas: Any, struck: frozenset[int], signs: NumberSigns) -> str:
    """Return what a cell shows; struck-out text is left out, a formula without a result shows itself."""
    value = cell.value
    if value is None:
        formula = formulas[cell.coordinate].value if formulas is not None else None
        formula = getattr(formula, "text", formula)  # of an array
        if not isinstance(formula, str) or not formula.startswith("="):
            return ""
        leave_out(FORMULAS)
        return formula
    if struck and cell.has_style and cell._style.fontId in struck:
        return leave_out(STRUCK)
    if isinstance(value, list):
        return in_one_line(_runs(value))
    return shown(value, cell.number_format or "", signs)


def _runs(parts: list[Any]) -> Iterator[tuple[str, int]]:
    """Yield the pieces of a cell's text, each with its place above, in or below the line."""
    for piece in parts:
        if isinstance(piece, str):
            yield piece, 0
        elif piece.font.strike:
            leave_out(STRUCK)
        else:
            yield piece.text, {"superscript": RAISED, "subscript": LOWERED}.get(piece.font.vertAlign or "", 0)
