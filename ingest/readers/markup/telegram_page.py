"""Telegram's export of a conversation as web pages (messages.html), as the value that its JSON export would be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

SIGN = re.compile(r"""<div\s+class=["']message\s+(?:default|service)\b""")  # what such a page is known by
_SHOWN_DATE = re.compile(r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)")


def conversation(body: Any) -> dict[str, Any]:
    """Return a page's conversation: its name and its messages, each with its date, sender and text."""
    name = next(iter(_within(body, "page_header")), None)
    return {"name": "" if name is None else _text(name), "messages": list(_messages(body))}


def _messages(body: Any) -> Iterator[dict[str, Any]]:
    day = sender = ""
    for node in _outermost(body, "message"):
        if "service" in _classes(node):
            yield {"type": "service", "date": day, "text": _text(node)}
            continue
        own = next(iter(_within(node, "body")), node)
        shown = next(iter(_within(own, "date")), None)
        date = _SHOWN_DATE.search(shown.get("title") or "") if shown is not None else None
        day = f"{date[3]}-{date[2]}-{date[1]}" if date else ""
        forwarded = next(iter(_within(own, "forwarded")), None)
        first = next(iter(_within(own, "from_name")), None)
        if first is not None and not (forwarded is not None and first in _within(forwarded, "from_name")):
            sender = _text(first)  # a message without one has that of the one above
        yield {
            "type": "message",
            "date": f"{day}T{date[4]}" if date else "",
            "from": sender,
            "forwarded_from": _forwarded_from(forwarded),
            "text": "\n".join(filter(None, map(_text, _within(own, "text")))),
            "file": ", ".join(" ".join(" ".join(each.itertext()).split()) for each in _within(own, "media")),
        }


def _forwarded_from(node: Any) -> str:
    name = next(iter(_within(node, "from_name")), None) if node is not None else None
    if name is None:
        return ""
    return " ".join((name.text or "").split())  # the date stands in an element of its own


def _outermost(body: Any, name: str) -> Iterator[Any]:
    walker = etree.iterwalk(body, events=("start",), tag="div")
    for _, node in walker:
        if name in _classes(node):
            yield node
            walker.skip_subtree()


def _within(node: Any, name: str) -> list[Any]:
    return [each for each in node.iter("div", "a") if name in _classes(each) and each is not node]


def _classes(node: Any) -> list[str]:
    return str(node.get("class") or "").split()


def _text(node: Any) -> str:
    for line_break in node.iter("br"):
        line_break.tail = f" {line_break.tail or ''}"
    return " ".join(node.text_content().split())
