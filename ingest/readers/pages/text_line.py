"""The contents of a PDF's pages: lines as they are set, and the file's outline."""

from __future__ import annotations

from dataclasses import dataclass

import regex

from rag.text.scripts import ENDS
from rag.types import Link

CELL_GAP = 1.0  # times the letter size: a wider gap within a line separates a table's cells
HALF_LETTER = 0.3  # times the letter size: how far the middle of small letters lies above the base line
PARAGRAPH_END = regex.compile(rf"[{ENDS}:;：；][\"”»')\]」』）]*$")


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line as set on a page. Lengths in points, along and across the writing direction."""

    cells: tuple[str, ...]  # more than one where wide gaps divide it
    left: float
    right: float
    base: float  # grows upwards
    size: float
    bold: bool
    page: int
    running: bool = False  # repeated at the edge of most pages; kept on the first of them
    box: tuple[float, float, float, float] | None = None  # as rag.types.PageLine has it: on the page as it is shown
    links: tuple[Link, ...] = ()  # start and end count in ``text``
    turns: int = 0  # quarters counter-clockwise that its letters are rotated on the page's plane
    spans: tuple[tuple[float, float], ...] = ()  # left and right of each cell, where known
    paragraph: int = 0  # of a scan's layout, which then decides what belongs together
    compounds: frozenset[str] = frozenset()  # what stands elsewhere behind its last word and a hyphen

    @property
    def text(self) -> str:
        """Its words, whatever lies between them."""
        return " ".join(self.cells)


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """An entry of a file's outline; its level counts from 1, the outermost."""

    title: str
    level: int
    page: int
