"""Export an answer, or the shown branch of a chat, as Markdown to keep or to paste. Pure.

Text of questions, documents and models is no markup there: its signs are escaped, code is indented.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from rag.citations import compared_pairs, numbered_sources, quotes_in_order, source_numbers
from rag.conversation.chats.store import Chat, StoredExchange
from rag.messages import marked
from rag.quote_blocks import PARTLY, UNSURE, claims_beyond_quotes, is_single_paragraph, verdict_remark
from rag.text.sentences import fenced
from rag.types import NOT_FOUND, Answer, AnswerStatus, Citation, Claim, Comparison
from ui.shared.export.quote_markdown import as_markdown, escaped, marked_line, safe_begin, words_of
from ui.shared.formatting import (
    DISAGREEMENT_LABEL,
    PAGE_LABELS,
    SHOWN_OF_TOTAL,
    TRANSLATED_LABEL,
    UNSUPPORTED_LABEL,
    clean,
    heading,
    in_archive,
    names_apart,
    one_line,
    page_template,
    what_was_compared,
)
from ui.shared.i18n import tr
from ui.shared.scopes import ASKED_IN, SINCE_YEAR, scope_text

_CONVERSATION, _NO_ANSWER = marked("Conversation"), marked("No answer.")
_STOPPED, _SOURCES = marked("Stopped."), marked("Sources")
Say = Callable[[str], str]


def current_translations() -> Say:
    """Return a translator of the export's words into the current language, which also works without a page at hand."""
    every: tuple[str, ...] = (
        _CONVERSATION,
        _NO_ANSWER,
        NOT_FOUND,
        _STOPPED,
        _SOURCES,
        PARTLY,
        UNSURE,
        SHOWN_OF_TOTAL,
    )
    every += (UNSUPPORTED_LABEL, DISAGREEMENT_LABEL, TRANSLATED_LABEL, *PAGE_LABELS, SINCE_YEAR, ASKED_IN)
    every += (what_was_compared(()), what_was_compared(("negation",)))
    return {each: tr(each) for each in every}.__getitem__


def of_chat(chat: Chat, path: Iterable[StoredExchange], say: Say = tr) -> str:
    """Return the whole branch as Markdown."""
    lines = [f"# {escaped(chat.title) or say(_CONVERSATION)}", "", chat.created[:10], ""]
    for each in path:
        lines += [f"## {escaped(each.question.text)}", ""]
        if where := scope_text(each.question.scope, say):
            lines += [f"*{escaped(where)}*", ""]
        if each.shown < 0:
            lines += [f"*{say(_NO_ANSWER)}*", ""]
            continue
        reply = each.replies[each.shown]
        if reply.answer is not None:
            lines += [of_answer(reply.answer, say), ""]
        if reply.problem:
            lines += [_escaped_line(f"{reply.problem} {reply.hint}"), ""]
    return "\n".join(lines)


def of_answer(answer: Answer, say: Say = tr) -> str:
    """Return an answer as Markdown, with its numbers.

    The short answer comes first, then the prose where that adds to the quotes, the quotes, and the sources by number.
    """
    sources = numbered_sources(answer)
    parts: list[str] = []
    if answer.status is AnswerStatus.NOT_FOUND:
        parts.append(say(NOT_FOUND))
    if answer.reply:
        parts += _reply_lines(answer.reply)
    if answer.short is not None:
        parts.append(f"**{escaped(answer.short.quote)}**{_marks([answer.short], sources)}")
    if note := verdict_remark(answer):
        parts.append(f"*{say(note)}*")
    if answer.note:  # such as which half of the question has no answer
        parts.append(f"*{_escaped_line(answer.note)}*")
    claims = claims_beyond_quotes(answer.claims, answer.quotes)
    parts += _prose(claims, sources, say)
    if answer.comparison is not None:
        parts.append(_compared(answer, answer.comparison, sources))
    drawn = [each for each in quotes_in_order(answer) if not claims or not is_single_paragraph(each)]
    drawn = drawn if answer.status is not AnswerStatus.NOT_FOUND else []
    parts += [_quote(each, sources, say) for each in drawn if answer.comparison is None]
    if answer.status is AnswerStatus.STOPPED:
        parts.append(f"*{say(_STOPPED)}*")
    if sources:
        parts.append("\n".join([f"**{say(_SOURCES)}**", "", *_listed(sources, drawn, say)]))
    return "\n\n".join(parts)


def _compared(answer: Answer, comparison: Comparison, sources: Sequence[Citation]) -> str:
    """Return the quotes of two documents as a table, a column for either."""
    rows = [
        [f"{marked_line(each)}{_marks([each], sources)}" if each else "—" for each in pair]
        for pair in compared_pairs(answer)
    ]
    lines = [[escaped(side) for side in comparison.sides], ["---", "---"], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _reply_lines(reply: str) -> list[str]:
    lines = [line for line in map(one_line, reply.splitlines()) if line]
    text_lines = [_escaped_line(line) for line in lines if not line.startswith("- ")]
    items = [f"- {_escaped_line(line[2:])}" for line in lines if line.startswith("- ")]
    return [*text_lines, *(["\n".join(items)] if items else [])]


def _prose(claims: Sequence[Claim], sources: Sequence[Citation], say: Say) -> list[str]:
    parts: list[str] = []
    running: list[str] = []
    for claim in claims:
        marks = _marks(claim.citations, sources)
        if not claim.supported:
            marks = f" *({say(TRANSLATED_LABEL)}{marks})*" if claim.translated else f" *({say(UNSUPPORTED_LABEL)})*"
        if claim.conflict:
            marks += f" *({say(DISAGREEMENT_LABEL)})*{_marks(claim.conflict, sources)}"
        block = fenced(claim.text)
        if block is None:
            running.append(f"{escaped(claim.text)}{marks}")
            continue
        parts += [" ".join(running)] if running else []
        parts += [_code(block[1]), *([marks.strip()] if marks else [])]
        running = []
    parts += [" ".join(running)] if running else []
    comparisons = dict.fromkeys(what_was_compared(claim.unchecked) for claim in claims if claim.translated)
    parts += [f"*{say(TRANSLATED_LABEL).capitalize()}: {say(each)}*" for each in comparisons]
    return [part if part.startswith("    ") else safe_begin(part) for part in parts]


def _quote(quote: Citation, sources: Sequence[Citation], say: Say) -> str:
    marks = _marks([quote], sources)
    if is_single_paragraph(quote):
        return f"> “{words_of(quote)}”{marks}"
    more = []
    if quote.items is not None:
        shown, total = quote.items
        more.append(f"*{say(SHOWN_OF_TOTAL).format(shown=shown, total=total)}*")
    return as_markdown(quote, *more, marks.strip())


def _listed(sources: Sequence[Citation], drawn: Collection[Citation], say: Say) -> list[str]:
    """Return each source by name, page and heading, with its words, except for those ``drawn`` above."""
    rows = []
    names = names_apart(each.source for each in sources)
    for number, each in enumerate(sources, 1):
        words = "" if each in drawn else f": “{escaped(each.quote)}”"
        rows.append(f"{number}. {_escaped_line(_place(each, names[each.source], say))}{words}")
    return rows


def _place(source: Citation, name: str, say: Say) -> str:
    inner, section = in_archive(source.source, source.section)
    page = "" if source.page is None else say(page_template(source.source)).format(page=source.page)
    return ", ".join(filter(None, [f"{name}{one_line(inner[len(source.source) :])}", page, heading(section)]))


def _marks(citations: Iterable[Citation], sources: Sequence[Citation]) -> str:
    return "".join(f" \\[{number}\\]" for number in source_numbers(citations, sources))


def _code(lines: str) -> str:
    return "\n".join(f"    {line}" for line in clean(lines).rstrip("\n").splitlines())


def _escaped_line(words: str) -> str:
    return safe_begin(escaped(words))
