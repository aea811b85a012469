"""Assemble what is known of this language: Deutsch."""

from __future__ import annotations

from rag.text.languages.de.answer_types import ANSWER_TYPES
from rag.text.languages.de.bounds import BOUNDS
from rag.text.languages.de.conversation import CONVERSATION
from rag.text.languages.de.events import EVENTS
from rag.text.languages.de.grounding import GROUNDING
from rag.text.languages.de.library_questions import LIBRARY_QUESTIONS
from rag.text.languages.de.phrasing import PHRASING
from rag.text.languages.de.prompts import PROMPTS
from rag.text.languages.de.questions import QUESTIONS
from rag.text.languages.de.text import TEXT
from rag.text.languages.schema import Language

LANGUAGE = Language(
    "de",
    "Deutsch",
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
