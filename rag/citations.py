"""The numbers of an answer's citations: the same on the page, in the notebook, the API and the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rag.types import Answer, Citation, Passage

CONTEXT_CHARS = 140  # characters of a passage that count as a quote's surroundings, on either side


def same_spot(one: Citation, other: Citation) -> bool:
    """Tell whether two citations share words of one document."""
    return one.document_id == other.document_id and one.start < other.end and other.start < one.end


def numbered_sources(answer: Answer) -> tuple[Citation, ...]:
    """Return the citations that get a number, in its order: quotes as they are read, then those only the prose cites.

    While an answer is being written the list only grows, so a number that was shown stays.
    """
    sources: list[Citation] = []
    spoken = (citation for claim in answer.claims for citation in (*claim.citations, *claim.conflict))
    for citation in (*quotes_in_order(answer), *spoken):
        if not any(same_spot(citation, known) for known in sources):
            sources.append(citation)
    return tuple(sources)


def source_numbers(citations: Iterable[Citation], sources: Sequence[Citation]) -> list[int]:
    """Return the numbers (from 1) of these citations among the sources, ascending, each once."""
    found = {
        number for citation in citations for number, source in enumerate(sources, 1) if same_spot(citation, source)
    }
    return sorted(found)


# -- the order in which quotes are read


def quotes_in_order(answer: Answer) -> tuple[Citation, ...]:
    """Return the quotes in the order in which every screen shows them, which is the order of their numbers."""
    return tuple(quote for group in quote_groups(answer) for quote in group)


def quote_groups(answer: Answer) -> list[tuple[Citation, ...]]:
    """Return the quotes in groups that stand together, the groups of one document after each other.

    The document of the best quote comes first, and within a document its best. Quotes that are each other's context,
    in one paragraph with at most CONTEXT_CHARS from one to the next, are a group in the order of their text.
    """
    if answer.comparison is not None:  # side by side
        return [(quote,) for quote in answer.quotes]
    groups: list[list[Citation]] = []
    for quote in answer.quotes:
        near = next((group for group in groups if any(_near(quote, each, answer.passages) for each in group)), None)
        if near is None:
            groups.append([quote])
        else:
            near.append(quote)
    ranks = {quote.document_id: rank for rank, quote in reversed([*enumerate(answer.quotes)])}
    return [
        tuple(sorted(group, key=lambda each: each.start))
        for group in sorted(groups, key=lambda group: ranks[group[0].document_id])
    ]


def compared_pairs(answer: Answer) -> list[tuple[Citation | None, Citation | None]]:
    """Return the quotes of two compared documents in pairs; None where one of them lacks it; [] of any other answer."""
    changes = answer.comparison.changes if answer.comparison is not None else ()
    quote: Callable[[int | None], Citation | None] = lambda at: (  # noqa: E731
        answer.quotes[at] if at is not None and at < len(answer.quotes) else None
    )
    return [(quote(change.first), quote(change.second)) for change in changes]


def spans_within(passage: Passage, sources: Iterable[Citation]) -> list[tuple[int, int]]:
    """Return the citations' spans (start, end) in the passage's text, in order, without overlap.

    A citation whose words are not there exactly is left out: nothing is ever highlighted by guess.
    """
    spans: list[tuple[int, int]] = []
    for citation in sorted(sources, key=lambda citation: citation.start):
        start, end = citation.start - passage.start, citation.end - passage.start
        exact = citation.document_id == passage.document_id and start >= 0 and passage.text[start:end] == citation.quote
        if exact and start < end and (not spans or spans[-1][1] <= start):
            spans.append((start, end))
    return spans


def passage_of(citation: Citation, passages: Iterable[Passage]) -> Passage | None:
    """Return the passage that holds the citation word for word, or None."""
    return next((passage for passage in passages if spans_within(passage, [citation])), None)


def paragraph_break(citation: Citation) -> str:
    """Return what ends a paragraph: in a table a line break, as the rows above and below a row are not its context."""
    return "\n" if " | " in citation.quote else "\n\n"


def _near(quote: Citation, other: Citation, passages: Sequence[Passage]) -> bool:
    passage = passage_of(other, passages)
    if passage is None or len(spans_within(passage, [quote, other])) < 2:
        return False
    first, second = sorted((quote, other), key=lambda each: each.start)
    gap = passage.text[first.end - passage.start : second.start - passage.start]
    return len(gap) <= CONTEXT_CHARS and paragraph_break(first) not in gap and paragraph_break(second) not in gap
