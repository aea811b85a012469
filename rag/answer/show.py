"""An answer as a small piece of HTML, for a notebook. Every text is escaped: documents are data."""

from __future__ import annotations

from html import escape
from pathlib import PurePath

from rag.types import NOT_FOUND, Answer, Citation, Claim, Status

TRANSLATED = (
    "Translated: found by meaning in another language; numbers, names and, where it is known how a language denies, "
    "negation were compared, the rest was not proven."
)


def place(citation: Citation) -> str:
    """Where a citation stands, in words: "visitor-handbook.pdf, p. 6, Opening hours"."""
    parts = [PurePath(citation.source).name]
    if citation.page is not None:
        parts.append(f"p. {citation.page}")
    if citation.section:
        parts.append(citation.section[-1])
    return ", ".join(parts)


def sources(answer: Answer) -> list[Citation]:
    """All citations of an answer, quotes first, each place once: the numbers [1], [2] … count along this list."""
    every = [*answer.quotes, *(c for claim in answer.claims for c in (*claim.citations, *claim.conflict))]
    return list({(citation.document_id, citation.start, citation.end): citation for citation in every}.values())


def answer_html(answer: Answer) -> str:
    """The answer with its quotes, its prose (unsupported sentences struck pale) and its sources."""
    numbers = {(c.document_id, c.start, c.end): n for n, c in enumerate(sources(answer), 1)}

    def marks(citations: tuple[Citation, ...]) -> str:
        return "".join(f"<sup>[{numbers[c.document_id, c.start, c.end]}]</sup>" for c in citations)

    rows = [f"<p><b>{escape(answer.question)}</b></p>"]
    if answer.corrected:
        rows.append(f"<p><small>Showing answers for “{escape(answer.corrected)}”.</small></p>")
    if answer.status is Status.NOT_FOUND:
        rows.append(f"<p>{NOT_FOUND} The nearest passages:</p>")
    rows += [
        f"<blockquote>{escape(quote.quote)}{marks((quote,))}<br><small>{escape(place(quote))}</small></blockquote>"
        for quote in answer.quotes
    ]
    rows += [f"<p>{escape(line)}</p>" for line in answer.reply.splitlines()]
    if answer.claims:
        sentences = (
            f"{_sentence(claim, marks(claim.citations))}{_otherwise(marks(claim.conflict))}" for claim in answer.claims
        )
        rows.append(f"<p>{' '.join(sentences)}</p>")
        if any(claim.translated for claim in answer.claims):
            rows.append(f"<p><small>{TRANSLATED}</small></p>")
    listed = "".join(f"<li>{escape(place(c))} <small>{escape(c.source)}</small></li>" for c in sources(answer))
    rows.append(f"<ol>{listed}</ol>" if listed else "")
    return f'<div class="oaken-answer">{"".join(rows)}</div>'


def _sentence(claim: Claim, marks: str) -> str:
    if claim.supported:
        return f"{escape(claim.text)}{marks}"
    if claim.translated:
        return f"{escape(claim.text)} <small>(translated from{marks})</small>"
    return f'<span style="opacity:.6">{escape(claim.text)} <small>(not in your documents)</small></span>'


def _otherwise(marks: str) -> str:
    return f" <small>(said otherwise{marks})</small>" if marks else ""
