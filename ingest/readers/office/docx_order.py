"""Puts a Word file's text where python-docx looks for it, in reading order, before it is read.

Insertions not yet accepted, content controls and text boxes lie where python-docx does not look; deletions and hidden
words lie where it does.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingest.readers.markup.xml_document import parse
from ingest.readers.office.docx_marks import SIGNS, RunLayout, style_layouts, write_marks
from ingest.readers.shared.zip_checks import part

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_INLINE_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}inline"
_NO_WORDS = tuple(f"{_W}{name}" for name in ("pPr", "bookmarkStart", "bookmarkEnd", "proofErr"))
_DELETED_TAGS = (f"{_W}del", f"{_W}moveFrom", f"{_MC}Fallback")
_WRAPPERS = (f"{_W}ins", f"{_W}moveTo", f"{_W}smartTag", f"{_W}customXml", f"{_W}fldSimple")
_REVISION_MARKS = (
    b"w:del ",
    b"w:moveFrom ",
    b"w:ins ",
    b"w:sdt>",
    b"w:smartTag ",
    b"w:fldSimple ",
    b"w:vanish",
    b"txbxContent",
)
_DOCX_PARTS = (
    *("word/document.xml", "word/header", "word/footer", "word/footnotes.xml", "word/endnotes.xml"),
    "word/comments.xml",
)


def in_reading_order(path: Path) -> Path | io.BytesIO:
    """Return the file itself where nothing is to be moved, else a copy in memory."""
    with zipfile.ZipFile(path) as archive:
        changed = {}
        styles = style_layouts(part(archive, "word/styles.xml"))
        signs = (*_REVISION_MARKS, *SIGNS, *(f'w:val="{name}"'.encode() for name in styles))
        for name in archive.namelist():
            if name.startswith(_DOCX_PARTS) and name.endswith(".xml"):
                data = part(archive, name)
                if any(sign in data for sign in signs):
                    changed[name] = _put_in_order(data, styles)
        if not changed:
            return path
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as made:
            for entry in archive.infolist():
                made.writestr(entry.filename, changed.get(entry.filename) or archive.read(entry))
    copy.seek(0)
    return copy


def _put_in_order(data: bytes, styles: Mapping[str, RunLayout]) -> bytes:
    from lxml import etree

    tree = parse(data)
    for node in list(tree.iter(*_DELETED_TAGS)):
        if not _is_mark(node):
            _remove(node)
    for run in list(tree.iter(f"{_W}r")):
        vanish = run.find(f"{_W}rPr/{_W}vanish")
        if vanish is not None and vanish.get(f"{_W}val") not in ("0", "false", "off"):
            _remove(run)
    for node in list(tree.iter(*_WRAPPERS)):
        if not _is_mark(node):
            _replace(node, list(node))
    for node in list(tree.iter(f"{_W}sdt")):
        _open_control(node)
    for box in reversed(list(tree.iter(f"{_W}txbxContent"))):  # the innermost first
        if next(box.iterancestors(_INLINE_DRAWING), None) is not None:  # inline, and read there
            continue
        paragraph = next(box.iterancestors(f"{_W}p"), None)
        if paragraph is not None and paragraph.getparent() is not None:
            at = paragraph.getparent().index(paragraph) + 1
            for offset, child in enumerate(list(box)):
                paragraph.getparent().insert(at + offset, child)
    write_marks(tree, styles)
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True))


def _open_control(control: Any) -> None:
    """Put a content control's words in its place, behind its label where the paragraph has no other words."""
    content, settings = control.find(f"{_W}sdtContent"), control.find(f"{_W}sdtPr")
    empty = settings is not None and settings.find(f"{_W}showingPlcHdr") is not None  # it shows what to type there
    inside = list(content) if content is not None and not empty else []
    paragraph = next(control.iterancestors(f"{_W}p"), None)
    alias = settings.find(f"{_W}alias") if settings is not None else None
    runs = [node for node in inside if node.tag == f"{_W}r"]
    alone = paragraph is not None and all(each is control or each.tag in _NO_WORDS for each in paragraph)
    if alias is not None and runs and alone:
        label = runs[0].makeelement(f"{_W}r")
        words = label.makeelement(f"{_W}t")
        words.text = f"{alias.get(f'{_W}val', '').strip().rstrip(':')}: "
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        label.append(words)
        inside = [label, *inside]
    _replace(control, inside)


def _is_mark(node: Any) -> bool:
    """Tell whether a node marks that a paragraph's end or a row was inserted or deleted; it holds no text."""
    around = node.getparent()
    return around is None or around.tag in (f"{_W}rPr", f"{_W}trPr", f"{_W}tcPr", f"{_W}numPr")


def _remove(node: Any) -> None:
    around = node.getparent()
    if around is not None:
        around.remove(node)


def _replace(node: Any, children: list[Any]) -> None:
    around = node.getparent()
    if around is None:
        return
    at = around.index(node)
    around.remove(node)
    for offset, child in enumerate(children):
        if child.tag not in (f"{_W}sdtPr", f"{_W}smartTagPr", f"{_W}customXmlPr"):
            around.insert(at + offset, child)
