"""Which language a document is in: once a document, never an element."""

from __future__ import annotations

from rag.text.detect import DETECTION_CHARS, language_of

__all__ = ["DETECTION_CHARS", "language_of"]
