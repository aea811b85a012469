"""Reader of Word files (.docx), by ``unstructured``; only styles and outline levels make headings."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import Any

from ingest.readers.markup.html_page import html_table_blocks, marked
from ingest.readers.markup.xml_document import parse
from ingest.readers.office.docx_order import in_reading_order
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build, clean
from ingest.readers.shared.members import Attachment, with_attachments
from ingest.readers.shared.tables import Linked, table_blocks
from ingest.readers.shared.unreadable import UnreadableError
from ingest.readers.shared.unstructured_offline import prepare
from ingest.readers.shared.zip_checks import check_package, part
from rag.messages import Message
from rag.types import Document, Outcome

_DOCX_HEADING = re.compile(r"heading (\d)$", re.IGNORECASE)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARAGRAPH = re.compile(rb"<(?:\w+:)?p[\s/>]")
_EXAMINED_ROWS = 50  # of a table, for its header
MOST_PARAGRAPHS = 40_000  # cells of tables among them; 0.4 ms each, and a book of 1,000 pages has 15,000
_NOTE_PARTS = ("/footnotes", "/endnotes", "/comments", "/diagramData")
LOOK_AHEAD = 25  # paragraphs to search where one was read differently


def read(path: Path) -> Document:
    """Read a Word file. Pages are known only where Word saved its page breaks."""
    check_package(path, Message("a Word file"))
    _check_paragraphs(path)
    prepare()
    from docx import Document as open_word
    from unstructured.partition.docx import partition_docx

    ordered = in_reading_order(path)
    word = open_word(str(ordered) if isinstance(ordered, Path) else ordered)
    if isinstance(ordered, Path):
        elements = partition_docx(filename=str(ordered), languages=["eng"])
    else:
        ordered.seek(0)
        elements = partition_docx(file=ordered, languages=["eng"])
    pages = max((element.metadata.page_number or 0 for element in elements), default=0)
    blocks = [*_blocks(elements, list(_paragraphs(word)), iter(word.tables)), *_notes(word)]
    return with_attachments(build(blocks, READERS[".docx"].media_type, pages or None), _inserted_files(word))


def _check_paragraphs(path: Path) -> None:
    """Raise UnreadableError for a file that takes minutes: a small one may hold a million paragraphs."""
    with zipfile.ZipFile(path) as archive:
        number = len(_PARAGRAPH.findall(part(archive, "word/document.xml")))
    if number > MOST_PARAGRAPHS:
        raise UnreadableError(
            Outcome.TOO_LARGE,
            Message("it has {number:,} paragraphs, and {most:,} are read", number=number, most=MOST_PARAGRAPHS),
        )


def _blocks(
    elements: list[Any], paragraphs: list[tuple[str, int | None]], tables: Iterator[Any]
) -> Iterator[ReaderBlock]:
    margins: set[str] = set()
    at = 0  # the next paragraph
    for element in elements:
        links = tuple((link["text"] or "", link["url"] or "") for link in element.metadata.links or ())
        page, text = element.metadata.page_number, clean(element.text or "", lines=False)
        if element.category in ("Header", "Footer"):  # stored once per section; one copy per document is enough
            if any(map(str.isalpha, text)) and text not in margins:
                yield ReaderBlock("text", element.text, page=page)
            margins.add(text)
        elif element.category == "Table":
            table = next(tables, None)
            if element.metadata.text_as_html:
                html, header = element.metadata.text_as_html, _header_rows(table)
                rows = list(html_table_blocks(html, page, _table_links(table), header))
                lost = table is not None and not _holds(rows, element.text)
                yield from _cells(table, page) if lost else rows
            else:  # a grid so large that it was not laid out: its words are kept
                yield ReaderBlock("text", element.text, page=page)
        elif text and element.category not in ("PageBreak", "Image"):
            level, at = _level(text, paragraphs, at)
            if level is not None:
                yield ReaderBlock("title", text, level, page, links=links)
            elif element.category == "ListItem":
                yield ReaderBlock("list", marked(text), page=page, links=links)
            else:
                yield ReaderBlock("text", element.text, page=page, links=links)


def _holds(rows: list[ReaderBlock], text: str) -> bool:
    """Tell whether every word of ``text`` is in the rows: a table with a broken grid loses cells."""
    return not Counter(text.split()) - Counter(word for row in rows for word in row.text.split())


def _cells(table: Any, page: int | None) -> Iterator[ReaderBlock]:
    """Yield the rows of a table cell by cell, whatever its grid says."""
    lines = [
        ["".join(text.text or "" for text in cell.iter(f"{_W}t")) for cell in row._tr.tc_lst] for row in table.rows
    ]
    return table_blocks(lines, 0, page=page)


def _header_rows(table: Any) -> int:
    """Return how many rows Word marks as header: they are repeated on each page, or alone are bold or shaded."""
    rows = list(table._tbl.iterchildren(f"{_W}tr"))[:_EXAMINED_ROWS] if table is not None else []
    repeated = sum(1 for _ in takewhile(lambda row: _is_on(row.find(f"{_W}trPr/{_W}tblHeader")), rows))
    if repeated:
        return repeated if repeated < len(rows) else 0
    return int(len(rows) > 1 and _stands_out(rows[0]) and not any(map(_stands_out, rows[1:])))


def _stands_out(row: Any) -> bool:
    """Tell whether all cells of a row with words, two at least, are bold or shaded."""
    cells = [cell for cell in row.iterchildren(f"{_W}tc") if "".join(cell.itertext()).strip()]
    return len(cells) > 1 and all(_is_shaded(cell) or _is_bold(cell) for cell in cells)


def _is_shaded(cell: Any) -> bool:
    shade = cell.find(f"{_W}tcPr/{_W}shd")
    return shade is not None and shade.get(f"{_W}fill", "auto").lower() not in ("auto", "ffffff")


def _is_bold(cell: Any) -> bool:
    runs = [run for run in cell.iter(f"{_W}r") if "".join(run.itertext()).strip()]
    return bool(runs) and all(_is_on(run.find(f"{_W}rPr/{_W}b")) for run in runs)


def _is_on(mark: Any) -> bool:
    return mark is not None and mark.get(f"{_W}val", "true") not in ("0", "false", "off")


def _table_links(table: Any) -> list[Linked]:
    """Return the links in each row of a table."""
    if table is None:
        return []
    return [
        tuple(
            (link.text, link.url)
            for cell in row._tr.tc_lst
            for paragraph in cell.iter(f"{_W}p")
            for link in _hyperlinks(paragraph, table)
            if link.url
        )
        for row in table.rows
    ]


def _hyperlinks(paragraph: Any, table: Any) -> list[Any]:
    from docx.text.paragraph import Paragraph

    return list(Paragraph(paragraph, table).hyperlinks)


def _level(text: str, paragraphs: list[tuple[str, int | None]], at: int) -> tuple[int | None, int]:
    """Return the heading level of the paragraph that ``text`` came from, and where to look for the next.

    ``text`` may have a list's number before it, lack a bullet, or be a part of a paragraph that a page break cut.
    """
    for place in range(at, min(at + LOOK_AHEAD, len(paragraphs))):
        whole, level = paragraphs[place]
        if text.endswith(whole):
            return level, place + 1
        if text in whole:
            return level, place + whole.endswith(text)
    return None, at


def _paragraphs(word: Any) -> Iterator[tuple[str, int | None]]:
    """Yield the text of each paragraph, and its level where a style or an outline level makes it a heading."""
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
        if match := _DOCX_HEADING.match(name):
            return int(match.group(1))
        outline = style.element.find(f"{_W}pPr/{_W}outlineLvl")
        if outline is not None:
            return _outline(outline)
        style = getattr(style, "base_style", None)
    return None


def _outline(node: Any) -> int | None:
    value = node.get(f"{_W}val", "")
    return int(value) + 1 if value.isdecimal() and int(value) < 9 else None


def _notes(word: Any) -> Iterator[ReaderBlock]:
    """Yield what is stored in parts of its own, at the end of the text: footnotes, comments, the words of diagrams."""
    for relation in word.part.rels.values():
        if relation.is_external or not relation.reltype.endswith(_NOTE_PARTS):
            continue
        tree = parse(relation.target_part.blob)
        if relation.reltype.endswith("/diagramData"):
            yield from (
                ReaderBlock("text", "".join(text.text or "" for text in each.iter("{*}t")))
                for each in tree.iter("{*}p")
            )
            continue
        for note in tree:
            text = "\n".join("".join(text.text or "" for text in each.iter(f"{_W}t")) for each in note.iter(f"{_W}p"))
            author = note.get(f"{_W}author", "") if relation.reltype.endswith("/comments") else ""
            if note.get(f"{_W}type") is None and text.strip():  # the others are the lines that separate notes
                yield ReaderBlock("text", f"{author}: {text}" if author.strip() else text)


def _inserted_files(word: Any) -> list[Attachment]:
    """Return the files that Word shows as a part of the text when it opens it, such as a page of HTML."""
    return [
        Attachment(PurePosixPath(str(relation.target_part.partname)).name, relation.target_part.blob)
        for relation in word.part.rels.values()
        if not relation.is_external and relation.reltype.endswith("/aFChunk")
    ]
