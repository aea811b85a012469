"""The libraries that the API serves: each opened when it is first asked for, and again after it was re-embedded."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from rag import factory
from rag.answer.assistant import Assistant
from rag.errors import LibraryNotFoundError
from rag.messages import Message
from rag.settings import Settings, names_of


class ServedLibraries:
    """Assistants without a model, by the library's name; the first name is what is asked where none is given."""

    def __init__(self, settings: Settings, names: Sequence[str], first: Assistant | None = None) -> None:
        """``first`` is the assistant of the first name, where it is open already."""
        self._settings = settings
        self.names = tuple(names)
        self._lock = threading.Lock()
        self._open: dict[str, Assistant] = {} if first is None else {self.names[0]: first}
        self._earlier: list[Assistant] = []  # of a library before it was re-embedded: one may still be answering

    def name(self, wanted: str = "") -> str:
        """Return the name of the library that is meant, or the names of several with commas between.

        Raises LibraryNotFoundError for one that is not served.
        """
        asked = names_of(wanted)
        if not self.names or (wanted and not set(asked) <= set(self.names)):
            raise LibraryNotFoundError(
                Message(
                    "There is no library {wanted!r} here. Available: {names}.",
                    wanted=next((each for each in asked if each not in self.names), wanted)[:60],
                    names=", ".join(self.names) or "—",
                )
            )
        return ",".join(asked) if wanted else self.names[0]

    def assistant(self, wanted: str = "") -> Assistant:
        """Return the assistant of that library, or of several. Raises OakenError where one cannot be opened."""
        name = self.name(wanted)
        with self._lock:
            known = self._open.get(name)
            if known is not None and not known.is_current:
                self._earlier.append(known)
                known = None
            if known is None:
                known = self._open[name] = self._opened(name)
            return known

    def _opened(self, name: str) -> Assistant:
        """Open a library, with the models of one that is open where it has the same embedder: they are large."""
        held = factory.embedder_name(self._settings, names_of(name)[0])
        for other in self._open.values():
            if other.is_current and other.embedder.card.name == held:
                return other.with_library(factory.open_reader(self._settings, name))
        return Assistant.open(name, self._settings, prose=False)

    def close(self) -> None:
        """Close them all."""
        for assistant in (*self._earlier, *self._open.values()):
            assistant.close()
