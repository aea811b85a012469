from __future__ import annotations

import pytest

from rag.answer.assistant import Assistant
from rag.conversation.small_talk import small_talk
from rag.library.library import Library
from rag.types import AnswerStatus, Finished, QuotesReady
from tests.doubles import BagEmbedder, ScriptedModel


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Hello!", "en"), ("thanks a lot", "en"), ("What can you do?", "en"), ("How are you?", "en"), ("bye", "en"),
        ("¡Hola!", "es"), ("Muchas gracias.", "es"), ("¿Qué puedes hacer?", "es"), ("hasta luego", "es"),
        ("Que puedes hacer", "es"), ("buenos dias", "es"),
        ("Привет", "ru"), ("спасибо большое!", "ru"), ("Что ты умеешь?", "ru"), ("До свидания", "ru"),
    ],
)  # fmt: skip
def test_small_talk_gets_a_short_reply_in_its_language(said: str, language: str) -> None:
    reply = small_talk(said)
    assert reply is not None and reply[1] == language and reply[0]


@pytest.mark.parametrize(
    "question",
    [
        "Hello, when does the library open?",
        "Who said thanks?",
        "What can you do with a tram ticket?",
        "¿Qué puedes hacer en el mercado?",
        "Привет от кого передал капитан?",
    ],
)
def test_questions_to_the_documents_are_left_to_them(question: str) -> None:
    assert small_talk(question) is None


def test_thanks_costs_no_search_and_no_token(library: Library, embedder: BagEmbedder) -> None:
    model = ScriptedModel("The tram line opened in 1911.")
    asked = Assistant(library, embedder, lambda: model)
    embedder.embedded.clear()
    first, last = asked.stream("Спасибо!")
    assert isinstance(first, QuotesReady) and isinstance(last, Finished)
    assert last.answer.status is AnswerStatus.TOLD and last.answer.reply == "Пожалуйста."
    assert not model.prompts and not last.answer.passages
