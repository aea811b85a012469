"""Turn a quote into the blocks it is drawn as: paragraphs, lists, code, tables. Pure.

Shared by the terminal, the page, the notebook and every export. Nothing is escaped here: the texts are a document's,
and whoever draws them escapes them for where they go. Every word of a quote is in one block, in its order; only the
markers of a list's items, and the labels that a table's rows repeat, are removed from the running text.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from operator import itemgetter

from rag.grounding.code_blocks import code_language
from rag.messages import marked
from rag.text.sentences import fenced
from rag.text.table import table
from rag.types import Answer, AnswerVerdict, Citation, Claim

PARTLY = marked("Your documents say this only in part.")
UNSURE = marked("These are the closest passages; they may not answer the question.")
_LIST_ITEM = re.compile(r"[ \t]*(?:[-*•▪‣◦–—]|(?P<number>\(?\w{1,5}[.)]))[ \t]+")  # as the readers mark items
_LINE_ITEM = re.compile(r"[ \t]*(?:[-*•▪‣◦]|\d{1,3}[.)])[ \t]+\S")  # of plain text: a dash begins direct speech there
_PARAGRAPH_BREAK = re.compile(r"\n[ \t]*\n\s*")
_WRAPPED_LINE_CHARS = 50  # characters; a line that long was broken where an editor's window ended
_MAX_COLUMNS = 4  # a single row of more is drawn upright
_MAX_ROW_CHARS = 120  # characters, likewise


def verdict_remark(answer: Answer) -> str:
    """Return, in English, a remark on a partial or uncertain answer, shown before its quotes; "" for any other."""
    if answer.verdict is not AnswerVerdict.PARTLY:
        return ""
    return PARTLY if answer.missing else UNSURE


@dataclass(frozen=True, slots=True)
class TextRun:
    """Text, and whether it is of a sentence that answers, within a quote that holds others too."""

    text: str
    marked: bool = False


Runs = tuple[TextRun, ...]


@dataclass(frozen=True, slots=True)
class ParagraphBlock:
    """Running text; its line breaks are the document's own."""

    runs: Runs
    title: bool = False


@dataclass(frozen=True, slots=True)
class ListItem:
    """An item of a list, without its dash. ``number`` is what the document counts it by: "3.", "b)"; "" for nothing."""

    runs: Runs
    number: str = ""


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A list."""

    items: tuple[ListItem, ...]


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Code with its lines and its indentation."""

    runs: Runs
    language: str = ""  # as fences name it; "" where it is not known

    @property
    def text(self) -> str:
        """The code as one text."""
        return text_of(self.runs)


@dataclass(frozen=True, slots=True)
class TableBlock:
    """Rows under their column names.

    ``header`` is () where the columns have no names, and holds "" for a column without one. A row of one cell spans all
    columns.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[Runs, ...], ...]

    @property
    def width(self) -> int:
        """Number of columns."""
        return max([len(self.header), *map(len, self.rows)])

    @property
    def is_single_wide_row(self) -> bool:
        """Whether it is one wide row, which is easier to read with each cell on a line, its label before it."""
        if len(self.rows) != 1 or not self.header:
            return False
        return len(self.header) > _MAX_COLUMNS or sum(len(text_of(cell)) for cell in self.rows[0]) > _MAX_ROW_CHARS


Block = ParagraphBlock | ListBlock | CodeBlock | TableBlock
Span = tuple[int, int]


@lru_cache(maxsize=256)
def blocks(quote: Citation) -> tuple[Block, ...]:
    """Return the quote's blocks.

    A quote without parts, from an older conversation, is one paragraph, or code where it is from a source file.
    """
    if not quote.parts:
        language, text = code_language(quote.source), _MarkedText(quote.quote, _marks(quote))
        runs = _runs(text, 0, len(quote.quote))
        return (CodeBlock(runs, language) if language else ParagraphBlock(runs),)
    return tuple(_blocks(quote))


def line_runs(quote: Citation) -> Runs:
    """Return a quote as running text, whatever its structure, cut where its marks begin and end."""
    return _runs(_MarkedText(quote.quote, _marks(quote)), 0, len(quote.quote))


def is_single_paragraph(quote: Citation) -> bool:
    """Tell whether it is a single paragraph, which can be shown within the sentences around it."""
    [first, *rest] = blocks(quote) or (ParagraphBlock(()),)
    return not rest and isinstance(first, ParagraphBlock) and not first.title and not _broken(quote, first)


def text_of(runs: Iterable[TextRun]) -> str:
    """Return the text of runs."""
    return "".join(run.text for run in runs)


def has_marks(runs: Iterable[TextRun]) -> bool:
    """Tell whether some of the runs are marked as the answer."""
    return any(run.marked for run in runs)


def without_line_breaks(words: str) -> str:
    """Replace newlines within a running sentence by spaces, one for one, so that offsets hold; other newlines stay."""
    letters = list(words)
    begin = 0
    for at, letter in enumerate(words[:-1]):
        if letter == "\n":
            long_line, goes_on = at - begin > _WRAPPED_LINE_CHARS, words[at + 1].isalpha() or words[at + 1].isdigit()
            if long_line and goes_on and "|" not in words[begin:at]:
                letters[at] = " "
            begin = at + 1
    return "".join(letters)


def claims_beyond_quotes(claims: Iterable[Claim], quotes: Sequence[Citation]) -> tuple[Claim, ...]:
    """Return the claims that add something to the quotes beside them.

    Left out are claims in a quote's own words, unless a source contradicts them.
    """
    return tuple(
        claim for claim in claims if not claim.supported or claim.conflict or not repeats_quote(claim.text, quotes)
    )


def repeats_quote(words: str, quotes: Iterable[Citation], *, unfinished: bool = False) -> bool:
    """Tell whether a quote holds these words, ignoring punctuation and case; the last may be ``unfinished``."""
    block = fenced(words)
    spoken = _bare_words(words if block is None else block[1])
    if not spoken:
        return False
    looked_for = f" {spoken}" if unfinished else f" {spoken} "
    return any(looked_for in f" {_bare_words(quote.quote)} " for quote in quotes)


@lru_cache(maxsize=256)
def _bare_words(words: str) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", words).casefold()))


# -- parts to blocks


@dataclass(frozen=True, slots=True)
class _MarkedText:
    """The words of a quote, and where in them the marks are, in order and without overlap."""

    words: str
    marks: tuple[Span, ...]


def _blocks(quote: Citation) -> Iterator[Block]:
    language, text = code_language(quote.source), _MarkedText(quote.quote, _marks(quote))
    for kind, run in groupby(_parts(quote), lambda part: part[0]):
        spans = [(start, end) for _, start, end in run]
        if kind == "list":
            yield from _bullets(text, [line for span in spans for line in _lines(quote.quote, *span)])
        elif kind == "row":
            for rows in _tables(quote.quote, spans):
                yield from _table(text, rows)
        elif kind == "code":
            listings = [(spans[0][0], spans[-1][1])] if language else spans
            yield from (CodeBlock(_runs(text, *span), language) for span in listings)
        elif kind == "title":
            yield from (ParagraphBlock(_runs(text, *span), title=True) for span in spans)
        else:
            for span in spans:
                yield from _texts(text, *span)


def _parts(quote: Citation) -> Iterator[tuple[str, int, int]]:
    """Yield kind, start and end of each part within the quote; text between the parts counts as "text"."""
    at = 0
    for part in quote.parts:
        start, end = max(at, part.start - quote.start), min(len(quote.quote), part.end - quote.start)
        if start < end:
            yield from _gap(quote.quote, at, start)
            yield part.kind, start, end
            at = end
    yield from _gap(quote.quote, at, len(quote.quote))


def _gap(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    if text[start:end].strip():
        yield "text", start, end


def _texts(text: _MarkedText, start: int, end: int) -> Iterator[Block]:
    """Yield paragraphs, and lists as plain text has them: lines that begin with a dash or a number."""
    edges = [start, *(at for each in _PARAGRAPH_BREAK.finditer(text.words, start, end) for at in each.span()), end]
    for begin, until in zip(edges[::2], edges[1::2], strict=True):
        lines = list(_lines(text.words, begin, until))
        items = [bool(_LINE_ITEM.match(text.words, *line)) for line in lines]
        if sum(items) < 2:
            yield from _paragraph(text, begin, until)
            continue
        first = items.index(True)
        last = max(at for at, item in enumerate(items) if item)
        while last + 1 < len(lines) and _continues_paragraph(text.words, lines[last], lines[last + 1]):
            last += 1
        yield from _paragraph(text, begin, lines[first][0])
        yield from _bullets(text, lines[first : last + 1], _LINE_ITEM)
        yield from _paragraph(text, lines[last][1], until)


def _continues_paragraph(text: str, line: Span, following: Span) -> bool:
    return line[1] - line[0] > _WRAPPED_LINE_CHARS and text[following[0]].isalnum()


def _paragraph(text: _MarkedText, start: int, end: int) -> Iterator[ParagraphBlock]:
    words = text.words
    while start < end and words[start].isspace():
        start += 1
    while end > start and words[end - 1].isspace():
        end -= 1
    if start < end:
        yield ParagraphBlock(_runs(text, start, end, without_line_breaks))


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    for line in re.finditer(r"[^\n]+", text[start:end]):
        if line[0].strip():
            yield start + line.start(), start + line.end()


def _bullets(text: _MarkedText, lines: Sequence[Span], begins: re.Pattern[str] = _LIST_ITEM) -> Iterator[ListBlock]:
    """Yield the list of these lines, if any; a line that does not begin like an item continues the one before it."""
    items: list[tuple[int, int, str]] = []
    for start, end in lines:
        mark = _LIST_ITEM.match(text.words, start, end)
        if items and not begins.match(text.words, start, end):
            items[-1] = (items[-1][0], end, items[-1][2])
        elif mark is None:
            items.append((start, end, ""))
        else:
            items.append((mark.end(), end, mark["number"] or ""))
    if items:
        yield ListBlock(tuple(ListItem(_runs(text, start, end, _in_one_line), number) for start, end, number in items))


def _in_one_line(words: str) -> str:
    return words.replace("\n", " ")


def _tables(text: str, rows: Sequence[Span]) -> Iterator[list[Span]]:
    """Yield groups of rows on consecutive lines: each is one table."""
    found = [rows[0]]
    for before, after in pairwise(rows):
        if text[before[1] : after[0]].strip(" \t") != "\n":
            yield found
            found = []
        found.append(after)
    yield found


def _table(text: _MarkedText, spans: Sequence[Span]) -> Iterator[Block]:
    found = table([text.words[start:end] for start, end in spans])
    if not found.columns and all(len(row) == 1 for row in found.rows):
        for span in spans:
            yield from _paragraph(text, *span)
        return
    rows = [
        tuple(_runs(text, start + cell.start, start + cell.end) if cell else () for cell in cells)
        for at, ((start, _), cells) in enumerate(zip(spans, found.rows, strict=True))
        if at not in found.header or len(spans) == len(found.header)
    ]
    yield TableBlock(found.columns, tuple(rows))


# -- marks


def _runs(text: _MarkedText, start: int, end: int, shown: Callable[[str], str] = str) -> Runs:
    """Return the words from ``start`` to ``end``, as they are shown, cut where marks begin and end.

    ``shown`` replaces characters one for one.
    """
    words, found, at = shown(text.words[start:end]), [], start
    for number in range(bisect_right(text.marks, start, key=itemgetter(1)), len(text.marks)):
        first, last = max(text.marks[number][0], at), min(text.marks[number][1], end)
        if first >= end:
            break
        found += [TextRun(words[at - start : first - start]), TextRun(words[first - start : last - start], True)]
        at = last
    return tuple(run for run in (*found, TextRun(words[at - start :])) if run.text)


def _marks(quote: Citation) -> tuple[Span, ...]:
    """Return the marked spans within the quote, in order; () where they cover all of it, which sets nothing off."""
    spans, rest, at = [], [], 0
    for start, end in sorted((max(0, a - quote.start), min(len(quote.quote), b - quote.start)) for a, b in quote.marks):
        rest.append(quote.quote[at:start])
        if max(at, start) < end:
            spans.append((max(at, start), end))
            at = end
    rest.append(quote.quote[at:])
    return tuple(spans) if "".join(rest).strip() else ()


def _broken(quote: Citation, paragraph: ParagraphBlock) -> bool:
    """Tell whether the paragraph's line breaks are the document's own."""
    return bool(quote.parts) and "\n" in text_of(paragraph.runs).strip()
