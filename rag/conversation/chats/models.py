"""What a conversation is made of: one frozen type for each thing that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.library.db.chat_schema import RESTORED
from rag.retrieval.filters import EVERYWHERE, SearchFilter
from rag.types import Answer

LABELS = ("helpful", "correct", "wrong_answer", "wrong_citation", "incomplete", "unclear")


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation as a list shows it."""

    id: str
    title: str  # "" until the first question
    created: str  # ISO 8601, UTC
    changed: str  # when something was last asked or answered
    questions: int  # in all branches


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """What was asked."""

    id: str
    chat: str
    parent: str | None  # the reply it follows; None: it begins the chat
    text: str
    asked: str  # ISO 8601, UTC
    scope: SearchFilter = EVERYWHERE  # the documents it is put to
    imported: str = ""  # JSON: {"message": what else it came with, "tree": of its tree}; "": it was asked here


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What came of a question: an answer, or the problem in its place (or both)."""

    id: str
    question: str
    answer: Answer | None
    problem: str
    hint: str  # what to do about the problem
    model: str
    preset: str
    written: str  # ISO 8601, UTC
    vote: int  # -1, 0, 1
    labels: tuple[str, ...]  # of LABELS, in their order
    insist: bool  # asked to answer although the documents do not say
    seconds: float
    imported: str = ""  # JSON: what else it came with; "": it was given here

    @property
    def is_restored(self) -> bool:
        """Whether the answer came with a backup, and may be somebody else's."""
        return self.answer is not None and self.problem == RESTORED


@dataclass(frozen=True, slots=True)
class StoredExchange:
    """A question of the branch that is shown, with its replies."""

    question: StoredQuestion
    siblings: tuple[str, ...]  # ids of all questions with the same parent, itself among them, oldest first
    replies: tuple[StoredAnswer, ...]  # oldest first
    shown: int  # which of them; -1 where there is none yet


@dataclass(frozen=True, slots=True)
class AnswerPreferences:
    """How a person wants this library's answers."""

    instructions: str = ""
    preset: str = ""  # a name of rag.model.prompting.sampling_presets; "": the usual one
    strict: bool = False


@dataclass(frozen=True, slots=True)
class NewConversation:
    """A conversation that comes from elsewhere, whole; every parent stands before what follows it."""

    chat: Chat
    questions: tuple[StoredQuestion, ...]
    replies: tuple[StoredAnswer, ...]
    rankings: Mapping[str, tuple[str, ...]]  # question -> its replies, best first


@dataclass(frozen=True, slots=True)
class AddedConversations:
    """How many conversations were stored, and how many were there already."""

    added: int
    known: int
    messages: int  # of those stored
