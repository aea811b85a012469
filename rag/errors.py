"""The errors that Oaken raises deliberately.

OakenError                  a sentence that says what happened, and ``hint``, the next command
├── UsageError              what was asked for makes no sense: exit code 2
├── LibraryError            a library is missing, busy, damaged or made otherwise
│   ├── LibraryNotFoundError
│   ├── LibraryBusyError
│   ├── DamagedRowError
│   └── EmbedderMismatchError
└── ModelError              a model file is missing, broken, or its process died
    ├── ModelNotFoundError
    ├── ModelBrokenError
    └── ModelBusyError

A third-party library's exceptions are translated in the adapter that calls it; each entry point has one ``except
OakenError``.
"""

from __future__ import annotations

from rag.messages import joined


class OakenError(Exception):
    """What happened (one sentence) and what to do next (a command, or empty)."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def text(self) -> str:
        """Return message and hint as one message."""
        return joined(" ", (self.message, self.hint))

    def __str__(self) -> str:
        return str(self.text)


class UsageError(OakenError):
    """The request makes no sense: a path that does not exist, an option out of range."""

    exit_code = 2


class LibraryError(OakenError):
    """A library cannot be used as asked."""


class LibraryNotFoundError(LibraryError):
    """No library of that name holds anything yet."""


class LibraryBusyError(LibraryError):
    """Another process is writing to the library and did not finish in time."""


class DamagedRowError(LibraryError):
    """A row of the ledger holds what no version of Oaken writes there."""


class EmbedderMismatchError(LibraryError):
    """The library's vectors were made by another embedder."""


class ModelError(OakenError):
    """The language or embedding model cannot be used."""


class ModelNotFoundError(ModelError):
    """The model's file is missing."""


class ModelBrokenError(ModelError):
    """The model's file cannot be loaded, or its process died."""


class PromptError(ModelError):
    """A prompt that the model cannot take: it is empty, or its window does not hold it."""


class ModelBusyError(ModelError):
    """Too many requests wait for the model already: try again later."""
