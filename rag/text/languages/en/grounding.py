"""English: words of ``schema/grounding.py``."""

from __future__ import annotations

from rag.text.languages.schema.grounding import GroundingWords

GROUNDING = GroundingWords()
