"""Markup that a record keeps as a text: descriptions of shops, feeds and calendars, as what a page shows of them."""

from __future__ import annotations

import re
from html import unescape

_PAGE_TAGS = (
    "a|b|blockquote|br|div|em|figure|font|h[1-6]|html|html-blob|i|img|li|ol|p|pre|section|span|strong|table|u|ul"
)
_SHOWN_TAG = re.compile(rf"<(?:{_PAGE_TAGS})\b[^<>]{{0,2000}}>", re.IGNORECASE)
_WITHIN_TAGS = re.compile(
    rf"<(?:style|script|{_PAGE_TAGS})\b[^<>]{{0,2000}}>.*</?(?:{_PAGE_TAGS})\b[^<>]{{0,2000}}>",
    re.IGNORECASE | re.DOTALL,
)
_HIDDEN_PART = re.compile(r"<(script|style)\b[^<>]{0,2000}>[^<]{0,100000}</\1>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,2000}>")
_LINE_TAG = re.compile(r"<br\b[^<>]{0,99}>|</(?:p|div|li|ul|ol|tr|table|blockquote|h[1-6])>\n?", re.IGNORECASE)


def has_tags(text: str) -> bool:
    """Tell whether a text holds a tag of a page."""
    return "<" in text and _SHOWN_TAG.search(text) is not None


def is_markup(text: str) -> bool:
    """Tell whether a text is the markup of a page, from its first tag to its last: not one that only talks of tags."""
    return "<" in text and _WITHIN_TAGS.fullmatch(text.strip()) is not None


def without_tags(text: str) -> str:
    """Return what a page shows of markup, a line for each paragraph and each item."""
    return unescape(_TAG.sub("", _LINE_TAG.sub("\n", _HIDDEN_PART.sub("", text)))).strip()


def shown_text(text: str) -> str:
    """Return a text as it is, and of markup what a page shows."""
    return without_tags(text) if is_markup(text) else text
