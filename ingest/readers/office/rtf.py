"""Reader of Rich Text (.rtf), by striprtf.

What striprtf would lose, headings and the edges of tables, is first put into the text as characters that no text holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.readers.markup.html_page import marked
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.tables import Linked, table_blocks
from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message
from rag.types import Document, Outcome

_HEADING, _CELL, _ROW, _PAGE, _BULLET, _LINK, _LINK_END = (chr(code) for code in range(0xE000, 0xE007))
_CONTROL_WORD_END = rb"(?![a-z])"


def _sign(sign: str) -> bytes:
    """Return a character as RTF encodes it, whatever number of fallback characters the context skips."""
    return b"{\\uc1\\u%d?}" % ord(sign)


def _marks() -> list[tuple[re.Pattern[bytes], Any]]:
    """Return pairs of a control word's pattern and what is written beside it or instead of it."""
    listed = rb"\{\\(?:\*\\)?(?:pntext|listtext)" + _CONTROL_WORD_END
    return [
        (re.compile(listed + rb"[^{}]*?(\d{1,3}[.)]|\b[a-zA-Z][.)])[^{}]*\}"), lambda m: _sign(_BULLET) + m[1] + b" "),
        (re.compile(listed + rb"[^{}]*\}"), lambda _: _sign(_BULLET) + b"- "),
        (re.compile(rb"\\outlinelevel([0-8])(?!\d) ?"), lambda m: _sign(_HEADING) + m[1]),
        (re.compile(rb"\\(?:nest)?cell" + _CONTROL_WORD_END + rb" ?"), lambda _: _sign(_CELL)),
        (re.compile(rb"\\(?:nest)?row" + _CONTROL_WORD_END + rb" ?"), lambda _: _sign(_ROW) + b"\\par "),
        (re.compile(rb"\\page" + _CONTROL_WORD_END + rb" ?"), lambda _: _sign(_PAGE) + b"\\par "),
        (
            re.compile(rb"\\(?:header|footer)[lrf]?" + _CONTROL_WORD_END + rb" ?"),
            lambda _: b" ",
        ),  # else they would be dropped
        (re.compile(rb"\\(?:\*\\)?footnote" + _CONTROL_WORD_END + rb" ?"), lambda _: b" "),
    ]


_ROW_OF_CELLS = re.compile(rb"\\trowd.*?\\row" + _CONTROL_WORD_END, re.DOTALL)
_PAR_CONTROL = re.compile(rb"\\par" + _CONTROL_WORD_END)
_BINARY = re.compile(rb"\\bin(\d{1,9}) ?")
_HIDDEN_GROUP = re.compile(rb"\{(?:\\[a-z]+-?\d* ?)*?\\v(?![a-z0-9])[^{}]*\}")
_CODE_PAGE = re.compile(rb"\\ansicpg(\d+)")
_FIELD = re.compile(rb"HYPERLINK\s+(?:\\\\[a-z] )?\"([^\"{}]{1,2000})\"[^{}]*\}[\s}]*\{\\fldrslt")
_SHOWN_LINK = re.compile(f"{_LINK}(\\d+);([^{_LINK_END}]*){_LINK_END}")


def read(path: Path) -> Document:
    """Read a Rich Text file. Raises UnreadableError where it is none."""
    data = path.read_bytes()
    if not data.lstrip()[:5].startswith(b"{\\rtf"):
        raise UnreadableError(Outcome.FAILED, Message("it is damaged, or not an RTF file"))
    return build(list(_blocks(*_text(data))), READERS[".rtf"].media_type)


def _text(data: bytes) -> tuple[str, list[str]]:
    """Return the text with the signs above in it, and its link targets."""
    from striprtf.striprtf import rtf_to_text

    data, targets = _with_links(_HIDDEN_GROUP.sub(b"", _without_binary(data)))
    data = _ROW_OF_CELLS.sub(lambda row: _PAR_CONTROL.sub(b"\\\\tab ", row[0]), data)  # a row is one line
    for pattern, mark in _marks():
        data = pattern.sub(mark, data)
    page = _CODE_PAGE.search(data)
    encoding = f"cp{page.group(1).decode()}" if page else "cp1252"
    try:
        "".encode(encoding)
    except LookupError:
        encoding = "cp1252"
    return str(rtf_to_text(data.decode("latin-1"), encoding=encoding, errors="replace")), targets


def _with_links(data: bytes) -> tuple[bytes, list[str]]:
    """Put signs around the words of each link, so that striprtf does not format it its own way."""
    parts: list[bytes] = []
    targets: list[str] = []
    at = 0
    while match := _FIELD.search(data, at):
        end, depth = match.end(), 1
        while end < len(data) and depth:
            depth += {b"{": 1, b"}": -1}.get(data[end : end + 1], 0) if data[end - 1 : end] != b"\\" else 0
            end += 1
        shown = b" " + _sign(_LINK) + b"%d;" % len(targets) + data[match.end() : end - 1] + _sign(_LINK_END) + b"}"
        parts += [data[at : match.start()], match.group().replace(b"HYPERLINK", b"LINK"), shown]
        targets.append(match.group(1).decode("latin-1"))
        at = end
    return b"".join([*parts, data[at:]]), targets


def _without_binary(data: bytes) -> bytes:
    """Remove binary data, such as pictures, which may contain braces."""
    parts, at = [], 0
    while match := _BINARY.search(data, at):
        parts.append(data[at : match.start()])
        at = match.end() + int(match.group(1))
    return b"".join([*parts, data[at:]])


def _blocks(text: str, targets: list[str]) -> Iterator[ReaderBlock]:
    table: list[list[str]] = []
    links: list[Linked] = []
    begun = ""  # of a row
    for line in text.split("\n"):
        line, linked = _linked(line.replace(_PAGE, ""), targets)
        if _ROW in line or _CELL in line or begun:
            begun += ("\n" if begun else "") + line
            if _ROW in line:
                table.append([_bare(cell) for cell in begun.replace(_ROW, "").split(_CELL)[:-1]])
                links.append(linked)
                begun = ""
            continue
        yield from table_blocks(table, links=links)
        table, links = [], []
        if _HEADING in line:
            level = line[line.rindex(_HEADING) + 1 :][:1]
            yield ReaderBlock("title", _bare(line), int(level) + 1 if level.isdecimal() else 1, links=linked)
        elif _BULLET in line:
            yield ReaderBlock("list", marked(_bare(line)), links=linked)
        else:
            yield ReaderBlock("text", line, links=linked)
    yield from table_blocks(table, links=links)
    yield ReaderBlock("text", _bare(begun))


def _linked(line: str, targets: list[str]) -> tuple[str, Linked]:
    links: list[tuple[str, str]] = []

    def words(match: re.Match[str]) -> str:
        links.append((match.group(2), targets[int(match.group(1))]))
        return match.group(2)

    line = _SHOWN_LINK.sub(words, line)
    return re.sub(f"{_LINK}\\d+;|{_LINK_END}", "", line), tuple(links)


def _bare(text: str) -> str:
    text = re.sub(f"{_HEADING}\\d", "", text)
    return re.sub(f"[{_HEADING}{_CELL}{_ROW}{_BULLET}]", " ", text)
