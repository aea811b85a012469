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
from ingest.readers.shared.left_out import COMMENTS, EQUATIONS, OBJECTS, STRUCK, leave_hole, leave_out
from ingest.readers.shared.raised import lowered, raised
from ingest.readers.shared.tables import Linked, table_blocks
from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message
from rag.types import Document, Outcome

_HEADING, _CELL, _ROW, _PAGE, _BULLET, _LINK, _LINK_END, _UP, _DOWN, _STRUCK, _LEVEL = (
    chr(code) for code in range(0xE000, 0xE00B)
)
_CONTROL_WORD_END = rb"(?![a-z])"


def _sign(sign: str) -> bytes:
    """Return a character as RTF encodes it, whatever number of fallback characters the context skips."""
    return b"{\\uc1\\u%d?}" % ord(sign)


def _marks() -> list[tuple[re.Pattern[bytes], Any]]:
    """Return pairs of a control word's pattern and what is written beside it or instead of it."""
    listed = rb"\{\\(?:\*\\)?(?:pntext|listtext)" + _CONTROL_WORD_END
    return [
        (
            re.compile(listed + rb"(?=[^{}]*\})[^{}]*?(\d{1,3}[.)]|\b[a-zA-Z][.)])[^{}]*\}"),
            lambda m: _sign(_BULLET) + m[1] + b" ",
        ),
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


_ROW_END = re.compile(rb"\\row" + _CONTROL_WORD_END)
_ROW_OF_CELLS = re.compile(rb"\\trowd.*?" + _ROW_END.pattern, re.DOTALL)  # it becomes one line
_PAR_CONTROL = re.compile(rb"\\par" + _CONTROL_WORD_END)
_BINARY = re.compile(rb"\\bin(\d{1,9}) ?")
_HIDDEN_GROUP = re.compile(rb"\{(?:\\[a-z]+-?\d* ?)*?\\v(?![a-z0-9])[^{}]*\}")
_CODE_PAGE = re.compile(rb"\\ansicpg(\d+)")
_FIELD = re.compile(rb"HYPERLINK\s+(?:\\\\[a-z] )?\"([^\"{}]{1,2000})\"[^{}]{0,2000}\}[\s}]*\{\\fldrslt")
# What a run's layout takes: its words, the controls that set its layout, and the groups that bound it.
_LAYOUT_SIGNS = re.compile(rb"\\(?:super|sub|up[1-9]|dn[1-9]|striked?)(?![a-z0])")
_LAYOUT = re.compile(
    rb"(?P<control>\\(?:super|sub|nosupersub|up|dn|striked|strike|plain)(?![a-z])(?P<value>-?\d+)? ?)"
    rb"|(?P<brace>[{}])|\\[\\{}]"
)
_FIRST_LETTER = re.compile(rb"(?:\\(?!'|u-?\d)[a-zA-Z]+-?\d* ?|\s)*+(?=.)", re.DOTALL)  # it stands behind
_MARKED = re.compile(f"([{_UP}{_DOWN}{_STRUCK}])([^{_UP}{_DOWN}{_STRUCK}{_LEVEL}]*){_LEVEL}")
_LEFT_OUT = (
    (re.compile(rb"\{\\\*\\annotation" + _CONTROL_WORD_END), COMMENTS),
    (re.compile(rb"\{\\object" + _CONTROL_WORD_END), OBJECTS),
)
_FORMULA = re.compile(rb"\{\\mmath" + _CONTROL_WORD_END)
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
    data = _with_layout(_without_formulas(data))
    for group, what in _LEFT_OUT:
        leave_out(what, len(group.findall(data)))
    rows = max((row.end() for row in _ROW_END.finditer(data)), default=0)  # behind the last one none would end
    data = _ROW_OF_CELLS.sub(lambda row: _PAR_CONTROL.sub(b"\\\\tab ", row[0]), data[:rows]) + data[rows:]
    for pattern, mark in _marks():
        data = pattern.sub(mark, data)
    page = _CODE_PAGE.search(data)
    encoding = f"cp{page.group(1).decode()}" if page else "cp1252"
    try:
        "".encode(encoding)
    except LookupError:
        encoding = "cp1252"
    return _written(str(rtf_to_text(data.decode("latin-1"), encoding=encoding, errors="replace"))), targets


def _with_layout(data: bytes) -> bytes:
    """Put signs around raised, lowered and struck-out words: striprtf forgets how a run is set."""
    if not _LAYOUT_SIGNS.search(data):
        return data
    parts: list[bytes] = []
    layout, shown = "", ""  # the sign of what is set, and of what the text is in
    around: list[str] = []
    at = 0
    for token in _LAYOUT.finditer(data):
        words, at = data[at : token.start()], token.end()
        if layout != shown and (first := _FIRST_LETTER.match(words)):
            signs = (_sign(_LEVEL) if shown else b"") + (_sign(layout) if layout else b"")
            words, shown = words[: first.end()] + signs + words[first.end() :], layout
        parts.append(words)
        if token["brace"] == b"{":
            around.append(layout)
        elif token["brace"]:
            if shown:
                parts.append(_sign(_LEVEL))
            layout, shown = around.pop() if around else "", ""
        elif token["control"]:
            layout = _layout_sign(token.group(), token["value"], layout)
        parts.append(token.group())
    return b"".join([*parts, data[at:]])


def _layout_sign(control: bytes, value: bytes | None, before: str) -> str:
    word = control.strip().lstrip(b"\\").rstrip(b"-0123456789")
    off = value is not None and int(value) == 0
    if word in (b"strike", b"striked"):
        return "" if off and before == _STRUCK else before if off else _STRUCK
    if before == _STRUCK and word != b"plain":
        return before
    signs = {b"super": _UP, b"up": _UP, b"sub": _DOWN, b"dn": _DOWN}
    return "" if off else signs.get(word, "")


def _without_formulas(data: bytes) -> bytes:
    """Leave a sign in the place of each formula: its letters without its layout would say something else."""
    parts, at = [], 0
    while match := _FORMULA.search(data, at):
        parts += [data[at : match.start()], b"{\\uc1 " + leave_hole(EQUATIONS).replace("…", "\\u8230?").encode() + b"}"]
        at = _group_end(data, match.end())
    return b"".join([*parts, data[at:]])


def _group_end(data: bytes, at: int) -> int:
    """Return where the group ends that is open at a place."""
    depth = 1
    for token in _LAYOUT.finditer(data, at):
        if token["brace"]:
            depth += 1 if token["brace"] == b"{" else -1
            if not depth:
                return token.end()
    return len(data)


def _written(text: str) -> str:
    """Return the text with raised and lowered words as such, and without those that are struck out."""
    if _LEVEL not in text:
        return text

    def words(run: re.Match[str]) -> str:
        if run[1] == _STRUCK:
            return leave_out(STRUCK, int(bool(run[2].strip())))
        before = text[max(0, run.start() - 8) : run.start()].replace(_LEVEL, "")
        return raised(run[2], before) if run[1] == _UP else lowered(run[2], before)

    return re.sub(f"[{_UP}{_DOWN}{_STRUCK}{_LEVEL}]", "", _MARKED.sub(words, text))


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
