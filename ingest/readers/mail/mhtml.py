"""Reader of web pages that a browser saved as one file (.mhtml, .mht): the page and its frames, without pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.readers.mail.eml import header, parse_message, part_text
from ingest.readers.markup.html_page import page_blocks
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from rag.types import Document

_PAGES = ("text/html", "application/xhtml+xml")


def read(path: Path) -> Document:
    """Read a saved page."""
    message = parse_message(path.read_bytes())
    return build(_blocks(message), READERS[".mhtml"].media_type)


def _blocks(message: Any) -> Iterator[ReaderBlock]:
    pages = [part for part in message.walk() if part.get_content_type() in _PAGES]
    if not pages:
        pages = [part for part in message.walk() if part.get_content_type() == "text/plain"]
    found = [list(page_blocks(part_text(part))) for part in pages]
    if not any(block.kind == "title" and block.level == 1 for blocks in found for block in blocks):
        yield ReaderBlock("title", header(message, "Subject"), 0)
    yield ReaderBlock("text", header(message, "Snapshot-Content-Location"))
    for blocks in found:
        yield from blocks
