"""HTML of the browser app, as strings. Pure: knows no framework, reads nothing.

The page's HTML is made here and in modules that build on this one. Every text passes :func:`text`, which escapes it:
what a document, a file's name, a question or the model says is never markup, so nothing in it is run, linked or loaded.
Every block of such text has ``dir="auto"``, every name within a line a ``bdi``: Arabic and Hebrew read from the right,
beside anything else. A file's name runs from the left, its ending last.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from rag.citations import source_numbers, spans_within
from rag.grounding.code_blocks import code_language
from rag.messages import marked
from rag.quote_blocks import claims_beyond_quotes, without_line_breaks
from rag.text.sentences import fenced
from rag.types import NOT_FOUND, Answer, Citation, Claim, Passage
from ui.shared.export import rich_text
from ui.shared.formatting import (
    DISAGREEMENT_LABEL,
    TRANSLATED_LABEL,
    UNSUPPORTED_LABEL,
    clean,
    exchanges,
    file_name,
    heading,
    in_archive,
    one_line,
    page_label,
    tokens_read,
    what_was_compared,
)
from ui.shared.i18n import number, show_message, tr, trn

_TOOLTIP_CHARS = 400  # characters of a quote that its number's tooltip shows
_LONGEST_KEPT_CHARS = 30  # characters of a word that fits a line of the narrowest page beside its numbers
_THEMES = {"System": marked("Automatic"), "Light": marked("Light"), "Dark": marked("Dark")}  # Streamlit's names
_STAGES = {
    "retrieve": marked("search"),
    "quote": marked("quotes"),
    "prose": marked("writing"),
    "summarise": marked("summary"),
}
_OUTCOME_LABELS = {
    "indexed": marked("ready"),
    "unchanged": marked("unchanged"),
    "moved": marked("moved"),
    "duplicate": marked("duplicate"),
    "empty": marked("empty"),
    "unsupported": marked("unsupported"),
    "failed": marked("failed"),
    "too_large": marked("too large"),
    "encrypted": marked("encrypted"),
    "removed": marked("removed"),
}


def text(value: str) -> str:
    """Return text as HTML: escaped, without control characters."""
    return escape(clean(value), quote=True)


def bdi(value: str) -> str:
    """Return text as HTML that is isolated from the writing direction of its surroundings."""
    return f"<bdi>{text(value)}</bdi>"


def question(words: str, where: str = "") -> str:
    """Return a question as the heading of its answer, below ``where`` it was asked."""
    above = f'<p class="oaken-asked-in" dir="auto">{text(where)}</p>' if where else ""
    return f'{above}<h2 class="oaken-question" dir="auto">{text(one_line(words))}</h2>'


def where(source: str, page: int | None, section: Sequence[str], *, named: bool = True) -> str:
    """Return file, page and heading of a source; a tooltip holds the whole path.

    Without ``named`` the file is left out where page or heading say enough, beside another place in it.
    """
    archive = source
    source, section = in_archive(source, section)
    name = f"{file_name(archive)}{source[len(archive) :]}"
    parts = [f'<strong title="{text(one_line(source))}"><bdi dir="ltr">{text(name)}</bdi></strong>']
    if not named and (page is not None or section):
        parts = []
    if page is not None:
        parts.append(bdi(page_label(source, page)))
    if section:
        parts.append(bdi(heading(section)))
    return '<span class="oaken-dot"> · </span>'.join(parts)


def mark(number: int, sources: Sequence[Citation], key: str, kind: str = "oaken-mark", *, last: int = 0) -> str:
    """Return the number of a source, or the range up to ``last``; its words appear on hover or keyboard focus."""
    source = sources[number - 1]
    shown = f"{number}–{last}" if last > number else str(number)
    excerpt = text(_cut(one_line(source.quote)))
    if not key:
        tag, tip = ("sup", f' title="{excerpt}"') if kind == "oaken-mark" else ("span", "")
        return f'<{tag} class="{kind}"{tip}>{shown}</{tag}>'
    page = f", {page_label(source.source, source.page)}" if source.page is not None else ""
    name = text(tr("Source {n}: {where}", n=shown, where=f"{file_name(source.source)}{page}"))
    tip = f' data-tip="{excerpt}"' if kind == "oaken-mark" else ""
    clicked = f'data-oaken="cite:{text(key)}:{number}"'
    return f'<button type="button" class="{kind}" {clicked} aria-label="{name}"{tip}>{shown}</button>'


def ended(words: str, numbers: str) -> str:
    """Return text with the numbers of its sources, which never begin a line: the last word goes with them."""
    head, space, last = words.rstrip().rpartition(" ")
    if not numbers or len(last) > _LONGEST_KEPT_CHARS:
        return f"{text(words)}{numbers}"
    return f'{text(head)}{space}<span class="oaken-kept">{text(last)}{numbers}</span>'


def _cut(words: str) -> str:
    return (
        words
        if len(words) <= _TOOLTIP_CHARS
        else f"{words[:_TOOLTIP_CHARS].rpartition(' ')[0] or words[:_TOOLTIP_CHARS]} …"
    )


def prose(
    claims: Iterable[Claim], sources: Sequence[Citation], key: str = "", *, tail: str = "", writing: bool = False
) -> str:
    """Return the sentences checked so far, each with its numbers or its flag, then the text being generated.

    Code stands in blocks of its own, between paragraphs.
    """
    parts: list[str] = []
    running: list[str] = []

    def paragraph() -> None:
        if running:
            parts.append(f'<p class="oaken-prose" dir="auto">{" ".join(running)}</p>')
            running.clear()

    for claim in claims:
        block = fenced(claim.text)
        if block is None:
            running.append(_sentence(claim, sources, key))
            continue
        paragraph()
        parts.append(_code(claim, *block, sources, key))
    if writing:
        caret = '<span class="oaken-caret"></span>'
        block = fenced(tail)
        if block is None:
            running.append(f'<span class="oaken-tail">{text(tail)}{caret}</span>')
        else:
            paragraph()
            parts.append(f'<pre class="oaken-code oaken-tail" dir="ltr"><code>{text(block[1])}{caret}</code></pre>')
    paragraph()
    return "".join(parts)


def _code(claim: Claim, language: str, lines: str, sources: Sequence[Citation], key: str) -> str:
    """Return a code block with its language, and its numbers or its flag below."""
    marks = _marks(claim.citations, sources, key)
    flag = marks if claim.supported else f'<span class="oaken-flag">{text(tr(UNSUPPORTED_LABEL))}</span>'
    name = f'<span class="oaken-language">{text(one_line(language))}</span>' if language else ""
    return (
        f'<pre class="oaken-code" dir="ltr"><code>{text(lines.rstrip(chr(10)))}</code></pre>'
        f'<p class="oaken-quiet">{" ".join(filter(None, (name, flag)))}</p>'
    )


def _sentence(claim: Claim, sources: Sequence[Citation], key: str) -> str:
    sentence = text(one_line(claim.text))
    otherwise = ""
    if claim.conflict:
        marks = _marks(claim.conflict, sources, key)
        otherwise = f' <span class="oaken-flag oaken-otherwise">{text(tr(DISAGREEMENT_LABEL))}{marks}</span>'
    if claim.translated:
        marks = _marks(claim.citations, sources, key)
        tip, label = text(tr(what_was_compared(claim.unchecked))), text(tr(TRANSLATED_LABEL))
        flag = f'<span class="oaken-flag oaken-from" title="{tip}">{label}{marks}</span>'
        return f'<span class="oaken-translated">{sentence} {flag}{otherwise}</span>'
    if not claim.supported:
        flag = f'<span class="oaken-flag">{text(tr(UNSUPPORTED_LABEL))}</span>'
        return f'<span class="oaken-unsupported"><span>{sentence}</span> {flag}{otherwise}</span>'
    proven = ended(one_line(claim.text), _marks(claim.citations, sources, key))
    return f'<span class="oaken-supported">{proven}{otherwise}</span>'


def legend(claims: Iterable[Claim]) -> str:
    """Return what "translated from" means, once per kind of comparison; "" where nothing is translated."""
    comparisons = dict.fromkeys(claim.unchecked for claim in claims if claim.translated)
    return "".join(quiet(f"{tr(TRANSLATED_LABEL).capitalize()}: {tr(what_was_compared(each))}") for each in comparisons)


def _marks(citations: Sequence[Citation], sources: Sequence[Citation], key: str) -> str:
    return "".join(mark(number, sources, key) for number in source_numbers(citations, sources))


def corrected(answer: Answer) -> str:
    """Return the note of the question as it was corrected; "" where it was searched as typed."""
    if not answer.corrected:
        return ""
    return quiet(tr("Showing answers for “{question}”.", question=one_line(answer.corrected)))


def own_reply(answer: Answer) -> str:
    """Return Oaken's own reply: sentences, and the documents it names as a list."""
    lines = [line for line in map(one_line, answer.reply.splitlines()) if line]
    head = "".join(f'<p class="oaken-prose" dir="auto">{text(line)}</p>' for line in lines if not line.startswith("- "))
    items = "".join(f'<li dir="auto">{text(line[2:])}</li>' for line in lines if line.startswith("- "))
    return head + (f"<ul>{items}</ul>" if items else "")


def not_found() -> str:
    """Return the statement that the documents do not answer."""
    return (
        f'<p class="oaken-notfound">{text(tr(NOT_FOUND))}</p>'
        f"{quiet(tr('These are the closest passages, but none seems to answer the question.'))}"
    )


def passages(found: Iterable[Passage], sources: Sequence[Citation], key: str = "") -> str:
    """Return whole passages with the cited spans highlighted and numbered.

    With a ``key`` a passage's location is a button that says ``passage:KEY:NUMBER``.
    """
    items = "".join(
        f'<div class="oaken-passage" dir="auto"><div class="oaken-where">{_place(each, number, key)}</div>'
        f'<div class="oaken-text{" oaken-lines" * _is_code(each)}">{highlighted(each, sources, key)}</div></div>'
        for number, each in enumerate(found, 1)
    )
    return f'<div class="oaken-passages">{items}</div>' if items else ""


def _is_code(passage: Passage) -> bool:
    return code_language(passage.source) not in ("", "json", "yaml", "toml")  # these are read as records


def _place(passage: Passage, number: int, key: str) -> str:
    named = where(passage.source, passage.page, passage.section)
    if not key:
        return named
    return f'<button type="button" class="oaken-open" data-oaken="passage:{text(key)}:{number}">{named}</button>'


def highlighted(passage: Passage, sources: Sequence[Citation], key: str = "") -> str:
    """Return the passage's text with the cited spans marked."""
    parts, at, words = [], 0, passage.text if _is_code(passage) else without_line_breaks(passage.text)
    for start, end in spans_within(passage, sources):
        cited = [
            number
            for number, source in enumerate(sources, 1)
            if source.document_id == passage.document_id and source.start == passage.start + start
        ]
        marks = "".join(mark(number, sources, key) for number in cited)
        parts += [text(words[at:start]), f"<mark>{text(words[start:end])}</mark>{marks}"]
        at = end
    return "".join([*parts, text(words[at:])])


def theme_switch() -> str:
    """Return the buttons that choose the page's theme; the browser keeps the choice (``assets/clicks.js``)."""
    buttons = "".join(
        f'<button type="button" data-oaken-theme="{theme}">{text(tr(name))}</button>' for theme, name in _THEMES.items()
    )
    label = text(tr("Appearance"))
    return f'<div class="oaken-theme" role="group" aria-label="{label}"><p>{label}</p>{buttons}</div>'


def how_it_was_found(answer: Answer) -> str:
    """Return how an answer came about: confidence, use of the context window, time of each stage."""
    rows = [(tr("Confidence that your documents hold the answer"), number(answer.confidence, ".0%"))]
    if answer.prompt_tokens:
        rows.append((tr("Prompt tokens"), tokens_read(answer)))
    if claims := claims_beyond_quotes(answer.claims, answer.quotes):  # of the prose that is shown
        supported = sum(claim.supported for claim in claims)
        supported_share = tr("{part} of {whole}", part=supported, whole=len(claims))
        rows.append((tr("Sentences supported by your documents"), supported_share))
        if translated := sum(claim.translated for claim in claims):
            part = tr("{part} of {whole}", part=translated, whole=len(claims))
            rows.append((tr("Sentences translated from your documents"), part))
    if answer.budget is not None:
        used, dropped, budget = answer.budget.used, answer.budget.dropped, answer.budget
        rows.append((tr("Reserved for the answer"), trn(budget.reserved, "{n} token", "{n} tokens")))
        rows.append((tr("Read from"), ", ".join(map(file_name, used)) or tr("nothing")))
        if dropped:
            rows.append((tr("Left out (no room)"), ", ".join(map(file_name, dropped))))
        if budget.turns or budget.dropped_turns:
            read, dropped_questions = exchanges(budget.turns), exchanges(budget.dropped_turns)
            rows.append(
                (
                    tr("Earlier questions"),
                    tr("{read} read, {dropped} did not fit", read=read, dropped=dropped_questions),
                )
            )
    rows.append((tr("Passages considered"), str(len(answer.passages))))
    for opinion, label in (
        (1, tr("Moved up, since you rated a like answer good")),
        (-1, tr("Moved down, since you rated a like answer bad")),
    ):
        if moved := [each for each in answer.passages if each.opinion * opinion > 0]:
            rows.append((label, ", ".join(dict.fromkeys(file_name(each.source) for each in moved))))
    rows += [
        (tr("Time: {stage}", stage=tr(_STAGES.get(stage, stage))), tr("{seconds} s", seconds=number(seconds, ".2f")))
        for stage, seconds in answer.timings.items()
    ]
    body = "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in rows)
    return f'<dl class="oaken-how">{body}</dl>'


def waiting(words: str) -> str:
    """Return how far an answer being generated has come."""
    return f'<p class="oaken-quiet oaken-waiting">{text(words)}</p>'


def quiet(words: str) -> str:
    """Return a line in quiet type."""
    return f'<p class="oaken-quiet">{text(one_line(words))}</p>'


def heading_line(title: str, below: str = "") -> str:
    """Return a page's heading, with a quiet line below it if given."""
    quiet = f'<p class="oaken-lead">{text(below)}</p>' if below else ""
    return f'<h1 class="oaken-title" dir="auto">{text(title)}</h1>{quiet}'


def subheading(title: str) -> str:
    """Return the heading of a section."""
    return f'<h2 class="oaken-subtitle">{text(title)}</h2>'


def listed(items: Iterable[str]) -> str:
    """Return a plain list."""
    rows = "".join(f'<li dir="auto">{text(one_line(each))}</li>' for each in items)
    return f'<ul class="oaken-list">{rows}</ul>'


def steps(items: Iterable[tuple[str, str]]) -> str:
    """Return numbered steps, each a name and a sentence."""
    listed = "".join(f"<li><strong>{text(name)}</strong><br>{text(words)}</li>" for name, words in items)
    return f'<ol class="oaken-steps">{listed}</ol>'


def outcome_name(outcome: str) -> str:
    """Return an outcome's name in the page's language."""
    return tr(_OUTCOME_LABELS.get(outcome, outcome.replace("_", " ")))


def outcomes(rows: Iterable[tuple[str, str, str, str]]) -> str:
    """Return a table of files: name, outcome, reason, and below it what may help; "" without rows."""
    items = "".join(
        f'<tr><td title="{text(one_line(source))}" dir="auto">{text(file_name(source))}</td>'
        f'<td><span class="oaken-outcome oaken-{text(outcome)}">{text(outcome_name(outcome))}</span></td>'
        f"<td>{text(one_line(show_message(why)))}{_step(step)}</td></tr>"
        for source, outcome, why, step in rows
    )
    if not items:
        return ""
    names = (tr("File"), tr("Outcome"), tr("Reason"))
    head = f"<thead><tr>{''.join(f'<th>{text(name)}</th>' for name in names)}</tr></thead>"
    return f'<div class="oaken-scroll"><table class="oaken-table">{head}<tbody>{items}</tbody></table></div>'


def _step(words: str) -> str:
    return f'<span class="oaken-helps">{text(tr(words))}</span>' if words else ""


def logout_button() -> str:
    """Return a button that ends the session, for a page behind a login."""
    button = f'<button type="submit" class="oaken-out">{text(tr("Log out"))}</button>'
    return f'<form method="post" action="/logout">{button}</form>'


def copy_buttons(markdown: str) -> str:
    """Return two buttons: one copies formatted and plain text, as for a mail, the other the Markdown itself."""
    both = {"text/html": rich_text.as_html(markdown), "text/plain": rich_text.as_text(markdown)}
    return _copying(tr("Copy"), both) + _copying(tr("Copy as Markdown"), {"text/plain": markdown})


def _copying(label: str, parts: Mapping[str, str]) -> str:
    # A sanitizer drops an attribute that holds "-->" or the end of certain tags: no "<" and ">" in it.
    held = json.dumps(parts, ensure_ascii=False).replace("<", r"\u003c").replace(">", r"\u003e")
    return f'<button type="button" class="oaken-copy" data-oaken-copy="{text(held)}">{text(label)}</button>'
