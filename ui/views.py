"""HTML of the browser app, as strings. Pure: knows no framework, reads nothing.

The only place where HTML is made. Every text passes :func:`text`, which escapes it: what a document, a file's name,
a question or the model says is never markup, so nothing in it is run, linked or loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from rag.types import Answer, Citation, Claim, Passage
from ui.sources import around, clean, file_name, heading, numbers, one_line, spans_within

NOT_FOUND = "Your documents do not say."
UNSUPPORTED = "not in your documents"
_AROUND = 140  # characters of a passage shown on either side of a quote


def text(value: str) -> str:
    """Text as HTML: escaped, without control characters."""
    return escape(clean(value), quote=True)


def question(asked: str) -> str:
    """A question as the heading of its answer."""
    return f'<h2 class="oaken-question">{text(one_line(asked))}</h2>'


def quotes(answer: Answer, sources: Sequence[Citation]) -> str:
    """The quotes as cards: number, the words within their surroundings, and where they stand."""
    if not answer.quotes:
        return ""
    cards = "".join(_card(quote, numbers([quote], sources), answer.passages) for quote in answer.quotes)
    return f'<div class="oaken-quotes">{cards}</div>'


def _card(quote: Citation, marks: Sequence[int], passages: Sequence[Passage]) -> str:
    before, after = (text(part) for part in around(quote, passages, _AROUND))
    words = f"<mark>{text(one_line(quote.quote))}</mark>"
    body = " ".join(filter(None, (before, words, after)))
    number = f'<span class="oaken-number">{marks[0]}</span>' if marks else ""
    return (
        f'<figure class="oaken-card">{number}<blockquote>{body}</blockquote>'
        f"<figcaption>{where(quote.source, quote.page, quote.section)}</figcaption></figure>"
    )


def where(source: str, page: int | None, section: Sequence[str]) -> str:
    """File, page and heading of a source; the whole path is told by hovering."""
    parts = [f'<strong title="{text(one_line(source))}">{text(file_name(source))}</strong>']
    if page is not None:
        parts.append(f"page {page}")
    if section:
        parts.append(text(heading(section)))
    return '<span class="oaken-dot"> · </span>'.join(parts)


def prose(claims: Iterable[Claim], sources: Sequence[Citation], *, tail: str = "", writing: bool = False) -> str:
    """The sentences judged so far, each with its numbers or its mark, then what is being written."""
    parts = [_sentence(claim, sources) for claim in claims]
    if writing:
        parts.append(f'<span class="oaken-tail">{text(tail)}<span class="oaken-caret"></span></span>')
    if not parts:
        return ""
    return f'<p class="oaken-prose">{" ".join(parts)}</p>'


def _sentence(claim: Claim, sources: Sequence[Citation]) -> str:
    said = text(one_line(claim.text))
    if not claim.supported:
        return (
            f'<span class="oaken-unsupported"><span>{said}</span> <span class="oaken-flag">{UNSUPPORTED}</span></span>'
        )
    marks = "".join(
        f'<sup class="oaken-mark" title="{text(one_line(sources[number - 1].quote))}">{number}</sup>'
        for number in numbers(claim.citations, sources)
    )
    return f'<span class="oaken-supported">{said}{marks}</span>'


def not_found() -> str:
    """That the documents do not say."""
    return (
        f'<p class="oaken-notfound">{NOT_FOUND}</p>'
        f"{quiet('These passages come nearest, but none of them seems to hold an answer.')}"
    )


def passages(found: Iterable[Passage], sources: Sequence[Citation]) -> str:
    """Whole passages with what is cited in them highlighted and numbered."""
    items = "".join(
        f'<div class="oaken-passage"><div class="oaken-where">{where(each.source, each.page, each.section)}</div>'
        f'<div class="oaken-text">{highlighted(each, sources)}</div></div>'
        for each in found
    )
    return f'<div class="oaken-passages">{items}</div>' if items else ""


def highlighted(passage: Passage, sources: Sequence[Citation]) -> str:
    """The passage's text with the cited spans marked."""
    parts, at, words = [], 0, _unwrapped(passage.text)
    for start, end in spans_within(passage, sources):
        cited = [
            number
            for number, source in enumerate(sources, 1)
            if source.document_id == passage.document_id and source.start == passage.start + start
        ]
        mark = "".join(f'<sup class="oaken-mark">{number}</sup>' for number in cited)
        parts += [text(words[at:start]), f"<mark>{text(words[start:end])}</mark>{mark}"]
        at = end
    return "".join([*parts, text(words[at:])])


def _unwrapped(words: str) -> str:
    """Newlines within a running sentence become spaces, one for one, so that offsets hold; others stay."""
    letters = list(words)
    begin = 0
    for at, letter in enumerate(words[:-1]):
        if letter == "\n":
            long_line, goes_on = at - begin > 50, words[at + 1].isalpha() or words[at + 1].isdigit()
            if long_line and goes_on and "|" not in words[begin:at]:
                letters[at] = " "
            begin = at + 1
    return "".join(letters)


def how(answer: Answer) -> str:
    """How an answer came about: confidence, the window's use, the time of each stage."""
    rows = [("Confidence that your documents hold the answer", f"{answer.confidence:.0%}")]
    if answer.prompt_tokens:
        rows.append(("Read by the model", f"{answer.prompt_tokens} of {answer.window} tokens"))
        supported = sum(claim.supported for claim in answer.claims)
        rows.append(("Sentences borne out by your documents", f"{supported} of {len(answer.claims)}"))
    rows.append(("Passages looked at", str(len(answer.passages))))
    rows += [(f"Time: {stage}", f"{seconds:.2f} s") for stage, seconds in answer.timings.items()]
    body = "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in rows)
    return f'<dl class="oaken-how">{body}</dl>'


def quiet(words: str) -> str:
    """A quiet line."""
    return f'<p class="oaken-quiet">{text(one_line(words))}</p>'


def heading_line(title: str, below: str = "") -> str:
    """A page's heading with a quiet line below."""
    quiet = f'<p class="oaken-lead">{text(below)}</p>' if below else ""
    return f'<h1 class="oaken-title">{text(title)}</h1>{quiet}'


def outcomes(rows: Iterable[tuple[str, str, str]]) -> str:
    """What became of each file: name, outcome, reason."""
    items = "".join(
        f'<tr><td title="{text(one_line(source))}">{text(file_name(source))}</td>'
        f'<td><span class="oaken-outcome oaken-{text(outcome)}">{text(outcome.replace("_", " "))}</span></td>'
        f"<td>{text(one_line(reason))}</td></tr>"
        for source, outcome, reason in rows
    )
    if not items:
        return ""
    head = "<thead><tr><th>File</th><th>Outcome</th><th>Reason</th></tr></thead>"
    return f'<div class="oaken-scroll"><table class="oaken-table">{head}<tbody>{items}</tbody></table></div>'
