"""Quotes in the terminal: each as the paragraphs, the list, the code or the table it is. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from rag.citations import compared_pairs, quotes_in_order, source_numbers
from rag.quote_blocks import (
    Block,
    CodeBlock,
    ListBlock,
    ParagraphBlock,
    TableBlock,
    TextRun,
    blocks,
    has_marks,
    is_single_paragraph,
    line_runs,
    verdict_remark,
)
from rag.types import Answer, Citation, Comparison, Passage
from ui.cli.layout.tables import FittedTable, RunningText
from ui.shared.formatting import SHOWN_OF_TOTAL, clean, one_line, place_text, text_around
from ui.shared.i18n import tr

ACCENT = "green"
_CONTEXT_CHARS = 90  # characters shown on either side of a quote


def heading(answer: Answer, sources: Sequence[Citation]) -> RenderableType | None:
    """Return the short answer with its quote's number, and the note that it is partial; None where there is neither."""
    lines: list[RenderableType] = []
    if answer.short is not None:
        said = Text(one_line(answer.short.quote), style="bold")
        lines.append(said.append(f" {_marks(answer.short, sources)}", style=f"bold {ACCENT}"))
    if told := verdict_remark(answer):
        lines.append(Text(tr(told), style="yellow"))
    return Group(*lines, Text()) if lines else None


def quotes(answer: Answer, sources: Sequence[Citation]) -> RenderableType:
    """Return the quotes with their numbers: within their surroundings if in a paragraph, else as in the document."""
    rows: list[RenderableType] = []
    found = quotes_in_order(answer)  # those of one place are named together, below the last
    for at, quote in enumerate(found):
        number = Text(_marks(quote, sources), style=f"bold {ACCENT}")
        place = _place(quote)
        is_last_there = at + 1 == len(found) or _place(found[at + 1]) != place
        below = [*_more(quote), *([Text(place, style="dim")] if is_last_there else [])]
        if is_single_paragraph(quote):
            rows.append(RunningText(number.append(" ").append_text(_in_context(quote, answer.passages))))
        else:
            grid = Grid.grid(padding=(0, 1, 0, 0))
            grid.add_row(number, drawn(blocks(quote)))
            rows.append(grid)
        if below:
            rows.append(Padding(Group(*below), (0, 0, int(is_last_there), 4), expand=False))
    return Group(*rows)


def side_by_side(answer: Answer, comparison: Comparison, sources: Sequence[Citation]) -> RenderableType:
    """Return the quotes of two documents as a table with a column for either; what differs in them is bold."""
    table = FittedTable(*map(one_line, comparison.sides))
    for pair in compared_pairs(answer):
        table.add_row(*(_side(each, sources) if each is not None else Text("—", style="dim") for each in pair))
    return table


def _side(quote: Citation, sources: Sequence[Citation]) -> Text:
    text = _text(line_runs(quote)).append(f" {_marks(quote, sources)}", style=f"bold {ACCENT}")
    place = place_text("", quote.page, quote.section[-1:])
    return text.append(f" {place}", style="dim") if place else text


def _place(quote: Citation) -> str:
    return place_text(quote.source, quote.page, quote.section)


def _marks(quote: Citation, sources: Sequence[Citation]) -> str:
    return "".join(f"[{number}]" for number in source_numbers([quote], sources))


def _more(quote: Citation) -> list[Text]:
    """Return how many items of a long list are shown, and the command that shows all."""
    if quote.items is None:
        return []
    shown, total = quote.items
    said = tr(SHOWN_OF_TOTAL, shown=shown, total=total)
    return [Text(f"{said} · oaken show {one_line(quote.document_id)} --text", style="yellow")]


def _in_context(quote: Citation, passages: Sequence[Passage]) -> Text:
    text = Text(style="not bold default")
    before, after = text_around(quote, passages, _CONTEXT_CHARS)
    if before:
        text.append(f"{before} ", style="dim")
    text.append_text(_quoted(quote))
    if after:
        text.append(f" {after}", style="dim")
    return text


def _quoted(quote: Citation) -> Text:
    """Return a quote in bold: distinct from its surroundings without colour too."""
    runs = [run for block in blocks(quote) if isinstance(block, ParagraphBlock) for run in block.runs]
    if has_marks(runs):
        return Text("“").append_text(_text(runs)).append("”")
    return Text(f"“{one_line(quote.quote)}”", style="bold")


def drawn(found: Sequence[Block]) -> RenderableType:
    """Return blocks below each other, a line apart; a list follows its introduction."""
    rows: list[RenderableType] = []
    for at, block in enumerate(found):
        led = isinstance(block, ListBlock) and isinstance(found[at - 1], ParagraphBlock)
        rows += [Text()] if at and not led else []
        rows.append(_block(block))
    return Group(*rows)


def _block(block: Block) -> RenderableType:
    if isinstance(block, ListBlock):
        grid = Grid.grid(padding=(0, 1, 0, 0))
        for item in block.items:
            grid.add_row(Text(one_line(item.number) or "•", style=ACCENT), RunningText(_text(item.runs)))
        return Padding(grid, (0, 0, 0, 1), expand=False)
    if isinstance(block, CodeBlock):
        return Padding(_code(block), (0, 0, 0, 2), expand=False)
    if isinstance(block, TableBlock):
        return _wide_row(block) if block.is_single_wide_row else _table(block)
    return RunningText(_text([TextRun(run.text, run.marked or block.title) for run in block.runs]))


def _table(block: TableBlock) -> RenderableType:
    table = FittedTable(*map(one_line, block.header))
    for row in block.rows:
        table.add_row(*map(_text, row))
    return table


def _wide_row(block: TableBlock) -> Grid:
    """Return one wide row with a cell on each line."""
    grid = Grid.grid(padding=(0, 2, 0, 0))
    for at, cell in enumerate(block.rows[0]):
        if cell:
            grid.add_row(Text(one_line(block.header[at]) if at < len(block.header) else "", style="dim"), _text(cell))
    return grid


def _code(block: CodeBlock) -> Text:
    """Return the lines as they are, coloured where the language is known; long ones are wrapped."""
    from rich.syntax import Syntax

    text = Text(overflow="fold")
    if block.language and not has_marks(block.runs):
        text = Syntax("", block.language, theme="ansi_dark").highlight(clean(block.text).rstrip("\n"))
        text.rstrip()
        text.overflow, text.no_wrap = "fold", False
        return text
    for run in block.runs:
        text.append(clean(run.text), style="bold" if run.marked else "")
    return text


def _text(runs: Sequence[TextRun]) -> Text:
    text = Text(style="not bold default", overflow="fold")
    for run in runs:
        text.append(clean(run.text).replace("\t", " "), style="bold" if run.marked else "")
    return text
