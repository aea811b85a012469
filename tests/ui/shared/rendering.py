"""Markdown as a reader sees it."""

from __future__ import annotations

import html
import re

from markdown_it import MarkdownIt

READER = MarkdownIt("gfm-like", {"linkify": False, "html": True})


def rendered(markdown: str) -> str:
    return str(READER.render(markdown))


def words(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", markup)).split())
