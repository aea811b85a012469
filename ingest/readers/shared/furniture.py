"""Detects page furniture, tables of contents and running headers: text that is searched, but never an answer.

A table of contents is a run of entries that only point: a name with leader dots and a page, pages never falling (a
menu's prices do), or the headings of the document itself, in their order.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.readers.shared.block import ReaderBlock
from rag.text.sentences import leads

FURNITURE = "furniture"
LEAST_ENTRIES = 3
LONGEST_ENTRY = 200  # characters
LEAST_DOTS = 4  # of a leader
# Possessive, and begun only where no leader runs: a page of a million dots is no reason to hang.
_LEADER = r"(?<![.…·_])(?<![.…·]\s)(?:(?:\.\s?){4,}+|(?:…\s?){2,}+|(?:·\s?){4,}+|_{4,}+)"
_POINTS = re.compile(rf"{_LEADER}[\s|]*+(\d{{1,4}}|[ivxlc]{{1,7}})(?!\S)")
_PAGE = re.compile(r"[\s|]+(\d{1,4})$")
_MARK = re.compile(r"^(?:[-*•–—]\s+)?(?:\(?(?:\d+|\w)[.)]\s+)?(?:\d+(?:\.\d+)*\.?\s+)?")


@dataclass(frozen=True, slots=True)
class _ContentsEntry:
    """An entry of a table of contents: it points to a page, or to the headings at these places."""

    page: int | None
    titles: tuple[int, ...] = ()


def mark_furniture(blocks: Sequence[ReaderBlock]) -> list[ReaderBlock]:
    """Return the blocks, with those that only point marked as furniture; unchanged where nothing else is there."""
    titles: defaultdict[str, list[int]] = defaultdict(list)
    for at, block in enumerate(blocks):
        if block.kind == "title" and block.text.strip() and not _POINTS.search(block.text):
            titles[_letters(block.text)].append(at)
    pointing: set[int] = set()
    run: dict[int, list[_ContentsEntry]] = {}
    for at, block in enumerate(blocks):
        entries = _entries(block, titles)
        if entries and not (run and not _follows(run, entries)):
            run[at] = entries
        else:
            pointing |= _contents(blocks, run)
            run = {at: entries} if entries else {}
    pointing |= _contents(blocks, run)
    marked = [replace(each, kind=FURNITURE, level=0) if at in pointing else each for at, each in enumerate(blocks)]
    says = any(each.kind not in (FURNITURE, "title") and each.text.strip() for each in marked)
    return marked if says else [replace(each, kind="text") if each.kind == FURNITURE else each for each in blocks]


def _entries(block: ReaderBlock, titles: Mapping[str, Sequence[int]]) -> list[_ContentsEntry]:
    """Return the contents entries that a block consists of; none where it says more."""
    found = [*_POINTS.finditer(block.text)] if _may_point(block.text) else []
    if found and (found[-1].end() == len(block.text.rstrip()) or len(found) >= LEAST_ENTRIES):
        names = [start - end for end, start in pairwise([0, *(edge for each in found for edge in each.span())])][::2]
        if max(names) <= LONGEST_ENTRY:
            return [_ContentsEntry(int(each[1]) if each[1].isdecimal() else None) for each in found]
    if block.kind in ("title", "code", FURNITURE) or not titles:
        return []
    entries = []
    for line in filter(str.strip, block.text.split("\n")):
        entry = _titled(line, titles)
        if entry is None:
            return []
        entries.append(entry)
    return entries


def _may_point(text: str) -> bool:
    """Tell whether a text holds the signs of a leader: the fastest way to tell that most have none."""
    return text.count(".") >= LEAST_DOTS or "\u2026" in text or "\u00b7" in text or "____" in text


def _titled(line: str, titles: Mapping[str, Sequence[int]]) -> _ContentsEntry | None:
    if len(line) > LONGEST_ENTRY:
        return None
    page = _PAGE.search(line)
    name = line[: page.start()] if page else line
    for candidate in dict.fromkeys((name, _MARK.sub("", name), line, name.rpartition(": ")[2])):  # mostly one
        if places := titles.get(_letters(candidate)):
            return _ContentsEntry(int(page[1]) if page and candidate != line else None, tuple(places))
    return None


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold())) or "-"


def _follows(run: dict[int, list[_ContentsEntry]], entries: Sequence[_ContentsEntry]) -> bool:
    """Tell whether entries continue those before them: pages never fall, headings come in their order."""
    before = [each for held in run.values() for each in held]
    pages = [each.page for each in (*before, *entries) if each.page is not None]
    if pages != sorted(pages):
        return False
    return _in_order([each.titles for each in (*before, *entries) if each.titles])


def _in_order(places: Sequence[Sequence[int]]) -> bool:
    last = -1
    for each in places:
        following = [place for place in each if place > last]
        if not following:
            return False
        last = following[0]
    return True


def _contents(blocks: Sequence[ReaderBlock], run: dict[int, list[_ContentsEntry]]) -> set[int]:
    """Return the places of a run if it is a table of contents and not a list that a sentence introduces."""
    entries = [each for held in run.values() for each in held]
    if len(entries) < LEAST_ENTRIES or not _follows({}, entries):
        return set()
    first = min(run)
    led = first > 0 and blocks[first - 1].kind == "text" and leads(blocks[first - 1].text)
    return set() if led and all(each.page is None for each in entries) else set(run)
