"""Small talk costs no search; what each language says is in ``tests/text/languages``."""

from __future__ import annotations

from rag.answer.assistant import Assistant
from rag.library.library import Library
from rag.types import AnswerStatus, Finished, QuotesReady
from tests.doubles import BagEmbedder, ScriptedModel


def test_thanks_costs_no_search_and_no_token(library: Library, embedder: BagEmbedder) -> None:
    model = ScriptedModel("The tram line opened in 1911.")
    asked = Assistant(library, embedder, lambda: model)
    embedder.embedded.clear()
    first, last = asked.stream("Спасибо!")
    assert isinstance(first, QuotesReady) and isinstance(last, Finished)
    assert last.answer.status is AnswerStatus.TOLD and last.answer.reply == "Пожалуйста."
    assert not model.prompts and not last.answer.passages
