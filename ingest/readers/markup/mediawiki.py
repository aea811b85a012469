"""Text in the markup of Wikipedia's software, as exports save it in .txt: read as the page that it makes.

Templates, notes and the names of categories and files are left out; headings, lists, tables and links are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from ingest.readers.markup.html_page import page_blocks
from ingest.readers.shared.block import ReaderBlock

MAX_TEMPLATE_DEPTH = 8
_WIKI_SIGNS = (
    re.compile(r"^(={2,5})[^=\n]{1,200}\1[ \t]*$", re.MULTILINE),
    re.compile(r"\[\[[^\W\d_][^\[\]\n]{0,200}\]\]"),
    re.compile(r"'''(?=\w)[^'\n]{1,200}'''"),
    re.compile(r"^\{\|[^\n]*\n(?:\||!)", re.MULTILINE),
    re.compile(r"\{\{[^\W\d_][^{}]{0,200}\}\}"),
    re.compile(r"<ref[ >]"),
)
_PLACED = _WIKI_SIGNS[:4]  # one of them at least; templates of other programs look alike
LEAST_SIGNS, LEAST_KINDS = 3, 2
_WIKI_COMMENT = re.compile(r"<!--(?:[^<-]|-(?!->)|<(?!!--))*+-->")
_WIKI_NOTE = re.compile(r"<ref[^<>]*/>|<ref[^<>]*>(?:[^<]|<(?!/?ref\b))*+</ref>", re.IGNORECASE)
_WIKI_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}")
_WIKI_FILE = re.compile(
    r"^\[\[\w+:(?:[^\[\]]|\[\[[^\[\]]*\]\])*+\]\][ \t]*$", re.MULTILINE
)  # or a category, on its own line
_WIKI_LINK = re.compile(r"\[\[:?(?:[^\[\]|\n]*\|)?([^\[\]|\n]*)\]\]")
_WIKI_ADDRESS = re.compile(r"\[(https?://[^\s\[\]]+)(?:[ \t]+([^\[\]\n]*))?\]")
_STRESS = re.compile(r"'{2,5}")
_SWITCH = re.compile(r"__[A-Z]{3,20}__|</?nowiki\s*/?>|^#REDIRECT\b", re.MULTILINE)
_WIKI_HEADING = re.compile(r"(={1,6})\s*([^=].*?)\s*\1\s*")
_WIKI_ITEM = re.compile(r"([*#:;]+)\s*(.*)")
_CELL_STYLE = re.compile(r"\A[^|\[\]{}=]*+=[^|\[\]{}]*+\|(?!\|)")


def is_wiki_text(text: str) -> bool:
    """Tell whether a text is in this markup: several of its signs, of two kinds at least."""
    found = [len(sign.findall(text)) for sign in _WIKI_SIGNS]
    return sum(found) >= LEAST_SIGNS and sum(map(bool, found)) >= LEAST_KINDS and any(found[: len(_PLACED)])


def wiki_blocks(text: str) -> Iterator[ReaderBlock]:
    """Yield the blocks of a text in this markup."""
    text = _WIKI_NOTE.sub("", _WIKI_COMMENT.sub("", text))
    for _ in range(MAX_TEMPLATE_DEPTH):
        text, count = _WIKI_TEMPLATE.subn("", text)
        if not count:
            break
    text = _WIKI_LINK.sub(r"\1", _WIKI_FILE.sub("", text))
    text = _WIKI_ADDRESS.sub(lambda found: f'<a href="{escape(found[1])}">{found[2] or found[1]}</a>', text)
    yield from page_blocks(f"<body>{''.join(_html(_SWITCH.sub('', _STRESS.sub('', text)).splitlines()))}</body>")


def _html(lines: list[str]) -> Iterator[str]:
    """Yield the lines as HTML."""
    within = False  # a table
    for line in map(str.strip, lines):
        if line.startswith("{|"):
            within = True
            yield "<table><tr>"
        elif within and line.startswith("|}"):
            within = False
            yield "</table>"
        elif within:
            yield _table_line(line)
        elif not line:
            yield "</p><p>"
        elif heading := _WIKI_HEADING.fullmatch(line):
            level = len(heading[1])
            yield f"<h{level}>{heading[2]}</h{level}>"
        elif item := _WIKI_ITEM.match(line):
            yield f"<p>{item[2]}</p>" if item[1][-1] in ":;" else f"<ul><li>{item[2]}</li></ul>"
        else:
            yield f"{line}\n"


def _table_line(line: str) -> str:
    if line.startswith("|+"):
        return f"<caption>{line[2:]}</caption>"
    if line.startswith("|-"):
        return "</tr><tr>"
    if line.startswith("!"):
        return "".join(f"<th>{_cell(cell)}</th>" for cell in line[1:].replace("||", "!!").split("!!"))
    if line.startswith("|"):
        return "".join(f"<td>{_cell(cell)}</td>" for cell in line[1:].split("||"))
    return f" {line}"


def _cell(text: str) -> str:
    """Return a cell without its style: ``colspan=2 | Sizes``."""
    return _CELL_STYLE.sub("", text, count=1).strip()
