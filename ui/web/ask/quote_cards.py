"""HTML of an answer's first part: the short answer, then the quotes as cards with their tables, lists, code. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from rag.citations import CONTEXT_CHARS, compared_pairs, quote_groups, same_spot, source_numbers
from rag.grounding.code_blocks import code_language
from rag.quote_blocks import (
    Block,
    CodeBlock,
    ListBlock,
    ListItem,
    ParagraphBlock,
    Runs,
    TableBlock,
    TextRun,
    blocks,
    has_marks,
    is_single_paragraph,
    line_runs,
    text_of,
    verdict_remark,
)
from rag.types import Answer, Citation, Comparison, Passage
from ui.shared.formatting import SHOWN_OF_TOTAL, one_line, text_around, text_between
from ui.shared.i18n import show_message, tr
from ui.web.html_views import ended, mark, quiet, text, where
from ui.web.page_words import on_page

_NARROW = 34  # characters of a line of code that a phone shows, and of a table's row


def heading(answer: Answer, sources: Sequence[Citation], key: str = "") -> str:
    """Return the short answer with its quote's number, and what the answer lacks: a part, or a model to give it."""
    short_html = ""
    if answer.short is not None:
        number = _number(answer.short, sources, key, "oaken-mark")
        short_html = f'<p class="oaken-short" dir="auto">{text(one_line(answer.short.quote))}{number}</p>'
    notes = " ".join(
        filter(None, (tr(remark) if (remark := verdict_remark(answer)) else "", show_message(on_page(answer.note))))
    )
    return short_html + (f'<p class="oaken-partly">{text(notes)}</p>' if notes else "")


def cards(answer: Answer, sources: Sequence[Citation], key: str = "", *, proof: bool = False) -> str:
    """Return the quotes as cards, those of one document together: number, words, location; then what prose alone cites.

    So each number above has its card.
    As ``proof`` of words above them they have a heading; else the first is itself the answer, in larger type. With a
    ``key`` (the answer's) a number is a button that says ``cite:KEY:NUMBER`` when it is clicked.
    """
    if not answer.quotes:
        return ""
    if answer.comparison is not None:
        return _side_by_side(answer, answer.comparison, sources, key)
    groups: Sequence[tuple[Citation, ...]] = quote_groups(answer)
    if any(code_language(quote.source) for quote in answer.quotes):  # code needs its line breaks
        groups = [(quote,) for group in groups for quote in group]
    spoken = [each for each in sources if not any(same_spot(each, quote) for quote in answer.quotes)]
    groups = [*groups, *((each,) for each in spoken)]
    documents = "".join(
        f'<div class="oaken-document">{_document([*group], answer, sources, key)}</div>'
        for _, group in groupby(groups, lambda group: group[0].document_id)
    )
    if proof:
        return f'<h3 class="oaken-proof">{text(tr("Proof"))}</h3><div class="oaken-quotes">{documents}</div>'
    return f'<div class="oaken-quotes oaken-answering">{documents}</div>'


def _side_by_side(answer: Answer, comparison: Comparison, sources: Sequence[Citation], key: str) -> str:
    """Return the quotes of two documents as a table, a column for either; what differs is highlighted."""
    names = "".join(f'<th scope="col">{text(side)}</th>' for side in comparison.sides)
    rows = "".join(
        f"<tr>{''.join(_side(each, sources, key) if each is not None else '<td>—</td>' for each in pair)}</tr>"
        for pair in compared_pairs(answer)
    )
    table = f'<table class="oaken-table oaken-compared"><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<div class="oaken-scroll" tabindex="0" role="group" aria-label="{text(tr("Table"))}">{table}</div>'


def _side(quote: Citation, sources: Sequence[Citation], key: str) -> str:
    return f'<td dir="auto">{_runs(line_runs(quote), _number(quote, sources, key, "oaken-mark"))}</td>'


def _document(groups: Sequence[Sequence[Citation]], answer: Answer, sources: Sequence[Citation], key: str) -> str:
    """Return the cards of one document, which only the first of them names."""
    return "".join(_card(group, answer, sources, key, named=group is groups[0]) for group in groups)


def _card(group: Sequence[Citation], answer: Answer, sources: Sequence[Citation], key: str, *, named: bool) -> str:
    """Return one card for adjacent quotes, with their number or, of several, the range; there each ends its words.

    Numbers ascend from card to card and within a card.
    """
    first = group[0]
    numbers = [_number(quote, sources, key, "oaken-mark") if len(group) > 1 else "" for quote in group]
    if all(is_single_paragraph(quote) for quote in group):
        body = _flowing(group, numbers, answer.passages)
    else:
        body = "".join(
            _drawn(quote, answer.short, number) + _more(quote, sources, key)
            for quote, number in zip(group, numbers, strict=True)
        )
    return (
        f'<figure class="oaken-card" dir="auto">{_card_number(group, sources, key)}'
        f"<blockquote>{body}</blockquote>"
        f"<figcaption>{where(first.source, first.page, first.section, named=named)}</figcaption></figure>"
    )


def _flowing(group: Sequence[Citation], numbers: Sequence[str], passages: Sequence[Passage]) -> str:
    """Return the quotes within their surrounding sentences."""
    parts = [text(text_around(group[0], passages, CONTEXT_CHARS)[0])]
    for before, quote, number in zip([None, *group], group, numbers, strict=False):
        parts += [text(text_between(before, quote, passages))] if before is not None else []
        parts.append(_quoted(quote, number))
    parts.append(text(text_around(group[-1], passages, CONTEXT_CHARS)[1]))
    return " ".join(filter(None, parts))


def _quoted(quote: Citation, number: str) -> str:
    [only] = blocks(quote) or (ParagraphBlock(()),)
    if isinstance(only, ParagraphBlock) and has_marks(only.runs):
        return f'<span class="oaken-quoted">{_runs(only.runs, number)}</span>'
    return f"<mark>{ended(one_line(quote.quote), number)}</mark>"


def _number(quote: Citation, sources: Sequence[Citation], key: str, kind: str) -> str:
    return "".join(mark(each, sources, key, kind) for each in source_numbers([quote], sources)[:1])


def _card_number(group: Sequence[Citation], sources: Sequence[Citation], key: str) -> str:
    """Return a card's number, which is a range where it holds several quotes: "2–4"."""
    numbers = source_numbers(group, sources)
    kind = "oaken-number oaken-range" if len(numbers) > 1 else "oaken-number"
    return mark(numbers[0], sources, key, kind, last=numbers[-1]) if numbers else ""


def _more(quote: Citation, sources: Sequence[Citation], key: str) -> str:
    """Return how many items of a long list are shown, and the control that shows all of them."""
    if quote.items is None:
        return ""
    shown, total = quote.items
    count = tr(SHOWN_OF_TOTAL, shown=shown, total=total)
    [number] = source_numbers([quote], sources)[:1] or [0]
    if not key or not number:
        return quiet(count)
    clicked = f'data-oaken="cite:{text(key)}:{number}"'
    button = f'<button type="button" class="oaken-open oaken-all" {clicked}>{text(tr("Show all"))}</button>'
    return f'<p class="oaken-quiet">{text(count)}<span class="oaken-dot"> · </span>{button}</p>'


# -- blocks


def _drawn(quote: Citation, short: Citation | None, number: str) -> str:
    """Return the quote's blocks as HTML, with its number, if any, after its last words."""
    found = blocks(quote)
    cells = _asked_cells(quote, short)
    last = len(found) - 1
    return "".join(_block(block, number if at == last else "", cells.get(at, ())) for at, block in enumerate(found))


def _asked_cells(quote: Citation, short: Citation | None) -> dict[int, list[tuple[int, int]]]:
    """Return the row and column of the short answer in each table of a quote, by the table's place among the blocks."""
    if short is None or not same_spot(short, quote):
        return {}
    marked_blocks = blocks(replace(quote, marks=((short.start, short.end),)))
    return {
        at: [(y, x) for y, row in enumerate(block.rows) for x, cell in enumerate(row) if has_marks(cell)]
        for at, block in enumerate(marked_blocks)
        if isinstance(block, TableBlock)
    }


def _block(block: Block, number: str, asked: Sequence[tuple[int, int]]) -> str:
    """Return one block as HTML; ``asked`` are the row and column of the cells that answer, in a table."""
    if isinstance(block, ListBlock):
        *items, last = block.items
        return f'<ul class="oaken-bullets">{"".join(map(_item, items))}{_item(last, number)}</ul>'
    below = f'<p class="oaken-quiet">{number}</p>' if number else ""
    if isinstance(block, CodeBlock):
        return f'<pre class="oaken-code" dir="ltr"{_scrolled(block)}><code>{_runs(block.runs)}</code></pre>{below}'
    if isinstance(block, TableBlock):
        drawn = _wide_row(block, asked) if block.is_single_wide_row else _table(block, asked)
        return f'<div class="oaken-scroll"{_scrolled(block)}>{drawn}</div>{below}'
    kind = ' class="oaken-quote-title"' if block.title else ""
    return f'<p{kind} dir="auto">{_runs(block.runs, number)}</p>'


def _item(item: ListItem, number: str = "") -> str:
    words = _runs(item.runs, number)
    if not item.number:
        return f'<li dir="auto">{words}</li>'
    return f'<li class="oaken-counted" dir="auto"><span>{text(item.number)}</span> {words}</li>'


def _table(block: TableBlock, asked: Sequence[tuple[int, int]]) -> str:
    names = "".join(f'<th scope="col">{text(name)}</th>' if name else "<td></td>" for name in block.header)
    head = f"<thead><tr>{names}</tr></thead>" if block.header else ""
    return f'<table class="oaken-table" dir="auto">{head}<tbody>{"".join(_rows(block, asked))}</tbody></table>'


def _rows(block: TableBlock, asked: Sequence[tuple[int, int]]) -> Iterable[str]:
    for y, row in enumerate(block.rows):
        over = f' colspan="{block.width}"' if len(row) == 1 and block.width > 1 else ""
        cells = "".join(_cell(cell, over, asked=(y, x) in asked) for x, cell in enumerate(row))
        yield f"<tr>{cells}{'' if over else '<td></td>' * (block.width - len(row))}</tr>"


def _cell(cell: Runs, attributes: str, *, asked: bool) -> str:
    kind = ' class="oaken-asked"' if asked else ""
    return f"<td{kind}{attributes}>{_runs(cell)}</td>"


def _wide_row(block: TableBlock, asked: Sequence[tuple[int, int]]) -> str:
    """Return one wide row with a cell on each line."""
    names = [*block.header, *[""] * (block.width - len(block.header))]
    lines = "".join(
        f'<tr><th scope="row">{text(name)}</th>{_cell(cell, "", asked=(0, x) in asked)}</tr>'
        for x, (name, cell) in enumerate(zip(names, block.rows[0], strict=False))
        if cell
    )
    return f'<table class="oaken-table oaken-upright" dir="auto"><tbody>{lines}</tbody></table>'


def _scrolled(block: CodeBlock | TableBlock) -> str:
    """Return the attributes that let the keyboard scroll a block which may be wider than the page; "" for others."""
    if isinstance(block, CodeBlock):
        wide, name = max(map(len, block.text.split("\n"))) > _NARROW, tr("Code")
    else:
        rows = [block.header, *([text_of(cell) for cell in row] for row in block.rows)]
        wide, name = max(sum(len(cell) for cell in row) for row in rows) > _NARROW, tr("Table")
    return f' tabindex="0" role="group" aria-label="{text(name)}"' if wide else ""


def _runs(runs: Runs, number: str = "") -> str:
    """Return the text with the cited parts marked; line breaks are the document's own, and the CSS keeps them."""
    *before, last = runs or (TextRun(""),)
    return "".join([*map(_run, before), _run(last, number)])


def _run(run: TextRun, number: str = "") -> str:
    words = ended(run.text, number)
    return f"<mark>{words}</mark>" if run.marked else words
