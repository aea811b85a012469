"""English: words of ``schema/events.py``."""

from __future__ import annotations

from rag.text.languages.schema.events import EventPatterns, EventWords

_DECIDED = r"(?:decid|resolv|approv|adopt|reject|agre|vot)ed|carried"

EVENTS = EventWords(
    decision=EventPatterns(
        asks=r"(?:did|have|has|had|was|were)\b(?! to\b)[^?]*"
        rf"\b(?:decide|resolve|approve|adopt|reject|agree|vote|{_DECIDED})|"
        r"(?:what|which)\b[^?]*\b(?:decisions?|resolutions?)",
        reports=rf"{_DECIDED}|\d+ votes|unanimous(?:ly)?",
        announces=r"(?:will|shall|should|can|may|must|to) (?:then |be |again )*(?:decided?|discuss(?:ed)?|vote[d]?|"
        r"agreed?|resolved?|approved?)|agenda|shall we|(?:want|plan|propose|intend)(?:s|ed)? to|proposals?|draft",
    ),
    payment=EventPatterns(
        asks=r"did (?:we|i|you)\b[^?]*\b(?:pay|spend)|(?:have|had) (?:we|i|you)\b(?! to\b)[^?]*\b(?:paid|spent)|"
        r"(?:was|were) (?:paid|spent)|cost (?:us|me)",
        reports=r"receipts?|invoices?|bills?|(?:bank|account) statements?|paid|amount due|(?:sub)?totals?",
        announces=r"price[ -]?lists?|prices|catalog(?:ue)?s?|tariffs?|offers?|quotations?|estimates?",
    ),
)
