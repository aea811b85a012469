"""Build a Document from blocks: clean text, each element's offsets and the headings above it, links, one language."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import accumulate, groupby

from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.decoding.base64_text import MIN_LINE, without_base64
from ingest.readers.shared.decoding.hidden_text import without_hidden
from ingest.readers.shared.furniture import mark_furniture
from rag.messages import Message, joined
from rag.text.detect import DETECTION_CHARS, detect_language
from rag.types import Document, Element, Link, PageLine

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Other control characters, lone surrogates, non-characters. Letters that nobody sees: rag/text/invisible.py.
_CONTROL_CHARS = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_TERMINAL_CODES = re.compile(
    "\x1b(?:\\[[0-?]{0,40}[ -/]{0,4}[@-~]|[\\]PX^_][^\x07\x1b]{0,400}(?:\x07|\x1b\\\\)|[()][0-9A-B])"
)
MAX_REMARK_CHARS = 2_000
_PROSE = ("title", "text", "list")
_SPACES = re.compile("[ \t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_AROUND_LINES = re.compile(r" *\n\s*")


_ADDRESS = re.compile(r"https?://[^\s<>\"'`«»|{}\\^]+[^\s<>\"'`«»|{}\\^.,;:!?\]…]")


def clean(text: str, *, lines: bool = True) -> str:
    """Return text without invisible characters: composed (NFC), plain spaces, single line ends (``lines``) or none."""
    if text.isascii() and text.isprintable() and "  " not in text and len(text) < MIN_LINE:  # most cells of a table
        return text.strip()
    text = _seen(text)
    text = _AROUND_LINES.sub("\n", _SPACES.sub(" ", unicodedata.normalize("NFC", text))).strip()
    return text if lines else text.replace("\n", " ")


def clean_code(text: str) -> str:
    """Clean code as :func:`clean` does, but keep inner spaces and empty lines: they carry meaning."""
    text = _seen(text).replace("\xa0", " ").expandtabs(4)
    return "\n".join(line.rstrip() for line in unicodedata.normalize("NFC", text).split("\n")).strip("\n")


def build(blocks: Iterable[ReaderBlock], media_type: str, pages: int | None = None) -> Document:
    """Return the document whose text is these blocks in order; empty ones are left out.

    Its links are those of the blocks, and the web addresses in the text.
    """
    parts: list[str] = []
    elements: list[Element] = []
    links: list[Link] = []
    lines: list[PageLine] = []
    headings: list[tuple[int, str]] = []
    length = 0
    previous: ReaderBlock | None = None
    for block in mark_furniture(list(blocks)):
        text = _cleaned(block.text, block.kind)
        if block.kind == "title":
            headings = [entry for entry in headings if entry[0] < block.level]
        if not text.strip():
            continue
        if previous is not None:
            between = _between(previous, block)
            parts.append(between)
            length += len(between)
        if block.kind == "title":
            headings.append((block.level, text))
        section = tuple(heading for heading, _ in groupby(heading for _, heading in headings))
        elements.append(Element(block.kind, length, length + len(text), block.page, section))
        place = _places(block, text)
        leads = [(*at, link.target) for link in block.placed_links if (at := place(link))]
        links.extend(Link(length + start, length + end, target) for start, end, target in _links(block, text, leads))
        lines.extend(
            replace(line, start=length + at[0], end=length + at[1]) for line in block.lines if (at := place(line))
        )
        parts.append(text)
        length += len(text)
        previous = block
    document = Document(
        "".join(parts), tuple(elements), media_type, pages=pages, links=tuple(links), lines=tuple(lines)
    )
    return replace(document, language=language_of(document.text, document.elements))


def joined_remarks(remarks: Iterable[str]) -> str:
    """Return different remarks as one; those that would make it too long are counted."""
    kept: list[str] = []
    left_out = 0
    for remark in dict.fromkeys(filter(None, remarks)):
        if sum(map(len, kept)) + len(remark) > MAX_REMARK_CHARS:
            left_out += 1
        else:
            kept.append(remark)
    more = Message("{number:,} more remarks", number=left_out) if left_out else ""
    return joined("; ", (*kept, more))


def join(first: Document, *others: tuple[tuple[str, ...], Document]) -> Document:
    """Join several documents to one, each of the others in a section of its own, such as a message's attachments.

    Printed lines are kept of the first alone: the others have no page that could be rendered.
    """
    text, elements, links = first.text, list(first.elements), list(first.links)
    for section, other in others:
        text += "\n\n" if text and other.text else ""
        by = len(text)
        text += other.text
        for element in other.elements:
            path = (*section, *element.section)
            elements.append(replace(element, start=element.start + by, end=element.end + by, section=path))
        links.extend(Link(link.start + by, link.end + by, link.target) for link in other.links)
    remark = joined_remarks((first.remark, *(other.remark for _, other in others)))
    language = language_of(text, elements)
    return replace(first, text=text, elements=tuple(elements), links=tuple(links), language=language, remark=remark)


def language_of(text: str, elements: Iterable[Element]) -> str:
    """Return the language of a text's prose, or of all of it where that says nothing."""
    prose: list[str] = []
    length = 0
    for element in elements:
        if element.kind in _PROSE and length < DETECTION_CHARS:
            prose.append(text[element.start : min(element.end, element.start + DETECTION_CHARS)])
            length += len(prose[-1])
    return detect_language("\n\n".join(prose)) or detect_language(text)


def _seen(text: str) -> str:
    if "\x1b" in text:  # the colours of a log: nothing of "[31m" is a word
        text = _TERMINAL_CODES.sub("", text)
    text = _CONTROL_CHARS.sub("", _LINE_ENDS.sub("\n", text))
    text = text if text.isascii() else without_hidden(text)
    return without_base64(text) if len(text) >= MIN_LINE else text


def _links(block: ReaderBlock, text: str, found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Return the spans of links in ``text``, in order and without overlap; some were ``found`` already."""
    at = 0
    for words, target in block.links:
        shown, target = clean(words, lines=block.kind == "text"), clean(target, lines=False)
        start = text.find(shown, at) if shown and target else -1
        if start >= 0:
            at = start + len(shown)
            found.append((start, at, target))
    if block.kind == "code" or "://" not in text:
        return found
    spans = sorted((start, end) for start, end, _ in found)
    ends = list(accumulate((end for _, end in spans), max))  # of all spans up to each
    for match in _ADDRESS.finditer(text):
        before = bisect_left(spans, (match.end(),))
        if not before or ends[before - 1] <= match.start():
            address = _without_lone_brackets(match.group())
            found.append((match.start(), match.start() + len(address), address))
    return sorted(found)


def _without_lone_brackets(address: str) -> str:
    """Return an address without the brackets at its end that are not opened in it, and signs before those."""
    lone = address.count(")") - address.count("(")
    while lone > 0 and address.endswith(")"):
        kept = address.rstrip(")")
        dropped = min(lone, len(address) - len(kept))
        lone -= dropped
        address = address[: len(address) - dropped].rstrip(".,;:!?")
    return address


def _cleaned(text: str, kind: str) -> str:
    return clean_code(text) if kind == "code" else clean(text, lines=kind == "text")


def _places(block: ReaderBlock, text: str) -> Callable[[Link | PageLine], tuple[int, int] | None]:
    """Return a function from a span of a block's text to its place in the cleaned ``text``; None: nowhere."""

    def place(span: Link | PageLine) -> tuple[int, int] | None:
        start, end = span.start, span.end
        if text != block.text:
            start, end = (len(_cleaned(block.text[:at], block.kind)) for at in (start, end))
        end = min(end, len(text))
        while start < end and text[start].isspace():
            start += 1
        return (start, end) if start < end else None

    return place


def _between(before: ReaderBlock, after: ReaderBlock) -> str:
    if after.continues and before.kind == after.kind:
        return " "
    if before.kind != after.kind or after.kind not in ("list", "row"):
        return "\n\n"
    lone = after.kind == "row" and (" | " not in before.text or " | " not in after.text)  # a line, not cells
    return "\n\n" if lone else "\n"
