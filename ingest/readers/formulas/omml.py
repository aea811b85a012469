"""Office's formulas (OMML), of Word and PowerPoint, as a line of text."""

from __future__ import annotations

from typing import Any

from lxml import etree

from ingest.readers.formulas.linear import DEEPEST, accented, fraction, root, rows, script, spaced

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"


def omml_line(node: Any) -> str:
    """Return a formula (``m:oMath``) as text: "v=17/4"."""
    return spaced(_line(node, 0))


def _line(node: Any, depth: int) -> str:
    if depth > DEEPEST:
        return "".join(text.text or "" for text in node.iter(f"{M}t"))
    tag = str(etree.QName(node).localname) if isinstance(node.tag, str) else ""
    made = _OMML_PARTS.get(tag)
    if made is not None:
        return made(node, depth + 1)
    if tag == "t":
        return node.text or ""
    if tag.endswith("Pr"):
        return ""
    return "".join(_line(child, depth + 1) for child in node)


def _part(node: Any, name: str, depth: int) -> str:
    child = node.find(f"{M}{name}")
    return "" if child is None else _line(child, depth)


def _setting(node: Any, name: str, default: str) -> str:
    found = node.find(f"{M}{etree.QName(node).localname!s}Pr/{M}{name}")
    return default if found is None else str(found.get(f"{M}val", default))


def _fraction(node: Any, depth: int) -> str:
    return fraction(_part(node, "num", depth), _part(node, "den", depth))


def _scripts(node: Any, depth: int) -> str:
    return script(_part(node, "e", depth), _part(node, "sub", depth), _part(node, "sup", depth))


def _root(node: Any, depth: int) -> str:
    return root(_part(node, "e", depth), _part(node, "deg", depth))


def _sum(node: Any, depth: int) -> str:
    sign = script(_setting(node, "chr", "∫"), _part(node, "sub", depth), _part(node, "sup", depth))
    return f"{sign} {_part(node, 'e', depth)}"


def _brackets(node: Any, depth: int) -> str:
    parts = [_line(each, depth) for each in node.iterchildren(f"{M}e")]
    begin, end = _setting(node, "begChr", "("), _setting(node, "endChr", ")")
    return begin + _setting(node, "sepChr", "|").join(parts) + end


def _function(node: Any, depth: int) -> str:
    inside = _part(node, "e", depth)
    between = "" if inside.startswith(("(", "[")) else " "
    return f"{_part(node, 'fName', depth)}{between}{inside}"


def _accent(node: Any, depth: int) -> str:
    return accented(_part(node, "e", depth), _setting(node, "chr", "^"))


def _bar(node: Any, depth: int) -> str:
    return accented(_part(node, "e", depth), "¯")


def _lines(node: Any, depth: int) -> str:
    return "; ".join(_line(each, depth) for each in node.iterchildren(f"{M}e"))


def _matrix(node: Any, depth: int) -> str:
    return rows([[_line(cell, depth) for cell in line.iterchildren(f"{M}e")] for line in node.iterchildren(f"{M}mr")])


def _limit(node: Any, depth: int) -> str:
    below = str(etree.QName(node).localname) == "limLow"
    limit = _part(node, "lim", depth)
    return script(_part(node, "e", depth), limit if below else "", "" if below else limit)


_OMML_PARTS = {
    "f": _fraction,
    "sSup": _scripts,
    "sSub": _scripts,
    "sSubSup": _scripts,
    "rad": _root,
    "nary": _sum,
    "d": _brackets,
    "func": _function,
    "acc": _accent,
    "bar": _bar,
    "eqArr": _lines,
    "m": _matrix,
    "limLow": _limit,
    "limUpp": _limit,
}
