"""Reader of Jupyter notebooks: prose as Markdown, cells and their text output as code, other output as what it shows.

Images and widgets are left out and counted.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.readers.formulas.latex import latex_line
from ingest.readers.markup.html_page import page_blocks
from ingest.readers.markup.markdown import markdown_blocks
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.decoding.text_decoding import decode
from ingest.readers.shared.left_out import RESULTS, leave_out
from ingest.readers.shared.records import record_blocks
from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message
from rag.types import Document, Outcome

LONGEST_RESULT = 5_000  # characters; longer output is a log
MOST_BLOCKS = 200  # of one result, such as the rows of a table
_OBJECT_NAME = re.compile(r"<[\w.]+(?: [^<>\n]*)?>|(?:Figure|Widget|\w+)\([^()\n]*\)")


def read(path: Path) -> Document:
    """Read a notebook. Raises UnreadableError where it is none."""
    try:
        notebook = json.loads(decode(path.read_bytes()))
        cells = notebook.get("cells")
        if cells is None:  # before 2015
            cells = [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]]
        blocks = [block for cell in cells for block in _cell(cell)]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UnreadableError(Outcome.FAILED, Message("it is damaged, or not a notebook")) from None
    return build(blocks, READERS[".ipynb"].media_type)


def _cell(cell: dict[str, Any]) -> Iterator[ReaderBlock]:
    source = _joined(cell.get("source", cell.get("input", "")))
    match cell.get("cell_type"):
        case "markdown":
            yield from markdown_blocks(source)
        case "heading":
            yield ReaderBlock("title", source, int(cell.get("level", 1)))
        case "code":
            yield ReaderBlock("code", source)
            for output in cell.get("outputs", ()):
                yield from _result(output)
        case _:
            yield ReaderBlock("text", source)


def _result(output: dict[str, Any]) -> Iterator[ReaderBlock]:
    """Yield what a cell gave: its plain text, or what takes its place where that only names a kind of object."""
    if output.get("output_type") in ("error", "pyerr"):
        yield ReaderBlock("code", f"{output.get('ename', '')}: {output.get('evalue', '')}")
        return
    data = output.get("data", output)
    plain = _joined(data.get("text/plain", output.get("text", "")))[:LONGEST_RESULT]
    if plain and not _OBJECT_NAME.fullmatch(plain.strip()):
        yield ReaderBlock("code", plain)
        return
    for kind, blocks in _SHOWN.items():
        source = data.get(kind, "")
        if (source := json.dumps(source) if "json" in kind and source else _joined(source)).strip():
            found = list(itertools.islice(blocks(source), MOST_BLOCKS))
            if any(block.text.strip() for block in found):
                yield from (replace(block, kind="text") if block.kind == "title" else block for block in found)
                return
    if any(kind.startswith("image/") or "widget" in kind for kind in data):
        leave_out(RESULTS)
    yield ReaderBlock("code", plain)


def _latex_blocks(source: str) -> Iterator[ReaderBlock]:
    yield ReaderBlock("text", latex_line(source.strip().strip("$")))


def _record_blocks(source: str) -> Iterator[ReaderBlock]:
    return record_blocks(json.loads(source))


# Kinds of output, the best first; their blocks.
_SHOWN = {
    "text/markdown": markdown_blocks,
    "text/html": page_blocks,
    "text/latex": _latex_blocks,
    "application/json": _record_blocks,
}


def _joined(text: Any) -> str:
    return "".join(map(str, text)) if isinstance(text, list) else str(text)
