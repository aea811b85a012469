"""Detects the language of a document: once per document, never per element."""

from __future__ import annotations

from rag.text.detect import DETECTION_CHARS, language_of

__all__ = ["DETECTION_CHARS", "language_of"]
