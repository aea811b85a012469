"""Turn exported Markdown into what is pasted elsewhere: formatted text (HTML), and plain text without signs. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

_READER = MarkdownIt("commonmark", {"html": False}).enable("table")


def as_html(markdown: str) -> str:
    """Return it as HTML. Raw HTML in it stays text."""
    return str(_READER.render(markdown)).strip()


def as_text(markdown: str) -> str:
    """Return it as plain text: no signs and no escapes, the cells of a table between tabs."""
    return "\n\n".join(_blocks(SyntaxTreeNode(_READER.parse(markdown))))


def _blocks(node: SyntaxTreeNode) -> Iterator[str]:
    """Yield the text of each block within a node."""
    for child in node.children:
        if child.type in ("blockquote", "root"):
            yield from _blocks(child)
        elif child.type in ("bullet_list", "ordered_list"):
            yield "\n".join(_items(child))
        elif child.type == "table":
            yield "\n".join(filter(str.strip, map(_row, _rows(child))))
        elif child.type in ("code_block", "fence"):
            yield child.content.rstrip("\n")
        elif text := _inline(child):
            yield text


def _items(node: SyntaxTreeNode) -> Iterator[str]:
    first = int(node.attrs.get("start", 1))
    for number, item in enumerate(node.children, first):
        sign = f"{number}. " if node.type == "ordered_list" else "- "
        lines = "\n".join(_blocks(item)).split("\n")
        yield "\n".join([f"{sign}{lines[0]}", *(f"{' ' * len(sign)}{line}" for line in lines[1:])])


def _rows(node: SyntaxTreeNode) -> Iterator[SyntaxTreeNode]:
    for child in node.children:
        if child.type == "tr":
            yield child
        else:
            yield from _rows(child)


def _row(node: SyntaxTreeNode) -> str:
    return "\t".join(_inline(cell) for cell in node.children)


def _inline(node: SyntaxTreeNode) -> str:
    """Return the text within a paragraph, a heading or a cell."""
    if node.type in ("softbreak", "hardbreak"):
        return "\n"
    return node.content if not node.children else "".join(map(_inline, node.children))
