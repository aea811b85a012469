"""Reader of any XML: text as paragraphs, records as rows of ``name: value``, titles as headings.

Books, notes and feeds are read as what they are (known_xml.py).
No external entity is ever resolved, internal ones cannot expand without limit, and nothing is fetched.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import etree

from ingest.readers.markup import known_xml
from ingest.readers.markup.html_page import MOST_ATTRIBUTES, page_blocks, too_many_attributes
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build, joined_remarks
from ingest.readers.shared.decoding.kept_markup import shown_text
from ingest.readers.shared.members import with_attachments
from ingest.readers.shared.unreadable import UnreadableError
from ingest.readers.shared.zip_checks import check_package, part
from rag.messages import Message
from rag.types import Document, Outcome

LONG_TEXT = 200  # characters; a longer text is a paragraph
_TITLE_TAGS = frozenset("title head heading headline subject".split())


def read(path: Path) -> Document:
    """Read an XML file. Raises UnreadableError where nothing of it can be read."""
    data = _content(path)
    tree, remark = _tree(data)
    if (found := known_xml.blocks(tree)) is not None:
        document = with_attachments(build(found.blocks, found.media_type), found.attachments)
        return replace(document, remark=joined_remarks((remark, document.remark)))
    if _name(tree) == "html":
        text = etree.tostring(tree, encoding="unicode")
        return build(page_blocks(text), READERS[".html"].media_type)
    document = build(_blocks(tree, 1), READERS[".xml"].media_type)
    return replace(document, remark=remark)


def _content(path: Path) -> bytes:
    """Return the bytes of the file, or of the one in the zip that a book is kept in."""
    with path.open("rb") as file:
        is_packed = file.read(2) == b"PK"
    if not is_packed:
        return path.read_bytes()
    check_package(path, Message("an e-book"))
    with zipfile.ZipFile(path) as archive:
        return part(archive, archive.namelist()[0])


def parse(data: bytes) -> Any:
    """Return the root of an XML document, such as a part of a package.

    Raises etree.XMLSyntaxError, ValueError, UnreadableError.
    """
    return _checked(etree.fromstring(data, _parser()))


def _checked(tree: Any) -> Any:
    """Return the tree. Raises UnreadableError where listing an element's attributes takes minutes."""
    if any(len(node.attrib) > MOST_ATTRIBUTES for node in tree.iter(etree.Element)):
        raise too_many_attributes()
    return tree


def _parser(**more: Any) -> Any:
    options: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    return etree.XMLParser(**{**options, "remove_comments": True, "remove_pis": True, **more})


def _tree(data: bytes) -> tuple[Any, str]:
    try:
        return _checked(etree.fromstring(data, _parser(resolve_entities="internal"))), ""
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = str(error).split(", line")[0][:120].lower() or Message("no XML")
    tree = etree.fromstring(data, _parser(recover=True)) if data.strip() else None
    if tree is None or not "".join(tree.itertext()).strip():
        raise UnreadableError(Outcome.FAILED, Message("it is damaged, or not an XML file ({why})", why=reason))
    return _checked(tree), Message("it is damaged; read as far as possible ({reason})", reason=reason)


def _name(node: Any) -> str:
    return str(etree.QName(node).localname) if isinstance(node.tag, str) else ""


def _blocks(node: Any, level: int) -> Iterator[ReaderBlock]:
    children = [child for child in node if isinstance(child.tag, str)]
    if not children or _is_prose(node, children):
        yield from _leaves(node, [node] if not children else [], level)
        if children:
            yield ReaderBlock("text", " ".join(_attributes(node)))
            yield ReaderBlock("text", _text(node))
        return
    leaves = [child for child in children if not len(child)]
    if len(leaves) == len(children):
        yield from _leaves(node, leaves, level)
        return
    yield ReaderBlock("row", " | ".join(_attributes(node)))
    waiting: list[Any] = []  # adjacent leaves
    titled = False
    for child in children:
        if not len(child):
            if _name(child) in _TITLE_TAGS and _text(child) and not titled:
                yield from _leaves(node, waiting, level, own=False)
                waiting, titled = [], True
                yield ReaderBlock("title", _text(child), level)
            else:
                waiting.append(child)
            continue
        yield from _leaves(node, waiting, level, own=False)
        waiting = []
        yield from _blocks(child, level + titled)
    yield from _leaves(node, waiting, level, own=False)
    if titled:
        yield ReaderBlock("title", "", level)


def _leaves(node: Any, leaves: list[Any], level: int, *, own: bool = True) -> Iterator[ReaderBlock]:
    """Yield elements without child elements: a record, one row; or paragraphs."""
    cells = _attributes(node) if own and leaves != [node] else []
    counts = Counter(map(_name, leaves))
    records = Counter(_name(leaf) for leaf in leaves if len(leaf.attrib) > 1)
    for leaf in leaves:
        text, attributes = _text(leaf), _attributes(leaf)
        if len(text) > LONG_TEXT or (counts[_name(leaf)] > 1 and not attributes) or leaves == [node]:
            yield ReaderBlock("row", " | ".join(cells))
            cells = []
            if attributes:
                yield ReaderBlock("row", " | ".join(attributes))
            yield ReaderBlock("text", text)
        elif records[_name(leaf)] > 1 and not text:
            yield ReaderBlock("row", " | ".join(cells))
            cells = []
            yield ReaderBlock("row", " | ".join(attributes))
        else:
            label = _name(leaf)
            cells.extend(
                filter(None, [f"{label}: {text}" if text else "", *(f"{label}.{each}" for each in attributes)])
            )
    yield ReaderBlock("row", " | ".join(cells))


def _attributes(node: Any) -> list[str]:
    return [
        f"{etree.QName(key).localname}: {value.strip()}"
        for key, value in node.attrib.items()
        if value.strip() and not key.startswith("{http://www.w3.org/")  # names of schemas and languages
    ]


def _is_prose(node: Any, children: list[Any]) -> bool:
    """Tell whether words stand beside the child elements, which then only mark some of them."""
    return bool((node.text or "").strip()) or any((child.tail or "").strip() for child in children)


def _text(node: Any) -> str:
    return " ".join(shown_text("".join(node.itertext())).split())
