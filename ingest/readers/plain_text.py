"""Reader of plain text: detects its paragraphs, lines, and tables made with tabs. Guesses no headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import compress, groupby, pairwise
from pathlib import Path

from ingest.readers.markup.mediawiki import is_wiki_text, wiki_blocks
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.decoding.text_decoding import decode
from ingest.readers.shared.tables import reads_as_header, table_blocks
from rag.types import Document

_TEXT_ITEM = re.compile(r"\s*(?:[-*+•–—]|\d{1,3}[.)]|[a-z\u0430-\u044f][.)])\s")
MAX_WRAP_WIDTH = 120  # characters; longer lines were not wrapped by hand
MIN_WRAP_WIDTH = 40
_MIN_FULL_LINES, _PROSE_SHARE = 4, 1 / 3  # share of lines after full ones that go on in a sentence
_MIN_COLUMNS, _MIN_ROWS, _SAME_CELLS = 3, 2, 0.7  # of a table; share of its rows with one number of cells
_SENTENCE_ENDS = tuple('.!?…»”"')


def read(path: Path) -> Document:
    """Read a text file. Raises UnreadableError where it is not text."""
    text = decode(path.read_bytes())
    if is_wiki_text(text):
        return build(wiki_blocks(text), "text/plain")
    return build(_blocks(text.replace("\r\n", "\n").replace("\r", "\n")), "text/plain")


def _blocks(text: str) -> Iterator[ReaderBlock]:
    """Yield paragraphs, and the rows of tables: "5" and "200" in two columns would else read as 5 200."""
    prose: list[str] = []
    for has_columns, group in groupby(text.split("\n"), key=_has_columns):
        lines = list(group)
        if not has_columns or not _is_table(lines):
            prose += lines
            continue
        yield from (ReaderBlock("text", part) for part in paragraphs("\n".join(prose)))
        prose = []
        rows = [line.split("\t") for line in lines]
        yield from table_blocks(rows, 1 if reads_as_header(rows[0]) else 0)
    yield from (ReaderBlock("text", part) for part in paragraphs("\n".join(prose)))


def _has_columns(line: str) -> bool:
    return line.count("\t") >= _MIN_COLUMNS - 1 and "\t" in line.strip() and not _TEXT_ITEM.match(line)


def _is_table(lines: list[str]) -> bool:
    """Tell whether lines have one number of cells, but for a few."""
    _, most = Counter(line.count("\t") for line in lines).most_common(1)[0]
    return len(lines) >= _MIN_ROWS and most >= _SAME_CELLS * len(lines)


def paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs of a text; hard-wrapped lines are joined, those of lists, poems and chats are not."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    lines = [line.rstrip() for line in text.split("\n")]
    width = _width(lines)
    groups = [list(group) for filled, group in groupby(lines, key=lambda line: bool(line.strip())) if filled]
    full = [[_is_full(before, line, width) for before, line in pairwise(group)] for group in groups]
    is_prose = _is_prose(groups, full)
    for group, full_lines in zip(groups, full, strict=True):
        yield "\n".join(_joined(group, full_lines, is_prose))


def _width(lines: list[str]) -> int:
    """Return the width at which a hard-wrapped text breaks its lines; 0 where it is not wrapped."""
    lengths = sorted(len(line) for line in lines if line.strip())
    if len(lengths) < 2:
        return 0
    widest = lengths[-1] if len(lengths) < 40 else lengths[int(len(lengths) * 0.98)]
    return widest if MIN_WRAP_WIDTH <= widest <= MAX_WRAP_WIDTH else 0


def _is_prose(groups: Sequence[list[str]], full: Sequence[list[bool]]) -> bool:
    """Tell whether sentences go on from full lines to the next, over the whole text."""
    after = [line for group, each in zip(groups, full, strict=True) for line in compress(group[1:], each)]
    return len(after) >= _MIN_FULL_LINES and sum(map(_goes_on, after)) >= _PROSE_SHARE * len(after)


def _joined(lines: list[str], full: list[bool], is_prose: bool) -> Iterator[str]:
    """Yield the lines of a paragraph; full ones with the one that they go on in."""
    at = 0
    while at < len(lines):
        end = at
        while end < len(full) and full[end]:
            end += 1
        if end > at and _is_wrapped(lines[at : end + 1], end + 1 == len(lines), is_prose):
            yield " ".join([lines[at], *(line.strip() for line in lines[at + 1 : end + 1])])
        else:
            yield from lines[at : end + 1]
        at = end + 1


def _is_full(before: str, line: str, width: int) -> bool:
    """Tell whether the next line's first word would not have fitted into the one before it."""
    if not width or len(before) + 1 + len(line) <= width:
        return False
    if before.endswith(":") or _TEXT_ITEM.match(line) or line.startswith((" ", "\t")):
        return False
    if "  " in line.strip() or "  " in before.strip():
        return False
    return len(before) + 1 + len(line.split(maxsplit=1)[0]) > width


def _is_wrapped(lines: list[str], is_last: bool, is_prose: bool) -> bool:
    """Tell whether full lines and the one after them are one paragraph, rather than a list of long lines.

    A single full line may be the longest of a list; then the one after it has to end the paragraph, or a sentence.
    """
    if lines[-1].endswith(_SENTENCE_ENDS) and all(line[-1].isalnum() for line in lines[:-1]):
        return True  # one sentence
    going_on = sum(map(_goes_on, lines[1:]))
    if len(lines) > 2:
        return going_on >= _PROSE_SHARE * (len(lines) - 1) or (is_prose and len(lines) == 3)
    ended = is_last or lines[1].endswith(_SENTENCE_ENDS)
    return ended and (is_prose or (going_on > 0 and not lines[0].endswith(_SENTENCE_ENDS)))


def _goes_on(line: str) -> bool:
    """Tell whether a line begins as a sentence goes on: with a small letter, or one of a script without capitals."""
    return line[0].isalpha() and not line[0].isupper()
