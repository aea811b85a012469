"""Reader of Markdown: rendered (CommonMark and tables), then read as a web page."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from ingest.readers.formulas.latex import latex_line
from ingest.readers.markup.html_page import page_blocks
from ingest.readers.markup.wiki_syntax import front_matter, plain_markdown, with_properties
from ingest.readers.plain_text import paragraphs
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.decoding.text_decoding import decode
from ingest.readers.shared.left_out import HOLE
from rag.messages import Message
from rag.types import Document

_SQUARE_BRACKET = re.compile(r"[\[\]]")
_HEADING_NAME = re.compile(r"(?<!\s)\s*\{\s*[#.][^{}]*\}\s*$")  # "# Fees {#fees}": a name for links, not shown


LONGEST_FORMULA = 2_000  # characters
_FORMULA_ENDS = {"$$": "$$", "\\(": "\\)", "\\[": "\\]"}
_BETWEEN_DOLLARS = re.compile(r"\$(?=\S)((?:[^$\\\n]|\\.)+)(?<!\s)\$(?!\d)", re.DOTALL)
_LIKE_FORMULA = re.compile(r"[\\^_{}=<>]|^[a-zA-Z]$|^[a-zA-Z]\s*[-+*/]|[-+*/]\s*[a-zA-Z]$")  # not "$5 and $6"
MOST_OPEN_BRACKETS = 5_000  # without an end: each is a link that might begin, and takes 0.1 ms
MAX_BRACKET_DEPTH = 1_000


def read(path: Path) -> Document:
    """Read a Markdown file. Its front matter, if any, comes first."""
    text = decode(path.read_bytes())
    if not _has_sound_brackets(text):
        document = build((ReaderBlock("text", part) for part in paragraphs(text)), READERS[".md"].media_type)
        return replace(document, remark=Message("its square brackets are not closed; read as plain text"))
    return build(markdown_blocks(text), READERS[".md"].media_type)


def _has_sound_brackets(text: str) -> bool:
    """Tell whether few square brackets stay open, and none nest deep."""
    depth = deepest = 0
    for bracket in _SQUARE_BRACKET.findall(text):
        depth = depth + 1 if bracket == "[" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return depth <= MOST_OPEN_BRACKETS and deepest - depth <= MAX_BRACKET_DEPTH


def markdown_blocks(text: str) -> Iterator[ReaderBlock]:
    """Yield the blocks of a text in Markdown; properties at its head come first, one a line, and may give its title."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    properties, text = front_matter(text)  # left in, they would be read as a heading
    blocks = page_blocks(f"<body>{_render(plain_markdown(text))}</body>")
    yield from with_properties(properties, (block for block in blocks if not _is_hole(block)))


def _is_hole(block: ReaderBlock) -> bool:
    """Tell whether nothing of a block is left but the place of what was left out."""
    return HOLE in block.text and not any(map(str.isalnum, block.text))


def _formula(state: StateInline, silent: bool) -> bool:
    """Read a formula: between ``$``, ``$$``, ``\\(`` and ``\\)`` or ``\\[`` and ``\\]``; no code, no price."""
    source, at, last = state.src, state.pos, min(state.posMax, state.pos + LONGEST_FORMULA)
    end = _FORMULA_ENDS.get(source[at : at + 2], "")
    if end:
        begin, closed = at + 2, source.find(end, at + 2, last)
        formula = source[begin:closed]
        if closed < 0 or not formula.strip():
            return False
    else:
        match = _BETWEEN_DOLLARS.match(source, at, last)
        if match is None or not _LIKE_FORMULA.search(match[1]):
            return False
        formula, closed, end = match[1], match.end(), ""
    if not silent:
        token = state.push("text", "", 0)
        token.content = latex_line(formula)
    state.pos = closed + len(end)
    return True


def _render(text: str) -> str:
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 60}).enable(["table", "strikethrough"])
    if "$" in text or "\\(" in text or "\\[" in text:
        parser.inline.ruler.before("escape", "formula", _formula)
    tokens = parser.parse(text)
    for opening, inline in itertools.pairwise(tokens):
        children = inline.children or []
        if opening.type == "heading_open" and children and children[-1].type == "text":
            children[-1].content = _HEADING_NAME.sub("", children[-1].content)
    return str(parser.renderer.render(tokens, parser.options, {}))
