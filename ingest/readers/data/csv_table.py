"""Reader of delimited text (.csv, .tsv): the delimiter is detected."""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from pathlib import Path

from ingest.readers.registry import READERS
from ingest.readers.shared.build import build
from ingest.readers.shared.tables import table_blocks
from ingest.readers.shared.text_decoding import decode
from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message
from rag.types import Document, Outcome

MAX_CSV_CELLS = 2_000_000
_DELIMITERS = (",", ";", "\t", "|")
_SNIFFED_LINES = 60  # lines


def read(path: Path) -> Document:
    """Read a table. Raises UnreadableError where it is larger than one document may be."""
    suffix = path.suffix.lower()
    text = decode(path.read_bytes()).lstrip("\ufeff")
    csv.field_size_limit(sys.maxsize)
    lines: list[list[str]] = []
    cells = 0
    for line in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, suffix)):
        lines.append(line)
        cells += len(line)
        if cells > MAX_CSV_CELLS:
            raise UnreadableError(
                Outcome.TOO_LARGE,
                Message("it holds more than {max_csv_cells:,} cells; split it", max_csv_cells=MAX_CSV_CELLS),
            )
    media_type = READERS[".csv" if suffix == ".csv" else ".tsv"].media_type
    return build(table_blocks(lines, certain=True), media_type)


def _delimiter(text: str, suffix: str) -> str:
    """Return the delimiter that splits most lines into equally many cells, more than one; else a comma."""
    head = "\n".join(text[:200_000].splitlines()[:_SNIFFED_LINES])
    best, chosen = 0.0, "," if suffix == ".csv" else "\t"
    for sign in dict.fromkeys((chosen, *_DELIMITERS)):
        widths = [len(line) for line in csv.reader(io.StringIO(head, newline=""), delimiter=sign) if line]
        width, count = Counter(widths).most_common(1)[0] if widths else (1, 0)
        if width > 1 and count / len(widths) > best + 0.1:
            best, chosen = count / len(widths), sign
    return chosen
