"""Format quotes as Markdown by their structure: paragraphs, a list, a fence, a table. Pure.

Text of documents is no markup: its signs are escaped, and a fence is longer than any it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.quote_blocks import (
    Block,
    CodeBlock,
    ListBlock,
    ParagraphBlock,
    TableBlock,
    TextRun,
    blocks,
    has_marks,
    line_runs,
)
from rag.types import Citation
from ui.shared.formatting import clean, one_line

_MARKDOWN_SIGNS = re.compile(r"[\\`*_{}\[\]<>#+|~&$:@=^]|(?<=www)\.", re.IGNORECASE)


def escaped(words: str) -> str:
    """Return words on one line escaped for Markdown, anywhere in a line but at its beginning."""
    return _MARKDOWN_SIGNS.sub(r"\\\g<0>", one_line(words))


def safe_begin(line: str) -> str:
    """Escape the beginning of a line so that it begins no list and no rule."""
    return re.sub(r"^(\d{0,9})([-.)])", r"\1\\\2", line)


def as_markdown(quote: Citation, *below: str) -> str:
    """Return the quote within "> ", followed by the lines ``below`` in the same block."""
    lines = "\n\n".join(filter(None, [*map(_block, blocks(quote)), *below])).split("\n")
    return "\n".join(f"> {line}".rstrip() for line in lines)


def words_of(quote: Citation) -> str:
    """Return a quote of one paragraph as one line."""
    return " ".join(
        _marked_up(run for block in blocks(quote) if isinstance(block, ParagraphBlock) for run in block.runs).split()
    )


def marked_line(quote: Citation) -> str:
    """Return a quote of any structure as one line, what is marked in it in bold."""
    return _line(line_runs(quote))


def fence(lines: str) -> str:
    """Return code between fences longer than any within it."""
    code = clean(lines).rstrip("\n")
    ticks = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", code)), 3)
    return f"{ticks}\n{code}\n{ticks}"


def _block(block: Block) -> str:
    if isinstance(block, ListBlock):
        return "\n".join(f"- {safe_begin(_line((TextRun(f'{item.number} '), *item.runs)))}" for item in block.items)
    if isinstance(block, CodeBlock):
        return fence(block.text)
    if isinstance(block, TableBlock):
        return _table(block)
    lines = [" ".join(line.split()) for line in _marked_up(block.runs).split("\n")]
    joined_lines = "\\\n".join(safe_begin(line) for line in lines if line)
    return f"**{joined_lines}**" if block.title and joined_lines and not has_marks(block.runs) else joined_lines


def _table(block: TableBlock) -> str:
    names = [*map(escaped, block.header), *[""] * (block.width - len(block.header))]
    rows = [[*map(_line, row), *[""] * (block.width - len(row))] for row in block.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in [names, ["---"] * block.width, *rows])


def _line(runs: Iterable[TextRun]) -> str:
    return " ".join(_marked_up(runs).split())


def _marked_up(runs: Iterable[TextRun]) -> str:
    """Return the runs escaped, the marked ones in bold; only whole words can be, or Markdown shows the stars."""
    text, bold = "", []
    for run in runs:
        if run.marked:
            bold.append((len(text), len(text) + len(run.text)))
        text += run.text
    said, at = [], 0
    for start, end in bold:
        start += len(text[start:end]) - len(text[start:end].lstrip())
        end -= len(text[start:end]) - len(text[start:end].rstrip())
        if start < end and not text[start - 1 : start].strip() and not text[end : end + 1].strip():
            said += [_escaped(text[at:start]), f"**{_escaped(text[start:end])}**"]
            at = end
    return "".join([*said, _escaped(text[at:])])


def _escaped(text: str) -> str:
    return _MARKDOWN_SIGNS.sub(r"\\\g<0>", clean(text))
