"""Turn a PDF page's characters into lines: words, font size, position on the page as it is shown, and links."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise, repeat
from typing import Any

import pypdfium2.raw as raw

from ingest.readers.pages.text_line import CELL_GAP, HALF_LETTER, TextLine
from ingest.readers.pdf.letter_spacing import is_typed, word_gap
from ingest.readers.pdf.rules import PageRules
from ingest.readers.pdf.struck import without_struck
from ingest.readers.shared.raised import LOWERED, RAISED, lowered, raised
from rag.types import Link

MOST_LINKS = 2_000  # on one page
_HYPHENS = (0x02, 0xFFFE)  # where a hyphen divides a word at a line's end, pdfium puts this and no line end
_DIVIDES_LINES = frozenset({0x0A, 0x0D, *_HYPHENS})
_BOX_EDGES = tuple(ctypes.c_double() for _ in range(4))  # allocated once: a character's box is asked for at every gap
_FONT_NAME, _FONT_FLAGS = ctypes.create_string_buffer(256), ctypes.c_int()
_ORIGIN = ctypes.c_double(), ctypes.c_double()
_SCRIPT_SIGNS = frozenset("+-\u2212\u2013=")
SCRIPT_SIZE = 0.9  # times the letter size of the line: smaller characters off the line are raised or lowered
LEAST_RAISED, LEAST_LOWERED = 0.15, 0.1  # times the letter size
LONG_NUMBER = re.compile(r"\d{4}")
_NOTHING = -1  # in place of the second surrogate
_UNSEEN = frozenset({_NOTHING, 0, *(code for code in range(0x3001) if chr(code).isspace())})

Box = tuple[float, float, float, float]  # left, bottom, right, top


@dataclass(frozen=True, slots=True)
class PageView:
    """How a page is shown: the visible part of its plane, and its rotation in quarter turns clockwise."""

    visible: Box
    turns: int

    @classmethod
    def of(cls, page: Any) -> PageView:
        """Return the view of a page of pdfium."""
        rect = raw.FS_RECTF()
        if not raw.FPDF_GetPageBoundingBox(page.raw, rect):
            width, height = page.get_size()
            return cls((0.0, 0.0, width, height), 0)
        return cls((rect.left, rect.bottom, rect.right, rect.top), int(raw.FPDFPage_GetRotation(page.raw)) % 4)

    def shown(self, box: Box) -> Box | None:
        """Return a box in points from the lower left of the page as it is shown; None where it is not visible."""
        left, bottom = max(box[0], self.visible[0]) - self.visible[0], max(box[1], self.visible[1]) - self.visible[1]
        right, top = min(box[2], self.visible[2]) - self.visible[0], min(box[3], self.visible[3]) - self.visible[1]
        if left >= right or bottom >= top:
            return None
        width, height = self.visible[2] - self.visible[0], self.visible[3] - self.visible[1]
        for _ in range(self.turns):
            left, bottom, right, top = bottom, width - right, top, width - left
            width, height = height, width
        return round(left, 2), round(bottom, 2), round(right, 2), round(top, 2)


@dataclass(frozen=True, slots=True)
class LinkArea:
    """An area on a page's plane that links somewhere."""

    box: Box
    target: str

    def overlaps(self, box: Box) -> bool:
        """Tell whether it overlaps ``box``."""
        return self.box[0] < box[2] and box[0] < self.box[2] and self.box[1] < box[3] and box[1] < self.box[3]

    def contains(self, box: Box) -> bool:
        """Tell whether the centre of ``box`` lies in it."""
        across, up = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return self.box[0] <= across <= self.box[2] and self.box[1] <= up <= self.box[3]


def areas(pdf: Any, page: Any) -> Iterator[LinkArea]:
    """Yield the areas of a page that link to an address, as the file has it; nothing is followed."""
    at, link = ctypes.c_int(0), raw.FPDF_LINK()
    for _ in range(MOST_LINKS):
        if not raw.FPDFLink_Enumerate(page.raw, at, link):
            return
        action = raw.FPDFLink_GetAction(link)
        length = raw.FPDFAction_GetURIPath(pdf.raw, action, None, 0) if action else 0
        if length < 2:
            continue
        address = ctypes.create_string_buffer(length)
        raw.FPDFAction_GetURIPath(pdf.raw, action, address, length)
        if target := address.value.decode("utf-8", "replace").strip():
            yield from (LinkArea(box, target) for box in _link_boxes(link))


def _link_boxes(link: Any) -> Iterator[Box]:
    """Yield the boxes of a link, one for each of its lines where it names them, else its rectangle."""
    corners, rect = raw.FS_QUADPOINTSF(), raw.FS_RECTF()
    for number in range(min(raw.FPDFLink_CountQuadPoints(link), MOST_LINKS)):
        if raw.FPDFLink_GetQuadPoints(link, number, corners):
            across = (corners.x1, corners.x2, corners.x3, corners.x4)
            up = (corners.y1, corners.y2, corners.y3, corners.y4)
            yield min(across), min(up), max(across), max(up)
    if not raw.FPDFLink_CountQuadPoints(link) and raw.FPDFLink_GetAnnotRect(link, rect):
        yield (
            min(rect.left, rect.right),
            min(rect.bottom, rect.top),
            max(rect.left, rect.right),
            max(rect.bottom, rect.top),
        )


def lines(
    textpage: Any, page: int, view: PageView, links: Sequence[LinkArea] = (), rules: PageRules | None = None
) -> Iterator[TextLine]:
    """Yield the lines of a page in the file's order, without those outside its visible part.

    ``rules`` are the lines drawn on the page: the borders of a table divide cells however near their words stand.
    """
    count = textpage.count_chars()
    handle = textpage.raw
    codes = _whole(list(map(raw.FPDFText_GetUnicode, repeat(handle, count), range(count))))
    start = 0
    for at in (*(at for at, code in enumerate(codes) if code in _DIVIDES_LINES), count):
        hyphen = at < count and codes[at] in _HYPHENS
        if line := _line(handle, codes, start, at + hyphen, page, view, links, rules):
            yield line
        start = at + 1


def _whole(codes: list[int]) -> list[int]:
    """Combine surrogate pairs into whole characters."""
    if not any(0xD800 <= code < 0xE000 for code in codes):
        return codes
    for at in range(1, len(codes)):
        if 0xD800 <= codes[at - 1] < 0xDC00 <= codes[at] < 0xE000:
            codes[at - 1] = 0x10000 + ((codes[at - 1] - 0xD800) << 10) + codes[at] - 0xDC00
            codes[at] = _NOTHING
    return codes


def _line(
    handle: Any,
    codes: list[int],
    start: int,
    end: int,
    page: int,
    view: PageView,
    links: Sequence[LinkArea],
    rules: PageRules | None,
) -> TextLine | None:
    seen = [at for at, code in enumerate(codes[start:end], start) if code not in _UNSEEN]
    if not seen:
        return None
    own = _box(handle, seen[0], seen[-1] + 1)
    shown = view.shown(own) if own else None
    if own and not shown:
        return None
    middle = seen[len(seen) // 2]
    angle = max(0.0, raw.FPDFText_GetCharAngle(handle, middle))
    size = _size(handle, middle)
    near = [area for area in links if own and area.overlaps(own)]
    turns = round(angle / (math.pi / 2)) % 4
    base = _base(handle, middle, angle)
    borders = rules.borders_at(base + HALF_LETTER * size, turns) if rules else []
    strokes = rules.through(base, size, turns) if rules else []
    if strokes:
        seen = without_struck(
            seen, strokes, size, lambda at: _edges(handle, at, angle), lambda at: _base(handle, at, angle)
        )
    if not seen:
        return None
    letters = letters_of(handle, codes, seen, angle)
    gaps = _gaps(codes, seen)
    words_apart, typed = word_gap(handle, codes, seen, gaps, size, lambda at: _edges(handle, at, angle))
    cells: list[str] = []
    edges = [_edges(handle, seen[0], angle)[0]]
    part = "".join(letters[: gaps[0] if gaps else None])
    spaces: list[int] = []  # the gaps that are spaces in the line's text
    for gap, following in pairwise((*gaps, len(seen))):
        before, after = seen[gap - 1], seen[gap]
        ends, begins = _edges(handle, before, angle)[1], _edges(handle, after, angle)[0]
        word = "".join(letters[gap:following])
        if begins - ends > CELL_GAP * size + words_apart or (borders and _is_between(borders, ends, begins)):
            cells.append(part)
            edges += [ends, begins]
            part = word
            spaces.append(gap)
        elif not words_apart or begins - ends > words_apart or not (typed or not is_typed(handle, before, after)):
            part += f" {word}"
            spaces.append(gap)
        else:
            part += word
    cells.append(part)
    edges.append(_edges(handle, seen[-1], angle)[1])
    return TextLine(
        cells=tuple(cells),
        left=edges[0],
        right=edges[-1],
        base=base,
        size=size,
        bold=all(_is_bold(handle, at) for at in {seen[0], middle, seen[-1]}),
        page=page,
        box=shown,
        links=_links(handle, near, seen, letters, spaces) if near else (),
        spans=tuple(zip(edges[::2], edges[1::2], strict=True)),
        turns=turns,
    )


def _gaps(codes: Sequence[int], seen: Sequence[int]) -> list[int]:
    """Return the places in ``seen`` before which a space lies; the second half of a surrogate pair is none."""
    return [
        place
        for place, (before, at) in enumerate(pairwise(seen), 1)
        if at - before > 1 and any(code != _NOTHING for code in codes[before + 1 : at])
    ]


def _is_between(borders: Sequence[float], one: float, two: float) -> bool:
    """Tell whether a border stands between two places: a line may also go on at the left, in another cell."""
    return any(one <= border <= two or two <= border <= one for border in borders)


def letters_of(handle: Any, codes: Sequence[int], seen: Sequence[int], angle: float) -> list[str]:
    """Return the text of each character of a line, raised and lowered ones as raised.py writes them."""
    letters = list(map(chr, map(codes.__getitem__, seen)))
    if codes[seen[-1]] in _HYPHENS:
        letters[-1] = "-"
    if not any(map(str.isdigit, letters)):  # without figures nothing can be mistaken
        return letters
    places = _places(handle, letters, seen, angle)
    if not any(places):
        return letters
    for place, run in groupby(range(len(seen)), key=places.__getitem__):
        if place:
            first, *others = run
            text, before = "".join(letters[at] for at in (first, *others)), "".join(letters[max(0, first - 8) : first])
            if LONG_NUMBER.search(text):  # a line of letters of two sizes
                continue
            made = raised(text, before) if place > 0 else lowered(text, before)
            pieces = made if len(made) == len(text) else (made, *([""] * len(others)))
            letters[first : first + len(text)] = pieces
    return letters


def _places(handle: Any, letters: Sequence[str], seen: Sequence[int], angle: float) -> list[int]:
    """Return RAISED, LOWERED or 0 for each character: figures in smaller letters off the line, and what they join."""
    places = [0] * len(seen)
    usual: tuple[float, float] | None = None  # size and base of most of the line
    for at in range(1, len(seen)):
        joined = seen[at] == seen[at - 1] + 1
        letter = letters[at]
        follows = places[at - 1] or letters[at - 1].isdigit()
        if not joined or not (
            letter.isdigit() or letter in _SCRIPT_SIGNS or (follows and (letter.isalpha() or letter == ","))
        ):
            continue
        if usual is None:
            sizes = sorted((_size(handle, each), each) for each in (seen[0], seen[len(seen) // 2], seen[-1]))
            usual = sizes[1][0], _base(handle, sizes[1][1], angle)
        place = _place(handle, seen[at], angle, usual)
        if place and (places[at - 1] or not _place(handle, seen[at - 1], angle, usual)):  # else all is small there
            places[at] = place
    return places


def _place(handle: Any, at: int, angle: float, usual: tuple[float, float]) -> int:
    size, base = usual
    off = (_base(handle, at, angle) - base) / size
    if -LEAST_LOWERED < off < LEAST_RAISED or _size(handle, at) >= SCRIPT_SIZE * size:
        return 0
    return RAISED if off > 0 else LOWERED


def _base(handle: Any, at: int, angle: float) -> float:
    """Return how high the line of a character lies, across the writing direction."""
    raw.FPDFText_GetCharOrigin(handle, at, *_ORIGIN)
    x, y = _ORIGIN[0].value, _ORIGIN[1].value
    return float(y * math.cos(angle) - x * math.sin(angle)) if angle else float(y)


def _links(
    handle: Any, near: Sequence[LinkArea], seen: Sequence[int], letters: Sequence[str], spaces: Sequence[int]
) -> tuple[Link, ...]:
    """Return the links of a line's characters, counted in its text; consecutive characters make one link."""
    found: list[Link] = []
    divided = set(spaces)
    length = 0
    for place, (at, letter) in enumerate(zip(seen, letters, strict=True)):
        length += place in divided
        if letter:
            _add_link(found, near, _char_box(handle, at), length)
        length += len(letter)
    return tuple(found)


def _add_link(found: list[Link], near: Sequence[LinkArea], box: Box, at: int) -> None:
    """Record the link of the character at ``at``; consecutive characters make one link."""
    for area in near:
        if area.contains(box):
            if found and found[-1].target == area.target and at - found[-1].end <= 1:
                found[-1] = Link(found[-1].start, at + 1, area.target)
            else:
                found.append(Link(at, at + 1, area.target))
            return


def _box(handle: Any, start: int, end: int) -> Box | None:
    """Return what the characters from ``start`` to ``end`` cover of the page's plane."""
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    boxes = []
    for number in range(raw.FPDFText_CountRects(handle, start, end - start)):
        if raw.FPDFText_GetRect(handle, number, left, top, right, bottom):
            boxes.append((left.value, bottom.value, right.value, top.value))
    boxes = [box for box in boxes if box[0] < box[2] and box[1] < box[3]]
    if not boxes:
        return None
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def _char_box(handle: Any, at: int) -> Box:
    raw.FPDFText_GetCharBox(handle, at, *_BOX_EDGES)
    left, right, bottom, top = _BOX_EDGES
    return left.value, bottom.value, right.value, top.value


def _edges(handle: Any, at: int, angle: float) -> tuple[float, float]:
    """Return the left and right edge of a character along the writing direction."""
    if not angle:
        raw.FPDFText_GetCharBox(handle, at, *_BOX_EDGES)
        return _BOX_EDGES[0].value, _BOX_EDGES[1].value
    left, bottom, right, top = _char_box(handle, at)
    along = [x * math.cos(angle) + y * math.sin(angle) for x in (left, right) for y in (bottom, top)]
    return min(along), max(along)


def _size(handle: Any, at: int) -> float:
    """Return the visible size of a character: many files write at size 1 and enlarge by a matrix."""
    size = float(raw.FPDFText_GetFontSize(handle, at)) or 1.0
    matrix = raw.FS_MATRIX()
    if raw.FPDFText_GetMatrix(handle, at, matrix):
        size *= math.hypot(matrix.c, matrix.d) or 1.0
    return size


def _is_bold(handle: Any, at: int) -> bool:
    if raw.FPDFText_GetFontWeight(handle, at) >= 600:
        return True
    name = _FONT_NAME
    length = raw.FPDFText_GetFontInfo(handle, at, name, len(name), _FONT_FLAGS)
    if length > len(name):
        name = ctypes.create_string_buffer(length)
        raw.FPDFText_GetFontInfo(handle, at, name, length, _FONT_FLAGS)
    lower = name.value.lower()
    return any(sign in lower for sign in (b"bold", b"black", b"heavy", b"-medi"))
