"""MathML, of web pages, e-books and OpenDocument, as a line of text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from ingest.readers.formulas.latex import latex_line
from ingest.readers.formulas.linear import (
    DEEPEST,
    accented,
    fraction,
    group,
    root,
    rows,
    script,
    spaced,
    tokens_joined,
)
from ingest.readers.shared.left_out import HOLE

_INVISIBLE = str.maketrans("", "", "\u2061\u2062\u2063\u2064\u200b\ufeff")
_TOKENS = ("mi", "mn", "mo", "mtext", "ms")
_UNSEEN_TAGS = ("annotation", "annotation-xml", "mphantom", "maligngroup", "malignmark", "none", "mprescripts")


def mathml_line(node: Any) -> str:
    """Return a formula as text: "E=mc^2"; "" where it holds no letter and no sign."""
    return spaced(_line(node, 0)) or latex_line(_source(node))


def _source(node: Any) -> str:
    return next((each.text or "" for each in node.iter("{*}annotation", "annotation")), "")


def _line(node: Any, depth: int) -> str:
    tag = str(etree.QName(node).localname).lower() if isinstance(node.tag, str) else ""
    if tag in _TOKENS or depth > DEEPEST:
        text = " ".join("".join(node.itertext()).translate(_INVISIBLE).split())
        return f" {text} " if tag == "mtext" and text else text
    if tag in _UNSEEN_TAGS or not tag:
        return ""
    if tag == "mspace":
        return " "
    if tag == "mglyph":
        return node.get("alt") or HOLE
    children = [child for child in node if isinstance(child.tag, str)]
    if tag == "semantics":
        return _line(children[0], depth + 1) if children else ""
    if tag == "mtable":
        lines = [[_line(cell, depth + 2) for cell in line] for line in children]
        return rows(lines)
    parts = [_line(child, depth + 1) for child in children]
    if tag == "mfenced":
        return f"{node.get('open', '(')}{', '.join(parts)}{node.get('close', ')')}"
    if made := _MATHML_PARTS.get((tag, len(parts))):
        return made(*parts)
    inside = tokens_joined(parts) or (node.text or "").strip()
    return root(inside) if tag == "msqrt" else inside


def _over(base: str, over: str) -> str:
    return accented(base, over)


_MATHML_PARTS: dict[tuple[str, int], Callable[..., str]] = {
    ("mfrac", 2): fraction,
    ("mroot", 2): root,
    ("msup", 2): lambda base, over: script(base, over=over),
    ("msub", 2): script,
    ("msubsup", 3): script,
    ("mover", 2): _over,
    ("munder", 2): script,
    ("munderover", 3): script,
    ("mmultiscripts", 3): script,
    ("mmultiscripts", 4): lambda base, *others: base + "".join(f"^{group(other)}" for other in others if other),
}
