"""Reader of Excel workbooks up to 2003 (.xls): each sheet a page and a section, its tables by rows."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from ingest.readers.office.cells import CellCounter, sheet_blocks, shown
from ingest.readers.office.number_format import NumberSigns
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message
from rag.types import Document, Outcome

_FIRST_WORDS = 500  # cells of words, to tell their language


def read(path: Path) -> Document:
    """Read a workbook; ``page`` is the number of the sheet."""
    import xlrd

    with Path(os.devnull).open("w") as nowhere:
        try:
            book = _open(path, nowhere)
        except xlrd.XLRDError as error:
            if "encrypted" in str(error).lower():
                raise UnreadableError(Outcome.ENCRYPTED, Message("it is protected by a password")) from None
            raise UnreadableError(
                Outcome.FAILED, Message("it is damaged, or not an Excel file ({why})", why=error)
            ) from None
    return build(_blocks(book), READERS[".xls"].media_type, book.nsheets)


def _open(path: Path, log: Any) -> Any:
    import xlrd

    try:
        return xlrd.open_workbook(str(path), logfile=log, formatting_info=True)
    except xlrd.XLRDError:
        raise
    except Exception:  # its formats are damaged or unknown to xlrd; its cells may be sound
        return xlrd.open_workbook(str(path), logfile=log)


def _blocks(book: Any) -> Iterator[ReaderBlock]:
    counted = CellCounter()
    signs = NumberSigns.of(" ".join(islice(_words(book), _FIRST_WORDS)))
    for number, sheet in enumerate(book.sheets(), 1):
        lines = ((cells, ()) for cells in _lines(book, sheet, signs))
        yield from sheet_blocks(sheet.name, number, lines, counted)


def _words(book: Any) -> Iterator[str]:
    for sheet in book.sheets():
        for line in range(sheet.nrows):
            yield from (value for value in sheet.row_values(line) if isinstance(value, str) and value)


def _lines(book: Any, sheet: Any, signs: NumberSigns) -> Iterator[list[str]]:
    down = {
        (line, left): (top, left)
        for top, bottom, left, _ in getattr(sheet, "merged_cells", ())
        for line in range(top + 1, bottom)
        if bottom - top < 10_000
    }
    for line in range(sheet.nrows):
        places = [(line, column) for column in range(sheet.row_len(line))]
        cells = [_shown(book, sheet, signs, *down.get(place, place)) for place in places]
        own = any(cell for place, cell in zip(places, cells, strict=True) if place not in down)
        if own or not any(cells):  # the rest of a cell over several rows adds nothing
            yield cells


def _shown(book: Any, sheet: Any, signs: NumberSigns, line: int, column: int) -> str:
    import xlrd

    if line >= sheet.nrows or column >= sheet.row_len(line):
        return ""
    cell = sheet.cell(line, column)
    if cell.ctype == xlrd.XL_CELL_DATE and "[h" in _format(book, cell).lower():
        return shown(datetime.timedelta(days=cell.value), _format(book, cell))
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            moment = xlrd.xldate_as_datetime(cell.value, book.datemode)
        except (ValueError, OverflowError):
            return shown(cell.value)
        return shown(moment.time() if 0 <= cell.value < 1 else moment)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return shown(bool(cell.value))
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, ""))
    return shown(cell.value, _format(book, cell), signs)


def _format(book: Any, cell: Any) -> str:
    if cell.xf_index is None or cell.xf_index >= len(book.xf_list):
        return ""
    known = book.format_map.get(book.xf_list[cell.xf_index].format_key)
    return known.format_str if known else ""
