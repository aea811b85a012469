"""Reader of Org (Emacs): headings with state and dates, lists, tables, source blocks, links; no drawers or comments."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.decoding.text_decoding import decode
from ingest.readers.shared.tables import table_blocks
from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message
from rag.types import Document, Outcome

_ORG_HEADING = re.compile(r"(\*+)\s+(.*?)(?:\s+:([\w@#%:]+):)?\s*$")
_STATE = re.compile(r"(?:(TODO|DONE|NEXT|WAITING|CANCELLED)\s+)?(?:\[#([A-Z])\]\s*)?(?:COMMENT\s+)?")
_SETTING = re.compile(r"\s*#\+(\w+):\s*(.*)$")
_BEGIN = re.compile(r"\s*#\+begin_(\w+)", re.IGNORECASE)
_DRAWER = re.compile(r"\s*:[\w-]+:\s*$")
_ORG_ITEM = re.compile(r"(\s*)(?:[-+]|\d+[.)]|[a-zA-Z][.)])(?:\s+|$)|\s+\*\s+")
_PLANNED = re.compile(r"\s*(?:CLOSED|DEADLINE|SCHEDULED):")
_PLANNED_DATE = re.compile(r"(CLOSED|DEADLINE|SCHEDULED):\s*[<\[]([^<>\[\]]{1,60})[>\]]")
_LINK = re.compile(r"\[\[([^\[\]]+)\](?:\[([^\[\]]+)\])?\]")
# Emphasis of a thousand characters at most: looking for an end to the end of the line, from each mark, took minutes.
_ORG_EMPHASIS = re.compile(r"(?<![\w*/_=~+])([*/_=~+])(?=\S)([^\n]{0,999}?\S)\1(?![\w*/_=~+])")
_TITLE_KEYWORDS = ("title", "subtitle")
MAX_BLOCK_DEPTH = 50
_SEEN = ("author", "date", "caption", "description")


def read(path: Path) -> Document:
    """Read an Org file."""
    return build(_blocks(decode(path.read_bytes()).lstrip("\ufeff")), READERS[".org"].media_type)


def _blocks(text: str, depth: int = 0) -> Iterator[ReaderBlock]:
    if depth > MAX_BLOCK_DEPTH:  # each level holds a copy of what it encloses
        raise UnreadableError(Outcome.FAILED, Message("it is nested too deeply"))
    lines = iter(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    part: list[str] = []
    table: list[str] = []
    for line in lines:
        if not line.lstrip().startswith("|") and table:
            yield from _table(table)
            table = []
        if match := _ORG_HEADING.match(line):
            yield from _paragraph(part)
            yield from _heading(len(match.group(1)), match.group(2), match.group(3) or "")
        elif match := _BEGIN.match(line):
            yield from _paragraph(part)
            yield from _block(match.group(1).lower(), lines, depth)
        elif match := _SETTING.match(line):
            yield from _paragraph(part)
            yield from _setting(match.group(1).lower(), match.group(2))
        elif _DRAWER.match(line) and line.strip().lower() != ":end:":
            yield from _paragraph(part)
            for inner in lines:
                if inner.strip().lower() == ":end:":
                    break
        elif re.match(r"\s*#(?:\s|$)", line):
            continue
        elif _PLANNED.match(line):
            yield from _paragraph(part)
            dates = _PLANNED_DATE.findall(line)
            yield ReaderBlock("text", "\n".join(f"{name.capitalize()}: {date}" for name, date in dates))
        elif line.lstrip().startswith("|"):
            yield from _paragraph(part)
            table.append(line)
        elif not line.strip():
            yield from _paragraph(part)
        elif re.match(r"\s*:(?:\s|$)", line):
            yield from _paragraph(part)
            yield ReaderBlock("code", line.strip()[1:].removeprefix(" "))
        elif _ORG_ITEM.match(line):
            yield from _paragraph(part)
            part.append(line)
        else:
            part.append(line)
    yield from _table(table)
    yield from _paragraph(part)


def _heading(level: int, words: str, tags: str) -> Iterator[ReaderBlock]:
    """Yield a heading, and below it what it says of its state, its priority and its tags."""
    state = _STATE.match(words)
    assert state is not None
    yield _plain("title", words[state.end() :], level)
    facts = {"Status": state[1], "Priority": state[2], "Tags": ", ".join(filter(None, tags.split(":")))}
    yield ReaderBlock("text", "\n".join(f"{label}: {value}" for label, value in facts.items() if value))


def _setting(name: str, value: str) -> Iterator[ReaderBlock]:
    if name in _TITLE_KEYWORDS:
        yield _plain("title", value, 0) if name == "title" else _plain("text", value)
    elif name in _SEEN:
        yield _plain("text", value)


def _block(kind: str, lines: Iterator[str], depth: int) -> Iterator[ReaderBlock]:
    inner = []
    for line in lines:
        if line.strip().lower() == f"#+end_{kind}":
            break
        inner.append(line)
    if kind in ("src", "example", "export"):
        yield ReaderBlock("code", textwrap.dedent("\n".join(inner)))
    elif kind != "comment":
        yield from _blocks("\n".join(inner), depth + 1)


def _paragraph(part: list[str]) -> Iterator[ReaderBlock]:
    """Yield the paragraph or item that was collected, and empty the list."""
    if part:
        first = part[0]
        text = " ".join(line.strip() for line in part)
        part.clear()
        if _ORG_ITEM.match(first):
            text = re.sub(r"^[+*]\s", "- ", text).replace(" :: ", ": ", 1)
            yield _plain("list", re.sub(r"^(\S+\s+)\[[ X-]\]\s+", r"\1", text))
        else:
            yield _plain("text", text)


def _table(lines: list[str]) -> Iterator[ReaderBlock]:
    rules = [at for at, line in enumerate(lines) if line.lstrip().startswith("|-")]
    rows = [line.strip().strip("|").split("|") for line in lines if not line.lstrip().startswith("|-")]
    header = rules[0] if rules and rules[0] > 0 and rules[0] < len(rows) else None
    blocks = [[_plain("row", cell) for cell in row] for row in rows]
    links = [tuple(link for cell in row for link in cell.links) for row in blocks]
    yield from table_blocks([[cell.text for cell in row] for row in blocks], header, links=links)


def _plain(kind: str, text: str, level: int = 0) -> ReaderBlock:
    """Return text without emphasis marks, links as their words."""
    links: list[tuple[str, str]] = []

    def words(match: re.Match[str]) -> str:
        shown = match.group(2) or match.group(1)
        links.append((shown, match.group(1)))
        return shown

    text = _LINK.sub(words, text)
    return ReaderBlock(kind, _ORG_EMPHASIS.sub(r"\2", text), level, links=tuple(links))
