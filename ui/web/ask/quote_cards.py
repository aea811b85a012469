"""HTML of an answer's first part: the short answer, then the quotes as cards with their tables, lists, code. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.citations import source_numbers
from rag.grounding.code_blocks import code_language
from rag.quote_blocks import (
    Block,
    CodeBlock,
    ListBlock,
    ListItem,
    ParagraphBlock,
    Runs,
    TableBlock,
    blocks,
    has_marks,
    is_single_paragraph,
    text_of,
    verdict_remark,
)
from rag.types import Answer, Citation, Passage
from ui.shared.formatting import SHOWN_OF_TOTAL, grouped_by_context, one_line, text_around, text_between
from ui.shared.i18n import tr
from ui.web.html_views import mark, quiet, text, where

_CARD_CONTEXT_CHARS = 140  # characters of a passage shown on either side of a quote
_NARROW = 34  # characters of a line of code that a phone shows, and of a table's row


def heading(answer: Answer, sources: Sequence[Citation], key: str = "") -> str:
    """Return the short answer with its quote's number, and a note where the documents answer only in part."""
    short_html = ""
    if answer.short is not None:
        number = _number(answer.short, sources, key, "oaken-mark")
        short_html = f'<p class="oaken-short" dir="auto">{text(one_line(answer.short.quote))}{number}</p>'
    note = verdict_remark(answer)
    return short_html + (f'<p class="oaken-partly">{text(tr(note))}</p>' if note else "")


def cards(answer: Answer, sources: Sequence[Citation], key: str = "") -> str:
    """Return the quotes as cards: number, words, location.

    With a ``key`` (the answer's) a number is a button that says ``cite:KEY:NUMBER`` when it is clicked.
    """
    if not answer.quotes:
        return ""
    groups: Sequence[tuple[Citation, ...]] = [(quote,) for quote in answer.quotes]
    if not any(code_language(quote.source) for quote in answer.quotes):  # code needs its line breaks
        groups = grouped_by_context(answer.quotes, answer.passages, _CARD_CONTEXT_CHARS)
    drawn = "".join(_card(group, sources, answer.passages, key) for group in groups)
    return f'<div class="oaken-quotes">{drawn}</div>'


def _card(group: Sequence[Citation], sources: Sequence[Citation], passages: Sequence[Passage], key: str) -> str:
    """Return one card for adjacent quotes, numbered after the best; each number follows its words."""
    best, *_ = sorted(group, key=lambda quote: source_numbers([quote], sources)[:1])
    if all(is_single_paragraph(quote) for quote in group):
        body = _flowing(group, sources, passages, key)
    else:
        body = "".join(
            _drawn(blocks(quote), _number(quote, sources, key, "oaken-mark") if len(group) > 1 else "")
            + _more(quote, sources, key)
            for quote in group
        )
    return (
        f'<figure class="oaken-card" dir="auto">{_number(best, sources, key, "oaken-number")}'
        f"<blockquote>{body}</blockquote>"
        f"<figcaption>{where(best.source, best.page, best.section)}</figcaption></figure>"
    )


def _flowing(group: Sequence[Citation], sources: Sequence[Citation], passages: Sequence[Passage], key: str) -> str:
    """Return the quotes within their surrounding sentences."""
    parts = [text(text_around(group[0], passages, _CARD_CONTEXT_CHARS)[0])]
    for before, quote in zip([None, *group], group, strict=False):
        parts += [text(text_between(before, quote, passages))] if before is not None else []
        number = _number(quote, sources, key, "oaken-mark") if len(group) > 1 else ""
        parts.append(f"{_quoted(quote)}{number}")
    parts.append(text(text_around(group[-1], passages, _CARD_CONTEXT_CHARS)[1]))
    return " ".join(filter(None, parts))


def _quoted(quote: Citation) -> str:
    [only] = blocks(quote) or (ParagraphBlock(()),)
    if isinstance(only, ParagraphBlock) and has_marks(only.runs):
        return f'<span class="oaken-quoted">{_runs(only.runs)}</span>'
    return f"<mark>{text(one_line(quote.quote))}</mark>"


def _number(quote: Citation, sources: Sequence[Citation], key: str, kind: str) -> str:
    return "".join(mark(each, sources, key, kind) for each in source_numbers([quote], sources)[:1])


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


def _drawn(found: Sequence[Block], number: str) -> str:
    """Return the blocks' HTML, with the quote's number, if any, after its last words."""
    return "".join([*map(_block, found[:-1]), *(_block(block, number) for block in found[-1:])])


def _block(block: Block, number: str = "") -> str:
    if isinstance(block, ListBlock):
        *items, last = block.items
        return f'<ul class="oaken-bullets">{"".join(map(_item, items))}{_item(last, number)}</ul>'
    below = f'<p class="oaken-quiet">{number}</p>' if number else ""
    if isinstance(block, CodeBlock):
        return f'<pre class="oaken-code" dir="ltr"{_scrolled(block)}><code>{_runs(block.runs)}</code></pre>{below}'
    if isinstance(block, TableBlock):
        drawn = _wide_row(block) if block.is_single_wide_row else _table(block)
        return f'<div class="oaken-scroll"{_scrolled(block)}>{drawn}</div>{below}'
    kind = ' class="oaken-quote-title"' if block.title else ""
    return f'<p{kind} dir="auto">{_runs(block.runs)}{number}</p>'


def _item(item: ListItem, number: str = "") -> str:
    words = f"{_runs(item.runs)}{number}"
    if not item.number:
        return f'<li dir="auto">{words}</li>'
    return f'<li class="oaken-counted" dir="auto"><span>{text(item.number)}</span> {words}</li>'


def _table(block: TableBlock) -> str:
    names = "".join(f'<th scope="col">{text(name)}</th>' if name else "<td></td>" for name in block.header)
    head = f"<thead><tr>{names}</tr></thead>" if block.header else ""
    return f'<table class="oaken-table" dir="auto">{head}<tbody>{"".join(_rows(block))}</tbody></table>'


def _rows(block: TableBlock) -> Iterable[str]:
    for row in block.rows:
        over = f' colspan="{block.width}"' if len(row) == 1 and block.width > 1 else ""
        cells = "".join(f"<td{over}>{_runs(cell)}</td>" for cell in row)
        yield f"<tr>{cells}{'' if over else '<td></td>' * (block.width - len(row))}</tr>"


def _wide_row(block: TableBlock) -> str:
    """Return one wide row with a cell on each line."""
    names = [*block.header, *[""] * (block.width - len(block.header))]
    lines = "".join(
        f'<tr><th scope="row">{text(name)}</th><td>{_runs(cell)}</td></tr>'
        for name, cell in zip(names, block.rows[0], strict=False)
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


def _runs(runs: Runs) -> str:
    """Return the text with the cited parts marked; line breaks are the document's own, and the CSS keeps them."""
    return "".join(f"<mark>{text(run.text)}</mark>" if run.marked else text(run.text) for run in runs)
