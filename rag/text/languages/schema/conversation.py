"""Words of conversation: small talk, questions about the library, replies, suggested questions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConversationWords:
    """Words of conversation: small talk, questions about the library, replies, suggested questions."""
