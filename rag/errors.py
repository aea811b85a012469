"""Everything that Oaken raises on purpose.

OakenError                  a sentence that says what happened, and ``hint``, the next command
├── UsageError              what was asked for makes no sense: exit code 2
├── LibraryError            a library is missing, busy, damaged or made otherwise
│   ├── LibraryNotFoundError
│   ├── LibraryBusyError
│   └── EmbedderMismatchError
└── ModelError              a model file is missing, broken, or its process died
    ├── ModelNotFoundError
    ├── ModelBrokenError
    └── ModelBusyError

A library's own exceptions are translated in the adapter that calls it; each way in has one ``except OakenError``.
"""

from __future__ import annotations


class OakenError(Exception):
    """What happened (one sentence) and what to do next (a command, or empty)."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UsageError(OakenError):
    """What was asked for makes no sense: a path that is not there, an option out of range."""

    exit_code = 2


class LibraryError(OakenError):
    """A library cannot be used as asked."""


class LibraryNotFoundError(LibraryError):
    """No library of that name holds anything yet."""


class LibraryBusyError(LibraryError):
    """Another process is writing to the library and did not finish in time."""


class EmbedderMismatchError(LibraryError):
    """The library's vectors were made by another embedder."""


class ModelError(OakenError):
    """The language or embedding model cannot be used."""


class ModelNotFoundError(ModelError):
    """The model's file is not where it should be."""


class ModelBrokenError(ModelError):
    """The model's file cannot be loaded, or its process died."""


class ModelBusyError(ModelError):
    """Too many wait for the model already: come back later."""
