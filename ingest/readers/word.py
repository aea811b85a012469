"""Word files (.docx): read by ``unstructured``; headings are only those that a style made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.offline import prepare
from ingest.readers import READERS
from ingest.readers.build import Block, build, clean
from ingest.readers.html import marked, table_blocks
from ingest.readers.package import check_package
from rag.types import Document

_HEADING = re.compile(r"heading (\d)$", re.IGNORECASE)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LOOK_AHEAD = 25  # paragraphs, where one was read otherwise than it is looked for


def read(path: Path) -> Document:
    """The document in a Word file. Pages are known only where Word saved its page breaks."""
    check_package(path, "a Word file")
    prepare()
    from docx import Document as open_word
    from unstructured.partition.docx import partition_docx

    word = open_word(str(path))
    elements = partition_docx(filename=str(path), languages=["eng"])
    pages = max((element.metadata.page_number or 0 for element in elements), default=0)
    blocks = [*_blocks(elements, list(_paragraphs(word))), *_footnotes(word)]
    return build(blocks, READERS[".docx"].media_type, pages or None)


def _blocks(elements: list[Any], paragraphs: list[tuple[str, int | None]]) -> Iterator[Block]:
    margins: set[str] = set()
    at = 0  # the paragraph that comes next
    for element in elements:
        page, text = element.metadata.page_number, clean(element.text or "", lines=False)
        if element.category in ("Header", "Footer"):  # once a section in the file; once a document is enough
            if any(map(str.isalpha, text)) and text not in margins:
                yield Block("text", element.text, page=page)
            margins.add(text)
        elif element.category == "Table":
            if element.metadata.text_as_html:
                yield from table_blocks(element.metadata.text_as_html, page)
            else:  # a grid so large that it was not laid out: its words are kept
                yield Block("text", element.text, page=page)
        elif text and element.category not in ("PageBreak", "Image"):
            level, at = _level(text, paragraphs, at)
            if level is not None:
                yield Block("title", text, level, page)
            elif element.category == "ListItem":
                yield Block("list", marked(text), page=page)
            else:
                yield Block("text", element.text, page=page)


def _level(text: str, paragraphs: list[tuple[str, int | None]], at: int) -> tuple[int | None, int]:
    """The heading level of the paragraph that ``text`` came from, and where to look for the next.

    ``text`` may have a list's number before it, lack a bullet, or be a part of a paragraph that a page's end cut.
    """
    for place in range(at, min(at + LOOK_AHEAD, len(paragraphs))):
        whole, level = paragraphs[place]
        if text.endswith(whole):
            return level, place + 1
        if text in whole:
            return level, place + whole.endswith(text)
    return None, at


def _paragraphs(word: Any) -> Iterator[tuple[str, int | None]]:
    """Text of each paragraph, and its level where a style or an outline level makes it a heading, in order."""
    levels: dict[str | None, int | None] = {}
    for paragraph in word.paragraphs:
        style_id = paragraph._p.style
        if style_id not in levels:
            levels[style_id] = _style_level(paragraph.style)
        own = paragraph._p.find(f"{_W}pPr/{_W}outlineLvl")
        if text := clean(paragraph.text, lines=False):
            yield text, levels[style_id] if own is None else _outline(own)


def _style_level(style: Any) -> int | None:
    for _ in range(12):  # a style may be based on another, and damaged files go round in circles
        if style is None:
            return None
        name = style.name or ""
        if name.lower() == "title":
            return 0
        if match := _HEADING.match(name):
            return int(match.group(1))
        outline = style.element.find(f"{_W}pPr/{_W}outlineLvl")
        if outline is not None:
            return _outline(outline)
        style = getattr(style, "base_style", None)
    return None


def _outline(node: Any) -> int | None:
    value = node.get(f"{_W}val", "")
    return int(value) + 1 if value.isdecimal() and int(value) < 9 else None


def _footnotes(word: Any) -> Iterator[Block]:
    """Notes stand in parts of their own, at the end of the text as in print."""
    from lxml import etree

    for relation in word.part.rels.values():
        if relation.is_external or not relation.reltype.endswith(("/footnotes", "/endnotes")):
            continue
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        for note in etree.fromstring(relation.target_part.blob, parser):
            if note.get(f"{_W}type") is None:  # the others are the lines that set notes apart
                yield Block("text", "".join(text.text or "" for text in note.iter(f"{_W}t")))
