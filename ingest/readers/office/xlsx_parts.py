"""Parts of a workbook that openpyxl does not read: text boxes, and whether formulas were saved without results."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from typing import Any

from lxml import etree

from ingest.readers.markup.xml_document import parse
from ingest.readers.office.cells import CellCounter
from ingest.readers.shared.zip_checks import part

_NO_RESULT = re.compile(
    rb"<c\b([^<>]*)>\s*<f\b[^<>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"
)  # of a text, nothing may be the result
_XML_TAG = re.compile(r"<[^<>]*>")
_WORDS_BYTES = 100_000
_CELL_TAG = re.compile(rb"<(?:\w{1,32}:)?c[\s/>]")
_NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RUN, _TEXT = f"{_NAMESPACE}r", f"{_NAMESPACE}t"
_SHEETS = "xl/worksheets/"
_BLOCK_BYTES = 2**20
_LONGEST_CELL_TAG = 40  # bytes of what _CELL_TAG finds


class InlineText:
    """The text of a cell that holds it itself. openpyxl's own Text gives the same in ten times the time."""

    def __init__(self, content: str) -> None:
        self.content = content

    @classmethod
    def from_tree(cls, node: Any) -> InlineText:
        """Return the text of an element ``is``: of its runs, without how to pronounce them."""
        pieces = (node, *(child for child in node if child.tag == _RUN))
        return cls("".join(text.text or "" for piece in pieces for text in piece if text.tag == _TEXT))


def check_cells(archive: zipfile.ZipFile) -> None:
    """Raise UnreadableError where the sheets hold more cells than one document may.

    Counted before anything is parsed, which takes openpyxl minutes for so many.
    """
    counted = CellCounter()
    for name in archive.namelist():
        if name.startswith(_SHEETS) and name.endswith(".xml"):
            rest = b""
            with archive.open(name) as file:
                while block := file.read(_BLOCK_BYTES):
                    data = rest + block
                    begun = data.rfind(b"<", -_LONGEST_CELL_TAG)  # the tag may go on in the next block
                    rest = data[begun:] if begun >= 0 else b""
                    counted.add(len(_CELL_TAG.findall(data, 0, len(data) - len(rest))))


def special_cells(archive: zipfile.ZipFile) -> tuple[bool, bool]:
    """Return whether letters within a cell are raised, lowered or struck out, and whether a formula lacks its result.

    No spreadsheet program saves formulas without results, but libraries do.
    """
    strings = part(archive, "xl/sharedStrings.xml")
    rich, lacking = _is_rich(strings), False
    for name in archive.namelist():
        if name.startswith(_SHEETS) and name.endswith(".xml") and not (rich and lacking):
            data = part(archive, name)
            rich = rich or _is_rich(data)
            lacking = lacking or (
                b"<f" in data and any(b't="str"' not in cell[1] for cell in _NO_RESULT.finditer(data))
            )
    return rich, lacking


def words(archive: zipfile.ZipFile) -> str:
    """Return the words of a workbook's cells, enough to tell their language; some programs keep them in the sheets."""
    strings = (part(archive, "xl/sharedStrings.xml") or part(archive, f"{_SHEETS}sheet1.xml"))[:_WORDS_BYTES]
    return unescape(_XML_TAG.sub(" ", strings.decode("utf-8", "replace")))


def _is_rich(data: bytes) -> bool:
    return b"vertAlign" in data or b"<strike" in data


def drawn_texts(archive: zipfile.ZipFile) -> dict[str, list[str]]:
    """Return sheet name -> the paragraphs of its text boxes, what its pictures show, the titles of its charts."""
    if not any(name.startswith("xl/drawings/") for name in archive.namelist()):
        return {}
    found: dict[str, list[str]] = {}
    targets = _targets(archive, "xl/workbook.xml")
    for sheet in parse(part(archive, "xl/workbook.xml")).iter("{*}sheet"):
        target = next((targets.get(value, "") for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        for drawing in _targets(archive, target).values() if target else ():
            if "/drawings/" in drawing and drawing.endswith(".xml"):
                found.setdefault(sheet.get("name", ""), []).extend(_texts(archive, drawing))
    return found


def _targets(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    """Return relation id -> the part it names, of a part of the package."""
    folder, file = posixpath.split(name)
    data = part(archive, f"{folder}/_rels/{file}.rels")
    return {
        relation.get("Id", ""): posixpath.normpath(posixpath.join(folder, relation.get("Target", ""))).lstrip("/")
        for relation in (parse(data).iter("{*}Relationship") if data else ())
        if relation.get("TargetMode") != "External"
    }


def _texts(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    data = part(archive, name)
    tree = parse(data) if data else None
    if tree is None:
        return
    for node in tree.iter("{*}txBody", "{*}pic"):
        if etree.QName(node).localname == "pic":
            yield next((each.get("descr", "") for each in node.iter("{*}cNvPr")), "")
        else:
            yield from _paragraphs(node)
    for target in _targets(archive, name).values():
        if "/charts/chart" in target and (chart := part(archive, target)):
            for title in parse(chart).iter("{*}title"):
                yield from _paragraphs(title)


def _paragraphs(node: Any) -> Iterator[str]:
    for paragraph in node.iter("{*}p"):
        yield "".join(text.text or "" for text in paragraph.iter("{*}t"))
