"""Which language a document is in: once a document, never an element."""

from __future__ import annotations

from rag.text.detect import LOOKED_AT, language_of

__all__ = ["LOOKED_AT", "language_of"]
