"""Running headers, footers and page numbers: lines that come again at one place of most pages. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ingest.readers.pages.text_line import PARAGRAPH_END, TextLine

LONGEST_PAGE_NUMBER = 60  # characters, with the words around it
PAGE_NUMBER_GAP = 1.6  # a page number is more than this many times its letter size above or below the text
EDGE_LINES = 3  # lines at the top and bottom of a page that may be a running header or footer
MAX_LINE_DROP = 1.75  # times the letter size: how far below a line the next one of its paragraph stands

_PAGE_NUMBER_DIGITS = re.compile(r"\d+")


def without_running(lines: list[TextLine], is_large: Callable[[TextLine], bool]) -> list[TextLine]:
    """Return the lines without headers, footers and page numbers repeated on most pages; their words are kept once.

    ``is_large`` tells of a line whether its letters are those of a heading. Lines of the text that come again at one
    place by chance are kept.
    """
    pages: defaultdict[int, list[TextLine]] = defaultdict(list)
    for line in lines:
        pages[line.page].append(line)
    if len(pages) < 2:
        return lines
    places: defaultdict[tuple[str, int], list[TextLine]] = defaultdict(list)
    for own in pages.values():
        for line in _edge(own):
            places[_place(line)].append(line)
    dropped: set[int] = set()
    once: set[int] = set()
    said: set[str] = set()
    often = [each for each in places.values() if len({line.page for line in each}) >= max(2, 0.4 * len(pages))]
    unchanging = {id(line) for same in often if len({line.text for line in same}) == 1 for line in same}
    for same in often:
        texts = {line.text for line in same}
        if len(texts) > 1 and not _counts_pages(same, pages, is_large, unchanging):
            continue
        if len(texts) == 1 and 2 * sum(_is_in_text(line, pages[line.page], unchanging) for line in same) >= len(same):
            continue
        dropped.update(map(id, same))
        if len(texts) == 1 and not texts <= said and any(map(str.isalpha, same[0].text)):
            said |= texts  # words, not a counter
            dropped.remove(id(same[0]))
            once.add(id(same[0]))
    for own in pages.values():
        if dropped.issuperset(map(id, own)):  # a page that would be left empty holds just that
            dropped.difference_update(map(id, own))
    return [replace(line, running=True) if id(line) in once else line for line in lines if id(line) not in dropped]


def _counts_pages(
    same: Sequence[TextLine],
    pages: Mapping[int, Sequence[TextLine]],
    is_large: Callable[[TextLine], bool],
    unchanging: set[int],
) -> bool:
    """Tell whether lines that differ in their numbers are page numbers, and not "Chapter 1", "Chapter 2" and so on."""
    offsets = [{int(number) - line.page for number in _PAGE_NUMBER_DIGITS.findall(line.text)[:4]} for line in same]
    if not set.intersection(*offsets):
        return False
    for line in same:
        if len(line.text) > LONGEST_PAGE_NUMBER or PARAGRAPH_END.search(line.text):
            return False
        others = [
            other.base
            for other in pages[line.page]
            if abs(other.base - line.base) > 0.5 * line.size and id(other) not in unchanging
        ]
        below = all(other > line.base + PAGE_NUMBER_GAP * line.size for other in others)
        above = all(other < line.base - PAGE_NUMBER_GAP * line.size for other in others)
        if not below and not (above and not is_large(line)):
            return False
    return True


def _is_in_text(line: TextLine, page: Sequence[TextLine], unchanging: set[int]) -> bool:
    """Tell whether a line is one of its page's text: said again elsewhere on the page, or part of a paragraph there.

    ``unchanging`` are the lines that come again on other pages.
    """
    if any(other.text == line.text and other.size == line.size and id(other) not in unchanging for other in page):
        return True
    at = next(place for place, other in enumerate(page) if other is line)
    first, last = at, at
    while first and _goes_on(page[first - 1], page[first]):
        first -= 1
    while last + 1 < len(page) and _goes_on(page[last], page[last + 1]):
        last += 1
    return any(id(other) not in unchanging for other in page[first : last + 1])


def _goes_on(before: TextLine, line: TextLine) -> bool:
    """Tell whether a sentence runs from one line, which it fills, to the next."""
    drop, width = before.base - line.base, line.right - line.left
    near = 0 < drop <= MAX_LINE_DROP * line.size and abs(before.size - line.size) <= 0.12 * line.size
    full = before.right >= line.right - 0.2 * width and line.left <= before.left + line.size
    return near and full and line.text[:1].islower() and not PARAGRAPH_END.search(before.text)


def _edge(lines: list[TextLine]) -> list[TextLine]:
    ordered = sorted(lines, key=lambda line: -line.base)
    return ordered[:EDGE_LINES] + ordered[EDGE_LINES:][-EDGE_LINES:]


def _place(line: TextLine) -> tuple[str, int]:
    return _PAGE_NUMBER_DIGITS.sub("#", line.text.strip().lower()), round(line.base / 8)
