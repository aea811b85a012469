"""Words of what happened, a decision or a payment: how it is asked for, what reports it, what only announces it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventPatterns:
    """Pattern pieces, any case."""

    asks: str  # "did we DECIDE", "how much did we PAY"
    reports: str  # stands where it happened: "it was RESOLVED", a RECEIPT
    announces: str  # stands where it may happen yet: "WILL BE DECIDED", a PRICE LIST


@dataclass(frozen=True, slots=True)
class EventWords:
    """The events that a question may ask for."""

    decision: EventPatterns
    payment: EventPatterns
