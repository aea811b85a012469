"""An assistant over the library of these tests."""

from __future__ import annotations

from rag.answer.assistant import Assistant
from rag.library.library import Library
from tests.doubles import BagEmbedder, ScriptedModel


def assistant(library: Library, embedder: BagEmbedder, *replies: str) -> tuple[Assistant, ScriptedModel]:
    model = ScriptedModel(*replies)
    return Assistant(library, embedder, lambda: model), model
