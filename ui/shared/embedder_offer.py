"""The offer to give an older library the default embedder: when it is made, and what a terminal says of it."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.settings import DEFAULT_LIBRARY, Settings

if TYPE_CHECKING:
    from rag.library.library import Library

# Processor seconds for a chunk of 133 tokens, and of how many processors the embedder makes use.
_A_CHUNK, _PROCESSORS = 0.05, 4
_DISMISSED = "embedder_offer"  # the preference that holds the name of an embedder that is not wanted


@dataclass(frozen=True, slots=True)
class EmbedderUpgrade:
    """A library may change from an embedder to a better one."""

    library: str
    now: str
    then: str
    minutes: int  # an estimate; 0 is less than one
    begun: int = 0  # documents that an interrupted change has done

    @property
    def command(self) -> str:
        """What makes the change."""
        return "oaken reembed" if self.library == DEFAULT_LIBRARY else f"oaken reembed --library {self.library}"

    @property
    def sentence(self) -> str:
        """What it gains and costs, for a terminal; the command stands at its end."""
        time = {0: "less than a minute", 1: "about a minute"}.get(self.minutes, f"about {self.minutes} minutes")
        return (
            f"With {self.then} in place of {self.now}, questions and documents in any language meet by meaning "
            f"(takes {time}, answers go on meanwhile): {self.command}"
        )


def offer(settings: Settings, library: Library) -> EmbedderUpgrade | None:
    """The offer for a library; None where its embedder is as good, or where the settings name another one."""
    from rag.embedding.registry import DEFAULT, default_is_better
    from rag.library.maintenance.reembed import unfinished_state

    name, done = unfinished_state(library.ledger)
    if name != DEFAULT.name:
        done = 0
        if settings.embedder not in ("", DEFAULT.name) or not default_is_better(library.embedder, library.languages()):
            return None
    if library.ledger.is_empty():
        return None
    seconds = library.ledger.size() * _A_CHUNK / min(os.cpu_count() or 1, _PROCESSORS)
    minutes = 0 if seconds < 50 else math.ceil(seconds / 60)
    return EmbedderUpgrade(library.folder.name, library.embedder.name, DEFAULT.name, minutes, done)


def dismissed(library: Library, made: EmbedderUpgrade) -> bool:
    """Whether a person said for this library that they do not want it."""
    return library.ledger.preference(_DISMISSED) == made.then


def dismiss(library: Library, made: EmbedderUpgrade) -> None:
    """Do not make it again on the page and after an ingest; a later, better embedder is offered all the same."""
    library.ledger.prefer(_DISMISSED, made.then)
