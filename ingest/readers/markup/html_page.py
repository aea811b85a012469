"""Reader of web pages: what is visible, in order: headings, paragraphs, lists, code, tables by rows, links.

The tree is cleaned first: scripts, styles, menus and hidden parts are removed, layout tables dissolved, numbers put
before numbered items. Then it is walked once, without recursion: hostile pages nest ten thousand deep.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from ingest.readers.markup import telegram_page
from ingest.readers.markup.html_marks import (
    count_sound,
    mark_removed,
    number_items,
    remove_marked,
    write_box_titles,
    write_definitions,
    write_fields,
    write_formulas,
    write_inline_marks,
    write_typeset,
)
from ingest.readers.markup.wiki_syntax import front_matter, with_properties
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build, clean
from ingest.readers.shared.decoding.text_decoding import decode
from ingest.readers.shared.left_out import PICTURES, leave_hole
from ingest.readers.shared.tables import Linked, TableRows, table_blocks
from ingest.readers.shared.telegram import telegram_blocks
from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message
from rag.types import Document, Outcome

_SKIPPED_TAGS = (
    *("script", "style", "noscript", "template", "head", "title", "nav", "svg", "canvas", "map"),
    *("audio", "video", "iframe", "object", "embed", "noembed", "applet", "noframes", "rp"),
    *("option", "datalist", "button"),
)
_MENUS = ("navigation", "menu", "menubar", "doc-toc")  # roles
_HEADING_TAGS = {f"h{level}": level for level in range(1, 7)}
_BLOCK_TAGS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form header hgroup hr html legend li main menu ol p pre search section summary table tbody td tfoot th "
    "thead tr ul".split()
) | set(_HEADING_TAGS)
_HIDDEN_STYLE = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)"
    r"|font-size\s*:\s*0(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:;|!|$)|mso-hide\s*:\s*all)",
    re.IGNORECASE,
)
_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_ITEM_MARK = re.compile(r"(?:[-*•–—]|\(?\w{1,5}[.)])\s")
_WHITE = re.compile(r"[ \t\n\r\f]+")
_TABLE = (".//table", ".//h1", ".//h2", ".//h3", ".//h4", ".//h5", ".//h6")
# A start tag with its attributes as a browser reads them, and one attribute. Nothing is looked at twice.
_START_TAG = re.compile(
    r"""<[a-zA-Z][^\s/>]*+(?>[\s/]++[^\s/>=][^\s/>=]*+(?>\s*+=\s*+(?>"[^"]*"|'[^']*'|[^\s>]*+))?+)*+"""
)
_ATTRIBUTE = re.compile(r"""[\s/]++[^\s/>=][^\s/>=]*+(?>\s*+=\s*+(?>"[^"]*"|'[^']*'|[^\s>]*+))?+""")
_PAGE_TITLE = re.compile(r"<title(?:\s[^<>]*)?>([^<]*)</title", re.IGNORECASE)
_NOWHERE = ("#", "javascript:", "data:", "vbscript:")
_UNFINISHED, _UNFINISHED_BY = ",;(=+-–", ".,;)=+"  # a sentence goes on behind and before these
_NO_WIDTH = ("0", "1")
MAX_CELL_CHARS = 1_500  # characters
MOST_ATTRIBUTES = 2_000  # of one element: libxml2 compares each with all others
MAX_HTML_SPAN = 1_000  # columns or rows that one cell may span


def read(path: Path) -> Document:
    """Read a web page."""
    data = path.read_bytes()
    declared = _CHARSET.search(data[:4_096])
    text = decode(data, declared.group(1).decode("ascii") if declared else "")
    if telegram_page.SIGN.search(text) and (body := _body(text)) is not None:
        return build(telegram_blocks(telegram_page.conversation(body)), READERS[".html"].media_type)
    properties, page = front_matter(text.replace("\r\n", "\n")) if text.startswith(("---", "+++")) else (None, text)
    return build(with_properties(properties, _with_title(page, list(page_blocks(page)))), READERS[".html"].media_type)


def page_blocks(page: str) -> Iterator[ReaderBlock]:
    """Yield the blocks of a page given as text."""
    body = _body(page)
    if body is None:
        return
    _sort_blocks(body)
    yield from _walk(body)


def _with_title(page: str, blocks: list[ReaderBlock]) -> list[ReaderBlock]:
    """Return the blocks of a page below its ``<title>`` where it has no heading; the title alone is its text."""
    if any(block.kind == "title" and block.text.strip() for block in blocks):
        return blocks
    found = _PAGE_TITLE.search(page)
    title = clean(unescape(found[1]), lines=False) if found else ""
    if not title:
        return blocks
    empty = not any(block.text.strip() for block in blocks)
    return [ReaderBlock("text" if empty else "title", title), *blocks]


def marked(text: str) -> str:
    """Return a list item's text behind its mark: its own, or a dash."""
    text = clean(text, lines=False)
    return text if not text or _ITEM_MARK.match(text) else f"- {text}"


def html_table_blocks(
    table: str, page: int | None = None, links: Sequence[Linked] = (), header: int = 0
) -> Iterator[ReaderBlock]:
    """Yield an HTML table's caption, then one block for each row.

    ``links`` are those of each row; ``header`` rows at the top are its header, where it is not marked in the table.
    """
    yield from _table(lxml_html.fromstring(table), page, links, header)


@dataclass(slots=True)
class _Paragraph:
    """What is collected until the next block begins."""

    parts: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    open_link: tuple[str, int] | None = None  # target, and the first part of its words
    pictures: list[str] = field(default_factory=list)  # their alternative texts

    def add(self, text: str | None, exact: bool) -> None:
        if text:
            self.parts.append(text if exact else _WHITE.sub(" ", text))

    def add_picture(self, image: Any) -> None:
        """Keep what a picture is said to show; within a sentence it stands in its place."""
        shown = _WHITE.sub(" ", image.get("alt") or "").strip()
        before = next((part.rstrip()[-1] for part in reversed(self.parts) if part.strip()), "")
        after = (image.tail or "").lstrip()[:1]
        if (before.isalnum() or before in _UNFINISHED) and before and (after.islower() or after in _UNFINISHED_BY):
            if shown:
                self.parts.append(f"[{shown}]" if any(map(str.isalnum, shown)) else shown)
            elif image.get("alt") is None and image.get("width") not in _NO_WIDTH and after:
                self.parts.append(leave_hole(PICTURES))
        elif shown:
            self.pictures.append(shown)

    def begin_link(self, target: str) -> None:
        self.end_link()
        if target and not target.lower().startswith(_NOWHERE):
            self.open_link = target, len(self.parts)

    def end_link(self) -> None:
        if self.open_link is not None:
            target, first = self.open_link
            self.links.append(("".join(self.parts[first:]), target))
        self.open_link = None

    def take(self, kind: str, level: int) -> ReaderBlock:
        target = self.open_link[0] if self.open_link else ""
        self.end_link()
        text = "".join(self.parts)
        text = text if text.strip() else "\n".join(self.pictures)  # within a text they are left out
        block = ReaderBlock(kind, marked(text) if kind == "list" else text, level, links=tuple(self.links))
        self.parts, self.links, self.pictures = [], [], []
        self.begin_link(target)  # a link may hold several paragraphs
        return block


def _walk(body: Any) -> Iterator[ReaderBlock]:
    found = _Paragraph()
    kinds: list[tuple[str, int]] = [("text", 0)]  # of the enclosing blocks, the nearest last
    walker = etree.iterwalk(body, events=("start", "end"))
    for event, node in walker:
        tag = node.tag if isinstance(node.tag, str) else ""
        exact = kinds[-1][0] == "code"
        if event == "start":
            if tag in _BLOCK_TAGS:
                for block in _paragraphs(found, kinds[-1]):
                    kinds = _after(block, kinds)
                    yield block
                if tag == "table":
                    yield from _table(node)
                    walker.skip_subtree()
                    continue
                kinds.append(_kind(tag, kinds[-1]))
                exact = kinds[-1][0] == "code"
            elif tag == "a":
                found.begin_link((node.get("href") or "").strip())
            elif tag == "img":
                found.add_picture(node)
            elif tag == "br":
                found.add("\n", exact=True)
            found.add(node.text if tag else "", exact)
        else:
            if tag in _BLOCK_TAGS:
                if tag != "table":
                    for block in _paragraphs(found, kinds.pop()):
                        kinds = _after(block, kinds)
                        yield block
                exact = kinds[-1][0] == "code"
            elif tag == "a":
                found.end_link()
            if node is not body:
                found.add(node.tail, exact)
    yield from _paragraphs(found, kinds[0])


def _after(block: ReaderBlock, kinds: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the kinds after an item's first paragraph: what follows within the item is no item of its own."""
    return [("text", 0) if kind[0] == "list" else kind for kind in kinds] if block.kind == "list" else kinds


def _kind(tag: str, around: tuple[str, int]) -> tuple[str, int]:
    if tag in _HEADING_TAGS:
        return "title", _HEADING_TAGS[tag]
    if tag in ("li", "dd"):
        return "list", 0
    if tag == "pre":
        return "code", 0
    return ("text", 0) if tag in ("dt", "ul", "ol", "dl", "blockquote", "tr") else around


def _paragraphs(found: _Paragraph, kind: tuple[str, int]) -> Iterator[ReaderBlock]:
    """Yield what was collected as one block; empty lines made by breaks split text into paragraphs."""
    if not found.parts and not found.pictures:
        return
    block = found.take(*kind)
    if not block.text.strip():
        return
    if block.kind != "text" or "\n" not in block.text:
        yield block
        return
    links = list(block.links)
    for part in re.split(r"\n\s*\n", block.text):
        own = []
        while links and clean(links[0][0]) in clean(part):
            own.append(links.pop(0))
        yield ReaderBlock("text", part, links=tuple(own))


def too_many_attributes() -> UnreadableError:
    """Return the error for a file whose attributes take minutes to parse or to list."""
    return UnreadableError(
        Outcome.TOO_LARGE, Message("one of its elements has more than {most:,} attributes", most=MOST_ATTRIBUTES)
    )


def _check_attributes(page: str) -> None:
    for tag in _START_TAG.finditer(page):
        if len(tag[0]) > 2 * MOST_ATTRIBUTES and len(_ATTRIBUTE.findall(tag[0])) > MOST_ATTRIBUTES:
            raise too_many_attributes()


def _body(page: str) -> Any:
    _check_attributes(page)
    parser = lxml_html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=True, encoding="utf-8")
    page = _DECLARATION.sub("", page.replace("\0", ""))
    try:
        tree = lxml_html.document_fromstring(page.encode("utf-8", errors="replace"), parser=parser)
    except etree.ParserError:  # an empty page
        return None
    body = tree.find(".//body")
    return tree if body is None else body


def _sort_blocks(body: Any) -> None:
    write_formulas(body)
    write_typeset(body)
    write_fields(body)
    count_sound(body)
    etree.strip_elements(body, *_SKIPPED_TAGS, with_tail=False)
    styled: list[Any] = []
    hiding = {"": False}  # a page has few styles, again and again
    for node in list(body.iter(etree.Element)):
        if node is body:
            continue
        style = node.get("style", "")
        if style not in hiding:
            hiding[style] = _HIDDEN_STYLE.search(style) is not None
        if hiding[style] or _is_hidden(node):
            mark_removed(node)
        elif "vertical-align" in style or "line-through" in style:
            styled.append(node)
    remove_marked(body)
    write_inline_marks(body, styled)
    write_definitions(body, _BLOCK_TAGS)
    for heading in body.iter(*_HEADING_TAGS):
        for anchor in list(heading.iter("a")):
            if not any(map(str.isalnum, anchor.text_content())):  # the sign that links to the heading itself
                mark_removed(anchor)
    remove_marked(body)
    for table in list(body.iter("table")):
        if _is_layout(table):
            _dissolve(table)
    number_items(body)
    write_box_titles(body)


def _is_hidden(node: Any) -> bool:
    return (
        node.get("hidden") is not None
        or node.get("aria-hidden") == "true"
        or node.get("role") in _MENUS
        or "mw-editsection" in node.get("class", "").split()  # "[edit]" in each heading of a wiki
    )


def _is_layout(table: Any) -> bool:
    """Tell whether a table is layout: it holds headings, tables or whole pages of text, or has one column."""
    if any(table.find(path) is not None for path in _TABLE):
        return True
    lines = [[cell for cell in line if cell.tag in ("td", "th")] for line in table.iter("tr")]
    return all(len(line) < 2 for line in lines) or any(
        len(cell.text_content()) > MAX_CELL_CHARS for line in lines for cell in line
    )


def _dissolve(table: Any) -> None:
    """Turn the cells of a table into plain blocks."""
    own = table.xpath("./tr | ./tbody | ./thead | ./tfoot | ./tbody/tr | ./thead/tr | ./tfoot/tr | ./caption")
    cells = [cell for part in own if part.tag == "tr" for cell in part]
    for node in (table, *own, *cells):
        node.tag = "div"


def _table(table: Any, page: int | None = None, linked: Sequence[Linked] = (), known: int = 0) -> Iterator[ReaderBlock]:
    for caption in table.iter("caption"):
        yield ReaderBlock("text", _cell_text(caption), page=page)
    lines = [[cell for cell in line if cell.tag in ("td", "th")] for line in table.iter("tr")]
    header = _header_rows(lines) or known
    marked_so = header > 0 or any(cell.tag == "th" for line in lines for cell in line)
    links = linked or [
        tuple(
            (anchor.text_content(), (anchor.get("href") or "").strip())
            for cell in line
            for anchor in cell.iter("a")
            if not (anchor.get("href") or "#").strip().lower().startswith(_NOWHERE)
        )
        for line in lines
    ]
    yield from table_blocks(_grid(lines, header), header if marked_so else None, page=page, links=links)


def _header_rows(lines: list[list[Any]]) -> int:
    """Return the number of rows at the top that are marked as header; a title may stand above its names."""
    header = 0
    for at, line in enumerate(lines):
        named = [cell for cell in line if cell.tag == "th" or _in_head(cell)]
        if len(named) > 1 and all(cell.tag == "th" or _in_head(cell) or not _cell_text(cell).strip() for cell in line):
            header = at + 1
        elif not (header == at and len(line) == len(named) == 1 and _span(line[0], "colspan") > 1):
            break
    return header


def _in_head(cell: Any) -> bool:
    return next(cell.iterancestors("thead"), None) is not None


def _grid(lines: list[list[Any]], header: int) -> list[list[str]]:
    """Return the texts of cells by row and column."""
    grid = TableRows(header)
    for line in lines:
        for cell in line:
            while grid.fill_spanned():
                pass
            grid.put(_cell_text(cell), _span(cell, "colspan"), _span(cell, "rowspan"))
        while grid.fill_spanned():
            pass
        grid.end()
    return grid.rows[:-1]


def _span(cell: Any, name: str) -> int:
    value = cell.get(name, "").strip()
    return min(max(1, int(value)), MAX_HTML_SPAN) if value.isdecimal() and len(value) < 9 else 1


def _cell_text(cell: Any) -> str:
    parts: list[str] = []
    for event, node in etree.iterwalk(cell, events=("start", "end")):
        tag = node.tag if isinstance(node.tag, str) else ""
        if node is not cell and (tag in _BLOCK_TAGS or (tag == "br" and event == "start")):
            parts.append(" ")
        parts.append((node.text if tag else "") or "" if event == "start" else "")
        if event == "end" and node is not cell:
            parts.append(node.tail or "")
    return "".join(parts)
