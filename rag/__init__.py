"""Oaken answers questions from your own documents and binds every sentence to the words that bear it out.

>>> from rag import Assistant
>>> Assistant.open("default").ask("When did the tram open?")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rag.types import Answer, Citation, Claim, Passage, Turn

if TYPE_CHECKING:
    from rag.answer.assistant import Assistant
    from rag.library.library import Library

__all__ = ["Answer", "Assistant", "Citation", "Claim", "Library", "Passage", "Turn"]

_HEAVY = {"Assistant": "rag.answer.assistant", "Library": "rag.library.library"}


def __getattr__(name: str) -> Any:
    if name in _HEAVY:
        return getattr(import_module(_HEAVY[name]), name)
    raise AttributeError(f"module 'rag' has no attribute {name!r}")
