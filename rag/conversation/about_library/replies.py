"""Sentences about the library, in the language of the question."""

from __future__ import annotations

from rag.text.languages import known_languages


def reply_text(language: str, key: str, n: int | None = None, **gaps: object) -> str:
    """Return the sentence of that name with its gaps filled; of one thing the sentence for one, where there is such."""
    sentences = known_languages()[language].conversation.replies
    of_one: str = getattr(sentences, f"{key}_one", "") if n == 1 else ""
    of_many: str = getattr(sentences, key)
    return (of_one or of_many).format(n=n, **gaps)
