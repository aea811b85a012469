"""Oaken answers questions from your own documents and binds every sentence to the words that support it.

>>> from rag import Assistant
>>> Assistant.open("default").ask("When did the tram open?")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rag import no_reports
from rag.types import Answer, Citation, Claim, Passage, Turn

if TYPE_CHECKING:
    from rag.answer.assistant import Assistant
    from rag.answer.options import AskOptions
    from rag.library.library import Library

__all__ = ["Answer", "AskOptions", "Assistant", "Citation", "Claim", "Library", "Passage", "Turn"]

no_reports.turn_off()

_HEAVY = {"AskOptions": "rag.answer.options", "Assistant": "rag.answer.assistant", "Library": "rag.library.library"}


def _answer_html(answer: Answer) -> str:
    from rag.answer.notebook_html import answer_html

    return answer_html(answer)


Answer._repr_html_ = _answer_html  # type: ignore[attr-defined]  # a notebook shows an answer by it


def __getattr__(name: str) -> Any:
    if name in _HEAVY:
        return getattr(import_module(_HEAVY[name]), name)
    raise AttributeError(f"module 'rag' has no attribute {name!r}")
