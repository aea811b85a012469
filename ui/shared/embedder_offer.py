"""Offer to change an older library to the default embedder: when the offer is made, and its words in a terminal."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.messages import Message
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
        return Message(
            "With {then} in place of {now}, questions and documents in any language are matched by "
            "meaning (takes {time}; you can keep asking meanwhile): {command}",
            then=self.then,
            now=self.now,
            time=_duration(self.minutes),
            command=self.command,
        )


def _duration(minutes: int) -> Message:
    if minutes < 1:
        return Message("less than a minute")
    return Message("about a minute") if minutes == 1 else Message("about {minutes} minutes", minutes=minutes)


def offer(settings: Settings, library: Library) -> EmbedderUpgrade | None:
    """Return the offer for a library; None where its embedder is as good, or where the settings name another one."""
    from rag.embedding.registry import DEFAULT_EMBEDDER, default_is_better
    from rag.library.maintenance.reembed import unfinished_state

    name, done = unfinished_state(library.ledger)
    if name != DEFAULT_EMBEDDER.name:
        done = 0
        if settings.embedder not in ("", DEFAULT_EMBEDDER.name) or not default_is_better(
            library.embedder, library.languages()
        ):
            return None
    if library.ledger.is_empty():
        return None
    seconds = library.ledger.size() * _A_CHUNK / min(os.cpu_count() or 1, _PROCESSORS)
    minutes = 0 if seconds < 50 else math.ceil(seconds / 60)
    return EmbedderUpgrade(library.folder.name, library.embedder.name, DEFAULT_EMBEDDER.name, minutes, done)


def dismissed(library: Library, made: EmbedderUpgrade) -> bool:
    """Tell whether the person declined the offer for this library."""
    return library.ledger.preference(_DISMISSED) == made.then


def dismiss(library: Library, made: EmbedderUpgrade) -> None:
    """Stop making this offer on the page and after an ingest; a later, better embedder is offered all the same."""
    library.ledger.prefer(_DISMISSED, made.then)
