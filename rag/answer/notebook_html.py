"""An answer as a small piece of HTML, for a notebook. Every text is escaped: documents are data."""

from __future__ import annotations

from html import escape
from pathlib import PurePath

from rag.citations import compared_pairs, numbered_sources, quotes_in_order, source_numbers
from rag.quote_blocks import (
    Block,
    CodeBlock,
    ListBlock,
    TableBlock,
    TextRun,
    blocks,
    claims_beyond_quotes,
    line_runs,
    verdict_remark,
)
from rag.types import NOT_FOUND, Answer, AnswerStatus, Citation, Claim

TRANSLATED = (
    "Translated: found by meaning in another language; numbers, names and, where it is known how a language denies, "
    "negation were compared, the rest was not proven."
)


def place_html(citation: Citation) -> str:
    """Return the place of a citation in words: "visitor-handbook.pdf, p. 6, Opening hours"."""
    parts = [PurePath(citation.source).name]
    if citation.page is not None:
        parts.append(f"p. {citation.page}")
    if citation.section:
        parts.append(citation.section[-1])
    return ", ".join(parts)


def answer_html(answer: Answer) -> str:
    """Return the answer as HTML: its quotes, its prose (unsupported sentences faded) and its sources."""
    sources = numbered_sources(answer)

    def marks(citations: tuple[Citation, ...]) -> str:
        return "".join(f"<sup>[{number}]</sup>" for number in source_numbers(citations, sources))

    rows = [f"<p><b>{escape(answer.question)}</b></p>"]
    if answer.corrected:
        rows.append(f"<p><small>Showing answers for “{escape(answer.corrected)}”.</small></p>")
    if answer.status is AnswerStatus.NOT_FOUND:
        rows.append(f"<p>{NOT_FOUND} The nearest passages:</p>")
    if answer.short is not None:
        number = marks((answer.short,))
        rows.append(f'<p style="font-size:1.35em;margin:.2em 0"><b>{escape(answer.short.quote)}</b>{number}</p>')
    if note := verdict_remark(answer):
        rows.append(f"<p><i>{note}</i></p>")
    if answer.note:  # such as which half of the question has no answer
        rows.append(f"<p><i>{escape(answer.note)}</i></p>")
    pairs = compared_pairs(answer)
    quoted = quotes_in_order(answer) if not pairs else ()
    rows += [
        f"<blockquote>{_quoted(quote, marks((quote,)))}<small>{escape(place_html(quote))}</small></blockquote>"
        for quote in quoted
    ]
    rows += [f"<p>{escape(line)}</p>" for line in answer.reply.splitlines()]
    if answer.comparison is not None:
        head = "".join(f"<th>{escape(side)}</th>" for side in answer.comparison.sides)
        cells = (
            "".join(f"<td>{f'{_runs(line_runs(each))}{marks((each,))}' if each else '—'}</td>" for each in pair)
            for pair in pairs
        )
        rows.append(f"<table><tr>{head}</tr>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>")
    claims = claims_beyond_quotes(answer.claims, answer.quotes)
    if claims:
        sentences = (
            f"{_sentence(claim, marks(claim.citations))}{_conflict_note(marks(claim.conflict))}" for claim in claims
        )
        rows.append(f"<p>{' '.join(sentences)}</p>")
        if any(claim.translated for claim in claims):
            rows.append(f"<p><small>{TRANSLATED}</small></p>")
    listed = "".join(f"<li>{escape(place_html(c))} <small>{escape(c.source)}</small></li>" for c in sources)
    rows.append(f"<ol>{listed}</ol>" if listed else "")
    return f'<div class="oaken-answer">{"".join(rows)}</div>'


def _quoted(quote: Citation, number: str) -> str:
    """Return a quote as HTML of its blocks, with its number; of a list cut short, also how many items there are."""
    found = blocks(quote)
    if not quote.parts and not any(isinstance(block, CodeBlock) for block in found):
        return f"{escape(quote.quote)}{number}<br>"
    more = "<small>{} of {} shown</small><br>".format(*quote.items) if quote.items else ""
    return f"{''.join(map(_block, found))}{more}{number} "


def _block(block: Block) -> str:
    if isinstance(block, ListBlock):
        items = (
            f"{escape(item.number)} {_runs(item.runs)}" if item.number else _runs(item.runs) for item in block.items
        )
        return "<ul>{}</ul>".format("".join(f"<li>{item}</li>" for item in items))
    if isinstance(block, CodeBlock):
        return f'<pre style="overflow-x:auto"><code>{_runs(block.runs)}</code></pre>'
    if isinstance(block, TableBlock):
        head = "".join(f"<th>{escape(name)}</th>" for name in block.header)
        rows = ("".join(f"<td>{_runs(cell)}</td>" for cell in row) for row in block.rows)
        body = "".join(f"<tr>{row}</tr>" for row in ([head] if head else []) + list(rows))
        return f"<table>{body}</table>"
    inner = _runs(block.runs)
    return f'<p style="white-space:pre-line">{f"<b>{inner}</b>" if block.title else inner}</p>'


def _runs(runs: tuple[TextRun, ...]) -> str:
    return "".join(f"<mark>{escape(run.text)}</mark>" if run.marked else escape(run.text) for run in runs)


def _sentence(claim: Claim, marks: str) -> str:
    if claim.supported:
        return f"{escape(claim.text)}{marks}"
    if claim.translated:
        return f"{escape(claim.text)} <small>(translated from{marks})</small>"
    return f'<span style="opacity:.6">{escape(claim.text)} <small>(not in your documents)</small></span>'


def _conflict_note(marks: str) -> str:
    return f" <small>(other sources disagree{marks})</small>" if marks else ""
