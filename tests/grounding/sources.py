"""A passage of any text."""

from __future__ import annotations

from rag.types import Passage


def of(text: str, language: str = "en", name: str = "d", section: tuple[str, ...] = ()) -> Passage:
    return Passage(name, f"{name}.md", text, 0, len(text), None, section, language, 1.0, (name,))
