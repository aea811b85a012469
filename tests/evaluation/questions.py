"""A question with its expected source."""

from __future__ import annotations

from rag.types import Citation, Passage


def passage(source: str, text: str) -> Passage:
    return Passage("d", source, text, 0, len(text), None, (), "en", 1.0)


def quote(source: str, text: str) -> Citation:
    return Citation("d", source, None, (), 0, len(text), text)
