"""What a reader raises for a file that gives no text."""

from __future__ import annotations

from rag.types import Outcome


class UnreadableError(Exception):
    """A file gives no text: what became of it, and why in plain words."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason
