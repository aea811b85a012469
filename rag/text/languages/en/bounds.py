"""English: words of ``schema/bounds.py``."""

from __future__ import annotations

from rag.text.languages.schema.bounds import BoundWords

BOUNDS = BoundWords(
    more=r"over|more than|above|exceeding|in excess of|greater than|older than|longer than|beyond",
    less=r"under|less than|fewer than|below|younger than|shorter than",
    at_least=r"at least|(?:a )?minimum(?: of)?|(?:not|no) (?:less|fewer) than|starting at",
    at_most=r"up to|at most|(?:a )?max(?:imum|\.)?(?: of)?|(?:not|no) more than|not exceeding",
    or_more=r"(?:or|and) (?:more|over|above|older|upwards?)",
    or_less=r"(?:or|and) (?:less|fewer|under|below|younger)",
    after="after",
    before="before",
    first=r"from",
    last=r"to|until|till|through",
    between=r"between",
    joiner=r"and",
    only=r"(?:only|solely|exclusively)(?: be \w+)?",
    permits=r"may|can|could|(?:be |is |are |am )?(?:allowed|permitted)",
    forbids=r"banned|forbidden|prohibited|closed|except(?:ed)?|excluded|illegal|against the rules",
)
