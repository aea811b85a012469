"""Reader of Jupyter notebooks: prose as Markdown, cells and their text output as code.

Images and widgets are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.readers.markup.markdown import markdown_blocks
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.text_decoding import decode
from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message
from rag.types import Document, Outcome

LONGEST_RESULT = 5_000  # characters; longer output is a log


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
                yield ReaderBlock("code", _result(output))
        case _:
            yield ReaderBlock("text", source)


def _result(output: dict[str, Any]) -> str:
    if output.get("output_type") in ("error", "pyerr"):
        return f"{output.get('ename', '')}: {output.get('evalue', '')}"
    data = output.get("data", output)
    return _joined(data.get("text/plain", output.get("text", "")))[:LONGEST_RESULT]


def _joined(text: Any) -> str:
    return "".join(map(str, text)) if isinstance(text, list) else str(text)
