"""Words of questions: question words, answer types, comparisons, follow-ups."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """Words of questions: question words, answer types, comparisons, follow-ups."""
