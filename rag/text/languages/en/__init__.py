"""Assemble what is known of this language: English."""

from __future__ import annotations

from rag.text.languages.en.answer_types import ANSWER_TYPES
from rag.text.languages.en.bounds import BOUNDS
from rag.text.languages.en.conversation import CONVERSATION
from rag.text.languages.en.events import EVENTS
from rag.text.languages.en.grounding import GROUNDING
from rag.text.languages.en.library_questions import LIBRARY_QUESTIONS
from rag.text.languages.en.phrasing import PHRASING
from rag.text.languages.en.prompts import PROMPTS
from rag.text.languages.en.questions import QUESTIONS
from rag.text.languages.en.text import TEXT
from rag.text.languages.schema import Language

LANGUAGE = Language(
    "en",
    "English",
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
