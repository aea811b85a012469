"""Español: words of ``schema/text.py``."""

from __future__ import annotations

from rag.text.languages.schema.text import TextWords

TEXT = TextWords()
