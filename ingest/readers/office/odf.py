"""Reader of OpenDocument (.odt, .ods, .odp): text, headings, lists, notes, tables; sheets and slides as pages."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from ingest.readers.formulas.mathml import mathml_line
from ingest.readers.markup.html_marks import TICKED, UNTICKED
from ingest.readers.markup.html_page import marked
from ingest.readers.markup.xml_document import parse
from ingest.readers.office.cells import CellCounter, sheet_blocks
from ingest.readers.office.odf_styles import OdfStyles, name_of
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.left_out import CHARTS, EQUATIONS, OBJECTS, STRUCK, leave_hole, leave_out
from ingest.readers.shared.raised import in_one_line
from ingest.readers.shared.tables import table_blocks
from ingest.readers.shared.unreadable import UnreadableError
from ingest.readers.shared.zip_checks import check_package, part
from rag.messages import Message
from rag.types import Document, Outcome

_SKIPPED = frozenset("tracked-changes annotation-end note-citation ruby-text forms sequence-decls".split())
MOST_REPEATED = 1_000  # a cell or row repeated so often only fills the sheet


def read(path: Path) -> Document:
    """Read an OpenDocument file. Raises UnreadableError for one with a password."""
    check_package(path, Message("an OpenDocument file"))
    with zipfile.ZipFile(path) as archive:
        if b"encryption-data" in part(archive, "META-INF/manifest.xml"):
            raise UnreadableError(Outcome.ENCRYPTED, Message("it is protected by a password"))
        content = parse(part(archive, "content.xml"))
        common = part(archive, "styles.xml")
        objects = _formulas(archive)
    body = content.find("{*}body")
    if body is None or not len(body):
        raise UnreadableError(Outcome.FAILED, Message("it is damaged: it has no body"))
    reading = _OdfWalk(OdfStyles([content, *([parse(common)] if common else [])]), objects, _controls(content))
    kind = name_of(body[0])
    walks = {"spreadsheet": _sheets, "presentation": _slides}
    walk = walks[kind](body[0], reading) if kind in walks else reading.blocks(body[0])
    blocks = [*walk, *reading.notes]
    suffix = {"spreadsheet": ".ods", "presentation": ".odp"}.get(kind, ".odt")
    return build(blocks, READERS[suffix].media_type, reading.pages(kind))


class _OdfWalk:
    """The state of the walk: the page, the notes to come at the end, the numbers of lists."""

    def __init__(self, styles: OdfStyles, formulas: Mapping[str, str], controls: Mapping[str, str]) -> None:
        self._styles = styles
        self._formulas = formulas
        self._controls = controls
        self._numbers: dict[tuple[str, int], int] = {}
        self.page: int | None = None
        self.notes: list[ReaderBlock] = []
        self._frames: list[ReaderBlock] = []  # frames within the current paragraph

    def pages(self, kind: str) -> int | None:
        return self.page

    def blocks(self, node: Any, inside: tuple[str, int] | None = None) -> Iterator[ReaderBlock]:
        """Yield the blocks of a node. ``inside`` is the list around it: its style and its depth, from 1."""
        for child in node:
            tag = name_of(child)
            if tag in _SKIPPED or self._styles.is_hidden(child):
                continue
            if tag in ("p", "h"):
                yield from self._paragraph(child, tag)
            elif tag == "annotation":
                self._annotation(child)
            elif tag == "frame":
                yield from self._frame(child, inside)
            elif tag == "control":
                yield ReaderBlock(
                    "text", self._controls.get(self._styles.attribute(child, "control"), ""), page=self.page
                )
            elif tag == "list":
                yield from self._list(child, inside)
            elif tag == "table":
                yield from table_blocks(*self._table(child), page=self.page)
            elif tag == "soft-page-break":
                self.page = (self.page or 1) + 1
            else:  # sections, indexes, frames and boxes
                yield from self.blocks(child, inside)

    def _annotation(self, node: Any) -> None:
        """Collect a comment, behind the name of who wrote it."""
        author = next(("".join(each.itertext()) for each in node.iterchildren("{*}creator")), "")
        text = "\n".join("".join(each.itertext()) for each in node.iter("{*}p"))
        self.notes.append(ReaderBlock("text", f"{author}: {text}" if author and text else text, page=self.page))

    def _frame(self, node: Any, inside: tuple[str, int] | None = None) -> Iterator[ReaderBlock]:
        """Yield what a frame holds: boxes, a formula; of a picture what it is said to show."""
        if formula := self._formula(node):
            yield ReaderBlock("text", formula, page=self.page)
            return
        found = list(self.blocks(node, inside))
        if not any(block.text.strip() for block in found):
            said = next(("".join(each.itertext()) for each in node.iterchildren("{*}desc", "{*}title")), "")
            found = [ReaderBlock("text", said, page=self.page)]
        yield from found

    def _formula(self, frame: Any) -> str:
        for child in frame:
            if name_of(child) == "object":
                place = self._styles.attribute(child, "href").removeprefix("./").rstrip("/")
                inline = next(child.iterchildren("{*}math"), None)
                return self._formulas.get(place, "") if inline is None else mathml_line(inline)
        return ""

    def _paragraph(self, node: Any, tag: str) -> Iterator[ReaderBlock]:
        if self._styles.is_struck(node):
            leave_out(STRUCK, int(bool("".join(node.itertext()).strip())))
            return
        text, links = self.text(node)
        level = self._styles.level(node, tag)
        if level is None:
            yield ReaderBlock("text", text, page=self.page, links=links)
        else:
            yield ReaderBlock("title", text, level, self.page, links=links)
        beside, self._frames = self._frames, []
        yield from beside

    def _list(self, node: Any, around: tuple[str, int] | None) -> Iterator[ReaderBlock]:
        style = self._styles.attribute(node, "style-name") or (around[0] if around else "")
        depth = around[1] + 1 if around else 1
        if self._styles.attribute(node, "continue-numbering") != "true":
            self._numbers[style, depth] = self._styles.first_number(style, depth) - 1
        for item in node:
            if name_of(item) not in ("list-item", "list-header"):
                continue
            first = name_of(item) == "list-item"
            for block in self.blocks(item, (style, depth)):
                if first and block.kind == "text":
                    self._numbers[style, depth] = self._numbers.get((style, depth), 0) + 1
                    mark = self._styles.mark(style, depth, self._numbers[style, depth])
                    text = f"{mark} {block.text}" if mark else marked(block.text)
                    yield ReaderBlock("list", text, page=block.page, links=block.links)
                    first = not block.text.strip()
                else:
                    first = first and block.kind not in ("list", "title")
                    yield block

    def text(self, node: Any) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Return the words of a paragraph and its links; its notes and frames are collected."""
        parts: list[str] = []
        links: list[tuple[str, str]] = []
        self._inline(node, parts, links)
        return "".join(parts), tuple(links)

    def _inline(self, node: Any, parts: list[str], links: list[tuple[str, str]]) -> None:
        parts.append(node.text or "")
        for child in node:
            tag = name_of(child)
            if tag == "s":
                parts.append(" ")
            elif tag == "tab":
                parts.append("\t")
            elif tag == "line-break":
                parts.append("\n")
            elif tag == "soft-page-break":
                self.page = (self.page or 1) + 1
            elif tag == "note":
                self.notes += list(self.blocks(child))
            elif tag == "annotation":
                self._annotation(child)
            elif tag == "control":
                parts.append(self._controls.get(self._styles.attribute(child, "control"), ""))
            elif tag == "frame" and (formula := self._formula(child)):
                parts.append(formula)
            elif tag in ("frame", "custom-shape", "text-box"):
                found = list(self._frame(child) if tag == "frame" else self.blocks(child))  # first: those in it do too
                self._frames.extend(found)
            elif tag == "span" and self._styles.is_struck(child):
                leave_out(STRUCK, int(bool("".join(child.itertext()).strip())))
            elif tag == "span" and (place := self._styles.place(child)):
                inner: list[str] = []
                self._inline(child, inner, links)
                parts.append(in_one_line([("".join(inner), place)], "".join(parts[-3:])[-8:]))
            elif tag not in _SKIPPED and tag and not self._styles.is_hidden(child):
                begin = len(parts)
                self._inline(child, parts, links)
                if tag == "a" and (target := self._styles.attribute(child, "href")) and not target.startswith("#"):
                    links.append(("".join(parts[begin:]), target))
            parts.append(child.tail or "")

    def _table(self, table: Any) -> tuple[list[list[str]], int | None]:
        """Return the rows of a table, and the number of header rows (None: none is marked)."""
        lines = [line for line, _ in self.lines(table, CellCounter())]
        header = sum(len(list(head.iter("{*}table-row"))) for head in table.iterchildren("{*}table-header-rows"))
        return lines, header or None

    def lines(self, table: Any, counted: CellCounter) -> Iterator[tuple[list[str], tuple[tuple[str, str], ...]]]:
        """Yield rows of a table with their links. A cell over several rows is repeated in each, over columns not."""
        down: dict[int, tuple[str, int]] = {}
        for row in _rows(table):
            cells: list[str] = []
            linked: list[tuple[str, str]] = []
            for cell in row:
                tag = name_of(cell)
                if tag not in ("table-cell", "covered-table-cell"):
                    continue
                repeated = self._styles.number(cell, "number-columns-repeated")
                text, links = self._cell(cell)
                if not text and repeated > MOST_REPEATED:
                    continue
                for _ in range(min(repeated, MOST_REPEATED)):
                    column = len(cells)
                    if tag == "covered-table-cell" and column in down:
                        cells.append(down[column][0])
                        left = down[column][1] - 1
                        down.pop(column)
                        if left > 0:
                            down[column] = cells[-1], left
                        continue
                    cells.append(text)
                    if (rows := self._styles.number(cell, "number-rows-spanned")) > 1:
                        down[column] = text, rows - 1
                linked.extend(links)
            times = self._styles.number(row, "number-rows-repeated")
            for _ in range(min(times, MOST_REPEATED) if any(cells) else 1):
                counted.add(max(1, len(cells)))
                yield cells, tuple(linked)

    def _cell(self, cell: Any) -> tuple[str, tuple[tuple[str, str], ...]]:
        found = [block for block in self.blocks(cell) if block.text.strip()]
        links = tuple(link for block in found for link in block.links)
        return "\n".join(block.text for block in found), links


def _formulas(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the place of each embedded formula -> its line; other objects are counted."""
    found = {}
    for name in archive.namelist():
        place, _, file = name.rpartition("/")
        if file == "content.xml" and place:
            try:
                tree = parse(part(archive, name))
            except etree.XMLSyntaxError:
                continue
            if name_of(tree) == "math":
                found[place] = mathml_line(tree) or leave_hole(EQUATIONS)
            else:
                leave_out(CHARTS if next(tree.iter("{*}chart"), None) is not None else OBJECTS)
    return found


def _controls(content: Any) -> dict[str, str]:
    """Return the id of each field of a form -> what is filled in, or whether its box is ticked, with its label."""
    found = {}
    for forms in content.iter("{*}forms"):
        for node in forms.iter(etree.Element):
            values = {etree.QName(key).localname: value for key, value in node.attrib.items()}
            label = values.get("label", "")
            if name_of(node) in ("checkbox", "radio"):
                ticked = values.get("current-state") == "checked" or values.get("current-selected") == "true"
                shown = f"{TICKED if ticked else UNTICKED} {label}".rstrip()
            else:
                shown = values.get("current-value", "") or values.get("value", "") or label
            if name_of(node) not in ("button", "hidden", "password") and "id" in values:
                found[values["id"]] = shown
    return found


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        tag = name_of(child)
        if tag == "table-row":
            yield child
        elif tag in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _rows(child)


def _sheets(body: Any, reading: _OdfWalk) -> Iterator[ReaderBlock]:
    counted = CellCounter()
    for number, table in enumerate(body.iterchildren("{*}table"), 1):
        reading.page = number
        name = next((value for key, value in table.attrib.items() if key.endswith("}name")), "")
        yield from sheet_blocks(name, number, reading.lines(table, counted), CellCounter())
        for drawn in table.iterchildren("{*}shapes"):
            yield from reading.blocks(drawn)


def _slides(body: Any, reading: _OdfWalk) -> Iterator[ReaderBlock]:
    for number, slide in enumerate(body.iterchildren("{*}page"), 1):
        reading.page = number
        frames = list(slide)
        titles = [frame for frame in frames if _class(frame) == "title"]
        words = [block.text for title in titles[:1] for block in reading.blocks(title)]
        yield ReaderBlock("title", " ".join(words), 1, number)
        for frame in frames:
            if frame not in titles[:1] and name_of(frame) != "notes":
                yield from reading.blocks([frame])
        for notes in slide.iterchildren("{*}notes"):
            yield from reading.blocks(notes)


def _class(frame: Any) -> str:
    return next((value for key, value in frame.attrib.items() if key.endswith("presentation:1.0}class")), "")
