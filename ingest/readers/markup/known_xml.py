"""XML of a known kind, told by its root: books (FictionBook), notes (Evernote), feeds (RSS, Atom), phones' messages.

Works on trees that xml_document.py has parsed, which resolves no external entity. Markup that is kept as text within
them is read as the web page it is.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from lxml import etree

from ingest.readers.markup import phone_backup
from ingest.readers.markup.html_marks import TICKED, UNTICKED
from ingest.readers.markup.html_page import page_blocks
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import clean
from ingest.readers.shared.left_out import CIPHERS, leave_hole
from ingest.readers.shared.members import Attachment
from ingest.readers.shared.raised import LOWERED, RAISED, in_one_line

_TODO = re.compile(r"<en-todo\b(?:[^<>]{0,99}(checked=[\"']true))?[^<>]{0,99}>(?:</en-todo>)?")
_CIPHER = re.compile(r"<en-crypt\b[^<>]{0,999}>[^<>]*</en-crypt>")
MAX_SECTION_DEPTH = 50  # sections of a book within sections


@dataclass(frozen=True, slots=True)
class KnownXml:
    """The blocks of a file, its media type, and the files in it."""

    blocks: Iterator[ReaderBlock]
    media_type: str
    attachments: tuple[Attachment, ...] = ()


def blocks(tree: Any) -> KnownXml | None:
    """Return what a file of a known kind holds; None for any other XML."""
    known = _KNOWN_ROOTS.get(_name(tree))
    needed = _NEEDED_CHILDREN.get(_name(tree))
    if known is None or (needed and next(_children(tree, *needed), None) is None):
        return None
    read, suffix = known
    files = phone_backup.pictures(tree) if suffix == ".xml" else _resources(tree)
    return KnownXml(read(tree), READERS[suffix].media_type, tuple(files))


def _name(node: Any) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _children(node: Any, *names: str) -> Iterator[Any]:
    return (child for child in node if _name(child) in names)


def _first(node: Any, *names: str) -> Any:
    return next(_children(node, *names), None)


def _text(node: Any) -> str:
    return "" if node is None else " ".join("".join(node.itertext()).split())


def _line(node: Any) -> str:
    """Return a paragraph in which raised and lowered figures keep their meaning."""
    if next(node.iter("{*}sup", "{*}sub"), None) is None:
        return _text(node)
    return " ".join(in_one_line(_runs(node)).split())


def _runs(node: Any) -> Iterator[tuple[str, int]]:
    """Yield the texts in a node with their places, without recursion."""
    places = [0]
    for event, each in etree.iterwalk(node, events=("start", "end")):
        name = _name(each)
        if event == "start":
            places.append({"sup": RAISED, "sub": LOWERED}.get(name, places[-1]))
            yield each.text or "" if name else "", places[-1]
        else:
            places.pop()
            if each is not node:
                yield each.tail or "", places[-1]


def _facts(cells: dict[str, str]) -> ReaderBlock:
    return ReaderBlock(
        "text", "\n".join(f"{label}: {clean(value, lines=False)}" for label, value in cells.items() if value)
    )


def _book(tree: Any) -> Iterator[ReaderBlock]:
    for description in _children(tree, "description"):
        for about in _children(description, "title-info"):
            yield ReaderBlock("title", _text(_first(about, "book-title")), 0)
            series = _first(about, "sequence")
            yield _facts(
                {
                    "Author": ", ".join(map(_person, _children(about, "author"))),
                    "Translator": ", ".join(map(_person, _children(about, "translator"))),
                    "Genre": ", ".join(map(_text, _children(about, "genre"))),
                    "Series": " ".join(filter(None, (series.get("name"), series.get("number"))))
                    if series is not None
                    else "",
                    "Date": _text(_first(about, "date")),
                    "Publisher": ", ".join(_published(description)),
                }
            )
            for annotation in _children(about, "annotation"):
                yield from _section(annotation, 1)
    for body in _children(tree, "body"):
        yield ReaderBlock("title", body.get("name", ""), 1)
        yield from _section(body, 1)
        yield ReaderBlock("title", "", 1)


def _published(description: Any) -> Iterator[str]:
    for about in _children(description, "publish-info"):
        yield from filter(None, (_text(_first(about, name)) for name in ("publisher", "city", "year")))
        if isbn := _text(_first(about, "isbn")):
            yield f"ISBN {isbn}"


def _person(node: Any) -> str:
    names = (_text(_first(node, part)) for part in ("first-name", "middle-name", "last-name"))
    return " ".join(filter(None, names)) or _text(_first(node, "nickname"))


def _section(node: Any, level: int) -> Iterator[ReaderBlock]:
    """Yield what stands in a section, without recursion beyond MAX_SECTION_DEPTH."""
    own = min(level, MAX_SECTION_DEPTH)
    for child in node:
        match _name(child):
            case "title":
                yield ReaderBlock("title", " ".join(map(_text, child)) or _text(child), own)
            case "subtitle" if not any(map(str.isalnum, _text(child))):
                yield ReaderBlock("text", _text(child))  # "* * *" divides scenes and names none
            case "subtitle":
                yield ReaderBlock("title", _text(child), own + 1)
            case "section" if level < MAX_SECTION_DEPTH:
                yield from _section(child, level + 1)
                yield ReaderBlock("title", "", own + 1)
            case "poem" | "stanza" | "epigraph" | "cite" | "annotation" if level < MAX_SECTION_DEPTH:
                verses = [_text(verse) for verse in _children(child, "v")]
                yield ReaderBlock("text", "\n".join(verses))
                yield from _quoted(child, level + 1)
            case "table":
                yield from page_blocks(etree.tostring(_without_namespace(child), encoding="unicode"))
            case "image" | "empty-line" | "binary" | "v":
                continue
            case _:
                yield ReaderBlock("text", _line(child), links=_links(child))


def _quoted(node: Any, level: int) -> Iterator[ReaderBlock]:
    """Yield a poem or a quotation: its title is no heading of what follows it."""
    for block in _section(node, level):
        yield ReaderBlock("text", block.text) if block.kind == "title" else block


def _links(node: Any) -> tuple[tuple[str, str], ...]:
    found = []
    for anchor in node.iter("{*}a"):
        target = next((value for key, value in anchor.attrib.items() if key.endswith("href")), "")
        if not target.startswith("#"):
            found.append((_text(anchor), target))
    return tuple(found)


def _without_namespace(node: Any) -> Any:
    for each in node.iter(etree.Element):
        each.tag = _name(each).replace(":", "") or "div"  # a damaged one may be no name at all
    etree.cleanup_namespaces(node)
    return node


def _notes(tree: Any) -> Iterator[ReaderBlock]:
    """Yield Evernote's notes: title, dates, tags and the page that each is."""
    for note in _children(tree, "note"):
        yield ReaderBlock("title", _text(_first(note, "title")), 1)
        attributes = _first(note, "note-attributes")
        attached = [_text(name) for name in note.iter("{*}file-name")]
        yield _facts(
            {
                "Created": _stamp(_text(_first(note, "created"))),
                "Updated": _stamp(_text(_first(note, "updated"))),
                "Tags": ", ".join(map(_text, _children(note, "tag"))),
                "Author": _text(_first(attributes, "author")) if attributes is not None else "",
                "Source": _text(_first(attributes, "source-url")) if attributes is not None else "",
                "Attachments": ", ".join(filter(None, attached)),
            }
        )
        content = _first(note, "content")
        markup = "".join(content.itertext()) if content is not None else ""
        markup = _TODO.sub(lambda box: f"{TICKED if box[1] else UNTICKED} ", markup)
        yield from _page(_CIPHER.sub(lambda _: leave_hole(CIPHERS), markup), 1)


def _resources(tree: Any) -> Iterator[Attachment]:
    """Yield the files in notes; nobody misses the words of a picture within a note."""
    for resource in tree.iter("resource"):
        kind, data = _text(_first(resource, "mime")), _first(resource, "data")
        name = next(map(_text, resource.iter("file-name")), "") or f"attachment.{kind.rpartition('/')[2]}"
        try:
            content = binascii.a2b_base64((data.text or "").encode("ascii", "replace")) if data is not None else b""
        except binascii.Error:
            content = b""
        if content:
            yield Attachment(name, content, inline=kind.startswith("image/"))


def _stamp(stamp: str) -> str:
    """Return "20240309T101010Z" as "2024-03-09 10:10"."""
    digits = stamp.replace("T", "").rstrip("Z")
    if len(digits) != 14 or not digits.isdecimal():
        return stamp
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]} {digits[8:10]}:{digits[10:12]}"


def _page(markup: str, below: int) -> Iterator[ReaderBlock]:
    """Yield the blocks of markup that was kept as text, its headings below a level."""
    for block in page_blocks(markup) if markup.strip() else ():
        yield replace(block, level=block.level + below) if block.kind == "title" else block


def _feed(tree: Any) -> Iterator[ReaderBlock]:
    """Yield the entries of a feed: title, who, when, where, and what it says."""
    channel = _first(tree, "channel")
    about = tree if channel is None else channel
    yield ReaderBlock("title", _text(_first(about, "title")), 1)
    yield from _page(_markup(_first(about, "description", "subtitle")), 1)
    entries = [*_children(about, "item", "entry"), *(_children(tree, "item") if about is not tree else ())]
    for entry in entries:
        yield ReaderBlock("title", " ".join(_plain(_text(_first(entry, "title"))).split()), 2)
        author = _first(entry, "author", "creator")
        yield _facts(
            {
                "Date": _text(_first(entry, "pubDate", "published", "date", "updated")),
                "Author": _text(_first(author, "name")) or _text(author) if author is not None else "",
                "Categories": ", ".join(
                    filter(None, (_text(each) or each.get("term", "") for each in _children(entry, "category")))
                ),
                "Link": _link(entry),
            }
        )
        bodies = [_markup(_first(entry, name)) for name in ("encoded", "content", "description", "summary")]
        longest = max(bodies, key=len)
        yield from _page(longest, 2)
        for comment in _children(entry, "comment"):  # as WordPress exports them
            words = _text(_first(comment, "comment_content"))
            yield _facts({_text(_first(comment, "comment_author")) or "Comment": _plain(words)})


def _link(entry: Any) -> str:
    links = list(_children(entry, "link"))
    shown = next((each for each in links if each.get("rel", "alternate") == "alternate"), None)
    return "" if shown is None else _text(shown) or shown.get("href", "")


def _plain(markup: str) -> str:
    return " ".join(block.text for block in page_blocks(markup)) if "<" in markup or "&" in markup else markup


def _markup(node: Any) -> str:
    """Return the markup in an element: as text, or as elements of its own."""
    if node is None:
        return ""
    if len(node):
        inner = (_without_namespace(child) for child in node if isinstance(child.tag, str))
        return escape(node.text or "") + "".join(etree.tostring(each, encoding="unicode") for each in inner)
    return node.text or ""


_NEEDED_CHILDREN = {"RDF": ("item",), "smses": ("sms", "mms"), "calls": ("call",)}
_Blocks = Callable[[Any], Iterator[ReaderBlock]]
_KNOWN_ROOTS: dict[str, tuple[_Blocks, str]] = {
    "FictionBook": (_book, ".fb2"),
    "en-export": (_notes, ".enex"),
    "rss": (_feed, ".rss"),
    "feed": (_feed, ".atom"),
    "RDF": (_feed, ".rss"),
    "smses": (phone_backup.messages, ".xml"),
    "calls": (phone_backup.calls, ".xml"),
}
