"""The blocks that a reader hands to build.py."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types import Link, PageLine


@dataclass(frozen=True, slots=True)
class ReaderBlock:
    """A piece of text with its kind, as rag.types.Element defines them.

    A title without text ends the section it would replace.
    """

    kind: str  # title, text, list, row, code, furniture
    text: str
    level: int = 0  # of a title: 0 is the document's own, 1 the outermost heading
    page: int | None = None
    continues: bool = False  # continues the paragraph before it (across a page break)
    links: tuple[tuple[str, str], ...] = ()  # words of the text and their targets, in order
    placed_links: tuple[Link, ...] = ()  # links with known positions; start and end count in ``text``
    lines: tuple[PageLine, ...] = ()  # likewise
