"""Web pages: what a reader of the page sees, in order. The tree is put in order first, then ``unstructured`` reads it.

In order means: scripts, styles, menus and hidden parts out; what ``unstructured`` would drop (details, figures, forms,
whatever stands beside ``<main>``) kept; tables that only lay out the page dissolved; numbers before numbered items.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from ingest.offline import prepare
from ingest.readers import READERS
from ingest.readers.build import Block, build, clean, row
from ingest.readers.text import decode
from rag.types import Document

_GONE = (
    *("script", "style", "noscript", "template", "head", "title", "nav", "svg", "math", "canvas", "map", "del"),
    *("audio", "video", "iframe", "object", "embed", "noembed", "applet", "noframes"),
    *("select", "option", "datalist", "textarea", "button", "input"),
)
_AS_BLOCK = (
    *("main", "details", "figure", "form", "fieldset", "dialog", "search"),
    *("figcaption", "summary", "legend"),
)
_INLINE = (
    *("a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font", "i", "ins", "kbd", "label"),
    *("mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"),
)
_HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
_ITEM_MARK = re.compile(r"(?:[-*•–—]|\(?\w{1,5}[.)])\s")
_BLOCKS_IN_LAYOUT = ".//table | .//h1 | .//h2 | .//h3 | .//h4 | .//h5 | .//h6"
DEEPEST = 150  # levels; beyond it the boxes around are dissolved, for readers of trees call themselves
LONGEST_CELL = 1_500  # characters


def read(path: Path) -> Document:
    """The document in a web page."""
    data = path.read_bytes()
    declared = _CHARSET.search(data[:4_096])
    text = decode(data, declared.group(1).decode("ascii") if declared else "")
    return build(page_blocks(text), READERS[".html"].media_type)


def page_blocks(page: str) -> Iterator[Block]:
    """The blocks of a page given as text."""
    body = _body(page)
    if body is None:
        return
    _put_in_order(body)
    prepare()
    from unstructured.partition.html import partition_html

    ordered = etree.tostring(body, encoding="unicode", method="html")
    for element in partition_html(text=f"<html>{ordered}</html>", languages=["eng"]):
        yield from element_blocks(element)


def element_blocks(element: Any) -> Iterator[Block]:
    """The blocks of one element of ``unstructured``; a title's level is its depth, counted from 1."""
    page = element.metadata.page_number
    match element.category:
        case "Title":
            yield Block("title", element.text, (element.metadata.category_depth or 0) + 1, page)
        case "ListItem":
            yield Block("list", marked(element.text), page=page)
        case "CodeSnippet":
            yield Block("code", element.text, page=page)
        case "Table" if element.metadata.text_as_html:
            yield from table_blocks(element.metadata.text_as_html, page)
        case "Image" | "PageBreak":
            return
        case _:
            yield Block("text", element.text, page=page)


def marked(text: str) -> str:
    """A list item's text behind its mark: its own, or a dash."""
    text = clean(text, lines=False)
    return text if not text or _ITEM_MARK.match(text) else f"- {text}"


def table_blocks(table: str, page: int | None = None) -> Iterator[Block]:
    """A table as HTML -> its caption, then one block for each row."""
    tree = lxml_html.fromstring(table)
    for line_break in tree.iter("br"):
        line_break.tail = f" {line_break.tail or ''}"
    for caption in tree.iter("caption"):
        yield Block("text", caption.text_content(), page=page)
    lines = [[cell.text_content().strip() for cell in line if cell.tag in ("td", "th")] for line in tree.iter("tr")]
    used = [any(column) for column in zip(*lines, strict=False)]
    even = len({len(line) for line in lines}) == 1
    for line in lines:  # empty columns, and gaps where rows do not match, only set columns apart on the page
        cells = (cell for place, cell in enumerate(line) if (used[place] if even else cell))
        yield Block("row", row(cells), page=page)


def _body(page: str) -> Any:
    parser = lxml_html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=True, encoding="utf-8")
    try:
        tree = lxml_html.document_fromstring(page.encode("utf-8", errors="replace"), parser=parser)
    except etree.ParserError:  # nothing in it
        return None
    body = tree.find(".//body")
    return tree if body is None else body


def _put_in_order(body: Any) -> None:
    etree.strip_elements(body, *_GONE, with_tail=False)
    for node in list(body.iter(etree.Element)):
        if node is not body and _is_hidden(node):
            node.drop_tree()
    for node in body.iter(*_AS_BLOCK):
        node.tag = "p" if node.tag in ("figcaption", "summary", "legend") else "div"
    etree.strip_tags(body, "label")
    for heading in body.iter("h1", "h2", "h3", "h4", "h5", "h6"):
        for anchor in list(heading.iter("a")):
            if not any(map(str.isalnum, anchor.text_content())):  # the sign that links to the heading itself
                anchor.drop_tree()
    for table in list(body.iter("table")):
        if _is_layout(table):
            _dissolve(table)
    for cell in body.iter("td", "th"):
        etree.strip_tags(cell, *_INLINE)  # or "Mon<b>day</b>" would be read as two words
    for listing in body.iter("ol"):
        _number(listing)
    if _depth(body) > DEEPEST:
        etree.strip_tags(body, "div", "section", "article", "center", "blockquote", *_INLINE)


def _is_hidden(node: Any) -> bool:
    return (
        node.get("hidden") is not None
        or node.get("aria-hidden") == "true"
        or bool(_HIDDEN.search(node.get("style", "")))
    )


def _is_layout(table: Any) -> bool:
    """A table that holds headings, tables or whole pages of text, or has one column, is the layout of a page."""
    if table.xpath(_BLOCKS_IN_LAYOUT):
        return True
    rows = list(table.iter("tr"))
    cells = [[cell for cell in line if cell.tag in ("td", "th")] for line in rows]
    return all(len(line) < 2 for line in cells) or any(
        len(cell.text_content()) > LONGEST_CELL for line in cells for cell in line
    )


def _dissolve(table: Any) -> None:
    """The cells of a table become plain blocks."""
    own = table.xpath("./tr | ./tbody | ./thead | ./tfoot | ./tbody/tr | ./thead/tr | ./tfoot/tr | ./caption")
    cells = [cell for part in own if part.tag == "tr" for cell in part]
    for node in (table, *own, *cells):
        node.tag = "div"


def _number(listing: Any) -> None:
    start = listing.get("start", "")
    number = int(start) if start.lstrip("-").isdecimal() else 1
    for item in listing.iterchildren("li"):
        first = item
        while not (first.text or "").strip() and len(first) and first[0].tag in ("p", "div"):
            first = first[0]
        first.text = f"{number}. {(first.text or '').lstrip()}"
        number += 1


def _depth(body: Any) -> int:
    deepest = depth = 0
    for event, _ in etree.iterwalk(body, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest
