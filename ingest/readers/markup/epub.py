"""Reader of e-books (.epub): the chapters in the order of the spine, each read as the web page it is."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lxml import etree

from ingest.readers.markup.html_page import page_blocks
from ingest.readers.markup.xml_document import parse
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.decoding.text_decoding import decode
from ingest.readers.shared.left_out import CHAPTERS, leave_out
from ingest.readers.shared.unreadable import UnreadableError
from ingest.readers.shared.zip_checks import check_package, part
from rag.messages import Message
from rag.types import Document, Outcome

_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")  # fonts alone, not the text
_PAGE_TYPES = ("application/xhtml+xml", "text/html", "text/x-oeb1-document")
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w:.-]+)", re.IGNORECASE)


def read(path: Path) -> Document:
    """Read an e-book. Raises UnreadableError for one with DRM or without chapters."""
    check_package(path, Message("an e-book"))
    with zipfile.ZipFile(path) as archive:
        _check_lock(archive)
        return build(list(_blocks(archive)), READERS[".epub"].media_type)


def _check_lock(archive: zipfile.ZipFile) -> None:
    data = part(archive, "META-INF/encryption.xml")
    for method in _all(parse(data), "EncryptionMethod") if data else ():
        if method.get("Algorithm") not in _FONTS:
            raise UnreadableError(Outcome.ENCRYPTED, Message("its text is locked (DRM)"))


def _blocks(archive: zipfile.ZipFile) -> Iterator[ReaderBlock]:
    container = parse(part(archive, "META-INF/container.xml"))
    name = next((node.get("full-path", "") for node in _all(container, "rootfile")), "")
    book = parse(part(archive, name))
    items = {item.get("id"): item for item in _all(book, "item")}
    titles = _titles(archive, name, items.values())
    for title in list(_all(book, "title"))[:1]:
        yield ReaderBlock("title", "".join(title.itertext()), 0)
    names = {each.casefold(): each for each in archive.namelist()}
    read_already: set[str] = set()  # a spine may name one chapter a hundred thousand times
    spine = [items.get(reference.get("idref")) for reference in _all(book, "itemref")]
    for item in (*spine, *items.values()):  # pages outside the spine, which links lead to, come last
        if item is None or item.get("media-type") not in _PAGE_TYPES or "nav" in (item.get("properties") or "").split():
            continue
        place = _beside(name, item.get("href", ""))
        if place in read_already:
            continue
        read_already.add(place)
        stored = names.get(place.casefold(), "")  # a file system may not tell "Two.xhtml" from "two.xhtml"
        if not stored:
            leave_out(CHAPTERS)
            continue
        blocks = list(page_blocks(_page(part(archive, stored))))
        if place in titles and not any(block.kind == "title" for block in blocks):
            yield ReaderBlock("title", titles[place], 1)
        yield from blocks


def _page(data: bytes) -> str:
    declared = _DECLARED.match(data)
    return decode(data, declared.group(1).decode("ascii") if declared else "")


def _titles(archive: zipfile.ZipFile, name: str, items: Any) -> dict[str, str]:
    """Return chapter file -> its title in the table of contents."""
    titles: dict[str, str] = {}
    for item in items:
        place = _beside(name, item.get("href", ""))
        try:
            if item.get("media-type") == "application/x-dtbncx+xml":
                for point in _all(parse(part(archive, place)), "navPoint"):
                    target = next((node.get("src", "") for node in _all(point, "content")), "")
                    label = next(("".join(node.itertext()) for node in _all(point, "text")), "")
                    titles.setdefault(_beside(place, target), label)
            elif "nav" in (item.get("properties") or "").split():
                for anchor in _all(parse(part(archive, place)), "a"):
                    titles.setdefault(_beside(place, anchor.get("href", "")), "".join(anchor.itertext()))
        except etree.XMLSyntaxError:  # the chapters can do without
            continue
    return titles


def _beside(name: str, href: str) -> str:
    """Return the archive name of a link's target, relative to the file that holds it."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(href.partition("#")[0])))


def _all(tree: Any, name: str) -> Iterator[Any]:
    return (node for node in tree.iter(f"{{*}}{name}"))
