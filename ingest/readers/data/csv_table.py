"""Reader of delimited text (.csv, .tsv): the delimiter is detected, and quotation marks that nobody closed are told."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from ingest.readers.registry import READERS
from ingest.readers.shared.build import build
from ingest.readers.shared.decoding.kept_markup import shown_text
from ingest.readers.shared.decoding.text_decoding import decode
from ingest.readers.shared.tables import table_blocks
from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message
from rag.types import Document, Outcome

MAX_CSV_CELLS = 2_000_000
_DELIMITERS = (",", ";", "\t", "|")
_DELIMITER_SIGNS = frozenset(_DELIMITERS)
_SEP_LINE = re.compile(r"\ufeff?\"?sep=(.)\"?[\r\n]+")  # for Excel
_SNIFFED_RECORDS, _SNIFFED_CHARS = 60, 200_000
_HEADER_WEIGHT = 0.25  # of the first record, in all others
_LEFT_OVER = 0.5  # taken off where each record still holds other delimiters
_MAX_UNSURE_LINES = 50  # lines that a record with misplaced quotation marks may have
_MAX_UNCLOSED = 10_000  # quotation marks; from then on all are read as they stand
# A sign as it stands in a cell: a decimal comma, one of prose. Tabs are in none.
_IN_PROSE = {",": re.compile(r",(?=\s|\Z)|(?<=\d),(?=\d)"), ";": re.compile(r";(?=\s|\Z)"), "|": re.compile(r" \| ")}


def read(path: Path) -> Document:
    """Read a table. Raises UnreadableError where it is larger than one document may be."""
    suffix = path.suffix.lower()
    text = decode(path.read_bytes()).lstrip("\ufeff")
    csv.field_size_limit(sys.maxsize)
    delimiter = _delimiter(text, "," if suffix == ".csv" else "\t")
    text = _SEP_LINE.sub("", text, count=1) if _SEP_LINE.match(text) else text
    unclosed: list[int] = []
    rows: list[list[str]] = []
    cells = 0
    for row in _records(list(io.StringIO(text.rstrip("\r\n") + "\n", newline="")), delimiter, unclosed):
        rows.append([shown_text(cell) for cell in row])
        cells += len(row)
        if cells > MAX_CSV_CELLS:
            raise UnreadableError(
                Outcome.TOO_LARGE,
                Message("it holds more than {max_csv_cells:,} cells; split it", max_csv_cells=MAX_CSV_CELLS),
            )
    media_type = READERS[".csv" if suffix == ".csv" else ".tsv"].media_type
    document = build(table_blocks(rows, certain=True), media_type)
    if not unclosed:
        return document
    remark = Message("a quotation mark is not closed, and read as it stands, in line {line:,}", line=unclosed[0] + 1)
    return replace(document, remark=remark)


def _delimiter(text: str, usual: str) -> str:
    """Return the sign that divides the records best."""
    if declared := _SEP_LINE.match(text):
        return declared.group(1)
    lines = list(io.StringIO(text[:_SNIFFED_CHARS], newline=""))
    if len(text) > _SNIFFED_CHARS and len(lines) > 1:
        lines.pop()
    division = {sign: _division(lines, sign) for sign in dict.fromkeys((usual, *_DELIMITERS))}
    best = max(division, key=lambda sign: division[sign])  # of equal ones the usual
    if division[best] > 0 or _divides(lines, usual):
        return best
    return next((sign for sign in _DELIMITERS if sign not in text), usual)  # one column


def _division(lines: Sequence[str], sign: str) -> float:
    """Return how well a sign divides records, 0 to 1: the first as the others, into cells that hold no delimiter."""
    records = [row for row in islice(_records(lines, sign, []), _SNIFFED_RECORDS) if any(map(str.strip, row))]
    width, _ = Counter(map(len, records)).most_common(1)[0] if records else (1, 0)
    first, others = records[:1], records[1:]
    if width < 2 or (len(first[0]) == 1 and not _divides(lines, sign)):
        return 0.0
    header = _HEADER_WEIGHT * max(1, len(others))
    even = sum(len(row) == width for row in others) + header * (len(first[0]) == width)
    left = sum(any(_stray(cell, sign) for cell in row) for row in records)
    return max(0.01, even / (len(others) + header) - _LEFT_OVER * left / len(records))


def _divides(lines: Sequence[str], sign: str) -> bool:
    """Tell whether a sign stands as prose and numbers do not have it."""
    return any(sign in _IN_PROSE[sign].sub("", line) if sign in _IN_PROSE else sign in line for line in lines)


def _stray(cell: str, delimiter: str) -> bool:
    """Tell whether a cell holds another delimiter, as prose and numbers do not have it."""
    return not _DELIMITER_SIGNS.isdisjoint(cell) and any(
        sign in cell and (sign not in _IN_PROSE or sign in _IN_PROSE[sign].sub("", cell))
        for sign in _DELIMITERS
        if sign != delimiter
    )


def _records(lines: Sequence[str], delimiter: str, unclosed: list[int]) -> Iterator[list[str]]:
    """Yield the records; add to ``unclosed`` the lines with a quotation mark that stands for itself, as numbers."""
    at, width = 0, 0
    while at < len(lines):
        rest = iter(lines)
        rest.__setstate__(at)  # type: ignore[attr-defined]  # a slice would copy the lines, once for each open quote
        reader = csv.reader(rest, delimiter=delimiter, skipinitialspace=True, strict=True)
        read = 0
        try:
            for row in reader:
                width = width or len(row)
                yield row
                read = reader.line_num
            return
        except csv.Error:
            at += read
        row, size = _unsure(lines[at : at + _MAX_UNSURE_LINES], delimiter, width)
        if not size:
            unclosed.append(at)
            literal = lines[at : at + 1] if len(unclosed) < _MAX_UNCLOSED else lines[at:]
            yield from csv.reader(literal, delimiter=delimiter, skipinitialspace=True, quoting=csv.QUOTE_NONE)
            at += len(literal)
            continue
        yield row
        at += size


def _unsure(lines: Sequence[str], delimiter: str, width: int) -> tuple[list[str], int]:
    """Return a record whose quotation marks do not end its cells, and its lines; 0 where one is not closed.

    Over several lines it has as many cells as others, and its first line alone has not.
    """
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    row = next(reader)
    if row[-1].endswith(("\n", "\r")):  # to the end of the lines
        return row, 0
    if reader.line_num == 1:
        return row, 1
    first = next(csv.reader(lines[:1], delimiter=delimiter, skipinitialspace=True, quoting=csv.QUOTE_NONE))
    return row, reader.line_num if len(row) == width != len(first) else 0
