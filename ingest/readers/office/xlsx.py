"""Workbooks (.xlsx): each sheet a page and a section, its tables by rows. Formulas are read as what they gave."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.readers.office.cells import MAX_WORKBOOK_CELLS, CellCounter, sheet_blocks, shown
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.tables import Linked
from ingest.readers.shared.zip_checks import check_package
from rag.types import Document

MAX_WHOLE_SHEET_BYTES = (
    40 * 2**20
)  # bytes of sheets; larger ones are read as a stream, without merged cells, links and remarks


def read(path: Path) -> Document:
    """The document in a workbook; ``page`` is the number of the sheet."""
    check_package(path, "an Excel file")
    from openpyxl import load_workbook

    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist() if entry.filename.startswith("xl/worksheets/"))
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of extensions that it leaves out
        book = load_workbook(file, read_only=size > MAX_WHOLE_SHEET_BYTES, data_only=True, rich_text=False)
        try:
            blocks = list(_blocks(book))
        finally:
            book.close()
    return build(blocks, READERS[".xlsx"].media_type, len(book.sheetnames))


def _blocks(book: Any) -> Iterator[ReaderBlock]:
    counted = CellCounter()
    for number, name in enumerate(book.sheetnames, 1):
        sheet = book[name]
        if not hasattr(sheet, "iter_rows"):  # a sheet that is one chart
            continue
        lines: Iterator[tuple[list[str], Linked]]
        if hasattr(sheet, "reset_dimensions"):
            sheet.reset_dimensions()  # what the file says of its size may be a lie
            lines = (([shown(cell.value, cell.number_format) for cell in row], ()) for row in _rows(sheet, counted))
        else:
            lines = _whole(sheet, counted)
        yield from sheet_blocks(name, number, lines, counted)


def _rows(sheet: Any, counted: CellCounter) -> Iterator[Any]:
    for row in sheet.iter_rows():
        counted.add(len(row))
        yield row


def _whole(sheet: Any, counted: CellCounter) -> Iterator[tuple[list[str], Linked]]:
    """The rows of a sheet that is held in memory. A cell over several rows stands in each, one over columns once."""
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
            text = shown(source.value, source.number_format or "")
            cells.append(text)
            own = own or bool(text and not origin)
            if target := getattr(getattr(cell, "hyperlink", None), "target", None):
                links.append((text, target))
            if remark := getattr(cell, "comment", None):
                remarks.append((cell.coordinate, remark.text))
        if own or not any(cells):  # the rest of a cell that is over several rows says nothing new
            yield cells, tuple(links)
    for place, text in remarks:
        yield [], ()
        yield [f"{place}: {text}"], ()
