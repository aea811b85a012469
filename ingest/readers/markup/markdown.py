"""Reader of Markdown: rendered (CommonMark and tables), then read as a web page."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt

from ingest.readers.markup.html_page import page_blocks
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.text_decoding import decode
from rag.types import Document

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING_NAME = re.compile(r"\s*\{\s*[#.][^{}]*\}\s*$")  # "# Fees {#fees}": a name for links, not shown


def read(path: Path) -> Document:
    """Read a Markdown file. Its front matter, if any, comes first, as plain lines."""
    return build(markdown_blocks(decode(path.read_bytes())), READERS[".md"].media_type)


def markdown_blocks(text: str) -> Iterator[ReaderBlock]:
    """Yield the blocks of a text in Markdown."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    if front := _FRONT_MATTER.match(text):  # left in, it would be read as a heading
        yield ReaderBlock("text", front.group(1))
        text = text[front.end() :]
    yield from page_blocks(f"<body>{_render(text)}</body>")


def _render(text: str) -> str:
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 60}).enable(["table", "strikethrough"])
    tokens = parser.parse(text)
    for opening, inline in itertools.pairwise(tokens):
        children = inline.children or []
        if opening.type == "heading_open" and children and children[-1].type == "text":
            children[-1].content = _HEADING_NAME.sub("", children[-1].content)
    return str(parser.renderer.render(tokens, parser.options, {}))
