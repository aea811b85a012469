"""Blocks of text -> Document: clean text, one offset for each element, the headings above each, one language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ingest.readers.language import language_of
from rag.types import Document, Element

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Invisible: other control characters, soft hyphen, zero width space, word joiner, byte order mark, marks that turn
# the direction of writing, halves of a pair, non-characters. The zero width joiners stay: they shape letters.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\ud800-\udfff\ufff9-\ufffb\ufffe\uffff]"
)
_SPACES = re.compile("[ \t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_AROUND_LINES = re.compile(r" *\n\s*")


@dataclass(frozen=True, slots=True)
class Block:
    """What a reader hands over: a piece of text with its kind, as rag.types.Element knows them."""

    kind: str  # title, text, list, row, code
    text: str
    level: int = 0  # of a title: 0 is the document's own, 1 the outermost heading
    page: int | None = None
    goes_on: bool = False  # the paragraph before goes on here (over a page's end)


def clean(text: str, *, lines: bool = True) -> str:
    """Text without what no reader sees: composed (NFC), plain spaces, single line ends (``lines``) or none."""
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    text = _AROUND_LINES.sub("\n", _SPACES.sub(" ", unicodedata.normalize("NFC", text))).strip()
    return text if lines else text.replace("\n", " ")


def clean_code(text: str) -> str:
    """As :func:`clean`, but spaces and empty lines within stay: they carry meaning in code."""
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text)).replace("\xa0", " ").expandtabs(4)
    return "\n".join(line.rstrip() for line in unicodedata.normalize("NFC", text).split("\n")).strip("\n")


def row(cells: Iterable[str]) -> str:
    """A table's row as one line: ``cell | cell | cell``. Cells that are all empty give an empty line."""
    texts = [clean(cell, lines=False) for cell in cells]
    return " | ".join(texts).strip() if any(texts) else ""


def build(blocks: Iterable[Block], media_type: str, pages: int | None = None) -> Document:
    """The document whose text is these blocks in order; empty ones are left out."""
    parts: list[str] = []
    elements: list[Element] = []
    headings: list[tuple[int, str]] = []
    length = 0
    previous: Block | None = None
    for block in blocks:
        text = clean_code(block.text) if block.kind == "code" else clean(block.text, lines=block.kind == "text")
        if not text.strip():
            continue
        if previous is not None:
            between = _between(previous, block)
            parts.append(between)
            length += len(between)
        if block.kind == "title":
            headings = [entry for entry in headings if entry[0] < block.level]
            headings.append((block.level, text))
        section = tuple(heading for _, heading in headings)
        elements.append(Element(block.kind, length, length + len(text), block.page, section))
        parts.append(text)
        length += len(text)
        previous = block
    document = Document("".join(parts), tuple(elements), media_type, pages=pages)
    return replace(document, language=language_of(document.text))


def _between(before: Block, after: Block) -> str:
    if after.goes_on and before.kind == after.kind:
        return " "
    return "\n" if before.kind == after.kind and after.kind in ("list", "row") else "\n\n"
