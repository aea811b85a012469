"""How a question is answered: the options that every interface passes along, as one object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rag.errors import UsageError
from rag.messages import Message
from rag.retrieval.filters import EVERYWHERE, SearchFilter
from rag.text.spellings import storable
from rag.types import MAX_QUESTION_CHARS, Turn


def checked_question(question: str) -> str:
    """Return the question as it is read: without control characters and halves of characters.

    Raises UsageError where it is empty or longer than MAX_QUESTION_CHARS.
    """
    if not question.strip():
        raise UsageError(Message("The question is empty."), 'oaken ask "When does the library open?"')
    if len(question) > MAX_QUESTION_CHARS:
        raise UsageError(
            Message(
                "The question is {n:,} characters long; {most:,} is the most.", n=len(question), most=MAX_QUESTION_CHARS
            ),
            Message("Ask about a long text in a few sentences, or ingest it as a document."),
        )
    return storable(question)


def checked_history(turns: Iterable[Turn]) -> list[Turn]:
    """Return the turns as they are read; an earlier question that would be refused now is cut."""
    return [
        replace(turn, text=storable(turn.text[:MAX_QUESTION_CHARS] if turn.role == "user" else turn.text))
        for turn in turns
    ]


@dataclass(frozen=True, slots=True)
class AskOptions:
    """Options of a question. Raises UsageError for k below 1."""

    history: Sequence[Turn] = ()  # the conversation so far; what of it counts: conversation/history.py
    prose: bool = True  # False: quotes only
    k: int | None = None  # passages; None: as the assistant was opened
    insist: bool = False  # answer even where the documents seem not to say
    scope: SearchFilter = EVERYWHERE  # the documents that are searched
    strict: bool | None = None  # leave out what no document supports; None: as opened, or as suits the model
    instructions: str = ""  # the person's own, for the model ("answer briefly"): its prose is checked like all prose

    def __post_init__(self) -> None:
        if self.k is not None and self.k < 1:
            raise UsageError(Message("k must be at least 1 (got {k}).", k=self.k), Message("Use -k 1 or more."))
