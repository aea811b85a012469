"""The numbers of an answer's citations: the same on the page, in the notebook, the API and the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.types import Answer, Citation


def same_spot(one: Citation, other: Citation) -> bool:
    """Tell whether two citations share words of one document."""
    return one.document_id == other.document_id and one.start < other.end and other.start < one.end


def numbered_sources(answer: Answer) -> tuple[Citation, ...]:
    """Return the citations that get a number, in its order: quotes first, then those that only the prose cites.

    While an answer is being written the list only grows, so a number that was shown stays.
    """
    sources: list[Citation] = []
    spoken = (citation for claim in answer.claims for citation in (*claim.citations, *claim.conflict))
    for citation in (*answer.quotes, *spoken):
        if not any(same_spot(citation, known) for known in sources):
            sources.append(citation)
    return tuple(sources)


def source_numbers(citations: Iterable[Citation], sources: Sequence[Citation]) -> list[int]:
    """Return the numbers (from 1) of these citations among the sources, ascending, each once."""
    found = {
        number for citation in citations for number, source in enumerate(sources, 1) if same_spot(citation, source)
    }
    return sorted(found)
