"""An answer from the library as plain text: its quotes, then the prose, then the sources; and what is cited where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rag.citations import compared_pairs, numbered_sources, quotes_in_order, source_numbers
from rag.quote_blocks import (
    Block,
    CodeBlock,
    ListBlock,
    TableBlock,
    blocks,
    is_single_paragraph,
    text_of,
    verdict_remark,
)
from rag.text.sentences import fenced
from rag.types import NOT_FOUND, Answer, AnswerStatus, Citation, Claim, ClaimChecked, Event, Finished, QuotesReady
from ui.api.schemas import CitationForm
from ui.shared.export.quote_markdown import fence
from ui.shared.folders import DocumentNames
from ui.shared.formatting import answer_after, clean, one_line, place_text

_MARKS = {"sources": "[{}]", "footnotes": "[^{}]", "none": ""}
_Part = str | int  # text, or the number of a source that is cited there
Link = Callable[[Citation], str]


class CitedText:
    """The text of an answer as it comes about, event by event; its citations as OpenAI's annotations."""

    def __init__(
        self, names: DocumentNames | None = None, form: CitationForm = "sources", link: Link = lambda source: ""
    ) -> None:
        """``names`` are those of the library's documents; without them a document is named by its source.

        ``link`` gives the address at which a source is shown.
        """
        self.answer: Answer | None = None
        self._names = names
        self._form = form
        self._link = link
        self._length = 0  # of the text so far
        self._cited: list[tuple[int, int, int]] = []  # start, end and number of what was cited since the last look
        self._has_text = self._after_code = False

    def feed(self, event: Event) -> str:
        """Return what this event adds."""
        self.answer = answer_after(self.answer, event)
        text = ""
        for part in self._parts(event, self.answer):
            shown = _MARKS[self._form].format(part) if isinstance(part, int) else part
            if isinstance(part, int) and shown:
                start = self._length + len(text)
                self._cited.append((start, start + len(shown), part))
            text += shown
        self._length += len(text)
        return text

    def annotations(self) -> list[dict[str, Any]]:
        """Return what was cited since the last call, each with the place of its mark in the text."""
        cited, self._cited = self._cited, []
        if not cited or self.answer is None:
            return []
        sources, named = numbered_sources(self.answer), self._named(self.answer)
        return [
            {
                "start_index": start,
                "end_index": end,
                "title": place_text(named[number - 1].source, named[number - 1].page, named[number - 1].section),
                "url": self._link(sources[number - 1]),
            }
            for start, end, number in cited
            if number <= len(sources)
        ]

    def _named(self, answer: Answer) -> Sequence[Citation]:
        return numbered_sources(answer if self._names is None else self._names.answer(answer))

    def _parts(self, event: Event, answer: Answer) -> Iterator[_Part]:
        if isinstance(event, QuotesReady):
            yield from self._opening(answer)
        elif isinstance(event, ClaimChecked):
            yield from self._claim(event.claim, numbered_sources(answer))
        elif isinstance(event, Finished):
            if answer.note:
                yield f"\n\n{clean(answer.note)}"
            yield from self._sources(answer)

    def _opening(self, answer: Answer) -> Iterator[_Part]:
        """Yield what is known before a word is written: Oaken's own reply, the short answer, the quotes."""
        sources = numbered_sources(answer)
        opening: list[list[_Part]] = []
        if answer.status is AnswerStatus.NOT_FOUND:
            opening.append([NOT_FOUND])
        if answer.reply:
            opening.append([clean(answer.reply)])
        if answer.short is not None:
            number, *_ = source_numbers([answer.short], sources) or [1]
            opening.append([f"{one_line(answer.short.quote)} ", number])
        if told := verdict_remark(answer):
            opening.append([told])
        if answer.status is not AnswerStatus.NOT_FOUND:
            opening += _quoted(answer, sources)
        for at, parts in enumerate(opening):
            yield from (["\n\n"] if at else [])
            yield from parts
        self._after_code = bool(opening)  # a paragraph begins

    def _claim(self, claim: Claim, sources: Sequence[Citation]) -> Iterator[_Part]:
        block = fenced(claim.text)
        if self._has_text or self._after_code:
            yield "\n\n" if block or self._after_code else " "
        self._has_text, self._after_code = True, block is not None
        if block:  # a fence must stand alone on its line
            yield f"```{one_line(block[0])}\n{clean(block[1]).rstrip()}\n```\n"
        else:
            yield f"{clean(claim.text)} "
        numbers = source_numbers(claim.citations, sources)
        if claim.translated:
            yield from ["(translated from ", *_spaced(numbers), ")"]
        elif claim.supported:
            yield from _spaced(numbers)
        else:
            yield "(not in your documents)"
        if claim.conflict:
            others = source_numbers(claim.conflict, sources)
            yield from [" (", *_spaced(others), " says otherwise)" if len(others) == 1 else " say otherwise)"]

    def _sources(self, answer: Answer) -> Iterator[_Part]:
        sources = self._named(answer) if self._form != "none" and answer.status is not AnswerStatus.NOT_FOUND else ()
        for number, each in enumerate(sources, 1):
            place = place_text(each.source, each.page, each.section)
            if self._form == "footnotes":
                yield f"\n\n[^{number}]: {place}"
            else:
                yield f"{'' if number > 1 else chr(10) * 2 + 'Sources:'}\n[{number}] {place}"


def _spaced(numbers: Sequence[int]) -> list[_Part]:
    return [part for at, number in enumerate(numbers) for part in ((" ", number) if at else (number,))]


def _quoted(answer: Answer, sources: Sequence[Citation]) -> list[list[_Part]]:
    """Return the quotes, each a paragraph; of two compared documents, one for all their differences."""
    if pairs := compared_pairs(answer):
        return [
            [part for at, pair in enumerate(pairs) for part in (["\n"] if at else []) + _side_by_side(pair, sources)]
        ]
    return [_quote(each, source_numbers([each], sources)[0]) for each in quotes_in_order(answer)]


def _side_by_side(pair: Sequence[Citation | None], sources: Sequence[Citation]) -> list[_Part]:
    """Return a place where two documents differ, on a line."""
    parts: list[_Part] = ["- "]
    for at, each in enumerate(pair):
        parts += [" → "] if at else []
        parts += [f"“{one_line(each.quote)}” ", source_numbers([each], sources)[0]] if each else ["—"]
    return parts


def _quote(quote: Citation, number: int) -> list[_Part]:
    """Return a quote as plain text: on a line, or as the list, the code, the rows that it is."""
    if is_single_paragraph(quote):
        return [f"“{one_line(quote.quote)}” ", number]
    more = "{} of {} shown ".format(*quote.items) if quote.items else ""
    return ["\n\n".join([*map(_block, blocks(quote)), more]), number]


def _block(block: Block) -> str:
    if isinstance(block, CodeBlock):
        return fence(block.text)
    if isinstance(block, ListBlock):
        return "\n".join(f"- {one_line(f'{item.number} {text_of(item.runs)}')}" for item in block.items)
    if isinstance(block, TableBlock):
        lines = [block.header] if any(block.header) else []
        lines += [tuple(map(text_of, row)) for row in block.rows]
        return "\n".join(" | ".join(map(one_line, line)) for line in lines)
    return clean(text_of(block.runs)).strip()
