"""Reader of AsciiDoc: titles, paragraphs, lists, tables, listings, and the contents of container blocks.

Comments, images, index entries and attribute lines are left out; no file is included, no program run. Container blocks
(example, sidebar, quote) are not nested here: their delimiters only begin and end them, so depth costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.readers.markup.asciidoc_inline import InlineContext
from ingest.readers.markup.asciidoc_table import table_cells
from ingest.readers.markup.html_page import page_blocks
from ingest.readers.markup.wiki_syntax import front_matter, with_properties
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.decoding.text_decoding import decode
from ingest.readers.shared.tables import table_blocks
from rag.types import Document

_DELIMITER = re.compile(r"(?:-{4,}|={4,}|\*{4,}|_{4,}|\.{4,}|\+{4,}|/{4,}|--|```\w*|[|,:!]={3,})$")
_ASCIIDOC_TITLE = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*)$")
_CAPTION = re.compile(r"\.\.?[^ \t.].*$")
_ENTRY = re.compile(r":(!?\w[\w-]*!?):(?:[ \t]+(.*))?$")
_ATTRIBUTES = re.compile(r"\[(?:[^\W\d].*|[.#%{,\"'].*|\[[^\[\]]*\])?\]$")
_MACRO = re.compile(r"[a-z]\w*::[^\s\[]*\[.*\]$")
_THEMATIC_BREAK = re.compile(r"(?:'{3,}|<{3,}|-{3}|\*{3}|- - -|\* \* \*)$")
_ASCIIDOC_ITEM = re.compile(r"(\*{1,9}|-|•|\.{1,9}|\d{1,9}\.|[a-zA-Z]\.|[ivxIVX]{1,6}\)|<(?:\d{1,3}|\.)>)[ \t]+(\S.*)$")
_TERM = re.compile(r"(?!//)(\S.*?)(:{2,4}|;;)(?:[ \t]+(.*))?$")
_CONDITION = re.compile(r"(ifdef|ifndef|ifeval|endif)::([^\s\[]*)\[(.*)\]$")
_UNDERLINES = "=-~^+"
_VERBATIM_STYLES = ("source", "listing", "literal", "stem", "latexmath", "asciimath")
LONGEST_ATTRIBUTES = 2_000  # characters read of all attribute lines above one block
_LABELS = ("NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION")


def read(path: Path) -> Document:
    """Read an AsciiDoc file."""
    return build(asciidoc_blocks(decode(path.read_bytes())), READERS[".adoc"].media_type)


def asciidoc_blocks(text: str) -> Iterator[ReaderBlock]:
    """Yield the blocks of a text in AsciiDoc."""
    properties, text = front_matter(text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    yield from with_properties(properties, _AsciidocReader(text).blocks())


@dataclass(slots=True)
class _BlockAttributes:
    """The attribute lines above a block."""

    text: str = ""
    style: str = ""
    label: str = ""  # of an admonition, until its first paragraph was read
    source: str = ""  # of a quote

    def add(self, line: str) -> None:
        self.text = f"{self.text},{line[1:-1]}"[:LONGEST_ATTRIBUTES]
        parts = [part.strip(" \"'") for part in line[1:-1].split(",")]
        style = re.split(r"[.#%]", parts[0], maxsplit=1)[0]
        if style and "=" not in style and not style.startswith("["):
            self.style = style if style not in _LABELS else ""
            self.label = style if style in _LABELS else ""
            self.source = ", ".join(filter(None, parts[1:3])) if style in ("quote", "verse") else ""


@dataclass(slots=True)
class _AsciidocReader:
    text: str
    lines: list[str] = field(init=False)
    last: dict[str, int] = field(init=False)  # the last occurrence of each line
    inline: InlineContext = field(init=False)
    attributes: _BlockAttributes = field(default_factory=_BlockAttributes)
    markers: list[list[object]] = field(default_factory=list)  # of the open lists: mark, number
    open: dict[str, tuple[str, list[list[object]]]] = field(
        default_factory=dict
    )  # delimiter -> source, markers outside
    attached: bool = False  # the next block belongs to the item above
    at: int = 0

    def __post_init__(self) -> None:
        self.lines = list(_chosen(line.rstrip() for line in self.text.split("\n")))
        self.last = {line: at for at, line in enumerate(self.lines)}
        self.inline = InlineContext(_titles(self.lines))

    def blocks(self) -> Iterator[ReaderBlock]:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            text = line.strip()
            if not text or (text.startswith("//") and not text.startswith("///")) or _THEMATIC_BREAK.match(line):
                continue
            if text == "+":
                self.attached = True
            elif match := _ENTRY.match(line):
                self.inline.define(match[1], self._value(match[2] or ""))
            elif _ATTRIBUTES.match(line):
                self.attributes.add(line)
            elif _CAPTION.match(line) and not _DELIMITER.match(line):
                yield self._block("text", line[1:])
            elif not _MACRO.match(line):
                yield from self._next(line)
                self.attached = False
        self.at = len(self.lines)

    def _next(self, line: str) -> Iterator[ReaderBlock]:
        text = line.strip()
        if _DELIMITER.match(line):
            yield from self._delimited(line)
        elif match := _ASCIIDOC_TITLE.match(line):
            yield self._title(match[2], len(match[1]) - 1)
        elif item := _ASCIIDOC_ITEM.match(text):
            yield self._item(item[1], item[2])
        elif term := _TERM.match(text):
            yield self._term(term)
        elif level := self._underlined(line):
            self.at += 1
            yield self._title(line, level - 1)
        else:
            yield from self._paragraph(line)

    def _title(self, text: str, level: int) -> ReaderBlock:
        self.markers, self.attributes = [], _BlockAttributes()
        return self._block("title", _unclosed(text), level)

    def _underlined(self, line: str) -> int:
        """Return the level, from 1, of a title whose underline is the next line; 0 where it is none."""
        under = self.lines[self.at] if self.at < len(self.lines) else ""
        if len(under) < 2 or under[0] not in _UNDERLINES or under.strip(under[0]) or not line[0].isalnum():
            return 0
        return _UNDERLINES.index(under[0]) + 1 if abs(len(under) - len(line)) < 2 else 0

    def _delimited(self, line: str) -> Iterator[ReaderBlock]:
        kind, about = line[0] if line != "--" else "--", self.attributes
        exact = kind in "-.+`" or about.style in _VERBATIM_STYLES or about.style == "verse"
        fence = "```" if kind == "`" else line
        if exact or kind in "/|,:!" or about.style == "comment":
            if self.last.get(fence, -1) < self.at:  # it is never closed: what follows is not lost
                return
            end = self.lines.index(fence, self.at)
            inner, self.at = self.lines[self.at : end], end + 1
            self._begin()
            if kind in "|,:!":
                yield from self._table(inner, kind, about.text)
            elif kind == "+" and about.style not in _VERBATIM_STYLES:
                yield from page_blocks("\n".join(inner))
            elif kind != "/" and about.style != "comment":
                yield from self._exact(inner, about)
        elif line in self.open:
            source, self.markers = self.open.pop(line)
            yield self._block("text", source)
        else:
            self.open[line] = (about.source, self.markers if self.attached else [])
            self.markers, self.attributes = [], _BlockAttributes(label=about.label)

    def _begin(self, *, within: bool = False) -> None:
        """Begin a block: end the lists above unless it is part of them, and take the attributes."""
        if not (self.attached or within):
            self.markers = []
        self.attributes = _BlockAttributes()

    def _exact(self, lines: list[str], about: _BlockAttributes) -> Iterator[ReaderBlock]:
        text = "\n".join(lines)
        if about.style == "verse":
            yield self._block("text", text)
            yield self._block("text", about.source)
        else:
            yield ReaderBlock("code", self.inline.referred(text) if "attributes" in about.text else text)

    def _table(self, lines: list[str], kind: str, about: str) -> Iterator[ReaderBlock]:
        rows, header = table_cells(lines, kind, about)
        read = [[self.inline.plain(cell) for cell in row] for row in rows]
        links = [tuple(link for _, found in row for link in found) for row in read]
        yield from table_blocks([[text for text, _ in row] for row in read], header, links=links)

    def _item(self, mark: str, text: str) -> ReaderBlock:
        kind = re.sub(r"\w+", "1", mark)
        known = next((at for at, (open_kind, _) in enumerate(self.markers) if open_kind == kind), None)
        self.markers = [*self.markers, [kind, 0]] if known is None else self.markers[: known + 1]
        number = self.markers[-1][1] = int(str(self.markers[-1][1])) + 1
        shown = f"{number}." if mark[0] == "." else f"<{number}>" if mark == "<.>" else mark
        self.attributes = _BlockAttributes()
        return self._block("list", f"{'-' if mark[0] in '*-•' else shown} {self._rest(text)}")

    def _term(self, match: re.Match[str]) -> ReaderBlock:
        names, text = [match[1]], match[3] or ""
        while not text:
            while self.at < len(self.lines) and not self.lines[self.at].strip():
                self.at += 1
            line = self.lines[self.at].strip() if self.at < len(self.lines) else ""
            if not line or _ASCIIDOC_ITEM.match(line) or _ASCIIDOC_TITLE.match(line) or self._begins(line):
                return self._block("list", f"{', '.join(names)}:")
            self.at += 1
            if another := _TERM.match(line):
                names.append(another[1])
                line = another[3] or ""
            text = line
        self.attributes = _BlockAttributes()
        return self._block("list", f"{', '.join(names)}: {self._rest(text)}")

    def _rest(self, first: str, *, item: bool = True) -> str:
        """Return the paragraph that begins with ``first``, as one line except for explicit line breaks."""
        parts = [first]
        while self.at < len(self.lines) and (line := self.lines[self.at].strip()) and not self._begins(line):
            if item and (_ASCIIDOC_ITEM.match(line) or _TERM.match(line)):
                break
            if not line.startswith("//"):
                parts.append(line)
            self.at += 1
        return _joined(parts)

    def _begins(self, line: str) -> bool:
        """Tell whether a line ends the paragraph above it without an empty line between."""
        return line == "+" or any(form.match(line) for form in (_DELIMITER, _ATTRIBUTES, _MACRO, _ENTRY))

    def _paragraph(self, line: str) -> Iterator[ReaderBlock]:
        about, indented = self.attributes, line[0] in " \t"
        if about.style == "comment" or about.style in (*_VERBATIM_STYLES, "verse") or indented:
            inner = [line]
            while self.at < len(self.lines) and (line := self.lines[self.at]) and not self._begins(line):
                inner.append(line)
                self.at += 1
            self._begin(within=indented)
            if about.style != "comment":
                yield from self._exact(inner, about)
            return
        self._begin()
        label = f"{about.label}: " if about.label else ""
        yield self._block("text", label + self._rest(line, item=False))
        yield self._block("text", about.source)

    def _value(self, text: str) -> str:
        """Return the value of an attribute, continued after a backslash at the line's end."""
        parts = [text]
        while parts[-1].endswith("\\") and self.at < len(self.lines):
            parts[-1] = parts[-1].rstrip(" \\+")
            parts.append(self.lines[self.at].strip())
            self.at += 1
        return " ".join(parts)

    def _block(self, kind: str, text: str, level: int = 0) -> ReaderBlock:
        shown, links = self.inline.plain(text)
        return ReaderBlock(kind, shown, level, links=tuple(links))


def _joined(parts: list[str]) -> str:
    """Join the lines of a paragraph, except after a trailing plus: there the author breaks it."""
    ends = ["\n" if part.endswith(" +") else " " for part in parts]
    return "".join(part.removesuffix(" +") + end for part, end in zip(parts, ends, strict=True)).rstrip()


def _unclosed(title: str) -> str:
    """Return a title without the marks that may close it: ``== Fees ==``."""
    words = title.rstrip(title[-1]) if title[-1] in "=#" else title
    return words.rstrip() if words[-1:].isspace() else title


def _chosen(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines that conditions keep, by the attributes that the document sets; none that includes a file."""
    known: set[str] = set()
    kept = [True]
    for line in lines:
        if match := _CONDITION.match(line):
            name, names, text = match.groups()
            holds = name == "ifeval" or any(n.lower() in known for n in re.split("[,+]", names)) == (name == "ifdef")
            if name == "endif":
                del kept[max(1, len(kept) - 1) :]
            elif name != "ifeval" and text:
                yield from [text] if kept[-1] and holds else []
            else:
                kept.append(kept[-1] and holds)
        elif kept[-1] and not line.startswith("include::"):
            if entry := _ENTRY.match(line):
                known.add(entry[1].lower())
            yield line[1:] if line.startswith(("\\include::", "\\ifdef::", "\\ifndef::", "\\endif::")) else line


def _titles(lines: list[str]) -> dict[str, str]:
    """Return the titles below anchors, by anchor name, and those of sections, by their automatic ids."""
    titles: dict[str, str] = {}
    name = ""
    for line in lines:
        title = _ASCIIDOC_TITLE.match(line)
        words = title[2] if title else line[1:] if _CAPTION.match(line) else ""
        if words:
            words = InlineContext({}).plain(_unclosed(words))[0]
            if title:
                titles.setdefault("_" + "_".join(re.findall(r"\w+", words.lower())), words)
            if name:
                titles[name] = words
            name = ""
        elif match := re.match(r"\[\[([^\[\],]+)[^\[\]]*\]\]$|\[[^#\]]*#([\w:.-]+)[^\]]*\]$", line):
            name = match[1] or match[2]
        elif not _ATTRIBUTES.match(line):
            name = ""
    return titles
