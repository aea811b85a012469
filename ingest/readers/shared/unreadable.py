"""The error of a reader for a file that gives no text."""

from __future__ import annotations

from rag.messages import marked
from rag.types import Outcome

FILE_IS_EMPTY = marked("the file is empty")
NO_WORDS_IN_PICTURE = marked("no words were found in the picture")
NO_WORDS_IN_SCAN = marked("it has no text layer, and no words were found in its pictures")


class UnreadableError(Exception):
    """A file gives no text: its outcome, and why in plain words."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason
