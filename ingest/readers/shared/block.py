"""What a reader hands over to build.py, piece by piece."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types import Link, PageLine


@dataclass(frozen=True, slots=True)
class ReaderBlock:
    """What a reader hands over: a piece of text with its kind, as rag.types.Element knows them.

    A title without text ends the section it would replace.
    """

    kind: str  # title, text, list, row, code, furniture
    text: str
    level: int = 0  # of a title: 0 is the document's own, 1 the outermost heading
    page: int | None = None
    goes_on: bool = False  # the paragraph before goes on here (over a page's end)
    links: tuple[tuple[str, str], ...] = ()  # words of the text and where they lead, in order
    leads: tuple[Link, ...] = ()  # the same where their places are known; start and end count in ``text``
    lines: tuple[PageLine, ...] = ()  # likewise
