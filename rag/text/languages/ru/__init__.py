"""Assemble what is known of this language: Русский."""

from __future__ import annotations

from rag.text.languages.ru.answer_types import ANSWER_TYPES
from rag.text.languages.ru.bounds import BOUNDS
from rag.text.languages.ru.conversation import CONVERSATION
from rag.text.languages.ru.events import EVENTS
from rag.text.languages.ru.grounding import GROUNDING
from rag.text.languages.ru.library_questions import LIBRARY_QUESTIONS
from rag.text.languages.ru.phrasing import PHRASING
from rag.text.languages.ru.prompts import PROMPTS
from rag.text.languages.ru.questions import QUESTIONS
from rag.text.languages.ru.text import TEXT
from rag.text.languages.schema import Language

LANGUAGE = Language(
    "ru",
    "Русский",
    TEXT,
    QUESTIONS,
    GROUNDING,
    CONVERSATION,
    answer_types=ANSWER_TYPES,
    bounds=BOUNDS,
    events=EVENTS,
    library_questions=LIBRARY_QUESTIONS,
    phrasing=PHRASING,
    prompts=PROMPTS,
)
