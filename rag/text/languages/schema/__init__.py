"""The fields a language folder must fill in: one frozen type for each part of the program that reads its words."""

from __future__ import annotations

from dataclasses import dataclass

from rag.text.languages.schema.answer_types import AnswerTypeWords
from rag.text.languages.schema.bounds import BoundWords
from rag.text.languages.schema.conversation import ConversationWords
from rag.text.languages.schema.events import EventWords
from rag.text.languages.schema.grounding import GroundingWords
from rag.text.languages.schema.library_questions import LibraryQuestionWords
from rag.text.languages.schema.phrasing import PhrasingWords
from rag.text.languages.schema.prompts import PromptWords
from rag.text.languages.schema.questions import QuestionWords
from rag.text.languages.schema.text import TextWords


@dataclass(frozen=True, slots=True)
class Language:
    """Everything that is known of one language."""

    code: str  # ISO 639-1
    name: str  # in the language itself
    text: TextWords
    questions: QuestionWords
    grounding: GroundingWords
    conversation: ConversationWords
    answer_types: AnswerTypeWords
    bounds: BoundWords
    events: EventWords
    prompts: PromptWords
    phrasing: PhrasingWords
    library_questions: LibraryQuestionWords
