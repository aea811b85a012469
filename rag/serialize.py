"""The JSON shapes that scripts rely on: an answer, a citation, a search result. Keys are only ever added."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rag.citations import numbered_sources, source_numbers
from rag.types import Answer, Citation, Passage, WindowBudget


def citation_json(citation: Citation) -> dict[str, Any]:
    """Return the JSON form of a quote or a citation that scripts rely on."""
    row = asdict(citation)
    row["section"] = list(citation.section)
    row["score"] = round(citation.score, 4)
    keys = ("source", "document_id", "page", "section", "start", "end", "quote", "score")
    more = {
        "kind": citation.kind,
        "parts": [[part.kind, part.start, part.end] for part in citation.parts],
        "marks": [list(mark) for mark in citation.marks],
        "items": list(citation.items) if citation.items else None,
    }
    return {key: row[key] for key in keys} | more


def passage_json(passage: Passage, rank: int) -> dict[str, Any]:
    """Return the JSON form of a search result that scripts rely on; rank counts from 1."""
    return {
        "rank": rank,
        "score": round(passage.score, 4),
        "source": passage.source,
        "document_id": passage.document_id,
        "page": passage.page,
        "section": list(passage.section),
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "opinion": round(passage.opinion, 4),
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return the JSON form of an answer that scripts rely on (``oaken ask --json``).

    ``numbers`` are those that every screen shows, and count ``sources`` from 1. The sides of a comparison's changes are
    places in ``quotes``, from 0.
    """
    sources = numbered_sources(answer)
    return {
        "question": answer.question,
        "status": answer.status.value,
        "confidence": round(answer.confidence, 4),
        "quotes": [citation_json(quote) | {"numbers": source_numbers([quote], sources)} for quote in answer.quotes],
        "claims": [
            {
                "text": claim.text,
                "supported": claim.supported,
                "score": round(claim.score, 4),
                "citations": [citation_json(citation) for citation in claim.citations],
                "conflict": [citation_json(citation) for citation in claim.conflict],
                "translated": claim.translated,
                "unchecked": list(claim.unchecked),
                "numbers": source_numbers(claim.citations, sources),
            }
            for claim in answer.claims
        ],
        "passages": [passage_json(passage, rank) for rank, passage in enumerate(answer.passages, 1)],
        "prompt_tokens": answer.prompt_tokens,
        "timings": {stage: round(seconds, 4) for stage, seconds in answer.timings.items()},
        "budget": _budget_json(answer.budget),
        "reply": answer.reply,
        "documents": [{"source": each.source, "document_id": each.id} for each in answer.documents],
        "unwritten": answer.unwritten,
        "short": citation_json(answer.short) if answer.short else None,
        "verdict": answer.verdict.value,
        "corrected": answer.corrected,
        "sources": [citation_json(source) for source in sources],
        "comparison": asdict(answer.comparison) if answer.comparison is not None else None,
        "indexing": asdict(answer.indexing) if answer.indexing else None,
    }


def _budget_json(budget: WindowBudget | None) -> dict[str, Any] | None:
    if budget is None:
        return None
    return asdict(budget) | {"used": list(budget.used), "dropped": list(budget.dropped)}
