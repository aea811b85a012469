"""How a question is answered: the options that every interface passes along, as one object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.errors import UsageError
from rag.messages import Message
from rag.retrieval.filters import EVERYWHERE, SearchFilter
from rag.types import Turn


@dataclass(frozen=True, slots=True)
class AskOptions:
    """Options of a question. Raises UsageError for k below 1."""

    history: Sequence[Turn] = ()  # the conversation so far; what of it counts: conversation/history.py
    prose: bool = True  # False: quotes only
    k: int | None = None  # passages; None: as the assistant was opened
    insist: bool = False  # answer even where the documents seem not to say
    scope: SearchFilter = EVERYWHERE  # the documents that are searched
    strict: bool | None = None  # leave out what no document supports; None: as the assistant was opened
    instructions: str = ""  # the person's own, for the model ("answer briefly"): its prose is checked like all prose

    def __post_init__(self) -> None:
        if self.k is not None and self.k < 1:
            raise UsageError(Message("k must be at least 1 (got {k}).", k=self.k), Message("Use -k 1 or more."))
