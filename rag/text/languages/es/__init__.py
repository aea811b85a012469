"""Assemble what is known of this language: Español."""

from __future__ import annotations

from rag.text.languages.es.answer_types import ANSWER_TYPES
from rag.text.languages.es.bounds import BOUNDS
from rag.text.languages.es.conversation import CONVERSATION
from rag.text.languages.es.events import EVENTS
from rag.text.languages.es.grounding import GROUNDING
from rag.text.languages.es.library_questions import LIBRARY_QUESTIONS
from rag.text.languages.es.phrasing import PHRASING
from rag.text.languages.es.prompts import PROMPTS
from rag.text.languages.es.questions import QUESTIONS
from rag.text.languages.es.text import TEXT
from rag.text.languages.schema import Language

LANGUAGE = Language(
    "es",
    "Español",
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
